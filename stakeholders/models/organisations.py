"""The bodies that have a part in the measures."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Collate
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from stakeholders.choices import OrganisationKind
from stakeholders.texts import English
from stakeholders.validators import validate_organisation_number


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Organisations, in the words of the domain."""

    def by_name(self) -> OrganisationQuerySet:
        """Sort by Norwegian name, Å last."""
        return self.order_by(Collate("name", "nb-x-icu"))


class Organisation(English, models.Model):
    """A ministry, agency, industry body, cluster or other body with a part in the measures.

    `key` is its address on the site and never changes. `note` says what part it has and
    `change` what became of it (merged, renamed); both are ours, with an optional English text.
    `comments_need_approval` is its own choice: a colleague approves what it says before it is
    public.
    """

    key = models.SlugField(_("nøkkel"), max_length=60, unique=True)
    name = models.CharField(_("navn"), max_length=200)
    name_en = models.CharField(_("engelsk navn"), max_length=200, blank=True)
    short_name = models.CharField(_("kortnavn"), max_length=40, blank=True)
    kind = models.CharField(_("type"), max_length=40, choices=OrganisationKind)
    website = models.URLField(_("nettsted"), max_length=500, blank=True)
    organisation_number = models.CharField(
        _("organisasjonsnummer"),
        max_length=9,
        blank=True,
        validators=[validate_organisation_number],
    )
    note = models.TextField(_("rolle"), blank=True)
    note_en = models.TextField(_("rolle på engelsk"), blank=True)
    change = models.TextField(_("endring"), blank=True)
    change_en = models.TextField(_("endring på engelsk"), blank=True)
    comments_need_approval = models.BooleanField(
        _("innspill godkjennes av en kollega"), default=False
    )

    objects: ClassVar[OrganisationQuerySet] = OrganisationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("aktør")
        verbose_name_plural = _("aktører")
        constraints = (
            models.UniqueConstraint(
                fields=["organisation_number"],
                condition=~models.Q(organisation_number=""),
                name="organisation_number_unique",
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=OrganisationKind.values), name="organisation_kind_known"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("measures:organisation", args=[self.key])

    @property
    def label(self) -> str:
        """The short name where there is one, for lists."""
        return self.short_name or self.name
