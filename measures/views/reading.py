"""Pages that can only be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def read_only(view: View) -> View:
    """Answer only GET and HEAD, and 405 to everything else.

    Whoever sends something to such a page is told that it takes nothing, rather than that a token
    is missing: nothing can be forged where nothing is done. The view never sees the request.
    """
    return csrf_exempt(require_safe(view))
