"""What the register holds for those who keep it, and what became of each row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from measures.actions.keeping import subject_key
from measures.choices import Verb
from measures.exchange.columns import Table
from measures.exchange.keepers import kept_by
from measures.exchange.listing import EDITABLE, SHOWN, lines, row_at, rows_for
from measures.exchange.tables import TABLES
from measures.forms.register import in_words, label_of
from measures.models import Document, Event
from measures.models.events import EventQuerySet
from measures.views.paging import page_of
from stakeholders.choices import Role
from stakeholders.models import Membership, User
from stakeholders.validators import number_in
from stakeholders.views.private import private

PER_PAGE = 50
Trail = list[tuple[str, str]]


def steward(request: HttpRequest) -> User:
    """Return the person who asks, if a steward anywhere. Raises Http404."""
    user = request.user
    if not isinstance(user, User) or not Membership.objects.of(user, Role.STEWARD).exists():
        raise Http404
    return user


def table_named(name: str) -> Table:
    """Return the table that is changed by hand. Raises Http404."""
    if name not in EDITABLE:
        raise Http404
    return EDITABLE[name]


def heading(table: Table) -> str:
    """Return what the rows of a table are called together."""
    words = str(table.model._meta.verbose_name_plural)
    return words[:1].upper() + words[1:]


def trail(table: Table | None = None, row: tuple[str, int] | None = None) -> Trail:
    """Return the way to a page of the register."""
    found = [(_("Registeret"), reverse("measures:register"))]
    if table:
        found.append((heading(table), reverse("measures:register_table", args=[table.name])))
    if table and row:
        address = reverse("measures:register_row", args=[table.name, row[1]])
        found.append((row[0], address))
    return found


# --- What there is ---------------------------------------------------------------------------


@require_safe
@private
def register(request: HttpRequest) -> HttpResponse:
    """All tables that the steward keeps, with how many rows each has, or how many are found."""
    user = steward(request)
    words = request.GET.get("q", "").strip()
    documents = Document.objects.kept_by(user).in_order().with_registered()
    context = {
        "trail": [],
        "written": written(request),
        "words": words,
        "tables": [
            (heading(table), table.name, rows_for(table, user, words).count())
            for table in EDITABLE.values()
        ],
        "final": [
            (heading(table), kept_by(table, user).count())
            for table in TABLES.values()
            if table.final
        ],
        "missing": [(d, d.announced_measures - d.registered) for d in documents],  # type: ignore[attr-defined]  # annotated
    }
    return render(request, "measures/register.html", context)


def written(request: HttpRequest) -> str:
    """Say how much an upload wrote, when one just did, or that it is no longer there."""
    number = number_in(request.GET.get("skrevet", ""))
    if "borte" in request.GET:
        return _("Opplastingen er behandlet eller kastet i mellomtiden.")
    if number is None:
        return ""
    return ngettext("%(n)s rad er skrevet.", "%(n)s rader er skrevet.", number) % {"n": number}


def done(request: HttpRequest) -> str:
    """Say what was just done to a row of the table."""
    if "lagret" in request.GET:
        return _("Raden er lagt til.")
    return _("Raden er fjernet.") if "fjernet" in request.GET else ""


@require_safe
@private
def register_table(request: HttpRequest, table: str) -> HttpResponse:
    """The rows of one table that the steward keeps, in pages, perhaps searched."""
    user, found = steward(request), table_named(table)
    words = request.GET.get("q", "").strip()
    rows = rows_for(found, user, words).values_list("pk", flat=True)
    pages = page_of(rows, request, size=PER_PAGE)
    context = {
        "trail": trail(),
        "heading": heading(found),
        "table": found.name,
        "words": words,
        "columns": [label_of(found, name) for name in SHOWN[found.name]],
        "lines": list(lines(found, list(pages.page.object_list))),
        "pages": pages,
        "total": pages.page.paginator.count,
        "notice": done(request),
    }
    return render(request, "measures/register_table.html", context)


# --- What became of it -----------------------------------------------------------------------


@require_safe
@private
def register_row_history(request: HttpRequest, table: str, pk: int) -> HttpResponse:
    """Who did what to one row, when, from what to what."""
    user, found = steward(request), table_named(table)
    row = row_at(found, kept_by(found, user), pk)
    if row is None:
        raise Http404
    label = found.label_of(row.values)
    pages = page_of(events_of(found, label), request, size=PER_PAGE)
    context = {
        "trail": trail(found, (label, pk)),
        "label": label,
        "acts": list(acts(found, list(pages.page.object_list))),
        "pages": pages,
    }
    return render(request, "measures/register_row_history.html", context)


def events_of(table: Table, label: str) -> EventQuerySet:
    """Return what was told of a row, the newest first."""
    events = Event.objects.filter(subject=table.subject, subject_key=subject_key(label))
    return events.select_related("actor").order_by("-at", "-pk")


@dataclass(frozen=True)
class Act:
    """One event as the history shows it; `changes` are label, before and after."""

    event: Event
    what: str
    who: str
    changes: list[tuple[str, str, str]]


def acts(table: Table, events: list[Event]) -> Iterator[Act]:
    """Yield events in words."""
    for event in events:
        changes = [
            (label_of(table, name), *(in_words(table.by_name[name], v) for v in both))
            for name, both in event.changes.items()
            if name in table.by_name
        ]
        who = str(event.actor) if event.actor else _("Innlesing av registeret")
        yield Act(event, str(Verb(event.verb).label), who, changes)  # type: ignore[arg-type]  # three texts
