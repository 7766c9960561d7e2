"""Dates in sentences: marked up for machines, and counted in days. `{% load dates %}`."""

from __future__ import annotations

import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from measures.dates import PartialDate, when

register = template.Library()


@register.filter
def as_time(date: PartialDate | datetime.date | None) -> SafeString | str:
    """Return a `<time>` element for a date or a partial date; nothing gives an empty text."""
    if not date:
        return ""
    return format_html('<time datetime="{}">{}</time>', str(date), when(date))


@register.filter
def days_since(date: datetime.date, today: datetime.date) -> int:
    """Return how many days have gone from `date` to `today`; negative when it lies ahead."""
    return (today - date).days


@register.filter
def days_until(date: datetime.date, today: datetime.date) -> int:
    """Return how many days are left from `today` to `date`; negative when it has passed."""
    return (date - today).days


@register.filter
def signed(number: int) -> str:
    """Write a number with its sign: +9, −3. Zero has none."""
    return f"+{number}" if number > 0 else f"\N{MINUS SIGN}{-number}" if number else "0"


@register.filter
def size(number: int) -> int:
    """Return a number without its sign, to choose between one and several."""
    return abs(number)
