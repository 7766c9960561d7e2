"""The three facts: SQL and Python say the same of every measure on every day."""

from __future__ import annotations

import datetime
from itertools import product
from typing import Any

import pytest

from measures import facts
from measures.choices import Freshness, SaidBy, Schedule, Status
from measures.models import Deadline, Document, Measure, StatusUpdate, Theme
from tests.make import TODAY, make_deadline, make_document, make_measure, make_theme, make_update

DAYS = (-400, -1, 0, 1, 59, 60, 61, 400)
DAY = datetime.timedelta(days=1)


def measure_of(**fields: object) -> Measure:
    """A measure that is in no database."""
    return Measure(**fields)


@pytest.mark.parametrize(
    ("days", "schedule"),
    [
        (-1, Schedule.LATE),
        (0, Schedule.NEAR),
        (1, Schedule.NEAR),
        (60, Schedule.NEAR),
        (61, Schedule.ON_TIME),
    ],
)
def test_the_limits_of_the_schedule(days: int, schedule: str) -> None:
    """The day of the deadline is not late; 60 days is near, 61 is not."""
    assert measure_of(due_on=TODAY + days * DAY).schedule_on(TODAY) == schedule


def test_without_a_deadline_nothing_is_late_or_on_time() -> None:
    assert measure_of().schedule_on(TODAY) == Schedule.NONE


@pytest.mark.parametrize("status", ["completed", "carried_over", "discontinued"])
def test_an_ended_measure_has_no_running_deadline(status: str) -> None:
    assert measure_of(status=status, due_on=TODAY - DAY).schedule_on(TODAY) == Schedule.CLOSED
    assert measure_of(status=status).schedule_on(TODAY) == Schedule.CLOSED


@pytest.mark.parametrize("status", ["", "not_started", "in_progress"])
def test_a_measure_that_has_not_ended_can_be_late(status: str) -> None:
    assert measure_of(status=status, due_on=TODAY - DAY).schedule_on(TODAY) == Schedule.LATE


def test_a_measure_closed_for_reporting_has_no_running_deadline() -> None:
    measure = measure_of(due_on=TODAY - DAY, reporting_closed_on=TODAY)
    assert measure.schedule_on(TODAY) == Schedule.CLOSED


def test_freshness_is_who_spoke() -> None:
    assert measure_of().freshness_now == Freshness.UNKNOWN
    assert measure_of(sourced_on=TODAY).freshness_now == Freshness.SOURCE_ONLY
    assert measure_of(confirmed_on=TODAY).freshness_now == Freshness.CONFIRMED
    both = measure_of(confirmed_on=TODAY - 900 * DAY, sourced_on=TODAY)
    assert both.freshness_now == Freshness.CONFIRMED


def test_nothing_said_is_never_a_status() -> None:
    assert facts.of(measure_of(), facts.status_rules()) == "unreported"
    for status in Status:
        assert facts.of(measure_of(status=status), facts.status_rules()) == status


@pytest.fixture
def every_combination(db: None) -> None:
    """One measure for each combination of what the facts look at."""
    document, theme, first = make_document(), make_theme(), make_measure()
    updates = {status: update_saying(first, status) for status in Status}
    deadlines = {days: deadline_in(first, days) for days in DAYS}
    combinations = product(
        ("", *Status), (None, *DAYS), (None, TODAY), (None, TODAY), (None, TODAY)
    )
    Measure.objects.bulk_create(
        combined(document, theme, n, updates.get(status), deadlines.get(days), *dates)  # type: ignore[arg-type]
        for n, (status, days, *dates) in enumerate(combinations)
    )


def update_saying(measure: Measure, status: Status) -> StatusUpdate:
    return StatusUpdate.objects.create(
        key=f"sier-{status}",
        measure=measure,
        date=TODAY,
        precision="day",
        status=status,
        origin="public_source",
        summary="Noe.",
        reason="Fordi.",
        carried_to=make_measure(),
    )


