"""A correction takes the place of what was published, and both stay readable."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile

from measures.actions import Changed
from measures.actions.correcting import COPIED, Source, open_correction, submit_correction
from measures.actions.publishing import publish_update, return_update
from measures.choices import PublisherKind, Verb
from measures.models import Event, Evidence, Measure, StatusUpdate
from stakeholders.choices import Role
from tests.cast import World, make_world
from tests.make import make_member, make_update

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def said(world: World) -> StatusUpdate:
    return world.measure.updates.get()


def corrected(world: World, wrong: StatusUpdate, who: str = "reporter", **fields: Any) -> Any:
    """Correct and publish; return the correction."""
    draft = open_correction(world.people[who], wrong)
    written = {"correction_note": "Det var ikke ferdig."} | fields
    return publish_update(
        submit_correction(draft, world.people[who], written), world.people["approver"]
    )


def test_it_begins_with_what_it_replaces_and_its_evidence(world: World) -> None:
    wrong = said(world)
    draft = open_correction(world.people["reporter"], wrong)
    assert {n: getattr(draft, n) for n in COPIED} == {n: getattr(wrong, n) for n in COPIED}
    assert (draft.state, draft.replaces, draft.origin) == ("draft", wrong, "correction")
    assert [e.title for e in draft.evidence.all()] == [e.title for e in wrong.evidence.all()]
    assert list(Event.objects.filter(update=draft).values_list("verb", flat=True)) == ["created"]


def test_it_goes_on_where_the_person_left_off(world: World) -> None:
    reporter = world.people["reporter"]
    first = open_correction(reporter, said(world))
    assert open_correction(reporter, said_first(world)) == first
    assert Event.objects.filter(update=first).count() == 1
    handed_in = submit_correction(first, reporter, {"correction_note": "x"})
    assert open_correction(reporter, said_first(world)) == handed_in


def said_first(world: World) -> StatusUpdate:
    return StatusUpdate.objects.published().get(measure=world.measure)


def test_a_file_is_copied_so_that_the_published_one_stays(
    world: World, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    wrong = make_update(world.measure, "2025", origin="report", organisation=world.nfd)
    draft = open_correction(world.people["reporter"], wrong)
    Evidence.objects.create(
        update=draft, title="Rapport", publisher="NFD", publisher_kind="government",
        file=ContentFile(b"innhold", "x"), file_name="rapport.pdf", size=7,
    )  # fmt: skip
    first = publish_update(
        submit_correction(draft, world.people["reporter"], {"correction_note": "x"}),
        world.people["approver"],
    )
    second = open_correction(world.people["reporter"], first)
    old, new = (u.evidence.get(title="Rapport") for u in (first, second))
    with new.file.open() as content:
        assert (content.read(), new.file_name, new.size) == (b"innhold", "rapport.pdf", 7)
    assert new.file.name != old.file.name


def test_published_it_counts_and_the_old_one_stays(world: World) -> None:
    wrong = said(world)
    new = corrected(world, wrong, status="not_started", summary="Det er ikke startet.")
    measure = Measure.objects.get(pk=world.measure.pk)
    assert (measure.status, measure.current_update, measure.status_by) == (
        "not_started", new, "owner",
    )  # fmt: skip
    assert (new.origin, new.replaces, new.state) == ("correction", wrong, "published")
    assert wrong in StatusUpdate.objects.published()
    assert wrong not in StatusUpdate.objects.standing()


def test_a_correction_of_a_correction(world: World) -> None:
    one = corrected(world, said(world), status="not_started")
    two = corrected(world, one, status="in_progress")
    assert list(StatusUpdate.objects.standing()) == [two]
    assert Measure.objects.get(pk=world.measure.pk).current_update == two
    with pytest.raises(Changed):
        open_correction(world.people["reporter"], one)


def test_a_steward_corrects_what_a_public_source_said(world: World) -> None:
    source = make_update(world.measure, "2025-05")
    new = corrected(world, source, "steward", summary="Kilden sier noe annet.")
    assert (new.organisation, new.said_by) == (None, "public")


@pytest.mark.parametrize("who", ["approver", "voice", "steward", "colleague", "stranger"])
def test_only_the_reporters_of_who_said_it(world: World, who: str) -> None:
    person = world.people[who]
    assert not StatusUpdate.objects.correctable_by(person).exists()
    with pytest.raises(PermissionDenied):
        open_correction(person, said(world))


@pytest.mark.parametrize("who", ["reporter", "approver", "voice", "colleague", "stranger"])
def test_only_a_steward_speaks_for_a_source(world: World, who: str) -> None:
    source = make_update(world.measure, "2025-05")
    assert source not in StatusUpdate.objects.correctable_by(world.people[who])


def test_evidence_can_be_added_and_taken_away(world: World) -> None:
    reporter = world.people["reporter"]
    draft = open_correction(reporter, said(world))
    old = draft.evidence.get()
    new = Source("Ny kilde", "NFD", PublisherKind.GOVERNMENT, "https://example.no/ny")
    submit_correction(draft, reporter, {"correction_note": "x"}, added=[new], removed=[old.pk])
    assert [e.url for e in draft.evidence.all()] == ["https://example.no/ny"]
    assert said_first(world).evidence.count() == 1


def test_completed_is_not_left_without_evidence(world: World) -> None:
    reporter = world.people["reporter"]
    draft = open_correction(reporter, said(world))
    with pytest.raises(ValueError, match="evidence"):
        submit_correction(
            draft, reporter, {"status": "completed", "correction_note": "x"},
            removed=[draft.evidence.get().pk],
        )  # fmt: skip
    assert draft.evidence.count() == 1


def test_what_another_window_saved_is_not_overwritten(world: World) -> None:
    reporter = world.people["reporter"]
    draft = open_correction(reporter, said(world))
    submit_correction(draft, reporter, {"correction_note": "x", "summary": "Fra det ene."})
    with pytest.raises(Changed):
        submit_correction(draft, reporter, {"correction_note": "y", "summary": "Fra det andre."})
    assert StatusUpdate.objects.get(pk=draft.pk).summary == "Fra det ene."


def test_a_returned_correction_is_mended_and_handed_in_again(world: World) -> None:
    reporter = world.people["reporter"]
    draft = open_correction(reporter, said(world))
    update = submit_correction(draft, reporter, {"correction_note": "x"})
    update = return_update(update, world.people["approver"], "Hva er feil?")
    update = submit_correction(update, reporter, {"correction_note": "Datoen."})
    assert (update.state, update.correction_note) == ("submitted", "Datoen.")
    assert list(Event.objects.filter(update=update).order_by("pk").values_list("verb", flat=True)) \
        == [Verb.CREATED, Verb.SUBMITTED, Verb.RETURNED, Verb.SUBMITTED]  # fmt: skip


def test_nobody_hands_in_anothers_draft_nor_writes_what_is_not_theirs(world: World) -> None:
    draft = open_correction(world.people["reporter"], said(world))
    other = make_member(world.nfd, Role.REPORTER)
    with pytest.raises(PermissionDenied):
        submit_correction(draft, other, {"correction_note": "x"})
    with pytest.raises(ValueError, match="organisation"):
        submit_correction(draft, world.people["reporter"], {"organisation": world.hod})


def test_too_late_when_a_colleague_corrected_it_first(world: World) -> None:
    reporter, other = world.people["reporter"], make_member(world.nfd, Role.REPORTER)
    wrong = said(world)
    mine, theirs = open_correction(reporter, wrong), open_correction(other, wrong)
    publish_update(
        submit_correction(theirs, other, {"correction_note": "x"}), world.people["approver"]
    )
    with pytest.raises(Changed):
        submit_correction(mine, reporter, {"correction_note": "y"})
