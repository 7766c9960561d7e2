"""Digests are planned once, tell without gaps or repeats, and go until the server says yes."""

from __future__ import annotations

import datetime
import itertools
import smtplib
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from measures.actions import Changed
from measures.actions.following import change_rhythm, stop_mail
from measures.actions.mailboxes import member_mailboxes
from measures.actions.outbox import (
    MOST_ATTEMPTS,
    SUPERSEDED,
    deliver,
    hand_out,
    pause,
    plan_digests,
    record_bounce,
    retry_mail,
)
from measures.actions.publishing import publish_update
from measures.digests import composing
from measures.digests.horizon import SKEW
from measures.mail.letters import message_id
from measures.mail.postman import Postman, Unsent
from measures.models import Digest, Measure, Recipient
from measures.models.outbox import lease
from tests.cast import World, make_world
from tests.mailboxes import A_DAY, DAILY, NOON, contents, follower, planned, sent
from tests.make import make_handed_in, make_update

pytestmark = pytest.mark.django_db
A_MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def world() -> World:
    return make_world()


class Server(Postman):
    """A mail server that answers as told, and remembers what it took."""

    def __init__(self, *answers: Exception | None) -> None:
        super().__init__()
        self.answers = list(answers)
        self.taken: list[str] = []

    def send(self, message: Any) -> None:
        answer = self.answers.pop(0) if self.answers else None
        if answer is not None:
            raise answer
        self.taken.append(message.extra_headers["Message-ID"])


def news(world: World, at: datetime.datetime, status: str = "in_progress") -> None:
    """Publish something about the measure at a moment."""
    with time_machine.travel(at, tick=False):
        make_update(world.measure, "2026-02-01", status=status, published_at=at)


def only_digest() -> Digest:
    return Digest.objects.select_related("recipient").get(kind="digest")


# --- Once, and without gaps -------------------------------------------------------------------


def test_planned_twice_is_sent_once(world: World) -> None:
    recipient = follower(rhythm=DAILY, now=NOON - 2 * A_DAY)
    news(world, NOON - A_DAY)
    assert len(planned(NOON)) == 1
    assert planned(NOON) == []
    Recipient.objects.update(next_at=NOON)  # as if the clock was set back
    assert planned(NOON) == []
    assert len(contents(recipient)) == 1


def test_what_was_told_is_not_told_again(world: World) -> None:
    recipient = follower(rhythm=DAILY, now=NOON - 3 * A_DAY)
    news(world, NOON - 2 * A_DAY)
    assert sent(NOON - A_DAY) == ["sent"]
    news(world, NOON - A_DAY + A_MINUTE, "completed")
    assert sent(NOON) == ["sent"]
    first, second = contents(recipient)
    assert first["changes"]["items"][0]["now"] == "in_progress"
    assert [line["said"] for line in second["changes"]["items"][0]["lines"]] == ["completed"]


def test_nothing_to_tell_is_a_row_and_no_mail(world: World) -> None:
    recipient = follower(rhythm=DAILY, now=NOON - A_DAY)
    assert sent(NOON) == []
    row = Digest.objects.get(recipient=recipient)
    assert (row.state, row.content, row.sent_at) == ("skipped_empty", {}, None)
    assert mail.outbox == []


def test_one_day_five_past_ten_the_next_at_one_past(world: World) -> None:
    """A run a few minutes earlier in the day skips nobody."""
    recipient = follower(rhythm=DAILY, now=NOON - A_DAY)
    news(world, NOON - A_DAY + A_MINUTE)
    for run in (NOON.replace(hour=9, minute=5), NOON.replace(hour=9, minute=1) + A_DAY):
        planned(run)
    assert [m.period for m in recipient.mails.order_by("pk")] == ["2026-12-02", "2026-12-03"]


def test_a_missed_run_is_caught_up(world: World) -> None:
    recipient = follower(now=NOON - 30 * A_DAY)
    news(world, NOON - 20 * A_DAY)
    assert sent(NOON) == ["sent"]
    (content,) = contents(recipient)
    assert content["changes"]["items"][0]["ref"] == "VK-01"


def test_written_last_month_and_published_today_is_news(world: World) -> None:
    reporter, approver = world.people["reporter"], world.people["approver"]
    with time_machine.travel(NOON - 30 * A_DAY, tick=False):
        update = make_handed_in(world.measure, reporter, date=datetime.date(2026, 11, 1))
    recipient = follower(rhythm=DAILY, now=NOON - 3 * A_DAY)
    assert sent(NOON - A_DAY) == []
    with time_machine.travel(NOON - A_MINUTE, tick=False):
        publish_update(update, approver)
    assert sent(NOON) == ["sent"]
    lines = contents(recipient)[-1]["changes"]["items"][0]["lines"]
    assert [line["text"] for line in lines] == [update.summary]


