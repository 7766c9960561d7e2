"""What organisations say, in public: the list, one comment with its answers, and reporting it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from measures.actions import Changed
from measures.actions.moderating import report_comment
from measures.filters.comments import CommentFilter
from measures.forms.discussion import NOTE_LABELS, NoteForm
from measures.models import Comment, Document
from measures.queries import discussion as queries
from measures.queries.speaking import answering
from measures.views.kept import keeps_typed
from measures.views.paging import page_of
from measures.views.reading import read_only

ROWS = 20


@login_not_required
@read_only
def comment_list(request: HttpRequest) -> HttpResponse:
    """List what organisations have said, the latest first, with how it was answered."""
    now = timezone.now()
    speakers, asked = list(queries.speakers()), list(queries.asked())
    documents = list(Document.objects.order_by("published_on", "pk"))
    chosen = CommentFilter(request.GET, speakers, asked, documents)
    comments = chosen.narrow(Comment.objects.public().comments(), now)
    listed = page_of(
        queries.with_answers(comments).newest_first(),
        request,
        size=ROWS,
    )
    titles = [(d.key, d.local_text("short_title")) for d in documents]
    context = {
        "listed": listed,
        "chosen": {name: chosen.chosen(name) for name in chosen.fields},
        "understood": chosen.understood and listed.understood,
        "fields": [
            ("fra", _("Hvem som sier det"), [(o.key, o.label, "nb") for o in speakers]),
            ("til", _("Hvem som skal svare"), [(o.key, o.label, "nb") for o in asked]),
            ("dokument", _("Dokument"), [(key, t.text, t.lang) for key, t in titles]),
            ("type", _("Type"), own_words(chosen, "type")),
            ("svar", _("Svar"), own_words(chosen, "svar")),
            ("tiltak", _("Tiltak"), None),
        ],
        "now": now,
    }
    return render(request, "measures/comment_list.html", context)


def own_words(chosen: CommentFilter, name: str) -> list[tuple[str, str, str]]:
    """Return the choices of a filter in the language of the page, as value, words and language."""
    choices: Any = chosen.fields[name].choices  # type: ignore[attr-defined]  # OneOf
    return [(value, str(words), "") for value, words in choices]


@login_not_required
@read_only
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one comment with its supplements and answers. An answer leads to what it answers."""
    loaded = queries.with_words(Comment.objects.public()).select_related("measure__document")
    found = get_object_or_404(loaded.prefetch_related("evidence"), pk=pk)
    head = found.answers or found.supplements
    if head:
        return redirect(f"{head.get_absolute_url()}#innspill-{found.pk}", permanent=True)
    measure = found.measure
    context = {
        "comment": found,
        "replies": queries.replies(found),
        "led_to": queries.led_to(found),
        "answering": answering(measure) if found.is_owed else [],
        "now": timezone.now(),
        "trail": [
            (_("Innspill"), reverse("measures:comment_list")),
            (measure.ref, measure.get_absolute_url()),
        ],
    }
    return render(request, "measures/comment.html", context)


@login_not_required
@never_cache
@keeps_typed(NOTE_LABELS)
@require_http_methods(["GET", "HEAD", "POST"])
def comment_report(request: HttpRequest, pk: int) -> HttpResponse:
    """Let anybody say that a comment breaks the rules. Nothing is kept of who it was."""
    # What somebody writes about it is not lost to a 404 when it is withdrawn meanwhile.
    posted = request.method == "POST"
    comments = Comment.objects.public() if posted else Comment.objects.standing()
    found = get_object_or_404(queries.with_words(comments).select_related("measure"), pk=pk)
    form = NoteForm(
        request.POST if request.method == "POST" else None,
        label=_("Hva er galt?"),
        hint=_("Si hvilken regel innspillet bryter. De som fører registeret, leser det."),
        missing=_("Skriv hva som er galt."),
    )
    trouble, is_sent = "", False
    if form.is_valid() and (reason := form.wanted_note()):
        try:
            report_comment(found, reason)
            is_sent = True
        except Changed as changed:
            trouble = str(changed)
    wrong = form.wrong()
    context = {
        "comment": found,
        "form": form,
        "errors": wrong,
        "trouble": trouble,
        "is_sent": is_sent,
    }
    status = 409 if trouble else 422 if wrong else 200
    return render(request, "measures/comment_report.html", context, status=status)
