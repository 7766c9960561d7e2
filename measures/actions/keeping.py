"""Keep the register by hand: one row in the browser, or files that were looked at first.

A row is a load of one row: the same tables, checks and plan, carried out by `write_register`.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from measures.actions import Changed
from measures.actions.register import about, lock_loads, write_register
from measures.choices import Verb
from measures.exchange.archives import opened, read_upload
from measures.exchange.checking import check_cells
from measures.exchange.columns import Table
from measures.exchange.keepers import Keeper, kept_by
from measures.exchange.plan import Plan, plan
from measures.exchange.reading import Raw, row_of
from measures.exchange.stored import look_up, stored_rows
from measures.models import Event, Owner, PendingUpload
from measures.models.uploads import a_day_from_now
from measures.search import reindex
from stakeholders.models import User


def version_of(table: Table, label: str) -> int:
    """Return the number of the last event of a row: it changes whenever the row does."""
    events = Event.objects.filter(subject=table.subject, subject_key=subject_key(label))
    return int(events.aggregate(last=Max("pk"))["last"] or 0)


def subject_key(label: str) -> str:
    """Return what events call a row."""
    return label[: Event._meta.get_field("subject_key").max_length]


@transaction.atomic
def keep_row(
    table: Table,
    cells: Mapping[str, str],
    actor: User,
    *,
    today: datetime.date,
    seen: int | None = None,
) -> Plan:
    """Add a row to a table, or change the one whose key the cells name.

    `seen` is the version of the stored row that the person looked at; None adds a new one. Returns
    the plan that was carried out, or one with problems, when nothing was written. Raises Changed
    when the row is not the one that was seen, ValueError for a table whose rows are final.
    """
    if table.final:
        raise ValueError(f"{table.name} is never changed by hand")
    lock_loads()
    checked = check_cells(row_of(table, cells), today)
    stored = look_up(checked)
    (row,) = checked.rows[table.name]
    is_there = row.named and stored.get(table.name, row.key) is not None
    if seen is not None and not (is_there and version_of(table, row.label) == seen):
        raise Changed
    if seen is None and is_there:
        message = _("%(key)s finnes allerede. Åpne den for å endre den.")
        checked.problems.add(row.problem(table.key[0], message % {"key": row.label}))
    found = plan(checked, stored, Keeper.of(actor))
    if not found.problems:
        carry_out(found, actor)
    return found


def carry_out(found: Plan, actor: User) -> None:
    """Write a plan. Raises Changed when the database says that it no longer fits."""
    try:
        write_register(found, actor)
    except IntegrityError as error:
        raise Changed from error


@transaction.atomic
def remove_row(table: Table, pk: int, actor: User, *, seen: int) -> None:
    """Take an owner or a link away; an event keeps what it said.

    Raises Changed when it is gone already, is not the actor's to keep or is not as it was seen,
    and ValueError for a table whose rows stay.
    """
    if not table.removable:
        raise ValueError(f"Rows of {table.name} are never removed")
    lock_loads()
    rows = table.model._default_manager.filter(pk__in=kept_by(table, actor).filter(pk=pk))
    instance = rows.select_for_update().first()
    if instance is None:
        raise Changed
    (row,) = stored_rows(table, rows)
    label = table.label_of(row.values)
    if version_of(table, label) != seen:
        raise Changed
    told = about(instance)
    instance.delete()
    Event.objects.create(
        verb=Verb.REMOVED,
        actor=actor,
        subject=table.subject,
        subject_key=subject_key(label),
        changes={
            column.name: [column.kind.told(row.values[column.name]), None]
            for column in table.columns
        },
        **told,
    )
    if isinstance(instance, Owner):  # measures are found by the names of their owners
        reindex([instance.measure_id])


# --- Files that somebody uploads ---------------------------------------------------------------


@transaction.atomic
def store_upload(files: Mapping[str, bytes], owner: User) -> PendingUpload:
    """Keep uploaded files until their owner has looked at what they would do.

    Replaces what the owner uploaded before, and throws away what has expired, whoever's it was.
    """
    PendingUpload.objects.expired().delete()
    PendingUpload.objects.filter(owner=owner).delete()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return PendingUpload.objects.create(
        owner=owner,
        names="\n".join(files),
        content=packed.getvalue(),
        expires_at=a_day_from_now(),
    )


@transaction.atomic
def discard_upload(upload: PendingUpload) -> None:
    """Throw away an upload that its owner does not want to carry out."""
    upload.delete()


def plan_upload(upload: PendingUpload, today: datetime.date) -> tuple[Plan, Raw]:
    """Return what an upload would do now, and what was read."""
    raw = read_upload(opened(bytes(upload.content)))
    checked = check_cells(raw, today)
    return plan(checked, look_up(checked), Keeper.of(upload.owner)), raw


@transaction.atomic
def confirm_upload(upload: PendingUpload, fingerprint: str, today: datetime.date) -> Plan:
    """Carry out an upload: all that its owner saw in the preview, or nothing.

    `fingerprint` is that of the plan in the preview. Raises Changed when the plan is another one
    now, because the register was changed meanwhile, or when the upload was confirmed already.
    """
    lock_loads()
    if not PendingUpload.objects.of(upload.owner).select_for_update().filter(pk=upload.pk).exists():
        raise Changed
    found, _raw = plan_upload(upload, today)
    if found.problems or found.fingerprint != fingerprint:
        raise Changed
    carry_out(found, upload.owner)
    upload.delete()
    return found
