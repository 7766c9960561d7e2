"""Ending the reporting about a measure, and taking it up again, on one page."""

from __future__ import annotations

import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from measures.actions import Changed
from measures.actions.closing import close_reporting, reopen_reporting
from measures.forms.close import LABELS, CloseForm, ReopenForm
from measures.models import Measure
from measures.queries.closing import closed_and_reopened, closing_of
from measures.views.desk import person
from measures.views.kept import keeps_typed
from stakeholders.views.private import private


@keeps_typed(LABELS)
@require_http_methods(["GET", "HEAD", "POST"])
@private
def close(request: HttpRequest, ref: str) -> HttpResponse:
    """Show whether the reporting is closed, with the form that changes it; close it when posted."""
    measure = at_hand(request, ref)
    if request.method != "POST":
        return shown(request, measure)
    form = CloseForm(request.POST, **days(measure))
    if not form.is_valid():
        return shown(request, measure, form)
    try:
        reason, on = form.cleaned_data["reason"], form.cleaned_data["on"]
        close_reporting(measure, person(request), reason, on)
    except Changed as changed:
        return shown(request, at_hand(request, ref), form, str(changed))
    return redirect("measures:close", ref=ref)


@keeps_typed(LABELS)
@require_POST
@private
def reopen(request: HttpRequest, ref: str) -> HttpResponse:
    """Take the reporting up again."""
    measure = at_hand(request, ref)
    form = ReopenForm(request.POST)
    if not form.is_valid():
        return shown(request, measure, form)
    try:
        reopen_reporting(measure, person(request), form.cleaned_data["reason"])
    except Changed as changed:
        return shown(request, at_hand(request, ref), form, str(changed))
    return redirect("measures:close", ref=ref)


def days(measure: Measure) -> dict[str, datetime.date]:
    """Return between which days the reporting can end."""
    return {"today": timezone.localdate(), "since": measure.document.published_on}


def at_hand(request: HttpRequest, ref: str) -> Measure:
    """Fetch a measure whose reporting the person may close and reopen. 404 else."""
    mine = Measure.objects.closable_by(person(request)).for_list(timezone.localdate())
    return get_object_or_404(mine.select_related("reporting_closed_by"), ref=ref)


def shown(
    request: HttpRequest, measure: Measure, sent: ReopenForm | None = None, trouble: str = ""
) -> HttpResponse:
    """Show how it is now, with the form that changes that. `sent` is a form that could not be
    taken; what was typed in it stays, also when the page now asks for the opposite."""
    fresh = CloseForm(**days(measure))
    form = ReopenForm() if measure.reporting_closed_on else fresh
    is_same = type(sent) is type(form)
    errors = sent.wrong() if sent and is_same and not trouble else []
    context = {
        "measure": measure,
        "today": timezone.localdate(),
        "closing": closing_of(measure),
        "form": sent if sent and is_same else form,
        "kept": sent.data.get("reason", "") if sent and not is_same else "",
        "history": closed_and_reopened(measure),
        "errors": errors,
        "trouble": trouble,
    }
    status = 409 if trouble or (sent and not is_same) else 422 if errors else 200
    return render(request, "measures/close.html", context, status=status)
