"""Demo accounts: one per role where DEBUG is on, none where it is off."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from stakeholders.actions.demo import DEMO_OPERATOR, DEMO_PASSWORD
from stakeholders.choices import Role
from stakeholders.models import Membership, User
from tests.cast import make_world

pytestmark = pytest.mark.django_db


def made() -> str:
    out = StringIO()
    call_command("create_demo_accounts", stdout=out)
    return out.getvalue()


def test_there_is_one_for_each_role_and_each_signs_in(settings: Any) -> None:
    settings.DEBUG = True
    make_world()
    told = made()
    for role in Role:
        email = f"{role.value}@demo.example"
        assert email in told
        given = {"login": email, "password": DEMO_PASSWORD}
        assert Client().post("/konto/logg-inn/", given).status_code == 302
        assert Membership.objects.of(User.objects.get(email=email)).get().role == role


def test_there_is_one_who_runs_the_site(settings: Any) -> None:
    settings.DEBUG = True
    make_world()
    assert DEMO_OPERATOR in made()
    client = Client()
    client.post("/konto/logg-inn/", {"login": DEMO_OPERATOR, "password": DEMO_PASSWORD})
    assert client.get("/admin/").status_code == 200


def test_a_second_time_makes_nothing_new_and_gives_the_password_back(settings: Any) -> None:
    settings.DEBUG = True
    make_world()
    made()
    person = User.objects.get(email="reporter@demo.example")
    person.set_password("noe helt annet")
    person.save()
    counts = User.objects.count(), Membership.objects.count()
    made()
    assert (User.objects.count(), Membership.objects.count()) == counts
    person.refresh_from_db()
    assert person.check_password(DEMO_PASSWORD)


def test_there_are_none_where_debug_is_off() -> None:
    make_world()
    people = User.objects.count()
    with pytest.raises(CommandError, match="DEBUG"):
        made()
    assert User.objects.count() == people


def test_without_the_register_it_says_what_to_do(settings: Any) -> None:
    settings.DEBUG = True
    with pytest.raises(CommandError, match="load_register"):
        made()
    assert not User.objects.exists()
