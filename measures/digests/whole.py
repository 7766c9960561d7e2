"""How the whole register stands, for the foot of every digest."""

from __future__ import annotations

from measures.choices import UNREGISTERED
from measures.digests.telling import Item, as_json
from measures.models import Document, Measure
from measures.queries.overview import DocumentTally, Tally, count_measures, divide


def tallies() -> list[DocumentTally]:
    """Count the measures of each document. Two queries, once for all the mails of a run."""
    found = divide(count_measures(Measure.objects.all()), "document_id")
    documents = Document.objects.in_order()
    return [DocumentTally(document, found.get(document.pk, Tally())) for document in documents]


def whole_of(counted: list[DocumentTally]) -> Item:
    """Return the numbers that a digest shows, in the language that is active."""
    return {
        "announced": sum(one.announced for one in counted),
        "registered": sum(one.tally.total for one in counted),
        "by_owner": sum(one.tally.by_owner for one in counted),
        "documents": [
            {
                **as_json("title", one.document.local_text("short_title")),
                "announced": one.announced,
                "by_owner": one.tally.by_owner,
                "states": {**one.tally.states, UNREGISTERED: one.unregistered},
            }
            for one in counted
        ],
    }
