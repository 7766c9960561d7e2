"""Letting people in by invitation: made, sent again, revoked, accepted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stakeholders.actions import Changed, Refused
from stakeholders.actions.locking import lock_for, must_be_another, must_be_given, tell
from stakeholders.choices import AccessVerb, Role
from stakeholders.mail import send_invitation
from stakeholders.models import Invitation, Membership, Organisation, User
from stakeholders.models.invitations import GOOD_FOR, hash_of, new_token, tidy_email
from stakeholders.queries import managed_by, roles_to_give


@transaction.atomic
def invite(
    email: str,
    organisation: Organisation,
    roles: Sequence[Role],
    language: str,
    actor: User | None,
) -> Invitation:
    """Invite whoever reads mail at the address to roles in the organisation; the mail goes when
    the invitation is kept.

    Returns the invitation; `mailed_at` is set once the mail server has taken the mail. Raises
    PermissionDenied for roles or an organisation that are not the actor's to give, and Refused
    when the person is a member already, is invited already, has a closed account, or is the actor.
    """
    organisation = lock_for(actor, organisation)
    must_be_given(roles, actor, organisation)
    email = tidy_email(email)
    person = User.objects.filter(email__iexact=email).first()
    must_be_another(person, actor)
    _must_be_new(person, organisation)
    now = timezone.now()
    open_one = Invitation.objects.open().filter(email=email, organisation=organisation).first()
    if open_one and open_one.state == "open":
        raise Refused(_("Denne adressen er allerede invitert. Du kan sende invitasjonen på nytt."))
    if open_one:
        # It ran out by itself; the new one takes its place.
        open_one.revoked_at = now
        open_one.save(update_fields=["revoked_at"])
    token = new_token()
    invitation = Invitation.objects.create(
        email=email,
        organisation=organisation,
        roles=[role.value for role in Role if role in roles],
        language=language,
        invited_by=actor,
        created_at=now,
        expires_at=now + GOOD_FOR,
        token_hash=hash_of(token),
    )
    tell(
        AccessVerb.INVITED,
        actor,
        roles=invitation.roles,
        person=person,
        organisation=organisation,
        invitation=invitation,
    )
    transaction.on_commit(partial(_send, invitation.pk, token))
    return invitation


@transaction.atomic
def resend_invitation(invitation: Invitation, actor: User | None) -> Invitation:
    """Send an invitation again with a new link, good for the full time; the old link dies.

    Returns the invitation. Raises Changed when it was accepted or revoked, PermissionDenied when
    it is not the actor's to send.
    """
    locked = _lock_open(invitation, actor)
    must_be_given(locked.roles, actor, locked.organisation)
    token = new_token()
    locked.token_hash = hash_of(token)
    locked.expires_at = timezone.now() + GOOD_FOR
    locked.mailed_at = None
    locked.save(update_fields=["token_hash", "expires_at", "mailed_at"])
    _tell(AccessVerb.RESENT, actor, locked)
    transaction.on_commit(partial(_send, locked.pk, token))
    return locked


@transaction.atomic
def revoke_invitation(invitation: Invitation, actor: User | None) -> Invitation:
    """Take an invitation back: its link opens nothing any more.

    Returns the invitation. Raises Changed and PermissionDenied as `resend_invitation` does.
    """
    locked = _lock_open(invitation, actor)
    locked.revoked_at = timezone.now()
    locked.save(update_fields=["revoked_at"])
    _tell(AccessVerb.REVOKED, actor, locked)
    return locked


@transaction.atomic
def accept_invitation(token: str, *, name: str = "", password: str | None = None) -> User:
    """Give what the invitation with this token offers to whoever has its address.

    Where nobody has an account with the address, one is made with the name and the password. An
    account that is there keeps its own name and password: a link never changes either. Returns
    the person. Raises Changed when the link is not good (any more), Refused when the account is
    closed, ValueError when a new account lacks a name or a password. The password's strength is
    checked by the form.
    """
    invitation = Invitation.objects.with_token(token).select_related("organisation").first()
    if invitation is None:
        raise Changed
    Organisation.objects.select_for_update(no_key=True).get(pk=invitation.organisation_id)
    locked = Invitation.objects.select_for_update(no_key=True).with_token(token).first()
    if locked is None or locked.state != "open":
        raise Changed
    _must_still_be_given(locked)
    person = User.objects.filter(email__iexact=locked.email).first()
    if person is None:
        person = _new_person(locked.email, name, password)
    if not person.is_active:
        raise Refused(closed_account())
    for role in locked.roles:
        Membership.objects.get_or_create(
            user=person,
            organisation=invitation.organisation,
            role=role,
            ended_at=None,
            defaults={"given_by_id": locked.invited_by_id},
        )
    locked.accepted_at = timezone.now()
    locked.accepted_by = person
    locked.save(update_fields=["accepted_at", "accepted_by"])
    tell(
        AccessVerb.ACCEPTED,
        person,
        roles=locked.roles,
        person=person,
        organisation=invitation.organisation,
        invitation=locked,
    )
    return person


def _must_still_be_given(invitation: Invitation) -> None:
    """Check that whoever invited could still do so: nobody lets people in after having left.
    Raises Changed."""
    inviter, organisation = invitation.invited_by, invitation.organisation
    if inviter is None:  # the operator at the command line
        return
    manages = managed_by(inviter).filter(pk=organisation.pk).exists()
    if not (manages and set(invitation.roles) <= set(roles_to_give(inviter, organisation))):
        raise Changed


def closed_account() -> str:
    """Say that an account is closed, and what to do."""
    return _(
        "Kontoen med denne e-postadressen er stengt. Ta kontakt med den som drifter nettstedet."
    )


def _new_person(email: str, name: str, password: str | None) -> User:
    if not name.strip() or not password:
        raise ValueError("A new account has a name and a password")
    try:
        with transaction.atomic():
            return User.objects.create_user(email, password, name=" ".join(name.split()))
    except IntegrityError as error:  # an invitation from elsewhere was accepted this very moment
        raise Changed from error


def _must_be_new(person: User | None, organisation: Organisation) -> None:
    if person is None:
        return
    if not person.is_active:
        raise Refused(closed_account())
    if Membership.objects.of(person).filter(organisation=organisation).exists():
        raise Refused(_("Denne personen har allerede tilgang. Gi nye roller på personens side."))


def _lock_open(invitation: Invitation, actor: User | None) -> Invitation:
    """Lock the organisation, then the invitation. Raises Changed when it is no longer open."""
    lock_for(actor, invitation.organisation)
    open_ones = Invitation.objects.open().select_for_update(of=("self",))
    locked = open_ones.select_related("organisation").filter(pk=invitation.pk).first()
    if locked is None:
        raise Changed
    return locked


def _tell(verb: AccessVerb, actor: User | None, invitation: Invitation) -> None:
    tell(
        verb,
        actor,
        roles=invitation.roles,
        organisation=invitation.organisation,
        invitation=invitation,
    )


def _send(pk: int, token: str) -> None:
    """Send the mail, and note when the mail server took it. After commit: the token is in no
    queue, since whoever read that could accept."""
    invitation = Invitation.objects.select_related("organisation", "invited_by").get(pk=pk)
    if send_invitation(invitation, token):
        same = Invitation.objects.filter(pk=pk, token_hash=hash_of(token))
        same.update(mailed_at=timezone.now())
