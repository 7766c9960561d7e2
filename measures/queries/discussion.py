"""What organisations have said about measures, who may answer, and how long answers take."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from math import ceil
from operator import or_
from typing import Any

from django.db.models import (
    Aggregate,
    CharField,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    JSONField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Window,
)
from django.db.models.functions import Cast, JSONObject, RowNumber, TruncDate

from measures.choices import CommentState, OwnerRole
from measures.dates import OSLO, moment_of, start_of
from measures.models import (
    Comment,
    CommentReport,
    Document,
    Measure,
    Owner,
    StatusUpdate,
)
from measures.models.discussion import CommentQuerySet
from stakeholders.choices import Role
from stakeholders.models import Membership, Organisation, User

#: So many comments and answers on one page of a measure.
ON_A_PAGE = 20
#: So many of the latest comments on the page of an organisation.
ON_AN_ACTOR = 10
#: Stands for a day of which no hour is known.
NOON = 12
#: No comment has more answers than this that anybody would read.
MOST_REPLIES = 100


# --- In lists, and alone ---------------------------------------------------------------------


def speakers() -> QuerySet[Organisation]:
    """The organisations that have said something in public, by name."""
    said = Comment.objects.public().comments().filter(organisation=OuterRef("pk"))
    return Organisation.objects.filter(Exists(said)).by_name()


def said_by(organisation: Organisation) -> CommentQuerySet:
    """The latest that an organisation has said in public, with the measures it is about."""
    said = Comment.objects.public().comments().filter(organisation=organisation)
    return with_answers(said).newest_first()[:ON_AN_ACTOR]


def with_answers(comments: CommentQuerySet) -> CommentQuerySet:
    """Load what a line about a comment shows: its measure, and in `official` its answers, the first
    published first."""
    answers = Comment.objects.standing().select_related("organisation")
    loaded = with_words(comments).select_related("measure__document")
    return loaded.prefetch_related(
        Prefetch("given_answers", answers.order_by("published_at", "pk"), to_attr="official")
    )


def asked() -> QuerySet[Organisation]:
    """The organisations that lead a measure or coordinate a document: those who answer, by name."""
    leads = Owner.objects.filter(organisation=OuterRef("pk"), role=OwnerRole.LEAD)
    coordinates = Document.coordinators.through._default_manager.filter(organisation=OuterRef("pk"))
    return Organisation.objects.filter(Exists(leads) | Exists(coordinates)).by_name()


def replies(comment: Comment) -> list[Comment]:
    """Return the public supplements and answers of a comment, the first published first."""
    found = Comment.objects.public().filter(Q(answers=comment) | Q(supplements=comment))
    loaded = with_words(found).prefetch_related("evidence")
    return list(loaded.order_by("published_at", "pk")[:MOST_REPLIES])


def led_to(comment: Comment) -> list[StatusUpdate]:
    """Return the published updates that a comment made the owner write, the first first."""
    found = StatusUpdate.objects.published().filter(prompted_by=comment)
    return list(found.select_related("measure").order_by("published_at", "pk")[:MOST_REPLIES])


# --- On the page of a measure ----------------------------------------------------------------


@dataclass(frozen=True)
class Discussion:
    """The comments and answers of one page of a measure, the latest first.

    `newer` and `older` are when the last comment of the page before and of this one were published,
    None at the ends: what else is told on the page lies between. `positions` are what organisations
    hold now.
    """

    comments: Sequence[Comment]
    positions: Sequence[Comment]
    total: int
    number: int
    newer: datetime.datetime | None
    older: datetime.datetime | None

    @property
    def around(self) -> tuple[datetime.datetime | None, datetime.datetime | None]:
        """When the comments before and after the page were published."""
        return self.newer, self.older


def discussion_of(measure: Measure, number: int = 1) -> Discussion:
    """Return one page of what was said about a measure, in one query; the last page when there is
    no such one, in two more."""
    first, last = (number - 1) * ON_A_PAGE + 1, number * ON_A_PAGE
    stands = Comment.objects.positions().filter(pk=OuterRef("pk"))
    found: list[Any] = list(
        with_words(Comment.objects.public().filter(measure=measure))
        .annotate(
            place=Window(RowNumber(), order_by=[F("published_at").desc(), F("pk").desc()]),
            total=Window(Count("pk")),
            is_position=Exists(stands),
        )
        .filter(Q(place__gte=first - 1, place__lte=last + 1) | Q(is_position=True))
        .order_by("place")
    )
    shown = [c for c in found if first <= c.place <= last]
    if not shown and number > 1:
        total = Comment.objects.public().filter(measure=measure).count()
        return discussion_of(measure, max(1, ceil(total / ON_A_PAGE)))
    around = {c.place: c.published_at for c in found}
    # What is told below the last comment of a page stands on the next one.
    has_next = last + 1 in around
    positions = [c for c in found if c.is_position]
    return Discussion(
        comments=shown,
        positions=sorted(positions, key=lambda c: str(c.organisation.label)),
        total=found[0].total if found else 0,
        number=number,
        newer=around.get(first - 1),
        older=around[last] if has_next else None,
    )


def with_words(comments: CommentQuerySet) -> CommentQuerySet:
    """Load what a comment shows, but for its evidence."""
    return comments.select_related(
        "organisation", "answers__organisation", "supplements__organisation"
    )


def page_with(measure: Measure, update: StatusUpdate) -> int:
    """Return the number of the page that an update stands on among what was said."""
    said = Comment.objects.public().filter(measure=measure)
    above = Q(published_at__gte=start_of(update.date))
    counts = said.aggregate(above=Count("pk", filter=above), all=Count("pk"))
    last = max(1, ceil(counts["all"] / ON_A_PAGE))
    return int(min(counts["above"] // ON_A_PAGE + 1, last))


# --- Positions in lists ----------------------------------------------------------------------


class Gathered(Aggregate):
    """All values of the rows, as one JSON list."""

    function = "JSONB_AGG"
    output_field = JSONField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """Return the SQL, with SQLite's own name of the function."""
        return self.as_sql(compiler, connection, function="JSON_GROUP_ARRAY", **context)


