"""Nothing writes the record but the actions (see tests/guard.py; conftest lets the guard stand at
the database in every test)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path as address

from measures.actions.closing import close_reporting
from measures.models import Measure
from stakeholders.models import User
from tests.cast import World, make_world
from tests.guard import ROOT, Guard, Trespass, modules, relations, writes_in
from tests.make import TODAY

#: Calls outside the actions that look like writing, by module, and why they may stand.
ALLOWED: dict[str, dict[str, str]] = {
    "measures/search.py": {
        "MeasureText.objects.bulk_create": "the search index: called by actions after their write",
        "SearchWord.objects.bulk_create": "the same",
    },
    "measures/management/commands/reindex_search.py": {"bar.update": "a progress bar"},
    "roadmap/settings.py": {"globals().update": "names of the settings module"},
    "stakeholders/models/users.py": {
        "user.save": "what Django asks a manager of users to have; no view calls it",
        "self.create_user": "the same",
    },
}


# --- In the source ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", modules(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_no_module_writes_past_the_actions(path: Path) -> None:
    found = set(writes_in(path.read_text(encoding="utf-8"), relations()))
    allowed = ALLOWED.get(path.relative_to(ROOT).as_posix(), {})
    assert found - set(allowed) == set(), "write in an action, or say in ALLOWED why it is none"
    assert set(allowed) - found == set(), "no longer there: take it out of ALLOWED"


def test_what_is_allowed_is_there() -> None:
    assert {ROOT / name for name in ALLOWED} <= set(modules())


@pytest.mark.parametrize(
    "line",
    [
        "form.save()",
        "form.save_m2m()",
        "update.save(update_fields=['summary'])",
        "Measure.objects.filter(pk=1).update(status='completed')",
        "Event.objects.create(verb='published')",
        "Event.objects.bulk_create([])",
        "Event.objects.bulk_update([], ['verb'])",
        "Owner.objects.get_or_create(measure=m)",
        "Owner.objects.update_or_create(measure=m)",
        "async def view(r):\n    await Owner.objects.acreate(measure=m)",
        "draft.evidence.all().delete()",
        "document.coordinators.add(nfd)",
        "document.coordinators.set([])",
        "round.documents.clear()",
        "User.objects.create_user('a@example.no')",
        "cursor.execute('UPDATE measures_measure SET status = 1')",
        "cursor.execute(f'  delete from {table}')",
        "from django.views.generic.edit import UpdateView",
    ],
)
def test_the_guard_sees_what_writes(line: str) -> None:
    assert len(list(writes_in(f"def view(request):\n    pass\n{line}\n", relations()))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "seen.add(1)",
        "headers.clear()",
        "cursor.execute('SELECT 1')",
        "measure.evidence.all()",
        "publish_update(update, user)",
        "updated = update.state",
    ],
)
def test_the_guard_lets_reading_pass(line: str) -> None:
    assert list(writes_in(line, relations())) == []


# --- While it runs ---------------------------------------------------------------------------


def writes_itself(request: HttpRequest) -> HttpResponse:
    Measure.objects.update(caveat="Forbehold")
    return HttpResponse()


def calls_an_action(request: HttpRequest) -> HttpResponse:
    approver = User.objects.get(email="godkjenner@example.no")
    close_reporting(Measure.objects.get(), approver, "Avløst.", TODAY)
    return HttpResponse()


def hides_it(request: HttpRequest) -> HttpResponse:
    try:
        Measure.objects.get().owners.all().delete()
    except AssertionError:
        return HttpResponse()
    return HttpResponse()


def signs_in(request: HttpRequest) -> HttpResponse:
    user = User.objects.get(email="godkjenner@example.no")
    login(request, user, settings.AUTHENTICATION_BACKENDS[-1])
    return HttpResponse()


VIEWS = (writes_itself, calls_an_action, hides_it, signs_in)
urlpatterns = [address(view.__name__, login_not_required(view)) for view in VIEWS]


@pytest.fixture
def world(db: None, settings: Any) -> World:
    settings.ROOT_URLCONF = __name__
    return make_world()


@pytest.fixture
def guard(world: World) -> Iterator[Guard]:
    """A guard of our own: what it refuses on purpose is not held against the test."""
    own, others = Guard(), connection.execute_wrappers[:]
    connection.execute_wrappers[:] = [own]
    yield own
    connection.execute_wrappers[:] = others


def test_a_view_that_writes_itself_is_stopped(guard: Guard, client: Client) -> None:
    with pytest.raises(Trespass, match="POST /writes_itself writes past the actions"):
        client.post("/writes_itself")
    assert len(guard.refused) == 1


def test_what_a_view_hides_is_remembered(guard: Guard, client: Client) -> None:
    client.post("/hides_it")
    assert len(guard.refused) == 1


def test_a_view_writes_by_an_action(guard: Guard, client: Client) -> None:
    client.post("/calls_an_action")
    assert guard.refused == []
    assert Measure.objects.get().reporting_closed_on == TODAY


@pytest.mark.parametrize("method", ["get", "head"])
def test_what_only_reads_writes_not_even_by_an_action(
    method: str, guard: Guard, client: Client
) -> None:
    with pytest.raises(Trespass, match=f"{method.upper()} /calls_an_action writes"):
        getattr(client, method)("/calls_an_action")


def test_the_time_of_signing_in_may_be_kept(guard: Guard, client: Client) -> None:
    client.get("/signs_in")
    assert guard.refused == []
    assert User.objects.get(email="godkjenner@example.no").last_login is not None


def test_tests_prepare_what_they_need(guard: Guard, world: World) -> None:
    Measure.objects.update(caveat="Forbehold")
    assert guard.refused == []


def test_the_guard_stands_at_the_database_in_every_test() -> None:
    assert any(isinstance(wrapper, Guard) for wrapper in connection.execute_wrappers)
