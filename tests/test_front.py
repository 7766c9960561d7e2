"""The front page: what was promised, what is known, and by whom; every number leads to its list."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation
from pytest_django.fixtures import DjangoAssertNumQueries

from measures.models import Event, Indicator, IndicatorValue, Measure, Owner
from measures.queries import overview as queries
from tests.make import (
    TODAY,
    make_deadline,
    make_document,
    make_measure,
    make_organisation,
    make_theme,
    make_update,
)
from tests.page import Page, listed

pytestmark = pytest.mark.django_db

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC), tick=False):
        yield


@pytest.fixture
def real() -> None:
    """The register as it is."""
    call_command("load_register", str(FIXTURES), verbosity=0)


def front(client: Client, path: str = "/") -> Page:
    response = client.get(path)
    assert response.status_code == 200
    return Page(response)


def report(measure: Measure, status: str = "in_progress") -> None:
    """The measure's owner reports."""
    owner = make_organisation(kind="ministry")
    Owner.objects.create(measure=measure, organisation=owner, role="lead")
    make_update(measure, "2026-11-01", status, origin="report", organisation=owner)


# --- The real register -----------------------------------------------------------------------


@pytest.mark.usefixtures("real")
def test_the_real_numbers() -> None:
    overview = queries.overview(TODAY)
    assert (overview.announced, overview.tally.total, overview.unregistered) == (87, 61, 26)
    assert overview.tally.states == {
        "completed": 16,
        "in_progress": 29,
        "discontinued": 1,
        "unreported": 15,
    }
    assert overview.tally.by_owner == overview.gaps.confirmed == 0
    assert overview.tally.by_public == 46
    assert [(d.announced, d.tally.total, d.unregistered) for d in overview.documents] == [
        (31, 31, 0),
        (41, 15, 26),
        (15, 15, 0),
    ]


@pytest.mark.usefixtures("real")
def test_the_headline_says_the_denominator_and_who_has_spoken(client: Client) -> None:
    text = front(client).text
    assert (
        "Siden 2019 har skiftende regjeringer lovet helsenæringen 87 tiltak. Vi kjenner status "
        "for 46: 16 er gjennomført, 29 er i gang og 1 er avsluttet uten gjennomføring." in text
    )
    assert (
        "Ingen av de ansvarlige har rapportert ennå. For 46 av 61 registrerte tiltak er det "
        "offentlige kilder som viser status." in text
    )
    assert (
        "87 tiltak: 31 fra Helsenæringsmeldingen, 41 fra Veikartet (15 registrert), "
        "15 fra Eksportsatsingen. Status 22. november 2026." in text
    )


@pytest.mark.usefixtures("real")
@pytest.mark.parametrize("path", ["/", "/en/", "/dokumenter/veikart2023/", "/dokumenter/meldst18/"])
def test_every_number_leads_to_the_list_it_counts(path: str, client: Client) -> None:
    page = front(client, path)
    lists = [link for link in page.numbers() if "/tiltak/" in link.href]
    assert lists
    assert [(link.href, link.number) for link in lists] == [
        (link.href, listed(client, link.href)) for link in lists
    ]
    for link in page.numbers():
        if link.href.startswith("#"):
            assert link.href[1:] in page.ids, link
        elif "/dokumenter/" in link.href:
            address, _, anchor = link.href.partition("#")
            there = front(client, address)
            assert not anchor or anchor in there.ids, link
            assert str(link.number) in there.text, link


@pytest.mark.usefixtures("real")
def test_no_number_in_a_table_is_without_a_link(client: Client) -> None:
    page = front(client)
    cells = [tag for tag, found in page.tags if tag == "td" and "num" in str(found.get("class"))]
    zero = [tag for tag, found in page.tags if tag == "td" and "is-zero" in str(found.get("class"))]
    linked = [link for link in page.numbers() if "#" in link.href or "/tiltak/" in link.href]
    assert len(cells) > len(zero) > 0
    assert len(linked) >= len(cells) - len(zero)


