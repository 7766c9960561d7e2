"""All corrections for everybody, and what the measure's own page shows of them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from measures.models import StatusUpdate
from tests.cast import World, make_world
from tests.make import make_measure, make_update
from tests.page import Page
from tests.reports import begun, corrected, correction, hand_in

pytestmark = pytest.mark.django_db
PATH = "/rettelser/"


@pytest.fixture
def world() -> World:
    return make_world()


def said(world: World) -> StatusUpdate:
    """What the owner said first."""
    return StatusUpdate.objects.published().filter(measure=world.measure).earliest("pk")


def put_right(world: World, wrong: StatusUpdate | None = None, **fields: Any) -> StatusUpdate:
    """Correct what the owner said, and publish it."""
    fields = {"correction_note": "Vi skrev feil status."} | fields
    reporter, approver = world.people["reporter"], world.people["approver"]
    return corrected(reporter, wrong or said(world), approver, **fields)


# --- The list --------------------------------------------------------------------------------


def test_it_tells_what_was_wrong_old_and_new_and_by_whom(world: World, client: Client) -> None:
    wrong = said(world)
    put_right(world, status="not_started", summary="Arbeidet er ikke startet.")
    response = client.get(PATH)
    page = Page(response)
    for part in (
        "Hva som var feil: Vi skrev feil status.",
        world.measure.short_title,
        "VK-01",
        f"Rettet av: {world.nfd.name}",
        "1 rettelse",
    ):
        assert part in page.text
    fields = {
        row.name: (row.old.text, row.new.text)
        for _, rows in response.context["rows"]
        for row in rows
    }
    assert fields == {
        "status": ("I gang", "Ikke startet"),
        "summary": (wrong.summary, "Arbeidet er ikke startet."),
    }
    assert f"/tiltak/VK-01/?melding={wrong.pk}#melding-{wrong.pk}" in [
        link.href for link in page.links
    ]


def test_people_are_not_named(world: World, client: Client) -> None:
    put_right(world)
    for path in (PATH, "/tiltak/VK-01/"):
        text = Page(client.get(path)).text
        assert not [p for p in world.people.values() if p.name in text or p.email in text]


def test_a_correction_that_only_adds_a_note_says_so(world: World, client: Client) -> None:
    put_right(world, correction_note="Vi hadde glemt å si hvem som sa det.")
    response = client.get(PATH)
    assert response.context["rows"][0][1] == []
    assert "Ingen av feltene er endret." in Page(response).text


def test_sources_that_changed_are_shown(world: World, client: Client) -> None:
    wrong = said(world)
    new = make_update(
        world.measure, "2026-01-15", replaces=wrong, organisation=world.nfd, summary=wrong.summary
    )
    text = Page(client.get(PATH)).text
    assert f"Tatt bort: {wrong.evidence.get().title}" in text
    assert f"Lagt til: {new.evidence.get().title}" in text


def test_a_stewards_correction_says_on_what_it_rests(world: World, client: Client) -> None:
    source = make_update(world.measure, "2025-05")
    corrected(world.people["steward"], source, world.people["approver"], summary="Noe annet.")
    assert "Meldingen bygger på en offentlig kilde." in Page(client.get(PATH)).text


def test_only_what_is_published_is_told(world: World, client: Client) -> None:
    begun(world)
    hand_in(
        world.people["reporter"],
        correction(world.people["reporter"], said(world), correction_note="Hemmelig"),
    )
    text = Page(client.get(PATH)).text
    assert "Ingenting er rettet ennå" in text
    assert "Hemmelig" not in text


def test_the_latest_stand_first_in_pages(world: World, client: Client) -> None:
    update = said(world)
    for n in range(21):
        update = make_update(
            world.measure, "2026-01-15", replaces=update, organisation=world.nfd,
            correction_note=f"Nummer {n}.",
        )  # fmt: skip
    response = client.get(PATH)
    assert len(response.context["rows"]) == 20
    assert response.context["rows"][0][0] == update
    assert "Nummer 0." not in Page(response).text
    second = Page(client.get(f"{PATH}?side=2"))
    assert "Nummer 0." in second.text
    assert "21 rettelser, nyeste først" in second.text


@pytest.mark.parametrize("page", ["x", "0", "-1", "999999"])
def test_a_page_that_is_not_there_shows_one_that_is(
    world: World, client: Client, page: str
) -> None:
    put_right(world)
    response = client.get(PATH, {"side": page})
    assert response.status_code == 200
    assert "en side som ikke finnes" in Page(response).text


def test_what_was_written_is_never_markup(world: World, client: Client) -> None:
    put_right(world, correction_note="<script>alert(1)</script>", summary="<b>nå</b>")
    for path in (PATH, "/tiltak/VK-01/"):
        html = client.get(path).content.decode()
        assert "<script>alert" not in html
        assert "<b>nå" not in html


@pytest.mark.parametrize(
    ("prefix", "title", "lang"),
    [("", "Rettelser", ""), ("/nn", "Rettingar", "nb"), ("/en", "Corrections", "nb")],
)
def test_in_three_languages_with_the_words_own_language(
    world: World, client: Client, prefix: str, title: str, lang: str
) -> None:
    put_right(world, summary="Arbeidet er ikke startet.")
    html = client.get(f"{prefix}{PATH}").content.decode()
    assert f"<title>{title} " in html
    assert bool(re.search(r'lang="nb">Vi skrev feil status', html)) is bool(lang)


def test_it_is_found_from_every_page_and_can_only_be_read(client: Client) -> None:
    assert PATH in [link.href for link in Page(client.get("/")).links]
    assert client.post(PATH).status_code == 405
    assert not client.get(PATH).cookies
    assert PATH in client.get("/sitemap-sider.xml").content.decode()


def test_it_costs_the_same_with_one_and_with_twenty(world: World, client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert client.get(PATH).status_code == 200
        return len(caught)

    update = put_right(world, status="not_started")
    one = queries()
    for n in range(18):
        status = "in_progress" if n % 2 else "completed"
        update = put_right(world, update, status=status, summary=f"Nummer {n}.")
    other = make_measure(document=world.document)
    wrong = make_update(other, "2026-01-15", origin="report", organisation=world.nfd)
    put_right(world, wrong, summary="Noe annet.")
    assert queries() == one


# --- The measure's own page ------------------------------------------------------------------


def test_the_timeline_keeps_what_was_corrected_linked_to_its_correction(
    world: World, client: Client
) -> None:
    wrong = said(world)
    new = put_right(world, summary="Arbeidet er ikke startet.")
    response = client.get("/tiltak/VK-01/")
    html, page = response.content.decode(), Page(response)
    assert f"<del>{wrong.summary}</del>" in html
    assert "<del>Arbeidet er ikke startet.</del>" not in html
    assert {wrong.get_absolute_url(), new.get_absolute_url()} <= {link.href for link in page.links}
    assert {f"melding-{wrong.pk}", f"melding-{new.pk}"} <= set(page.ids)
    assert "Rettelse: Vi skrev feil status." in page.text
    assert html.count("data-replaced") == html.count("data-current") == 1


def test_a_correction_that_was_corrected_is_both(world: World, client: Client) -> None:
    one = put_right(world, summary="Feil igjen.", correction_note="Første rettelse.")
    put_right(world, one, summary="Riktig.", correction_note="Andre rettelse.")
    html = client.get("/tiltak/VK-01/").content.decode()
    assert html.count("data-replaced") == 2
    assert "<del>Feil igjen.</del>" in html
    text = Page(client.get("/tiltak/VK-01/")).text
    assert "Første rettelse." in text
    assert "Andre rettelse." in text


def test_the_front_page_no_longer_repeats_what_was_wrong(world: World, client: Client) -> None:
    wrong = said(world)
    assert wrong.summary in Page(client.get("/")).text
    put_right(world, summary="Arbeidet er ikke startet.")
    text = Page(client.get("/")).text
    assert wrong.summary not in text
    assert "Arbeidet er ikke startet." in text
