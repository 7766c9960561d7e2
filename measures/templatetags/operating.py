"""How long something took, or has waited. `{% load operating %}`."""

from __future__ import annotations

import datetime

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

register = template.Library()

MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60
#: From twice the unit on, the smaller one says more than anybody needs.
ENOUGH = 2


@register.filter
def duration(length: datetime.timedelta) -> str:
    """Say how long, in the largest unit of which there are at least two."""
    seconds = int(length.total_seconds())
    if seconds < 1:
        return _("under ett sekund")
    if seconds < ENOUGH * MINUTE:
        return ngettext("ett sekund", "%(n)s sekunder", seconds) % {"n": seconds}
    if seconds < ENOUGH * HOUR:
        return _("%(n)s minutter") % {"n": seconds // MINUTE}
    if seconds < ENOUGH * DAY:
        return _("%(n)s timer") % {"n": seconds // HOUR}
    return _("%(n)s dager") % {"n": seconds // DAY}


@register.filter
def since(moment: datetime.datetime, now: datetime.datetime) -> str:
    """Say how long ago a moment was."""
    return duration(now - moment)
