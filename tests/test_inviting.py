"""Letting people in by invitation: who may, what the mail says, what a link opens and when."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.utils import timezone

from stakeholders.actions import Changed, Refused
from stakeholders.actions.inviting import (
    accept_invitation,
    invite,
    resend_invitation,
    revoke_invitation,
)
from stakeholders.actions.memberships import end_access
from stakeholders.choices import AccessVerb, Role
from stakeholders.mail import invitation_mail
from stakeholders.models import AccessEvent, Invitation, Membership, Organisation, User
from stakeholders.models.invitations import GOOD_FOR
from stakeholders.queries import managed_by, roles_to_give
from tests.cast import World, make_world
from tests.make import make_invitation, make_member
from tests.refusals import refused

pytestmark = pytest.mark.django_db
PASSWORD = "en setning som er lett å huske"
Commit = Callable[..., Any]


@pytest.fixture
def world() -> World:
    return make_world()


def invite_to_nfd(world: World, email: str = "ny@example.no", **other: Any) -> Invitation:
    given = {"roles": [Role.REPORTER], "language": "nb", "actor": "administrator"} | other
    actor = world.people[given["actor"]]
    return invite(email, world.nfd, given["roles"], given["language"], actor)


# --- Who manages whom ------------------------------------------------------------------------


def test_who_manages_whose_people(world: World) -> None:
    def keys(role: str) -> set[str]:
        return {organisation.key for organisation in managed_by(world.people[role])}

    assert keys("administrator") == {"nfd"}
    assert keys("colleague") == {"hod"}
    assert keys("steward") == {"nfd", "hod", "lmi"}
    for role in ("reporter", "approver", "approver_author", "voice", "stranger"):
        assert keys(role) == set()


def test_an_ended_or_closed_administrator_manages_nothing(world: World) -> None:
    administrator = world.people["administrator"]
    User.objects.filter(pk=administrator.pk).update(is_active=False)
    assert not managed_by(administrator).exists()
    User.objects.filter(pk=administrator.pk).update(is_active=True)
    administrator.memberships.update(ended_at=timezone.now())
    assert not managed_by(administrator).exists()


def test_which_roles_may_be_given_where(world: World) -> None:
    administrator, steward = world.people["administrator"], world.people["steward"]
    usual = [Role.REPORTER, Role.APPROVER, Role.ADMINISTRATOR]
    assert roles_to_give(administrator, world.nfd) == usual
    assert roles_to_give(steward, world.nfd) == [
        Role.REPORTER,
        Role.APPROVER,
        Role.STEWARD,
        Role.ADMINISTRATOR,
    ]
    assert Role.VOICE in roles_to_give(administrator, world.lmi)
    assert Role.STEWARD not in roles_to_give(steward, world.lmi)


@pytest.mark.parametrize("actor", ["reporter", "approver", "voice", "colleague", "stranger"])
def test_others_invite_nobody(world: World, actor: str) -> None:
    with pytest.raises(PermissionDenied):
        invite_to_nfd(world, actor=actor)
    assert not Invitation.objects.exists()


def test_only_a_steward_makes_a_steward(world: World) -> None:
    with pytest.raises(PermissionDenied):
        invite_to_nfd(world, roles=[Role.STEWARD])
    assert invite_to_nfd(world, roles=[Role.STEWARD], actor="steward").roles == ["steward"]


def test_nobody_invites_oneself(world: World) -> None:
    with pytest.raises(Refused, match="deg selv"):
        invite_to_nfd(world, " Administrator@Example.no", roles=[Role.APPROVER])


# --- Inviting --------------------------------------------------------------------------------


def test_an_invitation_is_kept_told_of_and_mailed(
    world: World, django_capture_on_commit_callbacks: Commit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        made = invite_to_nfd(world, "  Ny@Example.NO ", roles=[Role.APPROVER, Role.REPORTER])
    made.refresh_from_db()
    assert (made.email, made.roles) == ("ny@example.no", ["reporter", "approver"])
    assert made.expires_at - made.created_at == datetime.timedelta(days=14)
    assert made.mailed_at is not None
    event = AccessEvent.objects.get()
    assert (event.verb, event.actor, event.organisation, event.roles) == (
        AccessVerb.INVITED,
        world.people["administrator"],
        world.nfd,
        ["reporter", "approver"],
    )
    (sent,) = mail.outbox
    assert sent.to == ["ny@example.no"]


def test_the_token_is_in_the_mail_and_nowhere_else(
    world: World, django_capture_on_commit_callbacks: Commit
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        made = invite_to_nfd(world)
    made.refresh_from_db()
    token = token_in(mail.outbox[0].body)
    assert len(token) >= 43
    assert Invitation.objects.with_token(token).get() == made
    assert token not in str(Invitation.objects.values().get())


def token_in(body: Any) -> str:
    return str(body).split("/invitasjon/")[1].split("/")[0]


def test_nothing_is_mailed_when_nothing_is_kept(world: World) -> None:
    with pytest.raises(PermissionDenied):
        invite_to_nfd(world, actor="stranger")
    assert not mail.outbox


def test_a_mail_server_that_is_away_loses_no_invitation(
    world: World, settings: Any, django_capture_on_commit_callbacks: Commit
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with django_capture_on_commit_callbacks(execute=True):
        made = invite_to_nfd(world)
    made.refresh_from_db()
    assert (made.state, made.mailed_at) == ("open", None)


def test_a_member_is_not_invited_again(world: World) -> None:
    with pytest.raises(Refused, match="allerede tilgang"):
        invite_to_nfd(world, "RAPPORTOR@example.no ")
    # Elsewhere the person is new.
    assert invite_to_nfd(world, "talsperson@example.no").email == "talsperson@example.no"


def test_a_closed_account_is_not_invited(world: World) -> None:
    User.objects.filter(email="fremmed@example.no").update(is_active=False)
    with pytest.raises(Refused, match="stengt"):
        invite_to_nfd(world, "fremmed@example.no")


def test_one_invitation_at_a_time(world: World) -> None:
    first = invite_to_nfd(world)
    with pytest.raises(Refused, match="allerede invitert"):
        invite_to_nfd(world, "NY@example.no")
    past = timezone.now() - GOOD_FOR - datetime.timedelta(days=1)
    ran_out = timezone.now() - datetime.timedelta(days=1)
    Invitation.objects.filter(pk=first.pk).update(created_at=past, expires_at=ran_out)
    second = invite_to_nfd(world)
    first.refresh_from_db()
    assert (first.state, second.state) == ("revoked", "open")


def test_the_database_holds_the_rules(world: World) -> None:
    made, _token = make_invitation(world.nfd, email="ny@example.no")
    with refused("invitation_open_once|UNIQUE"):
        make_invitation(world.nfd, email="ny@example.no")
    with refused("invitation_email_in_lower_case"):
        make_invitation(world.nfd, email="Stor@example.no")
    with refused("invitation_offers_a_role"):
        make_invitation(world.nfd, roles=[])
    with refused("invitation_accepted_by_somebody"):
        Invitation.objects.filter(pk=made.pk).update(accepted_at=timezone.now())
    with refused("invitation_expires_later"):
        Invitation.objects.filter(pk=made.pk).update(expires_at=made.created_at)


# --- The mail --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "subject", "words", "path"),
    [
        ("nb", "Invitasjon fra Nærings", "har invitert deg til å følge opp", "/invitasjon/"),
        ("nn", "Invitasjon frå Nærings", "har invitert deg til å følgje opp", "/nn/invitasjon/"),
        ("en", "Invitation from Nærings", "has invited you to follow up", "/en/invitasjon/"),
    ],
)
def test_the_mail_in_each_language(
    world: World, language: str, subject: str, words: str, path: str
) -> None:
    made = invite_to_nfd(world, language=language)
    message = invitation_mail(made, "hemmelig")
    html = str(message.alternatives[0][0])
    assert message.subject.startswith(subject)
    for text in (str(message.body), html):
        assert words in text
        assert f"{path}hemmelig/" in text
        assert "ny@example.no" in text
    assert f'<html lang="{language}">' in html


def test_names_add_no_header_and_no_markup(world: World) -> None:
    Organisation.objects.filter(pk=world.nfd.pk).update(name="NFD\r\nBcc: alle@example.no")
    User.objects.filter(pk=world.people["administrator"].pk).update(name="<b>Ola</b>\nX: y")
    world.people["administrator"].refresh_from_db()
    message = invitation_mail(invite_to_nfd(world), "t")
    raw = message.message()
    assert raw["Bcc"] is None
    assert "\n" not in message.subject
    html = str(message.alternatives[0][0])
    assert "<b>Ola" not in html
    assert "&lt;b&gt;Ola" in html
    assert "<b>Ola</b> X: y har invitert" in str(message.body)


# --- Again, and back -------------------------------------------------------------------------


def test_sent_again_the_old_link_dies(
    world: World, django_capture_on_commit_callbacks: Commit
) -> None:
    made, old = make_invitation(world.nfd, expires_at=timezone.now() + datetime.timedelta(1))
    with django_capture_on_commit_callbacks(execute=True):
        again = resend_invitation(made, world.people["administrator"])
    assert again.expires_at - timezone.now() > datetime.timedelta(days=13)
    with pytest.raises(Changed):
        accept_invitation(old, name="Ny", password=PASSWORD)
    token = token_in(mail.outbox[0].body)
    assert accept_invitation(token, name="Ny", password=PASSWORD).email == made.email
    verbs = list(AccessEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == [AccessVerb.RESENT, AccessVerb.ACCEPTED]


def test_a_revoked_invitation_is_neither_sent_nor_accepted(world: World) -> None:
    made, token = make_invitation(world.nfd)
    revoke_invitation(made, world.people["administrator"])
    for act in (revoke_invitation, resend_invitation):
        with pytest.raises(Changed):
            act(made, world.people["administrator"])
    with pytest.raises(Changed):
        accept_invitation(token, name="Ny", password=PASSWORD)
    assert not User.objects.filter(email=made.email).exists()


@pytest.mark.parametrize("act", [revoke_invitation, resend_invitation])
def test_others_touch_no_invitation(world: World, act: Callable[..., Any]) -> None:
    made, _token = make_invitation(world.nfd)
    for actor in ("reporter", "colleague", "voice"):
        with pytest.raises(PermissionDenied):
            act(made, world.people[actor])


def test_an_administrator_does_not_send_a_stewards_invitation_again(world: World) -> None:
    made, _token = make_invitation(world.nfd, roles=["steward"])
    with pytest.raises(PermissionDenied):
        resend_invitation(made, world.people["administrator"])


# --- Accepting -------------------------------------------------------------------------------


def test_a_new_person_gets_an_account_and_the_roles(world: World) -> None:
    by = world.people["administrator"]
    made, token = make_invitation(world.nfd, roles=["reporter", "approver"], invited_by=by)
    person = accept_invitation(token, name=" Kari\n Nordmann ", password=PASSWORD)
    assert (person.email, person.name) == (made.email, "Kari Nordmann")
    assert person.check_password(PASSWORD)
    assert {(m.role, m.given_by) for m in person.memberships.all()} == {
        ("reporter", by),
        ("approver", by),
    }
    made.refresh_from_db()
    assert (made.state, made.accepted_by) == ("accepted", person)
    event = AccessEvent.objects.get()
    assert (event.verb, event.actor, event.person) == (AccessVerb.ACCEPTED, person, person)


def test_an_account_that_is_there_keeps_its_name_and_password(world: World) -> None:
    _made, token = make_invitation(world.nfd, email="talsperson@example.no")
    voice = world.people["voice"]
    person = accept_invitation(token, name="En annen", password="et helt annet passord")
    assert person == voice
    assert (person.name, person.password) == (voice.name, voice.password)
    assert Membership.objects.of(person, Role.REPORTER).filter(organisation=world.nfd).exists()
    assert Membership.objects.of(person, Role.VOICE).exists()


def test_a_link_works_once(world: World) -> None:
    _made, token = make_invitation(world.nfd)
    accept_invitation(token, name="Ny", password=PASSWORD)
    with pytest.raises(Changed):
        accept_invitation(token, name="Ny igjen", password=PASSWORD)
    assert AccessEvent.objects.count() == 1


@pytest.mark.parametrize("alter", [lambda t: t[:-1], lambda t: t.swapcase(), lambda t: t + "A"])
def test_an_altered_link_opens_nothing(world: World, alter: Callable[[str], str]) -> None:
    _made, token = make_invitation(world.nfd)
    with pytest.raises(Changed):
        accept_invitation(alter(token), name="Ny", password=PASSWORD)


def test_what_is_stored_is_no_key(world: World) -> None:
    made, _token = make_invitation(world.nfd)
    with pytest.raises(Changed):
        accept_invitation(made.token_hash, name="Ny", password=PASSWORD)


def test_a_link_runs_out(world: World) -> None:
    past = timezone.now() - GOOD_FOR
    _made, token = make_invitation(world.nfd, created_at=past, expires_at=timezone.now())
    with pytest.raises(Changed):
        accept_invitation(token, name="Ny", password=PASSWORD)


def test_a_closed_account_accepts_nothing(world: World) -> None:
    stranger = world.people["stranger"]
    _made, token = make_invitation(world.nfd, email=stranger.email)
    User.objects.filter(pk=stranger.pk).update(is_active=False)
    with pytest.raises(Refused, match="stengt"):
        accept_invitation(token)
    assert not stranger.memberships.exists()


@pytest.mark.parametrize("given", [{"name": " "}, {"password": ""}, {"password": None}])
def test_a_new_account_has_a_name_and_a_password(world: World, given: dict[str, Any]) -> None:
    _made, token = make_invitation(world.nfd)
    with pytest.raises(ValueError, match="name and a password"):
        accept_invitation(token, **({"name": "Ny", "password": PASSWORD} | given))


def test_an_account_that_appears_meanwhile_is_not_doubled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _made, token = make_invitation(world.nfd)

    def taken(*args: Any, **kwargs: Any) -> User:
        raise IntegrityError

    monkeypatch.setattr(type(User.objects), "create_user", taken)
    with pytest.raises(Changed):
        accept_invitation(token, name="Ny", password=PASSWORD)


def test_roles_that_the_person_has_are_not_doubled(world: World) -> None:
    person = make_member(world.nfd, Role.REPORTER)
    _made, token = make_invitation(
        world.nfd, email=person.email.lower(), roles=["reporter", "approver"]
    )
    accept_invitation(token)
    assert person.memberships.count() == 2


# --- The first one ---------------------------------------------------------------------------


def test_the_operator_lets_the_first_steward_in(world: World) -> None:
    call_command("invite", "forst@example.no", "nfd", "steward", "administrator", stdout=StringIO())
    invitation = Invitation.objects.get(email="forst@example.no")
    assert (invitation.invited_by, invitation.roles) == (None, ["steward", "administrator"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ikke en adresse", "nfd", "steward"), "not an e-mail address"),
        (("a@example.no", "finnes-ikke", "steward"), "no organisation"),
        (("a@example.no", "lmi", "steward"), "no such role"),
        (("rapportor@example.no", "nfd", "steward"), "allerede tilgang"),
    ],
)
def test_the_command_says_what_is_wrong(
    arguments: tuple[str, ...], words: str, world: World
) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("invite", *arguments, stdout=StringIO())
    assert not Invitation.objects.exists()


def test_an_invitation_by_somebody_who_has_left_opens_nothing(world: World) -> None:
    inviter = world.people["administrator"]
    _made, token = make_invitation(world.nfd, roles=["reporter"], invited_by=inviter)
    end_access(inviter, world.nfd, world.people["steward"])
    with pytest.raises(Changed):
        accept_invitation(token, name="Kari", password=PASSWORD)
    assert not User.objects.filter(name="Kari").exists()
