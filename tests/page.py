"""Reads a page as a visitor does: its links, its visible words, its ids."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple, Protocol

from django.test import Client

NUMBER = re.compile(r"^\s*(\d[\d\xa0]*)")


class Link(NamedTuple):
    """A link and all its text, spaces put together."""

    href: str
    text: str

    @property
    def number(self) -> int | None:
        """The number that the text begins with."""
        match = NUMBER.match(self.text)
        return int(match[1].replace("\xa0", "")) if match else None


class Answer(Protocol):
    """What a test client gives back."""

    content: bytes


class Page(HTMLParser):
    """A parsed page. `text` is all visible text with single spaces, `loose` the part of it that is
    in no link."""

    def __init__(self, response: Answer) -> None:
        super().__init__()
        self.links: list[Link] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._words: list[str] = []
        self._loose: list[str] = []
        self._open: tuple[str, int] | None = None
        self._silent = 0
        self.feed(response.content.decode())
        self.text = squeezed(self._words)
        self.loose = squeezed(self._loose)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((tag, found))
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag in {"script", "style", "title"}:
            self._silent += 1
        if tag == "a" and found.get("href"):
            self._open = (str(found["href"]), len(self._words))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "title"}:
            self._silent -= 1
        if tag == "a" and self._open:
            href, start = self._open
            self.links.append(Link(href, squeezed(self._words[start:])))
            self._open = None

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._words.append(data)
            self._loose.append("⋯" if self._open else data)

    def numbers(self) -> Iterator[Link]:
        """The links whose text begins with a number."""
        return (link for link in self.links if link.number is not None)


def squeezed(words: list[str]) -> str:
    """Put pieces of text together with single spaces; a space that does not break stays."""
    return re.sub(r"[ \t\r\n]+", " ", "".join(words)).strip()


def listed(client: Client, url: str) -> int:
    """Return how many measures the list at `url` says it holds. Fails when it lists other filters
    than the address asks for."""
    response = client.get(url)
    assert response.status_code == 200, url
    assert not response.context["notices"], url
    return int(response.context["page"].paginator.count)
