"""A correction takes the place of what was published, and both stay readable."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from measures.actions import Changed
from measures.actions.closing import close_reporting
from measures.actions.correcting import COPIED, open_correction
from measures.actions.drafting import (
    Broken,
    Stale,
    Written,
    discard_draft,
    open_draft,
    save_draft,
    withdraw_update,
)
from measures.actions.evidence import Link
from measures.actions.publishing import publish_update, return_update
from measures.choices import Verb
from measures.models import Event, Evidence, Measure, StatusUpdate
from measures.queries.desk import to_report
from stakeholders.choices import Role
from stakeholders.models import Membership, User
from tests.cast import World, make_world
from tests.make import TODAY, make_measure, make_member, make_update
from tests.reports import attached, corrected, correction, hand_in, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def reporter(world: World) -> User:
    return world.people["reporter"]


@pytest.fixture
def approver(world: World) -> User:
    return world.people["approver"]


def said(world: World) -> StatusUpdate:
    """What the owner said first."""
    return StatusUpdate.objects.published().filter(measure=world.measure).earliest("pk")


def again(update: StatusUpdate) -> StatusUpdate:
    return StatusUpdate.objects.get(pk=update.pk)


def verbs(update: StatusUpdate) -> list[str]:
    return list(Event.objects.filter(update=update).order_by("pk").values_list("verb", flat=True))


# --- Beginning -------------------------------------------------------------------------------


def test_it_begins_with_what_it_replaces_and_its_evidence(world: World, reporter: User) -> None:
    wrong = said(world)
    draft = open_correction(reporter, wrong)
    assert {n: getattr(draft, n) for n in COPIED} == {n: getattr(wrong, n) for n in COPIED}
    assert (again(draft).state, draft.replaces, draft.origin) == ("draft", wrong, "correction")
    assert [e.title for e in draft.evidence.all()] == [e.title for e in wrong.evidence.all()]
    assert verbs(draft) == []


def test_it_goes_on_where_the_person_left_off(world: World, reporter: User) -> None:
    first = correction(reporter, said(world), summary="Så langt kom jeg.")
    assert open_correction(reporter, said(world)).summary == "Så langt kom jeg."
    update = hand_in(reporter, first)
    assert open_correction(reporter, said(world)) == update == first


def test_a_report_can_be_written_beside_it(world: World, reporter: User) -> None:
    draft = correction(reporter, said(world))
    assert open_draft(reporter, world.measure) != draft


@pytest.mark.parametrize("who", ["approver", "voice", "steward", "colleague", "stranger"])
def test_only_the_reporters_of_who_said_it(world: World, who: str) -> None:
    person = world.people[who]
    assert not StatusUpdate.objects.correctable_by(person).exists()
    with pytest.raises(Changed, match="ikke lenger"):
        open_correction(person, said(world))


@pytest.mark.parametrize("who", ["reporter", "approver", "voice", "colleague", "stranger"])
def test_only_a_steward_speaks_for_a_source(world: World, who: str) -> None:
    source = make_update(world.measure, "2025-05")
    assert source not in StatusUpdate.objects.correctable_by(world.people[who])


# --- Writing and handing in ------------------------------------------------------------------


def test_it_says_what_was_wrong(world: World, reporter: User) -> None:
    draft = correction(reporter, said(world), correction_note=" ")
    with pytest.raises(Broken) as caught:
        hand_in(reporter, draft)
    assert set(caught.value.message_dict) == {"correction_note"}
    assert again(draft).state == "draft"


def test_a_report_has_no_note(world: World, reporter: User) -> None:
    draft = open_draft(reporter, world.measure)
    save_draft(reporter, draft, Written(words()), draft.version)
    assert again(draft).correction_note == ""


def test_going_back_needs_no_other_reason_than_the_note(world: World, reporter: User) -> None:
    done = make_update(
        world.measure, "2026-03-01", "completed", origin="report", organisation=world.nfd
    )
    update = hand_in(reporter, correction(reporter, done, status="not_started"))
    assert (update.status, update.reason) == ("not_started", "")


def test_it_keeps_the_reason_of_what_it_corrects(world: World, reporter: User) -> None:
    wrong = make_update(
        world.measure, "2026-03-01", origin="report", organisation=world.nfd,
        reason="Mangler folk.", reason_kind="resources",
    )  # fmt: skip
    update = again(hand_in(reporter, correction(reporter, wrong)))
    assert (update.reason, update.reason_kind) == ("Mangler folk.", "resources")


def test_completed_is_not_left_without_evidence(world: World, reporter: User) -> None:
    draft = correction(reporter, said(world), status="completed")
    draft = save_draft(
        reporter, draft, Written(words(status="completed", correction_note="x")), draft.version
    )
    with pytest.raises(Broken) as caught:
        hand_in(reporter, draft)
    assert set(caught.value.message_dict) == {"evidence"}


def test_evidence_can_be_added_and_taken_away(world: World, reporter: User) -> None:
    draft = correction(reporter, said(world))
    link = Link("https://example.no/ny", "Ny kilde", "NFD", "government")
    written = Written(words(correction_note="x"), links=[link])
    update = hand_in(reporter, save_draft(reporter, draft, written, draft.version))
    assert [e.url for e in update.evidence.all()] == ["https://example.no/ny"]
    assert said(world).evidence.count() == 1


def test_a_file_is_copied_so_that_the_published_one_stays(
    world: World, reporter: User, approver: User, django_capture_on_commit_callbacks: Any
) -> None:
    wrong = make_update(
        world.measure, "2025", origin="report", organisation=world.nfd, before_publishing=attached
    )
    with django_capture_on_commit_callbacks(execute=True):
        discard_draft(reporter, correction(reporter, wrong))
    new = corrected(reporter, wrong, approver)
    old_file, new_file = (u.evidence.exclude(file="").get() for u in (wrong, new))
    assert new_file.file.name != old_file.file.name
    for kept in (old_file, new_file):
        with kept.file.open() as content:
            assert content.read().startswith(b"%PDF")
    assert (new_file.file_name, new_file.sha256) == (old_file.file_name, old_file.sha256)


def test_what_another_window_saved_is_not_overwritten(world: World, reporter: User) -> None:
    draft = correction(reporter, said(world), summary="Fra det ene.")
    with pytest.raises(Stale):
        save_draft(reporter, draft, Written(words(summary="Fra det andre.")), draft.version - 1)
    assert again(draft).summary == "Fra det ene."


def test_nobody_saves_or_hands_in_anothers(world: World, reporter: User) -> None:
    draft = correction(reporter, said(world))
    other = make_member(world.nfd, Role.REPORTER)
    with pytest.raises(Changed):
        save_draft(other, draft, Written(words()), draft.version)
    with pytest.raises(Changed):
        hand_in(other, draft)


def test_who_has_left_the_ministry_hands_nothing_in(world: World, reporter: User) -> None:
    draft = correction(reporter, said(world))
    Membership.objects.filter(user=reporter).update(
        ended_at="2026-11-01T12:00Z", started_at="2020-01-01T12:00Z"
    )
    with pytest.raises(Changed, match="ikke lenger"):
        hand_in(reporter, draft)


def test_what_is_wrong_is_corrected_also_when_reporting_is_closed(
    world: World, reporter: User, approver: User
) -> None:
    close_reporting(world.measure, approver, "Avløst.", TODAY.replace(year=2025))
    assert corrected(reporter, said(world), approver).state == "published"


def test_it_is_taken_back_given_up_returned_and_mended_like_a_report(
    world: World, reporter: User, approver: User
) -> None:
    update = hand_in(reporter, correction(reporter, said(world)))
    update = hand_in(reporter, withdraw_update(reporter, update))
    update = return_update(update, approver, "Hva er feil?")
    mended = Written(words(correction_note="Datoen."))
    update = hand_in(reporter, save_draft(reporter, update, mended, update.version))
    assert (again(update).state, update.correction_note) == ("submitted", "Datoen.")
    update = return_update(again(update), approver, "Fortsatt uklart.")
    discard_draft(reporter, update)
    assert again(update).state == "withdrawn"
    assert verbs(update) == [
        Verb.SUBMITTED, Verb.WITHDRAWN, Verb.SUBMITTED, Verb.RETURNED,
        Verb.SUBMITTED, Verb.RETURNED, Verb.WITHDRAWN,
    ]  # fmt: skip


def test_a_correction_on_its_way_is_no_report(world: World, reporter: User, approver: User) -> None:
    measure = make_measure(document=world.document)
    owner = make_update(measure, "2020", origin="report", organisation=world.nfd)
    assert measure in to_report(reporter, TODAY)
    hand_in(reporter, correction(reporter, owner))
    assert measure in to_report(reporter, TODAY)


# --- Published -------------------------------------------------------------------------------


def test_published_it_counts_and_the_old_one_stays(
    world: World, reporter: User, approver: User
) -> None:
    wrong = said(world)
    new = corrected(reporter, wrong, approver, status="not_started", summary="Ikke startet.")
    measure = Measure.objects.get(pk=world.measure.pk)
    assert (measure.status, measure.current_update, measure.status_by) == (
        "not_started", new, "owner",
    )  # fmt: skip
    assert (new.origin, new.replaces, new.state) == ("correction", wrong, "published")
    assert wrong in StatusUpdate.objects.published()
    assert wrong not in StatusUpdate.objects.standing()


def test_a_correction_of_a_correction(world: World, reporter: User, approver: User) -> None:
    one = corrected(reporter, said(world), approver, status="not_started")
    two = corrected(reporter, one, approver, status="in_progress")
    assert list(StatusUpdate.objects.standing()) == [two]
    assert Measure.objects.get(pk=world.measure.pk).current_update == two
    with pytest.raises(Changed, match="allerede rettet"):
        open_correction(reporter, one)


def test_a_steward_corrects_what_a_public_source_said(world: World, approver: User) -> None:
    source = make_update(world.measure, "2019-05", "", summary_en="In English")
    new = corrected(world.people["steward"], source, approver, summary="Kilden sier noe annet.")
    assert (new.organisation, new.said_by, new.status) == (None, "public", "")
    assert new.summary_en == "", "the translation was of the old words"


def test_a_source_sets_no_deadline(world: World) -> None:
    steward, source = world.people["steward"], make_update(world.measure, "2025-05")
    due: Any = {"new_due_on": TODAY, "new_due_precision": "day", "new_due_reason": "x"}
    draft = correction(steward, source, **due)
    with pytest.raises(Broken) as caught:
        hand_in(steward, draft)
    assert set(caught.value.message_dict) == {"new_due"}


def test_the_translation_stays_with_the_same_words(world: World, approver: User) -> None:
    source = make_update(world.measure, "2025-05", summary_en="In English")
    new = corrected(world.people["steward"], source, approver, date=datetime.date(2025, 6, 1))
    assert new.summary_en == "In English"


def test_too_late_when_a_colleague_corrected_it_first(
    world: World, reporter: User, approver: User
) -> None:
    other, wrong = make_member(world.nfd, Role.REPORTER), said(world)
    mine = correction(reporter, wrong)
    theirs = hand_in(other, correction(other, wrong))
    handed_in = hand_in(reporter, mine)
    publish_update(theirs, approver)
    with pytest.raises(Changed):
        publish_update(handed_in, approver)
    mine = withdraw_update(reporter, handed_in)
    with pytest.raises(Changed, match="allerede rettet"):
        hand_in(reporter, mine)
    assert again(mine).correction_note == "Feil dato."
    assert Evidence.objects.filter(update=mine).exists()
    assert StatusUpdate.objects.published().filter(replaces=wrong).count() == 1
