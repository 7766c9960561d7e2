"""What waits for somebody who has signed in: to be reported, to be mended, to be approved."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When

from measures.choices import UNDER_WAY, CommentState, UpdateState
from measures.models import Comment, Document, Measure, Round, RoundMeasure, StatusUpdate
from measures.models.measures import MeasureQuerySet
from measures.models.reporting import StatusUpdateQuerySet
from measures.queries import discussion
from stakeholders.choices import Role
from stakeholders.models import Membership

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from stakeholders.models import User

Person: TypeAlias = "User | AnonymousUser"

#: Where no round asks, the owner's word of an open measure is fresh for so long. The rule is the
#: project's own, and `/om/` tells it.
FRESH = datetime.timedelta(days=180)
TODAY_ONLY = datetime.timedelta(0)
#: On their way to the public without anything left for the writer to do.
HANDED_IN = (UpdateState.SUBMITTED, UpdateState.SCHEDULED)


@dataclass(frozen=True)
class Counts:
    """How much waits for one person: status to report, texts sent back, texts to approve, comments
    to answer and comments that were reported; whether the person keeps the register, and lets
    people in."""

    to_report: int
    returned: int
    to_approve: int
    to_answer: int = 0
    reported: int = 0
    speaks: bool = False
    keeps: bool = False
    manages: bool = False


def counts(user: User, today: datetime.date) -> Counts:
    """Count what waits for the person: a query for the roles, and for each role what it does."""
    roles = set(Membership.objects.of(user).values_list("role", flat=True))
    reports, speaks = Role.REPORTER in roles, Role.VOICE in roles
    keeps, approves = Role.STEWARD in roles, Role.APPROVER in roles
    back = 0
    if reports or keeps:  # stewards correct what public sources said
        back += returned(user).count()
    if reports or speaks:
        mine = Comment.objects.written_by(user)
        back += mine.filter(state=CommentState.RETURNED).count()
    to_approve = 0
    if approves:
        to_approve += StatusUpdate.objects.approvable_by(user).count()
        to_approve += Comment.objects.approvable_by(user).count()
    return Counts(
        to_report=to_report(user, today).count() if reports else 0,
        returned=back,
        to_approve=to_approve,
        to_answer=discussion.to_answer(user).count() if reports else 0,
        reported=discussion.reported(user).count() if keeps else 0,
        speaks=speaks,
        keeps=keeps,
        manages=keeps or Role.ADMINISTRATOR in roles or user.is_staff,
    )


def at_work_on(user: User) -> MeasureQuerySet:
    """The measures that the person may do something about: report, close or reopen the reporting,
    or correct what public sources said."""
    keeps = Membership.objects.of(user, Role.STEWARD).values("organisation")
    measures = Measure.objects.all()
    return measures.filter(
        Q(pk__in=measures.reportable_by(user).values("pk"))
        | Q(pk__in=measures.closable_by(user).values("pk"))
        | Q(document__in=Document.objects.filter(coordinators__in=keeps).values("pk"))
    )


def reporting_for(user: Person) -> QuerySet[Membership, Any]:
    """The organisations that the person reports for, as a query for their keys."""
    return Membership.objects.of(user, Role.REPORTER).values("organisation")


def to_report(
    user: Person, today: datetime.date, ahead: datetime.timedelta = TODAY_ONLY
) -> MeasureQuerySet:
    """The open measures that the person's organisations must answer and have not, see `owed_by`."""
    return owed_by(reporting_for(user), today, ahead)


def owed_by(
    organisations: QuerySet[Any, Any],
    today: datetime.date,
    ahead: datetime.timedelta = TODAY_ONLY,
) -> MeasureQuerySet:
    """The open measures that the organisations (a query for their keys) must answer and have not,
    or will have to within `ahead`; overdue first.

    Where an open round asks about the measure, the owner must have spoken since it opened;
    elsewhere within `FRESH`. What has been handed in or confirmed, and waits for others or for
    the clock, is not asked for again.
    """
    return (
        Measure.objects.open()
        .answered_by(organisations)
        .filter(silent(today, ahead))
        .exclude(Exists(handed_in().filter(organisation__in=organisations)))
        .order_by(
            Case(When(due_on__lt=today, then=0), default=1), F("due_on").asc(nulls_last=True), "ref"
        )
    )


