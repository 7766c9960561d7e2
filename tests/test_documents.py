"""A document's page: what it promised, what is registered, and why the rest is not."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from measures.models import Chapter, MeasureLink, Owner
from measures.queries import documents as queries
from tests.make import (
    TODAY,
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


def opened(client: Client, path: str) -> Page:
    response = client.get(path)
    assert response.status_code == 200
    return Page(response)


@pytest.mark.usefixtures("real")
def test_the_roadmap_says_what_it_lacks_and_why(client: Client) -> None:
    page = opened(client, "/dokumenter/veikart2023/")
    assert "15 av 41 varslede tiltak er registrert" in page.text
    assert "mangler" in page.ids
    assert (
        "Dokumentet varsler 41 tiltak. Vi har ordlyden til 15 av dem. De andre 26 finnes ikke i "
        "kildene våre, og vi dikter dem ikke opp." in page.text
    )
    assert "verken som «Ikke startet» eller som «Ikke rapportert»" in page.text


@pytest.mark.usefixtures("real")
def test_a_complete_document_lacks_nothing(client: Client) -> None:
    page = opened(client, "/dokumenter/meldst18/")
    assert "31 varslede tiltak, og alle er registrert" in page.text
    assert "mangler" not in page.ids


@pytest.mark.usefixtures("real")
def test_the_document_says_who_when_and_where(client: Client) -> None:
    page = opened(client, "/dokumenter/veikart2023/")
    links = {link.href for link in page.links}
    assert "23. august 2023" in page.text
    assert {"/aktorer/nfd/", "/aktorer/hod/"} <= links
    assert "https://www.regjeringen.no/no/dokumenter/veikart-helsenaring/id2991874/" in links
    assert {"/dokumenter/meldst18/", "/dokumenter/eksport2024/", "/tiltak/EX-13/"} <= links


@pytest.mark.usefixtures("real")
def test_measures_stand_under_the_chapters_of_the_white_paper(client: Client) -> None:
    text = opened(client, "/dokumenter/meldst18/").text
    chapters = [
        f"{c.letter} {c.title}"
        for c in Chapter.objects.filter(document__key="meldst18").order_by("letter")
    ]
    assert len(chapters) == 4
    places = [text.index(chapter) for chapter in chapters]
    assert places == sorted(places)


@pytest.mark.usefixtures("real")
def test_every_registered_measure_is_listed_once(client: Client) -> None:
    page = opened(client, "/dokumenter/meldst18/")
    refs = [link.href for link in page.links if link.href.startswith("/tiltak/HM-")]
    assert len(refs) == len(set(refs)) == 31
    assert refs[:3] == ["/tiltak/HM-A1/", "/tiltak/HM-A2/", "/tiltak/HM-A3/"]


def test_themes_are_the_headings_where_there_are_no_chapters() -> None:
    document = make_document()
    late, early = make_theme(number=900), make_theme(number=800)
    chapter = Chapter.objects.create(document=document, letter="A", title="Kapittel")
    make_measure(document=document, theme=late)
    make_measure(document=document, theme=early)
    make_measure(document=document, theme=late, chapter=chapter)
    parts = queries.measures_by_heading(document, TODAY)
    assert [str(p.heading) for p in parts] == ["A Kapittel", str(early), str(late)]


@pytest.mark.parametrize("path", ["/en/dokumenter/{}/", "/nn/dokumenter/{}/"])
def test_norwegian_titles_are_marked_on_other_pages(path: str, client: Client) -> None:
    document = make_document(title="Norsk tittel", title_en="English title")
    content = client.get(path.format(document.key)).content.decode()
    shown = "English title" if path.startswith("/en") else 'lang="nb">Norsk tittel'
    assert f"{shown}</h1>" in content


def test_a_link_of_our_own_reading_says_so(client: Client) -> None:
    document, later = make_document(), make_document()
    MeasureLink.objects.create(
        earlier_document=document,
        later_document=later,
        kind="related",
        reason="Samme sak",
        basis="same_subject",
    )
    for one in (document, later):
        text = opened(client, one.get_absolute_url()).text
        assert "Henger sammen med. Vår lesing" in text
        assert "Samme sak" in text


def test_a_long_document_is_read_through_the_list(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "LISTED", 2)
    document = make_document(announced_measures=5)
    themes = [make_theme(), make_theme()]
    for n in range(3):
        make_measure(document=document, theme=themes[n % 2])
    page = opened(client, document.get_absolute_url())
    assert not [link for link in page.links if link.href.startswith("/tiltak/T-")]
    numbers = [link for link in page.numbers() if "/tiltak/?" in link.href]
    assert [link.number for link in numbers] == [listed(client, link.href) for link in numbers]
    assert {2, 1} <= {link.number for link in numbers}


def test_the_number_of_queries_does_not_grow(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    document = make_document(announced_measures=60)

    def fill(times: int) -> None:
        for _ in range(times):
            measure = make_measure(document=document, theme=make_theme())
            Owner.objects.create(measure=measure, organisation=make_organisation(), role="lead")
            make_update(measure)
            MeasureLink.objects.create(
                earlier_document=document,
                later_measure=measure,
                kind="related",
                reason="Samme sak",
                basis="same_subject",
            )

    fill(1)
    with django_assert_max_num_queries(12) as few:
        client.get(document.get_absolute_url())
    fill(30)
    with django_assert_max_num_queries(len(few)):
        client.get(document.get_absolute_url())


def test_an_unknown_document_is_not_found(client: Client) -> None:
    assert client.get("/dokumenter/finnes-ikke/").status_code == 404
