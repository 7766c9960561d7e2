"""An invitation as whoever got the mail sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from stakeholders.choices import Role
from stakeholders.models import AccessEvent, Membership, User
from tests.cast import World, make_world
from tests.make import make_invitation
from tests.page import Page

pytestmark = pytest.mark.django_db
NEW = {"name": "Kari Nordmann", "password": "et ganske langt passord"}


@pytest.fixture
def world() -> World:
    return make_world()


def address_of(token: str, prefix: str = "") -> str:
    return f"{prefix}/invitasjon/{token}/"


@pytest.mark.parametrize(
    ("prefix", "words"),
    [("", "Bli med på vegne av"), ("/nn", "Bli med på vegner av"), ("/en", "on behalf of")],
)
def test_looking_changes_nothing(prefix: str, words: str, world: World, client: Client) -> None:
    invitation, token = make_invitation(world.nfd)
    before = User.objects.count(), AccessEvent.objects.count()
    for method in (client.get, client.head, client.get):
        answer = method(address_of(token, prefix))
        assert answer.status_code == 200
    assert words in Page(answer).text
    assert answer["Referrer-Policy"] == "same-origin"
    assert (User.objects.count(), AccessEvent.objects.count()) == before
    invitation.refresh_from_db()
    assert invitation.state == "open"


def test_a_new_person_accepts_and_signs_in(world: World, client: Client) -> None:
    invitation, token = make_invitation(world.nfd, roles=["reporter", "voice"])
    page = Page(client.post(address_of(token), NEW, follow=True))
    assert "Invitasjonen er tatt imot" in page.text
    person = User.objects.get(email=invitation.email)
    assert person.name == "Kari Nordmann"
    assert Membership.objects.of(person, Role.REPORTER, Role.VOICE).count() == 2
    given = {"login": invitation.email, "password": NEW["password"]}
    assert client.post("/konto/logg-inn/", given)["Location"] == "/min-side/"


@pytest.mark.parametrize(
    "given",
    [{}, NEW | {"name": " "}, NEW | {"password": "kort"}, NEW | {"password": "12345678901"}],
)
def test_bad_input_makes_no_account_and_the_name_stays(
    given: dict[str, str], world: World, client: Client
) -> None:
    people = User.objects.count()
    _invitation, token = make_invitation(world.nfd)
    answer = client.post(address_of(token), given)
    assert answer.status_code == 200
    page = Page(answer)
    assert "Du må rette" in page.text
    if name := given.get("name", "").strip():
        assert any(attributes.get("value") == name for _tag, attributes in page.tags)
    assert User.objects.count() == people


def test_who_has_an_account_adds_the_roles_to_it(world: World, client: Client) -> None:
    stranger = world.people["stranger"]
    _invitation, token = make_invitation(world.nfd, email=stranger.email)
    client.force_login(stranger)
    page = Page(client.post(address_of(token), follow=True))
    assert "Rollene er lagt til kontoen din." in page.text
    assert Membership.objects.of(stranger, Role.REPORTER).exists()


def test_somebody_else_gets_nothing_of_it(world: World, client: Client) -> None:
    _invitation, token = make_invitation(world.nfd)
    client.force_login(world.people["voice"])
    page = Page(client.post(address_of(token), NEW))
    assert "Invitasjonen gjelder en annen konto" in page.text
    assert not Membership.objects.of(world.people["voice"], Role.REPORTER).exists()


def test_what_is_over_is_told_politely(world: World, client: Client) -> None:
    now = timezone.now()
    past = {"created_at": now - timedelta(days=30), "expires_at": now - timedelta(days=1)}
    _old, expired = make_invitation(world.nfd, **past)
    _taken, revoked = make_invitation(world.nfd, revoked_at=now)
    people = User.objects.count()
    for token, status, words in (
        (expired, 410, "Invitasjonen har gått ut"),
        (revoked, 410, "Invitasjonen gjelder ikke lenger"),
        ("noe-annet", 404, "Lenken er ikke gyldig"),
        (f"{expired}x", 404, "Lenken er ikke gyldig"),
    ):
        for answer in (client.get(address_of(token)), client.post(address_of(token), NEW)):
            assert answer.status_code == status
            assert words in Page(answer).text
    assert User.objects.count() == people


def test_a_link_works_once(world: World, client: Client) -> None:
    _invitation, token = make_invitation(world.nfd)
    client.post(address_of(token), NEW)
    people = User.objects.count()
    page = Page(Client().post(address_of(token), NEW | {"name": "En Annen"}, follow=True))
    assert "Invitasjonen er tatt imot" in page.text
    assert User.objects.count() == people
    assert not User.objects.filter(name="En Annen").exists()


def test_the_page_takes_no_other_verb(world: World, client: Client) -> None:
    _invitation, token = make_invitation(world.nfd)
    assert client.put(address_of(token)).status_code == 405
    assert client.delete(address_of(token)).status_code == 405
