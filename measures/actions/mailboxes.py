"""Mailboxes that come with a role, or belong to an organisation: they are there by themselves, and
go when the role does."""

from __future__ import annotations

import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from measures.actions import Changed
from measures.actions.following import (
    Rhythm,
    begin,
    change_rhythm,
    locked,
    mailbox_at,
    subscription_of,
)
from measures.choices import Scope, Stopped
from measures.digests.rhythm import next_slot
from measures.models import Recipient, Subscription
from measures.models.following import About
from stakeholders.choices import OrganisationKind
from stakeholders.models import Membership, Organisation, User
from stakeholders.models.invitations import tidy_email
from stakeholders.queries import managed_by

#: Those who wait for the measures, and follow all of them.
WAITING = (OrganisationKind.CLUSTER, OrganisationKind.INDUSTRY_BODY)


@transaction.atomic
def member_mailbox(user: User, now: datetime.datetime) -> Recipient:
    """Return the mailbox of whoever has signed in, made where there is none: weekly, with what
    concerns the organisations that the person has a role in."""
    found = Recipient.objects.filter(user=user).first()
    if found:
        return found
    email = tidy_email(user.email)
    # Somebody may have followed before becoming a member: the address was proved by the invitation.
    known = Recipient.objects.select_for_update(no_key=True).filter(email=email).first()
    recipient = known or Recipient(email=email, since=now)
    recipient.user = user
    recipient.next_at = next_slot(recipient, now)
    recipient.save()
    _subscribe_by_role(recipient, now)
    return recipient


def member_mailboxes(now: datetime.datetime) -> int:
    """Make mailboxes for the members that have none, let those who are back begin again, and end
    what came with a role for those who have none any more. Returns how many were made. Run before
    mails are planned; safe to repeat."""
    without = ~Exists(Recipient.objects.filter(user=OuterRef("pk")))
    members = list(User.objects.filter(without, _has_a_role("pk")).order_by("pk"))
    for user in members:
        try:
            member_mailbox(user, now)
        except IntegrityError:  # another run was first
            continue
    _those_who_left(now)
    _those_who_are_back(now)
    _new_roles(now)
    _new_addresses()
    return len(members)


@transaction.atomic
def follow_as(user: User, about: About, now: datetime.datetime) -> Subscription:
    """Let a member follow something: whoever has signed in need not prove the address."""
    recipient = locked(member_mailbox(user, now).pk)
    assert recipient is not None  # noqa: S101  # made above, and never deleted
    subscription = subscription_of(recipient, about, now)
    subscription.confirmed_at = subscription.confirmed_at or now
    subscription.ended_at = None
    subscription.save(update_fields=["confirmed_at", "ended_at"])
    return subscription


@transaction.atomic
def set_organisation_address(
    organisation: Organisation,
    email: str,
    rhythm: Rhythm,
    now: datetime.datetime,
    actor: User | None = None,
) -> Recipient | None:
    """Let an organisation's own inbox get the digest of its measures; an empty address ends that.

    The address may be somebody's who gets mail already: it then gets both in one, in its own
    rhythm. Returns the recipient, None when there is none any more. `actor` is empty for an
    operator at the command line. Raises PermissionDenied when the actor does not manage the
    organisation's people, Changed when the address is another organisation's, or has stopped all
    mail by itself.
    """
    email = tidy_email(email)
    if actor is not None and not managed_by(actor).filter(pk=organisation.pk).exists():
        raise PermissionDenied("Does not manage the people of the organisation")
    Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    before = Recipient.objects.filter(organisation=organisation).exclude(email=email).first()
    if before:
        _let_go(before, organisation, now)
    if not email:
        return None
    recipient = mailbox_at(email, rhythm, now)
    is_own = recipient.organisation_id == organisation.pk
    if recipient.organisation_id and not is_own:
        raise Changed(_("Adressen hører til en annen aktør."))
    running = Subscription.objects.running().filter(recipient=recipient)
    is_somebodys = not is_own and (recipient.user_id is not None or running.exists())
    if recipient.stopped_at and is_somebodys:
        raise Changed(_("Den som leser denne adressen, har stoppet all e-post til den."))
    recipient.organisation = organisation
    recipient.save(update_fields=["organisation"])
    _subscribe_to(recipient, organisation.pk, now)
    return recipient if is_somebodys else change_rhythm(recipient, rhythm, now)


