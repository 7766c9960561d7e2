"""Checks on what is written about an organisation."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)

#: The largest key of a row has 19 digits.
MOST_DIGITS = 19

#: What Django says of passwords, which is not in our three languages.
WEAK = {
    "password_too_short": gettext_lazy("Passordet må ha minst 12 tegn."),
    "password_too_similar": gettext_lazy("Passordet likner for mye på noe som er kjent om deg."),
    "password_too_common": gettext_lazy(
        "Passordet er for vanlig: Det står på lister som prøves først."
    ),
}


def validate_organisation_number(number: str) -> None:
    """Accept a Norwegian organisation number: nine digits whose last one is the mod-11 check digit.

    The rule is Brønnøysundregistrene's: weights 3 2 7 6 5 4 3 2 over the first eight digits.
    Raises ValidationError.
    """
    if not (number.isascii() and number.isdigit() and len(number) == 9):
        raise ValidationError(_("Et organisasjonsnummer har ni sifre."))
    remainder = sum(int(d) * w for d, w in zip(number[:8], WEIGHTS, strict=True)) % 11
    if (11 - remainder) % 11 != int(number[8]):
        raise ValidationError(_("Organisasjonsnummeret har feil kontrollsiffer."))


def number_in(text: str) -> int | None:
    """Return the number that the key of a row or a version is written with. None for anything else,
    also for digits of other scripts and for what no database takes."""
    is_number = text.isascii() and text.isdigit() and len(text) < MOST_DIGITS
    return int(text) if is_number else None


def in_our_words(error: ValidationError) -> tuple[Any, Any]:
    """Return the message and parameters of an error about a password, ours where we have one."""
    code = error.code or ""
    return (WEAK[code], None) if code in WEAK else (error.message, error.params)
