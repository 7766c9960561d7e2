"""The rules of a report, one by one."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from measures.dates import PartialDate, typed
from measures.validators import Before, Report, problems, regresses, tells_why

TODAY = datetime.date(2026, 11, 22)
BEFORE = Before(
    measure=1,
    document_published_on=datetime.date(2023, 8, 23),
    status="in_progress",
    due=PartialDate.parse("2026-12"),
)


def broken(before: Before = BEFORE, date: str = "2026-11-20", **fields: Any) -> list[str]:
    """Return the fields of the rules that an otherwise fine report breaks."""
    plain = {"status": "in_progress", "summary": "Noe har skjedd."} | fields
    report = Report(date=PartialDate.parse(date), **plain)
    return [problem.field for problem in problems(report, before, TODAY)]


def standing(status: str) -> Before:
    return Before(1, datetime.date(2023, 8, 23), status)


def test_a_plain_report_breaks_nothing() -> None:
    assert broken() == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"status": ""}, ["status"]),
        ({"summary": " \n"}, ["summary"]),
        ({"status": "completed"}, ["evidence"]),
        ({"status": "completed", "has_evidence": True}, []),
        ({"status": "carried_over"}, ["carried_to"]),
        ({"status": "carried_over", "carried_to": 1}, ["carried_to"]),
        ({"status": "carried_over", "carried_to": 2}, []),
        ({"status": "discontinued"}, ["reason_kind", "reason"]),
        ({"status": "discontinued", "reason": "Ja"}, ["reason_kind"]),
        ({"status": "discontinued", "reason": "Ja", "reason_kind": "priority"}, []),
        ({"outlook": "at_risk"}, []),
        ({"outlook": "behind"}, ["reason_kind", "reason"]),
        ({"outlook": "behind", "reason": "Ja", "reason_kind": "resources"}, []),
        ({"outlook": "behind", "status": "completed", "has_evidence": True}, []),
        ({"status": "not_started"}, ["reason"]),
        ({"status": "not_started", "reason": "Vi begynner på nytt."}, []),
        ({"date": "2026-11-22"}, []),
        ({"date": "2026-11-23"}, ["date"]),
        ({"date": "2026-11"}, []),
        ({"date": "2026-12"}, ["date"]),
        ({"date": "2023-08-22"}, ["date"]),
        ({"date": "2023-08"}, []),
        ({"date": "2022"}, ["date"]),
        ({"new_due": PartialDate.parse("2026-12")}, ["new_due", "new_due_reason"]),
        ({"new_due": PartialDate.parse("2026-12-31"), "new_due_reason": "Dagen er klar."}, []),
        ({"new_due": PartialDate.parse("2027"), "new_due_reason": " "}, ["new_due_reason"]),
        # In the past, but not before the promise was made.
        ({"new_due": PartialDate.parse("2024"), "new_due_reason": "Det var før."}, []),
        ({"new_due": PartialDate.parse("2020"), "new_due_reason": "Det var før."}, ["new_due"]),
    ],
)
def test_rule(fields: dict[str, Any], expected: list[str]) -> None:
    assert broken(**fields) == expected


@pytest.mark.parametrize("ended", ["completed", "carried_over", "discontinued"])
@pytest.mark.parametrize("now", ["in_progress", "not_started"])
def test_what_has_ended_does_not_begin_again_silently(ended: str, now: str) -> None:
    assert broken(standing(ended), status=now) == ["reason"]
    assert broken(standing(ended), status=now, reason="Det var ikke ferdig.") == []


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        ("", "not_started", False),
        ("not_started", "in_progress", False),
        ("in_progress", "not_started", True),
        ("in_progress", "completed", False),
        ("completed", "discontinued", False),
        ("completed", "", False),
    ],
)
def test_what_goes_back(before: str, now: str, expected: bool) -> None:
    assert regresses(before, now) is expected


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_the_form() -> None:
    found = broken(date="2030", status="carried_over", summary="", outlook="behind")
    assert found == ["carried_to", "summary", "date"]


def test_a_reason_left_from_before_belongs_to_nothing() -> None:
    report = Report(date=PartialDate.parse("2026"), status="in_progress", outlook="on_track")
    assert not tells_why(report, BEFORE)
    assert tells_why(report, standing("completed"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("17.5.2026", "2026-05-17"),
        ("17.05.2026", "2026-05-17"),
        (" 17. 5. 2026 ".replace(" 2", "2"), "2026-05-17"),
        ("2026-05-17", "2026-05-17"),
        ("17. mai 2026", "2026-05-17"),
        ("Mai 2026", "2026-05"),
        ("may 2026", "2026-05"),
        ("5.2026", "2026-05"),
        ("des. 2026", "2026-12"),
        ("october 2026", "2026-10"),
        ("2026", "2026"),
    ],
)
def test_dates_are_read_as_people_type_them(text: str, expected: str) -> None:
    assert str(typed(text)) == expected


@pytest.mark.parametrize(
    "text",
    ["", "i fjor", "31.2.2026", "13.2026", "32.1.2026", "1.1.26", "tull 2026", "0026", "9999"],
)
def test_what_is_no_date_is_not_guessed(text: str) -> None:
    with pytest.raises(ValueError):
        typed(text)


@pytest.mark.parametrize("text", ["2026", "2026-02", "2026-02-03"])
def test_a_deadline_comes_back_from_its_last_day(text: str) -> None:
    date = PartialDate.parse(text)
    assert PartialDate.ending(date.last, date.precision) == date