@pytest.mark.once
def test_a_year_of_weeks(world: World) -> None:
    """Each recipient gets every week once, whatever its weekday and hour, also across both nights
    on which the clock is changed; and everything is told once."""
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    recipients = []
    for weekday, hour in ((0, 7), (2, 0), (5, 23), (6, 2), (6, 3)):
        rhythm = DAILY._replace(frequency="weekly", weekday=weekday, hour=hour)
        recipients.append(follower(rhythm=rhythm, now=start))
    told: dict[int, list[str]] = {recipient.pk: [] for recipient in recipients}
    statuses = ["in_progress", "completed"]
    for number in range(365):
        day = start + number * A_DAY
        if number % 7 == 1:
            news(world, day + datetime.timedelta(hours=12), statuses[number % 2])
        # At another minute every day, and not at all on some.
        if number % 10 != 3:
            run = day + datetime.timedelta(hours=23, minutes=number % 50)
            assert set(sent(run)) <= {"sent"}
    for recipient in recipients:
        mails = list(recipient.mails.filter(kind="digest").order_by("until"))
        weeks = [m.period for m in mails]
        assert len(weeks) == len(set(weeks))
        assert len(weeks) in (52, 53)
        assert all(a.until == b.since for a, b in itertools.pairwise(mails))
        for one in mails:
            for item in one.content.get("changes", {"items": []})["items"]:
                told[recipient.pk] += [line["at"] for line in item["lines"]]
    updates = world.measure.updates.filter(published_at__gt=start).count() - 1  # that of the world
    for lines in told.values():
        assert len(lines) == len(set(lines)) >= updates - 2


def test_a_mail_that_never_left_is_told_by_the_next(world: World) -> None:
    recipient = follower(rhythm=DAILY, now=NOON - 3 * A_DAY)
    news(world, NOON - 2 * A_DAY)
    (pk,) = planned(NOON - A_DAY)
    away = Server(*[Unsent("no connection: OSError")] * 3)
    assert deliver(pk, away, lambda: NOON - A_DAY) == "failed"
    (later,) = planned(NOON)
    first, second = contents(recipient)
    assert second["changes"] == first["changes"]
    never_left = Digest.objects.get(pk=pk)
    assert (never_left.state, never_left.last_error) == ("called_off", SUPERSEDED)
    server = Server()
    assert deliver(pk, server, lambda: NOON) == ""
    assert deliver(later, server, lambda: NOON) == "sent"
    assert len(server.taken) == 1


def test_one_mail_whatever_the_number_of_subscriptions(world: World) -> None:
    now = NOON - 2 * A_DAY
    for about in ({}, {"measure": world.measure}, {"document": world.document}):
        follower("en@example.no", DAILY, now, **about)
    news(world, NOON - A_DAY)
    assert sent(NOON) == ["sent"]
    assert [m.to for m in mail.outbox] == [["en@example.no"]]


@pytest.mark.parametrize("number", [1, 21])
def test_planning_costs_the_same_for_many(
    world: World, number: int, django_assert_max_num_queries: Any
) -> None:
    for _each in range(number):
        follower(rhythm=DAILY, now=NOON - 2 * A_DAY)
    news(world, NOON - A_DAY)
    member_mailboxes(NOON)
    with django_assert_max_num_queries(30):
        assert len(planned(NOON)) == number


def test_sending_costs_three_queries(world: World, django_assert_num_queries: Any) -> None:
    follower(rhythm=DAILY, now=NOON - 2 * A_DAY)
    news(world, NOON - A_DAY)
    (pk,) = planned(NOON)
    with django_assert_num_queries(3):
        assert deliver(pk, Postman(), lambda: NOON) == "sent"


def test_only_some(world: World) -> None:
    follower("en@example.no", DAILY, NOON - 2 * A_DAY)
    follower("to@example.no", DAILY, NOON - 2 * A_DAY)
    news(world, NOON - A_DAY)
    (pk,) = planned(NOON, "TO@example.no")
    assert Digest.objects.get(pk=pk).recipient.email == "to@example.no"


def test_what_was_published_while_stopped_is_not_told(world: World) -> None:
    recipient = follower(rhythm=DAILY, now=NOON - 9 * A_DAY)
    news(world, NOON - 8 * A_DAY)
    assert sent(NOON - 7 * A_DAY) == ["sent"]
    stop_mail(recipient, NOON - 6 * A_DAY)
    news(world, NOON - 5 * A_DAY, "completed")
    change_rhythm(recipient, DAILY, NOON - 3 * A_DAY)
    planned(NOON, recipient.email)
    last = recipient.mails.filter(kind="digest").latest("until")
    assert (last.since, last.state) == (NOON - 3 * A_DAY, "skipped_empty")


