"""Following by e-mail: asked for, confirmed, changed, stopped, forgotten."""

from __future__ import annotations

import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef

from measures.actions import Changed
from measures.choices import MailKind, Stopped
from measures.digests.rhythm import next_slot, period_of
from measures.models import AnswerLink, Digest, Recipient, Subscription
from measures.models.following import About
from stakeholders.models.invitations import tidy_email

#: An address that nobody has confirmed is kept for so long, and no longer.
UNCONFIRMED_FOR = datetime.timedelta(days=7)
#: What a mail said is kept for so long; that it was sent, for as long as the recipient is.
CONTENT_FOR = datetime.timedelta(days=90)
#: Nobody can fill a mailbox with questions: so many a day, whatever they are about.
QUESTIONS_A_DAY = 3
A_DAY = datetime.timedelta(days=1)
#: Rows deleted, or emptied, in one statement.
BATCH = 1000


class Rhythm(NamedTuple):
    """How often, when and in which language mail is wanted."""

    frequency: str
    weekday: int
    hour: int
    language: str


# --- Anybody ---------------------------------------------------------------------------------


@transaction.atomic
def ask_to_follow(
    email: str, about: About, rhythm: Rhythm, what: str, now: datetime.datetime
) -> Subscription:
    """Note that somebody wants to follow, and put the question to the mailbox in the outbox.

    `what` is what it is about, in the words of the question. Nothing else is sent before the
    mailbox says yes, and what it follows already is left as it is. Asked twice within a day, it is
    asked once. Returns the subscription.
    """
    recipient = mailbox_at(email, rhythm, now)
    subscription = subscription_of(recipient, about, now)
    if not recipient.owes_reports and not _has_confirmed(recipient):
        # Nobody has proved to own the mailbox yet: who asked last may be who does.
        for name, value in rhythm._asdict().items():
            setattr(recipient, name, value)
        recipient.next_at = next_slot(recipient, now)
        recipient.save(update_fields=[*rhythm._fields, "next_at"])
    runs = subscription.confirmed_at and not subscription.ended_at
    if runs and not recipient.stopped_at:
        return subscription
    if subscription.ended_at:
        subscription.confirmed_at = subscription.ended_at = None
        subscription.save(update_fields=["confirmed_at", "ended_at"])
    _ask(recipient, subscription, what, now)
    return subscription


@transaction.atomic
def confirm_subscription(subscription: Subscription, now: datetime.datetime) -> Subscription:
    """Begin what somebody asked for: whoever reads the mailbox says yes. Saying so twice changes
    nothing, but begins again what was stopped since. Returns it. Raises Changed when it is gone,
    was ended, or was asked for too long ago."""
    recipient = locked(subscription.recipient_id)
    stored = Subscription.objects.filter(pk=subscription.pk, ended_at=None).first()
    if recipient is None or stored is None:
        raise Changed
    if stored.confirmed_at and not recipient.stopped_at:
        return stored
    if not stored.confirmed_at and stored.created_at < now - UNCONFIRMED_FOR:
        raise Changed
    begins = recipient.stopped_at or not _follows_more(recipient, stored)
    stored.confirmed_at = stored.confirmed_at or now
    stored.save(update_fields=["confirmed_at"])
    if begins:  # from now on, and not from when the address was typed
        begin(recipient, now)
    return stored


@transaction.atomic
def unfollow(subscription: Subscription, now: datetime.datetime) -> None:
    """End one subscription; the recipient's others go on."""
    running = Subscription.objects.filter(pk=subscription.pk, ended_at=None)
    running.update(ended_at=now)


@transaction.atomic
def change_rhythm(recipient: Recipient, rhythm: Rhythm, now: datetime.datetime) -> Recipient:
    """Change how often, when and in which language mail comes. A recipient that had stopped it
    begins again. Returns it. Raises Changed when it is gone."""
    stored = locked(recipient.pk)
    if stored is None:
        raise Changed
    for name, value in rhythm._asdict().items():
        setattr(stored, name, value)
    stored.save(update_fields=rhythm._fields)
    if stored.stopped_at:
        begin(stored, now)
    stored.next_at = _next_without_mail(stored, now)
    stored.save(update_fields=["next_at"])
    return stored


@transaction.atomic
def stop_mail(recipient: Recipient, now: datetime.datetime) -> None:
    """Send a recipient nothing any more, from this moment. Stopping twice changes nothing."""
    running = Recipient.objects.filter(pk=recipient.pk, stopped_at=None)
    running.update(stopped_at=now, stopped_why=Stopped.ASKED)


@transaction.atomic
def forget_recipient(recipient: Recipient, now: datetime.datetime) -> None:
    """Delete what is kept of a recipient: the address, what it follows, every mail. Of a member,
    and an organisation's inbox, the row stays, stopped: the address is known anyway, and would else
    get mail again by itself. Links to answer by that were not used are taken back."""
    stored = locked(recipient.pk)
    if stored is None:
        return
    if stored.owes_reports:
        stored.subscriptions.filter(by_role=False).delete()
        stored.subscriptions.update(ended_at=now)
        stored.mails.all().delete()
        stop_mail(stored, now)
        links = AnswerLink.objects.filter(user=stored.user_id, used_at=None, revoked_at=None)
        links.update(revoked_at=now)
    else:
        stored.delete()


