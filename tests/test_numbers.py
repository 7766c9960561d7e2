"""A number of asks, indicators, status updates or links leads to the list that it counts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from tests.page import Page

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
PAGES = [
    "/",
    "/tiltak/EX-09/",
    "/tiltak/HM-C7/",
    "/dokumenter/veikart2023/",
    "/aktorer/",
    "/aktorer/lmi/",
    "/aktorer/lmi/?svar=ingen",
    "/aktorer/hod/",
    "/trad/",
    "/indikatorer/",
    "/indikatorer/export-income/",
]
#: Measures are counted in so many ways that each page has a test of its own for them.
COUNT = re.compile(
    r"\b\d+ (?:ønsker?|indikator(?:er)?|mål|melding(?:er)?|kobling(?:er)?|rettelser?|av dem)\b"
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _real() -> None:
    """The register as it is."""
    call_command("load_register", str(FIXTURES), verbosity=0)


def page(client: Client, path: str) -> Page:
    response = client.get(path)
    assert response.status_code == 200
    return Page(response)


def counts(page: Page) -> list[tuple[str, str]]:
    """Where each number on the page leads, and what it says it counts."""
    found = [(link.href, COUNT.match(link.text)) for link in page.links]
    return [(href, match[0]) for href, match in found if match]


@pytest.mark.parametrize("path", PAGES)
def test_no_count_stands_outside_a_link(client: Client, path: str) -> None:
    assert COUNT.findall(page(client, path).loose) == []


@pytest.mark.parametrize("path", PAGES)
def test_the_list_that_a_count_leads_to_is_there(client: Client, path: str) -> None:
    here = page(client, path)
    for href, _said in counts(here):
        address, _hash, anchor = href.partition("#")
        there = page(client, address) if address else here
        assert not anchor or anchor in there.ids, href


def test_updates_of_a_measure_are_counted_where_they_are_listed(client: Client) -> None:
    response = client.get("/tiltak/HM-C7/")
    updates = response.context["page"].updates
    assert len(updates) > 1
    assert counts(Page(response)) == [("#meldinger", f"{len(updates)} meldinger")]


def test_indicators_are_counted_in_all_and_by_document(client: Client) -> None:
    response = client.get("/indikatorer/")
    found = dict(counts(Page(response)))
    assert found.pop("#indikatorer") == "38 mål"
    groups = response.context["groups"]
    assert list(found.values()) == [f"{group.count} indikatorer" for group in groups]
    stories = [sum(len(theme.stories) for theme in group.themes) for group in groups]
    assert [group.count for group in groups] == stories


@pytest.mark.parametrize(("query", "listed"), [("", 11), ("?svar=ingen", 3), ("?svar=tull", 11)])
def test_asks_without_an_answer_can_be_listed(client: Client, query: str, listed: int) -> None:
    response = client.get(f"/aktorer/lmi/{query}")
    wishes = response.context["lists"].wish_rows
    assert len(wishes) == response.context["lists"].wishes.page.paginator.count == listed
    assert {bool(wish.answers) for wish in wishes} == ({False} if listed == 3 else {True, False})
    assert counts(Page(response)) == [
        ("/aktorer/lmi/#onsker", "11 ønsker"),
        ("/aktorer/lmi/?svar=ingen#onsker", "3 av dem"),
    ]
    assert ("Vis alle ønskene" in Page(response).text) == (listed == 3)
