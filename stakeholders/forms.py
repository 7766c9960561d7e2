"""What is typed about people: an invitation, a role, and what a new person says of oneself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from stakeholders.choices import Role
from stakeholders.models import Organisation, User
from stakeholders.validators import in_our_words

MISSING = _("Feltet må fylles ut.")
#: What somebody with the role may do, for the person who gives it.
ROLE_NOTES = {
    Role.REPORTER: _("Skriver om status for tiltakene som organisasjonen svarer for."),
    Role.APPROVER: _("Publiserer det en kollega har skrevet, aldri sin egen tekst."),
    Role.VOICE: _("Taler for organisasjonen når den gir innspill."),
    Role.STEWARD: _("Fører registeret, og slipper folk inn i alle organisasjoner."),
    Role.ADMINISTRATOR: _("Slipper folk i organisasjonen inn og ut. Kan ikke skrive om tiltak."),
}
#: Languages by their own names.
LANGUAGES = (("nb", "Bokmål"), ("nn", "Nynorsk"), ("en", "English"))


class PeopleForm(forms.Form):
    """A form whose fields wear Designsystemet's classes; all of them must be filled in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        for field in self.fields.values():
            field.widget.attrs.setdefault("class", "ds-input")
            field.error_messages["required"] = MISSING

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Pairs of a field's id and a message, for the summary on top of the page."""
        return [
            (bound.auto_id, str(message))
            for bound in self
            for message in self.errors.get(bound.name, ())
        ]


class InviteForm(PeopleForm):
    """An invitation; `roles` are those that may be given."""

    email = forms.EmailField(
        label=_("E-postadresse"),
        max_length=254,
        error_messages={"invalid": _("Skriv en e-postadresse, for eksempel navn@example.no.")},
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    roles = forms.MultipleChoiceField(
        label=_("Roller"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("Du kan ikke gi denne rollen.")},
    )
    language = forms.ChoiceField(
        label=_("Språk i invitasjonen"), choices=LANGUAGES, initial="nb", widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, roles: Iterable[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered: Any = self.fields["roles"]
        offered.choices = [(role.value, role.label) for role in roles]
        offered.error_messages["required"] = _("Velg minst én rolle.")

    @property
    def role_notes(self) -> dict[str, Any]:
        """What each role may do, by its value."""
        return {role.value: note for role, note in ROLE_NOTES.items()}

    def chosen(self) -> list[Role]:
        """Return the roles of a valid form."""
        return [Role(role) for role in self.cleaned_data["roles"]]


class GrantForm(PeopleForm):
    """One more role, in one of the organisations; `offers` are what may be given where."""

    role = forms.ChoiceField(
        label=_("Rolle"),
        widget=forms.Select,
        error_messages={"invalid_choice": _("Du kan ikke gi denne rollen.")},
    )

    def __init__(
        self, *args: Any, offers: Iterable[tuple[Organisation, Role]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.offers = {f"{where.key}:{role.value}": (where, role) for where, role in offers}
        shown: Any = self.fields["role"]
        shown.choices = [
            (value, f"{role.label}, {where.name}") for value, (where, role) in self.offers.items()
        ]

    def chosen(self) -> tuple[Organisation, Role]:
        """Return what a valid form gives."""
        return self.offers[self.cleaned_data["role"]]


class NewPersonForm(PeopleForm):
    """What somebody without an account says when accepting an invitation to `email`."""

    name = forms.CharField(
        label=_("Fullt navn"),
        max_length=200,
        help_text=_("Vises for kolleger og i historikken over det du gjør."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Velg et passord"),
        max_length=200,
        strip=False,
        help_text=_("Minst 12 tegn. En setning er lett å huske."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_name(self) -> str:
        """Put the name on one line."""
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_password(self) -> str:
        """Check the password as for everybody (AUTH_PASSWORD_VALIDATORS)."""
        password = str(self.cleaned_data["password"])
        person = User(email=self.email, name=self.cleaned_data.get("name", ""))
        try:
            validate_password(password, person)
        except ValidationError as error:
            raise ValidationError([in_our_words(one)[0] for one in error.error_list]) from error
        return password
