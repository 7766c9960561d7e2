"""How the register writes dates and numbers. `{% load register %}`."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils import formats

from measures.choices import Outlook, PublisherKind, Schedule, state_word
from measures.dates import when

register = template.Library()

register.filter("when", when)
register.filter("state_word", state_word)


@register.filter
def outlook_word(outlook: str) -> str:
    """Say an outlook in words."""
    return str(Outlook(outlook).label)


@register.filter
def schedule_word(schedule: str) -> str:
    """Say in words how the deadline stands."""
    return str(Schedule(schedule).label)


@register.filter
def publisher_word(kind: str) -> str:
    """Say in words what kind of publisher it is."""
    return str(PublisherKind(kind).label)


@register.filter
def number(value: int | float | Decimal | None) -> str:
    """Write a number with the language's decimal sign and thousands groups, no needless zeros."""
    if value is None:
        return ""
    places: int | None = None if isinstance(value, int) else 1
    if isinstance(value, float):
        value = round(value, 1)  # Django's number_format cuts digits off, it does not round
    if isinstance(value, Decimal):
        value = value.normalize()
        places = max(0, -int(value.as_tuple().exponent))
    return str(formats.number_format(value, places, use_l10n=True, force_grouping=True))
