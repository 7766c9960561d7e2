"""Who must prove twice who they are, and that nothing at the desk opens before."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from tests.access_rows import DESK, KEEPING, PUBLIC
from tests.cast import World, make_world
from tests.page import Page

pytestmark = pytest.mark.django_db
PASSWORD = "et langt passord"
STRONG = ("approver", "approver_author", "steward", "administrator", "colleague")
WEAK = ("stranger", "reporter", "voice")
SET_UP = "/konto/sikring/"


@pytest.fixture
def world(settings: Any) -> World:
    settings.SECOND_FACTOR_REQUIRED = True
    world = make_world()
    for person in world.people.values():
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
    return world


def code_of(secret: str, at: float) -> str:
    """Return what an authenticator app shows at a time (RFC 6238)."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(at // 30)), hashlib.sha1)
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


def sign_in(client: Client, world: World, role: str) -> Any:
    given = {"login": world.people[role].email, "password": PASSWORD}
    return client.post("/konto/logg-inn/", given)


def set_up_app(client: Client) -> str:
    """Turn on codes as a person does; return the app's secret."""
    client.post("/konto/bekreft/", {"password": PASSWORD})
    page = Page(client.get("/konto/sikring/app/"))
    secret = re.search(r"\b[A-Z2-7]{32}\b", page.text)
    assert secret
    done = client.post("/konto/sikring/app/", {"code": code_of(secret[0], time.time())})
    assert done["Location"] == "/konto/sikring/koder/"
    return secret[0]


def recovery_codes(client: Client) -> list[str]:
    """Return the codes that the page shows."""
    page = client.get("/konto/sikring/koder/").content.decode()
    return re.findall(r"<code>(\w+)</code>", page)


@pytest.mark.parametrize("role", STRONG)
def test_a_strong_role_sets_one_up_first(role: str, world: World, client: Client) -> None:
    sign_in(client, world, role)
    assert client.get("/min-side/")["Location"] == SET_UP
    assert "Det tar to minutter." in Page(client.get(SET_UP)).text


@pytest.mark.parametrize("role", WEAK)
def test_the_others_may_do_without(role: str, world: World, client: Client) -> None:
    sign_in(client, world, role)
    assert client.get("/min-side/").status_code == 200


@pytest.mark.parametrize("name", sorted(DESK | KEEPING))
def test_no_closed_address_opens_before(name: str, world: World, client: Client) -> None:
    client.force_login(world.people["approver_author"])
    row = (DESK | KEEPING)[name]
    arguments, data = row.found(world)
    call: Any = getattr(client, row.method)
    assert call(reverse(name, kwargs=arguments), data)["Location"] == SET_UP


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_open_pages_ask_nobody(name: str, world: World, client: Client) -> None:
    client.force_login(world.people["approver"])
    response = client.get(reverse(name, kwargs=PUBLIC[name].found(world)[0]))
    response.close()
    assert response.status_code == 200


def test_an_operator_needs_one(world: World, client: Client) -> None:
    person = world.people["stranger"]
    person.is_staff = True
    person.save(update_fields=["is_staff"])
    client.force_login(person)
    assert client.get("/min-side/")["Location"] == SET_UP


def test_setting_up_codes_opens_the_desk_at_once(world: World, client: Client) -> None:
    sign_in(client, world, "approver")
    set_up_app(client)
    assert client.get("/min-side/").status_code == 200
    assert len(recovery_codes(client)) == 10


def test_then_the_password_alone_is_not_enough(world: World, client: Client) -> None:
    sign_in(client, world, "approver")
    secret = set_up_app(client)
    other = Client()
    assert sign_in(other, world, "approver")["Location"] == "/konto/sikring/logg-inn/"
    assert other.get("/min-side/").status_code == 302
    wrong = other.post("/konto/sikring/logg-inn/", {"code": "000000"})
    assert "Koden er feil." in Page(wrong).text
    next_code = code_of(secret, time.time() + 30)
    assert other.post("/konto/sikring/logg-inn/", {"code": next_code})["Location"] == "/min-side/"
    assert other.get("/min-side/").status_code == 200


def test_codes_cannot_be_guessed_without_end(world: World, client: Client) -> None:
    sign_in(client, world, "approver")
    set_up_app(client)
    other = Client()
    sign_in(other, world, "approver")
    pages = [other.post("/konto/sikring/logg-inn/", {"code": f"{n:06d}"}) for n in range(7)]
    assert "prøvd for mange ganger" in Page(pages[-1]).text


def test_a_recovery_code_counts_once(world: World, client: Client) -> None:
    sign_in(client, world, "approver")
    set_up_app(client)
    code = recovery_codes(client)[0]
    for answer in (302, 200):
        other = Client()
        sign_in(other, world, "approver")
        assert other.post("/konto/sikring/logg-inn/", {"code": code}).status_code == answer


def test_what_an_app_is_told_is_stored_encrypted(world: World, client: Client) -> None:
    sign_in(client, world, "approver")
    secret = set_up_app(client)
    stored = Authenticator.objects.get(type=Authenticator.Type.TOTP).data["secret"]
    assert secret not in stored
    assert len(stored) > len(secret)


def test_who_signed_in_before_it_was_set_up_elsewhere_proves_it(
    world: World, client: Client
) -> None:
    sign_in(client, world, "approver")
    elsewhere = Client()
    sign_in(elsewhere, world, "approver")
    set_up_app(elsewhere)
    wanted = client.get("/min-side/")["Location"]
    assert wanted == "/konto/sikring/bekreft/?next=%2Fmin-side%2F"
