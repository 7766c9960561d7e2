"""Who: organisations, people, and which person acts for which organisation."""

from stakeholders.models.invitations import AccessEvent, Invitation
from stakeholders.models.memberships import Membership
from stakeholders.models.organisations import Organisation
from stakeholders.models.users import User

__all__ = ["AccessEvent", "Invitation", "Membership", "Organisation", "User"]
