"""Two who plan, send, stop or count the same mails at the same moment: one does it, once (see
tests/races.py)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Signal

import pytest
import time_machine
from django.core import mail
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from measures.actions.following import Rhythm, ask_to_follow, confirm_subscription, stop_mail
from measures.actions.mailboxes import member_mailboxes
from measures.actions.outbox import MOST_BOUNCES, deliver, hand_out, plan_digests, record_bounce
from measures.actions.publishing import publish_update
from measures.digests.horizon import SKEW
from measures.mail.postman import Postman, Unsent
from measures.models import Digest, Event, Recipient
from measures.models.following import About
from tests.cast import World, make_world
from tests.races import PATIENCE, own_connection, race
from tests.reports import handed_in

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
MINUTE, WEEK = datetime.timedelta(minutes=1), datetime.timedelta(days=7)


@pytest.fixture
def now() -> datetime.datetime:
    return timezone.now()


@pytest.fixture
def world(now: datetime.datetime) -> World:
    """Has news. Its members have mailboxes, which are not due."""
    with time_machine.travel(now - datetime.timedelta(hours=2)):
        made = make_world()
        member_mailboxes(timezone.now())
    Recipient.objects.update(next_at=now + 10 * WEEK)
    return made


@pytest.fixture
def recipient(world: World, now: datetime.datetime) -> Recipient:
    """Follows everything, and is due."""
    before = now - datetime.timedelta(days=1)
    rhythm = Rhythm("weekly", before.weekday(), 7, "nb")
    subscription = ask_to_follow("folger@example.no", About(), rhythm, "alt", before)
    confirm_subscription(subscription, before)
    Digest.objects.all().delete()
    Recipient.objects.filter(email="folger@example.no").update(next_at=before)
    return Recipient.objects.get(email="folger@example.no")


@pytest.fixture
def planned(recipient: Recipient, now: datetime.datetime) -> Digest:
    """A mail that waits to be sent."""
    (key,) = plan(now)
    return Digest.objects.get(pk=key)


@pytest.fixture(autouse=True)
def _nothing_sent_before() -> Iterator[None]:
    mail.outbox = []
    yield


def plan(now: datetime.datetime) -> list[int]:
    return [key for keys in plan_digests(now) for key in keys]


def sends(digest: Digest, now: datetime.datetime, postman: Postman | None = None) -> str:
    return deliver(digest.pk, postman or Postman(), lambda: now)


def state(digest: Digest) -> str:
    return str(Digest.objects.get(pk=digest.pk).state)


def another(digest: Digest, period: str, now: datetime.datetime) -> Digest:
    """One more mail to the same recipient."""
    return Digest.objects.create(
        recipient=digest.recipient, kind=digest.kind, period=period, due_at=now
    )


class Meanwhile(Postman):
    """Does something else while it hands a mail to the mail server."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self.act = act

    def send(self, letter: EmailMessage) -> None:
        self.act()
        super().send(letter)


# --- Planning --------------------------------------------------------------------------------


def test_two_plan_the_same_recipients(recipient: Recipient, now: datetime.datetime) -> None:
    outcome = race(lambda: plan(now), lambda: plan(now))
    assert outcome.waited
    assert (len(outcome.first), outcome.second) == (1, [])
    assert Digest.objects.count() == 1


def test_two_plan_other_weeks(planned: Digest, now: datetime.datetime) -> None:
    outcome = race(lambda: plan(now + WEEK), lambda: plan(now + 2 * WEEK))
    assert outcome.told == []
    assert Digest.objects.under_way().count() == 1


def test_what_is_superseded_is_not_sent(planned: Digest, now: datetime.datetime) -> None:
    outcome = race(lambda: plan(now + WEEK), lambda: sends(planned, now + WEEK))
    assert outcome.waited
    assert (len(outcome.first), outcome.second) == (1, "")
    assert (state(planned), mail.outbox) == ("called_off", [])


def test_what_was_superseded_just_before_is_not_sent(
    planned: Digest, now: datetime.datetime
) -> None:
    outcome = race(lambda: sends(planned, now + WEEK), lambda: plan(now + WEEK))
    assert (outcome.first, len(outcome.second)) == ("", 1)
    assert mail.outbox == []


def test_what_is_being_sent_is_not_superseded(planned: Digest, now: datetime.datetime) -> None:
    found: list[list[int]] = []
    assert sends(planned, now, Meanwhile(lambda: found.append(plan(now + WEEK)))) == "sent"
    assert found == [[]]
    assert (state(planned), len(mail.outbox)) == ("sent", 1)
    plan(now + WEEK)
    assert Digest.objects.latest("pk").since == planned.until


# --- Sending ---------------------------------------------------------------------------------


def test_two_send_the_same_mail(planned: Digest, now: datetime.datetime) -> None:
    outcome = race(lambda: sends(planned, now), lambda: sends(planned, now))
    assert (outcome.first, outcome.second) == ("", "sent")
    assert len(mail.outbox) == 1


