"""What every template may ask for."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the site's own address and, when set, whom to write to and the name of the ministries'
    own sign-in."""
    return {
        "site_url": settings.SITE_URL,
        "contact_email": settings.CONTACT_EMAIL,
        "ministry": settings.OIDC_NAME if settings.OIDC["SERVER_URL"] else "",
    }
