"""Language from the path, never from a header, so that a cache needs no Vary."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
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
        language = translation.get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response
