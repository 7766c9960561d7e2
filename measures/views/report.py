"""Writing a report: the form, saved as one writes, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from measures.actions import Changed
from measures.actions.correcting import open_correction
from measures.actions.drafting import (
    Broken,
    Stale,
    Written,
    discard_draft,
    open_draft,
    save_draft,
    submit_update,
    withdraw_update,
)
from measures.choices import WRITABLE, Origin, Precision
from measures.dates import PartialDate
from measures.forms.report import (
    LABELS,
    LinkFormSet,
    ReportForm,
    initial_links,
    initial_of,
    links_of,
)
from measures.models import Comment, Evidence, Measure, StatusUpdate
from measures.queries.desk import HANDED_IN, seen_by
from measures.queries.speaking import (
    newest_published,
    published_since,
    speaker_for,
    successors,
    written_by_colleagues,
)
from measures.views import writing
from measures.views.desk import person
from measures.views.kept import keeps_typed
from measures.views.writing import Writing, checked_files, errors, links, tell, typed
from stakeholders.validators import number_in
from stakeholders.views.private import private


@dataclass(kw_only=True)
class Desk(Writing):
    """One person's work on one measure: the draft, the forms, and what is to be told. `corrects` is
    the published update that is to be replaced, where that is the work; `comment` the one that
    makes the person write."""

    stored_template: ClassVar = "measures/report/stored.html"
    measure: Measure
    draft: StatusUpdate | None
    form: ReportForm
    stored: StatusUpdate | None = None
    corrects: StatusUpdate | None = None
    comment: Comment | None = None

    @property
    def address(self) -> str:
        """Where the form is, and is sent."""
        if self.corrects:
            return reverse("measures:correct", args=[self.corrects.pk])
        return reverse("measures:report", args=[self.measure.ref])


@keeps_typed(LABELS)
@require_http_methods(["GET", "HEAD", "POST"])
@private
def report(request: HttpRequest, ref: str) -> HttpResponse:
    """Show the form, filled in with the draft or what stands; keep or hand in what is posted."""
    desk = at_desk(request, ref)
    return worked(desk) if request.method == "POST" else shown(desk)


@keeps_typed(LABELS)
@require_POST
@private
def save_report(request: HttpRequest, ref: str) -> HttpResponse:
    """Keep what has been written so far, for the script of the form; say so in a sentence."""
    return saved(at_desk(request, ref))


def worked(desk: Desk) -> HttpResponse:
    """Keep what was posted, and hand it in when that was asked for."""
    if twice := sent_already(desk):
        return redirect("measures:sent", pk=twice.pk)
    return writing.worked(desk, save, submit, shown)


def sent_already(desk: Desk) -> StatusUpdate | None:
    """Return what the person has handed in since the page was opened, when the same is posted
    again: a button was pressed twice."""
    mine = own_sent(desk)
    if mine is None or desk.draft or str(mine.pk) == desk.request.POST.get("sent", ""):
        return None
    desk.form.is_valid()
    return mine if desk.form.cleaned_data.get("summary") == mine.summary else None


def saved(desk: Desk) -> HttpResponse:
    """Keep what was posted; say so in a sentence."""
    return writing.saved(desk, save)


def at_desk(request: HttpRequest, ref: str) -> Desk:
    """Fetch the measure with the right to report on it, and the person's draft. 404 else."""
    user, today = person(request), timezone.localdate()
    measure = get_object_or_404(
        Measure.objects.reportable_by(user)
        .for_list(today)
        .select_related("current_update__carried_to"),
        ref=ref,
    )
    draft = (
        StatusUpdate.objects.filter(measure=measure, author=user, replaces=None)
        .filter(state__in=WRITABLE)
        .select_related("based_on", "carried_to", "returned_by", "organisation")
        .first()
    )
    return laid_out(request, measure, draft)


def laid_out(
    request: HttpRequest,
    measure: Measure,
    draft: StatusUpdate | None,
    corrects: StatusUpdate | None = None,
) -> Desk:
    """Return the desk with its forms, filled in with what was posted, else with what is there."""
    sent = request.POST if request.method == "POST" else None
    comment = prompting(request, measure, draft)
    form = ReportForm(
        sent,
        measure=measure,
        today=timezone.localdate(),
        corrects=corrects,
        initial=initial_of(measure, draft, corrects) | {"prompted_by": comment and comment.pk},
    )
    # What was posted speaks for itself: a draft saved meanwhile has other links than the page had.
    first = None if sent else initial_links(measure, draft, corrects)
    if first is not None and comment and (draft is None or not draft.prompted_by_id):
        first = [*first, *links_of(comment, first)]
    links = LinkFormSet(sent, initial=first, prefix="links")
    return Desk(
        request=request,
        measure=measure,
        draft=draft,
        form=form,
        links=links,
        corrects=corrects,
        comment=comment,
    )


def prompting(request: HttpRequest, measure: Measure, draft: StatusUpdate | None) -> Comment | None:
    """Return the public comment on the measure that makes the person write, as the draft, the form
    or the address tells."""
    told = request.POST.get("prompted_by", "") or request.GET.get("innspill", "")
    key = number_in(told) or (draft.prompted_by_id if draft else None)
    comments = Comment.objects.standing().comments().filter(measure=measure, pk=key or 0)
    return comments.select_related("organisation").first()


# --- Keeping ---------------------------------------------------------------------------------


