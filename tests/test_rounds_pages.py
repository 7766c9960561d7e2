"""The pages of rounds, and of who has not reported, as people use them."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from measures.models import Round
from tests.cast import World, make_world
from tests.page import Page
from tests.rounds import CLOSES, DAYS, DUE, OPENS, answer, at, make_owned, make_round

pytestmark = pytest.mark.django_db
ROUNDS = "/min-side/runder/"
NEW = "/min-side/runder/ny/"
DURING = datetime.datetime(2026, 11, 10, 12, tzinfo=datetime.UTC)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def steward(world: World, client: Client) -> Client:
    client.force_login(world.people["steward"])
    return client


def given(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Vårrunden 2150",
        "documents": [str(world.document.pk)],
        "opens_on": "2.5.2150",
        "due_on": "16.5.2150",
        "closes_on": "30.5.2150",
    } | changes


# --- For stewards ----------------------------------------------------------------------------


def test_a_steward_opens_a_round(world: World, steward: Client) -> None:
    page = Page(steward.post(NEW, given(world), follow=True))
    assert "Runden er opprettet." in page.text
    made = Round.objects.get()
    assert (made.key, made.closes_on) == ("varrunden-2150", datetime.date(2150, 5, 30))
    assert "Vårrunden 2150" in Page(Client().get(made.get_absolute_url())).text


BROKEN: dict[str, tuple[dict[str, Any], str]] = {
    "no name": ({"name": ""}, "Gi runden et navn."),
    "no day": ({"due_on": "snart"}, "Skriv dag, måned og år, for eksempel 17.5.2026."),
    "a month": ({"closes_on": "mai 2150"}, "Skriv dag, måned og år"),
    "signs alone": ({"name": "!!!"}, "Navnet må ha bokstaver eller tall."),
}


@pytest.mark.parametrize("name", BROKEN)
def test_bad_input_is_told_and_nothing_is_lost(name: str, world: World, steward: Client) -> None:
    changes, words = BROKEN[name]
    sent = given(world, **changes)
    response = steward.post(NEW, sent)
    assert response.status_code == 422
    page = Page(response)
    assert words in page.text
    shown = {attributes.get("value") for _tag, attributes in page.tags}
    assert {sent["name"], sent["opens_on"], sent["due_on"], sent["closes_on"]} - {""} <= shown
    assert not Round.objects.exists()


@pytest.mark.parametrize(
    "days",
    [
        {"due_on": "1.5.2150"},
        {"closes_on": "15.5.2150"},
        {"opens_on": "1.1.2020"},
    ],
)
def test_days_that_do_not_follow_each_other_are_refused(
    days: dict[str, str], world: World, steward: Client
) -> None:
    assert steward.post(NEW, given(world, **days)).status_code == 422
    assert not Round.objects.exists()


def test_a_name_is_taken_once(world: World, steward: Client) -> None:
    steward.post(NEW, given(world))
    response = steward.post(NEW, given(world))
    assert "En runde med dette navnet finnes allerede." in Page(response).text
    assert Round.objects.count() == 1


def test_a_document_of_somebody_else_is_refused(world: World, steward: Client) -> None:
    world.document.coordinators.set([world.hod])
    assert steward.post(NEW, given(world)).status_code in (404, 422)
    assert not Round.objects.exists()


def test_two_stewards_do_not_overwrite_each_other(world: World, steward: Client) -> None:
    steward.post(NEW, given(world))
    made = Round.objects.get()
    address = f"{ROUNDS}{made.pk}/endre/"
    page = Page(steward.get(address))
    [seen] = [a["value"] for _tag, a in page.tags if a.get("name") == "seen"]
    first = steward.post(address, given(world, name="Første", seen=seen))
    assert first.status_code == 302
    late = steward.post(address, given(world, name="Andre", seen=seen))
    assert late.status_code == 409
    assert "Noen endret runden mens du skrev." in Page(late).text
    made.refresh_from_db()
    assert made.name == "Første"


@pytest.mark.parametrize("verb", ["put", "patch", "delete"])
def test_the_pages_take_no_other_verb(verb: str, world: World, steward: Client) -> None:
    for address in (ROUNDS, NEW):
        assert getattr(steward, verb)(address).status_code == 405
    assert steward.post(ROUNDS).status_code == 405


# --- For everybody ---------------------------------------------------------------------------


@time_machine.travel(DURING, tick=False)
def test_the_round_tells_who_has_answered_and_who_has_not(world: World, client: Client) -> None:
    second = make_owned(world, "VK-02")
    asking = make_round(world, name="Høst")
    answer(world, second, at(OPENS, 15))
    page = Page(client.get(asking.get_absolute_url()))
    assert "Nærings- og fiskeridepartementet" in page.text
    numbers = {link.number for link in page.links if "svar=" in link.href}
    assert numbers == {1}  # a 0 lists nothing, and is no link
    only = Page(client.get(f"{asking.get_absolute_url()}?svar=reported"))
    refs = {link.href for link in only.links if link.href.startswith("/tiltak/VK")}
    assert refs == {"/tiltak/VK-02/"}


def test_what_is_published_after_the_closing_day_changes_no_result(
    world: World, client: Client
) -> None:
    asking = make_round(world, name="Høst")

    def shown(moment: datetime.datetime) -> list[tuple[str, str]]:
        with time_machine.travel(moment, tick=False):
            page = Page(client.get(asking.get_absolute_url()))
        return [(link.href, link.text) for link in page.links if "svar=" in link.href]

    after = at(CLOSES + datetime.timedelta(days=1))
    before = shown(after)
    assert before
    answer(world, world.measure, after + datetime.timedelta(hours=1))
    assert shown(after + datetime.timedelta(days=400)) == before


@pytest.mark.parametrize("address", ["/runder/host/", "/mangler/"])
@pytest.mark.parametrize("query", ["?svar=tull", "?aktor=finnes-ikke", "?side=9999", "?vis=%00"])
def test_nonsense_in_the_address_gives_the_page(
    address: str, query: str, world: World, client: Client
) -> None:
    make_round(world, name="Høst")
    assert client.get(address + query).status_code == 200


@time_machine.travel(at(DUE), tick=False)
def test_who_has_not_reported_is_listed_by_days(world: World, client: Client) -> None:
    reported = make_owned(world, "VK-02")
    answer(world, reported, at(OPENS))
    page = Page(client.get("/mangler/"))
    refs = {link.href for link in page.links if link.href.startswith("/tiltak/VK")}
    assert "/tiltak/VK-02/" not in refs
    assert "Nærings- og fiskeridepartementet" in page.text


@pytest.mark.parametrize("address", ["/runder/host/", "/mangler/"])
def test_queries_do_not_grow_with_the_measures(address: str, world: World, client: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    make_owned(world, "VK-02")
    make_round(world, name="Høst")
    few = count()
    for n in range(3, 23):
        make_owned(world, f"VK-{n:02d}")
    make_round(world, name="Høst to", days=DAYS)
    assert count() == few
    if "host" in address:
        with CaptureQueriesContext(connection) as queries:
            client.get("/runder/host-to/")
        assert len(queries) == few
