"""Mail for trying the site out on one's own machine."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction

from measures.actions.following import Rhythm
from measures.actions.mailboxes import member_mailboxes, set_organisation_address
from measures.models import Recipient
from stakeholders.models import Organisation

#: A ministry, an industry body and a cluster, with addresses that lead nowhere.
INBOXES = {
    "nfd": "postmottak-nfd@demo.example",
    "lmi": "post-lmi@demo.example",
    "nht": "post-nht@demo.example",
}
#: The first digests tell of the loading of the register, which was moments ago.
BACK = datetime.timedelta(days=7)


@transaction.atomic
def create_demo_mailboxes(now: datetime.datetime) -> int:
    """Give a ministry, an industry body and a cluster an address each, and the demo accounts their
    mailboxes, all due at once and telling of the last week. Does nothing where there is any mailbox
    already. Returns how many were made. Raises PermissionDenied unless DEBUG is on."""
    if not settings.DEBUG:
        raise PermissionDenied("Demo mailboxes are for DEBUG alone")
    if Recipient.objects.exists():
        return 0
    for key, email in INBOXES.items():
        organisation = Organisation.objects.get(key=key)
        set_organisation_address(organisation, email, Rhythm("weekly", 0, 7, "nb"), now)
    member_mailboxes(now)
    return Recipient.objects.update(since=now - BACK, next_at=now)
