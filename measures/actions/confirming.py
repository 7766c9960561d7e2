"""Confirming that nothing has changed: the owner's word in one click, to be undone for a minute."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from measures.actions import Changed
from measures.actions.drafting import locked, may_write, new_key, own, tell
from measures.choices import Origin, Precision, Status, UpdateState, Verb
from measures.models import Evidence, Measure, StatusUpdate
from measures.models.reporting import StatusUpdateQuerySet
from stakeholders.models import Organisation, User

#: So long a confirmation may be undone before it is published.
REGRET = datetime.timedelta(seconds=60)
#: What a confirmation repeats. It adds no words of its own.
REPEATED = ("status", "outlook", "language", "reason", "reason_kind", "next_step", "carried_to_id")


@transaction.atomic
def confirm_unchanged(
    user: User, measures: Sequence[Measure], seen: Mapping[int, int] | None = None
) -> list[StatusUpdate]:
    """Say on the owner's behalf that what stands about each of the measures still holds.

    `seen` maps a measure's key to that of the update the person was shown as standing. All are
    confirmed, or none: raises Changed when something else stands by now, when nothing stands, or
    the person may not report. A measure that somebody of the organisation confirmed less than a
    minute ago is not confirmed twice.
    """
    made = [
        confirm(user, locked(measure), None if seen is None else seen.get(measure.pk, 0))
        for measure in sorted(measures, key=lambda m: m.pk)
    ]
    return [update for update in made if update]


def confirm(user: User, measure: Measure, seen: int | None) -> StatusUpdate | None:
    """Confirm one measure, which is locked."""
    organisation = may_write(user, measure)
    standing = measure.current_update
    if standing is None:
        text = _("Det er ingen status å bekrefte for %(ref)s. Rapporter heller.")
        raise Changed(text % {"ref": measure.ref})
    if seen is not None and standing.pk != seen:
        text = _("Noe nytt er publisert om %(ref)s. Se på det før du bekrefter.")
        raise Changed(text % {"ref": measure.ref})
    if waiting_confirmations(measure, organisation).exists():
        return None
    now = timezone.now()
    update = StatusUpdate.objects.create(
        key=new_key(measure),
        measure=measure,
        date=timezone.localdate(now),
        precision=Precision.DAY,
        origin=Origin.CONFIRMATION,
        organisation=organisation,
        author=user,
        based_on=standing,
        saved_at=now,
        submitted_at=now,
        publish_at=now + REGRET,
        **{name: getattr(standing, name) for name in REPEATED},
    )
    if standing.status == Status.COMPLETED:
        repeat_evidence(standing, update)
    tell(Verb.SCHEDULED, update, user)
    return update


def waiting_confirmations(measure: Measure, organisation: Organisation) -> StatusUpdateQuerySet:
    """The organisation's confirmations of a measure that may still be undone."""
    return StatusUpdate.objects.filter(
        measure=measure,
        organisation=organisation,
        origin=Origin.CONFIRMATION,
        state=UpdateState.SCHEDULED,
    )


def repeat_evidence(standing: StatusUpdate, update: StatusUpdate) -> None:
    """Let the confirmation rest on the same sources as what it confirms."""
    copies = list(standing.evidence.all())
    for evidence in copies:
        evidence.pk, evidence.update = None, update
    Evidence.objects.bulk_create(copies)


@transaction.atomic
def undo_confirmation(user: User, updates: Sequence[StatusUpdate]) -> None:
    """Take the person's own confirmations back before they are published: all of them, or none.

    Raises Changed when one is published, or has been undone already.
    """
    # In the order in which everybody locks measures, or two could wait for each other.
    for update in sorted(updates, key=lambda u: u.measure_id):
        locked(update.measure)
        try:
            stored = own(user, update, (UpdateState.SCHEDULED,))
        except Changed as changed:
            raise Changed(
                _("Bekreftelsen av %(ref)s er alt publisert eller angret.")
                % {"ref": update.measure.ref}
            ) from changed
        if stored.origin != Origin.CONFIRMATION:
            raise Changed(_("Bare en bekreftelse kan angres."))
        stored.withdrawn_at = timezone.now()
        stored.save(update_fields=["withdrawn_at"])
        tell(Verb.WITHDRAWN, stored, user)