@pytest.mark.usefixtures("real")
def test_the_export_goal_and_the_growth_it_needs(client: Client) -> None:
    text = front(client).text
    assert "25,9 mrd. kroner i 2024. Målet er 50" in text
    assert "5,6 %" in text  # (25.9 / 22) ** (1/3) - 1
    assert "11,6 %" in text  # (50 / 25.9) ** (1/6) - 1
    assert "For 2024 er det publisert 2 ulike tall: 29" in text
    assert "/indikatorer/export-income/" in {link.href for link in front(client).links}


@pytest.mark.usefixtures("real")
def test_the_latest_changes_are_those_that_happened_last(client: Client) -> None:
    told = [
        event.update.summary
        for event in Event.objects.published_updates().order_by("-happened_on", "-pk")[:6]
        if event.update
    ]
    text = front(client).text
    places = [text.index(summary) for summary in told]
    assert places == sorted(places)
    assert "desember 2025" in text, "a date known to its month is written as a month"


@pytest.mark.usefixtures("real")
def test_the_page_is_light(client: Client) -> None:
    brotli = pytest.importorskip("brotli")
    for path in ("/", "/nn/", "/en/"):
        assert len(brotli.compress(client.get(path).content)) <= 12_000


@pytest.mark.usefixtures("real")
def test_every_square_is_a_measure_and_the_missing_ones_lead_nowhere(client: Client) -> None:
    cells = [found for _, found in front(client).tags if found.get("class") == "cell"]
    squares = [c for c in cells if c.get("href") or c["data-state"] == "unregistered"]
    registered = [c for c in squares if c.get("href")]
    assert len(registered) == 61
    assert {str(c["href"]) for c in registered} == {
        m.get_absolute_url() for m in Measure.objects.all()
    }


@pytest.mark.usefixtures("real")
def test_quoted_norwegian_is_marked_on_other_pages(client: Client) -> None:
    response = client.get("/en/")
    page = response.content.decode()
    measure = Event.objects.published_updates().latest_facts_first()[0].measure
    assert measure
    assert f'href="/en/tiltak/{measure.ref}/"' in page
    assert measure.short_title not in page, "a list in English has the English short title"
    assert measure.short_title_en in page
    assert 'lang="nb">Testing' not in page


# --- Words that follow the numbers -----------------------------------------------------------


def test_an_empty_register_says_so(client: Client) -> None:
    assert "Registeret er tomt" in front(client).text


def test_nothing_known(client: Client) -> None:
    make_measure(document=make_document(announced_measures=1))
    text = front(client).text
    assert "lovet helsenæringen 1 tiltak. Vi kjenner ikke status for noen av dem." in text
    assert "Ingen av de ansvarlige har rapportert ennå." in text
    assert "offentlig kilde som viser status" not in text


@pytest.mark.parametrize(
    ("reported", "public", "expected"),
    [
        (1, 0, "De ansvarlige har selv rapportert om 1 av 1 registrerte tiltak."),
        (
            1,
            1,
            "De ansvarlige har selv rapportert om 1 av 2 registrerte tiltak. For 1 av 2 "
            "registrerte tiltak er det en offentlig kilde som viser status.",
        ),
        (
            3,
            2,
            "De ansvarlige har selv rapportert om 3 av 5 registrerte tiltak. For 2 av 5 "
            "registrerte tiltak er det offentlige kilder som viser status.",
        ),
    ],
)
def test_owners_and_public_sources_are_counted_apart(
    reported: int, public: int, expected: str, client: Client
) -> None:
    for _ in range(reported):
        report(make_measure())
    for _ in range(public):
        make_update(make_measure())
    page = front(client)
    assert expected in page.text
    for link in page.numbers():
        if "/tiltak/" in link.href:
            assert listed(client, link.href) == link.number


def test_not_registered_is_neither_unreported_nor_not_started(client: Client) -> None:
    document = make_document(announced_measures=7)
    make_update(make_measure(document=document), status="not_started")
    make_measure(document=document)
    overview = queries.overview(TODAY)
    assert overview.tally.states == {"not_started": 1, "unreported": 1}
    assert overview.unregistered == 5
    links = {(link.href, link.number) for link in front(client).numbers()}
    assert (f"/dokumenter/{document.key}/#mangler", 5) in links


