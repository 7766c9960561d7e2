"""Setting up a second factor is proof of having it: the person is not asked again at once."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.http import HttpResponse


class ActivateApp(ActivateTOTPView):  # type: ignore[misc]  # allauth has no types
    """Turn on codes from an app, with a code from it."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        mine = Authenticator.objects.filter(user=self.request.user)
        post_authentication(self.request, mine.get(type=Authenticator.Type.TOTP), True)
        return response


class AddPasskey(AddWebAuthnView):  # type: ignore[misc]  # as above
    """Add a passkey, with an answer from it."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        mine = Authenticator.objects.filter(user=self.request.user)
        newest = mine.filter(type=Authenticator.Type.WEBAUTHN).latest("pk")
        post_authentication(self.request, newest, True)
        return response


activate_app = ActivateApp.as_view()
add_passkey = AddPasskey.as_view()
