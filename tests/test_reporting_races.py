"""Two who report, decide or close at the same moment: one wins, the other is told, nothing is lost
or doubled (see tests/races.py)."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from measures.actions import Changed
from measures.actions.closing import close_reporting, reopen_reporting
from measures.actions.confirming import confirm_unchanged, undo_confirmation
from measures.actions.drafting import (
    Stale,
    Written,
    discard_draft,
    open_draft,
    save_draft,
    submit_update,
    withdraw_update,
)
from measures.actions.publishing import (
    cancel_schedule,
    publish_due,
    publish_update,
    return_update,
)
from measures.actions.register import write_register
from measures.choices import UpdateState, Verb
from measures.exchange.archives import opened
from measures.exchange.exporting import write_archive
from measures.exchange.plan import prepare
from measures.models import Deadline, Event, Measure, StatusUpdate
from stakeholders.choices import Role
from stakeholders.models import User
from tests.cast import World, make_world
from tests.make import TODAY, make_deadline, make_handed_in, make_measure, make_member, make_update
from tests.races import race
from tests.reports import begun, confirmed, hand_in, handed_in, words

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def other(world: World) -> User:
    """Another approver of the same ministry."""
    return make_member(world.nfd, Role.APPROVER, email="annen@example.no")


@pytest.fixture
def update(world: World) -> StatusUpdate:
    """What the reporter has handed in."""
    return handed_in(world)


def later() -> datetime.datetime:
    return timezone.now() + datetime.timedelta(hours=1)


def verbs(update: StatusUpdate) -> list[str]:
    """The events of an update, in order."""
    return list(Event.objects.filter(update=update).order_by("pk").values_list("verb", flat=True))


def state(update: StatusUpdate) -> str:
    return str(StatusUpdate.objects.get(pk=update.pk).state)


def again(update: StatusUpdate) -> StatusUpdate:
    """The same update as another window has it."""
    return StatusUpdate.objects.select_related("measure").get(pk=update.pk)


# --- Deciding over one text ------------------------------------------------------------------


@pytest.fixture
def acts(world: World, other: User, update: StatusUpdate) -> dict[str, Callable[[], Any]]:
    """What can be done to what was handed in."""
    mine, theirs = again(update), again(update)
    reporter, approver = world.people["reporter"], world.people["approver"]
    return {
        "publish": lambda: publish_update(mine, approver),
        "publish too": lambda: publish_update(theirs, other),
        "schedule": lambda: publish_update(theirs, other, later()),
        "return": lambda: return_update(theirs, other, "Si mer."),
        "withdraw": lambda: withdraw_update(reporter, theirs),
    }


#: Where an act leads, and the verb that tells of it.
LEADS_TO = {
    "publish": (UpdateState.PUBLISHED, Verb.PUBLISHED),
    "publish too": (UpdateState.PUBLISHED, Verb.PUBLISHED),
    "schedule": (UpdateState.SCHEDULED, Verb.SCHEDULED),
    "return": (UpdateState.RETURNED, Verb.RETURNED),
    "withdraw": (UpdateState.DRAFT, Verb.WITHDRAWN),
}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("publish", "publish too"),
        ("publish", "schedule"),
        ("publish", "withdraw"),
        ("withdraw", "publish"),
        ("publish", "return"),
        ("return", "publish"),
        ("return", "withdraw"),
        ("withdraw", "return"),
    ],
)
def test_two_decide_over_one_text(
    first: str, second: str, acts: dict[str, Callable[[], Any]], update: StatusUpdate
) -> None:
    outcome = race(acts[first], acts[second])
    assert isinstance(outcome.second, Changed)
    assert outcome.told == [type(outcome.second)]
    reached, verb = LEADS_TO[first]
    assert state(update) == reached
    assert verbs(update) == [Verb.SUBMITTED, verb]
    assert again(update).summary == "Arbeidet går."
    assert outcome.waited


def test_two_corrections_of_one_update_are_published_at_once(world: World, other: User) -> None:
    wrong = world.measure.updates.get()
    one, two = (
        make_handed_in(world.measure, world.people[who], replaces=wrong)
        for who in ("reporter", "approver_author")
    )
    outcome = race(
        lambda: publish_update(one, world.people["approver"]), lambda: publish_update(two, other)
    )
    assert outcome.told == [Changed]
    assert [state(one), state(two)] == [UpdateState.PUBLISHED, UpdateState.SUBMITTED]
    assert Event.objects.filter(verb=Verb.PUBLISHED).count() == 2  # with what was wrong
    assert Measure.objects.get().current_update == one


# --- Deadlines -------------------------------------------------------------------------------


def moved(world: World, who: str, year: int) -> StatusUpdate:
    """A report that sets a new deadline, handed in."""
    return handed_in(
        world,
        who,
        new_due_on=datetime.date(year, 12, 31),
        new_due_precision="year",
        new_due_reason=f"Mer tid, sier {who}.",
    )


@pytest.mark.parametrize(
    ("years", "history"),
    [((2027, 2028), [["2026", "2027"], ["2027", "2028"]]), ((2027, 2027), [["2026", "2027"]])],
)
def test_a_deadline_is_moved_twice_at_once(
    years: tuple[int, int], history: list[list[str]], world: World, other: User
) -> None:
    """Each move tells what it moved from, and the one that came last counts; what is moved already
    is not moved once more."""
    make_deadline(world.measure, "2026")
    one, two = moved(world, "reporter", years[0]), moved(world, "approver_author", years[1])
    outcome = race(
        lambda: publish_update(one, world.people["approver"]), lambda: publish_update(two, other)
    )
    assert outcome.told == []
    told = Event.objects.filter(verb=Verb.DEADLINE_SET).order_by("pk")
    assert [event.changes["due_on"] for event in told] == history
    assert Deadline.objects.count() == 1 + len(history)
    measure = Measure.objects.get()
    assert measure.current_deadline == Deadline.objects.latest("pk")
    assert measure.due_on == datetime.date(years[1], 12, 31)
    assert measure.current_update == two


# --- Writing ---------------------------------------------------------------------------------


def test_two_reporters_hand_in_at_once(world: World) -> None:
    """Both texts reach the approver, who decides."""
    both = {
        who: begun(world, who, summary=f"Dette sier {who}.")
        for who in ("reporter", "approver_author")
    }
    outcome = race(
        *(lambda w=who, d=draft: hand_in(world.people[w], d) for who, draft in both.items())
    )
    assert outcome.told == []
    for who, draft in both.items():
        assert (state(draft), verbs(draft)) == (UpdateState.SUBMITTED, [Verb.SUBMITTED])
        assert again(draft).summary == f"Dette sier {who}."
    assert StatusUpdate.objects.approvable_by(world.people["approver"]).count() == 2


def test_one_hands_in_twice_from_two_windows(world: World) -> None:
    reporter, draft = world.people["reporter"], begun(world)
    outcome = race(lambda: hand_in(reporter, draft), lambda: hand_in(reporter, again(draft)))
    assert outcome.told == [Changed]
    assert verbs(draft) == [Verb.SUBMITTED]
    assert outcome.waited


def test_two_windows_save_at_once(world: World) -> None:
    """The second is told, with what the first saved; its own text is still on its page."""
    reporter, draft = world.people["reporter"], begun(world)

    def save(text: str) -> Any:
        written = Written(words(summary=text))
        return lambda: save_draft(reporter, again(draft), written, draft.version)

    outcome = race(save("Fra det ene."), save("Fra det andre."))
    assert isinstance(outcome.second, Stale)
    assert outcome.second.stored.summary == again(draft).summary == "Fra det ene."
    assert again(draft).version == draft.version + 1


def test_one_window_hands_in_while_another_saves(world: World) -> None:
    reporter, draft = world.people["reporter"], begun(world, summary="Det som ble sendt.")
    written = Written(words(summary="Skrevet for sent."))
    outcome = race(
        lambda: hand_in(reporter, again(draft)),
        lambda: save_draft(reporter, draft, written, draft.version),
    )
    assert outcome.told == [Changed]
    assert again(draft).summary == "Det som ble sendt."


def test_two_windows_begin_at_once(world: World) -> None:
    reporter = world.people["reporter"]
    outcome = race(*[lambda: open_draft(reporter, world.measure)] * 2)
    assert outcome.first == outcome.second == StatusUpdate.objects.get(state=UpdateState.DRAFT)


def test_a_returned_text_is_given_up_while_another_window_saves(world: World) -> None:
    """Each waits for the other in the same order: neither is cut off by the database."""
    reporter = world.people["reporter"]
    update = return_update(handed_in(world), world.people["approver"], "Si mer.")

    @transaction.atomic
    def save() -> Any:
        draft = open_draft(reporter, world.measure)
        return save_draft(reporter, draft, Written(words()), update.version)

    outcome = race(lambda: discard_draft(reporter, again(update)), save)
    assert outcome.first is None
    assert isinstance(outcome.second, Changed)
    assert state(update) == UpdateState.WITHDRAWN


def test_something_is_published_while_another_hands_in(world: World, update: StatusUpdate) -> None:
    """Nobody hands in without having seen the newest."""
    both = world.people["approver_author"]
    draft = begun(world, "approver_author", summary="Skrevet før det nye.")
    seen = world.measure.updates.get(state=UpdateState.PUBLISHED).pk
    outcome = race(
        lambda: publish_update(update, world.people["approver"]),
        lambda: submit_update(both, draft, version=draft.version, today=TODAY, seen=seen),
    )
    assert isinstance(outcome.second, Changed)
    assert (state(draft), again(draft).summary) == (UpdateState.DRAFT, "Skrevet før det nye.")
    assert outcome.waited


# --- Confirming ------------------------------------------------------------------------------


def test_what_stands_is_replaced_while_it_is_confirmed(world: World, update: StatusUpdate) -> None:
    both, measure = world.people["approver_author"], Measure.objects.get()
    seen = {measure.pk: measure.current_update_id or 0}
    outcome = race(
        lambda: publish_update(update, world.people["approver"]),
        lambda: confirm_unchanged(both, [measure], seen),
    )
    assert isinstance(outcome.second, Changed)
    assert not StatusUpdate.objects.filter(origin="confirmation").exists()


def test_it_is_confirmed_while_something_new_is_published(world: World) -> None:
    """What a minute later would be confirmed no longer stands: it is not published over the new."""
    update = handed_in(world, status="not_started", reason="Utsatt.", reason_kind="priority")
    both, measure = world.people["approver_author"], Measure.objects.get()
    outcome = race(
        lambda: confirm_unchanged(both, [measure]),
        lambda: publish_update(update, world.people["approver"]),
    )
    assert outcome.told == []
    assert publish_due(later()) == 0
    assert Measure.objects.get().current_update == update
    confirmation = StatusUpdate.objects.get(origin="confirmation")
    assert state(confirmation) == UpdateState.WITHDRAWN
    assert verbs(confirmation) == [Verb.SCHEDULED, Verb.WITHDRAWN]


def test_two_confirm_at_once(world: World) -> None:
    measure = Measure.objects.get()
    outcome = race(
        *(
            lambda w=who: confirm_unchanged(world.people[w], [measure])
            for who in ("reporter", "approver_author")
        )
    )
    assert outcome.told == []
    assert len(outcome.first) == 1
    assert outcome.second == []
    assert Event.objects.filter(verb=Verb.SCHEDULED).count() == 1


@pytest.mark.parametrize("undone_first", [True, False])
def test_a_confirmation_is_undone_while_it_is_published(undone_first: bool, world: World) -> None:
    confirmation = confirmed(world)
    undo = lambda: undo_confirmation(world.people["reporter"], [again(confirmation)])  # noqa: E731
    publish = lambda: publish_due(later())  # noqa: E731
    outcome = race(*((undo, publish) if undone_first else (publish, undo)))
    if undone_first:
        assert (outcome.told, outcome.second) == ([], 0)
        assert verbs(confirmation) == [Verb.SCHEDULED, Verb.WITHDRAWN]
    else:
        assert (outcome.told, outcome.first) == ([Changed], 1)
        assert verbs(confirmation) == [Verb.SCHEDULED, Verb.PUBLISHED]


def test_confirmations_are_undone_while_others_confirm(world: World) -> None:
    """Both take the measures in the same order, however the person ticked them."""
    two = make_measure(document=world.document)
    make_update(two, "2026-01-20")
    reporter, both = world.people["reporter"], world.people["approver_author"]
    mine = [*confirm_unchanged(reporter, [two]), *confirm_unchanged(reporter, [world.measure])]
    outcome = race(
        lambda: undo_confirmation(reporter, mine),
        lambda: confirm_unchanged(both, [world.measure, two]),
    )
    assert outcome.told == []
    assert len(outcome.second) == 2


# --- At its time -----------------------------------------------------------------------------


def test_two_clocks_strike_at_once(world: World) -> None:
    measures = [make_measure(document=world.document) for _ in range(3)]
    for measure in measures:
        make_update(measure, "2026-01-20")
    due = confirm_unchanged(world.people["reporter"], measures)
    outcome = race(*[lambda: publish_due(later())] * 2)
    assert outcome.first + outcome.second == len(due)
    for confirmation in due:
        assert verbs(confirmation) == [Verb.SCHEDULED, Verb.PUBLISHED]


@pytest.mark.parametrize("cancelled_first", [True, False])
def test_a_schedule_is_taken_back_as_the_clock_strikes(
    cancelled_first: bool, world: World, update: StatusUpdate, other: User
) -> None:
    scheduled = publish_update(update, world.people["approver"], later())
    at = later() + datetime.timedelta(hours=1)
    cancel = lambda: cancel_schedule(scheduled, other)  # noqa: E731
    publish = lambda: publish_due(at)  # noqa: E731
    outcome = race(*((cancel, publish) if cancelled_first else (publish, cancel)))
    if cancelled_first:
        assert (outcome.told, outcome.second) == ([], 0)
        assert state(update) == UpdateState.SUBMITTED
    else:
        assert (outcome.told, outcome.first) == ([Changed], 1)
        assert state(update) == UpdateState.PUBLISHED


# --- Closing ---------------------------------------------------------------------------------


def test_reporting_is_closed_twice_at_once(world: World, other: User) -> None:
    outcome = race(
        lambda: close_reporting(world.measure, world.people["approver"], "Den første.", TODAY),
        lambda: close_reporting(world.measure, other, "Den andre.", TODAY),
    )
    assert outcome.told == [Changed]
    assert Measure.objects.get().reporting_closed_reason == "Den første."
    assert Event.objects.filter(verb=Verb.REPORTING_CLOSED).count() == 1


def test_reporting_is_reopened_twice_at_once(world: World, other: User) -> None:
    close_reporting(world.measure, other, "Avløst.", TODAY)
    outcome = race(
        lambda: reopen_reporting(world.measure, world.people["approver"], "For tidlig."),
        lambda: reopen_reporting(world.measure, other, "Feil."),
    )
    assert outcome.told == [Changed]
    assert Event.objects.filter(verb=Verb.REPORTING_REOPENED).count() == 1


def test_reporting_is_closed_while_somebody_hands_in(world: World) -> None:
    draft = begun(world)
    outcome = race(
        lambda: close_reporting(world.measure, world.people["approver"], "Avløst.", TODAY),
        lambda: hand_in(world.people["reporter"], draft),
    )
    assert isinstance(outcome.second, Changed)
    assert (state(draft), again(draft).summary) == (UpdateState.DRAFT, "Arbeidet går.")


# --- The register ----------------------------------------------------------------------------


def test_an_owner_and_its_measure_are_loaded_while_it_moves_a_deadline(world: World) -> None:
    """A load locks organisations and then measures, publishing a measure and then (by a foreign
    key) the organisation: neither stands in the other's way."""
    update = moved(world, "reporter", 2027)
    held = io.BytesIO()
    write_archive(held)
    files = {
        name: content.replace(b"fiskeridepartementet", b"havdepartementet").replace(
            world.measure.short_title.encode(), b"Nytt navn"
        )
        for name, content in opened(held.getvalue()).items()
        if name in ("organisations.csv", "measures.csv")
    }
    found = prepare(files, TODAY)
    assert found.work == 2
    outcome = race(
        lambda: write_register(found), lambda: publish_update(update, world.people["approver"])
    )
    assert outcome.told == []
    measure = Measure.objects.get()
    assert (measure.short_title, measure.current_update) == ("Nytt navn", update)
    assert Deadline.objects.get().organisation.name == "Nærings- og havdepartementet"  # type: ignore[union-attr]  # an owner set it
    assert state(update) == UpdateState.PUBLISHED
