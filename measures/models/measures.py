"""The promises: measures, and who owns them."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.core.validators import RegexValidator
from django.db import connection, models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Collate
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from measures import facts
from measures.choices import (
    Language,
    Outlook,
    OwnerRole,
    Precision,
    SaidBy,
    Status,
    Wording,
)
from measures.dates import PartialDate
from measures.models.documents import Chapter, Document, Theme
from stakeholders.choices import OrganisationKind, Role
from stakeholders.models import Membership, Organisation, User
from stakeholders.texts import English

#: A reference as it stands in addresses: HM-C2, VK-04, EX-09.
REF = r"^[A-Z]{1,5}-[A-Z0-9]{1,10}\Z"


class MeasureQuerySet(models.QuerySet["Measure"]):
    """Measures, in the words of the domain."""

    def with_facts(self, today: datetime.date) -> MeasureQuerySet:
        """Add the three facts as SQL: `reported`, `schedule`, `freshness` (see measures.facts)."""
        return self.annotate(
            reported=facts.as_sql(facts.status_rules()),
            schedule=facts.as_sql(facts.schedule_rules(today)),
            freshness=facts.as_sql(facts.freshness_rules()),
        )

    def for_list(self, today: datetime.date) -> MeasureQuerySet:
        """All that one line of a list shows, in a fixed number of queries."""
        return (
            self.with_facts(today)
            .select_related(
                "document", "theme", "chapter", "current_update__organisation", "current_deadline"
            )
            .prefetch_related(
                models.Prefetch(
                    "owners", Owner.objects.select_related("organisation").leads_first()
                ),
                "current_update__evidence",
            )
        )

    def reportable_by(self, user: User) -> MeasureQuerySet:
        """Those the person may write status for: of organisations where the person reports, that
        own the measure or coordinate its document."""
        reports = Membership.objects.of(user, Role.REPORTER).values("organisation")
        return self.filter(Exists(_owned_by(reports)) | Exists(_coordinated_by(reports)))

    def answered_by(self, organisations: models.QuerySet[Any, Any]) -> MeasureQuerySet:
        """Those that the organisations must report: which they lead, and those without a known
        lead whose document they coordinate. `organisations` is a query for their keys."""
        lead = Owner.objects.filter(measure=OuterRef("pk"), role=OwnerRole.LEAD)
        return self.filter(
            Exists(lead.filter(organisation__in=organisations))
            | (~Exists(lead) & Exists(_coordinated_by(organisations)))
        )

    def closable_by(self, user: User) -> MeasureQuerySet:
        """Those whose reporting the person may close and reopen: approvers of who answers."""
        return self.answered_by(Membership.objects.of(user, Role.APPROVER).values("organisation"))

    def open(self) -> MeasureQuerySet:
        """Those that something is still to be reported of: not ended, reporting not closed."""
        return self.exclude(facts.closed())

    def among(self, keys: models.QuerySet[Measure, Any]) -> MeasureQuerySet:
        """Keep the measures whose keys a query gives, which must be few: those of one page.

        PostgreSQL is made to find the keys first. Asked for more than eight tables at once, as a
        list with a search is, it takes the joins in the order they are written, and the keys last.
        """
        if connection.vendor != "postgresql":
            return self.filter(pk__in=keys)
        is_one_of = models.Func(
            F("pk"),
            ArraySubquery(keys),
            template="(%(expressions)s))",
            arg_joiner=" = ANY(",
            output_field=models.BooleanField(),
        )
        return self.filter(is_one_of)


def _owned_by(organisations: models.QuerySet[Any, Any]) -> models.QuerySet[Owner]:
    """Return the outer measure's owners among the organisations (a query for their keys)."""
    return Owner.objects.filter(measure=OuterRef("pk"), organisation__in=organisations)


