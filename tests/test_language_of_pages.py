"""No page in nynorsk or English shows the words of another language without saying so.

Interface texts must be translated, and what is quoted from the register must stand in an element
that says which language it is in, or a screen reader reads Norwegian aloud as if it were English.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache, reduce
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils.translation.reloader import translation_file_changed

from roadmap import sitemaps
from scripts import messages
from scripts.compile_messages import compile_all
from tests.registers import FIXTURES, real_register
from tests.spoken import Piece, Spoken

#: Addresses beside those of the sitemap: selections, misunderstandings, what does not exist.
OTHERS = (
    "/tiltak/?side=2",
    "/tiltak/?side=99",
    "/tiltak/?q=norcrin",
    "/tiltak/?q=nrocrin",
    "/tiltak/?q=finnesslettikke",
    "/tiltak/?q=-",
    "/tiltak/?dokument=veikart2023&status=in_progress&aktor=ingen&tema=2&frist=none",
    "/tiltak/?status=tull&sortering=tull&dokument=a&dokument=b&tema=x&tema=y&tema=z",
    "/tiltak/?prioritert=lmi&nivaa=especially_important&sagt=public&ferskhet=source_only",
    "/trad/?grunnlag=same_subject",
    "/trad/?grunnlag=tull",
    "/aktorer/?side=99",
    "/tiltak/HM-Z99/",
    "/tiltak/tull!/",
    "/finnes-ikke/",
)
#: Columns of the register's files that hold words for readers, in Norwegian unless the row says
#: another language.
CONTENT = (
    "caveat",
    "change",
    "name",
    "note",
    "publisher",
    "reason",
    "scope",
    "short_name",
    "short_title",
    "source_name",
    "summary",
    "target_text",
    "title",
    "unit",
    "value_text",
)
#: Content with fewer words than this is only looked for as the whole of a text: a theme that is
#: called "Eksport" does not make the word a quotation.
MANY_WORDS = 3
WORD = re.compile(r"[A-Za-zÀ-ÿ]+")
MARKUP = re.compile(r"<[^>]+>|%\(\w+\)s|%s")
#: Addresses, which are in no language.
ADDRESS = re.compile(r"\S*(?:@|://)\S*|\b[\w.-]+\.(?:no|com|org|eu|net|io)\b")
QUOTED = re.compile(r"«[^»]*»|“[^”]*”")
#: Words of bokmål texts that are words of English too.
ENGLISH_TOO = {"her", "men", "per"}
#: Names, which every language writes alike.
NAMES = {"bokmål", "nynorsk"}


def words(text: str) -> set[str]:
    """The words of a text, in lower case, without tags and placeholders."""
    return {word.lower() for word in WORD.findall(MARKUP.sub(" ", text))}


@cache
def interface(language: str) -> dict[str, str]:
    """Every form of every text of the interface, and its translation."""
    texts: dict[str, str] = {}
    for entry in messages.open_catalogue(language):
        if entry.msgid_plural:
            one, many = (entry.msgstr_plural.get(form, "") for form in (0, 1))
            texts |= {entry.msgid: one, entry.msgid_plural: many}
        else:
            texts[entry.msgid] = entry.msgstr
    return texts


@cache
def bokmål_only(language: str) -> set[str]:
    """Words that the interface uses in bokmål, and never in `language`."""
    there = {word for text in interface(language).values() for word in words(text)}
    here = {word for text in interface(language) for word in words(text)}
    allowed = NAMES | (ENGLISH_TOO if language == "en" else set())
    return {word for word in here - there - allowed if len(word) > 1}


class Phrases:
    """Pieces of content, to be found in longer texts."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.all = {text for text in texts if WORD.search(ADDRESS.sub("", text))}
        self._by_first: dict[str, list[str]] = defaultdict(list)
        for text in sorted(self.all, key=len, reverse=True):
            self._by_first[text.split()[0]].append(text)

    def inside(self, text: str) -> Iterator[str]:
        """Those that the text holds, the longest first where several begin alike."""
        for match in re.finditer(r"[^\s(«“]+", text):
            for phrase in self._by_first.get(match[0].rstrip(".,:;)»”"), ()):
                if text.startswith(phrase, match.start()):
                    yield phrase
            for phrase in self._by_first.get(match[0], ()):
                if text.startswith(phrase, match.start()):
                    yield phrase


def without(text: str, phrases: Iterable[str]) -> str:
    """The text with the phrases cut out, longest first."""
    found = sorted(set(phrases), key=len, reverse=True)
    return reduce(lambda rest, phrase: rest.replace(phrase, " "), found, text)


@cache
def english() -> Phrases:
    """Content that the register has in English, also the names that are the same in both."""
    return Phrases(
        " ".join(cell.split())
        for rows in real_register().values()
        for row in rows
        for column, cell in row.items()
        if column.endswith("_en") and cell
    )


@cache
def foreign(language: str) -> Phrases:
    """Content that is not in the language of the page. A row may say which language its title is
    in; everything else is Norwegian."""
    return Phrases(
        " ".join(row.get(column, "").split())
        for rows in real_register().values()
        for row in rows
        for column in CONTENT
        if column != "title" or row.get("language", "nb") != language
    )


