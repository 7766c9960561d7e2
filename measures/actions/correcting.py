"""Correcting what is published: a new text takes the old one's place, which stays readable.

A correction is written, handed in, returned and approved as a report is (`drafting`,
`publishing`). What is its own stands here: how it begins, and who may write it.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from measures.actions import Changed
from measures.actions.evidence import copy_evidence
from measures.choices import Origin
from measures.models import Measure, StatusUpdate
from stakeholders.models import Organisation, User

#: What a correction takes over from what it replaces; the writer may change all but the first row.
COPIED = (
    *("measure", "organisation", "confidence", "amount_nok", "summary_en"),
    *("date", "precision", "status", "outlook", "language", "summary", "carried_to"),
    *("reason_kind", "reason", "next_step"),
)


@transaction.atomic
def open_correction(
    user: User, update: StatusUpdate, based_on: StatusUpdate | None = None
) -> StatusUpdate:
    """Begin to correct a published update, or go on where the person left off.

    Returns the draft, filled with what it is to replace, evidence included. `based_on` is what was
    newest when the person began. Writes nothing when the person's correction is there already,
    also when it has been handed in. Raises Changed when the update has been corrected, or is not
    the person's to correct (any more).
    """
    Measure.objects.select_for_update(no_key=True).only("pk").get(pk=update.measure_id)
    may_correct(user, update)
    own = StatusUpdate.objects.written_by(user).filter(replaces=update).first()
    if own is not None:
        return own
    draft = StatusUpdate.objects.create(
        key=f"rettelse-{uuid4().hex}",
        origin=Origin.CORRECTION,
        replaces=update,
        author=user,
        based_on=based_on,
        saved_at=timezone.now(),
        **{name: getattr(update, name) for name in COPIED},
    )
    for evidence in update.evidence.all():
        copy_evidence(evidence, draft)
    return draft


def may_correct(user: User, update: StatusUpdate) -> Organisation | None:
    """Return whose word a correction of the update is: None for what a public source said. Raises
    Changed when it has been corrected, or the person may not correct it (any more)."""
    if StatusUpdate.objects.published().filter(replaces=update).exists():
        raise Changed(_("Meldingen er allerede rettet av en annen."))
    if not StatusUpdate.objects.correctable_by(user).filter(pk=update.pk).exists():
        raise Changed(_("Du kan ikke lenger rette denne meldingen."))
    return update.organisation
