"""From white paper to market: how the measures of successive documents hang together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from measures.choices import LinkBasis
from measures.models import Document, Measure, MeasureLink, Theme
from measures.pictures.threads import Drawing, Place, Wire, draw, side
from measures.queries import threads as queries
from measures.queries.threads import LinkCounts, Outcome, Thread
from measures.views.figures import Figure
from measures.views.paging import page_of
from measures.views.reading import read_only

THREADS = 20
#: With more documents than this every theme shows only those it has.
MOST_COLUMNS = 5
#: So many outcomes stand at the end of a thread; the rest are among the indicators.
MOST_OUTCOMES = 3
#: So many links the list shows for each thread.
MOST_LISTED = 200


class Node(NamedTuple):
    """A measure in its place, and the links to what it follows up."""

    measure: Measure
    place: Place
    earlier: list[MeasureLink]


class Column(NamedTuple):
    """A document, and its measures in one drawing."""

    document: Document
    nodes: list[Node]


class Line(NamedTuple):
    """A drawn link; `basis` is that of the link, or "outcome"."""

    wire: Wire
    basis: str


@dataclass(frozen=True)
class Picture:
    """A drawing with the measures and links in it."""

    drawing: Drawing
    columns: list[Column]
    lines: list[Line]
    outcomes: list[Outcome]
    more_outcomes: int
    is_first: bool

    @property
    def width(self) -> int:
        """How many columns there are, with that of the outcomes."""
        return len(self.columns) + 1


class Head(NamedTuple):
    """The documents over all columns, and the wires between them."""

    documents: list[Document]
    wires: list[tuple[str, str]]

    @property
    def width(self) -> int:
        """How many columns there are, with that of the outcomes."""
        return len(self.documents) + 1


@dataclass(frozen=True)
class Section:
    """The threads of one theme on this page."""

    theme: Theme
    head: Head | None
    pictures: list[Picture]
    too_large: list[Thread]


@dataclass(frozen=True)
class Page:
    """What is loaded for the threads of one page."""

    threads: list[Thread]
    measures: dict[int, Measure]
    links: list[MeasureLink]
    themes: dict[int, Theme]
    outcomes: dict[int, list[Outcome]]


@login_not_required
@read_only
def threads(request: HttpRequest) -> HttpResponse:
    """The links between documents as a picture, and the same as a list."""
    pages = page_of(queries.group(queries.all_edges()), request, size=THREADS)
    page = _load(list(pages.page))
    document_links = queries.document_links()
    documents = _documents(page.measures.values())
    shared = documents if len(documents) <= MOST_COLUMNS else []
    counts, basis = queries.count_links(), request.GET.get("grunnlag", "")
    listed = [*(document_links if pages.page.number == 1 else []), *page.links]
    unlinked = queries.unlinked()
    return render(
        request,
        "measures/threads.html",
        {
            "pages": pages,
            "head": Head(shared, _head_wires(shared, document_links)),
            "sections": _sections(page, shared),
            "document_links": document_links,
            "counts": counts,
            "bases": _bases(counts, basis),
            "links": [link for link in listed if basis not in LinkBasis or link.basis == basis],
            "understood": pages.understood and (not basis or basis in LinkBasis),
            "unlinked": unlinked[: queries.MOST_NAMED],
            "unlinked_count": unlinked.count(),
        },
    )


def _load(threads: list[Thread]) -> Page:
    numbers = {thread.theme for thread in threads}
    measures = queries.measures_of(threads)
    links = queries.links_of(_clipped(threads), measures)
    themes, outcomes = queries.themes_by_number(numbers), queries.outcomes_of(numbers)
    return Page(threads, measures, links, themes, outcomes)


def _clipped(threads: Iterable[Thread]) -> list[Thread]:
    """The threads with no more links than the list shows."""
    return [Thread(t.measures, t.edges[:MOST_LISTED], t.theme) for t in threads]


def _documents(measures: Iterable[Measure]) -> list[Document]:
    found = {measure.document_id: measure.document for measure in measures}
    return sorted(found.values(), key=lambda document: (document.published_on, document.pk))


def _head_wires(
    documents: Sequence[Document], links: Iterable[MeasureLink]
) -> list[tuple[str, str]]:
    """Return path and basis of a wire between each two neighbours that are linked as wholes."""
    bases = {(link.earlier_document_id, link.later_document_id): link.basis for link in links}
    columns = len(documents) + 1
    wires = []
    for n, (a, b) in enumerate(pairwise(documents)):
        basis = bases.get((a.pk, b.pk))
        if basis:
            # From the dot of one document to that of the next.
            wires.append((f"M{side(n, columns)[0]:g} 5H{side(n + 1, columns)[0]:g}", basis))
    return wires


def _bases(counts: LinkCounts, chosen: str) -> list[tuple[Figure, bool]]:
    """The list's choices: all links, or those on one basis; and which of them is chosen."""
    here = reverse("measures:threads")
    stated, read = LinkBasis.STATED_IN_SOURCE.value, LinkBasis.SAME_SUBJECT.value
    return [
        (Figure(counts.all, _("alle"), f"{here}#liste"), chosen not in (stated, read)),
        (
            Figure(counts.stated, _("sagt i en kilde"), f"{here}?grunnlag={stated}#liste"),
            chosen == stated,
        ),
        (Figure(counts.read, _("vår lesing"), f"{here}?grunnlag={read}#liste"), chosen == read),
    ]


# --- Pictures --------------------------------------------------------------------------------


def _sections(page: Page, shared: list[Document]) -> list[Section]:
    links = {link.pk: link for link in page.links}
    return [
        _section(page.themes[number], list(group), page, links, shared)
        for number, group in groupby(page.threads, key=lambda thread: thread.theme)
    ]


def _section(
    theme: Theme,
    threads: list[Thread],
    page: Page,
    links: Mapping[int, MeasureLink],
    shared: list[Document],
) -> Section:
    measures = [page.measures[pk] for thread in threads for pk in thread.measures]
    documents = shared or _documents(measures)[:MOST_COLUMNS]
    column = {document.pk: n for n, document in enumerate(documents)}
    column_of = {one.pk: column[one.document_id] for one in measures if one.document_id in column}
    narrow = [thread for thread in threads if all(pk in column_of for pk in thread.measures)]
    outcomes = page.outcomes.get(theme.number, [])
    drawn = draw(narrow, column_of, len(documents), with_outcome=bool(outcomes))
    return Section(
        theme,
        None if shared else Head(documents, []),
        [
            _picture(drawing, documents, page.measures, links, outcomes, is_first=n == 0)
            for n, drawing in enumerate(drawn.drawings)
        ],
        [*drawn.too_large, *(thread for thread in threads if thread not in narrow)],
    )


def _picture(
    drawing: Drawing,
    documents: list[Document],
    measures: Mapping[int, Measure],
    links: Mapping[int, MeasureLink],
    outcomes: list[Outcome],
    *,
    is_first: bool,
) -> Picture:
    drawn = [links[wire.key] for wire in drawing.wires if wire.key is not None]
    nodes = [
        Node(
            measures[place.measure],
            place,
            [link for link in drawn if link.later_measure_id == place.measure],
        )
        for place in drawing.places
    ]
    columns = [
        Column(document, [node for node in nodes if node.place.column == n])
        for n, document in enumerate(documents)
    ]
    lines = [
        Line(wire, links[wire.key].basis if wire.key is not None else "outcome")
        for wire in drawing.wires
    ]
    shown = outcomes[:MOST_OUTCOMES] if is_first else []
    more = len(outcomes) - len(shown) if is_first else 0
    return Picture(drawing, columns, lines, shown, more, is_first)
