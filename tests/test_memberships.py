"""Giving roles and taking access away: at once, for good, and without losing history."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from measures.models import StatusUpdate
from stakeholders.actions import Changed, Refused
from stakeholders.actions.accounts import close_account, reopen_account, sign_out_everywhere
from stakeholders.actions.inviting import accept_invitation
from stakeholders.actions.memberships import end_access, end_membership, grant_role
from stakeholders.choices import AccessVerb, Role
from stakeholders.models import AccessEvent, Membership, User
from tests.cast import World, make_world
from tests.make import make_invitation, make_member, make_user
from tests.refusals import refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def membership(world: World, role: str) -> Membership:
    return world.people[role].memberships.order_by("pk")[0]


# --- Giving ----------------------------------------------------------------------------------


def test_a_role_is_given_and_told_of(world: World) -> None:
    reporter, by = world.people["reporter"], world.people["administrator"]
    made = grant_role(reporter, world.nfd, Role.APPROVER, by)
    assert (made.given_by, made.ended_at) == (by, None)
    event = AccessEvent.objects.get()
    assert (event.verb, event.actor, event.person, event.organisation, event.roles) == (
        AccessVerb.GRANTED,
        by,
        reporter,
        world.nfd,
        ["approver"],
    )
    with pytest.raises(Changed):
        grant_role(reporter, world.nfd, Role.APPROVER, by)


@pytest.mark.parametrize("actor", ["reporter", "approver", "colleague", "voice", "stranger"])
def test_others_give_no_roles(world: World, actor: str) -> None:
    with pytest.raises(PermissionDenied):
        grant_role(world.people["reporter"], world.nfd, Role.APPROVER, world.people[actor])


def test_an_administrator_makes_no_steward(world: World) -> None:
    with pytest.raises(PermissionDenied):
        grant_role(world.people["reporter"], world.nfd, Role.STEWARD, world.people["administrator"])
    grant_role(world.people["reporter"], world.nfd, Role.STEWARD, world.people["steward"])


def test_nobody_gives_oneself_a_role(world: World) -> None:
    for actor in ("administrator", "steward"):
        with pytest.raises(Refused, match="deg selv"):
            grant_role(world.people[actor], world.nfd, Role.APPROVER, world.people[actor])


def test_people_from_elsewhere_are_invited_instead(world: World) -> None:
    with pytest.raises(PermissionDenied):
        grant_role(world.people["voice"], world.nfd, Role.REPORTER, world.people["administrator"])


def test_a_closed_account_gets_no_role(world: World) -> None:
    User.objects.filter(pk=world.people["reporter"].pk).update(is_active=False)
    with pytest.raises(Refused, match="stengt"):
        grant_role(
            world.people["reporter"], world.nfd, Role.APPROVER, world.people["administrator"]
        )


# --- Taking ----------------------------------------------------------------------------------


def test_a_role_ends_and_its_row_stays(world: World) -> None:
    ended = end_membership(membership(world, "reporter"), world.people["administrator"])
    assert ended.ended_at is not None
    assert not Membership.objects.of(world.people["reporter"]).exists()
    event = AccessEvent.objects.get()
    assert (event.verb, event.person, event.roles) == (
        AccessVerb.ENDED,
        world.people["reporter"],
        ["reporter"],
    )
    # What the person wrote keeps the name.
    assert StatusUpdate.objects.filter(author=world.people["reporter"]).exists()
    with pytest.raises(Changed):
        end_membership(ended, world.people["administrator"])


@pytest.mark.parametrize("actor", ["reporter", "approver", "colleague", "voice", "stranger"])
def test_others_end_nothing(world: World, actor: str) -> None:
    with pytest.raises(PermissionDenied):
        end_membership(membership(world, "steward"), world.people[actor])
    with pytest.raises(PermissionDenied):
        end_access(world.people["reporter"], world.nfd, world.people[actor])


def test_all_roles_in_an_organisation_end_together(world: World) -> None:
    both = world.people["approver_author"]
    elsewhere = Membership.objects.create(user=both, organisation=world.hod, role=Role.REPORTER)
    end_access(both, world.nfd, world.people["administrator"])
    assert list(Membership.objects.of(both)) == [elsewhere]
    assert AccessEvent.objects.get().roles == ["reporter", "approver"]


def test_access_ends_with_the_next_request(world: World, client: Client) -> None:
    client.force_login(world.people["reporter"])
    assert client.get("/min-side/rapporter/VK-01/").status_code == 200
    end_membership(membership(world, "reporter"), world.people["administrator"])
    # The last role is gone: the session too.
    response = client.get("/min-side/")
    assert (response.status_code, response["Location"].partition("?")[2]) == (
        302,
        "next=/min-side/",
    )


def test_who_has_a_role_left_stays_signed_in_without_the_right(
    world: World, client: Client
) -> None:
    reporter = world.people["reporter"]
    Membership.objects.create(user=reporter, organisation=world.hod, role=Role.REPORTER)
    client.force_login(reporter)
    end_membership(membership(world, "reporter"), world.people["administrator"])
    assert client.get("/min-side/").status_code == 200
    assert client.get("/min-side/rapporter/VK-01/").status_code == 404


def test_an_old_invitation_does_not_let_them_in_again(world: World) -> None:
    email = world.people["reporter"].email
    _made, token = make_invitation(world.nfd, email=email)
    _other, elsewhere = make_invitation(world.hod, email=email)
    end_membership(membership(world, "reporter"), world.people["administrator"])
    with pytest.raises(Changed):
        accept_invitation(token)
    accept_invitation(elsewhere)


def test_every_session_ends_whatever_the_store(world: World) -> None:
    phone, desk, other = Client(), Client(), Client()
    for client in (phone, desk):
        client.force_login(world.people["reporter"])
    other.force_login(world.people["approver"])
    sign_out_everywhere(world.people["reporter"])
    assert [c.get("/min-side/").status_code for c in (phone, desk, other)] == [302, 302, 200]


def test_sessions_under_an_older_secret_end_as_well(world: World, settings: Any) -> None:
    client = Client()
    client.force_login(world.people["reporter"])
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new secret" * 5
    sign_out_everywhere(world.people["reporter"])
    world.people["reporter"].refresh_from_db()
    assert client.get("/min-side/").status_code == 302


# --- Somebody is left ------------------------------------------------------------------------


def test_the_last_administrator_cannot_resign(world: World) -> None:
    administrator = world.people["administrator"]
    with pytest.raises(Refused, match="siste administratoren"):
        end_membership(membership(world, "administrator"), administrator)
    with pytest.raises(Refused, match="siste administratoren"):
        end_access(administrator, world.nfd, administrator)
    make_member(world.nfd, Role.ADMINISTRATOR)
    end_membership(membership(world, "administrator"), administrator)


def test_a_closed_fellow_does_not_count(world: World) -> None:
    make_member(world.nfd, Role.ADMINISTRATOR, is_active=False)
    with pytest.raises(Refused):
        end_membership(membership(world, "administrator"), world.people["administrator"])


def test_the_last_steward_cannot_resign(world: World) -> None:
    steward = world.people["steward"]
    with pytest.raises(Refused, match="siste registerføreren"):
        end_membership(membership(world, "steward"), steward)
    make_member(world.hod, Role.STEWARD)
    end_membership(membership(world, "steward"), steward)


def test_others_may_end_the_last_administrator(world: World) -> None:
    end_membership(membership(world, "administrator"), world.people["steward"])
    assert not Membership.objects.active().filter(organisation=world.nfd, role=Role.ADMINISTRATOR)


# --- The whole account -----------------------------------------------------------------------


def test_an_operator_closes_and_opens_an_account(world: World, client: Client) -> None:
    operator, reporter = make_user(is_staff=True), world.people["reporter"]
    client.force_login(reporter)
    close_account(reporter, operator)
    assert client.get("/min-side/").status_code == 302
    assert not Membership.objects.of(reporter).exists()
    with pytest.raises(Changed):
        close_account(reporter, operator)
    reopen_account(reporter, operator)
    assert client.get("/min-side/").status_code == 302
    assert Membership.objects.of(reporter, Role.REPORTER).exists()
    verbs = list(AccessEvent.objects.order_by("pk").values_list("verb", "person"))
    assert verbs == [("closed", reporter.pk), ("reopened", reporter.pk)]


def test_only_an_operator_closes_accounts_and_not_ones_own(world: World) -> None:
    operator = make_user(is_staff=True)
    for actor in ("steward", "administrator", "stranger"):
        with pytest.raises(PermissionDenied):
            close_account(world.people["reporter"], world.people[actor])
    with pytest.raises(Refused):
        close_account(operator, operator)


# --- The log ---------------------------------------------------------------------------------


def test_the_log_is_only_added_to(world: World) -> None:
    end_membership(membership(world, "reporter"), world.people["administrator"])
    event = AccessEvent.objects.get()
    only_added = "access events are only added, never changed"
    with refused(only_added):
        AccessEvent.objects.update(roles=[])
    with refused(only_added):
        event.save()
    with refused(only_added):
        event.delete()
    assert AccessEvent.objects.get().roles == ["reporter"]


def test_the_log_is_about_somebody(world: World) -> None:
    with refused("access_event_is_about_somebody"):
        AccessEvent.objects.create(verb=AccessVerb.GRANTED, organisation=world.nfd)
