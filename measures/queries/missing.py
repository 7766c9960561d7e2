"""Who owes a word of which measures, and since when.

What is owed is told by `measures.queries.desk.silent`, the same as on the desk of who must report:
where an open round asks, a word since it opened, elsewhere one within `FRESH`.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Collate

from measures.choices import OwnerRole
from measures.models import Document, Measure, Owner
from measures.models.measures import MeasureQuerySet
from measures.queries.desk import silent
from stakeholders.models import Organisation

#: More organisations than this are not listed; those that owe most come first.
LISTED = 100


def of_document(document: Document | None) -> MeasureQuerySet:
    """The open measures, perhaps of one document only."""
    found = Measure.objects.open()
    return found.filter(document=document) if document else found


def unreported(today: datetime.date, document: Document | None = None) -> MeasureQuerySet:
    """The open measures of which the owner owes a word on the day `today`."""
    return of_document(document).filter(silent(today))


def answering() -> QuerySet[Organisation]:
    """All organisations that lead a measure or coordinate a document, by Norwegian name."""
    leads = Owner.objects.filter(organisation=OuterRef("pk"), role=OwnerRole.LEAD)
    coordinates = Document.coordinators.through._default_manager.filter(organisation=OuterRef("pk"))
    return Organisation.objects.filter(Exists(leads) | Exists(coordinates)).by_name()


def only(organisation: Organisation) -> QuerySet[Organisation, Any]:
    """Return a query for the key of one organisation."""
    return Organisation.objects.filter(pk=organisation.pk).values("pk")


def without_lead(measures: MeasureQuerySet) -> MeasureQuerySet:
    """Keep the measures that nobody is known to lead."""
    return measures.filter(
        ~Exists(Owner.objects.filter(measure=OuterRef("pk"), role=OwnerRole.LEAD))
    )


def has_any_owner_spoken() -> bool:
    """Say whether any owner has ever reported or confirmed anything here."""
    return Measure.objects.filter(confirmed_on__isnull=False).exists()


def in_groups(measures: MeasureQuerySet, today: datetime.date) -> QuerySet[Any, Any]:
    """Put measures in order: by who leads them, by Norwegian name; last those without a known
    lead, by document. In each group the longest silence first. Loads what a line shows.

    Adds `lead`, a key or None, and `since`: the day the owner last spoke, or that the document
    came when the owner never has.
    """
    lead = Owner.objects.filter(measure=OuterRef("pk"), role=OwnerRole.LEAD)
    found: QuerySet[Any, Any] = measures.for_list(today).annotate(
        lead=Subquery(lead.values("organisation")[:1]),
        lead_name=Subquery(lead.values("organisation__name")[:1]),
        since=Coalesce("confirmed_on", "document__published_on"),
    )
    return found.prefetch_related("document__coordinators").order_by(
        Collate(F("lead_name"), "nb-x-icu").asc(nulls_last=True),
        "document__published_on",
        "document_id",
        "since",
        "ref",
    )


class Numbers(NamedTuple):
    """How many measures are open, of how many of them the owner owes a word, how many of those have
    no known lead, and the day since when an owner has been silent the longest."""

    open: int
    unreported: int
    shared: int
    since: datetime.date | None


@dataclass(frozen=True)
class Owing:
    """What one organisation must answer for: what it leads, and what has no known lead, which any
    of the document's coordinating ministries may answer."""

    organisation: Organisation
    numbers: Numbers


def whole(today: datetime.date, document: Document | None = None) -> Numbers:
    """Return what is owed in all, every measure counted once."""
    owed = unreported(today, document)
    since = owed.aggregate(first=Min(Coalesce("confirmed_on", "document__published_on")))
    return Numbers(
        of_document(document).count(), owed.count(), without_lead(owed).count(), since["first"]
    )


def by_organisation(today: datetime.date, document: Document | None = None) -> list[Owing]:
    """Return what each organisation that must answer for something open owes, most first."""
    owed = unreported(today, document).values("pk")
    led = Owner.objects.filter(role=OwnerRole.LEAD, measure__in=of_document(document))
    coordinated = Document.coordinators.through._default_manager.filter(
        document__measures__in=without_lead(of_document(document)).values("pk")
    )
    led_by = _counted(led, "measure", owed)
    shared_by = _counted(coordinated, "document__measures", owed)
    organisations = Organisation.objects.in_bulk(led_by.keys() | shared_by.keys())
    found = [
        Owing(one, _together(led_by.get(pk, NOTHING), shared_by.get(pk, NOTHING)))
        for pk, one in organisations.items()
    ]
    found.sort(key=lambda o: (-o.numbers.unreported, -o.numbers.open, o.organisation.key))
    return found[:LISTED]


class Counted(NamedTuple):
    """How many measures there are, how many of them are owed, and the longest silence of those."""

    open: int
    unreported: int
    since: datetime.date | None


NOTHING = Counted(0, 0, None)


def _counted(
    rows: QuerySet[Any, Any], measure: str, owed: QuerySet[Any, Any]
) -> dict[int, Counted]:
    """Count the rows' measures by the key of the organisation."""
    is_owed = Q(**{f"{measure}__in": owed})
    spoke = Coalesce(f"{measure}__confirmed_on", f"{measure}__document__published_on")
    counted = (
        rows.order_by()
        .values("organisation")
        .annotate(
            open=Count(measure),
            unreported=Count(measure, filter=is_owed),
            since=Min(spoke, filter=is_owed),
        )
    )
    return {row.pop("organisation"): Counted(**row) for row in counted}


def _together(led: Counted, shared: Counted) -> Numbers:
    days = [one.since for one in (led, shared) if one.since]
    return Numbers(
        led.open + shared.open,
        led.unreported + shared.unreported,
        shared.unreported,
        min(days, default=None),
    )
