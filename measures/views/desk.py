"""The desk: what waits for the person who has signed in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

#: Desk pages are one person's: no cache keeps them.
private = cache_control(no_store=True, private=True)


@require_safe
@private
def desk(request: HttpRequest) -> HttpResponse:
    """Show what waits for the person."""
    return render(request, "measures/desk.html", {})
