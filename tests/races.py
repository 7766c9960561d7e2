"""Two acts at the same moment on PostgreSQL, one forced into the other.

The first is stopped where it has looked and is about to write; then the second runs, until it is
done or waits for a lock that the first holds; then the first goes on. So a missing lock shows
every time, and nothing waits for a clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event as Signal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection

from measures.actions import Changed
from tests.guard import BEGINS

#: Far longer than anything here takes: who waits so long waits for ever.
PATIENCE = 20
Act = Callable[[], Any]


@dataclass
class Outcome:
    """What each act returned or was told (an exception), and whether the second had to wait."""

    first: Any
    second: Any
    waited: bool

    @property
    def told(self) -> list[type]:
        """The kinds of what was told to whom did not get through."""
        return [type(a) for a in (self.first, self.second) if isinstance(a, Exception)]


@dataclass
class Pause:
    """Stops a thread before the first statement that writes (for `execute_wrapper`)."""

    reached: Signal = field(default_factory=Signal)
    go_on: Signal = field(default_factory=Signal)

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if BEGINS.match(str(sql)) and not self.reached.is_set():
            self.reached.set()
            assert self.go_on.wait(PATIENCE)
        return execute(sql, params, many, context)


def race(first: Act, second: Act) -> Outcome:
    """Run `second` into `first`, each on a connection of its own."""
    pause, found = Pause(), Signal()
    backend: list[int] = []

    def begin() -> Any:
        with connection.execute_wrapper(pause):
            return told(first)

    def follow() -> Any:
        backend.append(connection_number())
        found.set()
        return told(second)

    with ThreadPoolExecutor(2) as pool:
        try:
            one = pool.submit(own_connection, begin)
            wait_for(lambda: pause.reached.is_set() or one.done())
            two = pool.submit(own_connection, follow)
            assert found.wait(PATIENCE)
            waited = came_to_a_lock(two, backend[0])
        finally:
            pause.go_on.set()
        return Outcome(one.result(PATIENCE), two.result(PATIENCE), waited)


def told(act: Act) -> Any:
    """Return what the act returns, or what a person is told instead."""
    try:
        return act()
    except (Changed, PermissionDenied) as error:
        return error


def own_connection(act: Act) -> Any:
    """Run the act, and close the connection that the thread opened for it."""
    try:
        return act()
    finally:
        connection.close()


def connection_number() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def came_to_a_lock(future: Future[Any], backend: int) -> bool:
    """Return once the act is done (False), or waits for a lock that another holds (True)."""

    def is_blocked() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [backend])
            return bool(cursor.fetchone()[0])

    waits = False

    def has_come_far() -> bool:
        nonlocal waits
        waits = is_blocked()
        return waits or future.done()

    wait_for(has_come_far)
    return waits and not future.done()


def wait_for(condition: Callable[[], bool]) -> None:
    """Return once the condition holds; fail when it never does."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "nothing happened"
        time.sleep(0.005)
