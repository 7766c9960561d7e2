"""Links to answer by, and what a browser sends with them."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from measures.mail.links import Purpose, token_for
from measures.models import AnswerLink, Measure
from measures.models.outbox import ANSWER_WITHIN
from measures.queries.speaking import newest_published
from stakeholders.models import User
from tests.cast import World

SUMMARY = "Anbudet er lyst ut."
REASON = "Anskaffelsen tar lengre tid enn ventet."


def make_link(user: User, measure: Measure, **fields: Any) -> AnswerLink:
    """Make a link by which the person answers about the measure."""
    now = timezone.now()
    return AnswerLink.objects.create(
        **{
            "user": user,
            "measure": measure,
            "sign_outs": user.sign_outs,
            "created_at": now,
            "expires_at": now + ANSWER_WITHIN,
        }
        | fields
    )


def reporters_link(world: World, **fields: Any) -> AnswerLink:
    """Make the reporter's link about VK-01."""
    return make_link(world.people["reporter"], world.measure, **fields)


def token_of(link: AnswerLink) -> str:
    """Return what stands in the link's address."""
    return token_for(Purpose.ANSWER, link.key)


def address_of(link: AnswerLink, prefix: str = "") -> str:
    """Return where the link leads."""
    return f"{prefix}/svar/{token_of(link)}/"


def posted(measure: Measure, answer: str, **fields: Any) -> dict[str, Any]:
    """Return what a browser sends that has just opened the page."""
    measure.refresh_from_db()
    newest = newest_published(measure)
    seen = {"seen": newest.pk if newest else "", "standing": measure.current_update_id or ""}
    return seen | {"answer": answer} | fields


def changed(measure: Measure, **fields: Any) -> dict[str, Any]:
    """Return a complete answer that the status has changed."""
    return posted(measure, "endret", **{"status": "in_progress", "summary": SUMMARY} | fields)


def postponed(measure: Measure, **fields: Any) -> dict[str, Any]:
    """Return a complete answer with a new deadline."""
    given = {"new_due": "mai 2150", "new_due_reason": REASON}
    return posted(measure, "ny-frist", **given | fields)
