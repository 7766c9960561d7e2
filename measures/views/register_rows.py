"""Keeping the register by hand, one row at a time."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from measures.actions import Changed
from measures.actions.keeping import keep_row, remove_row, version_of
from measures.exchange.columns import Table
from measures.exchange.keepers import kept_by
from measures.exchange.listing import SHOWN, in_words, row_at
from measures.exchange.stored import StoredRow
from measures.exchange.words import clean
from measures.forms.register import TYPED, Form, cell_for_form, cells_for_form, form_of, label_of
from measures.views.kept import keeps_typed
from measures.views.register import acts, events_of, heading, steward, table_named, trail
from stakeholders.models import User
from stakeholders.validators import number_in
from stakeholders.views.private import private


@keeps_typed(TYPED)
@require_http_methods(["GET", "HEAD", "POST"])
@private
def register_row_new(request: HttpRequest, table: str) -> HttpResponse:
    """Add a row to a table."""
    user, found = steward(request), table_named(table)
    if request.method != "POST":
        return show_form(request, found, form_of(found, {}, is_new=True))
    cells = posted(found, request.POST)
    form = form_of(found, cells, is_new=True)
    try:
        plan = keep_row(found, cells, user, today=timezone.localdate())
    except Changed:
        return show_form(request, found, form, is_changed=True)
    if plan.problems:
        form.tell(plan.problems)
        return show_form(request, found, form)
    return redirect(f"{reverse('measures:register_table', args=[table])}?lagret=1")


@keeps_typed(TYPED)
@require_http_methods(["GET", "HEAD", "POST"])
@private
def register_row(request: HttpRequest, table: str, pk: int) -> HttpResponse:
    """Show one row as a form, and change it."""
    user, found = steward(request), table_named(table)
    row = row_at(found, kept_by(found, user), pk)
    if request.method != "POST":
        if row is None:
            raise Http404
        form = form_of(found, cells_for_form(found, row.values), is_new=False)
        return show_form(request, found, form, row)
    return lost(request, found) if row is None else change_row(request, found, row, user)


def change_row(request: HttpRequest, table: Table, row: StoredRow, user: User) -> HttpResponse:
    """Change a row as the form says, unless somebody else changed it since it was opened."""
    seen = version_seen(request.POST)
    if seen is None:
        return HttpResponseBadRequest()
    stored = cells_for_form(table, row.values)
    cells = posted(table, request.POST) | {name: stored[name] for name in table.key}
    form = form_of(table, cells, is_new=False)
    try:
        plan = keep_row(table, cells, user, today=timezone.localdate(), seen=seen)
    except Changed:
        return show_changed(request, table, row, form, seen)
    if plan.problems:
        form.tell(plan.problems)
        return show_form(request, table, form, row, seen=seen)
    if not kept_by(table, user).filter(pk=row.pk).exists():  # handed over to others
        return redirect(f"{reverse('measures:register_table', args=[table.name])}?lagret=1")
    address = reverse("measures:register_row", args=[table.name, row.pk])
    return redirect(f"{address}?lagret={plan.work}")


def lost(request: HttpRequest, table: Table) -> HttpResponse:
    """Keep what was typed about a row that somebody removed meanwhile, as a new row."""
    if not table.removable:
        raise Http404
    form = form_of(table, posted(table, request.POST), is_new=True)
    return show_form(request, table, form, is_lost=True)


def show_changed(
    request: HttpRequest, table: Table, row: StoredRow, form: Form, seen: int
) -> HttpResponse:
    """Show the form with what somebody else changed meanwhile; the next save is on top of that."""
    label = table.label_of(row.values)
    events = list(events_of(table, label).filter(pk__gt=seen).order_by("pk"))
    theirs: dict[str, tuple[str, str]] = {}
    for event in events:
        for name, (before, after) in event.changes.items():
            if column := table.by_name.get(name):
                first = theirs.get(name, (cell_for_form(column, before), ""))[0]
                theirs[name] = (first, cell_for_form(column, after))
    form.merge(theirs)
    return show_form(request, table, form, row, events=list(acts(table, events)), is_changed=True)


def show_form(
    request: HttpRequest,
    table: Table,
    form: Form,
    row: StoredRow | None = None,
    seen: int | None = None,
    **more: Any,
) -> HttpResponse:
    """Show a form for `row`, or for a new one."""
    label = table.label_of(row.values) if row else ""
    if row and seen is None:
        seen = version_of(table, label)
    context = {
        "trail": trail(table),
        "named": in_words(table, SHOWN[table.name][0], row.values) if row else "",
        "heading": label or _("Ny rad i %(table)s") % {"table": heading(table).lower()},
        "table": table,
        "form": form,
        "row": row,
        "seen": seen,
        "saved": "" if request.method == "POST" else request.GET.get("lagret", ""),
        **more,
    }
    name = "register_row" if row else "register_row_new"
    return render(request, f"measures/{name}.html", context)


def posted(table: Table, data: QueryDict) -> dict[str, str]:
    """Return the cells that a form sent."""
    return {column.name: clean(data.get(column.name, "")) for column in table.columns}


def version_seen(data: QueryDict) -> int | None:
    """Return the version of the row that the form was opened with; None when it is no number."""
    return number_in(data.get("seen", ""))


@require_http_methods(["GET", "HEAD", "POST"])
@private
def register_row_remove(request: HttpRequest, table: str, pk: int) -> HttpResponse:
    """Ask whether an owner or a link is to be removed, and remove it."""
    user, found = steward(request), table_named(table)
    row = row_at(found, kept_by(found, user), pk)
    if row is None or not found.removable:
        raise Http404
    label = found.label_of(row.values)
    is_changed = False
    if request.method == "POST":
        seen = version_seen(request.POST)
        if seen is None:
            return HttpResponseBadRequest()
        try:
            remove_row(found, pk, user, seen=seen)
        except Changed:
            is_changed = True
        else:
            return redirect(reverse("measures:register_table", args=[table]) + "?fjernet=1")
    context = {
        "trail": trail(found, (label, pk)),
        "label": label,
        "table": found,
        "cells": [
            (label_of(found, name), cell)
            for name in found.by_name
            if (cell := in_words(found, name, row.values))
        ],
        "row": row,
        "seen": version_of(found, label),
        "is_changed": is_changed,
    }
    return render(request, "measures/register_row_remove.html", context)
