"""The rules between rows: what a row speaks of exists, and rows together make sense.

Each rule yields problems. It sees the rows of the files, and beneath them what the database has.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from measures.choices import OwnerRole, Status
from measures.exchange.checking import Checked, Row
from measures.exchange.kinds import Key, Values
from measures.exchange.problems import Problem, shown
from measures.exchange.stored import Stored

#: Cycles are found one by one; a person needs to see some of them, not a million.
CYCLES = 20


@dataclass
class Both:
    """The files' rows, and the database's beneath them."""

    checked: Checked
    stored: Stored

    def rows(self, table: str) -> list[Row]:
        return self.checked.rows.get(table, [])

    def values(self, table: str, key: Key) -> Values | None:
        """What the register will say of a row after the load, or None if there is no such row."""
        row = self.checked.by_key.get(table, {}).get(key)
        if row:
            return row.values
        stored = self.stored.get(table, key)
        return stored.values if stored else None


Rule = Callable[[Both], Iterator[Problem]]


def check_relations(checked: Checked, stored: Stored) -> Iterator[Problem]:
    """Apply every rule."""
    both = Both(checked, stored)
    for rule in RULES:
        yield from rule(both)


def references_exist(both: Both) -> Iterator[Problem]:
    """A row speaks only of rows that are in the files or in the database."""
    for rows in both.checked.rows.values():
        for row in rows:
            for column, (table, key) in row.references():
                # What an unreadable file holds is not known, and it has its own problem.
                if table not in both.checked.unreadable and both.values(table, key) is None:
                    yield row.problem(column, _unknown(table, key))


def _unknown(table: str, key: Key) -> str:
    if table == "chapters":
        return _("Dokumentet %(document)s har ikke noe kapittel %(letter)s.") % {
            "document": shown(key[0]),
            "letter": shown(key[1]),
        }
    return _(UNKNOWN[table]) % {"key": shown(key[0])}


UNKNOWN = {
    "measures": gettext_noop("Tiltaket %(key)s finnes ikke i filene eller i registeret."),
    "documents": gettext_noop("Dokumentet %(key)s finnes ikke i filene eller i registeret."),
    "organisations": gettext_noop("Aktøren %(key)s finnes ikke i filene eller i registeret."),
    "themes": gettext_noop("Temaet %(key)s finnes ikke i filene eller i registeret."),
    "indicators": gettext_noop("Indikatoren %(key)s finnes ikke i filene eller i registeret."),
    "status_updates": gettext_noop(
        "Statusmeldingen %(key)s finnes ikke i filene eller i registeret."
    ),
}


def one_organisation_per_number(both: Both) -> Iterator[Problem]:
    """No two organisations have the same organisation number."""
    in_files = both.checked.by_key.get("organisations", {})
    taken = {
        row.values["organisation_number"]: key[0]
        for key, row in both.stored.rows.get("organisations", {}).items()
        if key not in in_files
    }
    for row in both.rows("organisations"):
        number = row.values.get("organisation_number")
        if number and row.named and taken.setdefault(number, row.key[0]) != row.key[0]:
            message = _("%(other)s har også dette organisasjonsnummeret.")
            yield row.problem("organisation_number", message % {"other": shown(taken[number])})


def one_lead(both: Both) -> Iterator[Problem]:
    """A measure has one lead at most."""
    in_files = both.checked.by_key.get("owners", {})
    leads = {
        key[0]: key[1]
        for key, row in both.stored.rows.get("owners", {}).items()
        if key not in in_files and row.values["role"] == OwnerRole.LEAD
    }
    for row in in_files.values():
        if row.values.get("role") == OwnerRole.LEAD:
            measure, organisation = row.key
            first = leads.setdefault(measure, organisation)
            if first != organisation:
                message = _("Tiltaket %(measure)s har allerede en leder: %(organisation)s.")
                names = {"measure": shown(measure), "organisation": shown(first)}
                yield row.problem("role", message % names)


def no_more_than_announced(both: Both) -> Iterator[Problem]:
    """A document has no more measures than it announced."""
    registered = Counter(both.stored.registered)
    last: dict[str, Row] = {}
    for key, row in both.checked.by_key.get("measures", {}).items():
        if stored := both.stored.get("measures", key):
            registered[stored.values["document"]] -= 1
        if document := row.values.get("document"):
            registered[document] += 1
            last[document] = row
    for document, count in registered.items():
        values = both.values("documents", (document,)) or {}
        announced = values.get("announced_measures")
        in_file = both.checked.by_key.get("documents", {}).get((document,))
        row_at_fault = in_file or last.get(document)
        if announced is not None and count > announced and row_at_fault:
            message = _("Dokumentet varslet %(announced)s tiltak, men registeret får %(count)s.")
            column = "announced_measures" if in_file else "document"
            yield row_at_fault.problem(column, message % {"announced": announced, "count": count})


def links_go_forward(both: Both) -> Iterator[Problem]:
    """A link joins two different things, and the later is not in an older document."""
    for row in both.rows("links"):
        if not row.named:
            continue
        earlier, later = row.key
        if earlier == later:
            message = _("Koblingen går fra %(end)s til seg selv.")
            yield row.problem("later", message % {"end": shown(earlier)})
            continue
        before, after = _published(both, row, "earlier"), _published(both, row, "later")
        if before and after and after < before:
            message = _("%(later)s er fra et eldre dokument enn %(earlier)s. Bytt om endene.")
            names = {"earlier": shown(earlier), "later": shown(later)}
            yield row.problem("later", message % names)


def _published(both: Both, row: Row, end: str) -> datetime.date | None:
    """When the document at one end of a link was published, where that is known."""
    ((table, key),) = row.table.by_name[end].kind.references(end, row.values)
    if table == "measures":
        measure = both.values(table, key) or {}
        key = (measure.get("document"),)
    document = both.values("documents", key) or {}
    published: datetime.date | None = document.get("published_on")
    return published


def links_do_not_circle(both: Both) -> Iterator[Problem]:
    """Nobody comes back to where they started by following links forward."""
    in_files = {k: r for k, r in both.checked.by_key.get("links", {}).items() if k[0] != k[1]}
    if not in_files:
        return
    before: dict[Any, set[Any]] = {}
    for earlier, later in [*both.stored.rows.get("links", {}), *in_files]:
        before.setdefault(later, set()).add(earlier)
    for _n in range(CYCLES):
        circle = _circle(before)
        if not circle:
            return
        steps = list(pairwise(circle))
        row = next(in_files[step] for step in steps if step in in_files)
        path = " → ".join(str(end) for end in circle[:10]) + (" …" if len(circle) > 10 else "")
        yield row.problem("later", _("Koblingene går i ring: %(path)s.") % {"path": path})
        before[row.key[1]].discard(row.key[0])


def _circle(before: dict[Any, set[Any]]) -> list[Any]:
    """Return the nodes of a cycle in the order of the links, the first one repeated at the end."""
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def values_say_something(both: Both) -> Iterator[Problem]:
    """A value is a number or words."""
    for row in both.rows("indicator_values"):
        if row.values.get("value", 0) is None and row.values.get("value_text") == "":
            yield row.problem("value", _("Fyll ut verdien, med tall eller med ord."))


def statuses_are_explained(both: Both) -> Iterator[Problem]:
    """Completed has evidence, carried over has a measure that carries on, ended has a reason."""
    evidenced = {row.values.get("update") for row in both.rows("evidence")}
    for row in both.rows("status_updates"):
        status, values = row.values.get("status"), row.values
        if status == Status.COMPLETED and row.named and not _evidenced(both, row, evidenced):
            yield row.problem("status", _("«completed» trenger dokumentasjon i evidence.csv."))
        if status == Status.CARRIED_OVER and values.get("carried_to", "") is None:
            message = _("«carried_over» trenger tiltaket som fører arbeidet videre.")
            yield row.problem("carried_to", message)
        if status == Status.DISCONTINUED and values.get("reason") == "":
            yield row.problem("reason", _("«discontinued» trenger en begrunnelse."))
        if values.get("carried_to") and values["carried_to"] == values.get("measure"):
            yield row.problem("carried_to", _("Tiltaket kan ikke videreføres i seg selv."))


def _evidenced(both: Both, row: Row, evidenced: set[Any]) -> bool:
    # A stored one was checked by the database when it was published.
    return (
        row.key[0] in evidenced
        or "evidence" in both.checked.unreadable
        or both.stored.get("status_updates", row.key) is not None
    )


RULES: tuple[Rule, ...] = (
    references_exist,
    one_organisation_per_number,
    one_lead,
    no_more_than_announced,
    links_go_forward,
    links_do_not_circle,
    values_say_something,
    statuses_are_explained,
)
