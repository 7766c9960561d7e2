"""What gunicorn serves for a measurement: the site as it is, and beside it two bare views.

    /benchmark/bare      a Django view in the same process, without any middleware
    /benchmark/framed    the same view behind all of the site's middleware

The first is what every page is compared with. The second tells what of a page's cost is the
middleware's (security headers, compression, session, sign-in), and not the page's own.

Neither touches the settings or the addresses of the site, and the site itself has neither.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings
from django.urls import path

from roadmap.wsgi import application as site

BARE, FRAMED = "/benchmark/bare", "/benchmark/framed"
#: Long enough that compression would be worth its while; every page is.
BODY = b"The quick site answers the patient visitor.\n" * 20


@login_not_required
def bare(request: HttpRequest) -> HttpResponse:
    """Answer with a fixed small text, and ask no database."""
    # Without middleware nobody else tells how long it is.
    headers = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(BODY))}
    return HttpResponse(BODY, headers=headers)


urlpatterns = [path(BARE[1:], bare), path(FRAMED[1:], bare)]


class BareRequest(WSGIRequest):
    """A request that looks its view up here, and not among the site's addresses."""

    urlconf = __name__


class BareHandler(WSGIHandler):
    """Django, with the addresses of this module."""

    request_class = BareRequest


with override_settings(MIDDLEWARE=[]):
    without_middleware = BareHandler()
handlers = {BARE: without_middleware, FRAMED: BareHandler()}


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer one request, as WSGI asks."""
    return handlers.get(environ["PATH_INFO"], site)(environ, start_response)
