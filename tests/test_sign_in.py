"""Signing in with a password, guessing, forgotten passwords, and the end of sessions."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.core import mail
from django.test import Client
from django.utils import timezone

from stakeholders.models import User
from tests.cast import World, make_world
from tests.page import Page

pytestmark = pytest.mark.django_db
SIGN_IN = "/konto/logg-inn/"
PASSWORD = "et langt passord"
ADDRESS = "rapportor@example.no"


@pytest.fixture
def world() -> World:
    world = make_world()
    for role in ("reporter", "approver"):
        person = world.people[role]
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
    return world


def attempt(
    client: Client,
    login: str = ADDRESS,
    password: str = PASSWORD,
    next_page: str = "",
    **headers: str,
) -> Any:
    data = {"login": login, "password": password} | ({"next": next_page} if next_page else {})
    return client.post(SIGN_IN, data, headers=headers or None)


def test_the_right_password_opens_the_desk(world: World, client: Client) -> None:
    assert attempt(client)["Location"] == "/min-side/"
    assert client.get("/min-side/").status_code == 200


def test_one_comes_back_to_the_page_one_wanted(world: World, client: Client) -> None:
    wanted = client.get("/nn/min-side/")["Location"]
    assert wanted == "/nn/konto/logg-inn/?next=/nn/min-side/"
    answer = client.post(wanted, {"login": ADDRESS, "password": PASSWORD, "next": "/nn/min-side/"})
    assert answer["Location"] == "/nn/min-side/"


@pytest.mark.parametrize("there", ["https://ond.example/", "//ond.example", "javascript:alert(1)"])
def test_nobody_is_sent_away_from_the_site(there: str, world: World, client: Client) -> None:
    assert attempt(client, next_page=there)["Location"] == "/min-side/"


@pytest.mark.parametrize("prefix", ["", "/nn", "/en"])
@pytest.mark.parametrize("login", [ADDRESS, "ukjent@example.no"])
def test_a_wrong_password_and_an_unknown_address_are_told_alike(
    prefix: str, login: str, world: World, client: Client
) -> None:
    answer = client.post(f"{prefix}{SIGN_IN}", {"login": login, "password": "et helt galt et"})
    assert answer.status_code == 200
    words = {"": "passordet er feil.", "/nn": "passordet er feil.", "/en": "password is wrong."}
    page = Page(answer)
    assert words[prefix] in page.text
    assert any(attributes.get("value") == login for _tag, attributes in page.tags)
    assert b"et helt galt et" not in answer.content


def test_an_empty_form_says_what_is_missing(world: World, client: Client) -> None:
    page = Page(attempt(client, "", ""))
    assert page.text.count("Feltet må fylles ut.") == 4  # in the summary and at each field


def test_the_case_of_an_address_does_not_matter(world: World, client: Client) -> None:
    assert attempt(client, "Rapportor@Example.NO").status_code == 302


def test_only_who_knows_the_password_is_told_that_an_account_is_closed(
    world: World, client: Client
) -> None:
    User.objects.filter(email=ADDRESS).update(is_active=False)
    assert "passordet er feil." in Page(attempt(client, password="galt")).text
    attempt(client)
    assert client.get("/min-side/").status_code == 302
    assert "Kontoen er stengt" in Page(client.get(attempt(client)["Location"])).text


def test_nobody_signs_up(world: World, client: Client) -> None:
    people = User.objects.count()
    given = {"email": "ny@example.no", "password1": PASSWORD, "password2": PASSWORD}
    page = Page(client.post("/konto/ny/", given))
    assert "Kontoer lages ved invitasjon" in page.text
    assert User.objects.count() == people


# --- Guessing --------------------------------------------------------------------------------


def test_five_wrong_passwords_lock_out_even_the_right_one(world: World, client: Client) -> None:
    for _ in range(5):
        attempt(client, password="galt")
    locked = attempt(client)
    assert locked.status_code == 429
    assert "Vent et kvarter" in Page(locked).text
    assert client.get("/min-side/").status_code == 302


def test_the_lock_is_for_one_person_from_one_place(world: World, client: Client) -> None:
    for _ in range(5):
        attempt(client, password="galt")
    assert attempt(Client(), "godkjenner@example.no").status_code == 302
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert attempt(elsewhere).status_code == 302


def test_other_spellings_of_an_address_share_its_attempts(world: World, client: Client) -> None:
    for spelling in (ADDRESS, ADDRESS.upper(), f" {ADDRESS} ", "Rapportor@example.no", ADDRESS):
        attempt(client, spelling, "galt")
    assert attempt(client).status_code == 429


def test_the_lock_ends_by_itself(world: World, client: Client) -> None:
    for _ in range(5):
        attempt(client, password="galt")
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert attempt(client).status_code == 302


def test_a_forged_header_does_not_get_round_the_lock(
    world: World, client: Client, settings: Any
) -> None:
    for n in range(5):
        attempt(client, password="galt", **{"X-Forwarded-For": f"192.0.2.{n}"})
    assert attempt(client, **{"X-Forwarded-For": "192.0.2.99"}).status_code == 429
    settings.BEHIND_PROXY = True
    for n in range(5):
        attempt(client, password="galt", **{"X-Forwarded-For": f"192.0.2.{n}, 198.51.100.1"})
    assert attempt(client, **{"X-Forwarded-For": "8.8.8.8, 198.51.100.1"}).status_code == 429
    assert attempt(client, **{"X-Forwarded-For": "198.51.100.2"}).status_code == 302


@pytest.mark.parametrize("told", ["", "unknown", "192.0.2.7:4711", "<b>"])
def test_an_address_that_is_none_locks_nobody_out_of_signing_in(
    told: str, world: World, settings: Any
) -> None:
    settings.BEHIND_PROXY = True
    visitor = Client(REMOTE_ADDR="")
    assert attempt(visitor, password="galt", **{"X-Forwarded-For": told}).status_code == 200
    assert attempt(visitor, **{"X-Forwarded-For": told}).status_code == 302
    assert visitor.get("/konto/okter/", headers={"X-Forwarded-For": told}).status_code == 200


# --- The end of sessions ---------------------------------------------------------------------


def test_a_session_lasts_a_working_day(world: World, client: Client) -> None:
    attempt(client)
    session = client.session
    assert timedelta(hours=7) < session.get_expiry_date() - timezone.now() <= timedelta(hours=8)
    assert client.cookies["sessionid"]["httponly"]


def test_signing_out_is_a_deed_and_not_a_link(world: World, client: Client) -> None:
    attempt(client)
    assert "Vil du logge ut?" in Page(client.get("/konto/logg-ut/")).text
    assert client.get("/min-side/").status_code == 200
    assert client.post("/konto/logg-ut/")["Location"] == "/"
    assert client.get("/min-side/").status_code == 302


def test_one_signs_out_everywhere_else(world: World, client: Client) -> None:
    elsewhere = Client(headers={"user-agent": "Mozilla/5.0 (iPhone) CriOS/1 Safari/1"})
    attempt(elsewhere)
    elsewhere.get("/konto/okter/")
    attempt(client)
    page = Page(client.get("/konto/okter/"))
    assert "Chrome, iPhone" in page.text
    assert "Det er her du er nå." in page.text
    client.post("/konto/okter/")
    assert elsewhere.get("/min-side/").status_code == 302
    assert client.get("/min-side/").status_code == 200


def test_a_new_password_ends_all_other_sessions(world: World, client: Client) -> None:
    elsewhere = Client()
    attempt(elsewhere)
    attempt(client)
    given = {"oldpassword": PASSWORD, "password1": "et annet langt", "password2": "et annet langt"}
    assert client.post("/konto/passord/", given).status_code == 302
    assert client.get("/min-side/").status_code == 200
    assert elsewhere.get("/min-side/").status_code == 302


WEAK = {
    "kort": "Passordet må ha minst 12 tegn.",
    "1234567890": "Passordet må ha minst 12 tegn.",
    "rapportor@example": "Passordet likner for mye på noe som er kjent om deg.",
}


def test_a_weak_password_is_refused_in_words(world: World, client: Client) -> None:
    attempt(client)
    for weak, words in WEAK.items():
        given = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
        answer = client.post("/konto/passord/", given)
        assert answer.status_code == 200
        assert words in Page(answer).text
    assert attempt(Client()).status_code == 302


# --- Forgotten -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefix", "subject", "words"),
    [
        ("", "Lag et nytt passord", "Lenken gjelder i tre dager"),
        ("/nn", "Lag eit nytt passord", "Lenkja gjeld i tre dagar"),
        ("/en", "Make a new password", "good for three days"),
    ],
)
def test_a_forgotten_password_is_made_anew_once(
    prefix: str, subject: str, words: str, world: World, client: Client
) -> None:
    answer = client.post(f"{prefix}/konto/passord/glemt/", {"email": ADDRESS}, follow=True)
    assert answer.status_code == 200
    (message,) = mail.outbox
    assert (message.subject, message.to) == (subject, [ADDRESS])
    assert words in message.body
    link = re.findall(r"https?://\S+", str(message.body))[0]
    assert link.startswith(f"http://localhost:8000{prefix}/konto/passord/glemt/")
    path = link.removeprefix("http://localhost:8000")
    form = client.get(path)["Location"]
    given = {"password1": "et nytt langt passord", "password2": "et nytt langt passord"}
    assert client.post(form, given).status_code == 302
    assert attempt(Client(), password="et nytt langt passord").status_code == 302
    assert Client().get(path, follow=True).content.count(b"<form") == 0


def test_an_unknown_address_gets_no_mail_and_the_page_says_the_same(
    world: World, client: Client
) -> None:
    known = client.post("/konto/passord/glemt/", {"email": ADDRESS}, follow=True)
    unknown = Client().post("/konto/passord/glemt/", {"email": "u@example.no"}, follow=True)
    assert Page(known).text == Page(unknown).text
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("key", ["1-abc", "zzzz-123", "1-set-password"])
def test_a_made_up_link_is_told_of(key: str, world: World, client: Client) -> None:
    page = Page(client.get(f"/konto/passord/glemt/{key}/", follow=True))
    assert "Lenken gjelder ikke lenger" in page.text