def deadline_in(measure: Measure, days: int) -> Deadline:
    return Deadline.objects.create(
        measure=measure,
        due_on=TODAY + days * DAY,
        precision="day",
        stated_on=TODAY,
        reason="Fordi",
        source_name="Kilde",
    )


def combined(
    document: Document,
    theme: Theme,
    n: int,
    update: StatusUpdate | None,
    deadline: Deadline | None,
    closed: datetime.date | None,
    confirmed: datetime.date | None,
    sourced: datetime.date | None,
) -> Measure:
    return Measure(
        ref=f"K-{n}",
        document=document,
        theme=theme,
        short_title="T",
        title="T",
        wording="official",
        source_name="K",
        current_update=update,
        status=update.status if update else "",
        status_by=SaidBy.PUBLIC if update else "",
        status_on=TODAY if update else None,
        current_deadline=deadline,
        due_on=deadline.due_on if deadline else None,
        reporting_closed_on=closed,
        reporting_closed_reason="Ferdig rapportert." if closed else "",
        confirmed_on=confirmed,
        sourced_on=sourced,
    )


@pytest.mark.usefixtures("every_combination")
@pytest.mark.parametrize("later", [*range(-2, 3), -61, -60, -59, 59, 60, 61])
def test_sql_and_python_agree_on_every_combination(later: int) -> None:
    today = TODAY + later * DAY
    found = list(Measure.objects.filter(ref__startswith="K-").with_facts(today))
    assert len(found) == 6 * 9 * 8
    for measure in found:
        in_python = (
            facts.of(measure, facts.status_rules()),
            measure.schedule_on(today),
            measure.freshness_now,
        )
        in_sql = (measure.reported, measure.schedule, measure.freshness)  # type: ignore[attr-defined]
        assert in_sql == in_python, measure.ref


@pytest.mark.usefixtures("every_combination")
def test_every_word_is_said_of_some_measure() -> None:
    found: Any = Measure.objects.with_facts(TODAY)
    assert set(found.values_list("reported", flat=True)) == {*Status.values, "unreported"}
    assert set(found.values_list("schedule", flat=True)) == set(Schedule.values)
    assert set(found.values_list("freshness", flat=True)) == set(Freshness.values)


@pytest.mark.usefixtures("every_combination")
@pytest.mark.parametrize("column", ["reported", "schedule", "freshness"])
def test_the_condition_of_a_word_finds_what_the_case_says(column: str) -> None:
    rules = {
        "reported": facts.status_rules(),
        "schedule": facts.schedule_rules(TODAY),
        "freshness": facts.freshness_rules(),
    }[column]
    words = sorted({str(word) for word, _condition in rules})
    measures: Any = Measure.objects.with_facts(TODAY).order_by("pk")
    for asked in [[], words, *([word] for word in words), words[:2], words[1:]]:
        found = measures.filter(facts.where(rules, asked)).values_list("pk", flat=True)
        said = measures.filter(**{f"{column}__in": asked}).values_list("pk", flat=True)
        assert list(found) == list(said), asked


@pytest.mark.django_db
def test_the_facts_of_a_measure_with_a_history() -> None:
    measure = make_measure()
    make_update(measure, "2024-05", "in_progress")
    make_deadline(measure, "2026")
    found = Measure.objects.with_facts(TODAY).get(pk=measure.pk)
    assert found.reported == "in_progress"  # type: ignore[attr-defined]
    # The year 2026 ends 39 days after today.
    assert found.schedule == "near"  # type: ignore[attr-defined]
    assert found.freshness == "source_only"  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_facts_can_be_filtered_sorted_and_counted() -> None:
    late, near = make_measure(), make_measure()
    make_deadline(late, "2025")
    make_deadline(near, "2026")
    measures: Any = Measure.objects.with_facts(TODAY)
    assert measures.filter(schedule="late").get() == late
    assert list(measures.order_by("schedule").values_list("schedule", flat=True)) == [
        "late",
        "near",
    ]
    assert measures.filter(freshness="unknown").count() == 2
