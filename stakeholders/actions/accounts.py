"""Acts on a whole account: signed out everywhere, closed, opened again, let in after a mishap."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from axes.utils import reset as forget_wrong_passwords
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from stakeholders.actions import Changed, Refused
from stakeholders.actions.locking import tell
from stakeholders.choices import AccessVerb
from stakeholders.models import User


def sign_out_everywhere(person: User) -> None:
    """End all the person's sessions, wherever they are stored, with the next request of each.

    It is part of an act, and leaves no row of its own.
    """
    User.objects.filter(pk=person.pk).update(sign_outs=F("sign_outs") + 1)


@transaction.atomic
def close_account(person: User, actor: User) -> User:
    """Close an account: nobody can sign in to it, and no role of it counts. Its rows stay.

    Returns the person. Raises Changed when it is closed, PermissionDenied when the actor is no
    operator, Refused for one's own.
    """
    if person == actor:
        raise Refused(_("Du kan ikke stenge din egen konto."))
    locked = _locked(person, actor, is_active=True)
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    sign_out_everywhere(locked)
    tell(AccessVerb.CLOSED, actor, person=locked)
    return locked


@transaction.atomic
def reopen_account(person: User, actor: User) -> User:
    """Open a closed account again, with the roles it has. Raises as `close_account` does."""
    locked = _locked(person, actor, is_active=False)
    locked.is_active = True
    locked.save(update_fields=["is_active"])
    tell(AccessVerb.REOPENED, actor, person=locked)
    return locked


@transaction.atomic
def reset_second_factor(person: User, actor: User) -> User:
    """Forget the person's codes, passkeys and recovery codes, as when the phone is lost, and sign
    the person out everywhere. Who must prove twice sets up a new one with the next sign-in.

    Returns the person. Raises as `close_account` does; Changed when there is nothing to forget.
    """
    if person == actor:
        raise Refused(_("Du kan ikke fjerne dine egne koder og passnøkler herfra."))
    locked = _locked(person, actor, is_active=True)
    forgotten, _rows = Authenticator.objects.filter(user=locked).delete()
    if not forgotten:
        raise Changed
    sign_out_everywhere(locked)
    tell(AccessVerb.RESET, actor, person=locked)
    return locked


@transaction.atomic
def unlock_account(person: User, actor: User) -> User:
    """End the pause that follows on too many wrong passwords, wherever they were tried.

    Returns the person. Raises Changed when there is no wrong password to forget, or the account is
    closed; PermissionDenied when the actor is no operator.
    """
    locked = _locked(person, actor, is_active=True)
    if not forget_wrong_passwords(username=locked.email.lower()):
        raise Changed
    tell(AccessVerb.UNLOCKED, actor, person=locked)
    return locked


def _locked(person: User, actor: User, *, is_active: bool) -> User:
    if not User.objects.filter(pk=actor.pk, is_active=True, is_staff=True).exists():
        raise PermissionDenied("Not an operator")
    locked = (
        User.objects.select_for_update(no_key=True)
        .filter(pk=person.pk, is_active=is_active)
        .first()
    )
    if locked is None:
        raise Changed
    return locked
