"""Django's admin: for operators alone, to look at, and to do a few things through the actions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from axes.models import AccessAttempt
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from measures.admin import operators
from measures.models import Measure, MeasureLink
from stakeholders.models import AccessEvent, Membership, User
from tests.cast import CAST, World, make_world
from tests.make import make_invitation, make_measure, make_update, make_user
from tests.page import Page
from tests.reports import begun
from tests.rounds import make_round

pytestmark = pytest.mark.django_db
USERS = "/admin/stakeholders/user/"
MEMBERSHIPS = "/admin/stakeholders/membership/"


def link(earlier: Measure, later: Measure) -> None:
    MeasureLink.objects.create(
        earlier_measure=earlier,
        later_measure=later,
        kind="continues",
        reason="Prøve.",
        basis="same_subject",
    )


@pytest.fixture
def world() -> World:
    world = make_world()
    make_round(world)
    make_invitation(world.nfd)
    later = make_measure(ref="VK-02", document=world.document)
    link(world.measure, later)
    return world


@pytest.fixture
def operator(world: World, client: Client) -> Client:
    client.force_login(world.people["operator"])
    return client


def tables() -> Iterator[tuple[str, Any]]:
    """Yield the address of every table, and its model."""
    for model in operators._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist"), model


def addresses() -> Iterator[str]:
    """Yield every address of the admin, with one row of each table that has any."""
    yield from (reverse("admin:index"), reverse("admin:jsi18n"))
    for app in ("measures", "stakeholders"):
        yield reverse("admin:app_list", kwargs={"app_label": app})
    for address, model in tables():
        yield address
        if row := model.objects.last():
            yield f"{address}{row.pk}/change/"


@pytest.mark.parametrize("role", CAST)
def test_only_operators_find_it(role: str, world: World, client: Client) -> None:
    if role != "anonymous":
        client.force_login(world.people[role])
    expected = {"operator": 200, "anonymous": 302}.get(role, 404)
    assert {a: client.get(a).status_code for a in addresses()} == dict.fromkeys(
        addresses(), expected
    )


@pytest.mark.parametrize("name", ["login", "logout", "password_change", "stakeholders_user_add"])
def test_there_is_no_other_way_in_and_no_form(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(f"admin:{name}")


def test_an_operator_needs_a_second_factor(operator: Client, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    answer = operator.get("/admin/")
    assert (answer.status_code, answer["Location"]) == (302, "/konto/sikring/")


def test_nothing_is_changed_by_sending_a_row(operator: Client, world: World) -> None:
    for address, model in tables():
        row = model.objects.last()
        if row is None:
            continue
        assert operator.post(f"{address}{row.pk}/change/", {"name": "Ny"}).status_code == 403
        data = {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
        operator.post(address, data)
        assert model.objects.filter(pk=row.pk).exists()


def test_secrets_and_drafts_are_not_shown(operator: Client, world: World) -> None:
    draft = begun(world)
    invitation = make_invitation(world.hod)[0]
    reporter = world.people["reporter"]
    shown = operator.get(f"{USERS}{reporter.pk}/change/").content.decode()
    assert reporter.email in shown
    assert reporter.password not in shown
    shown = operator.get(f"/admin/stakeholders/invitation/{invitation.pk}/change/").content.decode()
    assert invitation.email in shown
    assert invitation.token_hash not in shown
    address = f"/admin/measures/statusupdate/{draft.pk}/change/"
    assert operator.get(address).status_code in {302, 404}


@pytest.mark.parametrize(
    ("address", "secret"),
    [
        (USERS, "password__startswith=md5"),
        ("/admin/stakeholders/invitation/", "token_hash__startswith=0"),
        ("/admin/stakeholders/membership/", "user__password__startswith=md5"),
    ],
)
def test_no_secret_is_found_out_by_asking_for_it(
    address: str, secret: str, operator: Client
) -> None:
    assert operator.get(f"{address}?{secret}").status_code == 400


@pytest.mark.parametrize("key", ["²", "9" * 40])
def test_what_is_no_key_is_no_row(key: str, operator: Client) -> None:
    data = {"action": "close", "_selected_action": key}
    assert operator.post(USERS, data).status_code == 404


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_it_speaks_the_languages_and_needs_no_inline_code(
    language: str, operator: Client, world: World
) -> None:
    with translation.override(language):
        for address in addresses():
            answer = operator.get(address)
            if "html" not in answer["Content-Type"]:
                continue
            for tag, attributes in Page(answer).tags:
                assert "style" not in attributes
                assert tag != "style"
                assert tag != "script" or "src" in attributes or "type" in attributes, address
                assert not [name for name in attributes if name.startswith("on")]
            assert f'lang="{language}"' in answer.content.decode()


def counts(client: Client) -> dict[str, int]:
    """Count the queries of every table's list."""
    found = {}
    for address, _model in tables():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        found[address] = len(queries)
    return found