# --- Shared by the acts ----------------------------------------------------------------------


def _subscribe_to(recipient: Recipient, organisation: int, now: datetime.datetime) -> None:
    """Let a member, or an organisation's inbox, follow what concerns the organisation, unless it
    has chosen not to: who waits for the measures, all of them; who has a part in them, its own."""
    waits = Organisation.objects.filter(pk=organisation, kind__in=WAITING).exists()
    about = {} if waits else {"organisation_id": organisation}
    Subscription.objects.get_or_create(
        recipient=recipient,
        scope=Scope.ALL if waits else Scope.ORGANISATION,
        **about,
        defaults={"created_at": now, "confirmed_at": now, "by_role": True},
    )


def _subscribe_by_role(recipient: Recipient, now: datetime.datetime) -> None:
    memberships = Membership.objects.active().filter(user=recipient.user_id or 0)
    for organisation in sorted(set(memberships.values_list("organisation", flat=True))):
        _subscribe_to(recipient, organisation, now)


def _let_go(before: Recipient, organisation: Organisation, now: datetime.datetime) -> None:
    """Let an address no longer be the organisation's. What its reader chose goes on."""
    before.organisation = None
    before.save(update_fields=["organisation"])
    Subscription.objects.running().filter(recipient=before, by_role=True).delete()
    _subscribe_by_role(before, now)  # where the mailbox is a member's as well
    if not before.user_id:
        _stop_if_empty(before, Stopped.REPLACED, now)


def _stop_if_empty(recipient: Recipient, why: Stopped, now: datetime.datetime) -> None:
    """Stop a recipient that follows nothing any more, and is no organisation's."""
    runs = Subscription.objects.running().filter(recipient=recipient)
    if recipient.organisation_id is None and not runs.exists():
        running = Recipient.objects.filter(pk=recipient.pk, stopped_at=None)
        running.update(stopped_at=now, stopped_why=why)


def _has_a_role(user: str) -> Exists:
    return Exists(Membership.objects.active().filter(user=OuterRef(user)))


@transaction.atomic
def _those_who_left(now: datetime.datetime) -> None:
    """End what came with a role for those who have none, and all of it where the account is
    closed."""
    by_role = Subscription.objects.filter(recipient=OuterRef("pk"), by_role=True)
    left = Recipient.objects.filter(~_has_a_role("user"), user__isnull=False, stopped_at=None)
    left = left.filter(Q(Exists(by_role)) | Q(user__is_active=False)).select_related("user")
    for recipient in left.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        if recipient.organisation_id is None:
            recipient.subscriptions.filter(by_role=True).delete()
        if recipient.user and not recipient.user.is_active:
            recipient.subscriptions.update(ended_at=now)
        _stop_if_empty(recipient, Stopped.LEFT, now)


@transaction.atomic
def _new_roles(now: datetime.datetime) -> None:
    """Let members follow what concerns an organisation that they have got a role in since."""
    mine = Subscription.objects.filter(recipient__user=OuterRef("user"))
    waits = Q(organisation__kind__in=WAITING)
    followed = Q(waits, Exists(mine.filter(scope=Scope.ALL))) | Q(
        ~waits, Exists(mine.filter(organisation=OuterRef("organisation")))
    )
    has_mailbox = Exists(Recipient.objects.filter(user=OuterRef("user")))
    new = Membership.objects.active().filter(~followed, has_mailbox)
    for membership in new.order_by("pk"):
        recipient = Recipient.objects.get(user=membership.user_id)
        _subscribe_to(recipient, membership.organisation_id, now)


def _new_addresses() -> None:
    """Let mail follow a person to a new address, unless the address gets mail as somebody's."""
    moved = Recipient.objects.exclude(email=Lower("user__email")).filter(user__isnull=False)
    for recipient in moved.select_related("user"):
        email = tidy_email(recipient.user.email) if recipient.user else recipient.email
        if not Recipient.objects.filter(email=email).exists():
            Recipient.objects.filter(pk=recipient.pk).update(email=email)


@transaction.atomic
def _those_who_are_back(now: datetime.datetime) -> None:
    back = Recipient.objects.filter(_has_a_role("user"), stopped_why=Stopped.LEFT)
    for recipient in back.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        begin(recipient, now)
        _subscribe_by_role(recipient, now)
