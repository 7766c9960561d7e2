"""Deciding on what others wrote: a colleague's comment or answer, and what breaks the rules."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from measures.actions import Changed
from measures.actions.deciding import publish_comment, require_approval, return_comment
from measures.actions.moderating import hide_comment, keep_comment, show_comment
from measures.choices import CommentState
from measures.forms.discussion import NOTE_LABELS, NoteForm
from measures.models import Comment
from measures.queries.discussion import with_words
from measures.queries.speaking import guarded_by
from measures.views.desk import again, person
from measures.views.kept import keeps_typed
from stakeholders.views.private import private

#: Does what was decided with the text that the page showed; the form holds the note.
Act = Callable[[Comment, NoteForm], object]


# --- A colleague's text ----------------------------------------------------------------------


@require_safe
@private
def comment_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a colleague wrote, or what became of it."""
    return decision(request, to_decide(request, pk))


@keeps_typed(NOTE_LABELS)
@require_POST
@private
def comment_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish the text."""
    return decided(request, pk, lambda comment, _form: publish_comment(comment, person(request)))


@keeps_typed(NOTE_LABELS)
@require_POST
@private
def comment_return(request: HttpRequest, pk: int) -> HttpResponse:
    """Send the text back to who wrote it, with a note."""

    def act(comment: Comment, form: NoteForm) -> None:
        if note := form.wanted_note():
            return_comment(comment, person(request), note)

    return decided(request, pk, act)


def to_decide(request: HttpRequest, pk: int) -> Comment:
    """Fetch what colleagues have handed in and the person decides on. 404 else."""
    comments = with_words(Comment.objects.decided_by(person(request)))
    loaded = comments.select_related("measure", "author", "approved_by", "returned_by")
    return get_object_or_404(loaded.prefetch_related("evidence"), pk=pk)


def decided(request: HttpRequest, pk: int, act: Act) -> HttpResponse:
    """Do what the approver wants with the text that the page showed; or say what stood in the way,
    with what is there now and everything typed."""
    comment, form = to_decide(request, pk), note_for_writer(request)
    form.is_valid()
    version = form.cleaned_data.get("version")
    # The action compares: it must be the words that the approver has read.
    comment.version = -1 if version is None else version
    try:
        act(comment, form)
    except Changed as changed:
        now = to_decide(request, pk)
        return decision(request, now, form, str(changed) or why(now, comment.version))
    if form.errors:
        return decision(request, to_decide(request, pk), form)
    return redirect("measures:comment_approve", pk=pk)


def note_for_writer(request: HttpRequest) -> NoteForm:
    """Return the form of the approver's page."""
    return NoteForm(
        request.POST if request.method == "POST" else None,
        label=_("Merknad"),
        hint=_("Si hva som mangler. Den som skrev, ser merknaden. Den blir ikke offentlig."),
        missing=_("Skriv hva som mangler."),
    )


def why(comment: Comment, version: int) -> str:
    """Say in words why an act on the text was not carried out."""
    if comment.state == CommentState.SUBMITTED and comment.version != version:
        return _("Teksten er endret etter at du åpnet siden. Se over en gang til.")
    return _("Noen andre kom først. Det du valgte, er ikke gjort.")


def decision(
    request: HttpRequest, comment: Comment, form: NoteForm | None = None, trouble: str = ""
) -> HttpResponse:
    """Show one text under decision, or what became of it."""
    wrong = form.wrong() if form and not trouble else []
    context = {
        "comment": comment,
        "form": form or note_for_writer(request),
        "errors": wrong,
        "trouble": trouble,
    }
    status = 409 if trouble else 422 if wrong else 200
    return render(request, "measures/comment_approve.html", context, status=status)


@require_POST
@private
def comment_approval(request: HttpRequest, key: str) -> HttpResponse:
    """Decide whether a colleague approves what an organisation says before it is public."""
    organisation = get_object_or_404(guarded_by(person(request)), key=key)
    try:
        require_approval(person(request), organisation, required="krev" in request.POST)
    except Changed as changed:
        return again(request, str(changed))
    return redirect(f"{reverse('measures:desk')}#fire-oyne")


# --- The published rules ---------------------------------------------------------------------


@require_safe
@private
def comment_moderate(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a public comment, also a hidden one, with what people have reported about it."""
    return moderation(request, to_keep(request, pk))


@keeps_typed(NOTE_LABELS)
@require_POST
@private
def comment_hide(request: HttpRequest, pk: int) -> HttpResponse:
    """Hide a comment, with a public reason."""

    def act(comment: Comment, form: NoteForm) -> None:
        if reason := form.wanted_note():
            hide_comment(comment, person(request), reason)

    return moderated(request, pk, act)


@require_POST
@private
def comment_show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a hidden comment again."""
    return moderated(request, pk, lambda comment, _form: show_comment(comment, person(request)))


@require_POST
@private
def comment_keep(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a reported comment stand."""
    return moderated(request, pk, lambda comment, _form: keep_comment(comment, person(request)))


def to_keep(request: HttpRequest, pk: int) -> Comment:
    """Fetch a public comment on a measure of a document that the person keeps. 404 else."""
    comments = with_words(Comment.objects.kept_by(person(request)))
    loaded = comments.select_related("measure", "hidden_by").prefetch_related("evidence", "reports")
    return get_object_or_404(loaded, pk=pk)


def moderated(request: HttpRequest, pk: int, act: Act) -> HttpResponse:
    """Do what the steward decided, or say what stood in the way."""
    comment, form = to_keep(request, pk), public_reason(request)
    form.is_valid()
    try:
        act(comment, form)
    except Changed as changed:
        return moderation(request, to_keep(request, pk), form, str(changed))
    if form.errors:
        return moderation(request, to_keep(request, pk), form)
    return redirect("measures:comment_moderate", pk=pk)


def public_reason(request: HttpRequest) -> NoteForm:
    """Return the form of the steward's page."""
    return NoteForm(
        request.POST if request.method == "POST" else None,
        label=_("Hvorfor skjules innspillet?"),
        hint=_("Si hvilken regel det bryter. Begrunnelsen blir offentlig i stedet for teksten."),
        missing=_("Skriv hvorfor innspillet skjules."),
    )


def moderation(
    request: HttpRequest, comment: Comment, form: NoteForm | None = None, trouble: str = ""
) -> HttpResponse:
    """Show one comment to the steward."""
    wrong = form.wrong() if form and not trouble else []
    reports = sorted(comment.reports.all(), key=lambda report: report.at, reverse=True)
    context = {
        "comment": comment,
        "form": form or public_reason(request),
        "reports": reports,
        "unhandled": any(report.handled_at is None for report in reports),
        "errors": wrong,
        "trouble": trouble,
    }
    status = 409 if trouble else 422 if wrong else 200
    return render(request, "measures/comment_moderate.html", context, status=status)
