"""allauth's forms with our words: it knows no nynorsk, and its bokmål is not ours."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.utils.translation import gettext_lazy as _

from stakeholders.validators import in_our_words

PASSWORD = _("Passord")
CODE = _("Kode")
NEW_PASSWORD = _("Nytt passord")
AGAIN = _("Nytt passord en gang til")
KEY_NAME = _("Navn på nøkkelen")


BAD_ADDRESS = _("Skriv en e-postadresse, for eksempel navn@example.no.")


class OurWords(forms.Form):
    """Gives fields the labels in `words`, our error for an empty one, and no placeholders."""

    words: dict[str, Any] = {}
    hints: dict[str, Any] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.label = self.words.get(name, field.label)
            field.help_text = self.hints.get(name, "")
            field.widget.attrs.pop("placeholder", None)
            field.widget.attrs["class"] = "ds-input"
            field.error_messages |= {
                "required": _("Feltet må fylles ut."),
                "invalid": BAD_ADDRESS
                if isinstance(field, forms.EmailField)
                else _("Skriv en gyldig verdi."),
            }

    def problems(self) -> list[tuple[str, str]]:
        """Return every message with the id of its field; what is wrong with the whole form, with
        that of the first field."""
        fields = self.visible_fields()
        whole = fields[0].id_for_label if fields else ""
        found = [(whole, str(message)) for message in self.non_field_errors()]
        return found + [(f.id_for_label, str(message)) for f in fields for message in f.errors]

    def add_error(self, field: str | None, error: Any) -> None:
        """Say in our words what is wrong with a password."""
        for one in getattr(error, "error_list", []):
            one.message, one.params = in_our_words(one)
        super().add_error(field, error)

    def clean(self) -> dict[str, Any]:
        """Say in our words that two passwords differ, which allauth says in its own."""
        cleaned: dict[str, Any] = super().clean() or {}
        first, second = self.data.get("password1"), self.data.get("password2")
        if "password2" in self.fields and first and second and first != second:
            self.errors.pop("password2", None)
            self.add_error("password2", _("De to passordene er ikke like."))
        return cleaned


class LoginForm(OurWords, account.LoginForm):  # type: ignore[misc]  # allauth has no types
    words = {"login": _("E-postadresse"), "password": PASSWORD}


class ReauthenticateForm(OurWords, account.ReauthenticateForm):  # type: ignore[misc]
    words = {"password": PASSWORD}


class ChangePasswordForm(OurWords, account.ChangePasswordForm):  # type: ignore[misc]
    words = {
        "oldpassword": _("Passordet du har i dag"),
        "password1": NEW_PASSWORD,
        "password2": AGAIN,
    }
    hints = {"password1": _("Minst 12 tegn. En setning er lett å huske.")}


class SetPasswordForm(OurWords, account.SetPasswordForm):  # type: ignore[misc]
    words = ChangePasswordForm.words
    hints = ChangePasswordForm.hints


class ResetPasswordKeyForm(OurWords, account.ResetPasswordKeyForm):  # type: ignore[misc]
    words = ChangePasswordForm.words
    hints = ChangePasswordForm.hints


class ResetPasswordForm(OurWords, account.ResetPasswordForm):  # type: ignore[misc]
    words = {"email": _("E-postadresse")}


class AuthenticateForm(OurWords, mfa.AuthenticateForm):  # type: ignore[misc]
    words = {"code": CODE}


class ReauthenticateCodeForm(OurWords, mfa.ReauthenticateForm):  # type: ignore[misc]
    words = {"code": CODE}


class ActivateTOTPForm(OurWords, totp.ActivateTOTPForm):  # type: ignore[misc]
    words = {"code": _("Kode fra appen")}


class AddWebAuthnForm(OurWords, webauthn.AddWebAuthnForm):  # type: ignore[misc]
    words = {"name": KEY_NAME, "passwordless": _("Logg inn uten passord med denne")}
    hints = {"passwordless": _("Krever at enheten spør om fingeravtrykk, ansikt eller PIN-kode.")}


class EditWebAuthnForm(OurWords, webauthn.EditWebAuthnForm):  # type: ignore[misc]
    words = {"name": KEY_NAME}
