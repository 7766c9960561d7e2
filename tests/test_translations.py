"""The interface is complete in bokmål, nynorsk and English, and no text escapes translation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts import messages

TEMPLATES = sorted((messages.ROOT / "templates").rglob("*.html"))
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}|<[^>]+>")
#: Attributes that people read or hear.
SPOKEN = re.compile(r'\b(?:aria-label|alt|title|placeholder|aria-description)="([^"]*)"')
NOT_TEXT = re.compile(
    r"\{#.*?#\}|\{% comment.*?endcomment %\}"
    r"|\{% blocktrans(?:late)?\b.*?\{% endblocktrans(?:late)? %\}"
    r"|<style>.*?</style>|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->|<!doctype[^>]*>|&\w+;|&#\d+;",
    re.DOTALL,
)
TAG = re.compile(r"<[^>]*>", re.DOTALL)
WORD = re.compile(r"[A-Za-zÆØÅæøå]{2,}")


def visible_text(template: str) -> list[str]:
    """Return the words that a template shows without asking for a translation."""
    bare = NOT_TEXT.sub(" ", template)
    spoken = " ".join(SPOKEN.findall(bare))
    return WORD.findall(f"{TAG.sub(' ', bare)} {spoken}")


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    translated = {
        messages.key(entry)
        for entry in messages.open_catalogue(language)
        if messages.is_translated(entry)
    }
    missing = [message.text for message in messages.all_messages() if message not in translated]
    assert not missing[:20], (
        f"{len(missing)} texts: run `python -m scripts.messages`, then translate"
    )


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_no_catalogue_holds_a_text_that_nobody_uses(language: str) -> None:
    used = messages.all_messages()
    unused = [e.msgid for e in messages.open_catalogue(language) if messages.key(e) not in used]
    assert not unused


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_translations_keep_every_placeholder(language: str) -> None:
    wrong = []
    for entry in messages.open_catalogue(language):
        wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for text in entry.msgstr_plural.values() or [entry.msgstr]:
            singular = entry.msgid_plural and set(PLACEHOLDER.findall(entry.msgid))
            if text and set(PLACEHOLDER.findall(text)) not in (wanted, singular):
                wrong.append(text)
    assert not wrong


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_a_template_shows_no_text_without_translation(path: Path) -> None:
    assert not visible_text(path.read_text(encoding="utf-8"))


def test_the_search_for_bare_text_finds_it() -> None:
    assert visible_text('<p title="Hei du">{% translate "Ja" %} Nei</p>') == ["Nei", "Hei", "du"]
    assert visible_text("{% blocktranslate %}Ja{% endblocktranslate %} {{ x }} <br> 1 &amp;") == []


def test_texts_are_found_in_python_and_templates(tmp_path: Path) -> None:
    (tmp_path / "measures").mkdir()
    (tmp_path / "measures" / "a.py").write_text('x = ngettext("en", "to", 2)\ny = _("tre")\n')
    (tmp_path / "measures" / "b.html").write_text(
        '{% load i18n %}{% translate "fire" context "tall" %}\n'
        "  {% blocktranslate count n=n %}fem{% plural %}seks{% endblocktranslate %}"
    )
    assert set(messages.all_messages(tmp_path)) == {
        messages.Message("en", "to"),
        messages.Message("tre"),
        messages.Message("fire", context="tall"),
        messages.Message("fem", "seks"),
    }


def test_texts_are_asked_for_by_names_that_are_looked_for() -> None:
    """`gettext as _t` would else be a text that nobody translates."""
    alias = re.compile(r"\b((?:n?p|n)?gettext(?:_lazy)?)(?: as (\w+))?")
    for folder in ("measures", "roadmap", "stakeholders"):
        for path in (messages.ROOT / folder).rglob("*.py"):
            for line in path.read_text(encoding="utf-8").splitlines():
                if not line.startswith("from django.utils.translation import"):
                    continue
                for name, other in alias.findall(line):
                    assert (other or name) in messages.FUNCTIONS, f"{path}: {line}"
