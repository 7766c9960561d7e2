"""Reads a page as a screen reader does: every piece of text with the language it is said in."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import NamedTuple

#: Elements that never have an end tag.
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
#: Attributes whose words people see or hear. The style sheet shows data-label on narrow screens.
SPOKEN = ("aria-label", "alt", "title", "placeholder", "data-label")
#: These hold no text for people.
SILENT = {"script", "style"}


class Piece(NamedTuple):
    """Some text, its language, and the element that holds it, for messages: `p.source`."""

    text: str
    lang: str
    place: str

    @property
    def is_in_head(self) -> bool:
        """Whether it is the title or the description of the page."""
        return self.place in {"title", "meta[content]"}


class _Open(NamedTuple):
    tag: str
    lang: str
    is_silent: bool
    place: str


class Spoken(HTMLParser):
    """The pieces of one page. What is hidden from screen readers counts too, since it is seen; but
    not the attributes there, which nobody hears."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pieces: list[Piece] = []
        self._stack = [_Open("", "", False, "")]
        self._hidden = 0
        self.feed(html)
        self.close()

    @property
    def lang(self) -> str:
        """The language of the page."""
        return next(iter(self.pieces)).lang if self.pieces else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        around = self._stack[-1]
        here = _Open(
            tag,
            given.get("lang", around.lang),
            around.is_silent or tag in SILENT,
            f"{tag}.{given['class'].split()[0]}" if given.get("class") else tag,
        )
        if not self._is_hidden(given):
            self.pieces += [
                Piece(" ".join(given[name].split()), here.lang, f"{here.place}[{name}]")
                for name in self._spoken(tag, given)
                if given.get(name, "").strip()
            ]
        if tag not in VOID:
            self._stack.append(here)
            self._hidden_at(given)

    def _spoken(self, tag: str, given: dict[str, str]) -> Iterator[str]:
        yield from SPOKEN
        if tag == "meta" and given.get("name") == "description":
            yield "content"

    def _is_hidden(self, given: dict[str, str]) -> bool:
        return bool(self._hidden) or given.get("aria-hidden") == "true"

    def _hidden_at(self, given: dict[str, str]) -> None:
        if self._is_hidden(given):
            self._hidden += 1

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # <path ... /> in a drawing: nothing inside, but perhaps words in its attributes.
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        while len(self._stack) > 1:
            closed = self._stack.pop()
            self._hidden = max(0, self._hidden - 1)
            if closed.tag == tag:
                break

    def handle_data(self, data: str) -> None:
        here = self._stack[-1]
        text = " ".join(data.split())
        if text and not here.is_silent:
            self.pieces.append(Piece(text, here.lang, here.place))
