"""Ending the reporting about a measure, and taking it up again: a reason, and from which day."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from measures.choices import Precision
from measures.dates import typed
from measures.forms.fields import Dressed, LongText


class ReopenForm(Dressed):
    """Why the reporting is taken up again."""

    reason = LongText(
        label=_("Hvorfor åpner du rapporteringen igjen?"),
        help_text=_("Begrunnelsen blir offentlig."),
        max_length=20_000,
        error_messages={"required": _("Skriv hvorfor.")},
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class CloseForm(ReopenForm):
    """Why the reporting ends, and from which day: today when nothing is said, and at the earliest
    `since`, the day the document was published."""

    on = forms.CharField(
        label=_("Fra hvilken dag?"),
        help_text=_(
            "La feltet stå tomt hvis det gjelder fra i dag. Ellers for eksempel 17.5.2026."
        ),
        required=False,
        max_length=40,
    )

    def __init__(
        self, *args: Any, today: datetime.date, since: datetime.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.since = today, since
        self.fields["reason"].label = _t("Hvorfor avslutter du rapporteringen?")
        self.fields["on"].widget.attrs |= {"class": "ds-input is-date", "autocomplete": "off"}

    def clean_on(self) -> datetime.date:
        """Return the day."""
        text = self.cleaned_data["on"].strip()
        if not text:
            return self.today
        try:
            date = typed(text)
        except ValueError:
            date = None
        if date is None or date.precision != Precision.DAY:
            raise forms.ValidationError(
                _t("Vi forstår ikke datoen. Skriv den for eksempel 17.5.2026.")
            )
        if date.first > self.today:
            raise forms.ValidationError(_t("Datoen kan ikke ligge fram i tid."))
        if date.first < self.since:
            raise forms.ValidationError(_t("Datoen kan ikke være før dokumentet ble lagt fram."))
        return date.first


#: What is typed, for the page that shows it again when it could not be taken.
LABELS = {"reason": _("Begrunnelse"), "on": _("Fra hvilken dag?")}
