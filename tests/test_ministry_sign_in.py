"""The ministries' own sign-in, against a real provider on loopback: told the truth, and lied to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client
from django.urls import reverse

from stakeholders.models import User
from tests.cast import World, make_world
from tests.page import Page
from tests.provider import Claims, Lie, Provider, challenge_of, question_of, running_provider

pytestmark = [
    pytest.mark.django_db,
    # The provider's own.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
BEGIN = "/konto/departement/"
DESK = "/min-side/"
SUB = "b4d3a6f1"


@pytest.fixture(scope="module")
def running() -> Iterator[Provider]:
    with running_provider() as provider:
        yield provider


@pytest.fixture
def provider(running: Provider, settings: Any) -> Provider:
    running.lie, running.forges = None, ""
    running.asked.clear()
    settings.OIDC = {"SERVER_URL": running.address, "CLIENT_ID": "oss", "CLIENT_SECRET": "hemmelig"}
    app = {
        "provider_id": "ministry",
        "name": "Ansattporten",
        "client_id": "oss",
        "secret": "hemmelig",
        "settings": {"server_url": running.address},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"ministry": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
    running.knows(SUB, acr="substantial", pid="01017012345", name="Et Annet Navn")
    return running


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def approver(world: World) -> User:
    """Somebody whose account is tied to the provider."""
    user = world.people["approver"]
    SocialAccount.objects.create(user=user, provider="ministry", uid=SUB)
    return user


def signed_in(client: Client, provider: Provider, sub: str = SUB, query: str = "") -> Any:
    """Walk the whole way to the provider and back; return the answer one ends on."""
    question = client.post(BEGIN + query)["Location"]
    return client.get(provider.sign_in(question, sub), follow=True)


def test_a_tied_person_comes_in(client: Client, provider: Provider, approver: User) -> None:
    answer = signed_in(client, provider)
    assert answer.redirect_chain[-1][0] == DESK
    assert answer.wsgi_request.user == approver


def test_the_question_has_a_challenge_and_a_nonce_and_asks_for_no_more_than_who(
    client: Client, provider: Provider, approver: User, settings: Any
) -> None:
    settings.OIDC_ACR_VALUES = ["substantial", "high"]
    address = client.post(f"{BEGIN}?scope=profile&auth_params=acr_values%3Dlow")["Location"]
    question = question_of(address)
    assert question["scope"] == "openid"
    assert question["acr_values"] == "substantial high"
    assert question["code_challenge_method"] == "S256"
    assert len(question["nonce"]) >= 32
    assert question["redirect_uri"] == "http://localhost:8000/konto/departement/svar/"
    client.get(provider.sign_in(address, SUB))
    assert challenge_of(provider.asked[0]["code_verifier"]) == question["code_challenge"]


def test_a_nonce_is_never_used_twice(client: Client, provider: Provider) -> None:
    asked = {question_of(client.post(BEGIN)["Location"])["nonce"] for _ in range(3)}
    assert len(asked) == 3


def test_of_what_the_provider_tells_only_who_and_how_surely_is_kept(
    client: Client, provider: Provider, approver: User
) -> None:
    signed_in(client, provider)
    kept = SocialAccount.objects.get().extra_data
    assert set(kept) <= {"sub", "iss", "acr", "nonce"}
    assert "01017012345" not in str(kept)
    assert "01017012345" not in str(list(SocialAccount.objects.values()))
    assert not SocialToken.objects.exists()
    approver.refresh_from_db()
    assert approver.name != "Et Annet Navn"


def test_an_unknown_sub_opens_nothing_whatever_address_it_owns(
    client: Client, provider: Provider, world: World
) -> None:
    address = world.people["approver"].email
    provider.knows("en-annen", email=address, email_verified=True)
    people = User.objects.count()
    answer = signed_in(client, provider, "en-annen")
    assert "Kontoer lages ved invitasjon" in Page(answer).text
    assert not answer.wsgi_request.user.is_authenticated
    assert User.objects.count() == people
    assert not SocialAccount.objects.exists()


def swap(**changes: Any) -> Lie:
    def lie(claims: Claims) -> Claims:
        return {name: value for name, value in (claims | changes).items() if value is not None}

    return lie


LIES: dict[str, Lie] = {
    "another nonce": swap(nonce="en-annens"),
    "no nonce": swap(nonce=None),
    "another issuer": swap(iss="http://localhost:1"),
    "for somebody else": swap(aud="en-annen-tjeneste"),
    "too old": swap(exp=1_700_000_000, iat=1_699_999_000),
    "nobody": swap(sub=None),
    "an empty sub": swap(sub=""),
    "no id_token": lambda claims: None,
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_lets_nobody_in(
    name: str, client: Client, provider: Provider, approver: User
) -> None:
    provider.lie = LIES[name]
    refused(signed_in(client, provider))
    assert provider.asked, "the lie was not told"


@pytest.mark.parametrize(
    "how", ["unsigned", "another key", "the public key as a password", "no key named"]
)
def test_a_forged_signature_lets_nobody_in(
    how: str, client: Client, provider: Provider, approver: User
) -> None:
    provider.forges = how
    refused(signed_in(client, provider))


@pytest.mark.parametrize("acr", ["low", None])
def test_a_weaker_sign_in_than_asked_for_lets_nobody_in(
    acr: str | None, client: Client, provider: Provider, approver: User, settings: Any
) -> None:
    settings.OIDC_ACR_VALUES = ["substantial", "high"]
    provider.lie = swap(acr=acr)
    refused(signed_in(client, provider))


def test_as_strong_as_asked_for_comes_in(
    client: Client, provider: Provider, approver: User, settings: Any
) -> None:
    settings.OIDC_ACR_VALUES = ["substantial", "high"]
    assert signed_in(client, provider).wsgi_request.user == approver


def test_an_answer_cannot_be_brought_to_another_browser(
    client: Client, provider: Provider, approver: User
) -> None:
    back = provider.sign_in(client.post(BEGIN)["Location"], SUB)
    refused(Client().get(back, follow=True))


def test_an_answer_counts_once(client: Client, provider: Provider, approver: User) -> None:
    back = provider.sign_in(client.post(BEGIN)["Location"], SUB)
    client.get(back)
    client.post(reverse("account_logout"))
    refused(client.get(back, follow=True))


def test_who_cancels_is_told_so(client: Client, provider: Provider, approver: User) -> None:
    state = question_of(client.post(BEGIN)["Location"])["state"]
    back = f"/konto/departement/svar/?error=access_denied&state={state}"
    answer: Any = client.get(back, follow=True)
    assert "Innloggingen ble avbrutt" in Page(answer).text
    assert not answer.wsgi_request.user.is_authenticated


def test_a_provider_that_is_down_is_told_of(
    client: Client, provider: Provider, approver: User, settings: Any
) -> None:
    app = settings.SOCIALACCOUNT_PROVIDERS["ministry"]["APPS"][0]
    app["settings"]["server_url"] = "http://localhost:1"
    answer = client.post(BEGIN, follow=True)
    assert "Innloggingen lyktes ikke" in Page(answer).text


def test_a_closed_account_stays_closed(client: Client, provider: Provider, approver: User) -> None:
    approver.is_active = False
    approver.save(update_fields=["is_active"])
    answer = signed_in(client, provider)
    assert "Kontoen er stengt" in Page(answer).text
    assert not answer.wsgi_request.user.is_authenticated


def test_it_counts_as_the_second_factor(
    client: Client, provider: Provider, approver: User, settings: Any
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    settings.OIDC_ACR_VALUES = ["substantial", "high"]
    answer = signed_in(client, provider)
    assert answer.redirect_chain[-1][0] == DESK
    assert not Authenticator.objects.exists()


def test_it_does_not_where_nobody_says_how_surely_people_sign_in(
    client: Client, provider: Provider, approver: User, settings: Any
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    settings.OIDC_ACR_VALUES = []
    assert signed_in(client, provider).redirect_chain[-1][0] == reverse("mfa_index")


def test_one_ties_ones_account_oneself_and_comes_in_by_it(
    client: Client, provider: Provider, world: World
) -> None:
    reporter = world.people["reporter"]
    client.force_login(reporter)
    # Whoever finds an open session ties nothing to it.
    asked = signed_in(client, provider, query="?process=connect").redirect_chain[-1][0]
    assert urlsplit(asked).path == reverse("account_reauthenticate")
    assert not SocialAccount.objects.exists()
    client.post(asked, {"password": "et langt passord"}, follow=True)
    assert SocialAccount.objects.get().user == reporter
    client.post(reverse("account_logout"))
    assert signed_in(client, provider).wsgi_request.user == reporter


def test_a_sub_that_is_tied_to_somebody_is_not_tied_again(
    client: Client, provider: Provider, world: World, approver: User
) -> None:
    client.force_login(world.people["reporter"])
    signed_in(client, provider, query="?process=connect")
    assert SocialAccount.objects.get().user == approver


def test_where_it_is_not_set_up_there_is_no_such_page(client: Client, world: World) -> None:
    assert client.post(BEGIN).status_code == 404
    assert client.get("/konto/departement/svar/?code=x&state=y").status_code == 404
    assert "Ansattporten" not in Page(client.get("/konto/logg-inn/")).text


def test_where_it_is_set_up_the_sign_in_page_offers_it(client: Client, provider: Provider) -> None:
    for prefix, text in (("", "Logg inn med Ansattporten"), ("/en", "Sign in with Ansattporten")):
        assert text in Page(client.get(f"{prefix}/konto/logg-inn/")).text


def refused(answer: Any) -> None:
    """Check that nobody came in, and that the page says so in words."""
    assert not answer.wsgi_request.user.is_authenticated
    assert "Innloggingen lyktes ikke" in Page(answer).text
