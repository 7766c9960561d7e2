"""Nobody with a strong role gets to the desk without a second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from stakeholders.models import User
from stakeholders.signin.second_factor import has_second_factor, needs_second_factor

#: What one needs to get there: setting up a second factor, signing out, one's own account.
OPEN = ("account_", "mfa_", "usersessions_", "socialaccount_", "ministry_")


class SecondFactorMiddleware:
    """Send people whose roles ask for a second factor to set one up, before anything else.

    Pages that are open to everybody are not touched: they must not read the session.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Return a redirect, or None to let the request pass."""
        if not settings.SECOND_FACTOR_REQUIRED or not getattr(view, "login_required", True):
            return None
        match = request.resolver_match
        if match and (match.url_name or "").startswith(OPEN):
            return None
        user = request.user
        if not user.is_authenticated or has_second_factor(request):
            return None
        return redirect(way_to_prove(user, request)) if needs_second_factor(user) else None


def way_to_prove(user: User, request: HttpRequest) -> str:
    """Return where the person proves the second factor, or sets one up when there is none."""
    kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    if not kinds:
        return reverse("mfa_index")
    has_codes = kinds - {Authenticator.Type.WEBAUTHN}
    name = "mfa_reauthenticate" if has_codes else "mfa_reauthenticate_webauthn"
    return f"{reverse(name)}?{urlencode({'next': request.get_full_path()})}"
