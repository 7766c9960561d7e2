"""Find every text of the interface and keep the catalogues complete.

`python -m scripts.messages` writes new texts into locale/nn and locale/en (with an empty
translation), takes out those no longer used, and says how many are left to translate.
Bokmål is the language the texts are written in, so it needs no catalogue.
"""

import io
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polib
from babel.messages.extract import extract_python

ROOT = Path(__file__).resolve().parent.parent
LANGUAGES = ("nn", "en")
FOLDERS = ("measures", "roadmap", "stakeholders", "templates")
FUNCTIONS = (
    "_",
    "_t",
    "gettext",
    "gettext_lazy",
    "gettext_noop",
    "ngettext",
    "ngettext_lazy",
    "npgettext",
    "npgettext_lazy",
    "pgettext",
    "pgettext_lazy",
)


@dataclass(frozen=True, order=True)
class Message:
    """One text of the interface: `plural` and `context` are empty where there is none."""

    text: str
    plural: str = ""
    context: str = ""


def source_of(path: Path) -> str:
    """Return Python that calls gettext as the file does; a template is turned into such Python."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    from django.utils.translation.template import templatize

    # Python's tokenizer minds indentation, a template's means nothing.
    return "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).split("\n"))


def messages_in(path: Path) -> Iterator[Message]:
    """Yield the texts of one Python file or template."""
    source = io.BytesIO(source_of(path).encode())
    found: Iterator[tuple[int, str, Any, list[str]]]
    found = extract_python(source, dict.fromkeys(FUNCTIONS), [], {"encoding": "utf-8"})  # type: ignore[assignment]  # its stub narrows too far
    for _line, function, arguments, _comments in found:
        given = [arguments] if isinstance(arguments, str) else arguments
        # A call whose text is a name (gettext(word)) has nothing to extract.
        texts = [text for text in given or () if text]
        if not texts:
            continue
        context = texts.pop(0) if "pgettext" in function else ""
        plural = texts[1] if function.startswith("n") and len(texts) > 1 else ""
        yield Message(texts[0], plural, context)


def sources(root: Path = ROOT) -> Iterator[Path]:
    """Yield every file that can hold a text of the interface."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in {".py", ".html", ".txt", ".xml"} and "migrations" not in path.parts:
                yield path


def all_messages(root: Path = ROOT) -> dict[Message, list[str]]:
    """Return every text of the interface and the files that use it."""
    found: dict[Message, list[str]] = {}
    for path in sources(root):
        for message in messages_in(path):
            files = found.setdefault(message, [])
            name = path.relative_to(root).as_posix()
            if name not in files:
                files.append(name)
    return found


def catalogue_path(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def key(entry: polib.POEntry) -> Message:
    """Return the text that a catalogue entry translates."""
    return Message(entry.msgid, entry.msgid_plural or "", entry.msgctxt or "")


def is_translated(entry: polib.POEntry) -> bool:
    """Say whether an entry has all its forms and nobody doubts it."""
    forms = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    return bool(forms) and all(forms) and not entry.fuzzy and not entry.obsolete


def new_entry(message: Message) -> polib.POEntry:
    entry = polib.POEntry(msgid=message.text, msgctxt=message.context or None)
    if message.plural:
        entry.msgid_plural = message.plural
        entry.msgstr_plural = {0: "", 1: ""}
    return entry


def open_catalogue(language: str) -> polib.POFile:
    """Return the catalogue of a language, an empty one when there is none yet."""
    path = catalogue_path(language)
    if path.is_file():
        return polib.pofile(str(path), encoding="utf-8", wrapwidth=100)
    catalogue = polib.POFile(encoding="utf-8", wrapwidth=100)
    catalogue.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    return catalogue


def update(language: str, messages: dict[Message, list[str]]) -> int:
    """Bring the catalogue of `language` in line with `messages`; return how many lack a
    translation."""
    known = {key(entry): entry for entry in open_catalogue(language)}
    catalogue = open_catalogue(language)
    catalogue.clear()
    for message in sorted(messages):
        entry = known.get(message) or new_entry(message)
        entry.occurrences = [(name, "") for name in messages[message]]
        catalogue.append(entry)
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(path))
    return sum(not is_translated(entry) for entry in catalogue)


def main() -> int:
    """Update each catalogue and say how many texts are left to translate."""
    os.environ.setdefault("DEBUG", "1")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "roadmap.settings")
    import django

    django.setup()
    messages = all_messages()
    for language in LANGUAGES:
        left = update(language, messages)
        print(f"{language}: {len(messages)} texts, {left} to translate")
    return 0


if __name__ == "__main__":
    sys.exit(main())
