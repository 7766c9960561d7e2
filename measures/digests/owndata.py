"""Everything that is kept of a mailbox, for whoever reads it (GDPR, article 15 and 20)."""

from __future__ import annotations

from typing import Any

from measures.digests.naming import name_of
from measures.models import AnswerLink, Recipient


def own_data(recipient: Recipient) -> dict[str, Any]:
    """Return the address, the rhythm, what it follows, and every mail, as JSON takes it."""
    subscriptions = recipient.subscriptions.select_related("measure", "document", "organisation")
    links = AnswerLink.objects.filter(digest__recipient=recipient).select_related("measure")
    return {
        "email": recipient.email,
        "language": recipient.language,
        "frequency": recipient.frequency,
        "weekday": recipient.weekday,
        "hour": recipient.hour,
        "created_at": recipient.created_at,
        "stopped_at": recipient.stopped_at,
        "stopped_why": recipient.stopped_why,
        "bounces": recipient.bounces,
        "member": str(recipient.user) if recipient.user else None,
        "organisation": recipient.organisation.name if recipient.organisation else None,
        "subscriptions": [
            {
                "about": str(name_of(one.about)),
                "scope": one.scope,
                "query": one.query,
                "created_at": one.created_at,
                "confirmed_at": one.confirmed_at,
                "ended_at": one.ended_at,
            }
            for one in subscriptions.order_by("pk")
        ],
        "mails": list(
            recipient.mails.order_by("pk").values(
                *("kind", "period", "since", "until", "state", "planned_at", "attempts"),
                *("sent_at", "bounced_at", "last_error", "content"),
            )
        ),
        "answers": [
            {
                "measure": link.measure.ref,
                "created_at": link.created_at,
                "used_at": link.used_at,
                "answer": link.answer,
            }
            for link in links.order_by("pk")
        ],
    }
