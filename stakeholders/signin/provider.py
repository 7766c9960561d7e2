"""The ministries' own sign-in through OpenID Connect (Ansattporten, ID-porten, Entra ID).

allauth finds the provider by the name of this module. What it does more than allauth's own:
PKCE is always on (settings), a `nonce` goes with every question, the signature of the id_token is
always verified, `acr` is demanded and checked, people are known by `sub` alone, and of what the
provider tells nothing but `sub`, `iss`, `acr` and `nonce` is kept: never a national identity number
(ID-porten sends one as `pid`). Tokens are not stored (SOCIALACCOUNT_STORE_TOKENS).
"""

from __future__ import annotations

import logging
import secrets
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from requests import RequestException

logger = logging.getLogger(__name__)
#: What is kept of the id_token.
KEPT = ("sub", "iss", "acr", "nonce")


class MinistryAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth has no types
    """Speaks with the provider."""

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any
    ) -> Any:
        """Return the sign-in that the id_token tells of. Raises OAuth2Error when there is none, or
        when it is not one for us."""
        id_token = kwargs["response"].get("id_token")
        if not id_token:
            raise OAuth2Error("The provider sent no id_token")
        try:
            claims = jwtkit.verify_and_decode(
                credential=id_token,
                keys_url=self.openid_config["jwks_uri"],
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
            )
        except (KeyError, TypeError, ValueError) as error:  # a token that names no key of theirs
            raise OAuth2Error("The id_token is not one of the provider's") from error
        if not claims.get("sub"):
            raise OAuth2Error("The id_token names nobody (sub)")
        return self.get_provider().sociallogin_from_response(request, claims)

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Return the one address that is registered with the provider, without a language."""
        return f"{settings.SITE_URL}{CALLBACK_PATH}"


class MinistryProvider(OpenIDConnectProvider):  # type: ignore[misc]  # allauth has no types
    """A provider that is asked with a nonce, and known people by their `sub`."""

    id = "ministry"
    oauth2_adapter_class = MinistryAdapter

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        """Return where signing in with this provider begins."""
        query = f"?{urlencode(kwargs)}" if kwargs else ""
        return reverse("ministry_login") + query

    def redirect(
        self,
        request: HttpRequest,
        process: str,
        next_url: str | None = None,
        data: Any = None,
        **kwargs: Any,
    ) -> HttpResponse:
        """Send the person to the provider. What is asked for cannot be chosen in the address."""
        nonce = secrets.token_urlsafe(24)
        asked = {"nonce": nonce}
        if settings.OIDC_ACR_VALUES:
            asked["acr_values"] = " ".join(settings.OIDC_ACR_VALUES)
        kwargs |= {"auth_params": asked, "scope": ["openid"], "nonce": nonce}
        return super().redirect(request, process, next_url, data, **kwargs)  # type: ignore[no-any-return]

    def extract_uid(self, data: dict[str, Any]) -> str:
        """Return whom it is: `sub`."""
        return str(data["sub"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return what is kept."""
        return {name: data[name] for name in KEPT if name in data}

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """Take no name or address from the provider: they are the invitation's."""
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        """Take no address: nobody gets an account by owning one elsewhere."""
        return []


#: Registered with the provider, so it never changes.
CALLBACK_PATH = "/konto/departement/svar/"
provider_classes = [MinistryProvider]


def adapter(request: HttpRequest) -> MinistryAdapter:
    return MinistryAdapter(request, MinistryProvider.id)


@login_not_required
def ministry_login(request: HttpRequest) -> HttpResponse:
    """Send the person to the ministries' own sign-in (POST; a GET asks first), if there is one."""
    return answer(OAuth2LoginView, request)


@login_not_required
def ministry_callback(request: HttpRequest) -> HttpResponse:
    """Take the answer of the ministries' own sign-in, if there is one."""
    return answer(OAuth2CallbackView, request)


def answer(view: Any, request: HttpRequest) -> HttpResponse:
    """Let allauth's view answer; where no provider is configured there is no such page, and one
    that does not answer is told of."""
    try:
        return view.adapter_view(adapter)(request)  # type: ignore[no-any-return]
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except RequestException:
        logger.exception("The ministries' sign-in does not answer")
        page = "socialaccount/authentication_error.html"
        return render(request, page, status=HTTPStatus.BAD_GATEWAY)
