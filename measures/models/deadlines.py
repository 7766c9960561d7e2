"""When measures are due."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from measures.choices import Precision
from measures.dates import PartialDate
from measures.models.measures import Measure
from measures.models.reporting import StatusUpdate
from stakeholders.models import Organisation
from stakeholders.texts import English


class Deadline(English, models.Model):
    """A due date as somebody stated it. Rows are only added: a moved deadline is a new row, and a
    database trigger refuses to change or delete one.

    `due_on` is the last day that the stated date can mean ("in 2026" is 31 December 2026), so
    nobody is called late too early. The deadline stated last is the one that counts.

    One that an owner set in a status update names both.
    """

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="deadlines")
    due_on = models.DateField(_("frist"))
    precision = models.CharField(_("nøyaktighet"), max_length=5, choices=Precision)
    stated_on = models.DateField(_("oppgitt"))
    reason = models.TextField(_("begrunnelse"))
    reason_en = models.TextField(_("begrunnelse på engelsk"), blank=True)
    source_name = models.CharField(_("kilde"), max_length=300)
    source_url = models.URLField(_("kildens adresse"), max_length=500, blank=True)
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        help_text=_("Eieren som satte fristen; tomt når den står i en offentlig kilde."),
    )
    update = models.OneToOneField(
        StatusUpdate, models.PROTECT, related_name="deadline", null=True, blank=True
    )

    class Meta:
        verbose_name = _("frist")
        verbose_name_plural = _("frister")
        ordering = ("stated_on", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["measure", "stated_on", "due_on"],
                # An owner may change its mind and back again in a day.
                condition=Q(update=None),
                name="deadline_stated_once",
            ),
            models.CheckConstraint(
                condition=Q(precision__in=Precision.values), name="deadline_precision_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.measure_id}: {self.due}"

    @property
    def due(self) -> PartialDate:
        """The due date as exactly as it was stated."""
        first = self.due_on
        if self.precision != Precision.DAY:
            first = first.replace(day=1)
        if self.precision == Precision.YEAR:
            first = first.replace(month=1)
        return PartialDate(first, Precision(self.precision))
