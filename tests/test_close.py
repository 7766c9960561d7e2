"""The page where reporting is closed and taken up again, and what the public then sees."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from measures.actions.closing import close_reporting, reopen_reporting
from measures.models import Event, Measure
from tests.cast import World, make_world
from tests.make import make_update
from tests.page import Page

pytestmark = pytest.mark.django_db
PATH = "/min-side/avslutt/VK-01/"
REOPEN = f"{PATH}gjenapne/"


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def approver(world: World, client: Client) -> Client:
    client.force_login(world.people["approver"])
    return client


def closed(world: World, who: str = "approver") -> Measure:
    return close_reporting(world.measure, world.people[who], "Avløst.", timezone.localdate())


def as_it_is(world: World) -> Measure:
    return Measure.objects.get(pk=world.measure.pk)


def test_closing_and_reopening_in_the_same_place(world: World, approver: Client) -> None:
    assert "Avslutt rapporteringen" in Page(approver.get(PATH)).text
    response = approver.post(PATH, {"reason": "Avløst av EX-01.", "on": "17.5.2026"}, follow=True)
    assert response.redirect_chain == [(PATH, 302)]
    text = Page(response).text
    assert "Rapporteringen er avsluttet fra 17. mai 2026." in text
    assert "Avløst av EX-01." in text
    assert as_it_is(world).status == "in_progress"
    response = approver.post(REOPEN, {"reason": "Det var for tidlig."}, follow=True)
    assert response.redirect_chain == [(PATH, 302)]
    assert as_it_is(world).reporting_closed_on is None
    history = response.context["history"]
    assert [event.verb for event in history] == ["reporting_reopened", "reporting_closed"]
    assert "Det var for tidlig." in Page(response).text


def test_without_a_day_it_is_today(world: World, approver: Client) -> None:
    assert approver.post(PATH, {"reason": "Avløst."}).status_code == 302
    assert as_it_is(world).reporting_closed_on == timezone.localdate()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"reason": " ", "on": "17.5.2026"}, ["id_reason"]),
        ({"reason": "Avløst <b>", "on": "17.5.2150"}, ["id_on"]),
        ({"reason": "Avløst <b>", "on": "mai 2026"}, ["id_on"]),
        ({"reason": "Avløst <b>", "on": "31.12.2019"}, ["id_on"]),  # before the document
        ({"reason": "", "on": "snart"}, ["id_reason", "id_on"]),
    ],
)
def test_what_is_wrong_is_told_and_what_was_typed_stays(
    world: World, approver: Client, fields: dict[str, str], wrong: list[str]
) -> None:
    response = approver.post(PATH, fields)
    assert response.status_code == 422
    assert [place for place, _message in response.context["errors"]] == wrong
    html = response.content.decode()
    assert "<title>Feil: " in html
    assert f'value="{fields["on"]}"' in html
    assert "Avløst <b>" not in html
    assert ("Avløst &lt;b&gt;" in html) is ("<b>" in fields["reason"])
    assert as_it_is(world).reporting_closed_on is None


def test_reopening_asks_for_a_reason(world: World, approver: Client) -> None:
    closed(world)
    response = approver.post(REOPEN, {"reason": ""})
    assert response.status_code == 422
    assert as_it_is(world).reporting_closed_on is not None


def test_whoever_closes_second_is_told_and_keeps_the_text(world: World, approver: Client) -> None:
    closed(world, "approver_author")
    response = approver.post(PATH, {"reason": "Min egen grunn"})
    text = Page(response).text
    assert response.status_code == 409
    assert "En kollega har allerede avsluttet rapporteringen." in text
    assert "Her er det du skrev: Min egen grunn" in text
    assert as_it_is(world).reporting_closed_reason == "Avløst."


def test_whoever_reopens_second_is_told_and_keeps_the_text(world: World, approver: Client) -> None:
    closed(world)
    reopen_reporting(world.measure, world.people["approver_author"], "x")
    response = approver.post(REOPEN, {"reason": "Min egen grunn"})
    assert response.status_code == 409
    assert "åpnet rapporteringen igjen" in Page(response).text
    assert "Min egen grunn" in Page(response).text
    assert Event.objects.filter(verb="reporting_reopened").count() == 1


@pytest.mark.parametrize("who", ["reporter", "voice", "steward", "colleague", "stranger"])
@pytest.mark.parametrize("path", [PATH, REOPEN])
def test_nobody_else(world: World, client: Client, who: str, path: str) -> None:
    client.force_login(world.people[who])
    assert client.post(path, {"reason": "x"}).status_code == 404
    assert client.get(PATH).status_code == 404
    assert as_it_is(world).reporting_closed_on is None


def test_what_is_not_there_and_the_wrong_verb(approver: Client) -> None:
    assert approver.get("/min-side/avslutt/XX-99/").status_code == 404
    assert approver.get(REOPEN).status_code == 405
    assert approver.put(PATH).status_code == 405


def test_a_lost_session_keeps_the_text(world: World, client: Client) -> None:
    response = client.post(PATH, {"reason": "En lang begrunnelse"})
    assert response.status_code == 403
    assert "En lang begrunnelse" in response.content.decode()
    assert as_it_is(world).reporting_closed_on is None


def test_the_page_costs_the_same_after_twenty_closings(world: World, approver: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert approver.get(PATH).status_code == 200
        return len(caught)

    closed(world)
    one = queries()
    for _ in range(20):
        reopen_reporting(world.measure, world.people["approver"], "x")
        closed(world)
    assert queries() == one


# --- What the public sees --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        ("", "Rapporteringen er avsluttet fra 17. mai 2026."),
        ("/nn", "Rapporteringa er avslutta frå 17. mai 2026."),
        ("/en", "Reporting has been closed since 17 May 2026."),
    ],
)
def test_the_public_page_says_since_when_why_and_by_whom(
    world: World, client: Client, prefix: str, said: str
) -> None:
    on = timezone.localdate().replace(year=2026, month=5, day=17)
    close_reporting(world.measure, world.people["approver"], "Avløst.", on)
    page = Page(client.get(f"{prefix}/tiltak/VK-01/"))
    for part in (said, "Avløst.", world.nfd.name):
        assert part in page.text
    assert world.people["approver"].name not in page.text


def test_an_open_measure_says_nothing_of_it(world: World, client: Client) -> None:
    closed(world)
    reopen_reporting(world.measure, world.people["approver"], "x")
    assert "Rapporteringen er avsluttet" not in Page(client.get("/tiltak/VK-01/")).text


def test_it_is_the_organisation_of_the_day_that_stays(world: World, client: Client) -> None:
    """The lead changes afterwards: what was done is not retold."""
    closed(world)
    world.measure.owners.update(organisation=world.hod)
    assert f"Avsluttet av: {world.nfd.name}" in Page(client.get("/tiltak/VK-01/")).text


def test_what_the_registers_files_say_names_nobody(world: World, client: Client) -> None:
    Measure.objects.update(reporting_closed_on="2026-05-17", reporting_closed_reason="Alt er sagt.")
    text = Page(client.get("/tiltak/VK-01/")).text
    assert "Alt er sagt." in text
    assert "Avsluttet av" not in text


def test_closed_is_not_completed(world: World, client: Client) -> None:
    closed(world)
    response: Any = client.get("/tiltak/VK-01/")
    assert response.context["measure"].status == "in_progress"
    assert "ikke det samme som at tiltaket er gjennomført" in Page(response).text
    assert make_update(world.measure, "2026-03-01", "completed").status == "completed"
