"""How a text reaches the public: a colleague publishes, schedules or returns it.

Approving changes nothing of the text. Every act locks the measure first and the update after it,
and looks again before it writes; what is no longer as it was seen raises `Changed`.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Sequence
from typing import NamedTuple

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from measures.actions import Changed
from measures.actions.drafting import tell
from measures.actions.standing import recompute
from measures.choices import WRITABLE, Origin, Precision, UpdateState, Verb, state_word
from measures.models import Deadline, Event, Measure, StatusUpdate
from measures.queries.comparison import what_stands
from measures.search import reindex
from measures.validators import regresses
from stakeholders.models import User

logger = logging.getLogger(__name__)


class Seen(NamedTuple):
    """The update (its key) that an approver has held a text against; None where nothing stood."""

    standing: int | None


@transaction.atomic
def publish_update(
    update: StatusUpdate,
    approver: User,
    at: datetime.datetime | None = None,
    *,
    seen: Seen | None = None,
) -> StatusUpdate:
    """Publish what a colleague handed in: now, or at the moment `at` when that lies ahead.

    `seen` is what the approver has held the text against; None compares with nothing. Returns the
    update as it then is. Raises Changed when it is no longer handed in, its words are other than
    those of `update`, something else stands now than what was seen, what it corrects has been
    corrected, or the status would go back without a word about why; PermissionDenied when it is
    the approver's own text or the approver has no say in it.
    """
    locked = locked_in(update, UpdateState.SUBMITTED)
    now = timezone.now()
    _must_decide(locked, approver)
    _must_stand(locked)
    if seen is not None:
        _must_have_seen(locked, seen)
    _must_tell_why(locked)
    locked.approved_by = approver
    if at is not None and at > now:
        locked.publish_at = at
        locked.save(update_fields=["approved_by", "publish_at"])
        tell(Verb.SCHEDULED, locked, approver, {"publish_at": [None, at.isoformat()]})
    else:
        locked.save(update_fields=["approved_by"])
        _bring_out(locked, now, approver)
    return StatusUpdate.objects.get(pk=locked.pk)


@transaction.atomic
def cancel_schedule(update: StatusUpdate, approver: User) -> StatusUpdate:
    """Take back the decision to publish at a set time: the text awaits a decision again.

    Returns the update. Raises Changed when it is no longer scheduled, PermissionDenied as
    `publish_update` does.
    """
    locked = locked_in(update, UpdateState.SCHEDULED)
    if locked.origin == Origin.CONFIRMATION:
        raise Changed
    _must_decide(locked, approver)
    _unschedule(locked, approver)
    return StatusUpdate.objects.get(pk=locked.pk)


@transaction.atomic
def return_update(update: StatusUpdate, approver: User, note: str) -> StatusUpdate:
    """Send a text back to who wrote it, with a note that says what is missing.

    Returns the update. Raises ValueError without a note, Changed and PermissionDenied as
    `publish_update` does; Changed also when the writer has begun another text about the same,
    for nobody has two drafts.
    """
    if not note.strip():
        raise ValueError("A text is returned with a note")
    locked = locked_in(update, UpdateState.SUBMITTED)
    _must_decide(locked, approver)
    others = StatusUpdate.objects.filter(
        measure=locked.measure_id, author=locked.author_id, replaces=locked.replaces_id
    )
    if others.filter(state__in=WRITABLE).exists():
        raise Changed(_("Den som skrev, har en ny kladd om tiltaket. Den må bli ferdig først."))
    locked.returned_at = timezone.now()
    locked.returned_by = approver
    locked.return_note = note.strip()
    locked.submitted_at = None
    locked.save(update_fields=["returned_at", "returned_by", "return_note", "submitted_at"])
    # The note is kept here too: the next one takes its place on the update.
    tell(Verb.RETURNED, locked, approver, {"return_note": ["", locked.return_note]})
    return StatusUpdate.objects.get(pk=locked.pk)


def publish_due(now: datetime.datetime) -> int:
    """Publish what is scheduled, and the confirmations that can no longer be undone, whose time
    has come at `now`: each in a transaction of its own, so one that cannot be published stops no
    other. Two runners at once publish nothing twice. Returns how many were published."""
    due = StatusUpdate.objects.due(now).order_by("publish_at", "pk")
    published = 0
    for pk in list(due.values_list("pk", flat=True)):
        try:
            published += _publish_scheduled(pk, now)
        except DatabaseError:
            logger.exception("Status update %s could not be published", pk)
    return published


@transaction.atomic
def move_deadline(update: StatusUpdate, actor: User | None, on: datetime.date) -> Deadline | None:
    """Add the new deadline that an owner's update sets, stated on the day it is published.

    Returns None where there is nothing to add: the update sets none, or the deadline that counts
    is already that one. Raises ValueError when no owner stands behind the update.
    """
    if update.new_due_on is None:
        return None
    if update.organisation is None:
        raise ValueError("Only an owner sets a new deadline in a status update")
    last = Deadline.objects.filter(measure=update.measure_id).order_by("-stated_on", "-pk").first()
    before = str(last.due) if last else None
    new = Deadline(
        measure_id=update.measure_id,
        due_on=update.new_due_on,
        precision=update.new_due_precision,
        stated_on=on,
        reason=update.new_due_reason,
        source_name=update.organisation.name,
        organisation=update.organisation,
        update=update,
    )
    if before == str(new.due):
        return None
    new.save(force_insert=True)
    Event.objects.create(
        verb=Verb.DEADLINE_SET,
        actor=actor,
        subject="deadline",
        subject_key=update.key,
        measure_id=update.measure_id,
        update=update,
        happened_on=on,
        happened_precision=Precision.DAY,
        changes={"due_on": [before, str(new.due)]},
    )
    return new


def make_public(
    updates: Sequence[StatusUpdate], now: datetime.datetime, actor: User | None
) -> None:
    """Publish the updates, with an event for each: the one way to the public, for one text and
    for a whole load. The caller recomputes and reindexes the measures."""
    StatusUpdate.objects.filter(pk__in=[u.pk for u in updates]).update(published_at=now)
    Event.objects.bulk_create(
        Event(
            verb=Verb.PUBLISHED,
            actor=actor,
            subject="status_update",
            subject_key=update.key,
            measure_id=update.measure_id,
            update=update,
            happened_on=update.date,
            happened_precision=update.precision,
        )
        for update in updates
    )


def locked_in(update: StatusUpdate, *states: UpdateState) -> StatusUpdate:
    """Lock the measure, then the update, and return it when it is in one of the states and its
    words are those of `update`. Raises Changed otherwise. Needs a transaction."""
    Measure.objects.select_for_update(no_key=True).only("pk").get(pk=update.measure_id)
    found = (
        StatusUpdate.objects.select_for_update(no_key=True)
        .filter(pk=update.pk, version=update.version, state__in=[s.value for s in states])
        .first()
    )
    if found is None:
        raise Changed
    return found


def _must_decide(update: StatusUpdate, approver: User) -> None:
    """Raise PermissionDenied unless the approver may decide what becomes of the update."""
    if update.author_id == approver.pk:
        raise PermissionDenied("Nobody approves their own text")
    if not StatusUpdate.objects.decided_by(approver).filter(pk=update.pk).exists():
        raise PermissionDenied("Not an approver of what this update speaks for")


def _must_stand(update: StatusUpdate) -> None:
    """Raise Changed when what the update corrects has been corrected by another."""
    others = StatusUpdate.objects.published().filter(replaces=update.replaces_id)
    if update.replaces_id and others.exists():
        raise Changed


def _must_have_seen(update: StatusUpdate, seen: Seen) -> None:
    """Raise Changed when something else stands now than what the approver has seen."""
    standing = what_stands(update)
    if seen.standing != (standing.pk if standing else None):
        raise Changed(
            _(
                "Noe nytt er publisert om tiltaket etter at du åpnet siden. Se over en gang til. "
                "Ingenting er gjort ennå."
            )
        )


def _must_tell_why(update: StatusUpdate) -> None:
    """Raise Changed when the status would go back without a reason: something was published after
    the text was handed in. A correction says why in its note."""
    measure = update.measure
    if update.replaces_id or update.reason.strip() or update.origin == Origin.CONFIRMATION:
        return
    latest = measure.current_update
    if latest is not None and latest.date > update.date:
        return  # It tells of an earlier time, and changes no status.
    if regresses(measure.status, update.status):
        raise Changed(
            _(
                "Status ville gå tilbake fra «%(was)s» til «%(now)s» uten en begrunnelse. Send "
                "teksten tilbake, så den som skrev, kan si hvorfor."
            )
            % {"was": state_word(measure.status), "now": state_word(update.status)}
        )


def _still_stands(confirmation: StatusUpdate) -> bool:
    """Say whether what a confirmation repeats is what stands, or another's confirmation of it."""
    standing = confirmation.measure.current_update
    if standing is None:
        return confirmation.based_on_id is None
    repeats = standing.origin == Origin.CONFIRMATION and standing.based_on_id
    return confirmation.based_on_id in (standing.pk, repeats)


