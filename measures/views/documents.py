"""One document: what it promised, and what became of it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _

from measures.choices import UNREGISTERED, state_word
from measures.models import Document
from measures.queries import documents as queries
from measures.queries.documents import DocumentState
from measures.queries.overview import STATES, DocumentTally
from measures.views.figures import (
    Figure,
    Row,
    bar,
    columns,
    heading,
    in_words,
    list_url,
    missing_url,
    numbers,
    row,
)
from measures.views.reading import read_only


@login_not_required
@read_only
def document(request: HttpRequest, key: str) -> HttpResponse:
    """A document with its measures; where they are many, the themes they can be listed by."""
    document = get_object_or_404(Document.objects.prefetch_related("coordinators"), key=key)
    today = timezone.localdate()
    state = queries.state_of(document)
    listed = state.whole.tally.total <= queries.LISTED
    context = {
        "today": today,
        "document": document,
        "state": state.whole,
        "bar": bar(state.whole),
        "bar_text": in_words(numbers(state.whole)),
        "figures": figures(state.whole),
        "list_url": list_url(dokument=document.key),
        "parts": queries.measures_by_heading(document, today) if listed else [],
        "theme_rows": [] if listed else theme_rows(state),
        "by_owner": state.whole.tally.by_owner > 0,
        "state_words": [heading(s) for s in columns(state.whole.tally)],
        "links": queries.links(document),
    }
    return render(request, "measures/document.html", context)


def figures(state: DocumentTally) -> list[tuple[str, Figure]]:
    """Return each state that has measures, with its figure, and what lacks."""
    key = state.document.key
    found = [
        (s, Figure(state.tally.states[s], state_word(s).lower(), list_url(dokument=key, status=s)))
        for s in STATES
        if state.tally.states[s]
    ]
    if state.unregistered:
        label = _("ikke registrert")
        found.append((UNREGISTERED, Figure(state.unregistered, label, missing_url(state))))
    return found


def theme_rows(state: DocumentState) -> list[Row]:
    """Return a line per theme of the document."""
    shown = columns(state.whole.tally)
    return [
        row(
            theme.local_text("title"),
            tally,
            shown,
            {"dokument": state.whole.document.key, "tema": str(theme.number)},
            list_url(dokument=state.whole.document.key, tema=theme.number),
            by_owner=state.whole.tally.by_owner > 0,
        )
        for theme, tally in state.themes
    ]
