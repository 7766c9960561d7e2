"""What an approver may say: when to publish, or what is missing."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from measures.choices import Precision
from measures.dates import typed
from measures.forms.fields import Dressed, LongText

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

#: 9, 09.30 or 9:30.
CLOCK = re.compile(r"(\d{1,2})(?:[.:](\d{2}))?", re.ASCII)
#: What is typed, for the page that shows it again when it could not be taken.
LABELS = {"on": _("Dato"), "clock": _("Klokkeslett"), "note": _("Merknad")}


class DecisionForm(Dressed):
    """Everything on the approver's page in one form, so that no act loses what was typed for
    another. No field is required here: each act asks for its own.

    `version` and `seen` are the version of the text, and the newest publication, that the page
    showed."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    on = forms.CharField(
        label=_("Dato"), help_text=_("For eksempel 17.5.2026."), required=False, max_length=40
    )
    clock = forms.CharField(
        label=_("Klokkeslett"),
        help_text=_("Norsk tid, for eksempel 09.30."),
        required=False,
        max_length=40,
    )
    note = LongText(
        label=_("Merknad"),
        help_text=_("Si hva som mangler. Den som skrev, ser merknaden. Den blir ikke offentlig."),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    field_order = ("version", "seen", "on", "clock", "note")

    def moment(self, now: datetime.datetime) -> datetime.datetime | None:
        """Return when to publish, in Norwegian time. None when it cannot be read, does not exist
        or has passed; the messages then stand beside the fields."""
        day, clock = self._day(), self._clock()
        if day is None or clock is None:
            return None
        zone = timezone.get_default_timezone()
        moment = datetime.datetime.combine(day, clock, zone)
        if moment.astimezone(datetime.UTC).astimezone(zone).time() != clock:
            self.add_error("clock", _("Klokken stilles den natten. Velg et annet klokkeslett."))
            return None
        if moment <= now:
            self.add_error("on", _("Tidspunktet har passert. Velg et som ligger fram i tid."))
            return None
        return moment

    def wanted_note(self) -> str:
        """Return the note; empty, with a message, when there is none."""
        note = str(self.cleaned_data.get("note", "")).strip()
        if not note and "note" not in self.errors:
            self.add_error("note", _("Skriv hva som mangler."))
        return note

    def _day(self) -> datetime.date | None:
        text = str(self.cleaned_data.get("on", "")).strip()
        try:
            date = typed(text)
        except ValueError:
            date = None
        if date is not None and date.precision == Precision.DAY:
            return date.first
        message = _("Vi forstår ikke datoen. Skriv den for eksempel 17.5.2026.")
        self._tell("on", message if text else _("Skriv datoen da rapporten skal publiseres."))
        return None

    def _clock(self) -> datetime.time | None:
        text = str(self.cleaned_data.get("clock", "")).strip()
        match = CLOCK.fullmatch(text)
        try:
            if match:
                return datetime.time(int(match[1]), int(match[2] or 0))
        except ValueError:
            pass
        message = _("Vi forstår ikke klokkeslettet. Skriv det for eksempel 09.30.")
        self._tell("clock", message if text else _("Skriv klokkeslettet."))
        return None

    def _tell(self, name: str, message: str | StrPromise) -> None:
        """Say what is wrong with a field, unless something was said already."""
        if name not in self.errors:
            self.add_error(name, message)
