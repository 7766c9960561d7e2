"""The list of measures, with its filters. The address is the whole state."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import push_url
from django_htmx.middleware import HtmxDetails

from measures.filters import Facets, MeasureFilter
from measures.models import Document, Measure
from measures.queries.discussion import positions_held, positions_in
from measures.views.reading import read_only

PER_PAGE = 25
#: The buttons that ask for the list; on a phone it lies below the filters, so focus moves there.
BUTTONS = ("sok", "vis-tiltak")
#: More documents than this that lack measures are counted, not named.
MOST_NAMED = 3
#: What the answer depends on beside the address, so that no cache gives a piece for a page.
VARY = ("HX-Request", "HX-History-Restore-Request", "HX-Boosted", "HX-Trigger")


@login_not_required
@read_only
def measure_list(request: HttpRequest) -> HttpResponse:
    """The measures that the address asks for: the whole page, or for htmx what changed of it."""
    today = timezone.localdate()
    selected = MeasureFilter(request.GET, today=today)
    facets = Facets(selected)
    page = page_of(facets.total, selected.page_number)
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # set by its middleware
    is_piece = bool(htmx) and not htmx.history_restore_request
    context = {
        "today": today,
        "selected": selected,
        "register": Register.of(selected),
        "panel": panel(facets),
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number),
        "query": f"{query}&" if (query := selected.query()) else "",
        "measures": measures_on(page, selected, today),
        "found": number_found(facets.total, selected),
        "notices": [*selected.notices(), *about_page(selected.page_number, page)],
        "chips": list(selected.chips()),
        "is_piece": is_piece,
        "takes_focus": is_piece and (htmx.trigger in BUTTONS or is_leap(htmx)),
    }
    name = "measures/measure_list/piece.html" if is_piece else "measures/measure_list.html"
    response = render(request, name, context)
    patch_vary_headers(response, VARY)
    return push_url(response, address(selected, page)) if is_piece else response


def is_leap(htmx: HtmxDetails) -> bool:
    """Whether a link was followed that is not there any more: a page number, a chip. The links
    that sort stay, and keep focus themselves."""
    return htmx.boosted and not (htmx.trigger or "").startswith("sorter-")


def page_of(total: int, asked: int) -> Page[int]:
    """The page asked for, or the last one. It holds places in the list: nothing is counted."""
    return Paginator(range(total), PER_PAGE).get_page(asked)


def measures_on(page: Page[int], selected: MeasureFilter, today: datetime.date) -> list[Measure]:
    """The measures on the page, with all that a row shows, and in `positions` what organisations
    hold of them.

    The order is found on bare keys, so that all the joins are made for one page, however deep
    into the list it lies.
    """
    if not page.object_list:
        return []
    keys = selected.qs.values("pk")[page.start_index() - 1 : page.end_index()]
    rows = Measure.objects.for_list(today).annotate(held=positions_held())
    measures = list(selected.in_order(rows.among(keys)))
    for measure in measures:
        measure.positions = positions_in(measure.held)  # type: ignore[attr-defined]  # for the row
    return measures


def address(selected: MeasureFilter, page: Page[int]) -> str:
    """The shortest address of what is shown."""
    return selected.url(side=str(page.number)) if page.number > 1 else selected.url()


# --- The filters -----------------------------------------------------------------------------


def panel(facets: Facets) -> dict[str, Any]:
    """The filters as the panel shows them: some open, some folded."""
    owners = facets.facet("aktor", ministries=False)
    return {
        "open": [facets.facet("dokument"), facets.facet("status"), facets.facet("frist")],
        "ministries": facets.facet("aktor", ministries=True),
        "owners": owners,
        "owners_open": bool(owners.chosen or facets.role),
        "role": facets.role,
        "roles": facets.facet("rolle").options,
        "folded": [facets.facet(name) for name in ("tema", "ferskhet", "sagt", "utsikt")],
        "total": facets.total,
    }


# --- In words --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Register:
    """What the register holds of what the documents announced.

    `missing` are the documents that announced more, each with how many; `missing_here` are those
    of them that the selection is about.
    """

    announced: int
    registered: int
    missing: list[tuple[Document, int]]
    missing_here: list[tuple[Document, int]]

    @classmethod
    def of(cls, selected: MeasureFilter) -> Register:
        documents = selected.catalogue.documents
        lacks = [(d, d.announced_measures - d.registered) for d in documents]  # type: ignore[attr-defined]  # annotated
        missing = [(document, number) for document, number in lacks if number > 0]
        chosen = selected.chosen("dokument")
        return cls(
            announced=sum(document.announced_measures for document in documents),
            registered=selected.registered,
            missing=missing,
            missing_here=[pair for pair in missing if not chosen or pair[0].key in chosen],
        )

    @property
    def lacking(self) -> int:
        """How many announced measures are not registered."""
        return sum(number for _document, number in self.missing)

    @property
    def lacking_here(self) -> int:
        """How many of them the selection could have shown."""
        return sum(number for _document, number in self.missing_here)

    @property
    def can_name(self) -> bool:
        """Whether the documents that lack measures are few enough to be named."""
        return len(self.missing_here) <= MOST_NAMED


def number_found(total: int, selected: MeasureFilter) -> str:
    """Say how many measures there are, and of how many when some are filtered away."""
    if selected.selection:
        return _("%(total)s av %(all)s tiltak") % {"total": total, "all": selected.registered}
    return ngettext("%(total)s tiltak", "%(total)s tiltak", total) % {"total": total}


def about_page(asked: int, page: Page[int]) -> list[str]:
    """Say so when the page asked for does not exist."""
    if asked == page.number:
        return []
    last = {"asked": asked, "last": page.number}
    return [_("Side %(asked)s finnes ikke. Her er den siste, side %(last)s.") % last]
