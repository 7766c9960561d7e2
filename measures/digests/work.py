"""What waits for a recipient: for a member by the roles that the person has, for an organisation's
own inbox by what it answers for. The rules are those of the desk."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import F, Q

from measures.choices import CommentState, UpdateState
from measures.digests.telling import Item, as_json, item_of, shortened
from measures.models import Comment, Recipient, StatusUpdate
from measures.models.discussion import CommentQuerySet, answer_within
from measures.models.measures import MeasureQuerySet
from measures.models.outbox import new_name
from measures.models.reporting import StatusUpdateQuerySet
from measures.queries import desk, discussion
from measures.queries.desk import owed_by, report_due, with_report_due
from stakeholders.choices import Role
from stakeholders.models import Membership, Organisation, User
from stakeholders.texts import Text

#: A mail tells what is to be reported within so many days.
AHEAD = datetime.timedelta(days=14)
#: So many rows of each kind; the desk has the rest.
MOST = 20


def work_of(recipient: Recipient, today: datetime.date) -> Item:
    """Return what waits for a recipient, in the language that is active; only what is not empty.

    What a person is to report has the name of a new link to answer by under `link`.
    """
    found: Item = {}
    if recipient.user:
        found = dict(_of_person(recipient.user, today))
    if recipient.organisation:
        for name, rows in _of_organisation(recipient.organisation, today):
            found[name] = _together(found.get(name, listed([], 0)), rows)
    return {name: rows for name, rows in found.items() if rows["items"]}


def _together(own: Item, organisations: Item) -> Item:
    """Return the rows of both, each once: a mailbox may be a member's and an organisation's. The
    person's stand first, for they have links to answer by."""
    known = {_about(item) for item in own["items"]}
    others = [item for item in organisations["items"] if _about(item) not in known]
    return {
        "items": [*own["items"], *others],
        "more": max(own["more"], organisations["more"]),
    }


def _about(item: Item) -> tuple[Any, ...]:
    return item["ref"], item.get("update"), item.get("comment")


def _of_person(user: User, today: datetime.date) -> Iterator[tuple[str, Item]]:
    roles = set(Membership.objects.of(user).values_list("role", flat=True))
    if Role.REPORTER in roles:
        rows = reports(desk.to_report(user, today, AHEAD), today)
        for row in rows["items"]:
            row["link"] = new_name()
        yield "to_report", rows
    yield "returned", _returned(user)
    if Role.APPROVER in roles:
        updates = StatusUpdate.objects.approvable_by(user)
        yield "to_approve", _to_approve(updates, Comment.objects.approvable_by(user))
    if Role.REPORTER in roles:
        yield "to_answer", _to_answer(discussion.to_answer(user))


def _of_organisation(
    organisation: Organisation, today: datetime.date
) -> Iterator[tuple[str, Item]]:
    itself = Organisation.objects.filter(pk=organisation.pk).values("pk")
    yield "to_report", reports(owed_by(itself, today, AHEAD), today)
    updates = StatusUpdate.objects.filter(
        organisation=organisation, state=UpdateState.SUBMITTED, author__isnull=False
    )
    comments = Comment.objects.filter(organisation=organisation, state=CommentState.SUBMITTED)
    yield "to_approve", _to_approve(updates, comments)
    yield "to_answer", _to_answer(discussion.awaiting_answer(itself))


def listed(items: Iterable[Item], total: int) -> Item:
    """Return the rows of a section and how many there are beyond them."""
    rows = list(items)
    return {"items": rows, "more": max(0, total - len(rows))}


def reports(owed: MeasureQuerySet, today: datetime.date) -> Item:
    """Return the measures to report, the first due first; not what a round wants later than
    `AHEAD`."""
    soon = Q(round_due=None) | Q(round_due__lte=today + AHEAD)
    asked = (
        with_report_due(owed, today)
        .filter(soon)
        .order_by(
            F("round_due").asc(nulls_last=True), F("confirmed_on").asc(nulls_last=True), "ref"
        )
    )
    shown = list(asked[: MOST + 1])
    total = len(shown) if len(shown) <= MOST else asked.count()
    rows = sorted(shown[:MOST], key=lambda m: (report_due(m) or datetime.date.max, m.ref))
    return listed((report_item(m) for m in rows), total)


def report_item(measure: Any) -> Item:
    """Return what a mail says of a measure to report, loaded `with_report_due`."""
    due = report_due(measure)
    return item_of(measure) | {
        "measure": measure.pk,
        "due": due.isoformat() if due else None,
        "status": measure.status,
        "said_by": measure.status_by,
        "confirmed": measure.confirmed_on.isoformat() if measure.confirmed_on else None,
    }


def _returned(user: User) -> Item:
    updates = desk.with_words(desk.returned(user))
    comments = Comment.objects.written_by(user).filter(state=CommentState.RETURNED)
    rows = [
        *(_note(u, {"update": u.pk, "corrects": u.replaces_id}) for u in updates[:MOST]),
        *(
            _note(c, {"comment": c.pk})
            for c in comments.select_related("measure", "returned_by").order_by("pk")[:MOST]
        ),
    ]
    return _first(rows, updates, comments)


def _note(text: StatusUpdate | Comment, about: Item) -> Item:
    note = Text(shortened(text.return_note), "")  # nobody knows which language it is in
    return {**item_of(text.measure), **as_json("note", note), "by": str(text.returned_by), **about}


def _to_approve(updates: StatusUpdateQuerySet, comments: CommentQuerySet) -> Item:
    rows = [
        {**item_of(update.measure), "update": update.pk, "by": str(update.author)}
        for update in desk.with_words(updates)[:MOST]
    ]
    rows += [
        {**item_of(comment.measure), "comment": comment.pk, "by": str(comment.author)}
        for comment in comments.select_related("measure", "author").order_by("submitted_at")[:MOST]
    ]
    return _first(rows, updates, comments)


def _to_answer(comments: CommentQuerySet) -> Item:
    rows = [
        {
            **item_of(comment.measure),
            "comment": comment.pk,
            "kind": comment.kind,
            "by": comment.organisation.label,
            "due": (comment.published_at + answer_within()).isoformat()
            if comment.published_at
            else None,
        }
        for comment in comments.select_related("measure", "organisation")[:MOST]
    ]
    return _first(rows, comments)


def _first(rows: list[Item], *found: StatusUpdateQuerySet | CommentQuerySet) -> Item:
    """Return the first of the rows, and how many more were found in all; counted only where the
    rows may not be all."""
    total = len(rows) if len(rows) < MOST else sum(queryset.count() for queryset in found)
    return listed(rows[:MOST], total)
