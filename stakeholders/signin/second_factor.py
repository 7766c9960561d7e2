"""Who must prove twice who they are, and whether this session has."""

from __future__ import annotations

from allauth.account.authentication import get_authentication_records
from django.conf import settings
from django.http import HttpRequest

from stakeholders.choices import Role
from stakeholders.models import Membership, User

#: With these one can publish, change the register or let others in.
STRONG_ROLES = (Role.APPROVER, Role.STEWARD, Role.ADMINISTRATOR)


def needs_second_factor(user: User) -> bool:
    """Say whether the person's roles ask for a second factor (one query; none for operators)."""
    return user.is_staff or Membership.objects.of(user, *STRONG_ROLES).exists()


def has_second_factor(request: HttpRequest) -> bool:
    """Say whether this session began with a second factor, or with the ministries' own sign-in
    where that says how surely people sign in (`OIDC_ACR_VALUES`)."""
    records = get_authentication_records(request, request.user)
    return any(
        record["method"] == "mfa"
        or (
            bool(settings.OIDC_ACR_VALUES)
            and record["method"] == "socialaccount"
            and record.get("provider") == "ministry"
        )
        for record in records
    )


def lacks_second_factor(request: HttpRequest) -> bool:
    """Say whether the session of somebody who has signed in must be proved a second time first."""
    user = request.user
    if not settings.SECOND_FACTOR_REQUIRED or not isinstance(user, User):
        return False
    return not has_second_factor(request) and needs_second_factor(user)
