"""Deciding on what a colleague wrote for the organisation: a comment, or an official answer."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from measures.actions import Changed
from measures.actions.commenting import (
    about,
    as_it_is,
    bring_out,
    must_have_no_other_draft,
    must_stand,
    tell,
)
from measures.actions.drafting import locked
from measures.choices import CommentState, Verb
from measures.models import Comment, Event
from measures.queries.speaking import guarded_by
from stakeholders.models import Organisation, User


@transaction.atomic
def publish_comment(comment: Comment, approver: User) -> Comment:
    """Publish what a colleague handed in, unchanged. The first answer to a comment makes it
    answered.

    Returns the comment. Raises Changed when it is no longer handed in, its words are other than
    those of `comment`, or what it is about is no longer public; PermissionDenied when it is the
    approver's own text or the approver has no say in it.
    """
    stored = handed_in(comment, approver)
    must_stand(about(stored))
    stored.approved_by = approver
    stored.save(update_fields=["approved_by"])
    return bring_out(stored, approver)


@transaction.atomic
def return_comment(comment: Comment, approver: User, note: str) -> Comment:
    """Send a text back to who wrote it, with a note that says what is missing.

    Returns the comment. Raises ValueError without a note; Changed and PermissionDenied as
    `publish_comment` does; Changed also when the writer has begun another text about the same.
    """
    if not note.strip():
        raise ValueError("A text is returned with a note")
    stored = handed_in(comment, approver)
    must_have_no_other_draft(stored)
    stored.returned_at, stored.returned_by = timezone.now(), approver
    stored.return_note = note.strip()
    stored.submitted_at = None
    stored.save(update_fields=["returned_at", "returned_by", "return_note", "submitted_at"])
    tell(Verb.RETURNED, stored, approver, {"return_note": ["", stored.return_note]})
    return as_it_is(stored)


@transaction.atomic
def require_approval(user: User, organisation: Organisation, *, required: bool) -> Organisation:
    """Decide on behalf of the organisation whether a colleague approves what it says before it is
    public. What has been handed in already still awaits approval.

    Returns the organisation. Raises PermissionDenied for others than its approvers, Changed when it
    is decided so already.
    """
    if not guarded_by(user).filter(pk=organisation.pk).exists():
        raise PermissionDenied("Only approvers of the organisation decide on that")
    stored = Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
    if stored.comments_need_approval == required:
        raise Changed(_("Det er alt bestemt slik."))
    stored.comments_need_approval = required
    stored.save(update_fields=["comments_need_approval"])
    Event.objects.create(
        verb=Verb.CHANGED,
        actor=user,
        subject="organisation",
        subject_key=stored.key,
        changes={"comments_need_approval": [not required, required]},
    )
    return stored


def handed_in(comment: Comment, approver: User) -> Comment:
    """Return what a colleague handed in, locked after its measure, when the approver may decide.
    Raises Changed when it is another or no longer handed in, and PermissionDenied."""
    locked(comment.measure)
    stored = (
        Comment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("measure", "organisation", "answers", "supplements")
        .filter(pk=comment.pk, version=comment.version, state=CommentState.SUBMITTED)
        .first()
    )
    if stored is None:
        raise Changed
    if not Comment.objects.decided_by(approver).filter(pk=stored.pk).exists():
        raise PermissionDenied("Not an approver of what this text speaks for, or its writer")
    return stored
