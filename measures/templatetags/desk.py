"""The desk's menu, with what waits in numbers. `{% load desk %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest
from django.template import RequestContext
from django.utils import timezone

from measures.choices import UpdateState, Verb
from measures.models import Event
from measures.queries.desk import Counts, counts

register = template.Library()


@register.filter
def update_state_word(state: str) -> str:
    """Say where an update is on its way to the public."""
    return str(UpdateState(state).label)


@register.filter
def closing_reason(event: Event) -> str:
    """Return the reason that was given when reporting was closed or reopened."""
    name = "reporting_closed_reason" if event.verb == Verb.REPORTING_CLOSED else "reason"
    _before, given = event.changes.get(name, ("", ""))
    return str(given or "")


@register.inclusion_tag("desk/nav.html", takes_context=True)
def desk_nav(context: RequestContext) -> dict[str, Any]:
    """Draw the desk's menu: `{% desk_nav %}`. A fixed number of queries, see `counts`."""
    request: HttpRequest = context["request"]
    user = request.user
    return {
        "counts": counts(user, timezone.localdate()) if user.is_authenticated else Counts(0, 0, 0),
        "current": request.resolver_match.view_name if request.resolver_match else "",
        "user": request.user,
        "csrf_token": context.get("csrf_token"),
    }
