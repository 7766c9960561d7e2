"""Reminders grow with the silence: by range, once a stage, one a day, along a chain."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from measures.actions import reminding
from measures.actions.closing import close_reporting
from measures.actions.following import stop_mail
from measures.actions.mailboxes import member_mailboxes, set_organisation_address
from measures.actions.outbox import deliver, hand_out
from measures.actions.reminding import plan_reminders
from measures.actions.rounds import Days
from measures.choices import Stage
from measures.dates import OSLO
from measures.digests.chain import is_reminding_time, stage_on
from measures.mail.letters import letter_for
from measures.mail.postman import Postman, Unsent
from measures.models import AnswerLink, Digest, Owner, Recipient, Reminder, Round
from stakeholders.choices import Role
from stakeholders.models import Membership
from tests.cast import World, make_world
from tests.mailboxes import WEEKLY, planned
from tests.make import make_measure, make_member
from tests.reports import handed_in
from tests.rounds import make_round

pytestmark = pytest.mark.django_db
A_DAY = datetime.timedelta(days=1)
DUE = datetime.date(2026, 12, 18)


@pytest.fixture
def world() -> World:
    """A round that opened after the owner spoke last, and wants answers by `DUE`."""
    world = make_world()
    make_round(world, days=Days(datetime.date(2026, 12, 1), DUE, datetime.date(2027, 3, 1)))
    return world


def on(days: int) -> datetime.datetime:
    """Nine in the morning, so many days after the day to report by."""
    moment = datetime.datetime.combine(DUE + days * A_DAY, datetime.time(9))
    return timezone.make_aware(moment, timezone.get_default_timezone())


def reminded(days: int) -> set[str]:
    """Plan the reminders of a day; return whom they go to, by the name before the @."""
    keys = plan_reminders(on(days))
    mails = Digest.objects.filter(pk__in=keys)
    return {email.split("@")[0] for email in mails.values_list("recipient__email", flat=True)}


@pytest.mark.parametrize(
    ("days", "stage"),
    [
        (-8, None),
        (-7, Stage.WEEK_BEFORE),
        (-4, Stage.WEEK_BEFORE),
        (-3, Stage.DAYS_BEFORE),
        (0, Stage.DAYS_BEFORE),
        (1, Stage.DAY_AFTER),
        (6, Stage.DAY_AFTER),
        (7, Stage.WEEK_AFTER),
        (20, Stage.WEEK_AFTER),
        (21, Stage.WEEKS_AFTER),
        (400, Stage.WEEKS_AFTER),
    ],
)
def test_stages(days: int, stage: Stage | None) -> None:
    assert stage_on(DUE, DUE + days * A_DAY) == stage


def test_the_chain(world: World) -> None:
    """Writers first, then who approves, then who keeps the register in the ministry that
    coordinates. `begge` is both writer and approver."""
    assert reminded(-8) == set()
    assert reminded(-7) == {"rapportor", "begge"}
    assert reminded(-3) == {"rapportor", "begge"}
    assert reminded(1) == {"rapportor", "begge"}
    assert reminded(7) == {"rapportor", "begge", "godkjenner"}
    assert reminded(21) == {"rapportor", "begge", "godkjenner", "registerforer"}
    assert reminded(60) == set()


def test_a_day_without_a_run_loses_nothing(world: World) -> None:
    assert reminded(-5) == {"rapportor", "begge"}
    assert reminded(-4) == set()
    assert reminded(5) == {"rapportor", "begge"}
    assert reminded(6) == set()


def test_never_two_on_one_day(world: World) -> None:
    first = reminded(-7)
    late = make_measure(ref="T-9", document=world.document)
    Owner.objects.create(measure=late, organisation=world.nfd, role="lead")
    asking = Round.objects.get()
    asking.asked.create(measure=late, organisation=world.nfd)
    assert first
    assert reminded(-7) == set()
    assert reminded(-6) == {"rapportor", "begge"}
    (newest,) = Digest.objects.filter(recipient__email="rapportor@example.no", period="2026-12-12")
    assert [item["ref"] for item in newest.content["to_report"]["items"]] == ["T-9"]


def test_the_mail_announces_the_chain_and_has_a_link(world: World) -> None:
    reminded(-7)
    digest = Digest.objects.select_related("recipient__user").get(
        recipient__email="rapportor@example.no"
    )
    letter = letter_for(digest)
    link = AnswerLink.objects.get(digest=digest)
    assert (link.user, link.measure) == (world.people["reporter"], world.measure)
    assert link.key in str(letter.body)
    assert "sju dager etter svarfristen" in str(letter.body)
    assert "Svar innen 18. desember 2026." in str(letter.body)


def test_who_may_not_report_gets_no_link(world: World) -> None:
    reminded(7)
    digest = Digest.objects.get(recipient__email="godkjenner@example.no")
    assert not AnswerLink.objects.filter(digest=digest).exists()
    assert [item["ref"] for item in digest.content["others"]["items"]] == ["VK-01"]
    assert "har ikke rapportert" in str(letter_for(digest).body)


def test_handing_in_stops_them(world: World) -> None:
    handed_in(world)
    assert reminded(-3) == set()


def test_closing_the_reporting_stops_them(world: World) -> None:
    close(world)
    assert reminded(7) == set()


def close(world: World) -> None:
    today = timezone.localdate()
    close_reporting(world.measure, world.people["approver"], "Det er ikke mer å si.", today)


def test_closing_stops_what_is_under_way(world: World) -> None:
    keys = plan_reminders(on(-3))
    close(world)
    assert {deliver(pk, Postman(), lambda: on(-3)) for pk in keys} == {"called_off"}
    errors = Digest.objects.filter(pk__in=keys).values_list("last_error", flat=True)
    assert all("answered" in error for error in errors)


def test_what_the_digest_of_the_day_asked_is_not_asked_again(world: World) -> None:
    now = on(-4)  # a Monday
    member_mailboxes(now - 3 * A_DAY)
    Recipient.objects.update(next_at=now)
    assert planned(now)
    assert reminded(-4) == set()
    assert Reminder.objects.filter(stage=Stage.WEEK_BEFORE).count() == 2
    assert reminded(-3) == {"rapportor", "begge"}


def test_a_reminder_that_never_left_is_made_again(world: World) -> None:
    keys = plan_reminders(on(-7))

    class Away(Postman):
        def send(self, mail: Any) -> None:
            raise Unsent("554", permanent=True)

    for pk in keys:
        deliver(pk, Away(), lambda: on(-7))
    assert not Reminder.objects.exists()
    assert reminded(-6) == {"rapportor", "begge"}


def test_who_stopped_is_left_alone_and_the_next_in_the_chain_stands_in(world: World) -> None:
    plan_reminders(on(-30))  # makes the mailboxes
    for name in ("rapportor", "begge"):
        stop_mail(Recipient.objects.get(email=f"{name}@example.no"), on(-30))
    assert reminded(-7) == {"godkjenner"}


def test_an_inbox_stands_in_where_nobody_is(world: World) -> None:
    Membership.objects.filter(organisation=world.nfd).exclude(role=Role.STEWARD).update(
        ended_at=timezone.now()
    )
    set_organisation_address(world.nfd, "post@nfd.example.no", WEEKLY, on(-30))
    assert reminded(-7) == {"post"}
    digest = Digest.objects.get(recipient__email="post@nfd.example.no", kind="reminder")
    assert not AnswerLink.objects.filter(digest=digest).exists()


def test_without_a_round_it_is_the_half_year(world: World) -> None:
    """What was said on 15 January is no longer fresh on 14 July."""
    Round.objects.get().asked.all().delete()
    end = datetime.date(2026, 1, 15) + datetime.timedelta(days=180)
    moment = timezone.make_aware(
        datetime.datetime.combine(end - 7 * A_DAY, datetime.time(9)),
        timezone.get_default_timezone(),
    )
    assert plan_reminders(moment - A_DAY) == []
    assert len(plan_reminders(moment)) == 2


def test_what_nobody_asked_for_has_no_day(world: World) -> None:
    other = make_measure(ref="T-9", document=world.document)
    Owner.objects.create(measure=other, organisation=world.hod, role="lead")
    make_member(world.hod, Role.REPORTER)
    plan_reminders(on(30))
    assert not Reminder.objects.filter(measure=other).exists()


def test_handing_in_stops_what_is_under_way(world: World) -> None:
    keys = plan_reminders(on(-3))
    handed_in(world)
    assert {deliver(pk, Postman(), lambda: on(-3)) for pk in keys} == {"called_off"}


def test_where_nobody_approves_the_ministry_hears(world: World) -> None:
    Membership.objects.filter(role=Role.APPROVER).update(ended_at=timezone.now())
    assert reminded(7) == {"rapportor", "begge", "registerforer"}


def test_two_who_owe_a_word_of_one_measure_are_one_row(world: World) -> None:
    """Nobody leads it, and two ministries coordinate the document: either may answer."""
    Owner.objects.all().delete()
    world.document.coordinators.add(world.hod)
    Round.objects.get().asked.create(measure=world.measure, organisation=world.hod)
    reminded(21)
    digest = Digest.objects.get(recipient__email="registerforer@example.no")
    (item,) = digest.content["others"]["items"]
    assert set(item["by"].split(", ")) == {world.nfd.label, world.hod.label}
    assert letter_for(digest).subject == "Ett tiltak er ikke rapportert ennå"


def test_one_whose_reminder_cannot_be_made_holds_up_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = reminding.plan_reminder

    def plan(recipient: int, *others: Any) -> Any:
        if Recipient.objects.get(pk=recipient).email.startswith("begge"):
            raise KeyError("noe")
        return real(recipient, *others)

    monkeypatch.setattr(reminding, "plan_reminder", plan)
    assert reminded(-7) == {"rapportor"}


@pytest.mark.parametrize(
    ("moment", "is_time"),
    [
        ("2026-12-07T07:59", False),
        ("2026-12-07T08:00", True),
        ("2026-12-07T18:00", False),
        ("2026-12-05T12:00", False),
    ],
)
def test_people_are_reminded_on_weekdays(moment: str, is_time: bool) -> None:
    local = datetime.datetime.fromisoformat(moment).replace(tzinfo=OSLO)
    assert is_reminding_time(local.astimezone(datetime.UTC)) == is_time


def test_they_are_handed_out_like_all_mail(world: World) -> None:
    keys = plan_reminders(on(-7))
    assert sorted(hand_out(on(-7))) == sorted(keys)