def positions_held() -> Subquery:
    """What organisations hold of the outer measure, for `positions_in`: a column rather than a
    query of its own, for lists that have few to spare."""
    held = Comment.objects.positions().filter(measure=OuterRef("pk")).order_by()
    told = JSONObject(
        pk="pk",
        position="position",
        short_name="organisation__short_name",
        name="organisation__name",
        day=Cast(TruncDate("published_at", tzinfo=OSLO), CharField()),
    )
    return Subquery(held.values("measure").annotate(held=Gathered(told)).values("held"))


def positions_in(held: list[dict[str, Any]] | None) -> list[Comment]:
    """Return the comments that `positions_held` told of, by the organisations' names, with what a
    line of a list shows."""
    found = [
        Comment(
            pk=one["pk"],
            position=one["position"],
            published_at=moment_of(datetime.date.fromisoformat(one["day"]), NOON),
            organisation=Organisation(name=one["name"], short_name=one["short_name"]),
        )
        for one in held or ()
    ]
    return sorted(found, key=lambda comment: (comment.organisation.label, comment.pk))


# --- On the desk -----------------------------------------------------------------------------


def to_answer(user: User) -> CommentQuerySet:
    """The comments that await an answer which the person may write, see `awaiting_answer`."""
    return awaiting_answer(Membership.objects.of(user, Role.REPORTER).values("organisation"))


def awaiting_answer(organisations: QuerySet[Any, Any]) -> CommentQuerySet:
    """The comments that await an answer of the organisations (a query for their keys), the oldest
    first. Those whose answer has been handed in are not asked for again."""
    under_way = Comment.objects.answers().filter(
        answers=OuterRef("pk"), state=CommentState.SUBMITTED
    )
    answered = Measure.objects.answered_by(organisations).values("pk")
    waiting = Comment.objects.unanswered().filter(measure__in=answered)
    return waiting.exclude(Exists(under_way)).order_by("published_at", "pk")


def under_way(user: User) -> CommentQuerySet:
    """What the person has written and is not public yet, the latest saved first; also on behalf of
    an organisation that the person has left, where it can be given up."""
    mine = Comment.objects.filter(author=user, published_at=None, withdrawn_at=None)
    return mine.order_by(F("saved_at").desc(nulls_last=True), "-pk")


def to_decide(user: User) -> CommentQuerySet:
    """What colleagues have handed in and awaits the person's decision, the first sent first."""
    return Comment.objects.approvable_by(user).order_by("submitted_at", "pk")


def reported(user: User) -> CommentQuerySet:
    """The comments that people have reported, and the person sees to. Adds `reported_times`."""
    unhandled = CommentReport.objects.filter(comment=OuterRef("pk"), handled_at=None)
    standing = Comment.objects.standing().values("pk")
    count = unhandled.order_by().values("comment").annotate(n=Count("pk")).values("n")
    return (
        Comment.objects.kept_by(user)
        .filter(Exists(unhandled), pk__in=standing)
        .annotate(reported_times=Subquery(count))
        .order_by("pk")
    )


def seen_by(user: User) -> CommentQuerySet:
    """What the person has something to do with: one's own on its way to the public, what is one's
    to decide on, and in public what one may answer, add to, withdraw or hide."""
    comments = Comment.objects.all()
    decided = comments.approvable_by(user)
    mine = (
        *(under_way(user).order_by(), decided, comments.answerable_by(user)),
        *(comments.spoken_by(user), comments.kept_by(user)),
    )
    return comments.filter(reduce(or_, (Q(pk__in=some.values("pk")) for some in mine)))


# --- How long it takes -----------------------------------------------------------------------


@dataclass(frozen=True)
class Response:
    """How an organisation answers: how many comments it has answered, after how many days in the
    median, how many wait, and how many of them too long."""

    answered: int
    median: float | None
    waiting: int
    overdue: int

    @property
    def owed(self) -> int:
        """All that should be answered: the denominator."""
        return self.answered + self.waiting


def response_of(organisation: Organisation, now: datetime.datetime) -> Response:
    """Return how the organisation answers, in three queries.

    Answered are the comments whose first answer was its own; waiting are those on the measures that
    it answers for. The median is of whole time, in days, from publication to the first answer.
    """
    answered = Comment.objects.answered_by(organisation)
    of_its_own = Organisation.objects.filter(pk=organisation.pk).values("pk")
    answers_for_it = Measure.objects.answered_by(of_its_own).values("pk")
    waiting = Comment.objects.unanswered().filter(measure__in=answers_for_it)
    counts = waiting.aggregate(
        waiting=Count("pk"),
        overdue=Count("pk", filter=Q(pk__in=Comment.objects.overdue(now).values("pk"))),
    )
    number = answered.count()
    return Response(number, median_days(answered, number), counts["waiting"], counts["overdue"])


def median_days(answered: CommentQuerySet, number: int) -> float | None:
    """Return the median time to the first answer, in days: the middle one of `number`, or the mean
    of the two in the middle. None when there is none."""
    if not number:
        return None
    took = ExpressionWrapper(F("answered_at") - F("published_at"), output_field=DurationField())
    middle = slice((number - 1) // 2, number // 2 + 1)
    times = list(
        answered.annotate(took=took).order_by("took", "pk").values_list("took", flat=True)[middle]
    )
    seconds: float = sum(t.total_seconds() for t in times) / len(times)
    return seconds / 86_400