def test_a_document_that_holds_more_than_it_announced_is_counted_whole() -> None:
    document = make_document(announced_measures=1)
    make_measure(document=document)
    make_measure(document=document)
    overview = queries.overview(TODAY)
    assert (overview.announced, overview.unregistered) == (2, 0)


def test_what_is_missing_is_counted_in_open_measures_where_a_deadline_is_meant() -> None:
    document = make_document(announced_measures=10)
    late, near, done, quiet = (make_measure(document=document) for _ in range(4))
    make_deadline(late, "2026-10")
    make_deadline(near, "2026-12")
    make_deadline(done, "2020")
    make_update(done, "2019", "completed")
    make_update(late, "2026-05-01")
    make_update(quiet, "2025-11-21")
    gaps = queries.overview(TODAY).gaps
    assert (gaps.open, gaps.late, gaps.near, gaps.without_deadline) == (3, 1, 1, 1)
    assert gaps.silent == 2, "no news for a year: the near one, and the one a day too old"
    assert gaps.unknown == 1


def test_each_measure_is_counted_under_one_lead_or_none() -> None:
    ministry, agency = make_organisation(kind="ministry"), make_organisation()
    for lead in (ministry, ministry, agency, None):
        measure = make_measure()
        if lead:
            Owner.objects.create(measure=measure, organisation=lead, role="lead")
        Owner.objects.create(measure=measure, organisation=make_organisation(), role="contributor")
    overview = queries.overview(TODAY)
    assert [(o.key, t.total) for o, t in overview.leads] == [(ministry.key, 2), (agency.key, 1)]
    assert overview.without_lead.total == 1


# --- Size ------------------------------------------------------------------------------------


def many(times: int) -> None:
    """Documents, themes, leads, updates and figures, `times` of each."""
    indicator = Indicator.objects.first() or Indicator.objects.create(
        key="mal",
        name="Eksport",
        unit="mrd. kroner",
        document=make_document(kind="export_plan"),
        belongs_to_document=True,
        baseline_year=2021,
        baseline_value=22,
        target_year=2030,
        target_value=50,
    )
    for n in range(times):
        measure = make_measure(document=make_document(announced_measures=3), theme=make_theme())
        report(measure)
        IndicatorValue.objects.create(
            indicator=indicator,
            year=1950 + Measure.objects.count(),
            value=n + 1,
            value_type="actual",
            publisher="Menon",
        )


@pytest.mark.parametrize("path", ["/", "/om/"])
def test_the_number_of_queries_does_not_grow(
    path: str, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    many(1)
    with django_assert_max_num_queries(12) as few:
        client.get(path)
    many(49)
    with django_assert_max_num_queries(len(few)):
        client.get(path)


@pytest.mark.parametrize(("language", "number"), [("nb", "50\xa0000"), ("en", "50,000")])
def test_a_large_number_is_written_in_groups(language: str, number: str) -> None:
    cell = {"number": 50_000, "url": "/tiltak/", "label": "i gang"}
    with translation.override(language):
        assert f">{number}<" in render_to_string("components/figure_cell.html", cell)


def test_a_large_register_is_drawn_as_shares(client: Client) -> None:
    document = make_document(announced_measures=queries.SQUARES + 1)
    make_update(make_measure(document=document))
    page = front(client)
    assert not [f for _, f in page.tags if f.get("class") == "cell" and f.get("href")]
    assert [f for tag, f in page.tags if tag == "svg" and f.get("class") == "bar"]


def test_many_documents_are_lines_and_the_page_stays_short(client: Client) -> None:
    document = make_document()
    first = len(client.get("/").content)
    for _ in range(queries.ROWS + 10):
        make_measure(document=make_document(announced_measures=20), theme=make_theme())
    page = front(client)
    shown = [link for link in page.links if link.href.startswith("/dokumenter/dokument-")]
    assert len({link.href.partition("#")[0] for link in shown}) == queries.ROWS
    assert f"de {queries.ROWS} nyeste dokumentene" in page.text
    assert document.get_absolute_url() not in {link.href for link in page.links}
    assert len(client.get("/").content) < first + 150_000


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nobody_can_write_here(method: str, client: Client) -> None:
    assert getattr(client, method)("/").status_code == 405
