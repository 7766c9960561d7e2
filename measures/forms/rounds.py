"""Opening a reporting round, and changing its name and days."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from measures.choices import Precision
from measures.dates import typed
from measures.forms.fields import Dressed, SomeRows
from measures.models import Document, Measure, Round
from measures.models.rounds import key_of
from stakeholders.models import User

EXAMPLE = "17.5.2026"


class Day(forms.CharField):
    """A day as people type it."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"class": "ds-input is-date", "autocomplete": "off"}
        super().__init__(max_length=40, widget=forms.TextInput(attrs), **kwargs)

    def clean(self, value: Any) -> datetime.date:
        """Return the day. Raises ValidationError for anything else, also a month or a year."""
        text = super().clean(value)
        try:
            found = typed(text)
        except ValueError:
            found = None
        if found is None or found.precision != Precision.DAY:
            raise forms.ValidationError(
                _t("Skriv dag, måned og år, for eksempel %(example)s.") % {"example": EXAMPLE}
            )
        return found.first


class RoundForm(Dressed):
    """The name and the days of a round. `stored` is the round that is changed, none for a new one;
    a round that has opened opens on no other day, and has no field for it."""

    name = forms.CharField(
        label=_("Navn"),
        help_text=_("For eksempel «Høstrunden 2026»."),
        max_length=100,
        error_messages={"required": _("Gi runden et navn.")},
    )
    name_en = forms.CharField(
        label=_("Navn på engelsk (valgfritt)"), max_length=100, required=False
    )
    opens_on = Day(
        label=_("Åpner"),
        help_text=_("Det som publiseres fra og med denne dagen, teller."),
        error_messages={"required": _("Skriv hvilken dag runden åpner.")},
    )
    due_on = Day(
        label=_("Frist for å rapportere"),
        error_messages={"required": _("Skriv fristen for å rapportere.")},
    )
    closes_on = Day(
        label=_("Lukker"),
        help_text=_("Den siste dagen som teller. Resultatet endres ikke etterpå."),
        error_messages={"required": _("Skriv hvilken dag runden lukker.")},
    )

    def __init__(
        self, *args: Any, today: datetime.date, stored: Round | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.stored = stored
        if stored is not None and stored.opens_on <= today:
            del self.fields["opens_on"]

    def clean_name(self) -> str:
        """Return the name. Raises ValidationError when no address can be made of it."""
        name: str = self.cleaned_data["name"]
        if not key_of(name):
            raise forms.ValidationError(_t("Navnet må ha bokstaver eller tall."))
        return name

    def clean(self) -> dict[str, Any]:
        """Ask for days that follow each other, none of them moved behind us."""
        data = super().clean() or {}
        if "opens_on" not in self.fields and self.stored:
            data["opens_on"] = self.stored.opens_on
        opens, due, closes = (data.get(name) for name in ("opens_on", "due_on", "closes_on"))
        if "opens_on" in self.fields and opens and opens < self.today:
            self.add_error("opens_on", _t("Runden kan ikke åpne før i dag."))
        if opens and due and due < opens:
            self.add_error("due_on", _t("Fristen kan ikke være før runden åpner."))
        if closes and due and closes < due:
            self.add_error("closes_on", _t("Runden kan ikke lukke før fristen."))
        elif closes and closes < self.today:
            self.add_error("closes_on", _t("Runden kan ikke lukke før i dag."))
        return data


class NewRoundForm(RoundForm):
    """A new round: also which documents it is about."""

    documents = SomeRows(
        label=_("Dokumenter"),
        queryset=Document.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Velg minst ett dokument.")},
    )
    field_order = ("name", "name_en", "documents", "opens_on", "due_on", "closes_on")

    def __init__(self, *args: Any, keeper: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        documents: Any = self.fields["documents"]
        documents.queryset = Document.objects.kept_by(keeper).in_order()
        documents.label_from_instance = lambda document: document.local.short_title
        documents.widget.attrs["class"] = "ds-input"

    def clean_documents(self) -> Any:
        """Return the documents. Raises ValidationError when nothing in them is open."""
        documents = self.cleaned_data["documents"]
        if not Measure.objects.open().filter(document__in=documents).exists():
            raise forms.ValidationError(_t("Ingen tiltak i disse dokumentene er åpne."))
        return documents
