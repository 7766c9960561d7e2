"""The approver's page: old beside new, and every act with what can stand in its way."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from measures.actions.drafting import discard_draft, withdraw_update
from measures.actions.publishing import publish_update, return_update
from measures.choices import Origin
from measures.models import Evidence, Measure, StatusUpdate
from stakeholders.choices import Role
from tests.cast import World, make_world
from tests.make import make_deadline, make_handed_in, make_measure, make_member, make_update
from tests.page import Page
from tests.reports import attached, begun, hand_in, handed_in, scheduled

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
ACTS = ("publiser", "planlegg", "returner", "avlys")


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def approver(world: World, client: Client) -> Client:
    client.force_login(world.people["approver"])
    return client


def path(update: StatusUpdate, act: str = "") -> str:
    return f"/min-side/godkjenn/{update.pk}/{act}/".replace("//", "/")


def posted(update: StatusUpdate, **fields: Any) -> dict[str, Any]:
    """Return what a browser sends from the page as it stands."""
    standing = Measure.objects.get(pk=update.measure_id).current_update_id
    version = StatusUpdate.objects.get(pk=update.pk).version
    return {"version": version, "seen": standing or ""} | fields


def state(update: StatusUpdate) -> str:
    return str(StatusUpdate.objects.get(pk=update.pk).state)


# --- Old beside new --------------------------------------------------------------------------


def test_every_field_stands_beside_the_old_one(world: World, approver: Client) -> None:
    make_deadline(world.measure, "2026-12-31")
    make_update(
        world.measure,
        "2026-02-01",
        origin=Origin.REPORT,
        organisation=world.nfd,
        outlook="on_track",
        summary="Anbudet er utsatt.",
        next_step="Lyse ut.",
    )
    other = make_measure(ref="VK-09", document=world.document)
    update = make_handed_in(
        world.measure,
        world.people["reporter"],
        status="carried_over",
        outlook="behind",
        summary="Anbudet er lyst ut.",
        next_step="Lyse ut.",
        reason_kind="resources",
        reason="Mangler folk.",
        carried_to=other,
        language="nn",
        new_due_on=datetime.date(2027, 6, 30),
        new_due_precision="month",
        new_due_reason="Mer tid.",
    )
    response = approver.get(path(update))
    rows = {row.name: row for row in response.context["rows"]}
    told = {
        name: (row.old.text, row.new.text, row.change)
        for name, row in rows.items()
        if name not in ("date", "evidence")
    }
    assert told == {
        "status": ("I gang", "Videreført", "Endret"),
        "outlook": ("I rute", "Vesentlig avvik", "Endret"),
        "summary": ("Anbudet er utsatt.", "Anbudet er lyst ut.", "Endret"),
        "next_step": ("Lyse ut.", "Lyse ut.", "Uendret"),
        "reason_kind": ("", "Ressurser", "Nytt"),
        "reason": ("", "Mangler folk.", "Nytt"),
        "carried_to": ("", f"VK-09 {other.short_title}", "Nytt"),
        "new_due": ("2026-12-31", "2027-06", "Endret"),
        "new_due_reason": ("", "Mer tid.", "Nytt"),
        "language": ("Bokmål", "Nynorsk", "Endret"),
    }
    assert rows["evidence"].change == "Fjernet"
    page = Page(response)
    assert "Anbudet er (tatt bort:) utsatt. (slutt)" in page.text
    assert "Anbudet er (lagt til:) lyst ut. (slutt)" in page.text
    assert "juni 2027" in page.text
    assert '<div class="diff__words" lang="nn">' in response.content.decode()
    assert "på vegne av Nærings- og fiskeridepartementet" in page.text
    assert "22. november 2026 kl. 13.00" in page.text


def test_a_correction_stands_beside_what_it_corrects(world: World, approver: Client) -> None:
    wrong = world.measure.updates.get()
    make_update(world.measure, "2026-05-01", summary="Noe annet.")
    update = make_handed_in(
        world.measure, world.people["reporter"], replaces=wrong, correction_note="Feil tall."
    )
    response = approver.get(path(update))
    assert response.context["standing"] == wrong
    first = response.context["rows"][0]
    assert (first.name, first.new.text) == ("correction_note", "Feil tall.")


def test_without_anything_before_all_is_new(world: World, approver: Client) -> None:
    measure = make_measure(document=world.document)
    update = make_handed_in(measure, world.people["reporter"])
    page = Page(approver.get(path(update)))
    assert "Ingenting publisert ennå" in page.text
    assert "Ikke oppgitt" in page.text


def test_evidence_that_both_have_is_not_marked(world: World, approver: Client) -> None:
    old = world.measure.updates.get().evidence.get()
    draft = begun(world)
    for title, url in ((old.title, old.url), ("Ny kilde", "https://example.no/ny")):
        Evidence.objects.create(
            update=draft, title=title, url=url, publisher="Utgiver", publisher_kind="government"
        )
    update = hand_in(world.people["reporter"], draft)
    response = approver.get(path(update))
    row = next(row for row in response.context["rows"] if row.name == "evidence")
    assert [changed for _source, changed in row.new.sources] == [False, True]
    assert [changed for _source, changed in row.old.sources] == [False]
    assert Page(response).text.count("Lagt til:") == 1


def test_what_people_write_is_only_text(world: World, approver: Client) -> None:
    update = handed_in(world, summary="<script>alert(1)</script> & mer")
    content = approver.get(path(update)).content.decode()
    assert "<script>alert" not in content
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in content


def test_the_page_costs_the_same_with_more_evidence(world: World, approver: Client) -> None:
    def queries(sources: int) -> int:
        draft = begun(world)
        for n in range(sources):
            Evidence.objects.create(
                update=draft,
                title=f"Kilde {n}",
                url=f"https://example.no/{n}",
                publisher="Utgiver",
                publisher_kind="government",
            )
        update = hand_in(world.people["reporter"], draft)
        with CaptureQueriesContext(connection) as found:
            assert approver.get(path(update)).status_code == 200
        return len(found)

    approver.get(path(handed_in(world)))  # the session's first request
    assert queries(1) == queries(21)


# --- The acts --------------------------------------------------------------------------------


def test_publishing_now(world: World, approver: Client) -> None:
    update = handed_in(world)
    response = approver.post(path(update, "publiser"), posted(update), follow=True)
    assert response.redirect_chain == [(path(update), 302)]
    assert state(update) == "published"
    text = Page(response).text
    assert f"{world.people['approver']} har godkjent. Publisert 22. november 2026" in text
    assert "Godkjenn og publiser nå" not in text


def test_publishing_at_a_set_time_is_norwegian_time(world: World, approver: Client) -> None:
    update = handed_in(world)
    when = {"on": "1. desember 2026", "clock": "9.30"}
    page = Page(approver.post(path(update, "planlegg"), posted(update, **when), follow=True))
    update.refresh_from_db()
    assert update.publish_at == datetime.datetime(2026, 12, 1, 8, 30, tzinfo=datetime.UTC)
    assert "Publiseres 1. desember 2026 kl. 09.30." in page.text
    assert "Avlys tidspunktet" in page.text
    desk = Page(approver.get("/min-side/"))
    assert "Publiseres 1. desember 2026 kl. 09.30" in desk.text
    assert path(update) in [link.href for link in desk.links]


@pytest.mark.parametrize(
    ("on", "clock", "told"),
    [
        ("", "", ["Skriv datoen da rapporten skal publiseres.", "Skriv klokkeslettet."]),
        ("snart", "9", ["Vi forstår ikke datoen. Skriv den for eksempel 17.5.2026."]),
        ("mai 2027", "9", ["Vi forstår ikke datoen. Skriv den for eksempel 17.5.2026."]),
        ("31.2.2027", "9", ["Vi forstår ikke datoen. Skriv den for eksempel 17.5.2026."]),
        ("1.12.2026", "25", ["Vi forstår ikke klokkeslettet. Skriv det for eksempel 09.30."]),
        ("1.12.2026", "9.3", ["Vi forstår ikke klokkeslettet. Skriv det for eksempel 09.30."]),
        ("22.11.2026", "13.00", ["Tidspunktet har passert. Velg et som ligger fram i tid."]),
        ("28.3.2027", "2.30", ["Klokken stilles den natten. Velg et annet klokkeslett."]),
    ],
)
def test_a_bad_time_is_told_and_everything_kept(
    on: str, clock: str, told: list[str], world: World, approver: Client
) -> None:
    update = handed_in(world)
    sent = posted(update, on=on, clock=clock, note="Påbegynt merknad")
    response = approver.post(path(update, "planlegg"), sent)
    assert response.status_code == 422
    assert [message for _field, message in response.context["errors"]] == told
    content = response.content.decode()
    assert "<title>Feil:" in content
    assert 'aria-describedby="id_on_helptext' in content
    assert "Påbegynt merknad" in content
    assert f'value="{on}"' in content or not on
    assert state(update) == "submitted"


def test_returning_with_a_note(world: World, approver: Client) -> None:
    update = handed_in(world)
    sent = posted(update, note="Si hvem\nsom gjør det.")
    page = Page(approver.post(path(update, "returner"), sent, follow=True))
    assert state(update) == "returned"
    assert "Si hvem som gjør det." in page.text
    # What the writer mends meanwhile is the writer's own.
    StatusUpdate.objects.filter(pk=update.pk).update(summary="Halvferdig setning")
    assert "Halvferdig setning" not in approver.get(path(update)).content.decode()


@pytest.mark.parametrize("note", ["", "  \n"])
def test_without_a_note_nothing_is_returned(note: str, world: World, approver: Client) -> None:
    update = handed_in(world)
    sent = posted(update, note=note, on="1.12.2026")
    response = approver.post(path(update, "returner"), sent)
    assert response.status_code == 422
    assert response.context["errors"] == [("id_note", "Skriv hva som mangler.")]
    assert 'value="1.12.2026"' in response.content.decode()
    assert state(update) == "submitted"


def test_taking_back_a_set_time(world: World, approver: Client) -> None:
    update = scheduled(world)
    page = Page(approver.post(path(update, "avlys"), posted(update), follow=True))
    assert state(update) == "submitted"
    assert "Godkjenn og publiser nå" in page.text


def test_an_approver_opens_the_file_behind_what_is_scheduled(
    world: World, approver: Client
) -> None:
    draft = begun(world)
    file = attached(draft)
    update = hand_in(world.people["reporter"], draft)
    publish_update(update, world.people["approver"], NOW + datetime.timedelta(days=1))
    response = approver.get(f"/dokumentasjon/{file.pk}/")
    response.close()
    assert response.status_code == 200


# --- Who, and in which state -----------------------------------------------------------------


@pytest.mark.parametrize("act", ["", *ACTS])
@pytest.mark.parametrize("who", ["reporter", "colleague", "stranger", "steward", "administrator"])
def test_others_find_nothing(who: str, act: str, world: World, client: Client) -> None:
    update = handed_in(world)
    client.force_login(world.people[who])
    sent = posted(update, note="Nei.", on="1.12.2026", clock="9")
    answer = client.post(path(update, act), sent) if act else client.get(path(update))
    assert answer.status_code == 404
    assert state(update) == "submitted"


def test_nobody_approves_their_own_text(world: World, client: Client) -> None:
    update = handed_in(world, author="approver_author")
    client.force_login(world.people["approver_author"])
    assert client.post(path(update, "publiser"), posted(update)).status_code == 404
    assert state(update) == "submitted"


def test_a_draft_is_the_writers_own(world: World, approver: Client) -> None:
    assert approver.get(path(begun(world))).status_code == 404


@pytest.mark.parametrize("act", ACTS)
def test_an_act_is_never_a_link(act: str, world: World, approver: Client) -> None:
    update = handed_in(world)
    assert approver.get(path(update, act)).status_code == 405
    assert approver.post(path(update)).status_code == 405
    assert approver.post(path(update, act).replace(str(update.pk), "999999")).status_code == 404


@pytest.mark.parametrize("act", ACTS)
def test_an_act_needs_a_token(act: str, world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.people["approver"])
    update = handed_in(world)
    response = strict.post(path(update, act), posted(update, note="Uten nøkkel"))
    assert response.status_code == 403
    assert "Uten nøkkel" in response.content.decode()
    assert state(update) == "submitted"


def test_a_lost_session_loses_no_note(world: World, client: Client) -> None:
    update = handed_in(world)
    response = client.post(path(update, "returner"), posted(update, note="En lang merknad"))
    assert response.status_code == 403
    assert "En lang merknad" in response.content.decode()
    assert state(update) == "submitted"


# --- Races -----------------------------------------------------------------------------------


def taken_back(update: StatusUpdate, world: World) -> None:
    withdraw_update(world.people["reporter"], update)


def given_up(update: StatusUpdate, world: World) -> None:
    taken_back(update, world)
    discard_draft(world.people["reporter"], update)


def returned(update: StatusUpdate, world: World) -> None:
    return_update(update, world.people["approver_author"], "Nei.")


def published(update: StatusUpdate, world: World) -> None:
    publish_update(update, world.people["approver_author"])


def for_later(update: StatusUpdate, world: World) -> None:
    publish_update(update, world.people["approver_author"], NOW + datetime.timedelta(days=1))


@pytest.mark.parametrize(
    ("first", "told"),
    [
        (taken_back, "har tatt den tilbake for å skrive videre"),
        (given_up, "har trukket den"),
        (returned, "sendte den tilbake"),
        (published, "har godkjent. Publisert"),
        (for_later, "har godkjent. Publiseres"),
    ],
)
@pytest.mark.parametrize("act", ["publiser", "planlegg", "returner"])
def test_whoever_comes_second_is_told_what_happened(
    act: str, first: Any, told: str, world: World, approver: Client
) -> None:
    update = handed_in(world, summary="Det hemmelige utkastet.")
    sent = posted(update, note="Min lange merknad", on="1.12.2026", clock="9")
    first(update, world)
    sent["seen"] = posted(update)["seen"]
    before = StatusUpdate.objects.filter(pk=update.pk).values().get()
    response = approver.post(path(update, act), sent)
    assert response.status_code == 409
    page = Page(response)
    assert told in page.text
    assert "Min lange merknad" in page.text
    assert StatusUpdate.objects.filter(pk=update.pk).values().get() == before
    shows = first is for_later
    assert ("Det hemmelige utkastet." in page.text) is shows


def test_words_that_were_not_read_are_not_published(world: World, approver: Client) -> None:
    update = handed_in(world)
    sent = posted(update, note="Merknad")
    StatusUpdate.objects.filter(pk=update.pk).update(version=update.version + 1, summary="Nytt!")
    response = approver.post(path(update, "publiser"), sent)
    assert response.status_code == 409
    assert "Teksten er endret etter at du åpnet siden" in Page(response).text
    assert state(update) == "submitted"
    # The page now shows the words, so the next press counts.
    assert f'name="version" value="{update.version + 1}"' in response.content.decode()


@pytest.mark.parametrize("version", ["", "x", "-1"])
def test_a_form_without_its_version_publishes_nothing(
    version: str, world: World, approver: Client
) -> None:
    update = handed_in(world)
    response = approver.post(path(update, "publiser"), posted(update, version=version))
    assert response.status_code == 409
    assert state(update) == "submitted"


def test_news_since_the_page_was_opened_asks_for_another_look(
    world: World, approver: Client
) -> None:
    update = handed_in(world)
    sent = posted(update)
    make_update(world.measure, "2026-11-20", summary="Dette kom imellom.")
    response = approver.post(path(update, "publiser"), sent)
    assert response.status_code == 409
    text = Page(response).text
    assert "Noe nytt er publisert om tiltaket" in text
    assert "Dette kom imellom." in text.replace("(tatt bort:) ", "").replace(" (slutt)", "")
    assert state(update) == "submitted"
    assert approver.post(path(update, "publiser"), posted(update)).status_code == 302


def test_a_correction_that_came_second_is_told(world: World, approver: Client) -> None:
    wrong = world.measure.updates.get()
    update = make_handed_in(world.measure, world.people["reporter"], replaces=wrong)
    make_update(world.measure, "2026-01-15", replaces=wrong, organisation=world.nfd)
    response = approver.post(path(update, "publiser"), posted(update, seen=wrong.pk))
    assert response.status_code == 409
    assert "allerede rettet av en annen" in Page(response).text
    assert state(update) == "submitted"


def test_a_schedule_taken_back_twice_is_told(world: World, approver: Client) -> None:
    update = handed_in(world)
    response = approver.post(path(update, "avlys"), posted(update))
    assert response.status_code == 409
    assert "Tidspunktet er avlyst" in Page(response).text


# --- The desk --------------------------------------------------------------------------------


def test_what_waits_and_what_is_scheduled_stand_on_the_desk(world: World, approver: Client) -> None:
    waiting, later = handed_in(world), scheduled(world)
    listed = [link.href for link in Page(approver.get("/min-side/")).links]
    assert {path(waiting), path(later)} <= set(listed)


def test_the_desk_costs_the_same_with_more_scheduled(world: World, approver: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            approver.get("/min-side/")
        return len(found)

    scheduled(world)
    queries()
    few = queries()
    authors = [make_member(world.nfd, Role.REPORTER) for _ in range(20)]
    for author in authors:
        update = make_handed_in(world.measure, author)
        publish_update(update, world.people["approver"], timezone.now() + datetime.timedelta(1))
    assert queries() == few


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        ("/nn", ["Kva vil du gjere?", "Godkjenn og publiser no", "på vegner av"]),
        ("/en", ["What do you want to do?", "Approve and publish now", "on behalf of"]),
    ],
)
def test_the_page_speaks_the_other_languages(
    prefix: str, words: list[str], world: World, approver: Client
) -> None:
    text = Page(approver.get(prefix + path(handed_in(world)))).text
    assert [word for word in words if word not in text] == []
