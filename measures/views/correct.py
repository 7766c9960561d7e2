"""Correcting what is published: the form of a report, filled in with what it is to replace."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from measures.choices import WRITABLE
from measures.forms.report import LABELS
from measures.models import Measure, StatusUpdate
from measures.views.desk import person
from measures.views.kept import keeps_typed
from measures.views.report import Desk, laid_out, own_sent, saved, shown, worked
from stakeholders.views.private import private


@keeps_typed(LABELS)
@require_http_methods(["GET", "HEAD", "POST"])
@private
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form, filled in with the draft or what is to be corrected; keep or hand in what is
    posted. What has been corrected already leads to its correction."""
    desk = at_desk(request, pk)
    if request.method == "POST":
        return worked(desk)
    if sent := own_sent(desk):
        return redirect("measures:sent", pk=sent.pk)
    assert desk.corrects is not None  # noqa: S101  # at_desk fetched it
    correction = StatusUpdate.objects.published().filter(replaces=desk.corrects).first()
    if correction is not None:
        context = {"measure": desk.measure, "correction": correction, "draft": desk.draft}
        return render(request, "measures/correct/corrected.html", context)
    return shown(desk)


@keeps_typed(LABELS)
@require_POST
@private
def save_correction(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what has been written so far, for the script of the form; say so in a sentence."""
    return saved(at_desk(request, pk))


def at_desk(request: HttpRequest, pk: int) -> Desk:
    """Fetch the published update with the right to correct it, and the person's draft. 404 else.

    Also when a colleague has corrected it meanwhile: what was typed must not be lost to a 404.
    """
    mine = StatusUpdate.objects.in_care_of(person(request))
    update = get_object_or_404(mine.select_related("organisation", "carried_to"), pk=pk)
    measures = Measure.objects.for_list(timezone.localdate())
    measure = measures.select_related("current_update__carried_to").get(pk=update.measure_id)
    draft = (
        StatusUpdate.objects.written_by(person(request))
        .filter(replaces=update, state__in=WRITABLE)
        .select_related("based_on", "carried_to", "returned_by", "organisation", "replaces")
        .first()
    )
    return laid_out(request, measure, draft, update)
