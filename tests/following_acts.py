"""One example of every act on mailboxes, for the test that each has one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import override_settings
from django.utils import timezone

from measures.actions.demo import create_demo_mailboxes
from measures.actions.following import (
    ask_to_follow,
    change_rhythm,
    confirm_subscription,
    forget_recipient,
    stop_mail,
    unfollow,
)
from measures.actions.jobs import handing_out, noted_run
from measures.actions.mailboxes import follow_as, member_mailbox, set_organisation_address
from measures.actions.outbox import hand_out
from measures.actions.reminding import plan_reminder
from measures.digests.chain import Told
from measures.models.following import About
from tests.cast import World
from tests.mailboxes import WEEKLY, asked, follower
from tests.make import make_organisation


def a_run(world: World) -> None:
    with noted_run("en_jobb"):
        pass


def hand_over(world: World) -> None:
    with handing_out(timezone.now()):
        pass


#: What somebody follows, and is sent, is nobody else's business.
WHY = "who gets what mail is nobody's business"


def demo(world: World) -> Any:
    make_organisation(key="nht", kind="cluster")
    with override_settings(DEBUG=True):
        return create_demo_mailboxes(timezone.now())


def of_reporter(world: World) -> Any:
    return member_mailbox(world.people["reporter"], timezone.now())


ACTS: list[tuple[Any, Callable[[World], Any]]] = [
    (ask_to_follow, lambda world: asked()),
    (confirm_subscription, lambda world: confirm_subscription(asked(), timezone.now())),
    (follow_as, lambda w: follow_as(w.people["voice"], About(measure=w.measure), timezone.now())),
    (unfollow, lambda world: unfollow(follower().subscriptions.get(), timezone.now())),
    (change_rhythm, lambda world: change_rhythm(follower(), WEEKLY, timezone.now())),
    (stop_mail, lambda world: stop_mail(follower(), timezone.now())),
    (forget_recipient, lambda world: forget_recipient(follower(), timezone.now())),
    (member_mailbox, of_reporter),
    (
        set_organisation_address,
        lambda w: set_organisation_address(w.nfd, "post@example.no", WEEKLY, timezone.now()),
    ),
    (plan_reminder, lambda w: plan_reminder(of_reporter(w).pk, Told(), timezone.now())),
    (create_demo_mailboxes, demo),
    (hand_out, lambda world: hand_out(timezone.now())),
    (noted_run, a_run),
    (handing_out, hand_over),
]
