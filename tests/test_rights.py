"""Rights are querysets: who may report, who must answer, who may approve."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from measures.choices import Origin
from measures.models import Measure, Owner, StatusUpdate
from stakeholders.choices import Role
from stakeholders.models import Membership, Organisation, User
from tests.cast import World, make_world
from tests.make import make_measure, make_member, make_organisation, make_update

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def submit(measure: Measure, author: User, organisation: Organisation | None, **fields: Any) -> Any:
    """Make an update that waits for approval."""
    return StatusUpdate.objects.create(
        **{
            "key": f"venter-{StatusUpdate.objects.count()}",
            "measure": measure,
            "date": "2026-11-01",
            "precision": "day",
            "status": "in_progress",
            "origin": Origin.REPORT,
            "organisation": organisation,
            "summary": "Noe skjedde.",
            "author": author,
            "submitted_at": timezone.now(),
        }
        | fields
    )


def approvers(world: World) -> set[str]:
    """Return who of the cast may approve something."""
    found = StatusUpdate.objects.approvable_by
    return {role for role, user in world.people.items() if found(user).exists()}


def reporters(world: World, measure: Measure) -> set[str]:
    """Return who of the cast may report the measure."""
    found = Measure.objects.reportable_by
    return {r for r, user in world.people.items() if found(user).filter(pk=measure.pk).exists()}


# --- Reporting -------------------------------------------------------------------------------


def test_reporters_of_owners_and_of_coordinators_report(world: World) -> None:
    agency = make_organisation()
    helper = make_measure(document=world.document)
    Owner.objects.create(measure=helper, organisation=agency, role="contributor")
    world.people["agency"] = make_member(agency, Role.REPORTER)
    nfd = {"reporter", "approver_author"}
    assert reporters(world, world.measure) == nfd
    assert reporters(world, helper) == nfd | {"agency"}


def test_a_measure_comes_once_whatever_the_number_of_ways_to_it(world: World) -> None:
    user = world.people["reporter"]
    Membership.objects.create(user=user, organisation=world.hod, role=Role.REPORTER)
    Owner.objects.create(measure=world.measure, organisation=world.hod, role="contributor")
    world.document.coordinators.add(world.hod)
    assert Measure.objects.reportable_by(user).filter(pk=world.measure.pk).count() == 1


@pytest.mark.parametrize("ended_by", ["membership", "person"])
def test_a_right_ends_at_once(world: World, ended_by: str) -> None:
    user = world.people["reporter"]
    if ended_by == "membership":
        user.memberships.update(ended_at=timezone.now())
    else:
        User.objects.filter(pk=user.pk).update(is_active=False)
    assert not Measure.objects.reportable_by(user).exists()


def test_nobody_has_no_rights(world: World) -> None:
    assert not Membership.objects.of(AnonymousUser()).exists()


# --- Who must answer -------------------------------------------------------------------------


def answered(organisation: Organisation) -> set[str]:
    keys = Organisation.objects.filter(pk=organisation.pk).values("pk")
    return set(Measure.objects.answered_by(keys).values_list("ref", flat=True))


def test_the_lead_answers_and_where_none_is_known_the_coordinators(world: World) -> None:
    agency = make_organisation()
    led, open_ = make_measure(ref="VK-02"), make_measure(ref="VK-03")
    Owner.objects.create(measure=led, organisation=agency, role="lead")
    Owner.objects.create(measure=open_, organisation=agency, role="contributor")
    world.document.coordinators.add(world.hod)
    assert answered(agency) == {"VK-02"}
    assert answered(world.nfd) == {"VK-01", "VK-03"}
    assert answered(world.hod) == {"VK-03"}


def test_what_has_ended_or_is_closed_is_not_open(world: World) -> None:
    make_update(make_measure(ref="VK-02"), status="completed")
    make_measure(ref="VK-03", reporting_closed_on="2026-01-01")
    assert [m.ref for m in Measure.objects.open()] == ["VK-01"]


# --- Approving -------------------------------------------------------------------------------


def test_approvers_of_the_organisation_approve_but_never_their_own(world: World) -> None:
    submit(world.measure, world.people["reporter"], world.nfd)
    assert approvers(world) == {"approver", "approver_author"}
    StatusUpdate.objects.filter(state="submitted").update(author=world.people["approver_author"])
    assert approvers(world) == {"approver"}


def test_without_an_approver_of_its_own_the_coordinators_approve(world: World) -> None:
    agency = make_organisation()
    submit(world.measure, make_member(agency, Role.REPORTER), agency)
    assert approvers(world) == {"approver", "approver_author"}
    make_member(agency, Role.APPROVER)
    assert approvers(world) == set()


def test_an_approver_who_is_the_only_one_and_the_writer_does_not_count(world: World) -> None:
    agency = make_organisation()
    submit(world.measure, make_member(agency, Role.REPORTER, Role.APPROVER), agency)
    assert approvers(world) == {"approver", "approver_author"}


def test_a_correction_of_a_public_source_is_approved_by_the_coordinators(world: World) -> None:
    wrong = make_update(world.measure, "2024-05-17", "completed")
    correction = {"origin": Origin.CORRECTION, "replaces": wrong, "correction_note": "Feil tiltak."}
    submit(world.measure, world.people["steward"], None, **correction)
    assert approvers(world) == {"approver", "approver_author"}


@pytest.mark.parametrize("time", ["withdrawn_at", "publish_at"])
def test_what_is_withdrawn_or_decided_awaits_nobody(world: World, time: str) -> None:
    decided = {time: timezone.now(), "approved_by": world.people["approver"]}
    submit(world.measure, world.people["reporter"], world.nfd, **decided)
    assert approvers(world) == set()


def test_what_is_returned_is_the_writers_again(world: World) -> None:
    user = world.people["reporter"]
    returned = {"returned_at": timezone.now(), "returned_by": world.people["approver"]}
    draft = submit(
        world.measure, user, world.nfd, submitted_at=None, return_note="Hvilken dato?", **returned
    )
    assert approvers(world) == set()
    assert [u.pk for u in StatusUpdate.objects.written_by(user)] == [draft.pk]
    assert StatusUpdate.objects.get(pk=draft.pk).state == "returned"
