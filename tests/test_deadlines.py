"""How often a deadline was moved, and how far: counted in whole months, and told as it is."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client

from measures.dates import whole_months
from measures.models import Deadline, Measure
from measures.queries.deadlines import history
from tests.make import make_deadline, make_measure, make_organisation
from tests.page import Page

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2026-01-15", "2026-01-15", 0),
        ("2026-01-15", "2026-02-14", 0),
        ("2026-01-15", "2026-02-15", 1),
        ("2026-12-31", "2027-09-30", 9),
        ("2026-09-30", "2026-12-31", 3),
        ("2026-01-31", "2026-02-28", 1),
        ("2026-02-28", "2026-03-31", 1),
        ("2024-02-29", "2025-02-28", 12),
        ("2026-01-31", "2026-03-30", 1),
        ("2027-09-30", "2026-12-31", -9),
        ("2026-02-15", "2026-01-16", 0),
        ("2024-05-31", "2034-05-31", 120),
    ],
)
def test_whole_months(start: str, end: str, months: int) -> None:
    days = (datetime.date.fromisoformat(day) for day in (start, end))
    assert whole_months(*days) == months


def stated(*due: str) -> Measure:
    """A measure whose deadline was stated so, one each year."""
    measure = make_measure()
    for year, text in enumerate(due, start=2010):
        make_deadline(measure, text, f"{year}-03-01")
    return measure


@pytest.mark.parametrize(
    ("due", "changes", "times", "months"),
    [
        ([], [], 0, 0),
        (["2026"], ["first"], 0, 0),
        (["2026", "2026"], ["first", "repeated"], 0, 0),
        (["2026-12", "2027-03", "2027-09"], ["first", "moved", "moved"], 2, 9),
        (["2026-12-31", "2026-09-30"], ["first", "moved"], 1, -3),
        (["2026-05-01", "2026-05-20"], ["first", "moved"], 1, 0),
        (["2026", "2027", "2026"], ["first", "moved", "moved"], 2, 0),
        (["2026", "2026-06", "2026-06-15"], ["first", "exact", "exact"], 0, 0),
        (["2026", "2026-06", "2026-12"], ["first", "exact", "moved"], 1, 6),
        (["2026", "2027", "2027-03"], ["first", "moved", "exact"], 1, 3),
        (["2026-06", "2026"], ["first", "vague"], 1, 6),
        (["2026-12-31", "2026"], ["first", "vague"], 0, 0),
    ],
)
def test_what_each_statement_changed(
    due: list[str], changes: list[str], times: int, months: int
) -> None:
    told = history(list(Deadline.objects.filter(measure=stated(*due)).order_by("-pk")))
    assert [step.change for step in told.steps] == changes[::-1]
    assert (told.times, told.months) == (times, months)


@pytest.mark.parametrize(
    ("prefix", "due", "said"),
    [
        ("", ["2026-12", "2027-03", "2027-09"], "Fristen er flyttet 2 ganger, +9 måneder"),
        ("", ["2026-12", "2027-01"], "Fristen er flyttet én gang, +1 måned"),
        ("", ["2026-12", "2026-09"], "Fristen er flyttet én gang, −3 måneder"),
        ("", ["2026-05-01", "2026-05-20"], "Fristen er flyttet én gang, +19 dager"),
        ("", ["2026-05-02", "2026-05-01"], "Fristen er flyttet én gang, −1 dag"),
        ("", ["2026", "2027", "2026"], "flyttet 2 ganger, og er tilbake til den første"),
        ("/nn", ["2026-12", "2027-09"], "Fristen er flytt éin gong, +9 månader"),
        ("/en", ["2026-12", "2027-09"], "The deadline has been moved once, +9 months"),
    ],
)
def test_it_is_said_at_the_top_of_the_page(
    client: Client, prefix: str, due: list[str], said: str
) -> None:
    page = Page(client.get(f"{prefix}{stated(*due).get_absolute_url()}"))
    assert said in page.text
    assert [link.href for link in page.links if said[-20:] in link.text] == ["#frister"]


def test_a_deadline_that_never_moved_says_nothing_of_moving(client: Client) -> None:
    text = Page(client.get(stated("2026", "2026-06").get_absolute_url())).text
    assert "Fristen er flyttet" not in text
    assert "Oppgitt mer nøyaktig, ikke flyttet" in text


def test_unlike_precision_is_told(client: Client) -> None:
    said = "ikke oppgitt like nøyaktig"
    assert said in Page(client.get(stated("2026", "2027-03").get_absolute_url())).text
    assert said not in Page(client.get(stated("2026", "2027").get_absolute_url())).text


def test_who_moved_it_and_why(client: Client) -> None:
    measure, owner = stated("2026"), make_organisation(name="Eieren")
    Deadline.objects.create(
        measure=measure, due_on="2027-12-31", precision="year", stated_on="2026-05-01",
        reason="Anbudet tok tid.", source_name="Eieren", organisation=owner,
    )  # fmt: skip
    page = Page(client.get(measure.get_absolute_url()))
    assert "Anbudet tok tid. Eieren" in page.text
    assert f"/aktorer/{owner.key}/" in [link.href for link in page.links]
    assert "Første frist Fordi det står i kilden Kilde" in page.text
