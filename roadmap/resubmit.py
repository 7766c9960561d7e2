"""Nothing that somebody typed is lost: whatever stops a form, the answer shows all of it again.

A view that takes long texts says so with `@keeps_typed` (`measures.views.kept`). When a POST to it
is stopped by a session that has ended, a form that is too old or an error on our side, the answer
is a page with everything that was typed and a button to send it again. Files cannot be shown
again; the page says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url

GetResponse = Callable[[HttpRequest], HttpResponse]

#: Names that a form carries for the site itself; a new page gives its own.
OURS = ("csrfmiddlewaretoken",)


class Typed(NamedTuple):
    """One thing that was typed; `label` is empty for what people do not see in the form."""

    name: str
    value: str
    label: str
    is_long: bool


class KeepTypedMiddleware:
    """Answer a stopped POST to a marked view with everything typed. Scripts, which ask for JSON,
    still have it on the page and get the plain answer.

    It stands inside the CSRF check, whose refusal passes here and whose cookie is set after.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        labels = kept_labels(request)
        if labels is None or request.method != "POST" or not is_from_here(request):
            return response
        trouble = what_stopped(response)
        if not trouble or not request.accepts("text/html"):
            return response
        context = {
            "trouble": trouble,
            "fields": list(fields(request, labels)),
            "had_files": bool(request.FILES),
            "login_url": resolve_url(settings.LOGIN_URL),
        }
        status = 403 if trouble in ("session", "form") else 503
        return render(request, "resubmit.html", context, status=status)


def kept_labels(request: HttpRequest) -> Mapping[str, Any] | None:
    """Return the labels of the view that the request is for, None when it is not marked."""
    match = request.resolver_match
    return getattr(match.func, "kept_labels", None) if match else None


def is_from_here(request: HttpRequest) -> bool:
    """Say whether the form stood on our own page: what another site sent is not shown as if the
    person had typed it."""
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.get_host()


def what_stopped(response: HttpResponse) -> str:
    """Return "session", "form" or "error" for an answer that means the text was not taken; nothing
    for one whose page `tells_why`, and shows itself what was typed."""
    if response.status_code == 302:
        path = urlsplit(response.headers["Location"]).path
        return "session" if path == urlsplit(resolve_url(settings.LOGIN_URL)).path else ""
    if response.status_code == 403:
        return "" if getattr(response, "tells_why", False) else "form"
    return "error" if response.status_code >= 500 else ""


def fields(request: HttpRequest, labels: Mapping[str, Any]) -> Iterator[Typed]:
    """Yield everything typed, in the order it came; nothing twice, nothing left out."""
    for name, values in request.POST.lists():
        if name in OURS:
            continue
        label = labels.get(name) or labels.get(name.rsplit("-", 1)[-1], "")
        for value in values:
            is_long = len(value) > 80 or "\n" in value
            yield Typed(name, str(value), str(label) if value else "", is_long)
