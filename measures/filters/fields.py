"""Form fields that never refuse: what they do not understand they leave out, and remember.

An address is typed, cut and mailed by people; a list with an explanation helps them more than an
error does.
"""

from __future__ import annotations

from typing import Any

from django import forms

from measures.search import MOST_LETTERS

#: A page number with more digits than this is no page.
MOST_DIGITS = 6


class Words(forms.CharField):
    """What somebody searches for. Control characters count as spaces."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.validators = []

    def to_python(self, value: Any) -> str:
        text = "".join(c if c.isprintable() else " " for c in str(value or ""))
        # One letter more than the search reads, so that it can say that it was too much.
        return " ".join(text.split())[: MOST_LETTERS + 1]


class Several(forms.MultipleChoiceField):
    """Any of the choices, by repeating the key. `unknown` holds the values that are not choices."""

    unknown: tuple[str, ...] = ()

    def clean(self, value: Any) -> list[str]:
        """Return the known values once each, in the order of the choices."""
        asked = dict.fromkeys(str(one) for one in value or [] if one)
        known = [str(key) for key, _ in self.choices]  # type: ignore[union-attr, misc]  # pairs
        self.unknown = tuple(one for one in asked if one not in known)
        return [one for one in known if one in asked]


class OneOf(Several):
    """At most one of the choices; with several known values, the last one counts."""

    def clean(self, value: Any) -> list[str]:
        """Return a list with the value, or an empty one."""
        known = super().clean(value)
        return [one for one in map(str, value or []) if one in known][-1:]


class PageNumber(forms.Field):
    """A page of the list, 1 when nothing or nonsense is asked for."""

    unknown: tuple[str, ...] = ()

    def clean(self, value: Any) -> int:
        """Return the number, at least 1."""
        text = str(value or "")
        is_number = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
        if is_number and int(text):
            return int(text)
        self.unknown = (text,) if text else ()
        return 1
