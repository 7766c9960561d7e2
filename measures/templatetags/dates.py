"""Dates in sentences: as exactly as they are known, and counted in days."""

from __future__ import annotations

import datetime

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from measures.choices import Precision
from measures.dates import PartialDate

register = template.Library()


def in_words(date: PartialDate) -> str:
    """Return "2024", "mai 2024" or "17. mai 2024" in the language of the page."""
    if date.precision == Precision.YEAR:
        return str(date.first.year)
    form = "YEAR_MONTH_FORMAT" if date.precision == Precision.MONTH else "DATE_FORMAT"
    return date_format(date.first, form)


@register.filter
def as_time(value: PartialDate | datetime.date | None) -> SafeString | str:
    """Return a `<time>` element for a date or a partial date; nothing gives an empty text."""
    if value is None or value == "":
        return ""
    if isinstance(value, datetime.date):
        value = PartialDate(value, Precision.DAY)
    return format_html('<time datetime="{}">{}</time>', str(value), in_words(value))


@register.filter
def days_since(date: datetime.date, today: datetime.date) -> int:
    """Return how many days have gone from `date` to `today`; negative when it lies ahead."""
    return (today - date).days


@register.filter
def days_until(date: datetime.date, today: datetime.date) -> int:
    """Return how many days are left from `today` to `date`; negative when it has passed."""
    return (date - today).days
