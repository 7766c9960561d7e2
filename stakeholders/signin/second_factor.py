"""Who must prove twice who they are, and whether this session has."""

from __future__ import annotations

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from stakeholders.choices import Role
from stakeholders.models import Membership, User

#: With these one can publish, change the register or let others in.
STRONG_ROLES = (Role.APPROVER, Role.STEWARD, Role.ADMINISTRATOR)


def needs_second_factor(user: User) -> bool:
    """Say whether the person's roles ask for a second factor (one query; none for operators)."""
    return user.is_staff or Membership.objects.of(user, *STRONG_ROLES).exists()


def has_second_factor(request: HttpRequest) -> bool:
    """Say whether this session began with a second factor, or with the ministries' own sign-in."""
    records = get_authentication_records(request, request.user)
    return any(
        record["method"] == "mfa"
        or (record["method"] == "socialaccount" and record.get("provider") == "ministry")
        for record in records
    )
