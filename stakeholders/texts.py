"""Content that has one language, and an optional English text beside it.

It lives here because organisations have such texts too, and imports run downhill.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language


@dataclass(frozen=True)
class Text:
    """A piece of content and the language it is written in, for the `lang` attribute."""

    text: str
    lang: str

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)

    @property
    def foreign(self) -> str:
        """The language where it is not that of the page, else nothing: when to say it."""
        return "" if self.lang == get_language() else self.lang


def ours(text: object) -> Text:
    """Return a word of the interface as a text: its language is that of the page."""
    return Text(str(text), get_language() or "nb")


class English:
    """Gives `local`: the English text on English pages where there is one, else the original."""

    def local_text(self, field: str) -> Text:
        """Return `field`, or its `_en` sibling when the page is English and that is filled in."""
        english = getattr(self, f"{field}_en", "")
        if english and get_language() == "en":
            return Text(english, "en")
        return Text(getattr(self, field), getattr(self, "language", "") or "nb")

    @property
    def local(self) -> Local:
        """For templates: `measure.local.title` is a `Text`."""
        return Local(self)


class Local:
    """Looks up any text field of one object as a `Text`."""

    def __init__(self, owner: English) -> None:
        self._owner = owner

    def __getattr__(self, field: str) -> Text:
        return self._owner.local_text(field)
