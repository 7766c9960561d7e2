"""One document: what it announced, what the register holds of it, and what it is linked to."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Case, F, Q, When

from measures.models import Chapter, Document, Measure, MeasureLink, Theme
from measures.queries.overview import (
    DocumentTally,
    Tally,
    add_up,
    count_measures,
    divide,
    largest_themes,
)

#: A longer document is read through the list, with its filters and pages.
LISTED = 200
#: Links to the document as a whole; no document in sight has as many.
LINKED = 50


@dataclass(frozen=True)
class DocumentState:
    """A document in numbers, whole and by theme."""

    whole: DocumentTally
    themes: list[tuple[Theme, Tally]]


@dataclass(frozen=True)
class Part:
    """The measures under one heading of the document."""

    heading: Chapter | Theme
    measures: list[Measure]


@dataclass(frozen=True)
class Links:
    """What the document as a whole builds on, and what follows it up."""

    earlier: list[MeasureLink]
    later: list[MeasureLink]


def state_of(document: Document) -> DocumentState:
    """Count the document's measures. Two queries."""
    rows = count_measures(Measure.objects.filter(document=document))
    return DocumentState(
        whole=DocumentTally(document, add_up(rows)),
        themes=largest_themes(divide(rows, "theme_id")),
    )


def measures_by_heading(document: Document, today: datetime.date) -> list[Part]:
    """Return the measures by the document's chapters, those outside a chapter by theme.

    Three queries. Call it only for a document of at most `LISTED` measures.
    """
    theme_outside_chapters = Case(When(chapter=None, then="theme__number"))
    measures = list(
        Measure.objects.for_list(today)
        .filter(document=document)
        .order_by(F("chapter__letter").asc(nulls_last=True), theme_outside_chapters, "pk")[:LISTED]
    )
    return [Part(heading, list(group)) for heading, group in groupby(measures, heading_of)]


def heading_of(measure: Measure) -> Chapter | Theme:
    """Return the document's own heading over the measure, else its theme."""
    return measure.chapter or measure.theme


def links(document: Document) -> Links:
    """Return the links that have the whole document at one end. One query."""
    found = list(
        MeasureLink.objects.filter(Q(earlier_document=document) | Q(later_document=document))
        .select_related("earlier_document", "earlier_measure", "later_document", "later_measure")
        .order_by("pk")[:LINKED]
    )
    return Links(
        earlier=[link for link in found if link.later_document_id == document.pk],
        later=[link for link in found if link.earlier_document_id == document.pk],
    )
