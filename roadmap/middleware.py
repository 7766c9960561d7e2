"""Language from the path, no look at cookies on open pages so that a cache needs no Vary, and words
for a method that an address does not take."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import translation

GetResponse = Callable[[HttpRequest], HttpResponse]


class PathLanguageMiddleware:
    """Speak bokmål, or the language that the path begins with (`/nn/`, `/en/`).

    Django's own LocaleMiddleware sets `Vary: Accept-Language` on pages without a prefix,
    although bokmål is what they always speak here.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # Django keeps the case of the path: /EN/ is no page, and its explanation is in "en".
        found = translation.get_language_from_path(request.path_info)
        language = found.lower() if found else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class WrongMethodMiddleware:
    """Explain a 405 that a view answers with an empty page, as Django's decorators do."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or response.content:
            return response
        page = render(request, "405.html", status=response.status_code)
        page.headers["Allow"] = response.headers["Allow"]
        return page


class ClosedByDefaultMiddleware(LoginRequiredMiddleware):
    """Ask for sign-in on every page that does not say it is open.

    Django's own asks who the visitor is first, also on open pages: that reads the session, and
    every page would vary by cookie.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Return a redirect to the sign-in page, or None to let the request pass."""
        if not getattr(view_func, "login_required", True):
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)
