"""The page with all measures: right numbers, constant cost, and never an error."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from measures import search
from measures.filters import MeasureFilter
from measures.models import Document, Measure
from tests.make import (
    make_deadline,
    make_document,
    make_measure,
    make_organisation,
    make_theme,
    make_update,
)

pytestmark = pytest.mark.django_db

URL = "/tiltak/"
EVERYTHING = (
    "?q=forskning+klinsk&dokument=plan&tema=301&status=in_progress&aktor=eier&aktor=ingen"
    "&ferskhet=source_only&sortering=dokument"
)


def fill(number: int) -> None:
    """Make measures that have all that a row can show."""
    document = Document.objects.filter(key="plan").first() or make_document(
        key="plan", announced_measures=1000
    )
    owner = make_organisation(kind="ministry")
    theme = make_theme(number=300 + Document.objects.count() + Measure.objects.count())
    for _ in range(number):
        measure = make_measure(
            document=document, theme=theme, short_title="Klinisk forskning på kjernen"
        )
        measure.owners.create(organisation=owner, role="lead")
        make_update(measure)
        make_deadline(measure, "2027-01")
    search.reindex(list(Measure.objects.values_list("pk", flat=True)))


def cost(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize("query", ["", "?q=klinsk", EVERYTHING, "?side=2", "?sortering=tittel"])
def test_it_costs_the_same_with_fifty_times_the_data(client: Client, query: str) -> None:
    fill(1)
    before = cost(client, URL + query)
    fill(50)
    assert cost(client, URL + query) == before <= 10


def test_the_numbers_of_the_register_are_said(client: Client) -> None:
    document = make_document(key="plan", short_title="Planen", announced_measures=5)
    for _ in range(3):
        make_measure(document=document)
    page = client.get(URL).content.decode()
    assert f'<a class="ds-link" href="{URL}">3</a> av' in page
    assert '<a class="ds-link" href="/#status">5</a> tiltak er registrert.' in page
    assert '<a class="ds-link" href="/#status">2</a> mangler' in page
    assert "2 tiltak i Planen er ikke registrert" in page
    assert ">3 tiltak</h2>" in page
    assert ">0 av 3 tiltak</h2>" in client.get(URL + "?status=completed").content.decode()


def test_a_document_that_is_complete_lacks_nothing(client: Client) -> None:
    whole = make_document(key="hel", announced_measures=1)
    make_measure(document=whole)
    make_document(key="mangler", announced_measures=2, short_title="Halvplanen")
    assert b"er ikke registrert" not in client.get(URL + "?dokument=hel").content
    page = client.get(URL + "?dokument=mangler").content.decode()
    assert "2 tiltak i Halvplanen er ikke registrert" in page
    assert "Halvplanen er ikke registrert" not in client.get(URL + "?dokument=hel").content.decode()


def test_a_row_names_the_lead_or_says_that_it_is_not_settled(client: Client) -> None:
    led, helped, alone = make_measure(), make_measure(), make_measure()
    led.owners.create(organisation=make_organisation(name="Lederen"), role="lead")
    led.owners.create(
        organisation=make_organisation(name="Hjelperen", kind="ministry"), role="contributor"
    )
    helped.owners.create(
        organisation=make_organisation(name="Departementet", kind="ministry"), role="contributor"
    )
    alone.owners.create(organisation=make_organisation(name="Etaten"), role="contributor")
    table = client.get(URL).content.decode().partition("<tbody")[2].partition("</tbody>")[0]
    rows = {
        ref: row
        for row in table.split("<tr")[1:]
        for ref in (led.ref, helped.ref, alone.ref)
        if f"{ref}," in row
    }
    assert "Lederen" in rows[led.ref]
    assert "Hjelperen" not in rows[led.ref]
    assert "Departementet" in rows[helped.ref]
    assert "Departement ikke avklart" in rows[alone.ref]


def test_every_measure_stands_on_one_page_and_one_only(client: Client) -> None:
    for _ in range(60):
        make_measure()
    for sorting in ("", "&sortering=tittel", "&sortering=frist", "&sortering=dokument"):
        seen: list[str] = []
        for side in (1, 2, 3):
            response = client.get(f"{URL}?side={side}{sorting}")
            seen += [m.ref for m in response.context["measures"]]
        assert len(seen) == 60
        assert len(set(seen)) == 60


def test_pages_are_marked_and_keep_the_selection(client: Client) -> None:
    for _ in range(30):
        make_measure()
    page = client.get(f"{URL}?status=unreported&side=2").content.decode()
    assert 'aria-current="page" href="?status=unreported&amp;side=2"' in page
    assert 'href="?status=unreported&amp;side=1"' in page
    assert "<title>Tiltak, side 2 –" in " ".join(page.split())


@pytest.mark.parametrize(
    ("side", "shown", "said"),
    [
        ("99", 2, "Side 99 finnes ikke. Her er den siste, side 2."),
        ("0", 1, "Siden «0» finnes ikke. Her er den første."),
        ("abc", 1, "Siden «abc» finnes ikke. Her er den første."),
        ("²", 1, "Siden «²» finnes ikke. Her er den første."),
        ("9" * 500, 1, "finnes ikke. Her er den første."),
    ],
)
def test_a_page_that_does_not_exist_is_explained(
    client: Client, side: str, shown: int, said: str
) -> None:
    for _ in range(26):
        make_measure()
    response = client.get(URL, {"side": side})
    assert response.status_code == 200
    assert response.context["page"].number == shown
    assert said in response.content.decode()


def test_a_search_without_hits_says_what_to_do(client: Client) -> None:
    fill(1)
    page = client.get(f"{URL}?q=xyzzyqwerty").content.decode()
    assert "Ingen tiltak passer til valgene dine" in page
    assert "<table" not in page


NONSENSE = [
    "?q=%00klinisk",
    "?q=%ff%fe&status=%c3%28",
    "?status=completed&status=completed&status=%F0%9F%98%80",
    "?q=';DROP TABLE measures_measure;--&aktor=' OR 1=1",
    "?tema=99999999999999999999999&tema=-1&tema=1e5",
    "?dokument=%00&aktor=%00&side=%00&sortering=%00",
    "?" + "x" * 100_000,
    "?q=" + "%C3%A6%20" * 15_000,
    "?status=" + "a" * 100_000,
    "?" + "&".join(f"status={n}" for n in range(900)),
    "?" + "&".join(f"status={n}" for n in range(2000)),
    "?q=a&q=b&q[]=c&=d&&&",
    "?q=%25%5f%5c&rolle=x&nivaa=y&prioritert=z&sagt=w",
    "?side=1&side=2&side=",
]


@pytest.mark.parametrize("query", NONSENSE, ids=range(len(NONSENSE)))
@pytest.mark.parametrize("htmx", [False, True])
def test_nonsense_is_never_a_server_error(client: Client, query: str, htmx: bool) -> None:
    make_measure()
    headers = {"HX-Request": "true"} if htmx else {}
    response = client.get(URL + query.replace(" ", "%20"), headers=headers)
    assert response.status_code in {200, 400}
    assert response.content
    # Only the links to the page in two other languages repeat the whole address.
    assert len(response.content) < 120_000 + 3 * len(query)
    assert len(response.headers.get("HX-Push-Url", "")) < 2000


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    asked=st.dictionaries(
        st.sampled_from([*MeasureFilter.base_filters, "sortering", "side"]),
        st.lists(
            st.text(max_size=20) | st.sampled_from(["completed", "ingen", "1", "late"]), max_size=3
        ),
        max_size=5,
    )
)
def test_no_address_is_a_server_error(client: Client, asked: dict[str, list[str]]) -> None:
    assert client.get(URL, asked).status_code == 200


def test_what_is_typed_is_shown_as_text(client: Client) -> None:
    page = client.get(URL, {"q": '"><script>alert(1)</script>', "status": "<b>x</b>"}).content
    assert b"<script>alert" not in page
    assert b"<b>x" not in page


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_the_list_can_only_be_read(client: Client, method: str) -> None:
    assert getattr(client, method)(URL).status_code == 405


# --- With JavaScript -------------------------------------------------------------------------

HTMX = {"HX-Request": "true"}


def test_htmx_gets_only_what_changes(client: Client) -> None:
    fill(2)
    response = client.get(f"{URL}?q=&status=in_progress&status=tull&tema=", headers=HTMX)
    page = response.content.decode()
    assert "<html" not in page
    assert 'id="resultater"' in page
    assert 'id="filtervalg" hx-swap-oob="outerHTML"' in page
    assert 'href="/en/tiltak/?q=&amp;status=in_progress' in page
    assert '<div id="treffmelding" hx-swap-oob="innerHTML">2 av 2 tiltak</div>' in page
    assert response.headers["HX-Push-Url"] == "/tiltak/?status=in_progress"


def test_the_pushed_address_shows_the_same(client: Client) -> None:
    fill(3)
    piece = client.get(f"{URL}{EVERYTHING}&side=7&status=&q=", headers=HTMX)
    address = piece.headers["HX-Push-Url"]
    assert "" not in {
        value for values in parse_qs(urlsplit(address).query).values() for value in values
    }
    whole = client.get(address)
    assert [m.pk for m in whole.context["measures"]] == [m.pk for m in piece.context["measures"]]
    assert whole.context["found"] == piece.context["found"]


def test_going_back_gets_the_whole_page(client: Client) -> None:
    headers = HTMX | {"HX-History-Restore-Request": "true"}
    response = client.get(URL, headers=headers)
    assert b"<html" in response.content
    assert "HX-Push-Url" not in response.headers


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_cache_never_gives_a_piece_for_a_page(client: Client, headers: dict[str, str]) -> None:
    varies = client.get(URL, headers=headers).headers["Vary"]
    assert {"HX-Request", "HX-History-Restore-Request"} <= {v.strip() for v in varies.split(",")}


@pytest.mark.parametrize(
    ("headers", "moves"),
    [
        ({}, False),
        (HTMX, False),
        (HTMX | {"HX-Trigger": "filtre"}, False),
        (HTMX | {"HX-Trigger": "vis-tiltak"}, True),
        (HTMX | {"HX-Boosted": "true"}, True),
        (HTMX | {"HX-Boosted": "true", "HX-Trigger": "sorter-tittel"}, False),
    ],
)
def test_focus_moves_to_the_results_when_its_place_is_gone(
    client: Client, headers: dict[str, str], moves: bool
) -> None:
    assert (b"autofocus" in client.get(URL, headers=headers).content) == moves


@pytest.mark.parametrize("prefix", ["", "/nn", "/en"])
def test_links_stay_in_the_language(client: Client, prefix: str) -> None:
    fill(1)
    page = client.get(f"{prefix}{URL}?status=in_progress").content.decode()
    results = page.partition('id="resultater"')[2].partition("</section>")[0]
    assert f'href="{prefix}/tiltak/' in results
    assert 'href="/tiltak/' not in results or not prefix
    assert reverse("measures:measure_list") == URL
