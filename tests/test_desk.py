"""The desk: what waits for whom; confirming, undoing, and what others see of it."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from measures.choices import Origin
from measures.models import Measure, Owner, Round, RoundMeasure, StatusUpdate
from measures.queries.desk import FRESH, counts, seen_by, to_report
from tests.cast import World, make_world
from tests.make import make_deadline, make_document, make_measure, make_update
from tests.page import Page
from tests.reports import begun, confirmed, handed_in

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 22)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def reporter(world: World, client: Client) -> Client:
    client.force_login(world.people["reporter"])
    return client


def owned(world: World, **fields: Any) -> Measure:
    """Make a measure that NFD leads."""
    measure = make_measure(document=world.document, **fields)
    Owner.objects.create(measure=measure, organisation=world.nfd, role="lead")
    return measure


def said(world: World, measure: Measure, day: datetime.date) -> StatusUpdate:
    """Let the owner say something on a day."""
    return make_update(measure, day.isoformat(), origin=Origin.CONFIRMATION, organisation=world.nfd)


def asked(world: World, opens: datetime.date, *measures: Measure) -> Round:
    """Open a round about the measures."""
    days = {"due_on": opens, "closes_on": TODAY + datetime.timedelta(days=30)}
    made = Round.objects.create(
        key="host", name="Høst", opens_on=opens, opened_by=world.people["steward"], **days
    )
    for measure in measures:
        RoundMeasure.objects.create(round=made, measure=measure, organisation=world.nfd)
    return made


def due(world: World, role: str = "reporter") -> list[str]:
    return [m.ref for m in to_report(world.people[role], TODAY)]


# --- What must be reported -------------------------------------------------------------------


def test_without_a_round_the_owners_word_is_fresh_for_a_while(world: World) -> None:
    fresh, old, silent = (owned(world, ref=ref) for ref in ("VK-02", "VK-03", "VK-04"))
    said(world, fresh, TODAY - FRESH)
    said(world, old, TODAY - FRESH - datetime.timedelta(days=1))
    make_update(silent, "2026-11-01")  # a public source is no owner's word
    assert due(world) == ["VK-01", "VK-03", "VK-04"]


def test_a_round_asks_for_a_word_since_it_opened(world: World) -> None:
    before, since, outside = (owned(world, ref=ref) for ref in ("VK-02", "VK-03", "VK-04"))
    opens = TODAY - datetime.timedelta(days=10)
    said(world, before, opens - datetime.timedelta(days=1))
    said(world, since, opens)
    said(world, outside, opens - datetime.timedelta(days=1))
    said(world, world.measure, opens)
    made = asked(world, opens, before, since)
    assert due(world) == ["VK-02"]
    Round.objects.filter(pk=made.pk).update(closes_on=TODAY - datetime.timedelta(days=1))
    assert due(world) == []


def test_overdue_stands_first(world: World) -> None:
    later, late, none = (owned(world, ref=ref) for ref in ("VK-02", "VK-03", "VK-04"))
    make_deadline(later, "2027-01-01")
    make_deadline(late, "2026-01-01")
    assert due(world) == ["VK-03", "VK-02", "VK-01", "VK-04"]
    assert none.ref == "VK-04"


def test_what_has_ended_or_is_closed_is_not_asked_for(world: World) -> None:
    make_update(owned(world), "2026-01-01", "completed")
    owned(world, reporting_closed_on=datetime.date(2026, 1, 1))
    assert due(world) == ["VK-01"]


def test_what_is_handed_in_is_not_asked_for_again_but_a_draft_is(world: World) -> None:
    begun(world)
    assert due(world) == ["VK-01"]
    handed_in(world, "approver_author")
    assert due(world) == []


def test_a_measure_without_a_lead_is_asked_of_the_coordinator(world: World) -> None:
    make_measure(ref="VK-02", document=world.document)
    assert due(world) == ["VK-01", "VK-02"]
    for role in ("approver", "steward", "voice", "colleague", "stranger"):
        assert due(world, role) == []


def test_counts(world: World) -> None:
    handed_in(world, "approver_author")
    found = counts(world.people["approver"], TODAY)
    assert (found.to_report, found.returned, found.to_approve) == (0, 0, 1)


# --- The page --------------------------------------------------------------------------------


def test_the_desk_is_nobody_elses(reporter: Client) -> None:
    response = reporter.get("/min-side/")
    assert response["Cache-Control"] == "no-store, private"
    assert b"noindex" in response.content


def test_who_has_no_role_is_told_so(world: World, client: Client) -> None:
    client.force_login(world.people["stranger"])
    assert "Du har ingen rolle ennå" in Page(client.get("/min-side/")).text


def test_what_came_back_shows_the_note(world: World, reporter: Client) -> None:
    StatusUpdate.objects.filter(pk=handed_in(world).pk).update(
        submitted_at=None,
        returned_at=timezone.now(),
        returned_by=world.people["approver"],
        return_note="Hva er neste steg?",
    )
    page = Page(reporter.get("/min-side/"))
    assert "Hva er neste steg?" in page.text
    assert any(link.text == "Sendt tilbake 1" for link in page.links)


def test_what_awaits_approval_is_the_approvers(world: World, client: Client) -> None:
    handed_in(world)
    client.force_login(world.people["approver"])
    assert "Venter på at du godkjenner" in Page(client.get("/min-side/")).text
    client.force_login(world.people["reporter"])
    assert "Venter på at du godkjenner" not in Page(client.get("/min-side/")).text


def test_the_round_and_its_deadline_stand_on_top(world: World, reporter: Client) -> None:
    asked(world, timezone.localdate(), world.measure)
    assert "Høst: frist" in Page(reporter.get("/min-side/")).text


def test_the_desk_costs_the_same_with_more_to_do(world: World, reporter: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert reporter.get("/min-side/").status_code == 200
        return len(caught)

    one = queries()
    for n in range(20):
        make_update(owned(world), f"2026-01-{n + 1:02}")
    assert queries() == one


# --- Confirming ------------------------------------------------------------------------------


def pressed(measure: Measure) -> str:
    measure.refresh_from_db()
    return f"{measure.ref}:{measure.current_update_id}"


def test_one_press_confirms_and_another_undoes(world: World, reporter: Client) -> None:
    response = reporter.post("/min-side/bekreft/", {"ett": pressed(world.measure)}, follow=True)
    assert "Fram til da kan du angre" in Page(response).text
    update = StatusUpdate.objects.get(origin=Origin.CONFIRMATION)
    assert update.state == "scheduled"
    assert "rapportere" not in Page(response).ids
    response = reporter.post("/min-side/bekreft/angre/", {"melding": update.pk}, follow=True)
    assert "rapportere" in Page(response).ids
    update.refresh_from_db()
    assert update.state == "withdrawn"


def test_several_are_confirmed_at_once_and_a_button_counts_for_one(
    world: World, reporter: Client
) -> None:
    other = owned(world)
    make_update(other, "2026-01-01")
    both = [pressed(world.measure), pressed(other)]
    reporter.post("/min-side/bekreft/", {"tiltak": both, "ett": both[0]})
    assert StatusUpdate.objects.filter(origin=Origin.CONFIRMATION).count() == 1
    reporter.post("/min-side/bekreft/", {"tiltak": both})
    assert StatusUpdate.objects.filter(origin=Origin.CONFIRMATION).count() == 2


def test_nothing_ticked_is_said(reporter: Client) -> None:
    response = reporter.post("/min-side/bekreft/")
    assert response.status_code == 409
    assert "Du krysset ikke av" in Page(response).text


def test_what_was_not_seen_is_not_confirmed_and_the_person_is_told(
    world: World, reporter: Client
) -> None:
    seen = pressed(world.measure)
    make_update(world.measure, "2026-03-01", "not_started")
    response = reporter.post("/min-side/bekreft/", {"ett": seen})
    assert response.status_code == 409
    assert "Noe nytt er publisert om VK-01" in Page(response).text


def test_all_that_is_ticked_is_confirmed_or_nothing(world: World, reporter: Client) -> None:
    other = make_measure(ref="VK-09", document=make_document())
    keys = [pressed(world.measure), f"{other.ref}:1"]
    response = reporter.post("/min-side/bekreft/", {"tiltak": keys})
    assert response.status_code == 409
    assert "ikke lenger rapportere om alle" in Page(response).text
    assert not StatusUpdate.objects.filter(origin=Origin.CONFIRMATION).exists()


@pytest.mark.parametrize("key", ["²", "9" * 40])
def test_what_is_no_key_confirms_and_undoes_nothing(key: str, reporter: Client) -> None:
    assert reporter.post("/min-side/bekreft/", {"tiltak": f"VK-01:{key}"}).status_code == 409
    assert reporter.post("/min-side/bekreft/angre/", {"melding": key}).status_code == 404


def test_undoing_too_late_is_told(world: World, reporter: Client) -> None:
    update = confirmed(world)
    StatusUpdate.objects.filter(pk=update.pk).update(published_at=timezone.now())
    response = reporter.post("/min-side/bekreft/angre/", {"melding": update.pk})
    assert response.status_code == 409


@pytest.mark.parametrize("value", ["XX-99:1", "VK-01", ":", "VK-01:x"])
def test_a_bad_reference_confirms_nothing(value: str, reporter: Client) -> None:
    assert reporter.post("/min-side/bekreft/", {"ett": value}).status_code in {404, 409}
    assert not StatusUpdate.objects.filter(origin=Origin.CONFIRMATION).exists()


@pytest.mark.parametrize("path", ["bekreft/", "bekreft/angre/"])
def test_opening_an_address_changes_nothing(path: str, reporter: Client) -> None:
    assert reporter.get(f"/min-side/{path}").status_code == 405


# --- What others may read --------------------------------------------------------------------


def test_a_draft_is_ones_own_and_what_is_handed_in_is_colleagues_too(world: World) -> None:
    draft, people = begun(world), world.people
    assert list(seen_by(people["reporter"])) == [draft]
    assert not seen_by(people["approver_author"]).exists()
    sent = handed_in(world)
    for role in ("reporter", "approver_author", "approver"):
        assert list(seen_by(people[role])) == [sent]
    for role in ("colleague", "voice", "steward", "stranger", "administrator"):
        assert not seen_by(people[role]).exists()
