"""Outcomes in numbers."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from measures.choices import Direction, Precision, ValueType
from measures.dates import PartialDate
from measures.models.documents import Document, Theme
from stakeholders.texts import English


class Indicator(English, models.Model):
    """An outcome in numbers, with a baseline and perhaps a target, in `unit`.

    `belongs_to_document` says that the document itself names the indicator; otherwise we chose it.
    `source_url` may hold several addresses, separated by `|`.
    """

    key = models.SlugField(_("nøkkel"), max_length=60, unique=True)
    name = models.CharField(_("navn"), max_length=200)
    name_en = models.CharField(_("engelsk navn"), max_length=200, blank=True)
    unit = models.CharField(_("enhet"), max_length=40)
    unit_en = models.CharField(_("enhet på engelsk"), max_length=40, blank=True)
    scope = models.TextField(_("avgrensning"), blank=True)
    scope_en = models.TextField(_("avgrensning på engelsk"), blank=True)
    wanted_direction = models.CharField(
        _("ønsket retning"), max_length=4, choices=Direction, blank=True
    )
    baseline_year = models.PositiveSmallIntegerField(_("utgangspunkt, år"), null=True, blank=True)
    baseline_value = models.DecimalField(
        _("utgangspunkt"), max_digits=16, decimal_places=4, null=True, blank=True
    )
    target_year = models.PositiveSmallIntegerField(_("mål, år"), null=True, blank=True)
    target_value = models.DecimalField(
        _("mål"), max_digits=16, decimal_places=4, null=True, blank=True
    )
    target_text = models.CharField(_("målet i ord"), max_length=300, blank=True)
    target_text_en = models.CharField(_("målet i ord, på engelsk"), max_length=300, blank=True)
    document = models.ForeignKey(
        Document, models.PROTECT, related_name="indicators", null=True, blank=True
    )
    belongs_to_document = models.BooleanField(_("dokumentets egen"), default=False)
    theme = models.ForeignKey(
        Theme, models.PROTECT, related_name="indicators", null=True, blank=True
    )
    source_url = models.TextField(_("kildens adresse"), blank=True)
    note = models.TextField(_("merknad"), blank=True)
    note_en = models.TextField(_("merknad på engelsk"), blank=True)

    class Meta:
        verbose_name = _("indikator")
        verbose_name_plural = _("indikatorer")
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(wanted_direction__in=["", *Direction.values]),
                name="indicator_direction_known",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("measures:indicator", args=[self.key])

    @property
    def source_urls(self) -> list[str]:
        """The addresses of the sources."""
        return [url for url in self.source_url.split("|") if url]


class IndicatorValueQuerySet(models.QuerySet["IndicatorValue"]):
    def in_order(self) -> IndicatorValueQuerySet:
        """By year, those without a year last; in one year as they were stated."""
        return self.order_by(
            F("year").asc(nulls_last=True), F("stated_on").asc(nulls_first=True), "pk"
        )


class IndicatorValue(English, models.Model):
    """One published figure with its publisher. Conflicting figures stand side by side.

    `value` is in the indicator's unit. `value_text` is used instead when the source gives no
    exact figure ("under 100"). `stated_on` is when it was published, as exactly as is known.
    """

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="values")
    year = models.PositiveSmallIntegerField(_("år"), null=True, blank=True)
    value = models.DecimalField(_("verdi"), max_digits=16, decimal_places=4, null=True, blank=True)
    value_text = models.CharField(_("verdi i ord"), max_length=100, blank=True)
    value_text_en = models.CharField(_("verdi i ord, på engelsk"), max_length=100, blank=True)
    value_type = models.CharField(_("type"), max_length=10, choices=ValueType)
    stated_on = models.DateField(_("oppgitt"), null=True, blank=True)
    stated_precision = models.CharField(
        _("nøyaktighet"), max_length=5, choices=Precision, blank=True
    )
    publisher = models.CharField(_("utgiver"), max_length=200)
    publisher_en = models.CharField(_("utgiver på engelsk"), max_length=200, blank=True)
    source_url = models.URLField(_("kildens adresse"), max_length=500, blank=True)
    note = models.TextField(_("merknad"), blank=True)
    note_en = models.TextField(_("merknad på engelsk"), blank=True)

    objects: ClassVar[IndicatorValueQuerySet] = IndicatorValueQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("indikatorverdi")
        verbose_name_plural = _("indikatorverdier")
        constraints = (
            models.CheckConstraint(
                condition=Q(value_type__in=ValueType.values), name="value_type_known"
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=False) | ~Q(value_text=""), name="value_says_something"
            ),
            models.CheckConstraint(
                condition=Q(stated_on=None, stated_precision="")
                | Q(stated_on__isnull=False, stated_precision__in=Precision.values),
                name="value_stated_with_precision",
            ),
            models.UniqueConstraint(
                fields=["indicator", "year", "value_type", "publisher"], name="value_once"
            ),
            models.UniqueConstraint(
                fields=["indicator", "value_type", "publisher"],
                condition=Q(year=None),
                name="value_without_year_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.year}: {self.value}"

    @property
    def stated(self) -> PartialDate | None:
        """When it was published, as exactly as is known."""
        if self.stated_on is None:
            return None
        return PartialDate(self.stated_on, Precision(self.stated_precision))
