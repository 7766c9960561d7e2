"""Who may manage whose access. The rule: an administrator manages the people of the organisation,
a steward, or an operator of the site, those of every organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from django.db.models import Exists, OuterRef, Q, QuerySet

from stakeholders.choices import ROLE_KINDS, Role
from stakeholders.models import Invitation, Membership, Organisation, User
from stakeholders.models.invitations import InvitationQuerySet
from stakeholders.models.memberships import MembershipQuerySet
from stakeholders.models.organisations import OrganisationQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

Person: TypeAlias = "User | AnonymousUser"


def managed_by(user: Person) -> OrganisationQuerySet:
    """The organisations whose people the person may let in and out."""
    own = Membership.objects.of(user, Role.ADMINISTRATOR).values("organisation")
    return Organisation.objects.filter(Q(pk__in=own) | _manages_all(user))


def _manages_all(user: Person) -> Q:
    """Whether the person manages the people of every organisation, as a condition."""
    is_steward = Exists(Membership.objects.of(user, Role.STEWARD))
    is_operator = Exists(User.objects.filter(pk=user.pk or 0, is_active=True, is_staff=True))
    return Q(is_steward) | Q(is_operator)


def memberships_managed_by(user: Person) -> MembershipQuerySet:
    """The memberships, also ended ones, that the person may look at and end."""
    return Membership.objects.filter(organisation__in=managed_by(user))


def invitations_managed_by(user: Person) -> InvitationQuerySet:
    """The invitations that the person may send again and revoke."""
    return Invitation.objects.filter(organisation__in=managed_by(user))


def people_managed_by(user: Person) -> QuerySet[User]:
    """Who has, or has had, a role where the person manages access."""
    theirs = memberships_managed_by(user).filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(theirs))


def roles_to_give(user: User | None, organisation: Organisation) -> list[Role]:
    """Return the roles that the person may give in the organisation, in the order of the choices.

    Only a steward or an operator makes somebody a steward. Some roles suit some sorts of
    organisation alone (`ROLE_KINDS`). None stands for the operator at the command line.
    """
    fitting = [r for r in Role if organisation.kind in ROLE_KINDS.get(r, (organisation.kind,))]
    if user is None or User.objects.filter(_manages_all(user), pk=user.pk).exists():
        return fitting
    return [role for role in fitting if role != Role.STEWARD]
