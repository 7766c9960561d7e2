"""What an organisation wants, kept by those who speak for it: the measures it singles out, and what
it asks for. A row is kept as a steward keeps it, through the register's own tables and checks."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from measures.actions.keeping import keep_row, remove_row, version_of
from measures.choices import PriorityLevel
from measures.exchange.columns import Table
from measures.exchange.plan import Plan
from measures.exchange.stored import stored_rows
from measures.exchange.tables import TABLES
from measures.models import Ask, Priority
from measures.queries.speaking import voices_of
from stakeholders.models import Organisation, User

PRIORITIES, ASKS = TABLES["priorities"], TABLES["asks"]


@transaction.atomic
def set_priority(
    user: User, organisation: Organisation, ref: str, level: PriorityLevel, today: datetime.date
) -> Plan:
    """Single a measure (its reference) out on behalf of the organisation, or change how.

    Returns the plan that was carried out, or one with problems, when nothing was written: no such
    measure. Raises PermissionDenied when the person does not speak for the organisation, Changed
    when another changed it at the same moment.
    """
    must_speak_for(user, organisation)
    cells = {
        "organisation": organisation.key,
        "measure": ref,
        "level": level.value,
        "stated_on": today.isoformat(),
        **_said_here(organisation),
    }
    before = Priority.objects.filter(organisation=organisation, measure__ref=ref).first()
    seen = version_of_row(PRIORITIES, before) if before else None
    return keep_row(PRIORITIES, cells, user, today=today, seen=seen)


@transaction.atomic
def drop_priority(user: User, priority: Priority, seen: int) -> None:
    """Take back that the organisation singled a measure out. An event keeps that it did.

    `seen` is the version that the person looked at (`version_of_row`). Raises PermissionDenied as
    above, Changed when it is gone or changed already.
    """
    must_speak_for(user, priority.organisation)
    remove_row(PRIORITIES, priority.pk, user, seen=seen)


@transaction.atomic
def keep_ask(
    user: User,
    organisation: Organisation,
    said: Mapping[str, str],
    today: datetime.date,
    ask: Ask | None = None,
    seen: int | None = None,
) -> Plan:
    """Keep something that the organisation asks for: a new ask, or `ask` as `said` now.

    `said` has `kind`, `title`, `summary` and `measures` (references with `|` between). What it had
    of sources, a date or English words stays, and without a source of its own it is said here.
    `seen` is the version of `ask` that the person looked at. Returns and raises as `set_priority`
    does.
    """
    must_speak_for(user, ask.organisation if ask else organisation)
    key = ask.key if ask else f"onske-{uuid4().hex[:12]}"
    cells = {"key": key, "organisation": organisation.key, "stated_on": today.isoformat()}
    cells |= _said_here(organisation)
    if ask:
        row = next(stored_rows(ASKS, Ask.objects.filter(pk=ask.pk)))
        cells = {c.name: c.kind.cell(row.values[c.name]) for c in ASKS.columns}
        if cells["title"] != said["title"]:
            cells["title_en"] = ""  # the translation is of the old words
        if cells["summary"] != said["summary"]:
            cells["summary_en"] = ""
    linked = not ask or set(_refs(cells["measures"])) != set(_refs(said["measures"]))
    plan = keep_row(ASKS, cells | dict(said), user, today=today, seen=seen)
    if linked and not plan.problems:
        Ask.objects.filter(key=key).update(linked_by_itself=True)
    return plan


def _refs(cell: str) -> list[str]:
    return [ref for ref in cell.split("|") if ref]


def version_of_row(table: Table, instance: Any) -> int:
    """Return the version of a stored row of one of the tables."""
    rows = table.model._default_manager.filter(pk=instance.pk)
    row = next(stored_rows(table, rows))
    return version_of(table, table.label_of(row.values))


def must_speak_for(user: User, organisation: Organisation) -> None:
    """Raise PermissionDenied unless the person speaks for the organisation."""
    if organisation not in voices_of(user):
        raise PermissionDenied("Does not speak for the organisation")


def _said_here(organisation: Organisation) -> dict[str, str]:
    source = _("%(name)s, oppgitt i denne tjenesten") % {"name": organisation.name}
    return {"source_name": source, "source_url": ""}
