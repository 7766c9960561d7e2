"""The answer from a mail: what its page shows, what becomes of an answer, and what stops a link."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from measures.actions import Changed
from measures.actions.answering import Answer, answer_by_mail
from measures.actions.closing import close_reporting
from measures.actions.confirming import confirm_unchanged, undo_confirmation
from measures.actions.drafting import Broken, Written, open_draft, save_draft, withdraw_update
from measures.actions.publishing import publish_due, publish_update, return_update
from measures.choices import MailAnswer, Origin, UpdateState, Verb
from measures.models import AnswerLink, Document, Event, Measure, Owner, StatusUpdate
from measures.queries.answering import LinkState, state_of
from measures.queries.speaking import newest_published
from stakeholders.choices import Role
from stakeholders.models import Organisation, User
from tests.answers import (
    REASON,
    SUMMARY,
    address_of,
    changed,
    make_link,
    posted,
    postponed,
    reporters_link,
    token_of,
)
from tests.cast import World, make_world
from tests.make import make_deadline, make_measure, make_member, make_update
from tests.page import Page
from tests.reports import begun, handed_in, words
from tests.rounds import DUE, at, make_round

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def link(world: World) -> AnswerLink:
    return reporters_link(world)


def again(link: AnswerLink) -> AnswerLink:
    """The link as it is stored."""
    return AnswerLink.objects.select_related("update", "user", "measure").get(pk=link.pk)


def said_by(link: AnswerLink) -> StatusUpdate:
    """What was said with a link that is used."""
    update = again(link).update
    assert update is not None
    return update


def rows() -> tuple[int, int, int]:
    """How much has been written."""
    used = AnswerLink.objects.filter(used_at__isnull=False)
    return StatusUpdate.objects.count(), Event.objects.count(), used.count()


def values(page: Page) -> dict[str, str]:
    """What stands in the fields of a page, and which choices are made."""
    found = {}
    for tag, attributes in page.tags:
        name, value = attributes.get("name"), attributes.get("value")
        counts = attributes.get("type") != "radio" or "checked" in attributes
        if tag == "input" and name and counts:
            found[name] = value or ""
    return found


def silent_measure(world: World) -> Measure:
    """A measure that nobody has said anything about."""
    measure = make_measure(ref="VK-02", document=world.document)
    Owner.objects.create(measure=measure, organisation=world.nfd, role="lead")
    return measure


# --- The page --------------------------------------------------------------------------------


def test_the_page_says_to_whom_about_what_and_what_stands(world: World, client: Client) -> None:
    make_deadline(world.measure, "2150-12-31")
    link = reporters_link(world)
    response = client.get(address_of(link))
    page = Page(response)
    assert response.status_code == 200
    for words_ in (
        f"Til {link.user.name}, Nærings- og fiskeridepartementet",
        "Er dette fortsatt riktig?",
        world.measure.short_title,
        "I gang",
        "Frist 31. desember 2150",
        "Noe skjedde",
        "Vi viser at Nærings- og fiskeridepartementet har bekreftet «I gang», med dagens dato.",
        "Ingenting er lagret før du trykker «Send svar».",
        "Jeg har ikke ansvar for dette tiltaket",
    ):
        assert words_ in page.text
    assert set(values(page)) >= {"csrfmiddlewaretoken", "seen", "standing"}
    assert "answer" not in values(page)  # nothing is chosen beforehand


@pytest.mark.parametrize(
    ("day", "told"),
    [(DUE, "Svar innen 13. november 2026."), (DUE + DAY, "skulle vært gitt innen 13. november")],
)
def test_by_when_an_answer_is_wanted(
    day: datetime.date, told: str, world: World, client: Client
) -> None:
    make_round(world)
    with time_machine.travel(at(day), tick=False):
        assert told in Page(client.get(address_of(reporters_link(world)))).text


@pytest.mark.parametrize("name", ["", "Rita Rapportør"])
def test_the_address_of_the_person_is_not_told(
    name: str, world: World, link: AnswerLink, client: Client
) -> None:
    User.objects.filter(pk=link.user_id).update(name=name)
    assert link.user.email not in client.get(address_of(link)).content.decode()


@pytest.mark.parametrize("prefix", ["", "/nn", "/en"])
def test_looking_changes_nothing(
    prefix: str, world: World, link: AnswerLink, client: Client
) -> None:
    before = rows()
    for method in (client.get, client.head, client.get):
        response = method(address_of(link, prefix))
        assert response.status_code == 200
        assert response["Referrer-Policy"] == "same-origin"
        assert "no-store" in response["Cache-Control"]
        assert response["Content-Language"] == (prefix.strip("/") or "nb")
    assert "noindex" in client.get(address_of(link)).content.decode()
    assert rows() == before
    assert state_of(again(link), timezone.now()) == LinkState.OPEN


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_the_page_takes_no_other_verb(method: str, link: AnswerLink, client: Client) -> None:
    assert getattr(client, method)(address_of(link)).status_code == 405


def test_what_nobody_has_spoken_of_cannot_be_confirmed(world: World, client: Client) -> None:
    link = make_link(world.people["reporter"], silent_measure(world))
    response = client.get(address_of(link))
    assert "Hva er status?" in Page(response).text
    assert 'value="uendret"' not in response.content.decode()
    response = client.post(address_of(link), posted(link.measure, "uendret"))
    assert response.status_code == 422
    assert rows()[2] == 0


def test_what_has_ended_gets_no_new_deadline(world: World, client: Client) -> None:
    make_update(world.measure, "2026-02-01", "completed")
    link = reporters_link(world)
    html = client.get(address_of(link)).content.decode()
    assert 'value="ny-frist"' not in html
    assert 'name="new_due"' not in html
    assert client.post(address_of(link), postponed(world.measure)).status_code == 422


def test_only_what_fits_in_a_line_is_offered(link: AnswerLink, client: Client) -> None:
    html = client.get(address_of(link)).content.decode()
    for status, offered in (("not_started", 1), ("completed", 1), ("carried_over", 0)):
        assert html.count(f'value="{status}"') == offered
    assert f"/konto/logg-inn/?next={'%2Fmin-side%2Frapporter%2FVK-01%2F'}" in html


def test_who_to_write_to(link: AnswerLink, client: Client, settings: Any) -> None:
    settings.CONTACT_EMAIL = "post@example.no"
    assert "mailto:post@example.no?subject=VK-01" in client.get(address_of(link)).content.decode()


def test_queries_do_not_grow(world: World, link: AnswerLink, client: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address_of(link)).status_code == 200
        return len(queries)

    first = count()
    for day in range(1, 21):
        make_update(world.measure, f"2026-02-{day:02}")
        make_link(world.people["reporter"], make_measure(document=world.document))
    assert count() == first <= 10


# --- No change -------------------------------------------------------------------------------


def test_no_change_is_a_confirmation_as_at_the_desk(
    world: World, link: AnswerLink, client: Client
) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        response = client.post(address_of(link), posted(world.measure, "uendret"))
        assert (response.status_code, response["Location"]) == (302, address_of(link))
        page = Page(client.get(address_of(link)))
        assert "Takk, du har svart" in page.text
        assert "logge inn og angre" in page.text
        stored, update = again(link), said_by(link)
        assert (stored.answer, stored.used_at) == ("uendret", timezone.now())
    assert (update.origin, update.state) == (Origin.CONFIRMATION, UpdateState.SCHEDULED)
    assert (update.author, update.organisation) == (world.people["reporter"], world.nfd)
    assert not StatusUpdate.objects.approvable_by(world.people["approver"]).exists()
    publish_due(timezone.now() + datetime.timedelta(minutes=2))
    assert "Svaret er offentlig." in Page(client.get(address_of(link))).text
    world.measure.refresh_from_db()
    assert world.measure.confirmed_on == timezone.localdate()


def test_a_confirmation_that_was_undone_says_so(
    world: World, link: AnswerLink, client: Client
) -> None:
    client.post(address_of(link), posted(world.measure, "uendret"))
    undo_confirmation(world.people["reporter"], [said_by(link)])
    page = Page(client.get(address_of(link)))
    assert "Svaret er trukket tilbake, og blir ikke offentlig." in page.text
    assert "angre" not in page.text


def test_a_colleague_who_confirmed_within_the_minute_has_said_it(
    world: World, link: AnswerLink, client: Client
) -> None:
    measure = Measure.objects.get()
    [theirs] = confirm_unchanged(world.people["approver_author"], [measure])
    before = rows()
    client.post(address_of(link), posted(world.measure, "uendret"))
    assert rows() == (before[0], before[1], 1)
    assert said_by(link) == theirs
    assert "angre" not in Page(client.get(address_of(link))).text


# --- Changed ---------------------------------------------------------------------------------


def test_a_change_awaits_a_colleague_and_is_published(
    world: World, link: AnswerLink, client: Client
) -> None:
    given = changed(
        world.measure,
        status="completed",
        summary=f"  {SUMMARY}\r\nI dag. ",
        url="www.example.no/anbud?a=1",
    )
    response = client.post(address_of(link), given)
    assert (response.status_code, response["Location"]) == (302, address_of(link))
    update, approver = said_by(link), world.people["approver"]
    assert (update.origin, update.state, update.status) == (
        Origin.REPORT, UpdateState.SUBMITTED, "completed",
    )  # fmt: skip
    assert update.summary == f"{SUMMARY} I dag."
    assert (update.author, update.organisation) == (world.people["reporter"], world.nfd)
    source = update.evidence.get()
    assert (source.url, source.title, source.publisher) == (
        "https://www.example.no/anbud?a=1", "example.no", "example.no",
    )  # fmt: skip
    assert again(link).answer == "endret"
    assert list(StatusUpdate.objects.approvable_by(approver)) == [update]
    assert not StatusUpdate.objects.approvable_by(world.people["reporter"]).exists()
    page = Page(client.get(address_of(link)))
    for told in ("En kollega godkjenner svaret", "Status er endret", "Gjennomført", SUMMARY):
        assert told in page.text
    publish_update(update, approver)
    world.measure.refresh_from_db()
    assert (world.measure.status, world.measure.status_by) == ("completed", "owner")
    assert "Svaret er offentlig." in Page(client.get(address_of(link))).text


def test_who_speaks_publishes_what_lies_on_their_own_site(
    world: World, link: AnswerLink, client: Client
) -> None:
    Organisation.objects.filter(pk=world.nfd.pk).update(website="https://www.nfd.example.no/om")
    given = changed(world.measure, url="https://nfd.example.no/sak", link_title="Pressemelding")
    client.post(address_of(link), given)
    source = said_by(link).evidence.get()
    assert (source.title, source.publisher) == ("Pressemelding", world.nfd.name)
    assert source.publisher_kind == "government"


def test_what_is_not_asked_about_still_stands(world: World, client: Client) -> None:
    make_update(
        world.measure,
        "2026-02-01",
        origin=Origin.REPORT,
        organisation=world.nfd,
        outlook="behind",
        reason="Det mangler folk.",
        reason_kind="resources",
        next_step="Lyse ut på nytt.",
    )
    link = reporters_link(world)
    client.post(address_of(link), changed(world.measure))
    update = said_by(link)
    assert (update.outlook, update.reason_kind, update.reason, update.next_step) == (
        "behind", "resources", "Det mangler folk.", "Lyse ut på nytt.",
    )  # fmt: skip


def test_completed_without_a_source_is_refused(
    world: World, link: AnswerLink, client: Client
) -> None:
    before = rows()
    response = client.post(address_of(link), changed(world.measure, status="completed"))
    page = Page(response)
    assert response.status_code == 422
    assert "Et gjennomført tiltak må ha minst én kilde." in page.text
    assert ("#id_url", "Legg ved dokumentasjon: Et gjennomført tiltak må ha minst én kilde.") in [
        tuple(found) for found in page.links
    ]
    assert values(page)["answer"] == "endret"
    assert values(page)["status"] == "completed"
    assert SUMMARY in page.text
    assert rows() == before


def test_a_status_that_goes_back_is_explained_at_the_desk(
    world: World, link: AnswerLink, client: Client
) -> None:
    response = client.post(address_of(link), changed(world.measure, status="not_started"))
    page = Page(response)
    assert response.status_code == 422
    assert "Skriv hvorfor status går tilbake" in page.text
    assert "Det gjør du på Min side: logg inn." in page.text
    assert rows()[2] == 0


# --- A new deadline --------------------------------------------------------------------------


def test_a_new_deadline_awaits_a_colleague_and_counts_when_published(
    world: World, link: AnswerLink, client: Client
) -> None:
    client.post(address_of(link), postponed(world.measure))
    update = said_by(link)
    assert again(link).answer == "ny-frist"
    assert (update.state, update.status) == (UpdateState.SUBMITTED, "in_progress")
    assert update.summary == f"Ny frist: mai 2150. {REASON}"
    assert (update.new_due_on, update.new_due_precision, update.new_due_reason) == (
        datetime.date(2150, 5, 31), "month", REASON,
    )  # fmt: skip
    page = Page(client.get(address_of(link)))
    assert "Ny frist: mai 2150" in page.text
    approver = world.people["approver"]
    assert list(StatusUpdate.objects.approvable_by(approver)) == [update]
    publish_update(update, approver)
    world.measure.refresh_from_db()
    assert world.measure.due_on == datetime.date(2150, 5, 31)


def test_a_deadline_of_what_nobody_has_spoken_of_needs_a_status(
    world: World, client: Client
) -> None:
    link = make_link(world.people["reporter"], silent_measure(world))
    response = client.post(address_of(link), postponed(link.measure))
    assert response.status_code == 422
    assert "Velg hva status er nå." in Page(response).text
    response = client.post(address_of(link), postponed(link.measure, status="completed"))
    assert response.status_code == 422
    assert (
        "#id_status",
        "Legg ved dokumentasjon: Et gjennomført tiltak må ha minst én kilde.",
    ) in [tuple(found) for found in Page(response).links]
    client.post(address_of(link), postponed(link.measure, status="not_started"))
    assert said_by(link).status == "not_started"


def test_the_deadline_that_counts_already_is_none(world: World, client: Client) -> None:
    make_deadline(world.measure, "2150-05")
    link = reporters_link(world)
    response = client.post(address_of(link), postponed(world.measure))
    assert response.status_code == 422
    assert "Dette er fristen som gjelder i dag." in Page(response).text


# --- What cannot be taken --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "messages"),
    [
        ({}, ["Velg et svar."]),
        ({"answer": "tull"}, ["Velg et svar."]),
        ({"answer": "endret"}, ["Velg hva status er nå.", "Skriv hva som har skjedd."]),
        ({"answer": "endret", "status": "discontinued"}, ["Velg hva status er nå."]),
        ({"answer": "endret", "summary": "\u200b\u202e"}, ["Skriv hva som har skjedd."]),
        (
            {"answer": "endret", "summary": "a" * 301},
            ["Teksten er for lang. Skriv høyst 300 tegn."],
        ),
        ({"answer": "endret", "url": "javascript:alert(1)"}, ["Skriv hele adressen til kilden"]),
        ({"answer": "endret", "url": "ingenting"}, ["Skriv hele adressen til kilden"]),
        ({"answer": "endret", "url": "https://a:b@example.no/"}, ["Skriv hele adressen"]),
        ({"answer": "endret", "link_title": "Navn", "url": ""}, ["Skriv adressen til kilden."]),
        (
            {"answer": "ny-frist", "new_due": ""},
            ["Skriv den nye fristen.", "Skriv hvorfor fristen blir satt."],
        ),
        ({"answer": "ny-frist", "new_due": "snart"}, ["Vi forstår ikke datoen."]),
    ],
)
def test_what_is_wrong_is_told_and_everything_typed_stays(
    given: dict[str, str], messages: list[str], world: World, link: AnswerLink, client: Client
) -> None:
    before = rows()
    kept = {"url": "https://example.no/x", "new_due": "mai 2151", "link_title": "Kilden"}
    sent = posted(world.measure, "") | kept | given
    response = client.post(address_of(link), sent)
    page = Page(response)
    assert response.status_code == 422
    assert "Du må rette" in page.text
    assert "Feil:" in response.content.decode()
    for message in messages:
        assert message in page.text
    filled = values(page)
    for name in ("url", "new_due", "link_title"):
        assert filled[name] == sent[name]
    assert filled.get("answer", "") == (sent["answer"] if sent["answer"] != "tull" else "")
    assert rows() == before
    assert all(link_.href[1:] in page.ids for link_ in page.links if link_.href.startswith("#id"))


def test_what_is_typed_for_another_answer_stops_nothing(
    world: World, link: AnswerLink, client: Client
) -> None:
    junk = {"summary": "a" * 999, "url": "tull", "status": "tull", "new_due": "snart"}
    client.post(address_of(link), posted(world.measure, "uendret", **junk))
    assert again(link).answer == "uendret"


def test_it_works_without_signing_in_but_not_without_a_token(
    world: World, link: AnswerLink
) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(address_of(link), changed(world.measure))
    page = Page(response)
    assert response.status_code == 403
    assert SUMMARY in response.content.decode()  # kept, to be sent again
    assert rows()[2] == 0
    token = values(page)["csrfmiddlewaretoken"]
    given = changed(world.measure) | {"csrfmiddlewaretoken": token}
    assert strict.post(address_of(link), given).status_code == 302
    assert rows()[2] == 1


# --- Used, and stopped -----------------------------------------------------------------------


def test_a_second_answer_says_what_was_answered(
    world: World, link: AnswerLink, client: Client
) -> None:
    client.post(address_of(link), changed(world.measure))
    before = rows()
    for given in (changed(world.measure), posted(world.measure, "uendret")):
        response = client.post(address_of(link), given)
        page = Page(response)
        assert response.status_code == 200
        assert "Takk, du har svart" in page.text
        assert SUMMARY in page.text
        assert "Dette ble ikke sendt" not in page.text
    page = Page(client.post(address_of(link), changed(world.measure, summary="Noe annet.")))
    assert "Dette ble ikke sendt. Her er det du skrev:" in page.text
    assert "Noe annet." in page.text
    assert rows() == before


def test_a_used_link_follows_what_was_said(world: World, link: AnswerLink, client: Client) -> None:
    client.post(address_of(link), changed(world.measure))
    update, reporter = said_by(link), world.people["reporter"]
    return_update(update, world.people["approver"], "Si mer.")
    page = Page(client.get(address_of(link)))
    assert "sendt svaret tilbake" in page.text
    assert SUMMARY not in page.text  # the writer's own again
    draft = StatusUpdate.objects.get(pk=update.pk)
    save_draft(reporter, draft, Written(words(summary="Hemmelig.")), draft.version)
    assert "Hemmelig." not in Page(client.get(address_of(link))).text


def test_what_was_taken_back_and_what_is_scheduled(
    world: World, link: AnswerLink, client: Client
) -> None:
    client.post(address_of(link), changed(world.measure))
    other = make_link(world.people["approver_author"], world.measure)
    client.post(address_of(other), changed(world.measure))
    withdraw_update(world.people["reporter"], said_by(link))
    assert "Du har trukket svaret tilbake." in Page(client.get(address_of(link))).text
    publish_update(said_by(other), world.people["approver"], timezone.now() + DAY)
    assert "Svaret blir offentlig" in Page(client.get(address_of(other))).text


def expired(link: AnswerLink, world: World) -> None:
    past = timezone.now() - 40 * DAY
    AnswerLink.objects.filter(pk=link.pk).update(created_at=past, expires_at=past + 30 * DAY)


def revoked(link: AnswerLink, world: World) -> None:
    AnswerLink.objects.filter(pk=link.pk).update(revoked_at=timezone.now())


def shut_out(link: AnswerLink, world: World) -> None:
    User.objects.filter(pk=link.user_id).update(is_active=False)


def signed_out_everywhere(link: AnswerLink, world: World) -> None:
    User.objects.filter(pk=link.user_id).update(sign_outs=1)


def without_a_role(link: AnswerLink, world: World) -> None:
    link.user.memberships.update(ended_at=timezone.now())


def closed(link: AnswerLink, world: World) -> None:
    close_reporting(world.measure, world.people["approver"], "Avløst.", timezone.localdate())


STOPS = [
    (expired, "Lenken har gått ut"),
    (revoked, "Lenken gjelder ikke lenger"),
    (shut_out, "Lenken gjelder ikke lenger"),
    (signed_out_everywhere, "Lenken gjelder ikke lenger"),
    (without_a_role, "Lenken gjelder ikke lenger"),
    (closed, "Rapporteringen er avsluttet"),
]


@pytest.mark.parametrize(("stop", "told"), STOPS)
def test_a_stopped_link_says_why_and_where_to_go(
    stop: Any, told: str, world: World, link: AnswerLink, client: Client
) -> None:
    given = changed(world.measure)
    stop(link, world)
    before = rows()
    for method in (client.get, client.head, client.post):
        response = method(address_of(link), given if method == client.post else {})
        assert response.status_code == 410
        assert response["Referrer-Policy"] == "same-origin"
    page = Page(response)
    assert told in page.text
    assert SUMMARY in page.text  # what was typed when it stopped
    assert "/konto/logg-inn/?next=%2Fmin-side%2F" in [found.href for found in page.links]
    assert SUMMARY not in Page(client.get(address_of(link))).text
    assert rows() == before
    with pytest.raises(Changed) as changed_:
        answer_by_mail(link, Answer(MailAnswer.UNCHANGED), timezone.now())
    assert str(changed_.value)


@pytest.mark.parametrize("stop", [revoked, shut_out, signed_out_everywhere, without_a_role])
def test_a_link_that_was_taken_back_tells_nothing_of_the_answer(
    stop: Any, world: World, link: AnswerLink, client: Client
) -> None:
    client.post(address_of(link), changed(world.measure))
    stop(link, world)
    response = client.get(address_of(link))
    assert response.status_code == 410
    assert SUMMARY not in response.content.decode()


@pytest.mark.parametrize("stop", [expired, closed])
def test_what_was_answered_in_time_is_still_told(
    stop: Any, world: World, link: AnswerLink, client: Client
) -> None:
    client.post(address_of(link), changed(world.measure))
    stop(link, world)
    response = client.get(address_of(link))
    assert response.status_code == 200
    assert "Takk, du har svart" in Page(response).text


def test_a_link_that_is_no_link(world: World, link: AnswerLink, client: Client) -> None:
    token = token_of(link)
    other = make_link(world.people["approver_author"], world.measure)
    swapped = f"{other.key}.{token.partition('.')[2]}"
    altered = token[:-1] + ("A" if token[-1] != "A" else "B")
    for wrong in (altered, swapped, link.key, f"{link.key}.", "tull", "x" * 3000, "%00", "a.b.c"):
        for method in (client.get, client.post):
            response = method(f"/svar/{wrong}/")
            assert response.status_code == 404, wrong
            assert "Lenken er ikke gyldig" in Page(response).text
    AnswerLink.objects.all().delete()
    assert client.get(address_of(link)).status_code == 404
    assert rows()[2] == 0


@pytest.mark.parametrize("role", ["approver", "approver_author", "stranger"])
def test_a_forwarded_link_is_somebody_elses(
    role: str, world: World, link: AnswerLink, client: Client
) -> None:
    User.objects.filter(pk=link.user_id).update(name="Rita Marie Rapportør")
    client.force_login(world.people[role])
    for response in (
        client.get(address_of(link)),
        client.post(address_of(link), changed(world.measure)),
    ):
        page, html = Page(response), response.content.decode()
        assert response.status_code == 403
        assert "Lenken er personlig" in page.text
        assert "R.M.R." in page.text
        assert "Rita" not in html
        assert link.user.email not in html
        assert reverse("account_logout") in html
    assert SUMMARY in page.text
    assert rows()[2] == 0


def test_who_is_signed_in_answers_too(world: World, link: AnswerLink, client: Client) -> None:
    client.force_login(world.people["reporter"])
    assert "Gå til Min side" in Page(client.get(address_of(link))).text
    client.post(address_of(link), changed(world.measure))
    assert said_by(link).author == world.people["reporter"]


def test_a_role_that_asks_for_a_second_factor_stops_no_link(
    world: World, link: AnswerLink, client: Client, settings: Any
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    make_member(world.nfd, Role.APPROVER)
    assert client.get(address_of(link)).status_code == 200


def test_whoever_coordinates_the_document_answers(world: World, client: Client) -> None:
    Owner.objects.all().delete()
    link = reporters_link(world)
    client.post(address_of(link), changed(world.measure))
    assert said_by(link).organisation == world.nfd
    other = make_link(world.people["approver_author"], world.measure)
    Document.coordinators.through._default_manager.all().delete()
    assert client.get(address_of(other)).status_code == 410


# --- What the person has begun, and what came meanwhile --------------------------------------


def test_a_draft_is_not_overwritten(world: World, link: AnswerLink, client: Client) -> None:
    draft = begun(world, summary="Det jeg skrev ved pulten.")
    assert "Du har en kladd om tiltaket." in Page(client.get(address_of(link))).text
    for given in (changed(world.measure), postponed(world.measure)):
        response = client.post(address_of(link), given)
        assert response.status_code == 409
        assert "Du har en kladd om tiltaket." in Page(response).text
        assert values(Page(response))["answer"] == given["answer"]
    assert SUMMARY in client.post(address_of(link), changed(world.measure)).content.decode()
    stored = StatusUpdate.objects.get(pk=draft.pk)
    assert (stored.summary, stored.version) == ("Det jeg skrev ved pulten.", draft.version)
    client.post(address_of(link), posted(world.measure, "uendret"))  # leaves the draft alone
    assert again(link).answer == "uendret"
    assert StatusUpdate.objects.get(pk=draft.pk).state == UpdateState.DRAFT


def test_a_draft_that_was_only_opened_is_taken(
    world: World, link: AnswerLink, client: Client
) -> None:
    draft = open_draft(world.people["reporter"], world.measure, newest_published(world.measure))
    assert "kladd" not in Page(client.get(address_of(link))).text
    client.post(address_of(link), changed(world.measure))
    assert said_by(link) == draft


@pytest.mark.parametrize("answer", list(MailAnswer))
def test_what_is_handed_in_is_not_answered_over(
    answer: MailAnswer, world: World, link: AnswerLink, client: Client
) -> None:
    handed_in(world)
    page = Page(client.get(address_of(link)))
    assert "Du har allerede sendt inn noe om tiltaket." in page.text
    assert "Send svar" not in page.text
    before = rows()
    given = changed(world.measure) | postponed(world.measure) | {"answer": answer.value}
    response = client.post(address_of(link), given)
    assert response.status_code == 409
    assert SUMMARY in Page(response).text
    assert rows() == before


def test_what_was_published_meanwhile_is_shown_first(
    world: World, link: AnswerLink, client: Client
) -> None:
    for given in (posted(world.measure, "uendret"), changed(world.measure)):
        make_update(world.measure, "2026-03-01", summary="Noe nytt er sagt.")
        response = client.post(address_of(link), given)
        page = Page(response)
        assert response.status_code == 409
        assert "Noe nytt er publisert" in page.text
        assert "Noe nytt er sagt." in page.text
        assert values(page)["answer"] == given["answer"]
    assert SUMMARY in page.text
    assert rows()[2] == 0
    shown = {name: values(page)[name] for name in ("seen", "standing")}
    assert client.post(address_of(link), given | shown).status_code == 302


def test_news_is_not_passed_unseen_while_a_form_is_mended(
    world: World, link: AnswerLink, client: Client
) -> None:
    given = changed(world.measure, summary="")
    make_update(world.measure, "2026-03-01")
    page = Page(client.post(address_of(link), given))
    shown = {name: values(page)[name] for name in ("seen", "standing")}
    mended = changed(world.measure) | shown
    assert client.post(address_of(link), mended).status_code == 409


@pytest.mark.parametrize("seen", ["", "tull", "0", "-1", "9" * 40])
def test_what_the_page_had_not_shown_is_not_seen(
    seen: str, world: World, link: AnswerLink, client: Client
) -> None:
    for given in (posted(world.measure, "uendret"), changed(world.measure)):
        response = client.post(address_of(link), given | {"seen": seen, "standing": seen})
        assert response.status_code == 409


def test_an_answer_leaves_one_event_by_the_person(
    world: World, link: AnswerLink, client: Client
) -> None:
    last = Event.objects.latest("pk").pk
    client.post(address_of(link), changed(world.measure))
    [event] = Event.objects.filter(pk__gt=last)
    assert (event.verb, event.actor, event.update) == (
        Verb.SUBMITTED, world.people["reporter"], said_by(link),
    )  # fmt: skip


def test_what_breaks_a_rule_leaves_nothing(world: World, link: AnswerLink) -> None:
    seen, before = world.measure.updates.latest("pk").pk, rows()
    answer = Answer(MailAnswer.CHANGED, seen, status="discontinued", summary="Slutt.")
    with pytest.raises(Broken):
        answer_by_mail(link, answer, timezone.now())
    assert rows() == before


@pytest.mark.parametrize(("prefix", "language"), [("/nn", "nn"), ("/en", "en")])
def test_the_other_languages(
    prefix: str, language: str, world: World, link: AnswerLink, client: Client
) -> None:
    response = client.get(address_of(link, prefix))
    assert response.status_code == 200
    assert f'<html lang="{language}"' in response.content.decode()
    response = client.post(address_of(link, prefix), changed(world.measure))
    assert response["Location"] == address_of(link, prefix)
    assert said_by(link).language == language
    assert client.get(address_of(link, prefix)).status_code == 200
    assert client.get(f"{prefix}/svar/tull/").status_code == 404