def handed_in() -> StatusUpdateQuerySet:
    """What owners have handed in about the outer measure, or confirmed, and is not public yet. A
    correction of what was said before is no new word."""
    return StatusUpdate.objects.filter(
        measure=OuterRef("pk"), state__in=HANDED_IN, replaces=None, organisation__isnull=False
    )


def silent(today: datetime.date, ahead: datetime.timedelta = TODAY_ONLY) -> Q:
    """Return the condition that the owner owes a word of a measure, or will within `ahead`. As SQL
    only."""
    asked = asked_on(today)
    since = asked.filter(round__opens_on__gt=OuterRef("confirmed_on"))
    never = Q(confirmed_on=None)
    return (Q(Exists(asked)) & (never | Exists(since))) | (
        ~Exists(asked) & (never | Q(confirmed_on__lt=today - FRESH + ahead))
    )


def asked_on(today: datetime.date) -> QuerySet[RoundMeasure]:
    """What open rounds ask about the outer measure."""
    return RoundMeasure.objects.filter(
        measure=OuterRef("pk"), round__in=Round.objects.open_on(today)
    )


def with_report_due(measures: MeasureQuerySet, today: datetime.date) -> MeasureQuerySet:
    """Add `round_due`: by when the first open round that asks about a measure wants an answer."""
    first = asked_on(today).order_by("round__due_on").values("round__due_on")[:1]
    return measures.annotate(round_due=Subquery(first))


def report_due(measure: Any) -> datetime.date | None:
    """Return by which day the owner should report on a measure, loaded `with_report_due`: when the
    round wants it, else when what was said last is no longer fresh. None where nobody ever asked
    and nothing was ever said: there is no such day."""
    if measure.round_due:
        due: datetime.date = measure.round_due
        return due
    return measure.confirmed_on + FRESH if measure.confirmed_on else None


def returned(user: Person) -> StatusUpdateQuerySet:
    """What colleagues sent back to the person, who has not handed it in again."""
    return StatusUpdate.objects.filter(author=user.pk, state=UpdateState.RETURNED)


def drafts(user: Person) -> StatusUpdateQuerySet:
    """What the person has begun and not handed in."""
    return StatusUpdate.objects.filter(author=user.pk, state=UpdateState.DRAFT)


def sent(user: Person) -> StatusUpdateQuerySet:
    """What the person has handed in and is not public yet, also what waits for its time."""
    return StatusUpdate.objects.filter(author=user.pk, state__in=HANDED_IN)


def scheduled(user: User) -> StatusUpdateQuerySet:
    """What colleagues wrote, the person has a say in, and will be published at a set time."""
    return StatusUpdate.objects.decided_by(user).filter(state=UpdateState.SCHEDULED)


def seen_by(user: User) -> StatusUpdateQuerySet:
    """The updates on their way to the public whose text the person may read: one's own, what is
    one's to decide on, and what colleagues have handed in about measures one may report."""
    own = StatusUpdate.objects.filter(author=user)
    mine = Q(pk__in=own.values("pk"))
    decided = StatusUpdate.objects.decided_by(user).filter(state__in=HANDED_IN)
    approvable = Q(pk__in=decided.values("pk"))
    colleagues = Q(
        state__in=HANDED_IN, measure__in=Measure.objects.reportable_by(user).values("pk")
    )
    return StatusUpdate.objects.filter(
        Q(state__in=[s.value for s in UNDER_WAY]) & (mine | approvable | colleagues)
    )


def with_words(updates: StatusUpdateQuerySet) -> StatusUpdateQuerySet:
    """Load what a list of updates shows, the latest first."""
    loaded = updates.select_related("measure__document", "organisation", "author", "returned_by")
    return loaded.order_by(F("saved_at").desc(nulls_last=True), "-pk")


def rounds_asking(user: Person, today: datetime.date) -> list[Round]:
    """Return the open rounds that ask the person's organisations, the first due first."""
    asked = RoundMeasure.objects.filter(round=OuterRef("pk"), organisation__in=reporting_for(user))
    return list(Round.objects.open_on(today).filter(Exists(asked)).order_by("due_on", "pk")[:5])
