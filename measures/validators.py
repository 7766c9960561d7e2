"""The rules of a report, in one place: the form, the action and whatever else takes a report in
words ask here. Where the database can hold a rule too, it does (`StatusUpdate`'s constraints).

The rules are the project's own, and `/om/` tells them to readers.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from measures.choices import ENDED, Outlook, Precision, Status
from measures.dates import PartialDate


@dataclass(frozen=True)
class Report:
    """What somebody wants to say about a measure."""

    date: PartialDate
    status: str = ""
    outlook: str = ""
    summary: str = ""
    reason_kind: str = ""
    reason: str = ""
    carried_to: int | None = None
    new_due: PartialDate | None = None
    new_due_reason: str = ""
    has_evidence: bool = False
    correction_note: str = ""

    @classmethod
    def of(cls, update: Any, *, has_evidence: bool) -> Report:
        """Return what a stored status update says."""
        new_due = None
        if update.new_due_on:
            new_due = PartialDate.ending(update.new_due_on, Precision(update.new_due_precision))
        return cls(
            date=update.when,
            status=update.status,
            outlook=update.outlook,
            summary=update.summary,
            reason_kind=update.reason_kind,
            reason=update.reason,
            carried_to=update.carried_to_id,
            new_due=new_due,
            new_due_reason=update.new_due_reason,
            has_evidence=has_evidence,
            correction_note=update.correction_note,
        )


@dataclass(frozen=True)
class Before:
    """What stands about the measure: its key, its status, its deadline, and the day its document
    was published. Where the report is a correction, what that asks for."""

    measure: int
    document_published_on: datetime.date
    status: str = ""
    due: PartialDate | None = None
    is_corrected: bool = False
    needs_status: bool = True
    is_owners_word: bool = True

    @classmethod
    def of(cls, measure: Any, corrected: Any = None) -> Before:
        """Return what stands about a measure, loaded with its document and current deadline.

        `corrected` is the published update that a correction is about. Its note says why, so no
        status needs a reason for going back; and what that update could leave out or be dated, the
        correction may too.
        """
        before = cls._of(measure)
        if corrected is None:
            return before
        return replace(
            before,
            status="",
            document_published_on=min(before.document_published_on, corrected.when.last),
            is_corrected=True,
            needs_status=bool(corrected.status),
            is_owners_word=corrected.organisation_id is not None,
        )

    @classmethod
    def _of(cls, measure: Any) -> Before:
        return cls(
            measure=measure.pk,
            document_published_on=measure.document.published_on,
            status=measure.status,
            due=measure.current_deadline.due if measure.current_deadline else None,
        )


class Problem(NamedTuple):
    """A rule that is broken: which field, and what to do about it."""

    field: str
    message: str


def problems(report: Report, before: Before, today: datetime.date) -> list[Problem]:
    """Return every rule that the report breaks, in the order of the form."""
    return [
        *_of_correction(report, before),
        *_of_status(report, before),
        *_of_date(report, before, today),
        *_of_reason(report, before),
        *_of_deadline(report, before),
        *_of_evidence(report),
    ]


def regresses(before: str, now: str) -> bool:
    """Say whether a status goes back: from an ended one to one that is not, or from under way to
    not started. That may be right, but never happens without a word about why."""
    if before in ENDED:
        return bool(now) and now not in ENDED
    return before == Status.IN_PROGRESS and now == Status.NOT_STARTED


def tells_why(report: Report, before: Before) -> bool:
    """Say whether a reason belongs to what the report says. Else it was left from an earlier one,
    and is not published. A correction keeps what it says of it."""
    return (
        before.is_corrected
        or report.outlook in (Outlook.AT_RISK, Outlook.BEHIND)
        or report.status == Status.DISCONTINUED
        or regresses(before.status, report.status)
    )


def _of_correction(report: Report, before: Before) -> Iterator[Problem]:
    if before.is_corrected and not report.correction_note.strip():
        yield Problem("correction_note", _("Skriv hva som var feil."))


def _of_status(report: Report, before: Before) -> Iterator[Problem]:
    if not report.status and before.needs_status:
        yield Problem("status", _("Velg hva status er nå."))
    if report.status == Status.CARRIED_OVER:
        if report.carried_to is None:
            yield Problem("carried_to", _("Velg tiltaket som fører arbeidet videre."))
        elif report.carried_to == before.measure:
            yield Problem("carried_to", _("Et tiltak kan ikke videreføres i seg selv."))
    if not report.summary.strip():
        yield Problem("summary", _("Skriv hva som har skjedd."))


def _of_date(report: Report, before: Before, today: datetime.date) -> Iterator[Problem]:
    """Of a month or a year it is enough that some day in it is possible."""
    if report.date.first > today:
        yield Problem("date", _("Datoen kan ikke ligge fram i tid."))
    elif report.date.last < before.document_published_on:
        yield Problem("date", _("Datoen kan ikke være før dokumentet ble lagt fram."))


def _of_reason(report: Report, before: Before) -> Iterator[Problem]:
    behind = report.outlook == Outlook.BEHIND and report.status not in ENDED
    structured = behind or report.status == Status.DISCONTINUED
    if structured and not report.reason_kind:
        yield Problem("reason_kind", _("Velg hva slags grunn det er."))
    if report.reason.strip():
        return
    if report.status == Status.DISCONTINUED:
        yield Problem("reason", _("Skriv hvorfor tiltaket er avsluttet uten gjennomføring."))
    elif behind:
        yield Problem("reason", _("Skriv hvorfor det er vesentlig avvik."))
    elif regresses(before.status, report.status):
        was, now = Status(before.status).label, Status(report.status).label
        text = _("Skriv hvorfor status går tilbake fra «%(was)s» til «%(now)s».")
        yield Problem("reason", text % {"was": was, "now": now})


def _of_deadline(report: Report, before: Before) -> Iterator[Problem]:
    if report.new_due is None:
        return
    if not before.is_owners_word:
        yield Problem("new_due", _("Bare den som har ansvaret, setter en ny frist."))
    if report.new_due.last < before.document_published_on:
        yield Problem("new_due", _("Fristen kan ikke være før dokumentet ble lagt fram."))
    if before.due and before.due == report.new_due:
        yield Problem("new_due", _("Dette er fristen som gjelder i dag. La feltet stå tomt."))
    if not report.new_due_reason.strip():
        yield Problem("new_due_reason", _("Skriv hvorfor fristen blir satt."))


def _of_evidence(report: Report) -> Iterator[Problem]:
    if report.status == Status.COMPLETED and not report.has_evidence:
        yield Problem(
            "evidence", _("Legg ved dokumentasjon: Et gjennomført tiltak må ha minst én kilde.")
        )
