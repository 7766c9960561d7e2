"""A colleague publishes, schedules or returns what was handed in, and nothing else happens."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from measures.actions import Changed
from measures.actions.drafting import open_draft
from measures.actions.publishing import (
    Seen,
    cancel_schedule,
    move_deadline,
    publish_due,
    publish_update,
    return_update,
)
from measures.choices import Origin, Precision, Verb
from measures.models import Deadline, Event, Measure, StatusUpdate
from measures.search import understand
from stakeholders.choices import Role
from stakeholders.models import Membership, User
from tests.cast import World, make_world
from tests.make import make_deadline, make_handed_in, make_measure, make_member, make_update

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
LATER = NOW + datetime.timedelta(hours=1)
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def world() -> World:
    return make_world()


def handed_in(world: World, who: str = "reporter", **fields: Any) -> StatusUpdate:
    defaults = {"measure": world.measure, "author": world.people[who], "organisation": world.nfd}
    return make_handed_in(**defaults | fields)


def columns(row: Model) -> dict[str, Any]:
    row = type(row)._default_manager.get(pk=row.pk)
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


def events(update: StatusUpdate) -> list[str]:
    return list(Event.objects.filter(update=update).order_by("pk").values_list("verb", flat=True))


# --- Publishing ------------------------------------------------------------------------------


def test_publishing_brings_it_to_the_public_and_the_measure_up_to_date(world: World) -> None:
    update = handed_in(
        world, status="not_started", outlook="behind", summary="Anbudet er utsatt.", reason="Nytt."
    )
    published = publish_update(update, world.people["approver"])
    assert (published.state, published.published_at) == ("published", NOW)
    assert published.approved_by == world.people["approver"]
    event = Event.objects.get(update=update)
    assert (event.verb, event.actor, event.subject) == (
        Verb.PUBLISHED, world.people["approver"], "status_update",
    )  # fmt: skip
    assert (event.happened_on, event.happened_precision) == (update.date, update.precision)
    measure = Measure.objects.get(pk=world.measure.pk)
    assert (measure.current_update, measure.status, measure.outlook) == (
        update, "not_started", "behind",
    )  # fmt: skip
    assert measure in understand("anbud").narrow(Measure.objects.all())


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (None, {"approved_by_id", "published_at", "state"}),
        (LATER, {"approved_by_id", "publish_at", "state"}),
    ],
)
def test_approving_changes_nothing_else(
    world: World, at: datetime.datetime | None, expected: set[str]
) -> None:
    update = handed_in(
        world,
        outlook="at_risk",
        reason="Mangler folk.",
        reason_kind="resources",
        next_step="Lyse ut.",
        new_due_on=datetime.date(2027, 12, 31),
        new_due_precision="year",
        new_due_reason="Mer tid.",
    )
    before = columns(update)
    after = columns(publish_update(update, world.people["approver"], at))
    assert changed(before, after) == expected


def test_at_a_time_that_has_passed_it_is_published_now(world: World) -> None:
    update = publish_update(handed_in(world), world.people["approver"], NOW)
    assert update.published_at == NOW


def test_scheduling_tells_when_and_nobody_sees_it_yet(world: World) -> None:
    update = publish_update(handed_in(world), world.people["approver"], LATER)
    assert update.state == "scheduled"
    event = Event.objects.get(update=update)
    assert (event.verb, event.changes) == (
        Verb.SCHEDULED, {"publish_at": [None, LATER.isoformat()]},
    )  # fmt: skip
    assert update not in StatusUpdate.objects.published()
    assert Event.objects.public().filter(update=update).count() == 0


def test_a_new_deadline_is_added_with_who_when_and_why(world: World) -> None:
    make_deadline(world.measure, "2026")
    update = handed_in(
        world,
        new_due_on=datetime.date(2027, 9, 30),
        new_due_precision="month",
        new_due_reason="Mer tid.",
    )
    publish_update(update, world.people["approver"])
    deadline = Deadline.objects.get(update=update)
    assert (str(deadline.due), deadline.organisation, deadline.reason) == (
        "2027-09", world.nfd, "Mer tid.",
    )  # fmt: skip
    assert deadline.stated_on == timezone.localdate()
    assert events(update) == [Verb.PUBLISHED, Verb.DEADLINE_SET]
    told = Event.objects.get(update=update, verb=Verb.DEADLINE_SET)
    assert (told.happened_on, told.happened_precision, told.changes) == (
        timezone.localdate(), Precision.DAY, {"due_on": ["2026", "2027-09"]},
    )  # fmt: skip
    assert str(Measure.objects.get(pk=world.measure.pk).due_on) == "2027-09-30"


def test_the_deadline_that_counts_already_is_not_set_again(world: World) -> None:
    day: dict[str, Any] = {
        "new_due_on": datetime.date(2027, 9, 30),
        "new_due_precision": "day",
        "new_due_reason": "Mer tid.",
    }
    for update in (handed_in(world, **day), handed_in(world, **day)):
        publish_update(update, world.people["approver"])
    assert Deadline.objects.count() == 1


def test_only_an_owner_moves_a_deadline_this_way(world: World) -> None:
    update = handed_in(world, new_due_on=datetime.date(2027, 1, 1), new_due_precision="day",
                       new_due_reason="x")  # fmt: skip
    update.organisation = None
    with pytest.raises(ValueError, match="owner"):
        move_deadline(update, world.people["approver"], NOW.date())


# --- Who may ---------------------------------------------------------------------------------


def test_nobody_finds_their_own_text_to_approve(world: World) -> None:
    both = world.people["approver_author"]
    own, colleagues = handed_in(world, "approver_author"), handed_in(world)
    assert list(StatusUpdate.objects.approvable_by(both)) == [colleagues]
    assert list(StatusUpdate.objects.decided_by(both)) == [colleagues]
    assert own in StatusUpdate.objects.approvable_by(world.people["approver"])


@pytest.mark.parametrize("act", [publish_update, lambda u, who: return_update(u, who, "Nei.")])
def test_no_act_decides_over_ones_own_text(world: World, act: Any) -> None:
    update = handed_in(world, "approver_author")
    before = columns(update)
    with pytest.raises(PermissionDenied, match="own"):
        act(update, world.people["approver_author"])
    assert columns(update) == before


def test_the_database_refuses_that_one_approves_ones_own_text(world: World) -> None:
    update = handed_in(world)
    with pytest.raises(IntegrityError, match="update_not_approved_by_its_author"), \
            transaction.atomic():  # fmt: skip
        StatusUpdate.objects.filter(pk=update.pk).update(approved_by=update.author)


@pytest.mark.parametrize("who", ["reporter", "stranger", "voice", "steward", "colleague"])
def test_who_has_no_say_publishes_returns_and_unschedules_nothing(world: World, who: str) -> None:
    update = handed_in(world, "approver_author")
    person = world.people[who]
    assert not StatusUpdate.objects.decided_by(person).exists()
    with pytest.raises(PermissionDenied):
        publish_update(update, person)
    with pytest.raises(PermissionDenied):
        return_update(update, person, "Nei.")
    update = publish_update(update, world.people["approver"], LATER)
    with pytest.raises(PermissionDenied):
        cancel_schedule(update, person)


def test_a_right_that_ended_a_moment_ago_is_no_right(world: World) -> None:
    update, approver = handed_in(world), world.people["approver"]
    Membership.objects.filter(user=approver).update(ended_at=timezone.now())
    with pytest.raises(PermissionDenied):
        publish_update(update, approver)


# --- Too late --------------------------------------------------------------------------------


def other_approver(world: World) -> User:
    return make_member(world.nfd, Role.APPROVER)


@pytest.mark.parametrize("first", ["publish", "schedule", "return", "withdraw", "rewrite", "gone"])
@pytest.mark.parametrize("second", ["publish", "return"])
def test_whoever_comes_second_is_told(world: World, first: str, second: str) -> None:
    update, other = handed_in(world), other_approver(world)
    rows = StatusUpdate.objects.filter(pk=update.pk)
    acts: dict[str, Any] = {
        "publish": lambda: publish_update(update, other),
        "schedule": lambda: publish_update(update, other, LATER),
        "return": lambda: return_update(update, other, "Si mer."),
        "withdraw": lambda: rows.update(withdrawn_at=NOW),
        "rewrite": lambda: rows.update(version=7, summary="Noe helt annet."),
        "gone": lambda: rows.delete(),
    }
    acts[first]()
    told = Event.objects.count()
    with pytest.raises(Changed):
        if second == "publish":
            publish_update(update, world.people["approver"])
        else:
            return_update(update, world.people["approver"], "Nei.")
    assert Event.objects.count() == told


def test_what_has_been_corrected_is_not_corrected_once_more(world: World) -> None:
    wrong = world.measure.updates.get()
    one, two = (handed_in(world, replaces=wrong) for _n in range(2))
    publish_update(one, world.people["approver"])
    with pytest.raises(Changed):
        publish_update(two, world.people["approver"])
    assert StatusUpdate.objects.get(pk=two.pk).state == "submitted"


# --- Returning -------------------------------------------------------------------------------


def test_a_returned_text_is_the_writers_again_with_the_note(world: World) -> None:
    update = return_update(handed_in(world), world.people["approver"], "  Hvem gjør det? ")
    assert (update.state, update.return_note) == ("returned", "Hvem gjør det?")
    assert (update.returned_by, update.returned_at) == (world.people["approver"], NOW)
    event = Event.objects.get(update=update)
    assert (event.verb, event.changes["return_note"][1]) == (Verb.RETURNED, "Hvem gjør det?")
    assert update in StatusUpdate.objects.written_by(world.people["reporter"])


@pytest.mark.parametrize("note", ["", " \n "])
def test_a_text_is_not_returned_without_a_word(world: World, note: str) -> None:
    with pytest.raises(ValueError, match="note"):
        return_update(handed_in(world), world.people["approver"], note)


def test_a_text_is_not_returned_to_who_has_begun_another(world: World) -> None:
    """Nobody has two drafts about the same: the approver is told, and the text waits."""
    update = handed_in(world)
    open_draft(world.people["reporter"], world.measure)
    with pytest.raises(Changed, match="ny kladd"):
        return_update(update, world.people["approver"], "Si mer.")
    assert StatusUpdate.objects.get(pk=update.pk).state == "submitted"
    open_draft(world.people["approver_author"], world.measure)  # another's is no matter
    StatusUpdate.objects.filter(author=world.people["reporter"], state="draft").delete()
    assert return_update(update, world.people["approver"], "Si mer.").state == "returned"


# --- At its time -----------------------------------------------------------------------------


def test_what_is_due_is_published_and_nothing_before(world: World) -> None:
    update = publish_update(handed_in(world), world.people["approver"], LATER)
    assert publish_due(LATER - MINUTE) == 0
    assert publish_due(LATER) == 1
    assert publish_due(LATER) == 0
    update.refresh_from_db()
    assert update.published_at == LATER
    assert events(update) == [Verb.SCHEDULED, Verb.PUBLISHED]
    assert Event.objects.get(update=update, verb="published").actor == world.people["approver"]
    assert Measure.objects.get(pk=world.measure.pk).current_update == update


def confirmation(world: World, **fields: Any) -> StatusUpdate:
    return handed_in(
        world,
        **{
            "origin": Origin.CONFIRMATION,
            "based_on": fields.get("measure", world.measure).current_update,
            "summary": "",
            "submitted_at": None,
            "publish_at": NOW + MINUTE,
        }
        | fields,
    )


def test_a_confirmation_is_published_when_it_can_no_longer_be_undone(world: World) -> None:
    update, undone = confirmation(world), confirmation(world, withdrawn_at=NOW)
    assert publish_due(NOW) == 0
    assert publish_due(NOW + MINUTE) == 1
    update.refresh_from_db()
    undone.refresh_from_db()
    assert (update.state, undone.state) == ("published", "withdrawn")
    assert Event.objects.get(update=update).actor == world.people["reporter"]
    assert Measure.objects.get(pk=world.measure.pk).confirmed_on == update.date


def test_a_confirmation_of_what_no_longer_stands_is_taken_back(world: World) -> None:
    """Else it would silently bring back what a report has replaced in that minute."""
    late = confirmation(world)
    back = handed_in(world, status="not_started", reason="Ingenting er gjort likevel.")
    new = publish_update(back, world.people["approver"])
    assert publish_due(LATER) == 0
    late.refresh_from_db()
    assert late.state == "withdrawn"
    assert events(late) == [Verb.WITHDRAWN]
    assert Measure.objects.get(pk=world.measure.pk).current_update == new


def test_two_organisations_confirm_the_same(world: World) -> None:
    one, two = confirmation(world), confirmation(world, author=world.people["approver_author"])
    assert publish_due(LATER) == 2
    assert [events(update) for update in (one, two)] == [[Verb.PUBLISHED]] * 2


def test_one_that_cannot_be_published_stops_no_other(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    bad = confirmation(world, status="completed")  # without evidence: the database refuses
    good = confirmation(world, measure=make_measure(), publish_at=NOW + 2 * MINUTE)
    assert publish_due(LATER) == 1
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, good.state) == ("scheduled", "published")
    assert str(bad.pk) in caplog.text


def test_a_correction_that_came_too_late_awaits_a_decision_again(world: World) -> None:
    wrong = world.measure.updates.get()
    late, quick = (handed_in(world, replaces=wrong) for _n in range(2))
    publish_update(late, world.people["approver"], LATER)
    publish_update(quick, world.people["approver"])
    assert publish_due(LATER) == 0
    late.refresh_from_db()
    assert (late.state, late.approved_by) == ("submitted", None)


def test_a_schedule_can_be_taken_back_by_a_colleague(world: World) -> None:
    approver = world.people["approver"]
    update = publish_update(handed_in(world), approver, LATER)
    update = cancel_schedule(update, approver)
    assert (update.state, update.publish_at, update.approved_by) == ("submitted", None, None)
    last = Event.objects.filter(update=update).latest("pk")
    assert (last.verb, last.changes) == (
        Verb.UNSCHEDULED, {"publish_at": [LATER.isoformat(), None]},
    )  # fmt: skip
    assert publish_due(LATER) == 0
    with pytest.raises(Changed):
        cancel_schedule(update, approver)


def test_a_confirmation_is_the_writers_own_to_undo(world: World) -> None:
    with pytest.raises(Changed):
        cancel_schedule(confirmation(world), world.people["approver"])


def test_each_is_published_in_a_transaction_of_its_own(world: World) -> None:
    for _n in range(2):
        confirmation(world, measure=make_measure())
    with CaptureQueriesContext(connection) as queries:
        publish_due(LATER)
    starts = [q["sql"] for q in queries if q["sql"].startswith("SAVEPOINT")]
    assert len(starts) >= 2


def test_with_many_to_publish_each_costs_the_same(world: World) -> None:
    costs = []
    for many in (1, 3):
        for _n in range(many):
            make_update(measure := make_measure())
            confirmation(world, measure=measure)
        with CaptureQueriesContext(connection) as queries:
            assert publish_due(LATER) == many
        costs.append((len(queries) - 1) / many)
    assert costs[0] == costs[1]


def test_nothing_goes_back_without_a_word_about_why(world: World) -> None:
    """Not either when the status that it takes back came after the text was handed in."""
    approver = world.people["approver"]
    now, timed = handed_in(world), handed_in(world, who="approver_author")
    timed = publish_update(timed, approver, LATER)
    make_update(world.measure, "2026-11-22", "completed")
    with pytest.raises(Changed, match="Gjennomført"):
        publish_update(now, approver)
    assert publish_due(LATER) == 0
    timed.refresh_from_db()
    assert (timed.state, events(timed)[-1]) == ("submitted", Verb.UNSCHEDULED)
    assert Measure.objects.get(pk=world.measure.pk).status == "completed"


def test_what_tells_of_an_earlier_time_takes_no_status_back(world: World) -> None:
    early = handed_in(world, date=datetime.date(2026, 11, 1))
    make_update(world.measure, "2026-11-22", "completed")
    assert publish_update(early, world.people["approver"]).state == "published"
    assert Measure.objects.get(pk=world.measure.pk).status == "completed"


def test_what_was_seen_is_compared_when_nobody_else_can_publish(world: World) -> None:
    update, approver = handed_in(world), world.people["approver"]
    seen = Seen(world.measure.current_update_id)
    newest = make_update(world.measure, "2026-11-20")
    with pytest.raises(Changed, match="Noe nytt"):
        publish_update(update, approver, seen=seen)
    assert publish_update(update, approver, seen=Seen(newest.pk)).state == "published"


def test_an_owner_changes_its_mind_and_back_in_a_day(world: World) -> None:
    for due in (datetime.date(2027, 1, 1), datetime.date(2028, 1, 1), datetime.date(2027, 1, 1)):
        update = handed_in(
            world, new_due_on=due, new_due_precision=Precision.DAY, new_due_reason="Ny plan."
        )
        publish_update(update, world.people["approver"])
    assert str(Measure.objects.get(pk=world.measure.pk).due_on) == "2027-01-01"
    assert Deadline.objects.count() == 3


def test_a_confirmation_is_nobodys_to_decide_on(world: World) -> None:
    confirmation(world)
    assert not StatusUpdate.objects.decided_by(world.people["approver"]).exists()
