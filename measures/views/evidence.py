"""Files behind what is said: served as downloads, never shown in a page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404

from measures.choices import CommentState
from measures.models import Evidence
from measures.queries import desk, discussion
from measures.views.reading import read_only
from stakeholders.signin.second_factor import lacks_second_factor


@login_not_required
@read_only
def evidence_file(request: HttpRequest, pk: int) -> FileResponse:
    """Serve a file: to everybody once what it belongs to is published, before that only to those
    who may read that. No session is read for what is public."""
    evidence = get_object_or_404(
        Evidence.objects.exclude(file="").select_related("update", "comment"),
        pk=pk,
    )
    is_public = is_readable(evidence)
    if not is_public and not may_see(request, evidence):
        raise Http404
    try:
        stored = evidence.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        stored,
        as_attachment=True,
        filename=evidence.file_name,
        content_type=evidence.media_type,
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "public, max-age=3600" if is_public else "no-store, private"
    return response


def is_readable(evidence: Evidence) -> bool:
    """Say whether everybody may read what the file belongs to."""
    if evidence.comment:
        return bool(evidence.comment.state == CommentState.PUBLISHED)
    return evidence.update is not None and evidence.update.published_at is not None


def may_see(request: HttpRequest, evidence: Evidence) -> bool:
    """Say whether the person may read what a file that is not public belongs to. The page is open
    to everybody, so that the desk's demand for a second factor is made here as well."""
    if not request.user.is_authenticated or lacks_second_factor(request):
        return False
    if evidence.comment:
        return discussion.seen_by(request.user).filter(pk=evidence.comment.pk).exists()
    may: bool = desk.seen_by(request.user).filter(pk=evidence.update_id or 0).exists()
    return may
