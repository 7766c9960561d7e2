"""Ending the reporting about a measure, and taking it up again: no word of what was done."""

from __future__ import annotations

import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from measures.actions import Changed
from measures.choices import Precision, Verb
from measures.models import Event, Measure
from measures.queries.closing import answering_for
from stakeholders.models import User

#: From a field to [before, after].
Changes = dict[str, list[str | None]]


@transaction.atomic
def close_reporting(measure: Measure, approver: User, reason: str, on: datetime.date) -> Measure:
    """End the reporting about a measure from the day `on`, and say why: nobody is asked any more.

    Returns the measure. Raises ValueError without a reason, for a day ahead or before the document
    was published, Changed when it is closed already, PermissionDenied when the person approves for
    nobody who answers for it.
    """
    if not reason.strip() or on > timezone.localdate():
        raise ValueError("Reporting is closed with a reason, and not ahead of time")
    locked = _locked(measure, approver)
    if on < locked.document.published_on:
        raise ValueError("Reporting is not closed before the document was published")
    if locked.reporting_closed_on is not None:
        raise Changed(_("En kollega har allerede avsluttet rapporteringen."))
    locked.reporting_closed_on = on
    locked.reporting_closed_by = approver
    locked.reporting_closed_reason = reason.strip()
    _save(locked)
    changes: Changes = {
        "reporting_closed_on": [None, on.isoformat()],
        "reporting_closed_reason": ["", locked.reporting_closed_reason],
    }
    _tell(locked, Verb.REPORTING_CLOSED, approver, on, changes)
    return locked


@transaction.atomic
def reopen_reporting(measure: Measure, approver: User, reason: str) -> Measure:
    """Take up the reporting about a measure again, and say why.

    Returns the measure. Raises ValueError without a reason, Changed when it is not closed,
    PermissionDenied as `close_reporting` does.
    """
    if not reason.strip():
        raise ValueError("Reporting is reopened with a reason")
    locked = _locked(measure, approver)
    if locked.reporting_closed_on is None:
        raise Changed(_("En kollega har allerede åpnet rapporteringen igjen."))
    changes: Changes = {
        "reporting_closed_on": [locked.reporting_closed_on.isoformat(), None],
        "reporting_closed_reason": [locked.reporting_closed_reason, ""],
        "reason": ["", reason.strip()],
    }
    locked.reporting_closed_on = locked.reporting_closed_by = None
    locked.reporting_closed_reason = ""
    _save(locked)
    _tell(locked, Verb.REPORTING_REOPENED, approver, timezone.localdate(), changes)
    return locked


def _locked(measure: Measure, approver: User) -> Measure:
    locked = Measure.objects.select_for_update(no_key=True).get(pk=measure.pk)
    if not Measure.objects.closable_by(approver).filter(pk=locked.pk).exists():
        raise PermissionDenied("Not an approver of anybody who answers for the measure")
    return locked


def _save(measure: Measure) -> None:
    measure.save(
        update_fields=["reporting_closed_on", "reporting_closed_by", "reporting_closed_reason"]
    )


def _tell(
    measure: Measure,
    verb: Verb,
    actor: User,
    on: datetime.date,
    changes: Changes,
) -> None:
    """Write the event. It names the organisation that the approver speaks for on that day."""
    organisation = answering_for(actor, measure)
    changes["organisation"] = [None, organisation.key if organisation else None]
    Event.objects.create(
        verb=verb,
        actor=actor,
        subject="measure",
        subject_key=measure.ref,
        measure=measure,
        happened_on=on,
        happened_precision=Precision.DAY,
        changes=changes,
    )