def test_queries_do_not_grow_with_the_rows(operator: Client, world: World) -> None:
    before = counts(operator)
    for n in range(5):
        measure = make_measure(ref=f"VK-1{n}", document=world.document)
        make_update(measure, f"2026-02-0{n + 1}")
        link(world.measure, measure)
        make_invitation(world.nfd, email=f"person{n}@example.no")
        person = make_user()
        Membership.objects.create(user=person, organisation=world.hod, role="reporter")
        AccessEvent.objects.create(verb="closed", person=person, actor=person)
    assert counts(operator) == before


# --- What an operator does -------------------------------------------------------------------


def choose(client: Client, address: str, action: str, *rows: Any) -> str:
    """Do what the list offers to the rows; return what the page says afterwards."""
    data = {"action": action, "_selected_action": [row.pk for row in rows]}
    return Page(client.post(address, data, follow=True)).text


def verbs() -> list[tuple[str, str]]:
    """The log: what was done, by whom."""
    return list(AccessEvent.objects.order_by("pk").values_list("verb", "actor__email"))


def test_accounts_are_closed_and_opened_again(operator: Client, world: World) -> None:
    reporter, me = world.people["reporter"], world.people["operator"]
    said = choose(operator, USERS, "close", reporter, me)
    assert "Gjort for 1." in said
    assert "Du kan ikke stenge din egen konto." in said
    assert not User.objects.get(pk=reporter.pk).is_active
    assert User.objects.get(pk=me.pk).is_active
    assert "Det var ingenting å gjøre." in choose(operator, USERS, "close", reporter)
    choose(operator, USERS, "reopen", reporter)
    assert User.objects.get(pk=reporter.pk).is_active
    assert verbs() == [("closed", me.email), ("reopened", me.email)]


def test_a_lost_phone_is_forgotten_and_all_sessions_end(operator: Client, world: World) -> None:
    approver = world.people["approver"]
    theirs = Client()
    theirs.force_login(approver)
    Authenticator.objects.create(user=approver, type=Authenticator.Type.TOTP, data={})
    assert "Gjort for 1." in choose(operator, USERS, "reset", approver)
    assert not Authenticator.objects.filter(user=approver).exists()
    assert theirs.get("/min-side/").status_code == 302
    assert "ingenting å gjøre" in choose(operator, USERS, "reset", approver)
    assert "dine egne" in choose(operator, USERS, "reset", world.people["operator"])
    assert verbs() == [("reset", world.people["operator"].email)]


def test_somebody_who_is_locked_out_is_let_in(operator: Client, world: World) -> None:
    reporter = world.people["reporter"]
    guess = {"login": reporter.email.upper(), "password": "feil"}
    for _guess in range(6):
        answer = Client().post("/konto/logg-inn/", guess)
    assert answer.status_code == 429
    assert AccessAttempt.objects.exists()
    assert "Gjort for 1." in choose(operator, USERS, "unlock", reporter)
    right = guess | {"password": "et langt passord"}
    assert Client().post("/konto/logg-inn/", right)["Location"] == "/min-side/"
    assert verbs() == [("unlocked", world.people["operator"].email)]


def test_roles_are_ended(operator: Client, world: World) -> None:
    role = world.people["reporter"].memberships.get()
    assert "Gjort for 1." in choose(operator, MEMBERSHIPS, "end", role)
    assert Membership.objects.get(pk=role.pk).ended_at
    assert verbs() == [("ended", world.people["operator"].email)]


def test_the_desk_leads_there(operator: Client) -> None:
    hrefs = [link.href for link in Page(operator.get("/min-side/")).links]
    assert {"/admin/", "/min-side/folk/"} <= set(hrefs)


def test_an_operator_says_nothing_about_measures(operator: Client, world: World) -> None:
    assert operator.get("/min-side/rapporter/VK-01/").status_code == 404
    assert operator.get("/min-side/register/").status_code == 404
