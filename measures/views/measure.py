"""The page of one measure."""

from __future__ import annotations

from dataclasses import replace

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from measures.models import Measure, StatusUpdate
from measures.queries.discussion import ON_A_PAGE, Discussion, page_with
from measures.queries.measure import document_of_prefix, find, page_of, reference
from measures.views import paging
from measures.views.paging import Pages
from measures.views.reading import read_only
from stakeholders.validators import number_in


@login_not_required
@read_only
def measure(request: HttpRequest, ref: str) -> HttpResponse:
    """Show one measure. Its reference leads here in any case; its own spelling is the address."""
    today = timezone.localdate()
    found = find(reference(ref), today)
    if found is None:
        return not_found(request, ref)
    if found.ref != ref:
        query = request.META.get("QUERY_STRING", "")
        address = found.get_absolute_url() + (f"?{query}" if query else "")
        return redirect(address, permanent=True)
    asked = number_in(request.GET.get("side", "1")) or 1
    if update := asked_for(request, found):
        asked = page_with(found, update)
    page = page_of(found, today, asked)
    document_title = found.document.local_text("short_title")
    context = {
        "page": page,
        "pages": pages_of(page.discussion, request),
        "now": timezone.now(),
        "measure": found,
        "today": today,
        "trail": [
            (_("Tiltak"), reverse("measures:measure_list")),
            (str(document_title), found.document.get_absolute_url()),
        ],
        "trail_lang": document_title.lang,
    }
    return render(request, "measures/measure.html", context)


def pages_of(discussion: Discussion, request: HttpRequest) -> Pages:
    """Return the pages of what was said; the rows of this one are loaded already."""
    pages = paging.page_of(range(discussion.total), request, size=ON_A_PAGE)
    page = pages.page.paginator.get_page(discussion.number)
    return replace(pages, page=page, query="")


def asked_for(request: HttpRequest, measure: Measure) -> StatusUpdate | None:
    """Return the update that the address asks for, to show the page that it stands on."""
    key = number_in(request.GET.get("melding", ""))
    updates = StatusUpdate.objects.published().filter(measure=measure)
    return updates.filter(pk=key).first() if key else None


def not_found(request: HttpRequest, ref: str) -> HttpResponse:
    """Say that no measure has the reference, and what the register holds of its document."""
    known = reference(ref)
    document = document_of_prefix(known) if known else None
    context = {"ref": known, "document": document}
    return render(request, "measures/measure_not_found.html", context, status=404)
