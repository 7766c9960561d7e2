"""Where a visitor comes from, for those who count attempts."""

from __future__ import annotations

import ipaddress
from typing import Any

from django.conf import settings
from django.http import HttpRequest

#: Stands for an address that nobody tells, as over a socket without a proxy.
UNKNOWN = "::"


def address_of(request: HttpRequest) -> str:
    """Return the visitor's IP address, always a valid one: PostgreSQL takes no other.

    Behind our proxy it is the last address of X-Forwarded-For: that one the proxy has written, and
    all before it anybody could have.
    """
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_PROXY else ""
    for told in (forwarded.rpartition(",")[2].strip(), str(request.META.get("REMOTE_ADDR", ""))):
        try:
            return str(ipaddress.ip_address(told))
        except ValueError:
            continue
    return UNKNOWN


def name_tried(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Return the e-mail address that somebody tries to sign in with, in lower case."""
    tried = (credentials or {}).get("email") or request.POST.get("login", "")
    return str(tried).strip().lower()
