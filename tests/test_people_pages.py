"""The pages of an organisation's people and of one person, as those who manage access use them."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from stakeholders.choices import Role
from stakeholders.models import Invitation, Membership
from tests.cast import World, make_world
from tests.make import make_invitation, make_member
from tests.page import Page

pytestmark = pytest.mark.django_db
PEOPLE = "/min-side/folk/"
REPORT = "/min-side/rapporter/VK-01/"
INVITE = "/min-side/folk/inviter/?aktor=nfd"
GIVEN = {"email": "ny@example.no", "roles": ["reporter"], "language": "nn"}


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def administrator(world: World, client: Client) -> Client:
    client.force_login(world.people["administrator"])
    return client


def test_it_lists_who_has_access_and_who_is_invited(world: World, administrator: Client) -> None:
    invitation, _token = make_invitation(world.nfd)
    text = Page(administrator.get(PEOPLE)).text
    for role in ("reporter", "approver", "steward"):
        assert str(world.people[role]) in text
    assert invitation.email in text
    assert str(world.people["colleague"]) not in text


def test_an_invitation_is_sent_in_the_language_that_was_chosen(
    world: World, administrator: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = administrator.post(INVITE, GIVEN)
    page = Page(administrator.get(answer["Location"]))
    assert "Invitasjonen er sendt til ny@example.no." in page.text
    (message,) = mail.outbox
    assert message.to == ["ny@example.no"]
    assert "/nn/invitasjon/" in message.body


def test_bad_input_is_told_and_nothing_is_lost(world: World, administrator: Client) -> None:
    page = Page(administrator.post(INVITE, {"email": "ikke en adresse", "language": "en"}))
    assert "Skriv en e-postadresse" in page.text
    assert "Velg minst én rolle." in page.text
    assert any(attributes.get("value") == "ikke en adresse" for _tag, attributes in page.tags)
    assert not Invitation.objects.exists()
    assert not mail.outbox


@pytest.mark.parametrize("role", ["steward", "owner", ""])
def test_a_role_that_is_not_theirs_to_give_is_refused(
    role: str, world: World, administrator: Client
) -> None:
    answer = administrator.post(INVITE, GIVEN | {"roles": [role]})
    assert answer.status_code == 200
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("address", [f"{PEOPLE}?aktor=hod", f"{PEOPLE}?aktor=finnes-ikke"])
def test_other_organisations_are_not_there(
    address: str, world: World, administrator: Client
) -> None:
    assert administrator.get(address).status_code == 404
    assert administrator.post(f"{PEOPLE}inviter/?aktor=hod", GIVEN).status_code == 404
    assert not Invitation.objects.exists()


def test_nobody_of_another_organisation_is_touched(world: World, administrator: Client) -> None:
    invitation, _token = make_invitation(world.hod)
    colleague = world.people["colleague"]
    role = colleague.memberships.first()
    assert role
    for address in (
        f"{PEOPLE}invitasjoner/{invitation.pk}/trekk/",
        f"{PEOPLE}invitasjoner/{invitation.pk}/send/",
        f"{PEOPLE}roller/{role.pk}/avslutt/",
        f"{PEOPLE}{colleague.pk}/gi-rolle/",
        f"{PEOPLE}{colleague.pk}/avslutt/hod/",
        f"{PEOPLE}{world.people['reporter'].pk}/avslutt/hod/",
    ):
        assert administrator.post(address, {"role": "hod:reporter"}).status_code == 404
    assert Membership.objects.of(colleague).count() == 3
    assert Invitation.objects.open().count() == 1


def test_an_invitation_is_sent_again_and_taken_back(
    world: World, administrator: Client, django_capture_on_commit_callbacks: Any
) -> None:
    invitation, _token = make_invitation(world.nfd)
    address = f"{PEOPLE}invitasjoner/{invitation.pk}"
    with django_capture_on_commit_callbacks(execute=True):
        answer = administrator.post(f"{address}/send/")
    assert "er sendt til" in Page(administrator.get(answer["Location"])).text
    assert len(mail.outbox) == 1
    assert "trukket tilbake" in Page(administrator.post(f"{address}/trekk/", follow=True)).text
    again = administrator.post(f"{address}/trekk/")
    assert again.status_code == 409
    assert "allerede tatt imot eller trukket tilbake" in Page(again).text


def test_access_that_is_ended_ends_at_once_and_its_history_stays(
    world: World, administrator: Client
) -> None:
    reporter = world.people["reporter"]
    theirs = Client()
    theirs.force_login(reporter)
    assert theirs.get(REPORT).status_code == 200
    page = Page(administrator.post(f"{PEOPLE}{reporter.pk}/avslutt/nfd/", follow=True))
    assert "Det gjelder fra nå av." in page.text
    assert theirs.get(REPORT).status_code == 302
    assert str(reporter) in Page(administrator.get(PEOPLE)).text  # among those who had access
    assert administrator.get(f"{PEOPLE}{reporter.pk}/").status_code == 200


def test_one_more_role_is_given_once(world: World, administrator: Client) -> None:
    reporter = world.people["reporter"]
    address = f"{PEOPLE}{reporter.pk}/gi-rolle/"
    page = Page(administrator.post(address, {"role": "nfd:approver"}, follow=True))
    assert "Rollen er gitt." in page.text
    assert Membership.objects.of(reporter, Role.APPROVER).exists()
    assert administrator.post(address, {"role": "nfd:approver"}).status_code == 200
    assert administrator.post(address, {"role": "nfd:steward"}).status_code == 200
    assert Membership.objects.of(reporter).count() == 2


@pytest.mark.parametrize("verb", ["put", "patch", "delete", "post"])
def test_the_pages_take_no_other_verb(verb: str, world: World, administrator: Client) -> None:
    assert getattr(administrator, verb)(PEOPLE).status_code == 405
    assert administrator.get(INVITE).status_code == 405


def test_queries_do_not_grow_with_the_people(world: World, administrator: Client) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            administrator.get(PEOPLE)
        return len(queries)

    administrator.get(PEOPLE)
    few = count()
    for n in range(20):
        make_member(world.nfd, Role.REPORTER, Role.VOICE, email=f"en-{n}@example.no")
        make_invitation(world.nfd)
    assert count() == few
