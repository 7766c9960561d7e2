"""That nothing more is to be reported about a measure: since when, why, and who said so."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from measures.choices import Verb
from measures.models import Event, Measure
from measures.queries.speaking import answering
from stakeholders.choices import Role
from stakeholders.models import Membership, Organisation, User

#: The most that the list of what was closed and reopened shows.
ROWS = 50


@dataclass(frozen=True)
class Closing:
    """The reporting is closed: from which day, and by which organisation where that is known. What
    the register's files say of it names none."""

    on: datetime.date
    organisation: Organisation | None


def closing_of(measure: Measure) -> Closing | None:
    """Return how the reporting about the measure was closed; None where it is open."""
    if measure.reporting_closed_on is None:
        return None
    event = (
        Event.objects.filter(measure=measure, verb=Verb.REPORTING_CLOSED).order_by("-pk").first()
    )
    _before, key = event.changes.get("organisation", (None, None)) if event else (None, None)
    organisation = Organisation.objects.filter(key=key).first() if key else None
    return Closing(measure.reporting_closed_on, organisation)


def closed_and_reopened(measure: Measure) -> list[Event]:
    """Return each time the reporting was closed or reopened, with who did it, the latest first."""
    verbs = (Verb.REPORTING_CLOSED, Verb.REPORTING_REOPENED)
    events = Event.objects.filter(measure=measure, verb__in=verbs)
    return list(events.select_related("actor").order_by("-pk")[:ROWS])


def answering_for(approver: User, measure: Measure) -> Organisation | None:
    """Return the organisation of the approver's that answers for the measure: who leads it, else,
    without a known lead, who coordinates its document. None when none does."""
    approves = Membership.objects.of(approver, Role.APPROVER).values("organisation")
    return answering(measure).filter(pk__in=approves).first()
