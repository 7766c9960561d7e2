"""The report: everything a writer may say about a measure, kept whatever it lacks."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from measures.choices import Language, Outlook, Precision, PublisherKind, ReasonKind, Status
from measures.dates import PartialDate
from measures.forms.fields import (
    Dressed,
    LongText,
    as_typed,
    date_examples,
    read_date,
    without_nul,
)
from measures.models import Comment, Measure, StatusUpdate
from measures.queries.measure import reference
from measures.texts import clean, in_a_line, plain_address
from measures.uploads import ACCEPT

LONG = 20_000
BLANK_LINKS = 2
#: More sources than this belong in a document of their own.
MOST_LINKS = 40


class SeveralFiles(forms.FileInput):
    """A chooser that takes several files at once."""

    allow_multiple_selected = True


class ReportForm(Dressed):
    """One report; with `corrects`, what is to take the place of a published update.

    No field is required here: a draft is kept as it is, and what a report needs is asked by
    `measures.validators` when it is handed in. What cannot be read (`typed_values`) is kept as it
    was typed."""

    version = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    prompted_by = forms.IntegerField(required=False, widget=forms.HiddenInput)
    correction_note = LongText(
        label=_("Hva var feil?"),
        help_text=_("Si kort hva som er rettet, og hvorfor. Teksten blir offentlig."),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    status = forms.ChoiceField(
        label=_("Hva er status nå?"),
        choices=Status.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    outlook = forms.ChoiceField(
        label=_("Hvordan går framdriften?"),
        choices=Outlook.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    summary = LongText(
        label=_("Hva har skjedd?"),
        help_text=_(
            "To til fire setninger som folk utenfor departementet forstår. Teksten blir offentlig."
        ),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    next_step = LongText(
        label=_("Hva er neste steg?"),
        help_text=_("Hentet fra forrige rapport. Rett det som ikke stemmer lenger."),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    date = forms.CharField(
        label=_("Når skjedde det?"),
        help_text=_("La feltet stå tomt hvis det gjelder i dag. Ellers for eksempel %(examples)s."),
        required=False,
        max_length=40,
    )
    language = forms.ChoiceField(
        label=_("Hvilket språk skriver du på?"), choices=Language.choices, required=False
    )
    carried_to = forms.CharField(
        label=_("Hvilket tiltak fører arbeidet videre?"),
        help_text=_("Bare når status er Videreført. Skriv referansen, for eksempel EX-09."),
        required=False,
        max_length=40,
    )
    reason_kind = forms.ChoiceField(
        label=_("Hva slags grunn er det?"),
        choices=[("", _("Ikke valgt")), *ReasonKind.choices],
        required=False,
    )
    reason = LongText(
        label=_("Hvorfor?"),
        help_text=_(
            "Trengs ved vesentlig avvik, når tiltaket er avsluttet uten gjennomføring, og når "
            "status går tilbake. Ellers blir begrunnelsen ikke med."
        ),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    new_due = forms.CharField(
        label=_("Ny frist"),
        help_text=_("For eksempel %(examples)s. La feltet stå tomt når fristen ikke endres."),
        required=False,
        max_length=40,
    )
    new_due_reason = LongText(
        label=_("Hvorfor blir fristen satt?"),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    attachments = forms.FileField(
        label=_("Filer"),
        help_text=_("PDF, PNG, JPEG, DOCX eller XLSX, hver på høyst 10 MB."),
        required=False,
        widget=SeveralFiles(attrs={"accept": ACCEPT, "multiple": True}),
    )

    def __init__(
        self,
        *args: Any,
        measure: Measure,
        today: datetime.date,
        corrects: StatusUpdate | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.measure = measure
        self.corrects = corrects
        self.day = corrects.when if corrects else PartialDate(today, Precision.DAY)
        self._fit()
        self.typed_values: dict[str, Any] = {}
        for name in {"date", "new_due"} & self.fields.keys():
            field = self.fields[name]
            field.help_text = str(field.help_text) % {"examples": date_examples()}
            field.widget.attrs["class"] = "ds-input is-date"
            field.widget.attrs["autocomplete"] = "off"
        self.fields["carried_to"].widget.attrs |= {"list": "videre", "autocomplete": "off"}

    def _fit(self) -> None:
        """Ask for what a correction needs, or only for what a report does."""
        if self.corrects is None:
            del self.fields["correction_note"]
            return
        self.fields["status"].label = _t("Hva var status?")
        self.fields["next_step"].help_text = ""
        self.fields["reason"].help_text = _t(
            "Trengs ved vesentlig avvik og når tiltaket er avsluttet uten gjennomføring."
        )
        self.fields["date"].help_text = _t("For eksempel %(examples)s.")
        if self.corrects.organisation_id is None:
            # A public source sets no deadline in the owner's name, and is itself what can be shown.
            for name in ("new_due", "new_due_reason", "attachments"):
                del self.fields[name]

    def _read_date(self, name: str) -> PartialDate | None:
        text = str(self.cleaned_data.get(name, "")).strip()
        try:
            return read_date(text)
        except forms.ValidationError:
            self.typed_values[name] = text
            raise

    def clean_date(self) -> PartialDate:
        """Return the date; when nothing is said, today, or the day of what is corrected."""
        return self._read_date("date") or self.day

    def clean_new_due(self) -> PartialDate | None:
        """Return the new deadline."""
        return self._read_date("new_due")

    def clean_carried_to(self) -> Measure | None:
        """Return the measure that a reference names, in any case."""
        text = self.cleaned_data["carried_to"].strip().split(" ")[0]
        if not text:
            return None
        found = Measure.objects.filter(ref=reference(text)).first()
        if found is None:
            self.typed_values["carried_to"] = self.cleaned_data["carried_to"]
            raise forms.ValidationError(_t("Vi finner ikke noe tiltak med denne referansen."))
        return found

    def clean(self) -> dict[str, Any]:
        """Keep a text that is too long as it was typed."""
        data = super().clean() or {}
        for name in self.errors:
            if isinstance(self.fields.get(name), forms.CharField):
                typed_text = str(self.data.get(self.add_prefix(name), ""))
                self.typed_values.setdefault(name, without_nul(typed_text))
        return data

    def clean_prompted_by(self) -> int | None:
        """Return the key of the public comment on the measure that made the writer begin."""
        key = self.cleaned_data["prompted_by"] or 0
        found = Comment.objects.standing().comments().filter(pk=key, measure=self.measure)
        return key if found.exists() else None

    def words(self) -> dict[str, Any]:
        """Return what can be stored in the columns of a draft, without what is `typed_values`;
        call `is_valid` first."""
        data = self.cleaned_data
        date = data.get("date") or self.day
        new_due, carried_to = data.get("new_due"), data.get("carried_to")
        plain = ("status", "outlook", "summary", "next_step", "reason_kind", "reason")
        return {
            **{name: data[name] for name in (*plain, "new_due_reason") if name in data},
            "language": data.get("language") or get_language() or Language.NB,
            "date": date.first,
            "precision": date.precision,
            "carried_to_id": carried_to.pk if carried_to else None,
            "prompted_by_id": data.get("prompted_by"),
            "new_due_on": new_due.last if new_due else None,
            "new_due_precision": new_due.precision if new_due else "",
            **({"correction_note": data["correction_note"]} if "correction_note" in data else {}),
        }


class LinkForm(Dressed):
    """One source that can be followed."""

    url = forms.CharField(label=_("Adresse"), required=False, max_length=500)
    title = forms.CharField(label=_("Tittel"), required=False, max_length=300)
    publisher = forms.CharField(label=_("Utgiver"), required=False, max_length=200)
    publisher_kind = forms.ChoiceField(
        label=_("Type utgiver"), choices=PublisherKind.choices, required=False
    )

    def clean(self) -> dict[str, Any]:
        """Ask for what is missing once something has been typed."""
        data = super().clean() or {}
        if not self.is_begun():
            return data
        address = plain_address(clean(data.get("url", "")))
        try:
            URLValidator(schemes=["http", "https"])(address)
        except forms.ValidationError:
            self.add_error("url", _t("Skriv hele adressen til kilden, med https:// foran."))
        else:
            data["url"] = address
        for name in ("title", "publisher"):
            data[name] = in_a_line(data.get(name, ""))
        if not data.get("title"):
            self.add_error("title", _t("Skriv hva kilden heter."))
        if not data.get("publisher"):
            self.add_error("publisher", _t("Skriv hvem som har gitt ut kilden."))
        return data

    def is_begun(self) -> bool:
        """Say whether anything has been typed; which kind of publisher always is."""
        typed_value = self.typed_value()
        return any(typed_value[name].strip() for name in ("url", "title", "publisher"))

    def typed_value(self) -> dict[str, str]:
        """Return what was typed, as it was typed."""
        return {
            name: without_nul(str(self.data.get(self.add_prefix(name), ""))) for name in self.fields
        }


#: What people see each text as, for the page that shows them again when nothing could be saved.
LABELS = {
    name: field.label
    for form in (ReportForm, LinkForm)
    for name, field in form.base_fields.items()
    if isinstance(field, forms.CharField)
}

LinkFormSet = forms.formset_factory(
    LinkForm, extra=BLANK_LINKS, max_num=MOST_LINKS, absolute_max=MOST_LINKS + BLANK_LINKS
)


def initial_of(
    measure: Measure, draft: StatusUpdate | None, corrects: StatusUpdate | None = None
) -> dict[str, Any]:
    """Return what the form shows first: the draft, else what is to be corrected, else what stands
    about the measure. What has happened is never filled in from there: it would be told twice."""
    if draft is None and corrects is not None:
        return {
            **_repeated(corrects),
            "version": 0,
            "language": corrects.language,
            "summary": corrects.summary,
            "date": as_typed(corrects.when),
        }
    if draft is None:
        standing = measure.current_update
        if standing is None:
            return {"version": 0, "language": get_language()}
        return {"version": 0, "language": get_language(), **_repeated(standing)}
    new_due = None
    if draft.new_due_on:
        new_due = PartialDate.ending(draft.new_due_on, Precision(draft.new_due_precision))
    return {
        **_repeated(draft),
        "prompted_by": draft.prompted_by_id,
        "version": draft.version,
        "language": draft.language,
        "summary": draft.summary,
        "date": "" if _is_day_of_saving(draft) else as_typed(draft.when),
        "correction_note": draft.correction_note,
        "new_due": as_typed(new_due),
        "new_due_reason": draft.new_due_reason,
        **{name: text for name, text in draft.typed.items() if name != "links"},
    }


def _repeated(update: StatusUpdate) -> dict[str, Any]:
    names = ("status", "outlook", "next_step", "reason_kind", "reason")
    carried = update.carried_to.ref if update.carried_to else ""
    return {**{name: getattr(update, name) for name in names}, "carried_to": carried}


def _is_day_of_saving(draft: StatusUpdate) -> bool:
    saved = timezone.localdate(draft.saved_at) if draft.saved_at else None
    return not draft.replaces_id and draft.precision == Precision.DAY and draft.date == saved


def initial_links(
    measure: Measure, draft: StatusUpdate | None, corrects: StatusUpdate | None = None
) -> list[Mapping[str, str]]:
    """Return the links that the form shows first; those of what stands where it is completed, as
    a new report of it needs sources too."""
    standing = measure.current_update if measure.status == Status.COMPLETED.value else None
    source = draft or corrects or standing
    if source is None:
        return []
    names = ("url", "title", "publisher", "publisher_kind")
    found = [{name: getattr(e, name) for name in names} for e in source.evidence.filter(file="")]
    return [*found, *(source.typed.get("links", []) if draft else [])]


def links_of(comment: Comment, shown: list[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Return the links of a comment that the form does not show already."""
    names = ("url", "title", "publisher", "publisher_kind")
    known = {link["url"] for link in shown}
    links = comment.evidence.filter(file="").exclude(url__in=known)
    return [{name: getattr(e, name) for name in names} for e in links]
