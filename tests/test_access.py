"""Every address as every role, see access_rows. A new address fails here until it has a row; a GET
that writes fails too, by the guard in conftest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from tests.access_rows import MISSING, PUBLIC, ROWS, SITE, Arguments
from tests.cast import CAST, World, make_world
from tests.page import Page

pytestmark = pytest.mark.django_db


def names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    """Yield the full name of every address below `resolver`."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"
        else:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from names(pattern, inner)


@pytest.fixture
def world() -> World:
    return make_world()


def test_every_address_has_a_row() -> None:
    """Those of Django's admin are walked in test_operators, one table after the other."""
    assert {n for n in names(get_resolver()) if not n.startswith("admin:")} == set(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_walk(name: str, world: World) -> None:
    row = ROWS[name]
    answers = {role: answer_to(role, name, world) for role in CAST}
    assert answers == {role: row.expected(role) for role in CAST}


def answer_to(role: str, name: str, world: World) -> int:
    """Return the status that the role gets from the address, and leave the world as it was."""
    row, client = ROWS[name], Client()
    with transaction.atomic():
        arguments, data = row.found(world)
        if role != "anonymous":
            client.force_login(world.people[role])
        call: Any = getattr(client, row.method)
        response = call(reverse(name, kwargs=arguments), data)
        response.getvalue()  # A file is closed when it has been read.
        transaction.set_rollback(True)
    return int(response.status_code)


@pytest.mark.parametrize(("name", "arguments"), MISSING.items())
def test_what_is_not_there(name: str, arguments: Arguments, client: Client) -> None:
    assert client.get(reverse(name, kwargs=arguments)).status_code == 404


@pytest.mark.parametrize("name", PUBLIC)
@pytest.mark.parametrize("verb", ["post", "put", "patch", "delete"])
def test_pages_are_read_only(name: str, verb: str, world: World, client: Client) -> None:
    call: Any = getattr(client, verb)
    assert call(reverse(name, kwargs=PUBLIC[name].found(world)[0])).status_code == 405


@pytest.mark.parametrize("name", PUBLIC | SITE)
def test_pages_are_read_only_also_without_a_token(name: str, world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    address = reverse(name, kwargs=(PUBLIC | SITE)[name].found(world)[0])
    response = strict.post(address, {"q": "noe"})
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    page = Page(response)
    assert "Dette kan ikke gjøres på denne adressen" in page.text
    assert not response.cookies


#: What takes something although no form of ours has sent it: a mail program that stops the mail in
#: one click (RFC 8058), and the mail server with what came back, which shows a token of its own.
SENT_BY_PROGRAMS = {"measures:mailbox_stop", "measures:mail_return"}


def test_only_what_takes_nothing_goes_without_a_token(world: World) -> None:
    """Whoever may send without a token gets no further than to be told of the methods."""
    rows = {name: row for name, row in ROWS.items() if name not in SENT_BY_PROGRAMS}
    addresses = [reverse(name, kwargs=row.found(world)[0]) for name, row in rows.items()]
    exempt = [a for a in addresses if getattr(resolve(a).func, "csrf_exempt", False)]
    assert len(exempt) >= len(PUBLIC | SITE)
    for address in exempt:
        assert Client(enforce_csrf_checks=True).post(address).status_code == 405, address


@pytest.mark.parametrize("name", PUBLIC)
def test_pages_set_no_cookie(name: str, world: World, client: Client) -> None:
    response = client.get(reverse(name, kwargs=PUBLIC[name].found(world)[0]))
    response.close()
    assert not response.cookies