@transaction.atomic
def _publish_scheduled(pk: int, now: datetime.datetime) -> bool:
    """Publish one update whose time has come, unless another did or somebody took it back."""
    update = StatusUpdate.objects.get(pk=pk)
    try:
        locked = locked_in(update, UpdateState.SCHEDULED)
    except Changed:
        return False
    if locked.publish_at is None or locked.publish_at > now:
        return False
    try:
        _must_stand(locked)
        _must_tell_why(locked)
    except Changed:
        # Somebody must look at it again: what it corrects has been corrected since, or a status
        # was published that it would take back.
        _unschedule(locked, None)
        return False
    if locked.origin == Origin.CONFIRMATION and not _still_stands(locked):
        # It would bring back what somebody has said otherwise about since.
        locked.withdrawn_at = now
        locked.save(update_fields=["withdrawn_at"])
        tell(Verb.WITHDRAWN, locked, None)
        return False
    _bring_out(locked, now, locked.approved_by or locked.author)
    return True


def _bring_out(update: StatusUpdate, now: datetime.datetime, actor: User | None) -> None:
    """Publish a locked update with its deadline, and bring its measure up to date."""
    make_public([update], now, actor)
    move_deadline(update, actor, timezone.localdate(now))
    recompute([update.measure_id])
    reindex([update.measure_id])


def _unschedule(update: StatusUpdate, actor: User | None) -> None:
    before = update.publish_at.isoformat() if update.publish_at else None
    update.publish_at = None
    update.approved_by = None
    update.save(update_fields=["publish_at", "approved_by"])
    tell(Verb.UNSCHEDULED, update, actor, {"publish_at": [before, None]})
