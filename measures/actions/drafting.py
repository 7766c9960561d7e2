"""Writing a report: a draft is opened, saved as one writes, handed in, taken back or given up."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from measures.actions import Changed
from measures.actions.correcting import may_correct
from measures.actions.evidence import (
    Link,
    forget,
    keep_files,
    keep_links,
    leave_out,
    take_over_files,
)
from measures.choices import (
    ENDED,
    WRITABLE,
    Origin,
    Precision,
    Status,
    UpdateState,
    Verb,
)
from measures.models import Comment, Event, Measure, StatusUpdate
from measures.queries.speaking import newest_published, speaker_for
from measures.uploads import Checked
from measures.validators import Before, Report, problems, tells_why
from stakeholders.models import Organisation, User

#: What a writer may fill in; everything else follows from the acts.
WORDS = (
    *("date", "precision", "status", "outlook", "language", "summary", "next_step"),
    *("reason_kind", "reason", "carried_to_id"),
    *("new_due_on", "new_due_precision", "new_due_reason", "correction_note", "prompted_by_id"),
)


class Stale(Changed):
    """Another window has saved the draft since this one read it; `stored` is what it saved."""

    def __init__(self, stored: Any) -> None:
        super().__init__(_("Kladden er lagret fra et annet vindu etter at du åpnet den."))
        self.stored = stored


class Broken(ValidationError):
    """The report breaks rules: a dictionary of field and messages, as forms take them."""


@dataclass(frozen=True)
class Written:
    """What the writer has written: `words` by the names in `WORDS`, what cannot be read yet in
    `typed`, the links that are complete, files just sent in, and files (keys) to leave out."""

    words: Mapping[str, Any]
    typed: Mapping[str, Any] = field(default_factory=dict)
    links: Sequence[Link] = ()
    files: Sequence[Checked] = ()
    removed: Sequence[int] = ()


@transaction.atomic
def open_draft(user: User, measure: Measure, based_on: StatusUpdate | None = None) -> StatusUpdate:
    """Return the person's draft about the measure, a new one where there is none.

    Raises Changed when the person may not report on it (any more), or reporting has been closed.
    """
    measure = locked(measure)
    found = StatusUpdate.objects.filter(
        measure=measure, author=user, state__in=WRITABLE, replaces=None
    ).first()
    if found:
        return found
    organisation = may_write(user, measure)
    draft = StatusUpdate(
        key=new_key(measure),
        measure=measure,
        date=timezone.localdate(),
        precision=Precision.DAY,
        origin=Origin.REPORT,
        organisation=organisation,
        author=user,
        based_on=based_on,
    )
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
    except IntegrityError:  # another window was first
        return StatusUpdate.objects.get(
            measure=measure, author=user, state__in=WRITABLE, replaces=None
        )
    return draft


@transaction.atomic
def save_draft(user: User, draft: StatusUpdate, written: Written, version: int) -> StatusUpdate:
    """Store what the person has written so far, whatever it lacks, and return the draft.

    `version` is the one that the writer's window read. Raises Stale when another window has
    saved since, and Changed when the draft has been handed in or given up.
    """
    stored = own(user, draft, WRITABLE)
    if stored.version != version:
        raise Stale(stored)
    prompted = written.words.get("prompted_by_id")
    if prompted and prompted != stored.prompted_by_id:
        take_over_files(Comment.objects.get(pk=prompted), stored)
    for name in WORDS:
        if name in written.words:
            setattr(stored, name, written.words[name])
    stored.typed = dict(written.typed)
    stored.version += 1
    stored.saved_at = timezone.now()
    words = (name.removesuffix("_id") for name in WORDS)
    stored.save(update_fields=[*words, "typed", "version", "saved_at"])
    keep_links(stored, written.links)
    leave_out(stored, written.removed)
    keep_files(stored, written.files)
    return stored


@transaction.atomic
def submit_update(
    user: User, draft: StatusUpdate, *, version: int, today: datetime.date, seen: int | None
) -> StatusUpdate:
    """Hand the draft in to a colleague's approval: a report, or a correction.

    `seen` is the newest publication about the measure that the person has been shown. Raises
    Changed when there is a newer one, when the person may not report or correct any more, when the
    draft is no draft any more or what it corrects has been corrected; Stale when another window
    saved it; Broken when it breaks the rules of a report (`measures.validators`).
    """
    measure = locked(draft.measure)
    stored = own(user, draft, WRITABLE)
    if stored.version != version:
        raise Stale(stored)
    if stored.replaces:
        stored.organisation = may_correct(user, stored.replaces)
    else:
        stored.organisation = may_write(user, measure)
    newest = newest_published(measure)
    if (newest.pk if newest else None) != seen:
        raise Changed(_("Noe nytt er publisert om tiltaket. Se over en gang til før du sender."))
    obey(stored, measure, today)
    if stored.replaces and stored.summary != stored.replaces.summary:
        stored.summary_en = ""  # the translation is of the old words
    stored.based_on = newest
    stored.submitted_at = timezone.now()
    fields = ("organisation", "based_on", "submitted_at", "outlook", "reason", "reason_kind")
    stored.save(update_fields=[*fields, "carried_to", "summary_en"])
    tell(Verb.SUBMITTED, stored, user)
    return stored


def obey(update: StatusUpdate, measure: Measure, today: datetime.date) -> None:
    """Hold the update against the rules of a report, and leave out of it what belongs to an
    earlier one. Raises Broken."""
    report = Report.of(update, has_evidence=update.evidence.exists())
    before = Before.of(measure, update.replaces)
    broken = problems(report, before, today)
    messages: dict[str, list[str]] = {}
    for problem in broken:
        messages.setdefault(problem.field, []).append(problem.message)
    if update.typed:
        messages[NON_FIELD_ERRORS] = [_("Noe i kladden kan ikke leses ennå. Rett det først.")]
    if messages:
        raise Broken(messages)
    if not tells_why(report, before):
        update.reason = update.reason_kind = ""
    if update.status in ENDED:
        update.outlook = ""
    if update.status != Status.CARRIED_OVER:
        update.carried_to = None


@transaction.atomic
def withdraw_update(user: User, update: StatusUpdate) -> StatusUpdate:
    """Take back what the person has handed in: it is a draft again, nobody can approve it.

    Raises Changed when a colleague was first (published, scheduled or returned it), or when the
    person has begun another draft about the measure.
    """
    locked(update.measure)
    stored = own(user, update, (UpdateState.SUBMITTED,))
    others = StatusUpdate.objects.filter(
        measure=stored.measure, author=user, replaces=stored.replaces, state__in=WRITABLE
    )
    if others.exists():
        raise Changed(_("Du har begynt på en ny kladd om tiltaket. Send eller forkast den først."))
    stored.submitted_at = None
    stored.save(update_fields=["submitted_at"])
    tell(Verb.WITHDRAWN, stored, user)
    return stored


@transaction.atomic
def discard_draft(user: User, draft: StatusUpdate) -> None:
    """Give a draft up. One that nobody has seen is gone; one that was handed in once stays in the
    record as withdrawn. Raises Changed when it is no draft any more."""
    locked(draft.measure)
    stored = own(user, draft, WRITABLE)
    if not stored.events.exists():
        files = [e.file for e in stored.evidence.all() if e.file]
        stored.evidence.all().delete()
        stored.delete()
        forget(files)
        return
    # What is no longer being written is held to the rules: leave out what is only half said.
    stored.typed, stored.status, stored.carried_to = {}, "", None
    stored.new_due_on, stored.new_due_precision = None, ""
    stored.summary = stored.summary or "–"
    if stored.replaces_id:
        stored.correction_note = stored.correction_note or "–"
    stored.withdrawn_at = timezone.now()
    fields = ("typed", "status", "carried_to", "new_due_on", "new_due_precision", "summary")
    stored.save(update_fields=[*fields, "correction_note", "withdrawn_at"])
    tell(Verb.WITHDRAWN, stored, user)


# --- Shared by the acts ----------------------------------------------------------------------


def locked(measure: Measure) -> Measure:
    """Return the measure as it is now, locked to the end of the transaction."""
    query = Measure.objects.select_for_update(of=("self",), no_key=True).select_related(
        "document", "current_deadline", "current_update"
    )
    return query.get(pk=measure.pk)


def own(user: User, update: StatusUpdate, states: Sequence[UpdateState]) -> StatusUpdate:
    """Return the person's own update, locked. Raises Changed when it is in none of the states."""
    stored = (
        StatusUpdate.objects.select_for_update(of=("self",), no_key=True)
        .select_related("measure", "organisation", "replaces")
        .filter(pk=update.pk, author=user, state__in=states)
        .first()
    )
    if stored is None:
        raise Changed(_("Kladden er sendt, forkastet eller behandlet i mellomtiden."))
    return stored


def may_write(user: User, measure: Measure) -> Organisation:
    """Return whose word it is when the person reports on the measure. Raises Changed when the
    person may not (any more)."""
    if measure.reporting_closed_on:
        raise Changed(_("Rapporteringen for tiltaket er avsluttet."))
    organisation = speaker_for(user, measure)
    if organisation is None:
        raise Changed(_("Du kan ikke lenger rapportere om dette tiltaket."))
    return organisation


def new_key(measure: Measure) -> str:
    """Return a name for a new update."""
    return f"{measure.ref}-{uuid4().hex[:12]}"


def tell(
    verb: Verb,
    update: StatusUpdate,
    actor: User | None,
    changes: dict[str, list[str | None]] | None = None,
) -> None:
    """Write the event of an act on an update."""
    Event.objects.create(
        verb=verb,
        actor=actor,
        subject="status_update",
        subject_key=update.key,
        measure_id=update.measure_id,
        update=update,
        changes=changes or {},
    )
