"""Who leads, contributes to, singled out and asked for what."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Collate

from measures.choices import UNREPORTED, OwnerRole, PriorityLevel
from measures.models import Ask, Document, Measure, Owner, Priority
from stakeholders.choices import OrganisationKind
from stakeholders.models import Organisation


def _number_of(model: type[Model], **conditions: object) -> Coalesce:
    """How many rows of `model` belong to the outer organisation and meet the conditions.

    A subquery of its own: several joins in one count would multiply each other's rows.
    """
    rows = model._default_manager.filter(organisation=OuterRef("pk"), **conditions)
    counted = rows.order_by().values("organisation").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def listed() -> QuerySet[Organisation]:
    """All organisations by kind (ministries first) and Norwegian name, with what they have.

    Adds `leads`, `contributes`, `prioritised` and `asked`: numbers.
    """
    kinds = [When(kind=kind, then=Value(n)) for n, kind in enumerate(OrganisationKind.values)]
    return Organisation.objects.annotate(
        leads=_number_of(Owner, role=OwnerRole.LEAD),
        contributes=_number_of(Owner, role=OwnerRole.CONTRIBUTOR),
        prioritised=_number_of(Priority),
        asked=_number_of(Ask),
    ).order_by(Case(*kinds), Collate("name", "nb-x-icu"))


class Ownerless(NamedTuple):
    """How many measures there are, and how many of them no source gives an owner."""

    all: int
    ownerless: int


def count_ownerless() -> Ownerless:
    """Count measures, and those without any owner."""
    owned = Exists(Owner.objects.filter(measure=OuterRef("pk")))
    counts = Measure.objects.aggregate(all=Count("pk"), ownerless=Count("pk", filter=~owned))
    return Ownerless(**counts)


def with_asks() -> QuerySet[Organisation]:
    """Organisations with `asked` and, of those asks, `unanswered` that no measure meets."""
    return Organisation.objects.annotate(
        asked=_number_of(Ask), unanswered=_number_of(Ask, measures=None)
    )


@dataclass(frozen=True)
class States:
    """How many measures there are in each state (a `Status`, or unreported)."""

    states: Counter[str]

    @property
    def total(self) -> int:
        """All of them."""
        return self.states.total()


def _by(rows: Iterable[tuple[str, str, int]]) -> dict[str, States]:
    found: dict[str, States] = {}
    for group, status, number in rows:
        found.setdefault(group, States(Counter())).states[status or UNREPORTED] += number
    return found


def states_by_role(organisation: Organisation) -> dict[str, States]:
    """Count the measures an organisation has a part in, by role and state."""
    rows = Owner.objects.filter(organisation=organisation)
    return _by(rows.values_list("role", "measure__status").annotate(Count("pk")).order_by())


def states_by_level(organisation: Organisation) -> dict[str, States]:
    """Count the measures an organisation singled out, by level and state."""
    rows = Priority.objects.filter(organisation=organisation)
    return _by(rows.values_list("level", "measure__status").annotate(Count("pk")).order_by())


def roles_of(organisation: Organisation) -> QuerySet[Owner]:
    """The roles of an organisation: what it leads first, then by Norwegian title."""
    return Owner.objects.filter(organisation=organisation).order_by(
        Case(When(role=OwnerRole.LEAD, then=0), default=1),
        Collate("measure__short_title", "nb-x-icu"),
        "measure__ref",
    )


def priorities_of(organisation: Organisation) -> QuerySet[Priority]:
    """What an organisation singled out: the especially important first, then by ref."""
    return Priority.objects.filter(organisation=organisation).order_by(
        Case(When(level=PriorityLevel.ESPECIALLY_IMPORTANT, then=0), default=1), "measure__ref"
    )


def asks_of(organisation: Organisation) -> QuerySet[Ask]:
    """What an organisation asked for: the latest first, those without a date last."""
    return Ask.objects.filter(organisation=organisation).order_by(
        F("stated_on").desc(nulls_last=True), "key"
    )


def answers_to(asks: Collection[Ask]) -> dict[int, list[int]]:
    """Return the primary keys of the measures that meet each ask, by the ask's."""
    pairs = Ask.measures.through.objects.filter(ask__in=[ask.pk for ask in asks])
    found: dict[int, list[int]] = {}
    for ask, measure in pairs.order_by("measure__ref").values_list("ask_id", "measure_id"):
        found.setdefault(ask, []).append(measure)
    return found


def measures_today(pks: Collection[int], today: datetime.date) -> dict[int, Measure]:
    """Return measures with all that their three facts show, by primary key."""
    return (
        Measure.objects.with_facts(today)
        .select_related("document", "current_update", "current_deadline")
        .prefetch_related("current_update__evidence")
        .in_bulk(pks)
    )


def coordinated_by(organisation: Organisation) -> QuerySet[Document]:
    """Documents an organisation coordinates, oldest first.

    Adds `registered` and, of those, `leaderless`: measures whose lead no source names, for which
    the coordinating ministries answer.
    """
    leads = Owner.objects.filter(measure=OuterRef("measures"), role=OwnerRole.LEAD)
    return (
        Document.objects.filter(coordinators=organisation)
        .annotate(
            registered=Count("measures"),
            leaderless=Count("measures", filter=Q(~Exists(leads), measures__isnull=False)),
        )
        .order_by("published_on", "pk")
    )


def count_unregistered() -> int:
    """How many measures the documents announced that the register does not hold."""
    held = Document.objects.annotate(
        missing=F("announced_measures") - Count("measures"),
    )
    return int(held.filter(missing__gt=0).aggregate(sum=Sum("missing"))["sum"] or 0)
