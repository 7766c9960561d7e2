"""Rules that the database itself holds, whoever writes: every constraint of the record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from measures.models import (
    Ask,
    Chapter,
    Deadline,
    Event,
    Indicator,
    IndicatorValue,
    Measure,
    MeasureLink,
    Owner,
    Priority,
)
from tests import test_comment_constraints, test_mail_constraints, test_update_constraints
from tests.make import (
    make_deadline,
    make_document,
    make_measure,
    make_organisation,
    make_theme,
    make_update,
    make_user,
)
from tests.refusals import DAY, refused

pytestmark = pytest.mark.django_db


def owner(measure: Measure, role: str = "lead", **fields: Any) -> Owner:
    defaults = {"measure": measure, "organisation": make_organisation(), "role": role}
    return Owner.objects.create(**defaults | fields)


def link(**ends: Any) -> MeasureLink:
    defaults = {"kind": "related", "reason": "Fordi", "basis": "same_subject"}
    return MeasureLink.objects.create(**defaults | ends)


def closed(**fields: Any) -> Measure:
    return make_measure(reporting_closed_on=DAY, **fields)


def stands(**fields: Any) -> None:
    """Write where a measure stands by hand."""
    measure = make_update(make_measure()).measure
    Measure.objects.filter(pk=measure.pk).update(**fields)


def two_leads() -> None:
    measure = make_measure()
    owner(measure)
    owner(measure)


def owner_twice() -> None:
    first = owner(make_measure())
    owner(first.measure, "contributor", organisation=first.organisation)


End = Callable[[], Any]


def linked(earlier: End, later: End, *, back: bool) -> None:
    """Link two ends, and then once more: the same way, or back."""
    ends = [
        (earlier.__name__.removeprefix("make_"), earlier()),
        (later.__name__.removeprefix("make_"), later()),
    ]
    for pair in (ends, ends[::-1] if back else ends):
        (first, one), (last, other) = pair
        link(**{f"earlier_{first}": one, f"later_{last}": other})


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


def deadline_twice() -> None:
    measure = make_measure()
    make_deadline(measure, "2026")
    make_deadline(measure, "2026-12-31")


def deadline(**fields: Any) -> Deadline:
    defaults = {"measure": make_measure(), "due_on": DAY, "precision": "day", "stated_on": DAY}
    return Deadline.objects.create(
        **defaults | {"reason": "Fordi", "source_name": "Kilde"} | fields
    )


def event(**fields: Any) -> Event:
    return Event.objects.create(**{"verb": "created", "subject": "x", "subject_key": "1"} | fields)


def told_twice() -> None:
    update = make_update(make_measure())
    told = {"update": update, "measure": update.measure, "happened_on": DAY}
    event(verb="published", **told)


def ends() -> dict[str, Any]:
    return {"earlier_measure": make_measure(), "later_measure": make_measure()}


def priority(**fields: Any) -> Priority:
    defaults = {"organisation": make_organisation(), "measure": make_measure()}
    stated = {"level": "selected", "stated_on": DAY, "source_name": "Kilde"}
    return Priority.objects.create(**defaults | stated | fields)


def indicator(**fields: Any) -> Indicator:
    one = {"key": "x", "name": "X", "unit": "antall"}
    return Indicator.objects.get_or_create(**one | fields)[0]


def indicator_value(**fields: Any) -> IndicatorValue:
    defaults = {"indicator": indicator(), "value_type": "actual", "publisher": "SSB", "value": 1}
    return IndicatorValue.objects.create(**defaults | fields)


def value_twice(**fields: Any) -> None:
    indicator_value(**fields)
    indicator_value(**fields)


def chapter_twice() -> None:
    document = make_document()
    for _n in range(2):
        Chapter.objects.create(document=document, letter="A", title="Kapittel")


def priority_twice() -> None:
    first = priority()
    priority(organisation=first.organisation, measure=first.measure)


def ask(**fields: Any) -> Ask:
    defaults = {"key": "A", "organisation": make_organisation(), "kind": "wish", "title": "Ønske"}
    return Ask.objects.create(**defaults | fields)


BROKEN: list[tuple[str, Callable[[], Any]]] = [
    ("owner_one_lead", two_leads),
    ("owner_once", owner_twice),
    ("owner_role_known", lambda: owner(make_measure(), "boss")),
    ("link_not_to_itself", link_measure_to_itself),
    ("link_not_to_itself", link_document_to_itself),
    ("link_kind_known", lambda: link(**ends(), kind="rhymes_with")),
    ("link_basis_known", lambda: link(**ends(), basis="hearsay")),
    ("link_one_earlier_end", link_with_both_ends),
    ("link_one_earlier_end", lambda: link(later_measure=make_measure())),
    ("link_one_later_end", lambda: link(earlier_measure=make_measure())),
    ("measure_ref_can_stand_in_an_address", lambda: make_measure(ref="VK 1/2")),
    ("deadline_stated_once", deadline_twice),
    ("deadline_precision_known", lambda: deadline(precision="week")),
    ("value_says_something", lambda: indicator_value(value=None)),
    ("value_once", lambda: value_twice(year=2024)),
    ("value_without_year_once", value_twice),
    ("value_stated_with_precision", lambda: indicator_value(stated_on=DAY)),
    ("value_type_known", lambda: indicator_value(value_type="guess")),
    ("chapter_letter_unique", chapter_twice),
    ("priority_once", priority_twice),
    ("priority_level_known", lambda: priority(level="loved")),
    ("ask_kind_known", lambda: ask(kind="demand")),
    ("document_kind_known", lambda: make_document(kind="letter")),
    ("document_language_known", lambda: make_document(language="xx")),
    ("document_announces_measures", lambda: make_document(announced_measures=0)),
    ("theme_origin_known", lambda: make_theme(origin="theirs")),
    ("measure_wording_known", lambda: make_measure(wording="guess")),
    ("measure_language_known", lambda: make_measure(language="xx")),
    ("measure_status_known", lambda: stands(status="done")),
    ("measure_outlook_known", lambda: make_measure(outlook="green")),
    ("measure_reporting_closed_with_a_reason", lambda: closed(reporting_closed_reason="")),
    (
        "measure_reporting_closed_with_a_reason",
        lambda: make_measure(reporting_closed_reason="Ferdig"),
    ),
    (
        "measure_reporting_closed_with_a_reason",
        lambda: make_measure(reporting_closed_by=make_user()),
    ),
    ("measure_status_comes_from_an_update", lambda: make_measure(status="completed")),
    ("measure_due_date_comes_from_a_deadline", lambda: make_measure(due_on=DAY)),
    ("event_verb_known", lambda: event(verb="sung")),
    ("event_published_tells_what_and_when", lambda: event(verb="published")),
    ("event_update_published_once", told_twice),
    ("indicator_direction_known", lambda: indicator(wanted_direction="left")),
    ("organisation_kind_known", lambda: make_organisation(kind="friends")),
]
#: SQLite names the columns and not the constraint when a value is there twice.
ON_SQLITE = {
    "owner_one_lead": "owner.measure_id",
    "owner_once": "owner.measure_id, measures_owner.organisation_id",
    "event_update_published_once": "event.update_id$",
    "deadline_stated_once": "deadline.measure_id, measures_deadline.stated_on",
    "value_once": "indicatorvalue.year",
    "value_without_year_once": "indicatorvalue.publisher",
    "chapter_letter_unique": "chapter.document_id, measures_chapter.letter",
    "priority_once": "priority.organisation_id, measures_priority.measure_id",
}


def test_every_rule_of_the_record_is_broken_once() -> None:
    models = apps.get_app_config("measures").get_models()
    rules = {rule.name for model in models for rule in model._meta.constraints}
    others = (test_update_constraints, test_comment_constraints, test_mail_constraints)
    named = {name for rows in (BROKEN, *(o.BROKEN for o in others)) for name, _break_it in rows}
    named |= {name for *_ends, name in ENDS}
    assert rules - named == set()


@pytest.mark.parametrize(("constraint", "break_it"), BROKEN)
def test_the_database_refuses_a_broken_rule(constraint: str, break_it: Callable[[], Any]) -> None:
    make_document()
    make_theme()
    on_sqlite = connection.vendor == "sqlite"
    with refused(ON_SQLITE.get(constraint, constraint) if on_sqlite else constraint):
        break_it()


# --- Rules across rows -----------------------------------------------------------------------

ENDS = [
    (make_measure, make_measure, "link_measures_once_one_way"),
    (make_document, make_document, "link_documents_once_one_way"),
    (make_document, make_measure, "link_document_and_measure_once_one_way"),
    (make_measure, make_document, "link_document_and_measure_once_one_way"),
]


@pytest.mark.parametrize(("earlier", "later", "constraint"), ENDS)
@pytest.mark.parametrize("back", [False, True])
def test_two_ends_are_linked_once_and_one_way(
    earlier: End, later: End, constraint: str, back: bool
) -> None:
    with refused(constraint):
        linked(earlier, later, back=back)


def test_one_end_may_have_many_links_of_every_kind() -> None:
    measure, document = make_measure(), make_document()
    for _n in range(2):
        link(earlier_measure=measure, later_measure=make_measure())
        link(earlier_measure=make_measure(), later_measure=measure)
        link(earlier_measure=measure, later_document=make_document())
        link(earlier_document=make_document(), later_measure=measure)
        link(earlier_document=document, later_document=make_document())
    link(earlier_document=document, later_measure=measure)
    assert MeasureLink.objects.count() == 11


OWN_CHAPTER = "the chapter of a measure is in its document"


def chapter(letter: str = "A") -> Chapter:
    return Chapter.objects.create(document=make_document(), letter=letter, title="Kapittel")


def test_the_chapter_of_a_measure_is_in_its_document() -> None:
    one, other = chapter(), chapter()
    with refused(OWN_CHAPTER):
        make_measure(document=one.document, chapter=other)
    measure = make_measure(document=one.document, chapter=one)
    measures = Measure.objects.filter(pk=measure.pk)
    with refused(OWN_CHAPTER):
        measures.update(chapter=other)
    with refused(OWN_CHAPTER):
        measures.update(document=other.document)
    assert measures.update(document=other.document, chapter=other) == 1
    assert measures.update(document=one.document, chapter=None) == 1


def test_a_chapter_does_not_leave_its_measures() -> None:
    used, free = chapter(), chapter("B")
    make_measure(document=used.document, chapter=used)
    with refused(OWN_CHAPTER):
        Chapter.objects.filter(pk=used.pk).update(document=free.document)
    assert Chapter.objects.filter(pk=free.pk).update(document=used.document) == 1


def test_two_measures_may_each_have_a_lead_and_many_contributors() -> None:
    for _n in range(2):
        measure = make_measure()
        owner(measure)
        owner(measure, "contributor")
        owner(measure, "contributor")
    assert Owner.objects.count() == 6
