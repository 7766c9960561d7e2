"""The outbox: mails are planned, each once, and carried to the mail server until it has them.

Everything here may run at any time, twice, and in several processes at once. Planning locks the
recipients; the row that it makes is what everybody else looks at. Sending takes a row by a
conditional update, and marks it sent only after the mail server said yes; a worker that dies in
between leaves a row that others take over when its lease is out, and the mail that they send is
the same one, by its Message-ID.
"""

from __future__ import annotations

import datetime
import logging
import random
from collections.abc import Callable, Iterator, Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone

from measures.actions import Changed
from measures.actions.mailboxes import member_mailboxes
from measures.choices import MailKind, MailState, Stopped
from measures.digests.chain import waiting_on
from measures.digests.composing import Shared, Window, beginning, compose
from measures.digests.horizon import settled
from measures.digests.rhythm import latest_slot, next_slot, period_of
from measures.digests.telling import Item
from measures.mail.letters import letter_for
from measures.mail.postman import Postman, Unsent
from measures.models import AnswerLink, Digest, Recipient
from measures.models.outbox import ANSWER_WITHIN, new_name
from stakeholders.models.invitations import tidy_email

logger = logging.getLogger(__name__)

#: Recipients planned in one transaction.
BATCH = 200
#: After so many attempts, about eight hours with the usual pause, a mail is given up; what it told
#: is told by the next.
MOST_ATTEMPTS = 10
A_WEEK_OF_ATTEMPTS = 48
LONGEST_PAUSE = datetime.timedelta(hours=4)
#: Mails that came back before a recipient is stopped.
MOST_BOUNCES = 3
#: They count for so long: three in as many years are no dead mailbox.
LATELY = datetime.timedelta(days=90)
#: Rows that wait are handed out so many at a time.
MOST_AT_ONCE = 5000
#: Why mails are called off.
SUPERSEDED = "superseded: the next one tells it"
STOPPED = "stopped: the recipient wants no mail"
ANSWERED = "answered: nothing is owed any more"


# --- Planning --------------------------------------------------------------------------------


