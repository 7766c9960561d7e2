"""Tomorrow's digest of one recipient, as it would be if it were sent: nothing is stored, and
nothing in it opens anything."""

from __future__ import annotations

import copy
import datetime
from dataclasses import dataclass

from django.db.models import Max
from django.utils import timezone

from measures.choices import MailKind
from measures.dates import OSLO, moment_of
from measures.digests.composing import Shared, Window, beginning, compose
from measures.digests.rhythm import next_slot, period_of
from measures.digests.telling import Item
from measures.mail.letters import Mail, letter_for
from measures.models import Digest, Recipient

#: Stands in links instead of the name of a mailbox or of a link to answer by. No real name has a
#: hyphen, nor this length, so that what it is signed for does not exist.
NOWHERE = "kun-til-forhandsvisning"


@dataclass(frozen=True)
class Preview:
    """A digest that is not sent: as it would be at `at`, tomorrow. `next_at` is when the recipient
    really gets the next one; `mail` is None when there is nothing to tell."""

    at: datetime.datetime
    next_at: datetime.datetime
    mail: Mail | None

    @property
    def html(self) -> str:
        """The mail as mail programs show it."""
        return str(self.mail.alternatives[0][0]) if self.mail else ""


def tomorrow_of(recipient: Recipient, now: datetime.datetime) -> datetime.datetime:
    """Return tomorrow at the hour that the recipient has chosen, in Norwegian time."""
    day = timezone.localdate(now, OSLO) + datetime.timedelta(days=1)
    return moment_of(day, recipient.hour)


def preview(recipient: Recipient, now: datetime.datetime) -> Preview:
    """Return the digest that a recipient, loaded with its user and organisation, would get
    tomorrow: what was written after the last one that was delivered. Writes nothing."""
    at = tomorrow_of(recipient, now)
    delivered = Digest.objects.delivered().filter(recipient=recipient, kind=MailKind.DIGEST)
    last = delivered.aggregate(until=Max("until"))["until"]
    window = Window(beginning(recipient, last), at)
    content = compose([recipient], {recipient.pk: window}, Shared(), at)[recipient.pk]
    mail = _mail(recipient, window, content, at) if content else None
    return Preview(at, next_slot(recipient, now), mail)


def _mail(recipient: Recipient, window: Window, content: Item, at: datetime.datetime) -> Mail:
    """Write the mail with links that open nothing, so that nobody answers, or stops anything, on
    behalf of somebody else."""
    for item in content.get("to_report", {}).get("items", ()):
        if item.get("link"):
            item["link"] = NOWHERE
    stand_in = copy.copy(recipient)
    stand_in.key = NOWHERE
    digest = Digest(
        recipient=stand_in,
        kind=MailKind.DIGEST,
        period=period_of(recipient, at),
        since=window.since,
        until=window.until,
        content=content,
        planned_at=at,
    )
    return letter_for(digest)