def test_one_whose_digest_cannot_be_made_holds_up_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = follower("daarlig@example.no", DAILY, NOON - 2 * A_DAY)
    follower("god@example.no", DAILY, NOON - 2 * A_DAY)
    news(world, NOON - A_DAY)

    def compose(recipients: Any, *others: Any) -> Any:
        if any(recipient.pk == bad.pk for recipient in recipients):
            raise KeyError("noe")
        return composing.compose(recipients, *others)

    monkeypatch.setattr("measures.actions.outbox.compose", compose)
    planned(NOON)
    assert Digest.objects.filter(recipient__email="god@example.no").exists()
    assert not bad.mails.exists()


# --- Until the server says yes ----------------------------------------------------------------


@pytest.fixture
def waiting(world: World) -> int:
    """The key of a mail that waits to be sent."""
    follower(rhythm=DAILY, now=NOON - 2 * A_DAY)
    news(world, NOON - A_DAY)
    (pk,) = planned(NOON)
    return pk


def test_a_temporary_answer_is_tried_again(waiting: int) -> None:
    server = Server(Unsent("451"))
    assert deliver(waiting, server, lambda: NOON) == "failed"
    digest = only_digest()
    assert (digest.attempts, digest.last_error) == (1, "451")
    assert digest.due_at is not None
    assert digest.due_at > NOON
    assert deliver(waiting, server, lambda: NOON) == ""  # it is to wait
    later = digest.due_at
    assert hand_out(NOON) == []
    assert hand_out(later) == [waiting]
    assert deliver(waiting, server, lambda: later) == "sent"
    assert server.taken == [message_id(digest)]


def test_a_final_answer_ends_it(waiting: int) -> None:
    server = Server(Unsent("554", permanent=True))
    assert deliver(waiting, server, lambda: NOON) == "failed"
    digest = only_digest()
    assert (digest.due_at, digest.last_error) == (None, "554")
    assert hand_out(NOON + 30 * A_DAY) == []
    assert digest.recipient.bounces == 0


def test_it_is_given_up_after_many_attempts(waiting: int) -> None:
    server, now = Server(*[Unsent("away")] * 50), NOON
    for _attempt in range(MOST_ATTEMPTS):
        assert deliver(waiting, server, lambda now=now: now) == "failed"  # type: ignore[misc]
        now += A_DAY
    assert only_digest().due_at is None
    assert deliver(waiting, server, lambda: now) == ""


def test_pauses_grow_and_differ(settings: Any) -> None:
    settings.OUTBOX_RETRY_SECONDS = 60
    assert 45 <= pause(1).total_seconds() <= 75
    assert 360 <= pause(4).total_seconds() <= 600
    assert pause(30) <= datetime.timedelta(hours=5)
    assert len({pause(3) for _each in range(20)}) > 1


def test_a_dead_worker_leaves_the_same_mail(waiting: int) -> None:
    """It died between the server's yes and ours: the mail goes again, by the same name."""
    server = Server()
    assert deliver(waiting, server, lambda: NOON) == "sent"
    Digest.objects.update(state="sending", sent_at=None, claimed_at=NOON)
    assert hand_out(NOON + A_MINUTE) == []
    late = NOON + lease()
    assert hand_out(late) == [waiting]
    assert deliver(waiting, server, lambda: late) == "sent"
    assert len(server.taken) == 2
    assert len(set(server.taken)) == 1


def test_one_being_sent_is_not_told_by_the_next(waiting: int, world: World) -> None:
    """Nobody knows yet whether it is out. The next waits until somebody does."""
    Digest.objects.update(state="sending", claim="en", claimed_at=NOON)
    assert planned(NOON + A_DAY) == []
    assert Digest.objects.count() == 1
    assert deliver(waiting, Server(), lambda: NOON + A_DAY) == "sent"
    planned(NOON + A_DAY)
    assert Digest.objects.count() == 2


def test_who_stopped_gets_nothing(waiting: int) -> None:
    stop_mail(only_digest().recipient, NOON)
    server = Server()
    assert deliver(waiting, server, lambda: NOON) == "called_off"
    assert server.taken == []
    assert planned(NOON + 3 * A_DAY) == []


def test_a_lost_message_is_handed_out_again(waiting: int) -> None:
    assert hand_out(NOON) == [waiting]
    assert hand_out(NOON + A_MINUTE) == []
    assert hand_out(NOON + lease()) == [waiting]


# --- By hand ----------------------------------------------------------------------------------


