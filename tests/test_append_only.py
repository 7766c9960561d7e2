"""What the database itself refuses, whoever asks: changes of what is published, broken rules."""

from __future__ import annotations

import datetime
import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from measures.models import (
    Ask,
    Chapter,
    Deadline,
    Document,
    Event,
    Evidence,
    Indicator,
    IndicatorValue,
    Measure,
    MeasureLink,
    Owner,
    Priority,
    StatusUpdate,
    Theme,
)
from stakeholders.models import Organisation
from tests.make import (
    make_deadline,
    make_document,
    make_measure,
    make_organisation,
    make_theme,
    make_update,
)

pytestmark = pytest.mark.django_db

FINAL = "a published status update never changes"
FINAL_EVIDENCE = "the evidence of a published status update never changes"
NEEDS_EVIDENCE = "completed needs evidence"
ONLY_ADDED = "are only added, never changed"
DAY = datetime.date(2024, 5, 17)


@contextmanager
def refused(reason: str = "") -> Iterator[None]:
    """Expect the database to refuse, for this reason."""
    with pytest.raises(IntegrityError, match=reason), transaction.atomic():
        yield


def make_draft(measure: Measure, **fields: Any) -> StatusUpdate:
    return StatusUpdate.objects.create(
        **{
            "key": f"{measure.ref}-utkast-{StatusUpdate.objects.count()}",
            "measure": measure,
            "date": DAY,
            "precision": "day",
            "origin": "public_source",
            "summary": "Noe skjedde.",
        }
        | fields
    )


def make_evidence(update: StatusUpdate, **fields: Any) -> Evidence:
    defaults = {"update": update, "title": "Kilde", "publisher": "X", "publisher_kind": "press"}
    return Evidence.objects.create(**defaults | fields)


