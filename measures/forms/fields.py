"""Fields and looks that several forms share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.dateformat import format as format_date

from measures.choices import Precision
from measures.dates import PartialDate


class Dressed(forms.Form):
    """A form whose fields wear Designsystemet's classes. Messages stand beside their fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        for field in self.fields.values():
            if not field.widget.is_hidden:
                field.widget.attrs.setdefault("class", "ds-input")


def as_typed(date: PartialDate | None) -> str:
    """Write a date as people type it: 17.5.2026, mai 2026, 2026. `measures.dates.typed` reads it
    in all three languages."""
    if date is None:
        return ""
    if date.precision == Precision.YEAR:
        return str(date.first.year)
    if date.precision == Precision.MONTH:
        return format_date(date.first, "F Y")
    return f"{date.first.day}.{date.first.month}.{date.first.year}"
