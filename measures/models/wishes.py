"""What organisations want: the measures they singled out, and what they asked for."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from measures.choices import AskKind, PriorityLevel
from measures.models.measures import Measure
from stakeholders.models import Organisation
from stakeholders.texts import English


class Priority(models.Model):
    """An organisation singled out a measure, as a source says."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="priorities")
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="priorities")
    level = models.CharField(_("nivå"), max_length=22, choices=PriorityLevel)
    stated_on = models.DateField(_("oppgitt"))
    source_name = models.CharField(_("kilde"), max_length=300)
    source_url = models.URLField(_("kildens adresse"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("prioritering")
        verbose_name_plural = _("prioriteringer")
        constraints = (
            models.UniqueConstraint(fields=["organisation", "measure"], name="priority_once"),
            models.CheckConstraint(
                condition=Q(level__in=PriorityLevel.values), name="priority_level_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.organisation}: {self.measure}"


class Ask(English, models.Model):
    """Something an organisation asked for, and the measures that meet it, if any.

    Which measures meet an ask is our reading, unless it is `linked_by_itself`. No measure is an
    answer too: it is shown as such.
    """

    key = models.SlugField(_("nøkkel"), max_length=30, unique=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="asks")
    kind = models.CharField(_("type"), max_length=12, choices=AskKind)
    stated_on = models.DateField(_("oppgitt"), null=True, blank=True)
    title = models.CharField(_("ønske"), max_length=300)
    title_en = models.CharField(_("ønske på engelsk"), max_length=300, blank=True)
    summary = models.TextField(_("forklaring"), blank=True)
    summary_en = models.TextField(_("forklaring på engelsk"), blank=True)
    measures = models.ManyToManyField(
        Measure, verbose_name=_("tiltak som svarer"), related_name="asks", blank=True
    )
    source_name = models.CharField(_("kilde"), max_length=300)
    source_url = models.URLField(_("kildens adresse"), max_length=500, blank=True)
    linked_by_itself = models.BooleanField(
        _("koblet av organisasjonen selv"), default=False, editable=False
    )

    class Meta:
        verbose_name = _("ønske")
        verbose_name_plural = _("ønsker")
        ordering = ("key",)
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=AskKind.values), name="ask_kind_known"),
        )

    def __str__(self) -> str:
        return self.title
