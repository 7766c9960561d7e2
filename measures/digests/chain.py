"""Who is reminded of what: earlier and further along a chain, the longer an owner says nothing.

The chain is the writer, then who approves, then the ministry that coordinates the document; every
mail announces it. Where a link of it is missing, the next one stands in. How far it reaches follows
from how many days there are to the day to report by, or since: a range, not one day, so that a day
on which nothing was sent loses nothing.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists

from measures.choices import OwnerRole, Stage
from measures.dates import OSLO
from measures.models import Document, Measure, Owner, Recipient
from measures.models.measures import MeasureQuerySet
from measures.queries.desk import handed_in, report_due, silent, with_report_due
from stakeholders.choices import Role
from stakeholders.models import Membership

#: The first day of each stage, counted from the day to report by; the last stage has no end.
BEGINS = {
    Stage.WEEK_BEFORE: -7,
    Stage.DAYS_BEFORE: -3,
    Stage.DAY_AFTER: 1,
    Stage.WEEK_AFTER: 7,
    Stage.WEEKS_AFTER: 21,
}
#: How far ahead to look: an owner is silent from the day after the day to report by.
FIRST = datetime.timedelta(days=1 - BEGINS[Stage.WEEK_BEFORE])
WEEKDAYS, HOURS = range(5), range(8, 18)
#: From these stages on the next in the chain hear of it.
APPROVERS_HEAR = (Stage.WEEK_AFTER, Stage.WEEKS_AFTER)
MINISTRIES_HEAR = (Stage.WEEKS_AFTER,)


def is_reminding_time(now: datetime.datetime) -> bool:
    """Say whether people are reminded at a moment: on weekdays from eight to six, in Norway."""
    local = now.astimezone(OSLO)
    return local.weekday() in WEEKDAYS and local.hour in HOURS


def stage_on(due: datetime.date, today: datetime.date) -> Stage | None:
    """Return the stage that a day to report by is at; None when it is further off than a week."""
    days = (today - due).days
    reached = [stage for stage, begins in BEGINS.items() if days >= begins]
    return reached[-1] if reached else None


@dataclass(frozen=True)
class Owed:
    """An organisation owes a word of a measure by a day, which is at a stage."""

    measure: int
    document: int
    organisation: int
    due: datetime.date
    stage: Stage


@dataclass
class Told:
    """What one recipient is told of: what it may report itself, and what others should have."""

    own: list[Owed] = field(default_factory=list)
    others: list[Owed] = field(default_factory=list)


#: The organisations that coordinate each document, all by their keys.
Coordinators = Mapping[int, Sequence[int]]


def owed_on(today: datetime.date, coordinators: Coordinators) -> list[Owed]:
    """Return what organisations owe a word of and is at a stage: not what was handed in or
    confirmed, not what is closed, nor what nobody ever asked for. Two queries."""
    loaded = (
        with_report_due(waiting_on(today), today).only("document", "confirmed_on").order_by("ref")
    )
    leads = dict(Owner.objects.filter(role=OwnerRole.LEAD).values_list("measure", "organisation"))
    found: list[Owed] = []
    for measure in loaded.iterator(chunk_size=1000):
        due = report_due(measure)
        stage = stage_on(due, today) if due else None
        if due is None or stage is None:
            continue
        lead = leads.get(measure.pk)
        for organisation in [lead] if lead else coordinators.get(measure.document_id, ()):
            found.append(Owed(measure.pk, measure.document_id, organisation, due, stage))
    return found


def waiting_on(today: datetime.date) -> MeasureQuerySet:
    """The measures that owners owe a word of, or will within a week, and have not handed one in."""
    return Measure.objects.open().filter(silent(today, FIRST)).exclude(Exists(handed_in()))


def coordinating() -> Coordinators:
    """Return who coordinates each document."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    through = Document.coordinators.through._default_manager
    for document, organisation in through.values_list("document", "organisation"):
        found[document].append(organisation)
    return found


class Chain:
    """The people and inboxes that can be told, by organisation and role. Three queries."""

    def __init__(self, coordinators: Coordinators) -> None:
        self._people: defaultdict[tuple[int, str], set[int]] = defaultdict(set)
        mailboxes = dict(
            Recipient.objects.filter(stopped_at=None, user__isnull=False).values_list("user", "pk")
        )
        roles = [Role.REPORTER.value, Role.APPROVER.value, Role.STEWARD.value]
        rows = Membership.objects.active().filter(role__in=roles)
        for user, organisation, role in rows.values_list("user", "organisation", "role"):
            if user in mailboxes:
                self._people[organisation, role].add(mailboxes[user])
        inboxes = Recipient.objects.filter(stopped_at=None, organisation__isnull=False)
        self._inboxes = dict(inboxes.values_list("organisation", "pk"))
        self._coordinators = coordinators

    def of(self, owed: Owed) -> Iterator[tuple[int, bool]]:
        """Yield the recipients (keys) that are told of it, each with whether it may report it."""
        reporters = self._people[owed.organisation, Role.REPORTER]
        approvers = self._people[owed.organisation, Role.APPROVER]
        ministries = self._ministries(owed)
        inbox = self._inboxes.get(owed.organisation)
        links = [reporters, approvers or ({inbox} if inbox else set()), ministries]
        reached = 1 + (owed.stage in APPROVERS_HEAR) + (owed.stage in MINISTRIES_HEAR)
        # Where a link is missing, the next one stands in.
        told = set().union(*[link for link in links if link][:reached])
        for recipient in sorted(told):
            yield recipient, recipient in reporters

    def _ministries(self, owed: Owed) -> set[int]:
        found: set[int] = set()
        for organisation in self._coordinators.get(owed.document, ()):
            found |= self._people[organisation, Role.STEWARD]
            if organisation in self._inboxes:
                found.add(self._inboxes[organisation])
        return found


def told_on(today: datetime.date) -> dict[int, Told]:
    """Return what each recipient (key) is told of on a day."""
    coordinators = coordinating()
    chain = Chain(coordinators)
    found: defaultdict[int, Told] = defaultdict(Told)
    for one in owed_on(today, coordinators):
        for recipient, may_report in chain.of(one):
            told = found[recipient]
            (told.own if may_report else told.others).append(one)
    return dict(found)
