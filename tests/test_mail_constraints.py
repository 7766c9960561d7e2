"""What the database itself refuses of recipients, what they follow, and their mails."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from measures.models import AnswerLink, Digest, Reminder, Subscription
from tests.mails import make_mail, make_recipient
from tests.make import make_document, make_measure, make_organisation, make_update, make_user
from tests.refusals import DAY, refused

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
LATER = NOW + datetime.timedelta(days=30)
ABOUT = "subscription_is_about_its_scope"
USED = "answer_link_used_says_what"


def follow(scope: str, **about: Any) -> Subscription:
    if "recipient" not in about:
        about["recipient"] = make_recipient()
    return Subscription.objects.create(scope=scope, **about)


def follow_twice(scope: str, **about: Any) -> None:
    recipient = make_recipient()
    for _time in range(2):
        follow(scope, recipient=recipient, **about)


def mail_twice() -> None:
    first = make_mail()
    make_mail(recipient=first.recipient, period=first.period)


def remind(mail: Digest | None = None, **fields: Any) -> Reminder:
    mail = mail or make_mail(kind="reminder")
    given = {"digest": mail, "recipient": mail.recipient, "due_on": DAY, "stage": "week_before"}
    if "measure" not in fields:
        given["measure"] = make_measure()
    return Reminder.objects.create(**given | fields)


def remind_twice() -> None:
    first = remind()
    remind(make_mail(recipient=first.recipient, kind="reminder"), measure=first.measure)


def link(**fields: Any) -> AnswerLink:
    given = {"user": make_user(), "measure": make_measure()}
    times = {"created_at": NOW, "expires_at": LATER}
    return AnswerLink.objects.create(**given | times | fields)


BROKEN: list[tuple[str, Callable[[], Any]]] = [
    ("recipient_email_in_lower_case", lambda: make_recipient(email="Kari@example.no")),
    ("recipient_language_known", lambda: make_recipient(language="xx")),
    ("recipient_frequency_known", lambda: make_recipient(frequency="hourly")),
    ("recipient_weekday_known", lambda: make_recipient(weekday=7)),
    ("recipient_hour_on_the_clock", lambda: make_recipient(hour=24)),
    ("recipient_stopped_with_a_reason", lambda: make_recipient(stopped_at=NOW)),
    ("recipient_stopped_with_a_reason", lambda: make_recipient(stopped_why="asked")),
    ("recipient_stopped_with_a_reason", lambda: make_recipient(stopped_at=NOW, stopped_why="x")),
    (ABOUT, lambda: follow("rumours")),
    (ABOUT, lambda: follow("all", measure=make_measure())),
    (ABOUT, lambda: follow("all", query="q=x")),
    (ABOUT, lambda: follow("document")),
    (ABOUT, lambda: follow("document", document=make_document(), measure=make_measure())),
    (ABOUT, lambda: follow("organisation")),
    (ABOUT, lambda: follow("measure", measure=make_measure(), query="q=x")),
    (ABOUT, lambda: follow("selection")),
    ("subscription_all_once", lambda: follow_twice("all")),
    ("subscription_document_once", lambda: follow_twice("document", document=make_document())),
    (
        "subscription_organisation_once",
        lambda: follow_twice("organisation", organisation=make_organisation()),
    ),
    ("subscription_measure_once", lambda: follow_twice("measure", measure=make_measure())),
    ("subscription_selection_once", lambda: follow_twice("selection", query="q=x")),
    ("digest_once_a_period", mail_twice),
    ("digest_kind_known", lambda: make_mail(kind="chain_letter")),
    ("digest_state_known", lambda: make_mail(state="lost")),
    ("digest_sent_at_a_time", lambda: make_mail(state="sent", sent_at=None)),
    ("digest_sent_at_a_time", lambda: make_mail(sent_at=NOW)),
    ("digest_sent_by_somebody", lambda: make_mail(state="sending", claimed_at=NOW)),
    ("digest_sent_by_somebody", lambda: make_mail(state="sending", claim="x")),
    ("digest_planned_for_a_time", lambda: make_mail(due_at=None)),
    ("digest_failed_with_a_reason", lambda: make_mail(state="failed")),
    ("digest_window_has_length", lambda: make_mail(since=NOW, until=NOW)),
    ("reminder_once_a_stage", remind_twice),
    ("reminder_stage_known", lambda: remind(stage="someday")),
    (USED, lambda: link(used_at=NOW)),
    (USED, lambda: link(answer="uendret")),
    (USED, lambda: link(update=make_update(make_measure()))),
    (USED, lambda: link(used_at=NOW, answer="kanskje", update=make_update(make_measure()))),
    ("answer_link_expires_later", lambda: link(expires_at=NOW)),
]
#: SQLite names the columns and not the constraint when a value is there twice.
ON_SQLITE = {
    "subscription_all_once": "subscription.recipient_id$",
    "subscription_document_once": "subscription.recipient_id, measures_subscription.document_id",
    "subscription_organisation_once": "measures_subscription.organisation_id",
    "subscription_measure_once": "subscription.recipient_id, measures_subscription.measure_id",
    "subscription_selection_once": "subscription.recipient_id, measures_subscription.query",
    "digest_once_a_period": "digest.kind, measures_digest.period",
    "reminder_once_a_stage": "reminder.due_on, measures_reminder.stage",
}


@pytest.mark.parametrize(("constraint", "break_it"), BROKEN)
def test_the_database_refuses_a_broken_rule(constraint: str, break_it: Callable[[], Any]) -> None:
    on_sqlite = connection.vendor == "sqlite"
    with refused(ON_SQLITE.get(constraint, constraint) if on_sqlite else constraint):
        break_it()


def test_what_is_told_in_another_period_or_way_is_another_mail() -> None:
    first = make_mail()
    make_mail(recipient=first.recipient, kind="reminder", period=first.period)
    make_mail(recipient=first.recipient)
    make_mail(period=first.period)
    assert Digest.objects.count() == 4


def test_one_recipient_may_follow_many_things_each_once() -> None:
    recipient = make_recipient()
    follow("all", recipient=recipient)
    for _n in range(2):
        follow("measure", recipient=recipient, measure=make_measure())
        follow("document", recipient=recipient, document=make_document())
        follow("organisation", recipient=recipient, organisation=make_organisation())
    follow("selection", recipient=recipient, query="q=x")
    follow("selection", recipient=recipient, query="q=y")
    follow("all")
    assert Subscription.objects.count() == 10
