"""What the database itself refuses, whoever asks: changes of what is published, broken rules."""

from __future__ import annotations

import datetime
import importlib
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from measures.models import Deadline, Document, Event, Evidence, Measure, Owner, StatusUpdate, Theme
from stakeholders.models import Organisation
from tests.make import make_deadline, make_measure, make_organisation, make_update
from tests.refusals import DAY, make_evidence, make_unpublished, refused

pytestmark = pytest.mark.django_db

FINAL = "a published status update never changes"
FINAL_EVIDENCE = "the evidence of a published status update never changes"
NEEDS_EVIDENCE = "completed needs evidence"
ONLY_ADDED = "are only added, never changed"


def sql(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


# --- Published status updates ----------------------------------------------------------------


def test_every_trigger_is_there_after_all_migrations() -> None:
    names_of = ("0003_append_only", "0011_rules_across_rows")
    migrations = [importlib.import_module(f"measures.migrations.{name}") for name in names_of]
    rules = [rule for migration in migrations for rule in migration.RULES]
    names = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    with connection.cursor() as cursor:
        cursor.execute(names)
        there = {name for (name,) in cursor.fetchall()}
    assert {rule[0] for rule in rules} <= there
    assert len(rules) == 16


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("summary", "Noe annet"),
        ("status", "discontinued"),
        ("date", datetime.date(2020, 1, 1)),
        ("precision", "year"),
        ("published_at", None),
        ("key", "en-annen"),
    ],
)
def test_a_published_update_cannot_be_changed(field: str, value: Any) -> None:
    update = make_update(make_measure())
    with refused(FINAL):
        StatusUpdate.objects.filter(pk=update.pk).update(**{field: value})
    setattr(update, field, value)
    with refused(FINAL):
        update.save()
    assert getattr(StatusUpdate.objects.get(pk=update.pk), field) != value


def test_a_published_update_cannot_be_moved_by_plain_sql_or_deleted() -> None:
    update, other = make_update(make_measure()), make_measure()
    with refused(FINAL):
        sql("UPDATE measures_statusupdate SET measure_id = %s", other.pk)
    with refused(FINAL):
        sql("DELETE FROM measures_statusupdate WHERE id = %s", update.pk)
    with refused(FINAL):
        StatusUpdate.objects.bulk_create(
            [StatusUpdate(**{**row, "summary": "Nytt"}) for row in stored(update)],
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["summary"],
        )
    assert StatusUpdate.objects.get(pk=update.pk).summary == update.summary


def stored(update: StatusUpdate) -> list[dict[str, Any]]:
    columns = ["key", "measure_id", "date", "precision", "origin"]
    return list(StatusUpdate.objects.filter(pk=update.pk).values(*columns))


def test_a_draft_can_be_changed_and_deleted() -> None:
    draft = make_unpublished(make_measure())
    make_evidence(draft).delete()
    draft.summary = "Bedre sagt"
    draft.save()
    draft.delete()
    assert not StatusUpdate.objects.exists()


def test_evidence_of_a_published_update_cannot_be_touched() -> None:
    update = make_update(make_measure())
    evidence = update.evidence.get()
    with refused(FINAL_EVIDENCE):
        make_evidence(update)
    with refused(FINAL_EVIDENCE):
        Evidence.objects.update(title="Noe annet")
    with refused(FINAL_EVIDENCE):
        evidence.delete()
    assert [e.title for e in update.evidence.all()] == [evidence.title]


def test_evidence_cannot_be_moved_to_or_from_a_published_update() -> None:
    update = make_update(make_measure())
    draft = make_unpublished(make_measure())
    mine = make_evidence(draft)
    with refused(FINAL_EVIDENCE):
        Evidence.objects.filter(pk=mine.pk).update(update=update)
    with refused(FINAL_EVIDENCE):
        Evidence.objects.filter(update=update).update(update=draft)


def test_completed_needs_evidence_before_it_is_published() -> None:
    draft = make_unpublished(make_measure(), status="completed")
    with refused(NEEDS_EVIDENCE):
        StatusUpdate.objects.filter(pk=draft.pk).update(published_at=timezone.now())
    with refused(NEEDS_EVIDENCE):
        make_unpublished(make_measure(), status="completed", published_at=timezone.now())
    make_evidence(draft)
    assert StatusUpdate.objects.filter(pk=draft.pk).update(published_at=timezone.now()) == 1


def test_evidence_of_another_update_does_not_count() -> None:
    measure = make_measure()
    make_evidence(make_unpublished(measure))
    draft = make_unpublished(measure, status="completed")
    with refused(NEEDS_EVIDENCE):
        StatusUpdate.objects.filter(pk=draft.pk).update(published_at=timezone.now())


def test_other_statuses_can_be_published_without_evidence() -> None:
    make_unpublished(make_measure(), status="in_progress", published_at=timezone.now())
    assert StatusUpdate.objects.published().count() == 1


# --- Deadlines and events --------------------------------------------------------------------


def test_a_deadline_cannot_be_changed_or_deleted() -> None:
    deadline = make_deadline(make_measure(), "2026")
    with refused(ONLY_ADDED):
        Deadline.objects.update(due_on=DAY)
    with refused(ONLY_ADDED):
        deadline.save()
    Measure.objects.update(current_deadline=None, due_on=None)
    with refused(ONLY_ADDED):
        deadline.delete()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's own")
def test_a_deadline_cannot_be_replaced() -> None:
    deadline = make_deadline(make_measure(), "2026")
    sql = "INSERT OR REPLACE INTO measures_deadline SELECT * FROM measures_deadline WHERE id = %s"
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [deadline.pk])


def test_an_event_cannot_be_changed_or_deleted() -> None:
    event = Event.objects.create(verb="created", subject="measure", subject_key="X-1")
    with refused(ONLY_ADDED):
        Event.objects.update(changes={"title": ["a", "b"]})
    with refused(ONLY_ADDED):
        event.save()
    with refused(ONLY_ADDED):
        event.delete()
    assert Event.objects.get().changes == {}


def test_an_update_is_told_of_once() -> None:
    update = make_update(make_measure())
    with refused("event_update_published_once|UNIQUE"):
        Event.objects.create(
            verb="published",
            subject="status_update",
            subject_key=update.key,
            measure=update.measure,
            update=update,
            happened_on=DAY,
        )


# --- What others stand on ---------------------------------------------------------------------


@pytest.mark.parametrize("model", [Document, Organisation, Theme, Measure])
def test_what_others_stand_on_cannot_be_deleted(model: Any) -> None:
    make_update(make_measure())
    measure = Measure.objects.get()
    Owner.objects.create(measure=measure, organisation=make_organisation(), role="lead")
    with pytest.raises(Exception, match="protected"):
        model.objects.all().delete()