def _coordinated_by(organisations: models.QuerySet[Any, Any]) -> models.QuerySet[Any]:
    """Return the coordinators of the outer measure's document among the organisations."""
    return Document.coordinators.through._default_manager.filter(
        document=OuterRef("document"), organisation__in=organisations
    )


class Measure(English, models.Model):
    """One promise in a document.

    `ref` is its name for ever, also in addresses. `title` is the document's wording, or a
    paraphrase where `wording` says so; `short_title` is ours, for lists. A `caveat` must be shown
    wherever the measure is.

    The columns under "standing" repeat what the newest history says, so that 50,000 measures can
    be filtered and counted without reading a million updates. They are written by
    `measures.actions.standing.recompute` and by nothing else.
    """

    ref = models.CharField(
        _("referanse"),
        max_length=20,
        unique=True,
        validators=[RegexValidator(REF)],
    )
    document = models.ForeignKey(Document, models.PROTECT, related_name="measures")
    number = models.CharField(_("nummer"), max_length=10, blank=True)
    number_is_official = models.BooleanField(_("nummeret er dokumentets"), default=False)
    chapter = models.ForeignKey(
        Chapter, models.PROTECT, related_name="measures", null=True, blank=True
    )
    theme = models.ForeignKey(Theme, models.PROTECT, related_name="measures")
    short_title = models.CharField(_("kort tittel"), max_length=200)
    short_title_en = models.CharField(_("kort tittel på engelsk"), max_length=200, blank=True)
    title = models.TextField(_("ordlyd"))
    title_en = models.TextField(_("engelsk ordlyd"), blank=True)
    language = models.CharField(_("språk"), max_length=2, choices=Language, default=Language.NB)
    wording = models.CharField(_("gjengivelse"), max_length=12, choices=Wording)
    summary = models.TextField(_("forklaring"), blank=True)
    summary_en = models.TextField(_("forklaring på engelsk"), blank=True)
    caveat = models.TextField(_("forbehold"), blank=True)
    caveat_en = models.TextField(_("forbehold på engelsk"), blank=True)
    source_name = models.CharField(_("kilde"), max_length=300)
    source_url = models.URLField(_("kildens adresse"), max_length=500, blank=True)
    reporting_closed_on = models.DateField(_("rapporteringen avsluttet"), null=True, blank=True)
    reporting_closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    reporting_closed_reason = models.TextField(_("hvorfor rapporteringen er avsluttet"), blank=True)

    # Standing
    current_update = models.ForeignKey(
        "measures.StatusUpdate",
        models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    current_deadline = models.ForeignKey(
        "measures.Deadline", models.PROTECT, related_name="+", null=True, blank=True, editable=False
    )
    status = models.CharField(max_length=12, choices=Status, blank=True, editable=False)
    status_by = models.CharField(max_length=6, choices=SaidBy, blank=True, editable=False)
    status_on = models.DateField(null=True, editable=False)
    outlook = models.CharField(max_length=10, choices=Outlook, blank=True, editable=False)
    due_on = models.DateField(null=True, editable=False)
    confirmed_on = models.DateField(null=True, editable=False)
    sourced_on = models.DateField(null=True, editable=False)
    sourced_precision = models.CharField(
        max_length=5, choices=Precision, blank=True, editable=False
    )
    last_event_on = models.DateField(null=True, editable=False)

    objects: ClassVar[MeasureQuerySet] = MeasureQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("tiltak")
        verbose_name_plural = _("tiltak")
        constraints = (
            models.CheckConstraint(
                condition=Q(wording__in=Wording.values), name="measure_wording_known"
            ),
            models.CheckConstraint(
                condition=Q(ref__regex=REF), name="measure_ref_can_stand_in_an_address"
            ),
            models.CheckConstraint(
                condition=Q(language__in=Language.values), name="measure_language_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["", *Status.values]), name="measure_status_known"
            ),
            models.CheckConstraint(
                condition=Q(outlook__in=["", *Outlook.values]), name="measure_outlook_known"
            ),
            models.CheckConstraint(
                condition=Q(status="", status_by="", status_on=None, current_update=None)
                | Q(
                    ~Q(status=""),
                    status_by__in=SaidBy.values,
                    status_on__isnull=False,
                    current_update__isnull=False,
                ),
                name="measure_status_comes_from_an_update",
            ),
            models.CheckConstraint(
                condition=Q(due_on=None, current_deadline=None)
                | Q(due_on__isnull=False, current_deadline__isnull=False),
                name="measure_due_date_comes_from_a_deadline",
            ),
            models.CheckConstraint(
                condition=Q(
                    reporting_closed_on=None, reporting_closed_by=None, reporting_closed_reason=""
                )
                | Q(reporting_closed_on__isnull=False) & ~Q(reporting_closed_reason=""),
                name="measure_reporting_closed_with_a_reason",
            ),
        )
        indexes = (
            models.Index(Collate("short_title", "nb-x-icu"), F("ref"), name="measure_by_title"),
            models.Index(fields=["document", "ref"], name="measure_in_document"),
            models.Index(
                fields=[
                    "document",
                    "theme",
                    "status",
                    "status_by",
                    "outlook",
                    "due_on",
                    "reporting_closed_on",
                    "confirmed_on",
                    "sourced_on",
                    "last_event_on",
                ],
                name="measure_facets",
            ),
            # To count by the owner: PostgreSQL reads this instead of every measure.
            models.Index(fields=["id", "status", "status_by"], name="measure_standing"),
        )

    def __str__(self) -> str:
        return f"{self.ref} {self.short_title}"

    def get_absolute_url(self) -> str:
        return reverse("measures:measure", args=[self.ref])

    def schedule_on(self, today: datetime.date) -> str:
        """Return how the deadline stands on `today`, as a value of `Schedule`."""
        return facts.of(self, facts.schedule_rules(today))

    @property
    def freshness_now(self) -> str:
        """Who spoke last, as a value of `Freshness`."""
        return facts.of(self, facts.freshness_rules())

    @property
    def answering(self) -> list[Organisation]:
        """The lead where a source names one, else the ministries with a part; read from `owners`,
        loaded as `for_list` does."""
        owners = list(self.owners.all())
        leads = [owner.organisation for owner in owners if owner.role == OwnerRole.LEAD]
        return leads or [
            owner.organisation
            for owner in owners
            if owner.organisation.kind == OrganisationKind.MINISTRY
        ]

    @property
    def sourced(self) -> PartialDate | None:
        """When a public source last said something, as exactly as is known."""
        if self.sourced_on is None:
            return None
        return PartialDate(self.sourced_on, Precision(self.sourced_precision))


class OwnerQuerySet(models.QuerySet["Owner"]):
    def leads_first(self) -> OwnerQuerySet:
        """The lead, then contributors by Norwegian name."""
        return self.order_by(
            models.Case(models.When(role=OwnerRole.LEAD, then=0), default=1),
            Collate("organisation__name", "nb-x-icu"),
        )


class Owner(models.Model):
    """An organisation's role for a measure, where a source says so: lead, at most one, or
    contributor."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="owners")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="owns")
    role = models.CharField(_("rolle"), max_length=12, choices=OwnerRole)
    basis = models.CharField(_("grunnlag"), max_length=20, default="source")

    objects: ClassVar[OwnerQuerySet] = OwnerQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("ansvarlig")
        verbose_name_plural = _("ansvarlige")
        constraints = (
            models.UniqueConstraint(fields=["measure", "organisation"], name="owner_once"),
            models.UniqueConstraint(
                fields=["measure"], condition=Q(role=OwnerRole.LEAD), name="owner_one_lead"
            ),
            models.CheckConstraint(condition=Q(role__in=OwnerRole.values), name="owner_role_known"),
        )

    def __str__(self) -> str:
        return f"{self.organisation}: {self.measure}"