def test_nobody_sends_what_another_is_sending(planned: Digest, now: datetime.datetime) -> None:
    found: list[str] = []
    sends(planned, now, Meanwhile(lambda: found.append(sends(planned, now))))
    assert found == [""]
    assert len(mail.outbox) == 1


def test_whoever_was_taken_for_dead_changes_nothing(
    planned: Digest, now: datetime.datetime, settings: pytest.FixtureRequest
) -> None:
    later = now + datetime.timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)  # type: ignore[attr-defined]

    class Refused(Postman):
        def send(self, letter: EmailMessage) -> None:
            assert sends(planned, later) == "sent"
            raise Unsent("the mail server refused the mail: 550", permanent=True)

    sends(planned, now, Refused())
    assert state(planned) == "sent"


def test_two_hand_out_what_waits(planned: Digest, now: datetime.datetime) -> None:
    outcome = race(lambda: hand_out(now), lambda: hand_out(now))
    assert not outcome.waited
    assert (outcome.first, outcome.second) == ([planned.pk], [])


def test_stopped_while_it_is_taken_to_be_sent(planned: Digest, now: datetime.datetime) -> None:
    outcome = race(lambda: sends(planned, now), lambda: stop_mail(planned.recipient, now))
    assert outcome.first == "called_off"
    assert mail.outbox == []
    assert Digest.objects.get(pk=planned.pk).last_error.startswith("stopped")


def test_sent_while_it_is_being_stopped(planned: Digest, now: datetime.datetime) -> None:
    outcome = race(lambda: stop_mail(planned.recipient, now), lambda: sends(planned, now))
    assert outcome.second == "sent"
    assert Recipient.objects.get(pk=planned.recipient_id).stopped_at == now


# --- Mails that come back --------------------------------------------------------------------


def test_a_mail_that_comes_back_twice_counts_once(planned: Digest, now: datetime.datetime) -> None:
    outcome = race(lambda: record_bounce(planned.key, now), lambda: record_bounce(planned.key, now))
    assert (outcome.first, outcome.second) == (True, False)
    assert Recipient.objects.get(pk=planned.recipient_id).bounces == 1


def test_two_mails_that_come_back_count_twice(planned: Digest, now: datetime.datetime) -> None:
    for week in range(1, MOST_BOUNCES - 1):
        came_back = another(planned, f"2020-W{week:02d}", now)
        assert record_bounce(came_back.key, now)
    other = another(planned, "2021-W01", now)
    outcome = race(lambda: record_bounce(planned.key, now), lambda: record_bounce(other.key, now))
    assert (outcome.first, outcome.second) == (True, True)
    recipient = Recipient.objects.get(pk=planned.recipient_id)
    assert (recipient.bounces, recipient.stopped_why) == (MOST_BOUNCES, "bounced")


def test_no_mailbox_and_planning_do_not_block_each_other(
    planned: Digest, now: datetime.datetime
) -> None:
    class Nobody(Postman):
        def send(self, letter: EmailMessage) -> None:
            raise Unsent("the mail server refused the recipient: 550", no_mailbox=True)

    @transaction.atomic
    def plans() -> None:
        """Lock as a plan does, the recipient first; between the locks is the pause."""
        Recipient.objects.select_for_update(no_key=True).get(pk=planned.recipient_id)
        Recipient.objects.filter(pk=planned.recipient_id).update(hour=8)
        Digest.objects.select_for_update(no_key=True).get(pk=planned.pk)

    outcome = race(plans, lambda: sends(planned, now, Nobody()))
    assert outcome.waited
    assert outcome.second == "failed"
    assert Recipient.objects.get(pk=planned.recipient_id).bounces == 1


# --- What is being written -------------------------------------------------------------------


def test_what_is_written_while_mails_are_planned_is_told_by_the_next(
    world: World, recipient: Recipient, now: datetime.datetime
) -> None:
    update, approver = handed_in(world), world.people["approver"]
    written, done = Signal(), Signal()

    @transaction.atomic
    def publishes() -> None:
        publish_update(update, approver)
        written.set()
        assert done.wait(PATIENCE)

    with ThreadPoolExecutor(1) as pool:
        try:
            publishing = pool.submit(own_connection, publishes)
            assert written.wait(PATIENCE)
            # Long after it was written, but not yet seen.
            with time_machine.travel(now + MINUTE, tick=False):
                plan(now + MINUTE)
        finally:
            done.set()
        publishing.result(PATIENCE)
    (before,) = Digest.objects.all()
    sends(before, now + MINUTE)
    with time_machine.travel(now + WEEK, tick=False):
        plan(now + WEEK)
    after = Digest.objects.latest("pk")

    event = Event.objects.get(update=update, verb="published")
    assert event.at < now + MINUTE - SKEW, "else it would be told by the next anyway"
    assert before.until and after.until
    assert before.until == after.since
    assert update.measure.ref in [item["ref"] for item in after.content["changes"]["items"]]
    assert before.until <= event.at < after.until
