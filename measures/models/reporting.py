"""What has been said about a measure: status updates and the evidence behind them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from measures.choices import (
    OWNER_ORIGINS,
    Confidence,
    Language,
    Origin,
    Outlook,
    Precision,
    PublisherKind,
    SaidBy,
    Status,
)
from measures.dates import PartialDate
from measures.models.measures import Measure
from stakeholders.models import Organisation
from stakeholders.texts import English


class StatusUpdateQuerySet(models.QuerySet["StatusUpdate"]):
    """Status updates, in the words of the domain."""

    def published(self) -> StatusUpdateQuerySet:
        """Those the public may see."""
        return self.filter(published_at__isnull=False)

    def with_speaker(self) -> StatusUpdateQuerySet:
        """Add `speaker`: what the property `said_by` says of a loaded update, as SQL."""
        speaker = models.Case(
            models.When(organisation=None, then=models.Value(SaidBy.PUBLIC.value)),
            default=models.Value(SaidBy.OWNER.value),
        )
        return self.annotate(speaker=speaker)

    def newest_first(self) -> StatusUpdateQuerySet:
        """The newest fact first; the order is explained on `StatusUpdate`."""
        return self.order_by(
            F("date").desc(), F("precision_rank").desc(), F("published_at").desc(), F("pk").desc()
        )


class StatusUpdate(English, models.Model):
    """One dated statement about a measure.

    A published row never changes: a database trigger refuses to update or delete it, and to touch
    its evidence. What was wrong is replaced by a correction, and stays readable.

    **Order.** `date` is the first day that the stated date can mean, so `2024` is stored as
    1 January 2024 with precision year. Updates sort by `date`, and on the same day by precision:
    year before month before day. So a statement known only to its year counts as the oldest of
    that year, and one known only to its month as the oldest of that month: what is known less
    exactly never overrides what is known more exactly in the same period. On a full tie, the one
    published last is the newest.

    `status` is empty when the update says nothing about status; it then does not touch the status
    of the measure. `completed` needs evidence (checked by a trigger when the row is published),
    `carried_over` names the measure that carries on, `discontinued` gives a reason.
    """

    key = models.SlugField(_("nøkkel"), max_length=60, unique=True)
    measure = models.ForeignKey(Measure, models.PROTECT, related_name="updates")
    date = models.DateField(_("dato"))
    precision = models.CharField(_("nøyaktighet"), max_length=5, choices=Precision)
    precision_rank = models.GeneratedField(
        expression=models.Case(
            models.When(precision="year", then=0),
            models.When(precision="month", then=1),
            default=2,
        ),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, blank=True)
    outlook = models.CharField(_("utsikt"), max_length=10, choices=Outlook, blank=True)
    origin = models.CharField(_("opphav"), max_length=14, choices=Origin)
    confidence = models.CharField(
        _("sikkerhet"), max_length=6, choices=Confidence, default=Confidence.HIGH
    )
    organisation = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="status_updates",
        null=True,
        blank=True,
        help_text=_("Eieren som rapporterer; tomt for offentlige kilder."),
    )
    language = models.CharField(_("språk"), max_length=2, choices=Language, default=Language.NB)
    summary = models.TextField(_("hva har skjedd"))
    summary_en = models.TextField(_("hva har skjedd, på engelsk"), blank=True)
    reason = models.TextField(_("begrunnelse"), blank=True)
    carried_to = models.ForeignKey(
        Measure, models.PROTECT, related_name="carried_from", null=True, blank=True
    )
    amount_nok = models.BigIntegerField(_("beløp i kroner"), null=True, blank=True)
    published_at = models.DateTimeField(_("publisert"), null=True, blank=True)

    objects: ClassVar[StatusUpdateQuerySet] = StatusUpdateQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("statusmelding")
        verbose_name_plural = _("statusmeldinger")
        constraints = (
            models.CheckConstraint(
                condition=Q(status__in=["", *Status.values]), name="update_status_known"
            ),
            models.CheckConstraint(
                condition=Q(outlook__in=["", *Outlook.values]), name="update_outlook_known"
            ),
            models.CheckConstraint(
                condition=Q(origin__in=Origin.values), name="update_origin_known"
            ),
            models.CheckConstraint(
                condition=Q(confidence__in=Confidence.values), name="update_confidence_known"
            ),
            models.CheckConstraint(
                condition=Q(precision__in=Precision.values), name="update_precision_known"
            ),
            models.CheckConstraint(
                condition=Q(language__in=Language.values), name="update_language_known"
            ),
            models.CheckConstraint(
                condition=Q(precision=Precision.DAY)
                | Q(precision=Precision.MONTH, date__day=1)
                | Q(precision=Precision.YEAR, date__day=1, date__month=1),
                name="update_starts_its_period",
            ),
            models.CheckConstraint(
                condition=~Q(origin=Origin.PUBLIC_SOURCE) | Q(organisation=None),
                name="update_public_source_is_no_owners_word",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.CARRIED_OVER) | Q(carried_to__isnull=False),
                name="update_carried_over_names_measure",
            ),
            models.CheckConstraint(
                condition=Q(carried_to=None) | ~Q(carried_to=F("measure")),
                name="update_not_carried_to_itself",
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.DISCONTINUED) | ~Q(reason=""),
                name="update_discontinued_gives_reason",
            ),
            models.CheckConstraint(condition=~Q(summary=""), name="update_says_something"),
            models.CheckConstraint(
                condition=~Q(origin__in=[o.value for o in OWNER_ORIGINS])
                | Q(organisation__isnull=False),
                name="update_by_owner_names_owner",
            ),
        )
        indexes = (
            models.Index(
                F("measure"),
                F("date").desc(),
                F("precision_rank").desc(),
                F("published_at").desc(),
                F("id").desc(),
                name="update_of_measure",
            ),
        )

    def __str__(self) -> str:
        return self.key

    @property
    def when(self) -> PartialDate:
        """The date as exactly as it is known."""
        return PartialDate(self.date, Precision(self.precision))

    @property
    def said_by(self) -> SaidBy:
        """Whose word it is. A correction is the word of the owner it names, or of a source."""
        return SaidBy.OWNER if self.organisation_id else SaidBy.PUBLIC


class Evidence(models.Model):
    """A source behind a status update: publisher, title, address, and what kind of publisher."""

    update = models.ForeignKey(StatusUpdate, models.PROTECT, related_name="evidence")
    title = models.CharField(_("tittel"), max_length=300)
    language = models.CharField(_("språk"), max_length=2, choices=Language, default=Language.NB)
    publisher = models.CharField(_("utgiver"), max_length=200)
    publisher_kind = models.CharField(_("type utgiver"), max_length=10, choices=PublisherKind)
    url = models.URLField(_("adresse"), max_length=500, blank=True)
    published_on = models.DateField(_("publisert"), null=True, blank=True)

    class Meta:
        verbose_name = _("dokumentasjon")
        verbose_name_plural = _("dokumentasjon")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["update", "url", "title"], name="evidence_once"),
            models.CheckConstraint(
                condition=Q(language__in=Language.values), name="evidence_language_known"
            ),
            models.CheckConstraint(
                condition=Q(publisher_kind__in=PublisherKind.values),
                name="evidence_publisher_kind_known",
            ),
        )

    def __str__(self) -> str:
        return f"{self.title}, {self.publisher}"
