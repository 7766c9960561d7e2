"""Following by e-mail: the address, what, how often."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from measures.choices import Frequency, Language, Weekday
from measures.forms.fields import Dressed
from measures.models import Recipient
from measures.models.following import USUAL_HOUR

HOURS = [(hour, f"{hour:02d}.00") for hour in range(24)]
#: What every mail server takes before the @: no quotation marks, spaces or other alphabets.
PLAIN = RegexValidator(r"^[\x21\x23-\x3f\x41-\x7e]+@[^@]+\Z", code="invalid")


class RhythmForm(Dressed):
    """How often, when and in which language mail is wanted."""

    frequency = forms.ChoiceField(
        label=_("Hvor ofte?"),
        choices=Frequency.choices,
        initial=Frequency.WEEKLY,
        widget=forms.RadioSelect,
        error_messages={"required": _("Velg hvor ofte.")},
    )
    weekday = forms.TypedChoiceField(
        label=_("Hvilken dag?"),
        help_text=_("Velger du «Hver måned», kommer e-posten den første slike dagen i måneden."),
        choices=Weekday.choices,
        coerce=int,
        initial=Weekday.MONDAY,
    )
    hour = forms.TypedChoiceField(
        label=_("Hvilket klokkeslett?"), choices=HOURS, coerce=int, initial=USUAL_HOUR
    )
    language = forms.ChoiceField(label=_("Hvilket språk?"), choices=Language.choices)

    RHYTHM: ClassVar = ("frequency", "weekday", "hour", "language")

    def __init__(self, *args: Any, recipient: Recipient | None = None, **kwargs: Any) -> None:
        if recipient is not None:
            kwargs["initial"] = {
                **{name: getattr(recipient, name) for name in self.RHYTHM},
                **kwargs.get("initial", {}),
            }
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = get_language()

    @property
    def rhythm(self) -> dict[str, Any]:
        """What was chosen; call `is_valid` first."""
        return {name: self.cleaned_data[name] for name in self.RHYTHM}


class FollowForm(RhythmForm):
    """Somebody wants to follow. What it is about stands in hidden fields with the names that the
    addresses of the site use; nothing in them is everything."""

    email = forms.EmailField(
        label=_("Din e-postadresse"),
        help_text=_("Vi sender en lenke dit. Du får ikke mer før du har trykket på den."),
        max_length=254,
        error_messages={
            "required": _("Skriv e-postadressen din."),
            "invalid": _("Skriv en e-postadresse, for eksempel navn@firma.no."),
        },
        validators=[PLAIN],
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    tiltak = forms.CharField(required=False, widget=forms.HiddenInput, max_length=40)
    dokument = forms.CharField(required=False, widget=forms.HiddenInput, max_length=80)
    aktor = forms.CharField(required=False, widget=forms.HiddenInput, max_length=80)
    utvalg = forms.CharField(required=False, widget=forms.HiddenInput, max_length=4000)

    field_order = ("email",)


class OrganisationMailboxForm(RhythmForm):
    """The inbox of an organisation; without an address it gets no mail."""

    email = forms.EmailField(
        label=_("Aktørens e-postadresse"),
        help_text=_("For eksempel postmottaket. La feltet stå tomt for å slutte å sende."),
        required=False,
        max_length=254,
        validators=[PLAIN],
        error_messages={"invalid": _("Skriv en e-postadresse, for eksempel post@dep.no.")},
    )
    field_order = ("email",)
