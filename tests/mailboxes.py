"""Mailboxes that follow something, made by the actions themselves, and their mails."""

from __future__ import annotations

import datetime
from typing import Any

import time_machine
from django.utils import timezone

from measures.actions.following import Rhythm, ask_to_follow, confirm_subscription
from measures.actions.outbox import deliver, hand_out, plan_digests
from measures.mail.links import Purpose, mailbox_token, token_for
from measures.mail.postman import Postman
from measures.models import Digest, Recipient, Subscription
from measures.models.following import About
from tests.cast import World
from tests.make import serial

WEEKLY = Rhythm("weekly", 0, 7, "nb")
DAILY = Rhythm("daily", 0, 7, "nb")
A_DAY = datetime.timedelta(days=1)
#: Wednesday 2 December 2026, noon in Oslo.
NOON = datetime.datetime(2026, 12, 2, 11, tzinfo=datetime.UTC)


def asked(
    email: str = "", rhythm: Rhythm = WEEKLY, now: datetime.datetime | None = None, **about: Any
) -> Subscription:
    """Ask to follow something (everything, unless told) at an address of its own."""
    address = email or f"folger-{next(serial)}@example.no"
    return ask_to_follow(address, About(**about), rhythm, "Alt", now or timezone.now())


def follower(
    email: str = "", rhythm: Rhythm = WEEKLY, now: datetime.datetime | None = None, **about: Any
) -> Recipient:
    """Follow something, confirmed; the question is out of the way."""
    now = now or timezone.now()
    subscription = confirm_subscription(asked(email, rhythm, now, **about), now)
    Digest.objects.filter(recipient=subscription.recipient_id, kind="confirmation").delete()
    return Recipient.objects.get(pk=subscription.recipient_id)


def question() -> tuple[Subscription, str]:
    """Ask to follow; return the subscription and the token that confirms it."""
    subscription = asked()
    return subscription, token_for(Purpose.CONFIRM, str(subscription.pk))


def token_of(recipient: Recipient) -> str:
    """Return what opens a mailbox."""
    return mailbox_token(recipient)


def opened(world: World) -> dict[str, str]:
    """Return the arguments of the page of a mailbox."""
    return {"token": token_of(follower())}


def followed(world: World) -> dict[str, str]:
    """Return the arguments of the page that ends a subscription."""
    recipient = follower()
    return {"token": token_of(recipient), "pk": str(recipient.subscriptions.get().pk)}


def planned(now: datetime.datetime, *only: str) -> list[int]:
    """Plan the digests that are due at a moment, as if it were now; return the keys of those to be
    sent."""
    with time_machine.travel(now, tick=False):
        return [pk for keys in plan_digests(now, only) for pk in keys]


def sent(now: datetime.datetime) -> list[str]:
    """Plan and send all that is due; return what became of each."""
    planned(now)
    postman = Postman()
    return [deliver(pk, postman, lambda: now) for pk in hand_out(now)]


def contents(recipient: Recipient) -> list[dict[str, Any]]:
    """Return what the recipient's digests say, the first first."""
    mails = Digest.objects.filter(recipient=recipient, kind="digest").order_by("until", "pk")
    return [mail.content for mail in mails]
