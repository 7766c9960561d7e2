"""What came of rounds, in words. `{% load rounds %}`."""

from __future__ import annotations

import datetime

from django import template
from django.utils import timezone

from measures.choices import Answer

register = template.Library()


@register.filter
def answer_word(answer: str) -> str:
    """Say what was answered."""
    return str(Answer(answer).label)


@register.filter
def norwegian_day(moment: datetime.datetime) -> datetime.date:
    """Return the Norwegian day of a moment."""
    return timezone.localdate(moment)
