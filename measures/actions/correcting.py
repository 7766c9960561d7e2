"""Correcting what is published: a new text takes the old one's place, which stays readable."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from measures.actions import Changed
from measures.actions.publishing import locked_in
from measures.choices import Origin, PublisherKind, UpdateState, Verb
from measures.models import Event, Evidence, Measure, StatusUpdate
from stakeholders.models import User

#: What a correction takes over from what it replaces; the writer may change all but the first row.
COPIED = (
    *("measure", "organisation", "language", "confidence", "amount_nok", "carried_to"),
    *("date", "precision", "status", "outlook", "summary", "summary_en"),
    *("reason_kind", "reason", "next_step"),
)
#: What its writer may write.
WRITTEN = (
    *("date", "precision", "status", "outlook", "summary", "summary_en"),
    *("reason_kind", "reason", "next_step", "carried_to", "correction_note"),
)


@dataclasses.dataclass(frozen=True)
class Source:
    """A link that the writer adds as evidence."""

    title: str
    publisher: str
    publisher_kind: PublisherKind
    url: str


@transaction.atomic
def open_correction(user: User, update: StatusUpdate) -> StatusUpdate:
    """Begin to correct a published update, or go on where the person left off.

    Returns the draft, filled with what it is to replace, evidence included. Writes nothing when
    the person's correction is there already. Raises Changed when the update has been corrected,
    PermissionDenied when it is not the person's to correct.
    """
    Measure.objects.select_for_update().only("pk").get(pk=update.measure_id)
    if StatusUpdate.objects.published().filter(replaces=update).exists():
        raise Changed
    if not StatusUpdate.objects.correctable_by(user).filter(pk=update.pk).exists():
        raise PermissionDenied("Not this person's to correct")
    own = StatusUpdate.objects.written_by(user).filter(replaces=update).first()
    if own is not None:
        return own
    newest = StatusUpdate.objects.standing().filter(measure=update.measure_id).newest_first()
    draft = StatusUpdate.objects.create(
        key=f"rettelse-{uuid4().hex}",
        origin=Origin.CORRECTION,
        replaces=update,
        author=user,
        based_on=newest.first(),
        saved_at=timezone.now(),
        **{name: getattr(update, name) for name in COPIED},
    )
    for evidence in update.evidence.all():
        _copy(evidence, draft)
    _tell(draft, Verb.CREATED, user)
    return draft


@transaction.atomic
def submit_correction(
    draft: StatusUpdate,
    user: User,
    written: dict[str, Any],
    *,
    added: Sequence[Source] = (),
    removed: Sequence[int] = (),
) -> StatusUpdate:
    """Write down a correction and hand it in for approval.

    `written` gives values for some of WRITTEN; `added` is new evidence, `removed` the keys of
    evidence that falls away. Returns the update. Raises Changed when the draft was saved in
    another window, handed in, or what it corrects has been corrected; PermissionDenied when it is
    another's; ValueError when `completed` would be left without evidence.
    """
    if unknown := written.keys() - set(WRITTEN):
        raise ValueError(f"A correction does not write {', '.join(sorted(unknown))}")
    locked = locked_in(draft, UpdateState.DRAFT, UpdateState.RETURNED)
    if locked.author_id != user.pk:
        raise PermissionDenied("Another's draft")
    if StatusUpdate.objects.published().filter(replaces=locked.replaces_id).exists():
        raise Changed
    locked.evidence.filter(pk__in=removed).delete()
    for source in added:
        Evidence.objects.create(update=locked, **dataclasses.asdict(source))
    if written.get("status", locked.status) == "completed" and not locked.evidence.exists():
        raise ValueError("Completed needs evidence")
    for name, value in written.items():
        setattr(locked, name, value)
    locked.version += 1
    locked.saved_at = locked.submitted_at = timezone.now()
    locked.save(update_fields=[*written, "version", "saved_at", "submitted_at"])
    _tell(locked, Verb.SUBMITTED, user)
    return StatusUpdate.objects.get(pk=locked.pk)


def _copy(evidence: Evidence, draft: StatusUpdate) -> None:
    """Give the draft the same evidence. A file is copied: the draft's may be thrown away."""
    copy = Evidence.objects.get(pk=evidence.pk)
    copy.pk = None
    copy.update = draft
    if evidence.file:
        with evidence.file.open() as content:
            copy.file.save(evidence.file_name, ContentFile(content.read()), save=False)
    copy.save(force_insert=True)


def _tell(update: StatusUpdate, verb: Verb, actor: User) -> None:
    Event.objects.create(
        verb=verb,
        actor=actor,
        subject="status_update",
        subject_key=update.key,
        measure_id=update.measure_id,
        update=update,
    )
