"""What every act on access begins with, and the row that it ends with."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from stakeholders.actions import Refused
from stakeholders.choices import AccessVerb, Role
from stakeholders.models import AccessEvent, Invitation, Organisation, User
from stakeholders.queries import managed_by, roles_to_give


def lock_for(actor: User | None, organisation: Organisation) -> Organisation:
    """Lock the organisation and return it, if the actor manages its people; acts on one
    organisation's people come one after the other. Raises PermissionDenied. None is the operator
    at the command line."""
    locked = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    if actor is not None and not managed_by(actor).filter(pk=locked.pk).exists():
        raise PermissionDenied("Does not manage the people of the organisation")
    return locked


def must_be_given(roles: Iterable[str], actor: User | None, organisation: Organisation) -> None:
    """Check that the actor may give all the roles there. Raises PermissionDenied."""
    if not set(roles) <= {role.value for role in roles_to_give(actor, organisation)}:
        raise PermissionDenied("May not give one of the roles")


def must_be_another(person: User | None, actor: User | None) -> None:
    """Check that nobody gives oneself access. Raises Refused.

    The rule is the project's own: an administrator has no say about measures, and does not get one
    alone.
    """
    if actor is not None and person == actor:
        raise Refused(_("Du kan ikke gi deg selv en rolle. Be en annen administrator om det."))


def tell(
    verb: AccessVerb,
    actor: User | None,
    *,
    roles: Iterable[Role | str] = (),
    person: User | None = None,
    organisation: Organisation | None = None,
    invitation: Invitation | None = None,
) -> None:
    """Add the row of the log that every act leaves."""
    AccessEvent.objects.create(
        verb=verb,
        actor=actor,
        person=person,
        organisation=organisation,
        invitation=invitation,
        roles=[Role(role).value for role in roles],
    )