def sql(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


# --- Published status updates ----------------------------------------------------------------


def test_every_trigger_is_there_after_all_migrations() -> None:
    rules = importlib.import_module("measures.migrations.0003_append_only").RULES
    names = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    with connection.cursor() as cursor:
        cursor.execute(names)
        there = {name for (name,) in cursor.fetchall()}
    assert {rule[0] for rule in rules} <= there
    assert len(rules) == 11


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
    draft = make_draft(make_measure())
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
    draft = make_draft(make_measure())
    mine = make_evidence(draft)
    with refused(FINAL_EVIDENCE):
        Evidence.objects.filter(pk=mine.pk).update(update=update)
    with refused(FINAL_EVIDENCE):
        Evidence.objects.filter(update=update).update(update=draft)


def test_completed_needs_evidence_before_it_is_published() -> None:
    draft = make_draft(make_measure(), status="completed")
    with refused(NEEDS_EVIDENCE):
        StatusUpdate.objects.filter(pk=draft.pk).update(published_at=timezone.now())
    with refused(NEEDS_EVIDENCE):
        make_draft(make_measure(), status="completed", published_at=timezone.now())
    make_evidence(draft)
    assert StatusUpdate.objects.filter(pk=draft.pk).update(published_at=timezone.now()) == 1


def test_evidence_of_another_update_does_not_count() -> None:
    measure = make_measure()
    make_evidence(make_draft(measure))
    draft = make_draft(measure, status="completed")
    with refused(NEEDS_EVIDENCE):
        StatusUpdate.objects.filter(pk=draft.pk).update(published_at=timezone.now())


def test_other_statuses_can_be_published_without_evidence() -> None:
    make_draft(make_measure(), status="in_progress", published_at=timezone.now())
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


# --- Constraints -----------------------------------------------------------------------------


def owner(measure: Measure, role: str = "lead", **fields: Any) -> Owner:
    defaults = {"measure": measure, "organisation": make_organisation(), "role": role}
    return Owner.objects.create(**defaults | fields)


def link(**ends: Any) -> MeasureLink:
    defaults = {"kind": "related", "reason": "Fordi", "basis": "same_subject"}
    return MeasureLink.objects.create(**defaults | ends)


def two_leads() -> None:
    measure = make_measure()
    owner(measure)
    owner(measure)


def owner_twice() -> None:
    first = owner(make_measure())
    owner(first.measure, "contributor", organisation=first.organisation)


def link_twice() -> None:
    earlier, later = make_measure(), make_measure()
    link(earlier_measure=earlier, later_measure=later)
    link(earlier_measure=earlier, later_measure=later)


def document_link_twice() -> None:
    earlier, later = make_document(), make_document()
    link(earlier_document=earlier, later_document=later)
    link(earlier_document=earlier, later_document=later)


def link_measure_to_itself() -> None:
    measure = make_measure()
    link(earlier_measure=measure, later_measure=measure)


def link_document_to_itself() -> None:
    document = make_document()
    link(earlier_document=document, later_document=document)


def link_with_both_ends() -> None:
    link(
        earlier_measure=make_measure(),
        earlier_document=make_document(),
        later_measure=make_measure(),
    )


def carried_to_itself() -> None:
    measure = make_measure()
    make_draft(measure, status="carried_over", carried_to=measure)


def deadline_twice() -> None:
    measure = make_measure()
    make_deadline(measure, "2026")
    make_deadline(measure, "2026-12-31")


def indicator_value(**fields: Any) -> IndicatorValue:
    indicator, _made = Indicator.objects.get_or_create(key="x", name="X", unit="antall")
    defaults = {"indicator": indicator, "value_type": "actual", "publisher": "SSB", "value": 1}
    return IndicatorValue.objects.create(**defaults | fields)


def value_twice(**fields: Any) -> None:
    indicator_value(**fields)
    indicator_value(**fields)


def chapter_twice() -> None:
    document = make_document()
    for _n in range(2):
        Chapter.objects.create(document=document, letter="A", title="Kapittel")


def priority_twice() -> None:
    organisation, measure = make_organisation(), make_measure()
    for _n in range(2):
        Priority.objects.create(
            organisation=organisation,
            measure=measure,
            level="selected",
            stated_on=DAY,
            source_name="Kilde",
        )


def evidence_twice() -> None:
    draft = make_draft(make_measure())
    make_evidence(draft)
    make_evidence(draft)


def ask(**fields: Any) -> Ask:
    defaults = {"key": "A", "organisation": make_organisation(), "kind": "wish", "title": "Ønske"}
    return Ask.objects.create(**defaults | fields)


def draft(**fields: Any) -> StatusUpdate:
    return make_draft(make_measure(), **fields)


def public_source_of_an_owner() -> StatusUpdate:
    return draft(origin="public_source", organisation=make_organisation())


BROKEN: list[tuple[str, Callable[[], Any]]] = [
    ("owner_one_lead", two_leads),
    ("owner_once", owner_twice),
    ("owner_role_known", lambda: owner(make_measure(), "boss")),
    ("link_measures_once", link_twice),
    ("link_documents_once", document_link_twice),
    ("link_not_to_itself", link_measure_to_itself),
    ("link_not_to_itself", link_document_to_itself),
    ("link_one_earlier_end", link_with_both_ends),
    ("link_one_earlier_end", lambda: link(later_measure=make_measure())),
    ("link_one_later_end", lambda: link(earlier_measure=make_measure())),
    ("update_carried_over_names_measure", lambda: draft(status="carried_over")),
    ("update_not_carried_to_itself", carried_to_itself),
    ("update_discontinued_gives_reason", lambda: draft(status="discontinued")),
    ("update_says_something", lambda: draft(summary="")),
    ("update_by_owner_names_owner", lambda: draft(origin="report")),
    ("update_by_owner_names_owner", lambda: draft(origin="confirmation")),
    ("update_status_known", lambda: draft(status="done")),
    ("update_outlook_known", lambda: draft(outlook="green")),
    ("update_origin_known", lambda: draft(origin="rumour")),
    ("update_confidence_known", lambda: draft(confidence="low")),
    ("update_precision_known", lambda: draft(precision="week")),
    ("update_starts_its_period", lambda: draft(precision="year", date=DAY)),
    ("update_starts_its_period", lambda: draft(precision="month", date=DAY)),
    ("update_public_source_is_no_owners_word", public_source_of_an_owner),
    ("update_language_known", lambda: draft(language="xx")),
    ("measure_ref_can_stand_in_an_address", lambda: make_measure(ref="VK 1/2")),
    ("evidence_once", evidence_twice),
    ("evidence_publisher_kind_known", lambda: make_evidence(draft(), publisher_kind="blog")),
    ("deadline_stated_once", deadline_twice),
    ("value_says_something", lambda: indicator_value(value=None)),
    ("value_once", lambda: value_twice(year=2024)),
    ("value_without_year_once", value_twice),
    ("value_stated_with_precision", lambda: indicator_value(stated_on=DAY)),
    ("value_type_known", lambda: indicator_value(value_type="guess")),
    ("chapter_letter_unique", chapter_twice),
    ("priority_once", priority_twice),
    ("ask_kind_known", lambda: ask(kind="demand")),
    ("document_kind_known", lambda: make_document(kind="letter")),
    ("document_announces_measures", lambda: make_document(announced_measures=0)),
    ("theme_origin_known", lambda: make_theme(origin="theirs")),
    ("measure_wording_known", lambda: make_measure(wording="guess")),
    ("measure_status_comes_from_an_update", lambda: make_measure(status="completed")),
    ("measure_due_date_comes_from_a_deadline", lambda: make_measure(due_on=DAY)),
    ("organisation_kind_known", lambda: make_organisation(kind="friends")),
]
#: SQLite names the columns and not the constraint when a value is there twice.
ON_SQLITE = {
    "owner_one_lead": "owner.measure_id",
    "owner_once": "owner.measure_id, measures_owner.organisation_id",
    "link_measures_once": "measurelink.earlier_measure_id, measures_measurelink.later_measure_id",
    "link_documents_once": "earlier_document_id, measures_measurelink.later_document_id",
    "evidence_once": "evidence.update_id, measures_evidence.url, measures_evidence.title",
    "deadline_stated_once": "deadline.measure_id, measures_deadline.stated_on",
    "value_once": "indicatorvalue.year",
    "value_without_year_once": "indicatorvalue.publisher",
    "chapter_letter_unique": "chapter.document_id, measures_chapter.letter",
    "priority_once": "priority.organisation_id, measures_priority.measure_id",
}


@pytest.mark.parametrize(("constraint", "break_it"), BROKEN)
def test_the_database_refuses_a_broken_rule(constraint: str, break_it: Callable[[], Any]) -> None:
    make_document()
    make_theme()
    on_sqlite = connection.vendor == "sqlite"
    with refused(ON_SQLITE.get(constraint, constraint) if on_sqlite else constraint):
        break_it()


@pytest.mark.parametrize("model", [Document, Organisation, Theme, Measure])
def test_what_others_stand_on_cannot_be_deleted(model: Any) -> None:
    make_update(make_measure())
    owner(Measure.objects.get())
    with pytest.raises(Exception, match="protected"):
        model.objects.all().delete()


def test_two_measures_may_each_have_a_lead_and_many_contributors() -> None:
    for _n in range(2):
        measure = make_measure()
        owner(measure)
        owner(measure, "contributor")
        owner(measure, "contributor")
    assert Owner.objects.count() == 6
