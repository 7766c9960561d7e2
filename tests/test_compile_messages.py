"""Catalogues become .mo files without gettext (scripts/compile_messages.py)."""

import gettext
from pathlib import Path

import pytest

from scripts.compile_messages import CatalogueError, compile_all, compile_catalogue

CATALOGUE = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Tiltak på sjøen"
msgstr "Measures at sea"

msgid "%(n)s frist"
msgid_plural "%(n)s frister"
msgstr[0] "%(n)s deadline"
msgstr[1] "%(n)s deadlines"

msgid "Ansvarlig"
msgstr ""

#, fuzzy
msgid "Aktør"
msgstr "Actress"
"""


@pytest.fixture
def po(tmp_path: Path) -> Path:
    """A catalogue in the place where Django looks for English."""
    path = tmp_path / "en/LC_MESSAGES/django.po"
    path.parent.mkdir(parents=True)
    path.write_text(CATALOGUE, encoding="utf-8")
    return path


def read(po: Path) -> gettext.GNUTranslations:
    with po.with_suffix(".mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def test_texts_and_plurals_arrive(po: Path) -> None:
    assert compile_catalogue(po)
    catalogue = read(po)
    assert catalogue.gettext("Tiltak på sjøen") == "Measures at sea"
    assert catalogue.ngettext("%(n)s frist", "%(n)s frister", 1) == "%(n)s deadline"
    assert catalogue.ngettext("%(n)s frist", "%(n)s frister", 2) == "%(n)s deadlines"


def test_a_doubtful_or_missing_translation_leaves_the_original(po: Path) -> None:
    compile_catalogue(po)
    assert read(po).gettext("Aktør") == "Aktør"
    assert read(po).gettext("Ansvarlig") == "Ansvarlig"


def test_an_unchanged_catalogue_is_left_alone(po: Path) -> None:
    assert compile_all(po.parents[2]) == 1
    before = po.with_suffix(".mo").stat().st_mtime_ns
    assert compile_all(po.parents[2]) == 0
    assert po.with_suffix(".mo").stat().st_mtime_ns == before


@pytest.mark.parametrize("text", [b"\xff\xfe nonsense", b'msgid "a"\nmsgstr'])
def test_a_broken_catalogue_is_named(po: Path, text: bytes) -> None:
    po.write_bytes(text)
    with pytest.raises(CatalogueError, match=r"django\.po"):
        compile_catalogue(po)