# --- Chores ----------------------------------------------------------------------------------


def forget_unconfirmed(now: datetime.datetime) -> int:
    """Delete the addresses that nobody has confirmed within `UNCONFIRMED_FOR`, and empty mails
    older than `CONTENT_FOR`. Returns how many addresses were deleted."""
    old = now - UNCONFIRMED_FOR
    Subscription.objects.pending().filter(created_at__lt=old).delete()
    recent = Subscription.objects.filter(recipient=OuterRef("pk"))
    unconfirmed = Recipient.objects.unconfirmed().filter(~Exists(recent), created_at__lt=old)
    deleted = 0
    while keys := list(unconfirmed.values_list("pk", flat=True)[:BATCH]):
        batch = Recipient.objects.unconfirmed().filter(pk__in=keys)
        gone = batch.delete()[1].get("measures.Recipient", 0)
        if not gone:  # all of them have been confirmed since
            break
        deleted += gone
    AnswerLink.objects.filter(used_at=None, expires_at__lt=now - CONTENT_FOR).delete()
    done = Digest.objects.filter(planned_at__lt=now - CONTENT_FOR).exclude(content={})
    ended = done.filter(due_at=None)  # nothing more will become of them
    while keys := list(ended.values_list("pk", flat=True)[:BATCH]):
        Digest.objects.filter(pk__in=keys).update(content={})
    return deleted


# --- Shared by the acts ----------------------------------------------------------------------


def locked(pk: int) -> Recipient | None:
    """Return a recipient (its key) locked to the end of the transaction; None when it is gone."""
    return Recipient.objects.select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()


def mailbox_at(email: str, rhythm: Rhythm, now: datetime.datetime) -> Recipient:
    """Return the recipient with an address, locked; a new one with the rhythm where there is none:
    nobody but its owner changes the rhythm of a mailbox that is there."""
    address = tidy_email(email)
    defaults = {**rhythm._asdict(), "since": now, "created_at": now}
    made, is_new = Recipient.objects.get_or_create(email=address, defaults=defaults)
    recipient = locked(made.pk)
    if recipient is None:  # forgotten this very moment
        raise Changed
    if is_new:
        recipient.next_at = next_slot(recipient, now)
        recipient.save(update_fields=["next_at"])
    return recipient


def subscription_of(recipient: Recipient, about: About, now: datetime.datetime) -> Subscription:
    found, _made = Subscription.objects.get_or_create(
        recipient=recipient,
        scope=about.scope,
        **about._asdict(),
        defaults={"created_at": now},
    )
    return found


def begin(recipient: Recipient, now: datetime.datetime) -> None:
    """Let a recipient, which is locked, get mail from now on."""
    recipient.stopped_at, recipient.stopped_why, recipient.bounces = None, "", 0
    recipient.since, recipient.next_at = now, next_slot(recipient, now)
    fields = ["stopped_at", "stopped_why", "bounces", "since", "next_at"]
    recipient.save(update_fields=fields)


def _next_without_mail(recipient: Recipient, now: datetime.datetime) -> datetime.datetime:
    """Return when the next digest comes: not in a day, week or month that has had one."""
    slot = next_slot(recipient, now)
    had = Digest.objects.filter(recipient=recipient, kind=MailKind.DIGEST)
    while had.filter(period=period_of(recipient, slot)).exists():
        slot = next_slot(recipient, slot)
    return slot


def _has_confirmed(recipient: Recipient) -> bool:
    """Say whether whoever reads the mailbox has ever said yes to anything."""
    return recipient.subscriptions.filter(confirmed_at__isnull=False).exists()


def _follows_more(recipient: Recipient, subscription: Subscription) -> bool:
    """Say whether the recipient gets mail about anything but the subscription."""
    others = Subscription.objects.running().filter(recipient=recipient)
    return recipient.owes_reports or others.exclude(pk=subscription.pk).exists()


def _ask(
    recipient: Recipient, subscription: Subscription, what: str, now: datetime.datetime
) -> None:
    """Put the question in the outbox: at most once a day for each subscription, and few in all."""
    before = Digest.objects.filter(
        recipient=recipient, kind=MailKind.CONFIRMATION, period=str(subscription.pk)
    )
    lately = Digest.objects.filter(
        recipient=recipient, kind=MailKind.CONFIRMATION, planned_at__gt=now - A_DAY
    )
    if before.filter(planned_at__gt=now - A_DAY).exists() or lately.count() >= QUESTIONS_A_DAY:
        return
    before.delete()
    subscription.created_at = now
    subscription.save(update_fields=["created_at"])
    Digest.objects.create(
        recipient=recipient,
        kind=MailKind.CONFIRMATION,
        period=str(subscription.pk),
        content={"what": what},
        planned_at=now,
        due_at=now,
    )