def test_a_steward_tries_again(waiting: int) -> None:
    deliver(waiting, Server(Unsent("554", permanent=True)), lambda: NOON)
    retry_mail(only_digest(), NOON)
    assert hand_out(NOON) == [waiting]
    with pytest.raises(Changed):
        retry_mail(only_digest(), NOON)


def test_what_the_next_one_tells_is_not_tried_again(waiting: int) -> None:
    digest = only_digest()
    deliver(waiting, Server(Unsent("554", permanent=True)), lambda: NOON)
    planned(NOON + A_DAY)
    digest.refresh_from_db()
    assert (digest.state, digest.last_error) == ("called_off", "554")
    with pytest.raises(Changed):
        retry_mail(digest, NOON + A_DAY)


def test_three_that_come_back_stop_the_recipient(world: World) -> None:
    recipient = follower(rhythm=DAILY, now=NOON - 5 * A_DAY)
    for number in range(4, 1, -1):
        news(world, NOON - number * A_DAY, "completed" if number % 2 else "in_progress")
        assert "sent" in sent(NOON - (number - 1) * A_DAY)
        key = recipient.mails.latest("pk").key
        assert record_bounce(key, NOON)
        assert not record_bounce(key, NOON)
    recipient.refresh_from_db()
    assert (recipient.bounces, recipient.stopped_why) == (3, "bounced")
    assert not record_bounce("finnes-ikke", NOON)


def test_a_mailbox_that_is_not_there_counts_as_come_back(waiting: int) -> None:
    server = Server(Unsent("550", permanent=True, no_mailbox=True))
    deliver(waiting, server, lambda: NOON)
    assert only_digest().recipient.bounces == 1


# --- What the server's answers mean -----------------------------------------------------------


class Refusing:
    """A connection that answers with an error."""

    def __init__(self, error: Exception) -> None:
        self.error, self.closed = error, False

    def open(self) -> None: ...

    def close(self) -> None:
        self.closed = True

    def send_messages(self, messages: Any) -> int:
        raise self.error


@pytest.mark.parametrize(
    ("error", "permanent", "no_mailbox", "closes"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b.no": (550, b"nobody")}), True, True, False),
        (smtplib.SMTPRecipientsRefused({"a@b.no": (451, b"later")}), False, False, False),
        # Not this mail is refused, but the site: it can be mended, and then all of them go.
        (smtplib.SMTPSenderRefused(530, b"sign in", "x@y.no"), False, False, True),
        (smtplib.SMTPDataError(554, b"spam"), True, False, False),
        (smtplib.SMTPDataError(421, b"bye"), False, False, True),
        (smtplib.SMTPServerDisconnected("gone"), False, False, True),
        (ConnectionRefusedError(), False, False, True),
        (TimeoutError(), False, False, True),
    ],
)
def test_answers(
    error: Exception,
    permanent: bool,
    no_mailbox: bool,
    closes: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connection = Refusing(error)
    monkeypatch.setattr("measures.mail.postman.get_connection", lambda **_: connection)
    with pytest.raises(Unsent) as caught:
        Postman().send(mail.EmailMessage("Emne", "Tekst", to=["a@b.no"]))
    assert (caught.value.permanent, caught.value.no_mailbox) == (permanent, no_mailbox)
    assert connection.closed == closes
    assert "a@b.no" not in str(caught.value)


def test_measures_stay_as_they_are(world: World) -> None:
    """Mail tells of the record and never changes it."""
    before = list(Measure.objects.values())
    follower(rhythm=DAILY, now=NOON - 2 * A_DAY)
    news(world, timezone.now() - A_DAY)
    changed = list(Measure.objects.values())
    sent(NOON)
    assert before != changed
    assert list(Measure.objects.values()) == changed


def test_a_run_for_a_day_ahead_loses_nothing(world: World) -> None:
    """Somebody sends next week's digest today: what happens until then is told by the one after,
    and the rhythm stays."""
    recipient = follower(rhythm=DAILY, now=NOON - 2 * A_DAY)
    news(world, NOON - A_DAY)
    with time_machine.travel(NOON, tick=False):
        assert [pk for keys in plan_digests(NOON + 5 * A_DAY, [recipient.email]) for pk in keys]
    early = recipient.mails.get()
    assert early.period == "2026-12-07"
    assert NOON - SKEW <= early.until <= NOON  # type: ignore[operator]  # a digest has a window
    Digest.objects.filter(pk=early.pk).update(state="sent", sent_at=NOON, due_at=None)
    news(world, NOON + A_MINUTE, "completed")
    assert len(planned(NOON + A_DAY, recipient.email)) == 1
    assert [d.period for d in recipient.mails.order_by("pk")] == ["2026-12-07", "2026-12-03"]
    assert contents(recipient)[-1]["changes"]["items"][0]["now"] == "completed"