def plan_digests(now: datetime.datetime, only: Sequence[str] = ()) -> Iterator[list[int]]:
    """Make a row for every digest that is due at `now`, also for those of missed runs; yield, for
    each batch of recipients, the keys of the rows that are to be sent.

    `only` are addresses, when not all are wanted. A recipient without anything to tell gets a row
    that says so. One whose last digest is being sent at this moment is left to the next run. With a
    `now` that lies ahead, what would be due then is sent already, and tells what there is to tell.
    """
    member_mailboxes(not_ahead(now))
    due = Recipient.objects.getting_mail().filter(next_at__lte=now).order_by("pk")
    if only:
        due = due.filter(email__in=[tidy_email(address) for address in only])
    shared = Shared()
    last = 0
    while batch := list(due.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        last = batch[-1]
        yield _plan_each(batch, now, shared)


def _plan_each(keys: Sequence[int], now: datetime.datetime, shared: Shared) -> list[int]:
    """Plan the digests of some recipients; where that fails, one by one, so that a recipient whose
    digest cannot be made holds up nobody else's."""
    try:
        return plan_batch(keys, now, shared)
    except Exception:
        if len(keys) == 1:
            logger.exception("The digest of recipient %s could not be planned", keys[0])
            return []
    return [pk for key in keys for pk in _plan_each([key], now, shared)]


@transaction.atomic
def plan_batch(keys: Sequence[int], now: datetime.datetime, shared: Shared) -> list[int]:
    """Plan the digests of some recipients (keys); return the keys of the rows to be sent. `shared`
    is what the batches of one run have in common."""
    recipients = list(
        Recipient.objects.filter(pk__in=keys, next_at__lte=now, stopped_at=None)
        .select_related("user", "organisation")
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    done = _done(recipients, now)
    windows = _windows([recipient for recipient in recipients if recipient.pk not in done], now)
    planned = [recipient for recipient in recipients if recipient.pk in windows]
    contents = compose(planned, windows, shared, now)
    rows = [_row(recipient, windows[recipient.pk], contents, now) for recipient in planned]
    Digest.objects.bulk_create(rows)
    make_links(rows, now)
    moved = [r for r in recipients if r.pk in done or r.pk in windows]
    for recipient in moved:
        recipient.next_at = next_slot(recipient, not_ahead(now))
    Recipient.objects.bulk_update(moved, ["next_at"])
    return [row.pk for row in rows if row.state == MailState.PLANNED]


def _windows(recipients: Sequence[Recipient], now: datetime.datetime) -> dict[int, Window]:
    """Return what each recipient (key) gets told of now, and give up what an earlier digest has not
    told yet. Recipients whose last one is on its way out are left out."""
    mails = Digest.objects.filter(recipient__in=recipients, kind=MailKind.DIGEST)
    under_way = list(mails.under_way().select_for_update(no_key=True).order_by("pk"))
    being_sent = {mail.recipient_id for mail in under_way if mail.state == MailState.SENDING}
    ends = dict(mails.delivered().values_list("recipient").annotate(Max("until")))
    until = settled(not_ahead(now))
    windows: dict[int, Window] = {}
    for recipient in recipients:
        since = beginning(recipient, ends.get(recipient.pk))
        if recipient.pk not in being_sent and since < until:
            windows[recipient.pk] = Window(since, until)
    mails.filter(pk__in=[mail.pk for mail in under_way], recipient__in=list(windows)).update(
        state=MailState.CALLED_OFF, due_at=None, last_error=SUPERSEDED
    )
    # What was given up before is told now: nobody need try it again. The reason stays.
    mails.given_up().filter(recipient__in=list(windows)).update(state=MailState.CALLED_OFF)
    return windows


def _done(recipients: Sequence[Recipient], now: datetime.datetime) -> set[int]:
    """Return the keys of those whose digest for the period has a row."""
    wanted = {r.pk: period_of(r, latest_slot(r, now)) for r in recipients}
    found = Digest.objects.filter(
        recipient__in=recipients, kind=MailKind.DIGEST, period__in=set(wanted.values())
    )
    pairs = found.values_list("recipient", "period")
    return {recipient for recipient, period in pairs if wanted[recipient] == period}


def _row(
    recipient: Recipient, window: Window, contents: dict[int, Item], now: datetime.datetime
) -> Digest:
    content = contents[recipient.pk]
    return Digest(
        recipient=recipient,
        kind=MailKind.DIGEST,
        period=period_of(recipient, latest_slot(recipient, now)),
        since=window.since,
        until=window.until,
        content=content,
        state=MailState.PLANNED if content else MailState.SKIPPED,
        planned_at=now,
        due_at=now if content else None,
    )


def make_links(rows: Sequence[Digest], now: datetime.datetime) -> None:
    """Make the links to answer by that the mails name: one for each measure to report. Called by
    those that plan mails, in their transaction."""
    AnswerLink.objects.bulk_create(
        AnswerLink(
            key=item["link"],
            digest=row,
            user=row.recipient.user,
            measure_id=item["measure"],
            sign_outs=row.recipient.user.sign_outs,
            created_at=now,
            expires_at=now + ANSWER_WITHIN,
        )
        for row in rows
        if row.recipient.user
        for item in row.content.get("to_report", {}).get("items", ())
        if item.get("link")
    )


def not_ahead(now: datetime.datetime) -> datetime.datetime:
    """Return a moment, but not one that lies ahead: what has not happened yet is not told, and must
    not count as told."""
    return min(now, timezone.now())


# --- Sending ---------------------------------------------------------------------------------


@transaction.atomic
def hand_out(now: datetime.datetime) -> list[int]:
    """Return the keys of the mails that wait for somebody to take them, and note that they were
    handed out: new ones, those to be tried again, and those that a dead worker or a lost message
    left behind. What another run is handing out, or planning, at this moment is left to it."""
    waiting = Digest.objects.unqueued(now).order_by("due_at", "pk")
    locked = waiting.select_for_update(skip_locked=True, no_key=True)
    keys = list(locked.values_list("pk", flat=True)[:MOST_AT_ONCE])
    Digest.objects.filter(pk__in=keys).update(queued_at=now)
    return keys


def deliver(
    pk: int, postman: Postman, clock: Callable[[], datetime.datetime] = timezone.now
) -> str:
    """Send one mail, if it is still to be sent; return the state that it is in afterwards.

    Three statements when all goes well: take it, read it, mark it sent. Returns "" when it was not
    for us to send: another has it, it is out, or it is to wait.
    """
    claim = new_name()
    taken = Digest.objects.claimable(clock()).filter(pk=pk)
    if not taken.update(
        state=MailState.SENDING, claim=claim, claimed_at=clock(), attempts=F("attempts") + 1
    ):
        return ""
    mine = Digest.objects.filter(pk=pk, claim=claim, state=MailState.SENDING)
    digest = mine.select_related("recipient__user", "recipient__organisation").first()
    if digest is None:
        return ""
    if digest.attempts > most_attempts(digest):  # its last worker died over it
        reason = digest.last_error or "too many attempts"
        return _failed(digest, Unsent(reason, permanent=True), clock())
    if reason := _unwanted(digest, clock()):
        mine.update(state=MailState.CALLED_OFF, due_at=None, last_error=reason)
        return MailState.CALLED_OFF
    try:
        postman.send(letter_for(digest))
    except Unsent as unsent:
        return _failed(digest, unsent, clock())
    except Exception as error:  # ours: it is tried again, and the next release may have mended it
        logger.exception("Mail %s could not be written", digest.key)
        return _failed(digest, Unsent(f"not written: {type(error).__name__}"), clock())
    if not mine.update(state=MailState.SENT, sent_at=clock(), last_error="", due_at=None):
        logger.warning("Mail %s was sent, but another had taken it over", digest.key)
    return MailState.SENT


def _unwanted(digest: Digest, now: datetime.datetime) -> str:
    """Say why a mail is not to be sent after all; nothing when it is."""
    if digest.recipient.stopped_at and digest.kind != MailKind.CONFIRMATION:
        return STOPPED
    if digest.kind == MailKind.REMINDER and not _still_owed(digest, now):
        return ANSWERED
    return ""


def _still_owed(digest: Digest, now: datetime.datetime) -> bool:
    """Say whether anything that a reminder is about is still to be reported: closing the reporting,
    or reporting, stops what is under way."""
    about = waiting_on(timezone.localdate(now))
    return about.filter(pk__in=digest.reminders.values("measure")).exists()


@transaction.atomic
def _failed(digest: Digest, unsent: Unsent, now: datetime.datetime) -> str:
    """Note that the mail server did not take a mail: to be tried again, or given up."""
    gives_up = unsent.permanent or digest.attempts >= most_attempts(digest)
    if unsent.no_mailbox:
        _lock_recipient(digest)
    mine = Digest.objects.filter(pk=digest.pk, claim=digest.claim, state=MailState.SENDING)
    done = mine.update(
        state=MailState.FAILED,
        last_error=str(unsent)[:300],
        due_at=None if gives_up else now + pause(digest.attempts),
        queued_at=None,
    )
    if done and gives_up:
        digest.reminders.all().delete()  # so that the next run reminds again
    if done and unsent.no_mailbox:
        Digest.objects.filter(pk=digest.pk).update(bounced_at=now)
        _count_bounce(digest, now)
    return MailState.FAILED


def most_attempts(digest: Digest) -> int:
    """Return after how many attempts a mail is given up. No later mail asks what a question to
    confirm asked: it is tried for the week that its link is good for."""
    return A_WEEK_OF_ATTEMPTS if digest.kind == MailKind.CONFIRMATION else MOST_ATTEMPTS


def pause(attempts: int) -> datetime.timedelta:
    """Return how long to wait after so many attempts: twice as long each time, more or less, so
    that not all come back at once."""
    seconds = settings.OUTBOX_RETRY_SECONDS * 2 ** min(attempts - 1, 20)
    wait = min(datetime.timedelta(seconds=seconds), LONGEST_PAUSE)
    return wait * random.uniform(0.75, 1.25)  # noqa: S311  # no secret


@transaction.atomic
def retry_mail(digest: Digest, now: datetime.datetime) -> Digest:
    """Let a mail that was given up be tried again, from the first attempt. Returns it. Raises
    Changed when it is gone, is not given up (any more: a later one tells it), or is a reminder: it
    was forgotten that it reminded (`_failed`), so the next run reminds again."""
    list(Recipient.objects.select_for_update(no_key=True).filter(pk=digest.recipient_id))
    given_up = Digest.objects.select_for_update(no_key=True, of=("self",)).given_up()
    tellable = given_up.exclude(kind=MailKind.REMINDER).exclude(content={})
    locked = tellable.filter(pk=digest.pk).first()
    if locked is None:
        raise Changed
    locked.state, locked.due_at, locked.queued_at, locked.attempts = MailState.PLANNED, now, None, 0
    locked.save(update_fields=["state", "due_at", "queued_at", "attempts"])
    return locked


# --- Mails that come back --------------------------------------------------------------------


@transaction.atomic
def record_bounce(key: str, now: datetime.datetime) -> bool:
    """Note that the mail with this name came back for good; the third stops its recipient.

    Returns whether there is such a mail that had not come back already.
    """
    digest = Digest.objects.filter(key=key, bounced_at=None).first()
    if digest is None:
        return False
    _lock_recipient(digest)
    if not Digest.objects.filter(pk=digest.pk, bounced_at=None).update(bounced_at=now):
        return False
    _count_bounce(digest, now)
    return True


def _lock_recipient(digest: Digest) -> None:
    """Lock the recipient, and only then the mail: the same order as those who plan mails."""
    list(Recipient.objects.select_for_update(no_key=True).filter(pk=digest.recipient_id))


def _count_bounce(digest: Digest, now: datetime.datetime) -> None:
    """Count what came back lately, and stop a recipient whose mailbox takes nothing any more."""
    recipient = Recipient.objects.filter(pk=digest.recipient_id)
    back = Digest.objects.filter(recipient=digest.recipient_id, bounced_at__gt=now - LATELY)
    recipient.update(bounces=back.count())
    recipient.filter(bounces__gte=MOST_BOUNCES, stopped_at=None).update(
        stopped_at=now, stopped_why=Stopped.BOUNCED
    )
