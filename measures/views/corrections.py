"""Everything that has been corrected, for everybody."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from measures.models import StatusUpdate
from measures.queries.comparison import corrected_fields
from measures.views.paging import page_of
from measures.views.reading import read_only

ROWS = 20


@login_not_required
@read_only
def correction_list(request: HttpRequest) -> HttpResponse:
    """List all corrections, the latest first: what was wrong, what stood, what stands, by whom."""
    corrections = (
        StatusUpdate.objects.corrections()
        .select_related("measure__document", "measure__current_deadline", "organisation")
        .select_related("carried_to", "replaces__carried_to")
        .prefetch_related("evidence", "replaces__evidence")
    )
    listed = page_of(corrections, request, size=ROWS)
    rows = [(correction, corrected_fields(correction)) for correction in listed.page]
    return render(request, "measures/correction_list.html", {"listed": listed, "rows": rows})
