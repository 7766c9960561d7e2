"""The page "Fra melding til marked": the picture, the same as a list, and its numbers."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from measures.models import Document, Indicator, IndicatorValue, Measure, MeasureLink
from measures.queries import threads as queries
from tests.make import make_document, make_measure, make_theme
from tests.page import Page

pytestmark = pytest.mark.django_db

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


@pytest.fixture
def real() -> None:
    """The register as it is."""
    call_command("load_register", str(FIXTURES), verbosity=0)


def page(client: Client, path: str = "/trad/") -> Page:
    response = client.get(path)
    assert response.status_code == 200
    return Page(response)


def link(earlier: Measure | Document, later: Measure | Document, **fields: Any) -> MeasureLink:
    ends = {
        f"{name}_{'measure' if isinstance(end, Measure) else 'document'}": end
        for name, end in (("earlier", earlier), ("later", later))
    }
    return MeasureLink.objects.create(
        **ends,
        **{"kind": "follows_up", "reason": "Samme sak.", "basis": "same_subject"} | fields,
    )


def document(year: int, **fields: Any) -> Document:
    return make_document(published_on=datetime.date(year, 1, 1), **fields)


def pair(**fields: Any) -> tuple[Measure, Measure]:
    """Two linked measures of two documents."""
    a = make_measure(document=document(2019), **fields)
    b = make_measure(document=document(2023), **fields)
    link(a, b)
    return a, b


def value(indicator: Indicator, year: int | None, amount: str, **fields: Any) -> IndicatorValue:
    return IndicatorValue.objects.create(
        **{
            "indicator": indicator,
            "year": year,
            "value": Decimal(amount),
            "value_type": "actual",
            "publisher": "Utgiver",
        }
        | fields
    )


def wires(page_: Page) -> list[dict[str, str | None]]:
    return [a for tag, a in page_.tags if tag == "path" and "data-on" in a]


# --- The real register -----------------------------------------------------------------------


@pytest.mark.usefixtures("real")
def test_the_real_links_are_counted_by_basis(client: Client) -> None:
    assert queries.count_links() == (33, 8, 25)
    assert "33 koblinger: 8 er sagt i en kilde, 25 er vår lesing." in page(client).text


@pytest.mark.usefixtures("real")
def test_every_real_link_between_measures_is_drawn_once(client: Client) -> None:
    response = client.get("/trad/")
    drawn = [
        line.wire.key
        for section in response.context["sections"]
        for picture in section.pictures
        for line in picture.lines
        if line.wire.key
    ]
    between = MeasureLink.objects.exclude(earlier_measure=None).exclude(later_measure=None)
    assert sorted(drawn) == sorted(between.values_list("pk", flat=True))
    links = [a for a in wires(Page(response)) if a["data-basis"] != "outcome"]
    assert len(links) == 29
    assert sum(a["data-basis"] == "stated_in_source" for a in links) == 4


@pytest.mark.usefixtures("real")
def test_the_real_threads(client: Client) -> None:
    response = client.get("/trad/")
    assert len(response.context["pages"].page.object_list) == 14
    nodes = [
        node.measure.ref
        for section in response.context["sections"]
        for picture in section.pictures
        for column in picture.columns
        for node in column.nodes
    ]
    assert len(nodes) == len(set(nodes)) == 42
    assert not any(section.too_large for section in response.context["sections"])


@pytest.mark.usefixtures("real")
def test_all_real_links_stand_in_the_list(client: Client) -> None:
    response = client.get("/trad/")
    assert len(response.context["links"]) == 33
    text = Page(response).text
    for one in MeasureLink.objects.all():
        assert one.reason in text


@pytest.mark.usefixtures("real")
@pytest.mark.parametrize(("basis", "number"), [("stated_in_source", 8), ("same_subject", 25)])
def test_the_list_can_be_narrowed_to_one_basis(client: Client, basis: str, number: int) -> None:
    response = client.get("/trad/", {"grunnlag": basis})
    assert {one.basis for one in response.context["links"]} == {basis}
    assert len(response.context["links"]) == number
    leading = [n for n in Page(response).numbers() if f"grunnlag={basis}" in n.href]
    assert leading and all(n.number == number for n in leading)


@pytest.mark.usefixtures("real")
def test_links_of_whole_documents_are_told_apart(client: Client) -> None:
    response = client.get("/trad/")
    assert len(response.context["document_links"]) == 4
    assert [basis for _path, basis in response.context["head"].wires] == ["stated_in_source"] * 2
    assert "Veikartet lover en eksportfremmesatsing; planen er den satsingen." in (
        Page(response).text
    )


@pytest.mark.usefixtures("real")
def test_measures_without_links_are_counted_and_named(client: Client) -> None:
    response = client.get("/trad/")
    assert response.context["unlinked_count"] == len(response.context["unlinked"]) == 17
    assert "17 registrerte tiltak er ikke koblet til noe annet" in Page(response).text


@pytest.mark.usefixtures("real")
def test_outcomes_are_measured_and_never_hoped_for(client: Client) -> None:
    text = page(client).text
    assert "25,9 mrd. kroner Eksportinntekter fra helseindustrien, 2024" in text
    assert "109 Søknader om klinisk utprøving av legemidler, 2024" in text
    assert "26,9" not in text, "a forecast"
    assert "29 mrd" not in text, "an estimate"
    assert "Bevilgning til katapultordningen" not in text, "a budget"
    assert "Det sier ikke at tiltakene er årsaken." in text


@pytest.mark.usefixtures("real")
@pytest.mark.parametrize(("language", "marked"), [("nn", "nb"), ("en", None)])
def test_norwegian_titles_say_so_on_other_pages(
    client: Client, language: str, marked: str | None
) -> None:
    page_ = page(client, f"/{language}/trad/")
    measures = [
        a
        for tag, a in page_.tags
        if tag == "a" and str(a.get("href", "")).startswith(f"/{language}/tiltak/VK-")
    ]
    assert measures and all(a.get("lang") == marked for a in measures)


@pytest.mark.usefixtures("real")
def test_nothing_is_styled_inline_and_every_id_is_unique(client: Client) -> None:
    page_ = page(client)
    assert not [a for _tag, a in page_.tags if "style" in a]
    assert len(page_.ids) == len(set(page_.ids))
    pictures = [
        a for tag, a in page_.tags if tag == "svg" and "thread__wires" in str(a.get("class"))
    ]
    assert len(pictures) > 20
    assert all(a.get("aria-hidden") == "true" for a in pictures), "the list says it in words"


# --- Made up ---------------------------------------------------------------------------------


def test_without_links_the_page_says_so(client: Client) -> None:
    make_measure()
    text = page(client).text
    assert "Ingen koblinger er registrert" in text
    assert "1 tiltak har ingen kobling" in text


def test_a_measure_says_what_it_follows_up_and_on_what_basis(client: Client) -> None:
    pair()
    assert "Følger opp: Tiltak" in page(client).text
    assert "Vår lesing" in page(client).text


def test_a_wire_says_on_what_basis_it_stands(client: Client) -> None:
    a, b = make_measure(document=document(2019)), make_measure(document=document(2023))
    link(a, b, basis="stated_in_source")
    (wire,) = wires(page(client))
    assert wire["data-basis"] == "stated_in_source"


def test_a_link_within_one_document_is_drawn(client: Client) -> None:
    one = document(2023)
    link(make_measure(document=one), make_measure(document=one))
    assert len(wires(page(client))) == 1


def test_the_latest_measured_figure_ends_the_thread(client: Client) -> None:
    theme = make_theme()
    pair(theme=theme)
    indicator = Indicator.objects.create(key="i", name="Bedrifter", unit="stk.", theme=theme)
    value(indicator, 2020, "60")
    value(indicator, 2023, "37")
    value(indicator, 2025, "99", value_type="forecast")
    text = page(client).text
    assert "37 stk. Bedrifter, 2023" in text
    assert "60 stk." not in text and "99 stk." not in text


def test_figures_that_disagree_stand_side_by_side(client: Client) -> None:
    theme = make_theme()
    pair(theme=theme)
    indicator = Indicator.objects.create(key="i", name="Bedrifter", unit="stk.", theme=theme)
    value(indicator, 2023, "37")
    value(indicator, 2023, "41", publisher="En annen")
    text = page(client).text
    assert "37 stk." in text and "41 stk." in text


def test_a_figure_without_a_year_ends_nothing(client: Client) -> None:
    theme = make_theme()
    pair(theme=theme)
    value(Indicator.objects.create(key="i", name="Tall", unit="stk.", theme=theme), None, "5")
    text = page(client).text
    assert "Ingen målte tall for temaet" in text
    assert not [a for a in wires(page(client)) if a["data-basis"] == "outcome"]


def test_with_many_documents_every_theme_shows_its_own(client: Client) -> None:
    for year in range(2000, 2008, 2):
        theme = make_theme()
        a = make_measure(document=document(year), theme=theme)
        b = make_measure(document=document(year + 1), theme=theme)
        link(a, b)
    response = client.get("/trad/")
    assert response.context["head"].documents == []
    assert [len(s.head.documents) for s in response.context["sections"]] == [2] * 4
    assert len(wires(Page(response))) == 4


def test_a_thread_that_is_too_large_is_listed(client: Client) -> None:
    hub, late = make_measure(document=document(2019)), document(2023)
    for _ in range(31):
        link(hub, make_measure(document=late))
    response = client.get("/trad/")
    page_ = Page(response)
    assert "En tråd med 32 tiltak er for stor til å tegnes." in page_.text
    assert wires(page_) == []
    assert len(response.context["links"]) == 31


def test_threads_come_in_pages(client: Client) -> None:
    early, late = document(2019), document(2023)
    for _ in range(25):
        link(make_measure(document=early), make_measure(document=late))
    first, second = client.get("/trad/"), client.get("/trad/?side=2")
    assert [len(wires(Page(r))) for r in (first, second)] == [20, 5]
    assert len(second.context["links"]) == 5


@pytest.mark.parametrize("query", ["side=x", "side=99", "side=-1", "grunnlag=tull", "grunnlag=%00"])
def test_nonsense_in_the_address_is_explained(client: Client, query: str) -> None:
    pair()
    page_ = page(client, f"/trad/?{query}")
    assert "Vi forstår ikke hele adressen" in page_.text
    assert len(wires(page_)) == 1


def test_the_page_is_only_read(client: Client) -> None:
    assert client.post("/trad/").status_code == 405


# --- Cost ------------------------------------------------------------------------------------


def cost(client: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/trad/").status_code == 200
    return len(captured)


def test_the_page_costs_the_same_however_many_links_there_are(client: Client) -> None:
    theme = make_theme()
    value(Indicator.objects.create(key="i", name="Tall", unit="stk.", theme=theme), 2023, "5")
    a, _ = pair(theme=theme)
    link(a.document, make_document())
    make_measure()
    few = cost(client)
    for _ in range(25):
        a, b = pair(theme=make_theme())
        link(a.document, b.document)
        make_measure()
    assert cost(client) == few <= 12
