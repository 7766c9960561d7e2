"""Accounts for trying the site out on one's own machine."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from stakeholders.actions.memberships import grant_role
from stakeholders.choices import Role
from stakeholders.models import Membership, Organisation, User

#: Known to everybody who reads this: no secret.
DEMO_PASSWORD = "bare til utproving"  # noqa: S105
#: Who runs the site, and belongs nowhere.
DEMO_OPERATOR = "operator@demo.example"
#: Where each role belongs: the ministry that coordinates the roadmap, and an industry body.
BELONGS = {
    Role.REPORTER: "nfd",
    Role.APPROVER: "nfd",
    Role.STEWARD: "nfd",
    Role.ADMINISTRATOR: "nfd",
    Role.VOICE: "lmi",
}


@transaction.atomic
def create_demo_accounts() -> list[Membership]:
    """Make one account per role and one for an operator, or give those that are there their role
    and password back.

    Returns the memberships, in the order of `Role`. Raises PermissionDenied unless DEBUG is on, and
    Organisation.DoesNotExist when the register is not loaded.
    """
    if not settings.DEBUG:
        raise PermissionDenied("Demo accounts are for DEBUG alone")
    made = []
    for role in Role:
        organisation = Organisation.objects.get(key=BELONGS[role])
        person = _account(f"{role.value}@demo.example", f"Demo {role.label}")
        held = Membership.objects.of(person, role).filter(organisation=organisation)
        made.append(held.first() or grant_role(person, organisation, role, None))
    _account(DEMO_OPERATOR, "Demo Drift", is_staff=True)
    return made


def _account(email: str, name: str, *, is_staff: bool = False) -> User:
    """Return the account, open, with the password that is known."""
    person = User.objects.filter(email=email).first() or User(email=email, name=name)
    person.set_password(DEMO_PASSWORD)
    person.is_active, person.is_staff = True, is_staff
    person.save()
    return person
