"""Every address as every role. A new address fails here until it has a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from measures.models import Indicator
from stakeholders.models import User
from tests.make import make_document, make_measure, make_organisation

pytestmark = pytest.mark.django_db

#: Address → (arguments, status for anonymous, status for a stranger who is signed in).
ROWS: dict[str, tuple[dict[str, str], int, int]] = {
    "livez": ({}, 200, 200),
    "readyz": ({}, 200, 200),
    "robots": ({}, 200, 200),
    "sitemap": ({}, 200, 200),
    "sitemap_pages": ({}, 200, 200),
    "sitemap_measures": ({"part": "1"}, 200, 200),
    "measures:front": ({}, 200, 200),
    "measures:about": ({}, 200, 200),
    "measures:measure_list": ({}, 200, 200),
    "measures:measure": ({"ref": "VK-01"}, 200, 200),
    "measures:document": ({"key": "veikart"}, 200, 200),
    "measures:organisation_list": ({}, 200, 200),
    "measures:organisation": ({"key": "lmi"}, 200, 200),
    "measures:threads": ({}, 200, 200),
    "measures:indicator_list": ({}, 200, 200),
    "measures:indicator": ({"key": "eksport"}, 200, 200),
}
#: The same addresses with something that is not there.
MISSING = {
    "measures:measure": {"ref": "XX-99"},
    "measures:document": {"key": "finnes-ikke"},
    "measures:organisation": {"key": "finnes-ikke"},
    "measures:indicator": {"key": "finnes-ikke"},
}


def names(resolver: URLResolver, space: str = "") -> Iterator[str]:
    """Yield the full name of every address below `resolver`."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"
        else:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from names(pattern, inner)


@pytest.fixture
def register() -> None:
    make_measure(ref="VK-01", document=make_document(key="veikart"))
    make_organisation(key="lmi")
    Indicator.objects.create(key="eksport", name="Eksport", unit="mrd. kroner")


@pytest.fixture
def stranger(client: Client) -> Client:
    """Somebody who has signed in but belongs nowhere."""
    client.force_login(User.objects.create_user("fremmed@example.no", "et langt passord"))
    return client


def test_every_address_has_a_row() -> None:
    assert set(names(get_resolver())) == set(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_anonymous(name: str, register: None, client: Client) -> None:
    arguments, expected, _ = ROWS[name]
    assert client.get(reverse(name, kwargs=arguments)).status_code == expected


@pytest.mark.parametrize("name", ROWS)
def test_stranger(name: str, register: None, stranger: Client) -> None:
    arguments, _, expected = ROWS[name]
    assert stranger.get(reverse(name, kwargs=arguments)).status_code == expected


@pytest.mark.parametrize(("name", "arguments"), MISSING.items())
def test_what_is_not_there(name: str, arguments: dict[str, str], client: Client) -> None:
    assert client.get(reverse(name, kwargs=arguments)).status_code == 404


@pytest.mark.parametrize("name", [n for n in ROWS if n.startswith("measures:")])
@pytest.mark.parametrize("verb", ["post", "put", "patch", "delete"])
def test_pages_are_read_only(name: str, verb: str, register: None, client: Client) -> None:
    call: Any = getattr(client, verb)
    assert call(reverse(name, kwargs=ROWS[name][0])).status_code == 405


@pytest.mark.parametrize("name", [n for n in ROWS if n.startswith("measures:")])
def test_pages_set_no_cookie(name: str, register: None, client: Client) -> None:
    assert not client.get(reverse(name, kwargs=ROWS[name][0])).cookies
