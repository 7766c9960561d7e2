"""Plain text as people type it: made harmless when it is kept, and taken apart when it is shown.

Nothing but paragraphs, lists and links survives. What a reader cannot see, and what turns the
direction of the words around it, is taken out: it only serves to hide what a text says.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

#: Letters that join others in some scripts and in emoji: kept alone, not in rows.
JOINERS = "\u200c\u200d"
#: Letters that are blank by nature.
BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
#: Which of its looks a sign has: one is enough.
VARIANTS = re.compile("([\ufe00-\ufe0f])[\ufe00-\ufe0f]+")
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
JOINERS_IN_A_ROW = re.compile(f"[{JOINERS}]{{2,}}")
#: More accents than this on one letter cover the lines above and below.
ACCENTS = re.compile(r"(.[\u0300-\u036f]{3})[\u0300-\u036f]+")
BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
ITEM = re.compile(r"[-*•–]\s+")
ADDRESS = re.compile(r"https?://[^\s<>\"'«»]+", re.IGNORECASE)
#: What ends a sentence rather than an address.
AFTER = ".,;:!?)]}"


def clean(text: str) -> str:
    """Return a text without what cannot be seen: control characters, marks of direction and of no
    width, and heaps of accents. Lines end with a newline; at most one blank line stands between."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    seen = "".join(letter for letter in text if letter in "\n\t" or _is_seen(letter))
    seen = VARIANTS.sub(r"\1", ACCENTS.sub(r"\1", JOINERS_IN_A_ROW.sub("", seen)))
    lines = "\n".join(line.rstrip() for line in seen.split("\n"))
    return BLANK_LINES.sub("\n\n", lines).strip()


def in_a_line(text: str) -> str:
    """Return a clean text on one line, with single spaces."""
    return " ".join(clean(text).split())


def has_words(text: str) -> bool:
    """Say whether there is anything in a text to read: a letter, a figure or another sign."""
    return any(unicodedata.category(letter)[0] in "LNPS" for letter in clean(text))


def _is_seen(letter: str) -> bool:
    """Say whether a letter takes part in what is read: not controls, formats, lone halves of
    letters nor private ones."""
    if letter in BLANK:
        return False
    return letter in JOINERS or unicodedata.category(letter) not in UNSEEN


class Piece(NamedTuple):
    """Words, or a link when there is an `address`."""

    words: str
    address: str = ""


class Block(NamedTuple):
    """A paragraph, whose lines stand under each other, or a list, with an item in each line."""

    is_list: bool
    lines: list[list[Piece]]


def blocks(text: str) -> Iterator[Block]:
    """Yield the paragraphs and lists of a text. A line that begins with a hyphen or a dot is an
    item of a list."""
    for paragraph in clean(text).split("\n\n"):
        lines: list[str] = []
        is_list = False
        for line in filter(None, (one.strip() for one in paragraph.split("\n"))):
            item = ITEM.match(line)
            if lines and bool(item) != is_list:
                yield Block(is_list, [list(pieces(one)) for one in lines])
                lines = []
            is_list = bool(item)
            lines.append(line[item.end() :] if item else line)
        if lines:
            yield Block(is_list, [list(pieces(one)) for one in lines])


def pieces(line: str) -> Iterator[Piece]:
    """Yield the words of a line and its links. Only http and https are links, and a link shows the
    host that it leads to, in ASCII where its letters could be mistaken for others."""
    at = 0
    for found in ADDRESS.finditer(line):
        address = _without_end(found[0])
        plain = plain_address(address)
        if not plain:
            continue
        if found.start() > at:
            yield Piece(line[at : found.start()])
        at = found.start() + len(address)
        yield Piece(plain, plain)
    if at < len(line):
        yield Piece(line[at:])


def _without_end(address: str) -> str:
    """Return the address without the signs that belong to the sentence around it."""
    while address and address[-1] in AFTER:
        if address[-1] == ")" and address.count("(") >= address.count(")"):
            break
        address = address[:-1]
    return address


def plain_address(address: str) -> str:
    """Return an address with its host in ASCII; nothing for one that is not to be followed: without
    a host, with a name and password in it, or with a host that is no name."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
        plain = host.encode("idna").decode("ascii")
    except ValueError:  # also for what IDNA does not know
        return ""
    if not plain or "@" in parts.netloc or ":" in plain:
        return ""
    return parts._replace(netloc=f"{plain}:{port}" if port else plain).geturl()
