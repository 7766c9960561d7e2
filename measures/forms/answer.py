"""The answer from a mail: three choices, and only what the chosen one needs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from measures.choices import ENDED, MailAnswer, Status
from measures.dates import PartialDate
from measures.forms.fields import Dressed, LongText, date_examples, read_date
from measures.models import Measure
from measures.texts import clean, in_a_line, plain_address

#: The others need more than a line: which measure carries the work on, or why it was given up.
OFFERED = (Status.NOT_STARTED, Status.IN_PROGRESS, Status.COMPLETED)
LINE = 300
#: What each answer asks for. A new deadline asks for the status too, where nothing stands.
ASKS: dict[str, tuple[str, ...]] = {
    MailAnswer.UNCHANGED: (),
    MailAnswer.CHANGED: ("status", "summary", "url", "link_title"),
    MailAnswer.DEADLINE: ("status", "new_due", "new_due_reason"),
}
#: What is missing when a field that the answer asks for is empty.
MISSING = {
    "status": _("Velg hva status er nå."),
    "summary": _("Skriv hva som har skjedd."),
    "new_due": _("Skriv den nye fristen."),
    "new_due_reason": _("Skriv hvorfor fristen blir satt."),
}
TOO_LONG = {"max_length": _("Teksten er for lang. Skriv høyst %(limit_value)d tegn.")}


class AnswerForm(Dressed):
    """One answer about one measure. What is typed for another answer than the chosen one is kept
    on the page, and neither read nor complained about."""

    answer = forms.ChoiceField(
        label=_("Velg svar"),
        choices=MailAnswer.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Velg et svar."), "invalid_choice": _("Velg et svar.")},
    )
    status = forms.ChoiceField(
        label=_("Hva er status nå?"),
        choices=[(status.value, status.label) for status in OFFERED],
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": MISSING["status"]},
    )
    summary = LongText(
        label=_("Hva har skjedd?"),
        help_text=_("En setning eller to, høyst 300 tegn. Teksten blir offentlig."),
        required=False,
        max_length=LINE,
        error_messages=TOO_LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    url = forms.CharField(
        label=_("Lenke til dokumentasjon"),
        help_text=_("En offentlig side som viser det. Trengs når tiltaket er gjennomført."),
        required=False,
        max_length=500,
        error_messages=TOO_LONG,
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    link_title = LongText(
        label=_("Hva heter kilden?"),
        help_text=_("La feltet stå tomt, så viser vi navnet på nettstedet."),
        required=False,
        max_length=LINE,
        error_messages=TOO_LONG,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    new_due = forms.CharField(
        label=_("Ny frist"), required=False, max_length=40, error_messages=TOO_LONG
    )
    new_due_reason = LongText(
        label=_("Hvorfor blir fristen satt?"),
        help_text=_("Høyst 300 tegn. Teksten blir offentlig."),
        required=False,
        max_length=LINE,
        error_messages=TOO_LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, measure: Measure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        #: Whether anything stands about the measure: else there is nothing to confirm or repeat.
        self.stands = bool(measure.status)
        self.ends = measure.status in ENDED
        field: Any = self.fields["answer"]
        field.choices = [(a.value, a.label) for a in MailAnswer if self._is_offered(a)]
        due = self.fields["new_due"]
        due.help_text = _t("For eksempel %(examples)s.") % {"examples": date_examples()}
        due.widget.attrs |= {"class": "ds-input is-date", "autocomplete": "off"}

    def _is_offered(self, answer: MailAnswer) -> bool:
        if answer == MailAnswer.UNCHANGED:
            return self.stands
        return answer != MailAnswer.DEADLINE or not self.ends

    def asked(self) -> tuple[str, ...]:
        """Return the fields that the chosen answer asks for."""
        answer = self.cleaned_data.get("answer", "")
        names = ASKS.get(answer, ())
        if answer == MailAnswer.DEADLINE and self.stands:
            return names[1:]
        return names

    def clean_summary(self) -> str:
        """Return the text as one line."""
        return in_a_line(self.cleaned_data["summary"])

    def clean_link_title(self) -> str:
        """Return the name as one line."""
        return in_a_line(self.cleaned_data["link_title"])

    def clean_new_due_reason(self) -> str:
        """Return the reason as one line."""
        return in_a_line(self.cleaned_data["new_due_reason"])

    def clean_new_due(self) -> PartialDate | None:
        """Return the new deadline."""
        return read_date(self.cleaned_data["new_due"])

    def clean_url(self) -> str:
        """Return the whole address of the source; on a phone nobody types https://."""
        text = clean(self.cleaned_data["url"])
        if not text:
            return ""
        address = plain_address(text if "://" in text else f"https://{text}")
        try:
            URLValidator(schemes=["http", "https"])(address)
        except forms.ValidationError:
            raise forms.ValidationError(
                _t("Skriv hele adressen til kilden, med https:// foran.")
            ) from None
        return address

    def clean(self) -> dict[str, Any]:
        """Ask for what the chosen answer needs, and let everything else be as it is."""
        data = super().clean() or {}
        asked = ("answer", *self.asked())
        for name in self.errors.keys() - set(asked):
            del self.errors[name]
        for name in asked:
            if name in MISSING and name not in self.errors and not data.get(name):
                self.add_error(name, str(MISSING[name]))
        if data.get("link_title") and "url" in asked and "url" in data and not data["url"]:
            self.add_error("url", _t("Skriv adressen til kilden."))
        return {name: value for name, value in data.items() if name in asked}

    def tell(self, name: str, message: str) -> None:
        """Put what a rule of the report says beside the field it is about, or the nearest that the
        person sees."""
        asked = self.asked()
        near = "url" if name == "evidence" else name
        if near not in asked:
            near = next((one for one in ("status", "new_due_reason") if one in asked), "answer")
        self.add_error(near, message)

    def typed_texts(self) -> list[tuple[str, str]]:
        """Return everything that was typed, with its label, to be read where it cannot be sent."""
        names = [name for name, field in self.fields.items() if isinstance(field, forms.CharField)]
        typed = ((name, str(self.data.get(name, "")).strip()) for name in names)
        return [(str(self.fields[name].label), text) for name, text in typed if text]


#: What people see each text as, for the page that shows them again when nothing could be sent.
LABELS = {
    name: field.label
    for name, field in AnswerForm.base_fields.items()
    if isinstance(field, forms.CharField)
}
