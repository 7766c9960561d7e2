"""Fields and looks that several forms share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from measures.choices import Precision
from measures.dates import PartialDate, typed
from stakeholders.validators import number_in


class Dressed(forms.Form):
    """A form whose fields wear Designsystemet's classes. Messages stand beside their fields."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        for field in self.fields.values():
            if not field.widget.is_hidden:
                field.widget.attrs.setdefault("class", "ds-input")

    def wrong(self) -> list[tuple[str, str]]:
        """Return every message with the id of its field, in the order of the page; none for a form
        that nothing was sent to."""
        return [
            (self[name].id_for_label or self[name].auto_id, str(message))
            for name in self.fields
            for message in self.errors.get(name, ())
        ]


class LongText(forms.CharField):
    """A text of several lines. Browsers send two signs for the end of a line and count one: so do
    we, or a text that fits on the page would be too long."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        """Return the text with one newline at the end of each line."""
        text = super().to_python(value) or ""
        return without_nul(text.replace("\r\n", "\n").replace("\r", "\n"))


if TYPE_CHECKING:
    Several = forms.ModelMultipleChoiceField[Any]
else:
    Several = forms.ModelMultipleChoiceField


class SomeRows(Several):
    """Rows of a table, chosen by their keys. What is no key chooses nothing."""

    def clean(self, value: Any) -> Any:
        """Return the rows."""
        return super().clean([one for one in value or () if number_in(str(one)) is not None])


def without_nul(text: str) -> str:
    """Return the text without the one sign that no database keeps."""
    return text.replace("\x00", "")


def date_examples() -> str:
    """Return how dates may be typed."""
    return _("17.5.2026, mai 2026 eller 2026")


def read_date(text: str) -> PartialDate | None:
    """Read a date as people type it, None for nothing. Raises ValidationError with examples."""
    if not text.strip():
        return None
    try:
        return typed(text.strip())
    except ValueError:
        raise forms.ValidationError(
            _("Vi forstår ikke datoen. Skriv den for eksempel %(examples)s.")
            % {"examples": date_examples()}
        ) from None


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
