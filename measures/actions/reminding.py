"""Reminders of what should be reported, at most one mail a day to anybody, and one a stage about
any measure."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone, translation

from measures.actions.mailboxes import member_mailboxes
from measures.actions.outbox import make_links
from measures.choices import MailKind, MailState
from measures.digests.chain import Owed, Told, told_on
from measures.digests.telling import Item, item_of
from measures.digests.work import MOST, listed, report_item
from measures.models import Digest, Measure, Recipient, Reminder
from measures.models.outbox import new_name
from measures.queries.desk import with_report_due
from stakeholders.models import Organisation

logger = logging.getLogger(__name__)


def plan_reminders(now: datetime.datetime) -> list[int]:
    """Make a row for every reminder that is due on the day of `now`; return the keys of the rows.

    What a digest of the same day has asked for already counts as reminded. Safe to repeat, also by
    several at once.
    """
    member_mailboxes(now)
    told = told_on(timezone.localdate(now))
    planned = []
    for recipient in sorted(told):
        try:
            planned.append(plan_reminder(recipient, told[recipient], now))
        except Exception:  # one whose reminder cannot be made holds up nobody else's
            logger.exception("The reminder of recipient %s could not be planned", recipient)
    return [pk for pk in planned if pk]


@transaction.atomic
def plan_reminder(recipient: int, told: Told, now: datetime.datetime) -> int | None:
    """Plan one recipient's reminder; return the key of its row, None where there is none to send:
    it was reminded today, or of all of it at this stage."""
    today = timezone.localdate(now)
    locked = (
        Recipient.objects.select_related("user", "organisation")
        .select_for_update(of=("self",), no_key=True)
        .filter(pk=recipient, stopped_at=None)
        .first()
    )
    reminders = Digest.objects.filter(recipient=recipient, kind=MailKind.REMINDER)
    if locked is None or reminders.filter(period=today.isoformat()).exists():
        return None
    _count_todays_digest(locked, told, now)
    before = set(
        Reminder.objects.filter(recipient=recipient).values_list("measure", "due_on", "stage")
    )
    own = [one for one in told.own if _place(one) not in before]
    others = [one for one in told.others if _place(one) not in before]
    if not own and not others:
        return None
    digest = Digest.objects.create(
        recipient=locked,
        kind=MailKind.REMINDER,
        period=today.isoformat(),
        content=_content(locked, own, others, today),
        planned_at=now,
        due_at=now,
    )
    make_links([digest], now)
    _note(digest, [*own, *others])
    return digest.pk


def _place(one: Owed) -> tuple[int, datetime.date, str]:
    return one.measure, one.due, one.stage.value


def _note(digest: Digest, owed: Iterable[Owed]) -> None:
    """Note that the mail reminds of them. Two organisations may owe a word of the same measure."""
    places = dict.fromkeys(_place(one) for one in owed)
    Reminder.objects.bulk_create(
        [
            Reminder(
                digest=digest,
                recipient=digest.recipient,
                measure_id=measure,
                due_on=due,
                stage=stage,
            )
            for measure, due, stage in places
        ],
        ignore_conflicts=True,
    )


def _count_todays_digest(recipient: Recipient, told: Told, now: datetime.datetime) -> None:
    """Let what a digest of today asks for count as reminded: nobody gets two mails about it."""
    digests = Digest.objects.filter(
        recipient=recipient,
        kind=MailKind.DIGEST,
        state__in=[MailState.PLANNED, MailState.SENDING, MailState.SENT],
        planned_at__gte=now - datetime.timedelta(days=1),
    )
    for digest in digests:
        if timezone.localdate(digest.planned_at) == timezone.localdate(now):
            asked = digest.content.get("to_report", {}).get("items", ())
            refs = {item["measure"] for item in asked}
            _note(digest, (one for one in told.own if one.measure in refs))


def _content(
    recipient: Recipient, own: list[Owed], others: list[Owed], today: datetime.date
) -> Item:
    """Return what the reminder says, only what is not empty."""
    asked = list(dict.fromkeys(one.measure for one in own))
    # Two organisations may owe a word of the same measure: either may give it.
    owing: dict[tuple[int, datetime.date], list[int]] = {}
    for one in others:
        owing.setdefault((one.measure, one.due), []).append(one.organisation)
    shown = list(owing.items())[:MOST]
    keys = {*asked[:MOST], *(measure for (measure, _due), _organisations in shown)}
    loaded = with_report_due(Measure.objects.filter(pk__in=keys), today)
    measures = {measure.pk: measure for measure in loaded}
    labels = {
        o.pk: o.label
        for o in Organisation.objects.filter(pk__in={one.organisation for one in others})
    }
    with translation.override(recipient.language):
        to_report = [report_item(measures[key]) for key in asked[:MOST]]
        missing = [
            item_of(measures[measure])
            | {"due": due.isoformat(), "by": ", ".join(labels[o] for o in organisations)}
            for (measure, due), organisations in shown
        ]
    if recipient.user:
        for item in to_report:
            item["link"] = new_name()
    content = {"to_report": listed(to_report, len(asked)), "others": listed(missing, len(owing))}
    return {name: rows for name, rows in content.items() if rows["items"]}
