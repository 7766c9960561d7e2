"""What came of a reporting round on any day: counted from the history, so it never changes later.

A measure that the round asks about is, on a day,

- *reported* when its owners published a report from the day the round opened to the end of the
  day,
- *confirmed* when they did not, but published a confirmation that nothing had changed,
- *closed* when they did neither, but an approver had ended the reporting about it, and
- *missing* otherwise. What public sources say is no answer, and neither is a correction.

Days are Norwegian. When something was published is never changed, nor when an event was written,
nor who was asked; what owners the measure has now, what was said later and what was corrected
since do not count. A round goes on counting until the end of its closing day.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Collate

from measures.choices import OWNER_ORIGINS, Answer, Origin, Verb
from measures.dates import end_of, start_of
from measures.models import Event, Measure, Round, RoundMeasure, StatusUpdate
from measures.models.reporting import StatusUpdateQuerySet
from stakeholders.models import Organisation

#: So many rounds are shown beside what is missing.
LATEST = 5


def result_day(asking: Round, today: datetime.date) -> datetime.date:
    """Return the day whose state is the result: the closing day, or today until then."""
    return min(asking.closes_on, today)


def spoken(asking: Round, on: datetime.date) -> StatusUpdateQuerySet:
    """What owners published while the round was open, to the end of the day `on` at the latest."""
    return StatusUpdate.objects.filter(
        origin__in=[origin.value for origin in OWNER_ORIGINS],
        published_at__gte=start_of(asking.opens_on),
        published_at__lt=end_of(result_day(asking, on)),
    )


def answered(
    rows: QuerySet[Any, Any], asking: Round, on: datetime.date, measure: str
) -> QuerySet[Any, Any]:
    """Add `answer`: what the owners had answered by the end of the day `on`, an `Answer`.

    `measure` is the field of the rows that holds the key of the measure.
    """
    said = spoken(asking, on).filter(measure=OuterRef(measure))
    acts = Event.objects.filter(
        measure=OuterRef(measure),
        verb__in=[Verb.REPORTING_CLOSED.value, Verb.REPORTING_REOPENED.value],
        at__lt=end_of(result_day(asking, on)),
    )
    found: QuerySet[Any, Any] = rows.alias(
        last_act=Subquery(acts.order_by("-at", "-pk").values("verb")[:1])
    ).annotate(
        answer=Case(
            When(Exists(said.filter(origin=Origin.REPORT)), then=Value(Answer.REPORTED.value)),
            When(Exists(said), then=Value(Answer.CONFIRMED.value)),
            When(last_act=Verb.REPORTING_CLOSED.value, then=Value(Answer.CLOSED.value)),
            default=Value(Answer.MISSING.value),
            output_field=CharField(),
        )
    )
    return found


@dataclass(frozen=True)
class Result:
    """How many measures the round asks about, and how many have each answer."""

    asked: int
    answers: Counter[str]


def whole(asking: Round, on: datetime.date) -> Result:
    """Count every measure of the round once, also where several ministries may answer."""
    rows = asked_about(asking, on).order_by().values_list("answer").annotate(Count("pk"))
    found: Counter[str] = Counter(dict(rows))
    return Result(found.total(), found)


def by_organisation(asking: Round, on: datetime.date) -> QuerySet[Any, dict[str, Any]]:
    """Count what each organisation was asked about, by answer: rows with `organisation`, `asked`
    and a number for each `Answer`. Who misses most stands first.

    A measure without a known lead counts with each ministry that may answer.
    """
    rows = answered(RoundMeasure.objects.filter(round=asking), asking, on, "measure")
    numbers = {one.value: Count("pk", filter=Q(answer=one.value)) for one in Answer}
    found: QuerySet[Any, dict[str, Any]] = (
        rows.values("organisation")
        .annotate(asked=Count("pk"), **numbers)
        .order_by("-missing", "-asked", Collate("organisation__name", "nb-x-icu"))
    )
    return found


def asked_about(
    asking: Round, on: datetime.date, organisation: Organisation | None = None
) -> QuerySet[Any, Any]:
    """The measures of the round, perhaps only those that one organisation was asked about, by
    reference. Adds `answer`."""
    asked = RoundMeasure.objects.filter(round=asking, measure=OuterRef("pk"))
    if organisation is not None:
        asked = asked.filter(organisation=organisation)
    measures = answered(Measure.objects.filter(Exists(asked)), asking, on, "pk")
    return measures.order_by("ref")


def with_standing(
    measures: QuerySet[Any, Any], asking: Round, on: datetime.date
) -> QuerySet[Any, Any]:
    """Add what the register said of the measures at the end of the day: `status_then` and
    `speaker_then`, empty when nobody had said anything; and `answered_at`, when the owner last
    answered the round. Loads what a line shows."""
    until = end_of(result_day(asking, on))
    corrections = StatusUpdate.objects.filter(
        replaces=OuterRef("pk"), measure=OuterRef("measure"), published_at__lt=until
    )
    told: QuerySet[Any, Any] = (
        StatusUpdate.objects.filter(measure=OuterRef("pk"), published_at__lt=until)
        .exclude(Exists(corrections))
        .exclude(status="")
        .with_speaker()
        .newest_first()
    )
    answers = spoken(asking, on).filter(measure=OuterRef("pk")).order_by("-published_at")
    found: QuerySet[Any, Any] = measures.select_related("document").annotate(
        status_then=Coalesce(Subquery(told.values("status")[:1]), Value("")),
        speaker_then=Coalesce(Subquery(told.values("speaker")[:1]), Value("")),
        answered_at=Subquery(answers.values("published_at")[:1]),
    )
    return found


def latest(today: datetime.date) -> list[Round]:
    """Return the rounds that have opened, the newest first; the last few."""
    return list(Round.objects.filter(opens_on__lte=today).newest_first()[:LATEST])


def asked_organisations(asking: Round) -> list[Organisation]:
    """Return everybody whom the round asks about something, by Norwegian name."""
    asked = RoundMeasure.objects.filter(round=asking, organisation=OuterRef("pk"))
    return list(Organisation.objects.filter(Exists(asked)).by_name())


def asked_of(asking: Round, measures: Collection[int]) -> dict[int, list[Organisation]]:
    """Return who was asked about each of a few measures, by its key."""
    rows = RoundMeasure.objects.filter(round=asking, measure__in=measures)
    by_name = rows.select_related("organisation").order_by(
        Collate("organisation__name", "nb-x-icu")
    )
    found: dict[int, list[Organisation]] = {}
    for row in by_name:
        found.setdefault(row.measure_id, []).append(row.organisation)
    return found