def save(desk: Desk) -> None:
    """Keep everything that was posted in the draft, opened if need be. What stands in the way is
    told in `desk`: files refused, a newer draft from another window, or another trouble."""
    form, request = desk.form, desk.request
    form.is_valid()
    files = checked_files(desk)
    version = form.cleaned_data.get("version") or 0
    try:
        with transaction.atomic():
            draft = opened(desk)
            gone = removed(request, draft)
            written = Written(form.words(), typed(desk), links(desk), files, gone)
            desk.draft = save_draft(person(request), draft, written, version)
    except Stale as stale:
        desk.stored = stale.stored
        desk.draft = stale.stored
    except Changed as changed:
        desk.trouble = str(changed)


def opened(desk: Desk) -> StatusUpdate:
    """Return the person's draft, begun if need be."""
    if desk.corrects:
        return open_correction(person(desk.request), desk.corrects, seen_update(desk))
    return open_draft(person(desk.request), desk.measure, seen_update(desk))


def removed(request: HttpRequest, draft: StatusUpdate) -> list[int]:
    """Return the keys of files to take out of the draft. The page of a correction that is not yet
    begun shows the files of what it corrects: the draft's copies of those are meant."""
    keys = list(filter(None, map(number_in, request.POST.getlist("fjern"))))
    shown = Evidence.objects.filter(pk__in=keys, update=draft.replaces_id).exclude(file="")
    copies = draft.evidence.filter(sha256__in=shown.values("sha256")).exclude(file="")
    return [*keys, *(copies.values_list("pk", flat=True) if draft.replaces_id else ())]


def seen_update(desk: Desk) -> StatusUpdate | None:
    """Return the newest publication that the page showed when it was opened."""
    seen = desk.form.cleaned_data.get("seen") or 0
    return StatusUpdate.objects.published().filter(measure=desk.measure, pk=seen).first()


# --- Handing in ------------------------------------------------------------------------------


def submit(desk: Desk) -> HttpResponse:
    """Hand in the draft that was just kept, or show everything that stands in the way."""
    assert desk.draft is not None  # noqa: S101  # save() opened it
    try:
        if desk.refused:
            raise Broken({NON_FIELD_ERRORS: []})
        update = submit_update(
            person(desk.request),
            desk.draft,
            version=desk.draft.version,
            today=timezone.localdate(),
            seen=desk.form.cleaned_data.get("seen"),
        )
    except Broken as broken:
        tell(desk, broken)
        return shown(desk, status=422)
    except Changed as changed:
        desk.trouble = str(changed)
        return shown(desk, status=409)
    return redirect("measures:sent", pk=update.pk)


# --- Showing ---------------------------------------------------------------------------------


def shown(desk: Desk, status: int = 200) -> HttpResponse:
    """Show the form with everything typed, and what the writer should know."""
    user, measure, draft = person(desk.request), desk.measure, desk.draft
    newest = newest_published(measure)
    based_on = draft.based_on if draft else newest
    news = list(published_since(measure, based_on)[:5]) if draft else []
    source = draft or desk.corrects
    context = {
        "desk": desk,
        "form": desk.form,
        "links": desk.links,
        "measure": measure,
        "draft": draft,
        "files": source.evidence.exclude(file="") if source else [],
        "today": timezone.localdate(),
        "speaker": desk.corrects.organisation if desk.corrects else speaker_for(user, measure),
        "colleagues": written_by_colleagues(user, measure).select_related("author")[:10],
        "handed_in": [state.value for state in HANDED_IN],
        "news": news,
        "newest": newest.pk if newest else "",
        "version": desk.stored.version if desk.stored else draft.version if draft else 0,
        "sent": own_sent(desk),
        "successors": successors(measure),
        "errors": errors(desk) if desk.form.is_bound else [],
    }
    template = "measures/correct.html" if desk.corrects else "measures/report.html"
    return render(desk.request, template, context, status=status)


def own_sent(desk: Desk) -> StatusUpdate | None:
    """Return what the person has handed in about the measure already."""
    mine = StatusUpdate.objects.filter(author=person(desk.request), state__in=HANDED_IN)
    mine = mine.filter(measure=desk.measure, replaces=desk.corrects)
    return mine.exclude(origin=Origin.CONFIRMATION).order_by("-submitted_at", "-pk").first()


@require_safe
@private
def sent(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an update on its way to the public, as the person may read it."""
    update = get_object_or_404(
        seen_by(person(request))
        .select_related("measure__document", "organisation", "author", "carried_to")
        .prefetch_related("evidence"),
        pk=pk,
    )
    return render(request, "measures/sent.html", as_sent(request, update))


def as_sent(request: HttpRequest, update: StatusUpdate, trouble: str = "") -> dict[str, Any]:
    """Return what the page of one update on its way shows."""
    new_due = None
    if update.new_due_on:
        new_due = PartialDate.ending(update.new_due_on, Precision(update.new_due_precision))
    own = update.author_id == request.user.pk
    return {"update": update, "own": own, "new_due": new_due, "trouble": trouble}


@require_POST
@private
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what one has handed in, to go on writing."""
    mine = StatusUpdate.objects.written_by(person(request)).select_related("measure")
    update = get_object_or_404(mine, pk=pk)
    try:
        withdraw_update(person(request), update)
    except Changed as changed:
        context = as_sent(request, update, str(changed))
        return render(request, "measures/sent.html", context, status=409)
    if update.replaces_id:
        return redirect("measures:correct", pk=update.replaces_id)
    return redirect("measures:report", ref=update.measure.ref)


@require_POST
@private
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a draft up."""
    mine = StatusUpdate.objects.written_by(person(request)).select_related("measure")
    update = get_object_or_404(mine, pk=pk)
    try:
        discard_draft(person(request), update)
    except Changed as changed:
        context = as_sent(request, update, str(changed))
        return render(request, "measures/sent.html", context, status=409)
    return redirect("measures:desk")
