"""What one may do about one measure: report, correct what was said, close the reporting."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from measures.models import Measure, StatusUpdate
from measures.queries.closing import closing_of
from measures.queries.desk import at_work_on
from measures.views.desk import ROWS, person
from measures.views.paging import page_of
from stakeholders.views.private import private


@require_safe
@private
def desk_measure(request: HttpRequest, ref: str) -> HttpResponse:
    """List all that is published about a measure, with what the person may do about each."""
    user, today = person(request), timezone.localdate()
    measure = get_object_or_404(at_work_on(user).for_list(today), ref=ref)
    published = StatusUpdate.objects.published().filter(measure=measure).newest_first()
    listed = page_of(published.select_related("organisation", "carried_to"), request, size=ROWS)
    mine = StatusUpdate.objects.correctable_by(user).filter(measure=measure)
    standing = StatusUpdate.objects.standing().filter(measure=measure)
    context = {
        "measure": measure,
        "today": today,
        "listed": listed,
        "standing": set(standing.values_list("pk", flat=True)),
        "correctable": set(mine.values_list("pk", flat=True)),
        "reports": Measure.objects.reportable_by(user).filter(pk=measure.pk).exists(),
        "closes": Measure.objects.closable_by(user).filter(pk=measure.pk).exists(),
        "closing": closing_of(measure),
    }
    return render(request, "measures/desk_measure.html", context)
