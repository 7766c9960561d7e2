"""Opening, saving, handing in, taking back and giving up a report; and confirming."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from measures.actions import Changed
from measures.actions.confirming import REGRET, confirm_unchanged, undo_confirmation
from measures.actions.drafting import (
    Broken,
    Stale,
    Written,
    discard_draft,
    open_draft,
    save_draft,
    submit_update,
    withdraw_update,
)
from measures.actions.evidence import Link
from measures.choices import Origin
from measures.models import Event, Evidence, Measure, Owner, StatusUpdate
from measures.queries.speaking import newest_published, speaker_for
from measures.uploads import check
from stakeholders.choices import Role
from stakeholders.models import Membership
from tests.cast import World, make_world
from tests.make import make_deadline, make_measure, make_member, make_organisation, make_update
from tests.reports import PDF, begun, confirmed, hand_in, handed_in, words

pytestmark = pytest.mark.django_db
LINK = Link("https://example.no/a", "Rapporten", "NFD", "government")


@pytest.fixture
def world() -> World:
    return make_world()


def events(update: StatusUpdate) -> list[str]:
    return list(Event.objects.filter(update=update).order_by("pk").values_list("verb", flat=True))


def again(update: StatusUpdate) -> StatusUpdate:
    return StatusUpdate.objects.get(pk=update.pk)


def returned(world: World, update: StatusUpdate) -> None:
    """Send it back, as a colleague does."""
    StatusUpdate.objects.filter(pk=update.pk).update(
        submitted_at=None,
        returned_at=timezone.now(),
        returned_by=world.people["approver"],
        return_note="Hva er neste steg?",
    )


# --- Whose word it is ------------------------------------------------------------------------


def test_the_lead_speaks_before_a_contributor_before_a_coordinator(world: World) -> None:
    agency, other = make_organisation(), make_organisation()
    user = make_member(agency, Role.REPORTER)
    Membership.objects.create(user=user, organisation=world.nfd, role=Role.REPORTER)
    measure = make_measure(document=world.document)
    assert speaker_for(user, measure) == world.nfd
    Owner.objects.create(measure=measure, organisation=agency, role="contributor")
    assert speaker_for(user, measure) == agency
    Owner.objects.create(measure=measure, organisation=world.nfd, role="lead")
    assert speaker_for(user, measure) == world.nfd
    assert speaker_for(make_member(other, Role.REPORTER), measure) is None


def test_nobody_speaks_for_an_organisation_in_another_role(world: World) -> None:
    assert speaker_for(world.people["approver"], world.measure) is None


# --- Drafts ----------------------------------------------------------------------------------


def test_a_person_has_one_draft_about_a_measure(world: World) -> None:
    user = world.people["reporter"]
    one = open_draft(user, world.measure)
    assert open_draft(user, world.measure) == one
    assert open_draft(world.people["approver_author"], world.measure) != one
    assert one.organisation == world.nfd
    assert again(one).state == "draft"
    assert events(one) == []


def test_who_may_not_report_opens_no_draft(world: World) -> None:
    with pytest.raises(Changed, match="ikke lenger"):
        open_draft(world.people["colleague"], world.measure)
    assert not StatusUpdate.objects.filter(author=world.people["colleague"]).exists()


def test_nothing_is_reported_once_reporting_is_closed(world: World) -> None:
    draft = begun(world)
    Measure.objects.filter(pk=world.measure.pk).update(
        reporting_closed_on=datetime.date(2026, 5, 1), reporting_closed_reason="Ferdig."
    )
    with pytest.raises(Changed, match="avsluttet"):
        hand_in(world.people["reporter"], draft)
    with pytest.raises(Changed, match="avsluttet"):
        open_draft(world.people["approver_author"], world.measure)


def test_saving_counts_and_keeps_everything(world: World) -> None:
    user = world.people["reporter"]
    draft = open_draft(user, world.measure)
    written = Written(words(summary="Ett"), typed={"date": "i fjor"}, links=[LINK])
    saved = save_draft(user, draft, written, 0)
    assert (saved.version, saved.summary, saved.typed) == (1, "Ett", {"date": "i fjor"})
    assert saved.saved_at is not None
    assert [e.title for e in saved.evidence.all()] == ["Rapporten"]
    saved = save_draft(user, saved, Written(words(summary="To")), 1)
    assert (saved.version, saved.summary, saved.typed) == (2, "To", {})
    assert not saved.evidence.exists()
    assert events(saved) == []


def test_a_second_window_is_told_and_overwrites_nothing(world: World) -> None:
    user = world.people["reporter"]
    draft = begun(world, summary="Det første vinduet")
    with pytest.raises(Stale) as caught:
        save_draft(user, draft, Written(words(summary="Det andre")), draft.version - 1)
    assert caught.value.stored.summary == "Det første vinduet"
    assert again(draft).summary == "Det første vinduet"


def test_nobody_saves_in_anothers_draft(world: World) -> None:
    draft = begun(world)
    with pytest.raises(Changed):
        save_draft(world.people["approver_author"], draft, Written(words()), draft.version)


def test_files_are_kept_once_and_can_be_left_out(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    user, draft = world.people["reporter"], begun(world)
    files = [check(SimpleUploadedFile("a.pdf", PDF)), check(SimpleUploadedFile("b.pdf", PDF))]
    draft = save_draft(user, draft, Written(words(), files=files), draft.version)
    [kept] = draft.evidence.all()
    assert (kept.file_name, kept.publisher) == ("a.pdf", world.nfd.name)
    path = Path(kept.file.path)
    assert path.read_bytes() == PDF
    with django_capture_on_commit_callbacks(execute=True):
        save_draft(user, draft, Written(words(), removed=[kept.pk]), draft.version)
    assert not path.exists()
    assert not draft.evidence.exists()


# --- Handing in ------------------------------------------------------------------------------


def test_handing_in_writes_one_event_and_nothing_public(world: World) -> None:
    update = handed_in(world)
    assert again(update).state == "submitted"
    assert events(update) == ["submitted"]
    assert update.approved_by is None
    world.measure.refresh_from_db()
    assert world.measure.current_update != update


def test_handing_in_twice_loses(world: World) -> None:
    update = handed_in(world)
    with pytest.raises(Changed):
        hand_in(world.people["reporter"], update)
    assert events(update) == ["submitted"]


def test_rules_are_asked_where_it_counts(world: World) -> None:
    draft = begun(world, status="completed", summary="")
    with pytest.raises(Broken) as caught:
        hand_in(world.people["reporter"], draft)
    assert set(caught.value.message_dict) == {"summary", "evidence"}
    assert again(draft).state == "draft"


def test_what_cannot_be_read_is_not_handed_in(world: World) -> None:
    user, draft = world.people["reporter"], begun(world)
    draft = save_draft(user, draft, Written(words(), typed={"date": "i fjor"}), draft.version)
    with pytest.raises(Broken, match="kan ikke leses"):
        hand_in(user, draft)


def test_handing_in_what_another_window_changed_loses(world: World) -> None:
    user, draft = world.people["reporter"], begun(world)
    newest = newest_published(world.measure)
    assert newest
    with pytest.raises(Stale):
        submit_update(user, draft, version=0, today=timezone.localdate(), seen=newest.pk)


def test_a_publication_in_between_asks_for_another_look(world: World) -> None:
    user, draft = world.people["reporter"], begun(world)
    seen = newest_published(world.measure)
    assert seen
    make_update(world.measure, "2026-03-01", "completed")
    with pytest.raises(Changed, match="Se over"):
        submit_update(user, draft, version=draft.version, today=timezone.localdate(), seen=seen.pk)
    stored = again(draft)
    assert (stored.state, stored.summary) == ("draft", "Arbeidet går.")
    draft = save_draft(user, draft, Written(words(reason="Det var ikke ferdig.")), draft.version)
    assert hand_in(user, draft).based_on == newest_published(world.measure)


def test_who_has_left_the_ministry_hands_nothing_in(world: World) -> None:
    draft = begun(world)
    Membership.objects.filter(user=world.people["reporter"]).update(ended_at=timezone.now())
    with pytest.raises(Changed, match="ikke lenger"):
        hand_in(world.people["reporter"], draft)


def test_what_belongs_to_an_earlier_report_is_left_out(world: World) -> None:
    other = make_measure(document=world.document)
    draft = begun(world, reason="Gammel grunn", reason_kind="other", carried_to_id=other.pk)
    update = again(hand_in(world.people["reporter"], draft))
    assert (update.reason, update.reason_kind, update.carried_to) == ("", "", None)


def test_a_new_deadline_goes_along_and_moves_nothing_yet(world: World) -> None:
    make_deadline(world.measure, "2026")
    due = datetime.date(2027, 12, 31)
    update = handed_in(world, new_due_on=due, new_due_precision="year", new_due_reason="Mer tid.")
    world.measure.refresh_from_db()
    assert world.measure.due_on == datetime.date(2026, 12, 31)
    assert again(update).new_due_on == due


# --- Taking back, giving up ------------------------------------------------------------------


def test_what_was_handed_in_can_be_taken_back_and_handed_in_again(world: World) -> None:
    user, update = world.people["reporter"], handed_in(world)
    assert again(withdraw_update(user, update)).state == "draft"
    hand_in(user, again(update))
    assert events(update) == ["submitted", "withdrawn", "submitted"]


def test_nobody_takes_back_anothers(world: World) -> None:
    with pytest.raises(Changed):
        withdraw_update(world.people["approver_author"], handed_in(world))


def test_taking_back_loses_against_a_colleague_who_returned_it(world: World) -> None:
    update = handed_in(world)
    returned(world, update)
    with pytest.raises(Changed):
        withdraw_update(world.people["reporter"], update)
    assert again(update).return_note


def test_taking_back_waits_for_a_new_draft_to_be_finished(world: World) -> None:
    update = handed_in(world)
    newer = begun(world, summary="Noe nytt")
    with pytest.raises(Changed, match="ny kladd"):
        withdraw_update(world.people["reporter"], update)
    assert (again(update).state, again(newer).summary) == ("submitted", "Noe nytt")


def test_a_draft_nobody_saw_is_gone(world: World) -> None:
    draft = begun(world)
    discard_draft(world.people["reporter"], draft)
    assert not StatusUpdate.objects.filter(pk=draft.pk).exists()


def test_a_draft_that_was_handed_in_once_stays_in_the_record(world: World) -> None:
    user, update = world.people["reporter"], handed_in(world)
    returned(world, update)
    half = words(summary="", status="discontinued")
    save_draft(user, update, Written(half, typed={"date": "x"}), update.version)
    discard_draft(user, update)
    assert again(update).state == "withdrawn"
    assert events(update) == ["submitted", "withdrawn"]
    begun(world)  # and the way is free


def test_what_is_handed_in_is_not_given_up(world: World) -> None:
    update = handed_in(world)
    with pytest.raises(Changed):
        discard_draft(world.people["reporter"], update)
    assert again(update).state == "submitted"


# --- Confirming ------------------------------------------------------------------------------


def test_confirming_repeats_what_stands_and_waits_a_minute(world: World) -> None:
    make_update(
        world.measure,
        "2026-02-01",
        origin=Origin.REPORT,
        organisation=world.nfd,
        outlook="behind",
        reason="Mangler folk.",
        reason_kind="resources",
    )
    update = again(confirmed(world))
    assert (update.state, update.origin, update.status) == (
        "scheduled",
        "confirmation",
        "in_progress",
    )
    assert (update.outlook, update.reason, update.reason_kind, update.summary) == (
        "behind",
        "Mangler folk.",
        "resources",
        "",
    )
    assert update.publish_at and update.saved_at
    assert update.publish_at - update.saved_at == REGRET
    assert events(update) == ["scheduled"]


def test_confirming_what_is_completed_rests_on_the_same_sources(world: World) -> None:
    standing = make_update(world.measure, "2026-02-01", "completed")
    update = confirmed(world)
    assert [e.url for e in update.evidence.all()] == [e.url for e in standing.evidence.all()]
    update.published_at = timezone.now()
    update.save(update_fields=["published_at"])


def test_several_are_confirmed_or_none(world: World) -> None:
    user = world.people["reporter"]
    silent = make_measure(document=world.document)
    with pytest.raises(Changed, match=silent.ref):
        confirm_unchanged(user, [world.measure, silent])
    assert not StatusUpdate.objects.filter(origin=Origin.CONFIRMATION).exists()
    make_update(silent, "2026-02-01")
    assert len(confirm_unchanged(user, [world.measure, silent])) == 2


def test_a_second_press_confirms_nothing_more(world: World) -> None:
    confirmed(world)
    assert confirm_unchanged(world.people["approver_author"], [world.measure]) == []
    assert StatusUpdate.objects.filter(origin=Origin.CONFIRMATION).count() == 1


def test_only_what_was_seen_is_confirmed(world: World) -> None:
    seen = world.measure.current_update_id
    assert seen
    make_update(world.measure, "2026-03-01", "completed")
    with pytest.raises(Changed, match="Noe nytt"):
        confirm_unchanged(world.people["reporter"], [world.measure], {world.measure.pk: seen})


def test_who_may_not_report_confirms_nothing(world: World) -> None:
    with pytest.raises(Changed):
        confirm_unchanged(world.people["colleague"], [world.measure])


def test_a_confirmation_is_undone_once_and_only_before_it_is_public(world: World) -> None:
    user, update = world.people["reporter"], confirmed(world)
    undo_confirmation(user, [update])
    assert again(update).state == "withdrawn"
    assert events(update) == ["scheduled", "withdrawn"]
    with pytest.raises(Changed):
        undo_confirmation(user, [update])
    public = confirmed(world)
    StatusUpdate.objects.filter(pk=public.pk).update(published_at=timezone.now())
    with pytest.raises(Changed):
        undo_confirmation(user, [public])


def test_nobody_undoes_anothers_confirmation(world: World) -> None:
    with pytest.raises(Changed):
        undo_confirmation(world.people["approver_author"], [confirmed(world)])


def test_a_scheduled_report_is_no_confirmation(world: World) -> None:
    update = handed_in(world)
    StatusUpdate.objects.filter(pk=update.pk).update(
        publish_at=timezone.now(), approved_by=world.people["approver"]
    )
    with pytest.raises(Changed, match="Bare en bekreftelse"):
        undo_confirmation(world.people["reporter"], [update])


def test_evidence_of_others_is_never_touched(world: World) -> None:
    kept = Evidence.objects.count()
    user, draft = world.people["reporter"], begun(world)
    foreign = Evidence.objects.exclude(update=draft).values_list("pk", flat=True)
    save_draft(user, draft, Written(words(), removed=list(foreign)), draft.version)
    assert Evidence.objects.count() == kept
