"""Who may keep which rows of the register: the one place that says so.

A steward keeps the documents that the steward's organisation coordinates, and what belongs to
them: chapters, measures, owners, links with an end in them, deadlines, status updates, evidence.
What belongs to no document (organisations, themes, indicators and their values, asks, priorities)
is kept by any steward; asks and priorities also by those who speak for the organisation
(`measures.actions.wishes`). A new document must name the steward's organisation as a coordinator.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, Model, Q, QuerySet
from django.utils.translation import gettext as _

from measures.exchange.checking import Row
from measures.exchange.columns import Table
from measures.exchange.kinds import Key, Values
from measures.exchange.problems import Problem, shown
from measures.exchange.relations import Both
from measures.models import Document
from stakeholders.choices import Role
from stakeholders.models import Membership, User

#: Where in the database the document lies that a row belongs to.
DOCUMENT_OF = {
    "documents": ("pk",),
    "chapters": ("document",),
    "measures": ("document",),
    "owners": ("measure__document",),
    "links": (
        "earlier_document",
        "earlier_measure__document",
        "later_document",
        "later_measure__document",
    ),
    "deadlines": ("measure__document",),
    "status_updates": ("measure__document",),
    "evidence": ("update__measure__document",),
}

#: What organisations want is kept by those who speak for them too.
OF_ORGANISATIONS = ("asks", "priorities")


def kept_by(table: Table, user: User) -> QuerySet[Any]:
    """Return the rows of a table that the person keeps."""
    rows: QuerySet[Model] = table.model._default_manager.all()
    if table.name not in DOCUMENT_OF:
        is_steward = Q(Exists(Membership.objects.of(user, Role.STEWARD)))
        if table.name not in OF_ORGANISATIONS:
            return rows.filter(is_steward)
        voices = Membership.objects.of(user, Role.VOICE).values("organisation")
        return rows.filter(is_steward | Q(organisation__in=voices))
    documents = Document.objects.kept_by(user).values("pk")
    paths = DOCUMENT_OF[table.name]
    return rows.filter(reduce(or_, (Q(**{f"{path}__in": documents}) for path in paths)))


@dataclass(frozen=True)
class Keeper:
    """Whose hand a plan is in: the documents and organisations (keys) that the person acts for."""

    documents: frozenset[str]
    organisations: frozenset[str]

    @classmethod
    def of(cls, user: User) -> Keeper:
        stewards = Membership.objects.of(user, Role.STEWARD)
        return cls(
            frozenset(Document.objects.kept_by(user).values_list("key", flat=True)),
            frozenset(stewards.values_list("organisation__key", flat=True)),
        )

    def problems(self, both: Both, row: Row, before: Values | None) -> Iterator[Problem]:
        """Yield what of a new or changed row the person may not do. `before` is what is stored."""
        if not row.table.within:
            return
        if row.table.name == "documents":
            own = before is not None or self.organisations & set(row.values.get("coordinators", ()))
            if own and (before is None or row.key[0] in self.documents):
                return
            yield row.problem("coordinators", self._refusal(row.key[0]))
            return
        for values in filter(None, (before, row.values)):
            documents = set(_documents_of(both, row.table, values))
            if documents and not documents & self.documents:
                yield row.problem(row.table.within[0], self._refusal(min(documents)))
                return

    @staticmethod
    def _refusal(document: str) -> str:
        message = _("Du fører ikke %(document)s. Det gjør departementene som koordinerer det.")
        return message % {"document": shown(document)}


def _documents_of(both: Both, table: Table, values: Values) -> Iterator[str]:
    """Yield the keys of the documents that a row belongs to, as far as they are known."""
    for column in table.within:
        if column in values:
            for reference in table.by_name[column].kind.references(column, values):
                yield from _document_at(both, *reference)


def _document_at(both: Both, table: str, key: Key) -> Iterator[str]:
    if table == "documents":
        yield key[0]
        return
    values = both.values(table, key) or {}
    if table == "status_updates" and values.get("measure"):
        yield from _document_at(both, "measures", (values["measure"],))
    elif values.get("document"):
        yield values["document"]
