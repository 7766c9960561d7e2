"""Seeing to it that what organisations say keeps the published rules (`/om/`)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from measures.actions import Changed
from measures.actions.commenting import as_it_is, tell
from measures.actions.drafting import locked
from measures.choices import Verb
from measures.models import Comment, CommentReport
from stakeholders.models import User

#: So many reports about one comment wait to be seen to; more would only fill the table.
MOST_REPORTS = 20


@transaction.atomic
def hide_comment(comment: Comment, steward: User, reason: str) -> Comment:
    """Hide a public comment that breaks the rules, with a reason that everybody sees. The record
    keeps its words. What people have reported about it has been seen to with that.

    Returns the comment. Raises ValueError without a reason, Changed when it is hidden or withdrawn
    already, PermissionDenied for others than stewards of the measure's document.
    """
    if not reason.strip():
        raise ValueError("A comment is hidden for a reason")
    stored = _kept(comment, steward)
    if stored.hidden_at or stored.withdrawn_at:
        raise Changed(_("Innspillet er skjult eller trukket i mellomtiden."))
    stored.hidden_at, stored.hidden_by = timezone.now(), steward
    stored.hidden_reason = reason.strip()
    stored.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    _see_to_reports(stored, steward)
    _count_answers(stored)
    tell(Verb.COMMENT_HIDDEN, stored, steward, {"hidden_reason": ["", stored.hidden_reason]})
    return as_it_is(stored)


@transaction.atomic
def show_comment(comment: Comment, steward: User) -> Comment:
    """Show a hidden comment again. Returns it; raises Changed and PermissionDenied as above."""
    stored = _kept(comment, steward)
    if not stored.hidden_at:
        raise Changed(_("Innspillet er ikke skjult."))
    before = stored.hidden_reason
    stored.hidden_at, stored.hidden_by, stored.hidden_reason = None, None, ""
    stored.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    _count_answers(stored)
    tell(Verb.COMMENT_SHOWN, stored, steward, {"hidden_reason": [before, ""]})
    return as_it_is(stored)


@transaction.atomic
def report_comment(comment: Comment, reason: str) -> CommentReport:
    """Keep what somebody, of whom nothing is known, holds against a public comment. Raises
    ValueError without a reason, Changed when the comment's words are no longer public or so many
    have reported it that one more tells nothing."""
    if not reason.strip():
        raise ValueError("A comment is reported for a reason")
    if not Comment.objects.standing().filter(pk=comment.pk).exists():
        raise Changed(_("Innspillet er skjult eller trukket i mellomtiden."))
    if CommentReport.objects.filter(comment=comment, handled_at=None).count() >= MOST_REPORTS:
        raise Changed(_("Flere har alt meldt dette innspillet. Det blir sett på."))
    report = CommentReport.objects.create(comment=comment, reason=reason.strip())
    tell(Verb.COMMENT_REPORTED, comment, None)
    return report


@transaction.atomic
def keep_comment(comment: Comment, steward: User) -> Comment:
    """Let a reported comment stand: the reports about it have been seen to.

    Returns the comment. Raises Changed when there is no report left, PermissionDenied as above.
    """
    stored = _kept(comment, steward)
    if not _see_to_reports(stored, steward):
        raise Changed(_("Meldingene om innspillet er behandlet i mellomtiden."))
    tell(Verb.REPORT_HANDLED, stored, steward)
    return stored


def _kept(comment: Comment, steward: User) -> Comment:
    """Return the comment as it is now, locked after its measure. Raises PermissionDenied."""
    locked(comment.measure)
    if not Comment.objects.kept_by(steward).filter(pk=comment.pk).exists():
        raise PermissionDenied("Only stewards of the document see to its comments")
    return Comment.objects.select_for_update(no_key=True).get(pk=comment.pk)


def _count_answers(answer: Comment) -> None:
    """Say anew when the comment was answered, after an answer to it was hidden or shown: by the
    first one that stands."""
    if answer.answers_id:
        standing = Comment.objects.answers().standing().filter(answers=answer.answers_id)
        first = standing.aggregate(first=Min("published_at"))["first"]
        Comment.objects.filter(pk=answer.answers_id).update(answered_at=first)


def _see_to_reports(comment: Comment, steward: User) -> int:
    unhandled = CommentReport.objects.filter(comment=comment, handled_at=None)
    return unhandled.update(handled_at=timezone.now(), handled_by=steward)
