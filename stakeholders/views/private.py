"""Pages that are one person's: no cache keeps them, and where the address itself is a key, it is
told to nobody."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control

View = Callable[..., HttpResponse]

private = cache_control(no_store=True, private=True)


def opened_by_key(view: View) -> View:
    """Mark a view whose address is a key, from a mail: it goes to no cache and to no other site."""

    @private
    @wraps(view)
    def opened(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        response = view(request, *arguments, **named)
        # Not "no-referrer", with which browsers send "Origin: null" along with a form, and the CSRF
        # check refuses it.
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    return opened
