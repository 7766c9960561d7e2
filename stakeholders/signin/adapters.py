"""How allauth behaves here: nobody signs up uninvited, and every word is in our three languages."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from stakeholders.signin.visitors import address_of

TOO_MANY = _("Du har prøvd for mange ganger. Vent litt, og prøv igjen.")
WRONG_CODE = _("Koden er feil. Skriv den nyeste koden fra appen, eller en kode du ikke har brukt.")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """Closed for sign-up, no flash messages, texts of our own (allauth knows no nynorsk)."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("Kontoen er stengt."),
        "email_password_mismatch": _("E-postadressen eller passordet er feil."),
        "enter_current_password": _("Skriv passordet du har i dag."),
        "incorrect_code": WRONG_CODE,
        "incorrect_password": _("Passordet er feil."),
        "invalid_or_expired_key": _("Lenken gjelder ikke lenger."),
        "invalid_login": _("E-postadressen eller passordet er feil."),
        "invalid_password_reset": _("Lenken gjelder ikke lenger."),
        "too_many_login_attempts": TOO_MANY,
        "unknown_email": _("Ingen konto har denne e-postadressen."),
        "same_as_current": _("Det nye passordet må være et annet enn det du har."),
        "rate_limited": TOO_MANY,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by invitation alone."""
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count nothing: wrong passwords are counted by django-axes, for one person from one
        place, so that nobody can lock out somebody else."""

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the address in the mail: never built from the host that was asked for."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return f"{settings.SITE_URL}{path.replace('UID-KEY', quote(key))}"

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Say nothing: each page says itself what was done."""

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the visitor's address, as the proxy in front tells it."""
        return address_of(request)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    """Keeps the secrets of authenticator apps encrypted, under a key made from SECRET_KEY."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _("Du kan ikke slå av den siste ekstra sikringen."),
        "cannot_generate_recovery_codes": _("Slå på en app eller en passnøkkel først."),
        "incorrect_code": WRONG_CODE,
    }

    def get_totp_issuer(self) -> str:
        """Return the name that the app shows."""
        return str(_("Tiltak for helsenæringen"))

    def generate_authenticator_name(self, user: Any, type: str) -> str:
        """Return what a passkey is called until the person names it."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return str(_("Passnøkkel %(number)s") % {"number": count + 1})

    def _cipher(self) -> Fernet:
        digest = hashlib.sha256(f"second factor {settings.SECRET_KEY}".encode()).digest()
        return Fernet(base64.urlsafe_b64encode(digest))

    def encrypt(self, text: str) -> str:
        """Return what is stored in the database instead of a secret."""
        return self._cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret. Raises fernet.InvalidToken when SECRET_KEY was changed."""
        return self._cipher().decrypt(encrypted_text.encode()).decode()


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # as above
    """The ministries' own sign-in: only for people whose `sub` is tied to an account here."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """An unknown `sub` opens nothing, whatever address the provider tells."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Check that the answer is to our own question (`nonce`), and that the person signed in as
        strongly as we asked (`acr`). Raises PermissionDenied."""
        claims = sociallogin.account.extra_data
        nonce = (sociallogin.state or {}).get("nonce")
        if not nonce or claims.get("nonce") != nonce:
            raise PermissionDenied("The provider answered another question (nonce)")
        demanded = settings.OIDC_ACR_VALUES
        if demanded and claims.get("acr") not in demanded:
            raise PermissionDenied("The sign-in was not as strong as we asked for (acr)")