def quotations(piece: Piece, language: str) -> tuple[set[str], set[str]]:
    """Foreign content in a text that says it is in `language`, and English that may be there.

    Content of few words counts only as the whole of a text, or in the head, where nothing can be
    marked: a theme called "Eksport" does not make the word a quotation. Norwegian names inside an
    English sentence of the register are part of it.
    """
    text = piece.text
    allowed = set(english().inside(text)) if language == "en" else set()
    found = {
        phrase
        for phrase in foreign(language).inside(text)
        if len(phrase.split()) >= MANY_WORDS
        or piece.is_in_head
        or phrase in (text, text.strip(" .,:;()–·"))
    }
    found -= set(interface(language).values())
    return {one for one in found if not any(one in phrase for phrase in allowed)}, allowed


def wrong_words(text: str, language: str) -> set[str]:
    """Words of bokmål in a text that says it is in `language`."""
    norwegian_words = bokmål_only(language)
    return {
        word
        for word in words(ADDRESS.sub(" ", text)) - NAMES
        if word in norwegian_words or (language == "en" and re.search("[æøå]", word))
    }


def complaints(html: str, language: str) -> Iterator[str]:
    """Say what is wrong with the languages of one page."""
    translations = set(interface(language).values()) - set(interface(language))
    for piece in Spoken(html).pieces:
        if piece.lang == language:
            quotes, allowed = quotations(piece, language)
            if not piece.is_in_head:
                for content in sorted(quotes):
                    yield f"<{piece.place}> quotes without lang: {content[:80]}"
            # A title or a description cannot say that a part of it is in another language. And
            # what somebody searched for is repeated in quotes, in whatever language it is.
            rest = QUOTED.sub(" ", without(piece.text, quotes | allowed))
            if wrong := wrong_words(rest, language):
                yield f"<{piece.place}> has {sorted(wrong)}: {piece.text[:100]}"
        elif piece.text in translations and len(words(piece.text)) > 1:
            yield f"<{piece.place}> says {piece.lang!r} of our own words: {piece.text[:80]}"


@pytest.fixture(scope="module")
def register(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The real register, loaded once; and the catalogues as they are now."""
    compile_all(messages.ROOT / "locale")
    translation_file_changed(None, FIXTURES / "any.mo")
    # The register refuses to delete its history, so it is never really written.
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("load_register", str(FIXTURES), verbosity=0)
        yield
        transaction.set_rollback(True)


def addresses(language: str) -> Iterable[str]:
    """Every page of the sitemap, and others, as paths in `language`."""
    pages = [*sitemaps.pages(), *sitemaps.measures(1)]
    for page in pages:
        url = dict(page.alternates)[language]
        yield "/" + url.split("://", 1)[1].split("/", 1)[1]
    yield from (f"/{language}{path}" for path in OTHERS)


@pytest.mark.once
@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_page_says_which_language_its_words_are_in(
    client: Client, register: None, language: str
) -> None:
    found: dict[str, list[str]] = {}
    number = 0
    for path in addresses(language):
        number += 1
        response = client.get(path)
        assert response["Content-Language"] == language, path
        for complaint in complaints(response.content.decode(), language):
            found.setdefault(complaint, []).append(path)
    assert number > 150
    assert not found, "\n".join(
        f"{complaint}   ({paths[0]} and {len(paths) - 1} more)"
        for complaint, paths in sorted(found.items())
    )


# --- The check itself --------------------------------------------------------------------------


def page(body: str, language: str) -> str:
    return f'<!doctype html><html lang="{language}"><body>{body}</body></html>'


TITLE = "Meld. St. 18 (2018–2019) Helsenæringen – Sammen om verdiskaping og bedre tjenester"


@pytest.mark.parametrize(
    ("body", "language"),
    [
        ("<p>Dette er ikke oversatt</p>", "nn"),
        ("<p>Ikke rapportert</p>", "en"),
        ('<p aria-label="Fra kilden">3</p>', "nn"),
        ('<td data-label="Helsenæringsmeldingen">3</td>', "en"),
        (f"<h1>{TITLE}</h1>", "nn"),
        (f"<p>Measure 3 in {TITLE}, 2019</p>", "en"),
        ('<a lang="nb" href="/">See all measures</a>', "en"),
        ("<p>Nærings- og fiskeridepartementet</p>", "en"),
    ],
)
def test_what_is_wrong_is_found(body: str, language: str) -> None:
    assert list(complaints(page(body, language), language))


@pytest.mark.parametrize(
    ("body", "language"),
    [
        ("<p>Ikkje rapportert</p>", "nn"),
        (f'<h1 lang="nb">{TITLE}</h1><br><p>The measures</p>', "en"),
        (f'<p>Measure 3 in <span lang="nb">{TITLE}</span>, 2019</p>', "en"),
        ("<p>Ministry of Trade, Industry and Fisheries</p>", "en"),
        ('<svg aria-hidden="true"><path title="Ikke" /></svg><p>Closed</p>', "en"),
    ],
)
def test_what_is_right_is_left_alone(body: str, language: str) -> None:
    assert not list(complaints(page(body, language), language))
