"""Two who keep the register at the same moment: one wins, the other is told, nothing is doubled.

A forced pause between check and write makes a missing lock show every time (PostgreSQL).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event as Signal
from typing import Any

import pytest
from django.db import connection

from measures.actions import Changed
from measures.actions.keeping import confirm_upload, keep_row, plan_upload, remove_row, store_upload
from measures.actions.register import write_register
from measures.exchange.listing import EDITABLE
from measures.models import Event, Owner, Theme
from stakeholders.choices import Role
from stakeholders.models import User
from tests.cast import World, make_world
from tests.make import TODAY, make_member
from tests.registers import as_csv

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

THEME = {
    "number": "50",
    "origin": "own",
    "title": "Nytt tema",
    "title_en": "",
    "title_en_is_official": "no",
    "summary": "",
    "summary_en": "",
}


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def other(world: World) -> User:
    return make_member(world.nfd, Role.STEWARD, email="annen@example.no")


class Pause:
    """Stops the first that is about to write until the second has come as far as it can."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.armed, self.reached, self.go_on = Signal(), Signal(), Signal()
        monkeypatch.setattr("measures.actions.keeping.write_register", self)

    def __call__(self, *args: Any) -> None:
        if self.armed.is_set() and not self.reached.is_set():
            self.reached.set()
            assert self.go_on.wait(10)
        write_register(*args)


@pytest.fixture
def race(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[Any]]]:
    """Return a function that starts one act, lets a second run into it, and gives both answers."""
    pause = Pause(monkeypatch)

    def in_thread(act: Callable[[], Any]) -> Any:
        try:
            return act()
        except Changed as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:

        def run(first: Callable[[], Any], second: Callable[[], Any]) -> list[Any]:
            pause.armed.set()
            one: Future[Any] = pool.submit(in_thread, first)
            assert pause.reached.wait(10)
            two: Future[Any] = pool.submit(in_thread, second)
            with pytest.raises(TimeoutError):  # it waits for the first to be done
                two.result(0.5)
            pause.go_on.set()
            return [one.result(10), two.result(10)]

        yield run
        pause.go_on.set()


def test_two_save_the_same_row(world: World, other: User, race: Callable[..., list[Any]]) -> None:
    table, steward = EDITABLE["themes"], world.people["steward"]
    keep_row(table, THEME, steward, today=TODAY)
    seen = Event.objects.get(subject="theme").pk

    def save(title: str, actor: User) -> Callable[[], Any]:
        return lambda: keep_row(table, THEME | {"title": title}, actor, today=TODAY, seen=seen)

    first, second = race(save("Den første", steward), save("Den andre", other))
    assert not first.problems
    assert isinstance(second, Changed)
    assert Theme.objects.get(number=50).title == "Den første"
    assert Event.objects.filter(subject="theme", verb="changed").count() == 1


def test_two_add_the_same_row(world: World, other: User, race: Callable[..., list[Any]]) -> None:
    table, steward = EDITABLE["themes"], world.people["steward"]
    first, second = race(
        lambda: keep_row(table, THEME, steward, today=TODAY),
        lambda: keep_row(table, THEME | {"title": "Annet"}, other, today=TODAY),
    )
    assert not first.problems
    assert [problem.column for problem in second.problems] == ["number"]
    assert Event.objects.filter(subject="theme").count() == 1


def test_one_upload_is_confirmed_twice(world: World, race: Callable[..., list[Any]]) -> None:
    upload = store_upload({"themes.csv": as_csv([THEME])}, world.people["steward"])
    fingerprint = plan_upload(upload, TODAY)[0].fingerprint

    def confirm() -> Any:
        return confirm_upload(type(upload)(**vars_of(upload)), fingerprint, TODAY)

    first, second = race(confirm, confirm)
    assert first.work == 1
    assert isinstance(second, Changed)
    assert Event.objects.filter(subject="theme").count() == 1


def vars_of(upload: Any) -> dict[str, Any]:
    """The columns of an upload, to make the same object for another thread."""
    return {field.attname: getattr(upload, field.attname) for field in upload._meta.fields}


def test_an_upload_meets_a_row_that_is_being_saved(
    world: World, other: User, race: Callable[..., list[Any]]
) -> None:
    upload = store_upload({"themes.csv": as_csv([THEME])}, other)
    fingerprint = plan_upload(upload, TODAY)[0].fingerprint
    row = THEME | {"title": "Først"}
    first, second = race(
        lambda: keep_row(EDITABLE["themes"], row, world.people["steward"], today=TODAY),
        lambda: confirm_upload(upload, fingerprint, TODAY),
    )
    assert not first.problems
    assert isinstance(second, Changed)
    assert Theme.objects.get(number=50).title == "Først"


def test_an_owner_is_removed_while_it_is_changed(
    world: World, other: User, race: Callable[..., list[Any]]
) -> None:
    table, owner = EDITABLE["owners"], Owner.objects.get()
    cells = {"measure": "VK-01", "organisation": "nfd", "role": "lead", "basis": "Endret"}
    first, second = race(
        lambda: keep_row(table, cells, world.people["steward"], today=TODAY, seen=0),
        lambda: remove_row(table, owner.pk, other, seen=0),
    )
    assert not first.problems
    assert isinstance(second, Changed)
    assert Owner.objects.get().basis == "Endret"
