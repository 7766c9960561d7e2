"""Giving a role to somebody who has an account, and taking access away, which works at once."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stakeholders.actions import Changed, Refused
from stakeholders.actions.accounts import sign_out_everywhere
from stakeholders.actions.locking import lock_for, must_be_another, must_be_given, tell
from stakeholders.choices import AccessVerb, Role
from stakeholders.models import Invitation, Membership, Organisation, User
from stakeholders.models.invitations import tidy_email
from stakeholders.models.memberships import MembershipQuerySet
from stakeholders.queries import people_managed_by


@transaction.atomic
def grant_role(
    person: User, organisation: Organisation, role: Role, actor: User | None
) -> Membership:
    """Give a role in the organisation to somebody the actor manages already; others are invited.

    Returns the membership. Raises Changed when the person has the role, PermissionDenied when it
    is not the actor's to give, Refused for oneself or a closed account.
    """
    organisation = lock_for(actor, organisation)
    must_be_given([role], actor, organisation)
    if actor is not None and not people_managed_by(actor).filter(pk=person.pk).exists():
        raise PermissionDenied("Does not manage the person's access")
    must_be_another(person, actor)
    if not User.objects.filter(pk=person.pk, is_active=True).exists():
        raise Refused(_("Kontoen er stengt."))
    membership, is_new = Membership.objects.get_or_create(
        user=person,
        organisation=organisation,
        role=role,
        ended_at=None,
        defaults={"given_by": actor},
    )
    if not is_new:
        raise Changed
    tell(AccessVerb.GRANTED, actor, roles=[role], person=person, organisation=organisation)
    return membership


@transaction.atomic
def end_membership(membership: Membership, actor: User | None) -> Membership:
    """Take one role away, with effect from the person's next request.

    Returns the membership. Raises Changed when it has ended already, PermissionDenied when it is
    not the actor's to end, Refused when the actor would leave nobody in one's own place
    (`_must_leave_somebody`).
    """
    lock_for(actor, membership.organisation)
    found = Membership.objects.filter(pk=membership.pk, ended_at=None)
    (ended,) = _end(found, membership.user, membership.organisation, actor)
    return ended


@transaction.atomic
def end_access(
    person: User, organisation: Organisation, actor: User | None
) -> Sequence[Membership]:
    """Take all the person's roles in the organisation away, as when somebody leaves it.

    Returns the memberships. Raises as `end_membership` does.
    """
    lock_for(actor, organisation)
    found = Membership.objects.filter(user=person, organisation=organisation, ended_at=None)
    return _end(found, person, organisation, actor)


def _end(
    memberships: MembershipQuerySet,
    person: User,
    organisation: Organisation,
    actor: User | None,
) -> Sequence[Membership]:
    """End them; and with the last one in the organisation an open invitation to it, and with the
    last one anywhere all the person's sessions. Rows stay: what the person did keeps its name."""
    if person == actor:
        # Before one's own rows are locked: two who resign at once lock the same rows in one order.
        _must_leave_somebody(list(memberships.order_by("pk")), person)
    locked = list(memberships.select_for_update(no_key=True).order_by("pk"))
    if not locked:
        raise Changed
    now = timezone.now()
    for membership in locked:
        membership.ended_at = now
        membership.save(update_fields=["ended_at"])
    left = Membership.objects.filter(user=person, ended_at=None)
    if not left.filter(organisation=organisation).exists():
        # Else an old link would let the person in again.
        _revoke_open(person, organisation)
    if not left.exists():
        sign_out_everywhere(person)
    roles = [membership.role for membership in locked]
    tell(AccessVerb.ENDED, actor, roles=roles, person=person, organisation=organisation)
    return locked


def _must_leave_somebody(memberships: Sequence[Membership], person: User) -> None:
    """Check that nobody gives up being the organisation's last administrator, or the site's last
    steward: who could then let anybody in? Raises Refused.

    Others may take it away (a steward, a fellow administrator), since off-boarding never waits. All
    who hold such a role are locked, so that two who resign at once are not both let go.
    """
    for membership in memberships:
        fellows = Membership.objects.active().filter(role=membership.role)
        if membership.role == Role.ADMINISTRATOR:
            fellows = fellows.filter(organisation=membership.organisation_id)
        elif membership.role != Role.STEWARD:
            continue
        holders = list(fellows.select_for_update(of=("self",), no_key=True).order_by("pk"))
        if any(holder.user_id != person.pk for holder in holders):
            continue
        if membership.role == Role.STEWARD:
            raise Refused(
                _("Du er den siste registerføreren. Gjør en annen til registerfører først.")
            )
        raise Refused(_("Du er den siste administratoren. Gjør en annen til administrator først."))


def _revoke_open(person: User, organisation: Organisation) -> None:
    invitations = Invitation.objects.open().filter(
        email=tidy_email(person.email), organisation=organisation
    )
    invitations.update(revoked_at=timezone.now())
