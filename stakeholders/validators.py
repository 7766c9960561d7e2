"""Checks on what is written about an organisation."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)


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
