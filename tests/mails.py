"""Mails in the outbox and their recipients, as rows in any state."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone

from measures.choices import MailState
from measures.models import Digest, Recipient
from tests.make import serial

#: The fields of a mail that the mail server refused for good.
GIVEN_UP = {"state": MailState.FAILED, "due_at": None, "last_error": "refused: 554", "attempts": 3}

#: The fields of one that nobody need send any more.
CALLED_OFF = {"state": MailState.CALLED_OFF, "due_at": None, "last_error": "superseded"}


def make_recipient(**fields: Any) -> Recipient:
    """Make a recipient whose first digest is not due yet."""
    n = next(serial)
    later = timezone.now() + datetime.timedelta(days=1)
    return Recipient.objects.create(
        **{"email": f"mottaker-{n}@example.no", "next_at": later} | fields
    )


def make_mail(**fields: Any) -> Digest:
    """Make a digest that is due, of a recipient of its own unless told."""
    n = next(serial)
    now = fields.get("planned_at") or timezone.now()
    if "recipient" not in fields:
        fields["recipient"] = make_recipient()
    if fields.get("state") == MailState.SENT:
        fields = {"sent_at": now, "due_at": None} | fields
    content = {"changes": {"items": [], "more": 1}}
    return Digest.objects.create(
        **{
            "kind": "digest",
            "period": f"2026-W{n}",
            "content": content,
            "planned_at": now,
            "due_at": now,
        }
        | fields
    )
