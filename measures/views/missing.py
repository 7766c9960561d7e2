"""What nobody has reported: which open measures their owners are silent about, for how long."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from measures.filters.answers import MissingFilter, Shown
from measures.models import Document
from measures.models.measures import MeasureQuerySet
from measures.queries import missing as queries
from measures.queries.desk import FRESH
from measures.queries.organisations import count_unregistered
from measures.queries.rounds import latest
from measures.views.figures import Figure
from measures.views.paging import page_of
from measures.views.reading import read_only
from stakeholders.models import Organisation

#: So many at a time.
MEASURES = 50


@dataclass(frozen=True)
class Group:
    """Measures that the same organisations must answer for. `document` is the one that they
    coordinate, where no lead is known."""

    organisations: list[Organisation]
    document: Document | None
    measures: list[Any]


@dataclass(frozen=True)
class Line:
    """What one organisation owes, and where that is listed."""

    organisation: Organisation
    figures: list[Figure]


@login_not_required
@read_only
def missing(request: HttpRequest) -> HttpResponse:
    """Who has not reported, by who must, with the longest silence first."""
    today = timezone.localdate()
    documents = list(Document.objects.in_order())
    chosen = MissingFilter(request.GET, documents, queries.answering())
    document = next((d for d in documents if d.key == chosen.chosen("dokument")), None)
    organisation = queries.answering().filter(key=chosen.chosen("aktor")).first()
    shown = chosen.chosen("vis")
    measures = shown_of(shown, today, document)
    if organisation is not None:
        measures = measures.answered_by(queries.only(organisation))
    pages = page_of(queries.in_groups(measures, today), request, size=MEASURES)
    owing = queries.by_organisation(today, document)
    total = queries.whole(today, document)
    context = {
        "today": today,
        "fresh_days": FRESH.days,
        "anybody_spoke": queries.has_any_owner_spoken(),
        "unregistered": count_unregistered(),
        "total": total,
        "total_figures": figures(total, today, dokument=document),
        "lines": list(_lines(owing, today, document)),
        "groups": list(_groups(pages.page.object_list)),
        "pages": pages,
        "documents": documents,
        "document": document,
        "organisations": organisations(owing, organisation),
        "organisation": organisation,
        "choices": Shown.choices,
        "shown": shown,
        "all_url": list_of(dokument=document),
        "rounds": latest(today),
        "understood": chosen.understood and pages.understood,
    }
    return render(request, "measures/missing.html", context)


def shown_of(shown: str, today: datetime.date, document: Document | None) -> MeasureQuerySet:
    """Return the measures that the page lists."""
    if shown == Shown.OPEN:
        return queries.of_document(document)
    owed = queries.unreported(today, document)
    return queries.without_lead(owed) if shown == Shown.LEADERLESS else owed


def organisations(
    owing: Iterable[queries.Owing], chosen: Organisation | None
) -> list[Organisation]:
    """Return whom one can choose, by name: those that owe something here, and who is chosen."""
    found = {one.organisation.pk: one.organisation for one in owing}
    if chosen is not None:
        found[chosen.pk] = chosen
    return list(Organisation.objects.filter(pk__in=found).by_name())


def list_of(vis: str = "", **selection: Document | Organisation | None) -> str:
    """Return the address of the list of what is missing, of one document or organisation."""
    chosen = {name: one.key for name, one in selection.items() if one}
    query = urlencode(chosen | ({"vis": vis} if vis else {}))
    return f"{reverse('measures:missing')}{f'?{query}' if query else ''}#tiltak"


def figures(
    numbers: queries.Numbers,
    today: datetime.date,
    **selection: Document | Organisation | None,
) -> list[Figure]:
    """Return the numbers of a line, each with the list that it counts; days count nothing."""
    days = (today - numbers.since).days if numbers.since else 0
    return [
        Figure(numbers.open, _("åpne tiltak"), list_of(Shown.OPEN.value, **selection)),
        Figure(numbers.unreported, _("mangler rapport"), list_of("", **selection)),
        Figure(
            numbers.shared,
            _("av dem uten kjent leder"),
            list_of(Shown.LEADERLESS.value, **selection),
        ),
        Figure(days, _("dager uten rapport på det meste")),
    ]


def _lines(
    owing: Iterable[queries.Owing], today: datetime.date, document: Document | None
) -> Iterator[Line]:
    for one in owing:
        numbers = figures(one.numbers, today, dokument=document, aktor=one.organisation)
        yield Line(one.organisation, numbers)


def _groups(measures: Iterable[Any]) -> Iterator[Group]:
    """Put together what has the same lead; of those without one, what is of the same document."""
    for (lead, _document), rows in groupby(measures, key=_answering):
        found = list(rows)
        if lead:
            owners = found[0].owners.all()
            organisations = [o.organisation for o in owners if o.organisation_id == lead]
            yield Group(organisations, None, found)
        else:
            document = found[0].document
            yield Group(list(document.coordinators.all()), document, found)


def _answering(measure: Any) -> tuple[int | None, int | None]:
    return measure.lead, None if measure.lead else measure.document_id
