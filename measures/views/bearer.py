"""Addresses that are not for people: programs show a token that the site was given."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.utils.crypto import constant_time_compare


def require_token(request: HttpRequest, token: str) -> None:
    """Let the request pass when it bears the token (RFC 6750, 2.1). Raises Http404 when it does
    not, and always when no token is configured: whoever guesses learns nothing."""
    scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
    is_bearer = scheme.lower() == "bearer"
    if not token or not is_bearer or not constant_time_compare(given.strip(), token):
        raise Http404
