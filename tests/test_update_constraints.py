"""Rules that the database itself holds, whoever writes: status updates, evidence and rounds."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from measures.models import Evidence, Round, RoundMeasure, StatusUpdate
from stakeholders.models import User
from tests.make import (
    make_document,
    make_measure,
    make_organisation,
    make_theme,
    make_update,
    make_user,
)
from tests.refusals import DAY, make_evidence, make_unpublished, refused

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def sourced(**fields: Any) -> StatusUpdate:
    """From a public source; `fields` say what is wrong with it."""
    return make_unpublished(make_measure(), **fields)


def written(**fields: Any) -> StatusUpdate:
    """A reporter's draft; `fields` say what is wrong with it."""
    defaults: dict[str, Any] = {"origin": "report", "author": make_user()}
    if "organisation" not in fields:
        defaults["organisation"] = make_organisation()
    return sourced(**defaults | fields)


def handed_in(**fields: Any) -> StatusUpdate:
    return written(submitted_at=NOW, **fields)


def published(**fields: Any) -> StatusUpdate:
    return written(published_at=NOW, **fields)


def correction(replaced: StatusUpdate, **fields: Any) -> StatusUpdate:
    """A draft that corrects; `fields` say what is wrong with it."""
    defaults: dict[str, Any] = {"origin": "correction", "replaces": replaced}
    defaults["author"] = make_user()
    measure = fields.pop("measure", replaced.measure)
    return make_unpublished(measure, **defaults | fields)


def said() -> StatusUpdate:
    """A published update, to be corrected."""
    return make_update(make_measure())


def carried_to_itself() -> None:
    measure = make_measure()
    make_unpublished(measure, status="carried_over", carried_to=measure)


def approved_by_its_author() -> None:
    person = make_user()
    published(author=person, approved_by=person)


def returned_with(**fields: Any) -> None:
    """Return with these of the three things that a return needs."""
    written(**fields)


def two_drafts() -> None:
    author, measure = make_user(), make_measure()
    for _n in range(2):
        make_unpublished(measure, origin="report", author=author, organisation=make_organisation())


def two_drafts_of_a_correction() -> None:
    author, replaced = make_user(), said()
    for _n in range(2):
        correction(replaced, author=author)


def corrected_twice() -> None:
    replaced = said()
    for _n in range(2):
        correction(replaced, correction_note="Feil", published_at=NOW, approved_by=make_user())


def evidence_twice() -> None:
    update = sourced()
    make_evidence(update)
    make_evidence(update)


def evidence_file(**fields: Any) -> Evidence:
    """An uploaded file; `fields` say what is wrong with it."""
    defaults = {"file": "evidence/1", "file_name": "notat.pdf", "size": 7}
    return make_evidence(sourced(), **defaults | fields)


def make_round(opens: int = 1, due: int = 2, closes: int = 3, **fields: Any) -> Round:
    """A round between days of May."""
    days = {"opens_on": opens, "due_on": due, "closes_on": closes}
    dates = {name: datetime.date(2026, 5, day) for name, day in days.items()}
    return Round.objects.create(key="vår", name="Vår", opened_by=make_user(), **dates | fields)


def asked_twice() -> None:
    chosen, measure, organisation = make_round(), make_measure(), make_organisation()
    for _n in range(2):
        RoundMeasure.objects.create(round=chosen, measure=measure, organisation=organisation)


BROKEN: list[tuple[str, Callable[[], Any]]] = [
    ("update_carried_over_names_measure", lambda: sourced(status="carried_over")),
    ("update_not_carried_to_itself", carried_to_itself),
    ("update_discontinued_gives_reason", lambda: sourced(status="discontinued")),
    ("update_says_something", lambda: sourced(summary="")),
    ("update_by_owner_names_owner", lambda: written(organisation=None)),
    ("update_by_owner_names_owner", lambda: written(origin="confirmation", organisation=None)),
    ("update_status_known", lambda: sourced(status="done")),
    ("update_outlook_known", lambda: sourced(outlook="green")),
    ("update_origin_known", lambda: sourced(origin="rumour")),
    ("update_confidence_known", lambda: sourced(confidence="low")),
    ("update_precision_known", lambda: sourced(precision="week")),
    ("update_starts_its_period", lambda: sourced(precision="year", date=DAY)),
    ("update_starts_its_period", lambda: sourced(precision="month", date=DAY)),
    (
        "update_public_source_is_no_owners_word",
        lambda: sourced(origin="public_source", organisation=make_organisation()),
    ),
    ("update_language_known", lambda: sourced(language="xx")),
    ("update_reason_kind_known", lambda: sourced(reason_kind="weather")),
    # The way to the public
    ("update_not_approved_by_its_author", approved_by_its_author),
    ("update_published_by_a_colleague", published),
    ("update_published_by_a_colleague", lambda: written(publish_at=NOW)),
    (
        "update_published_by_a_colleague",
        lambda: published(author=None, approved_by=make_user()),
    ),
    (
        "update_published_by_a_colleague",
        lambda: correction(said(), correction_note="Feil", published_at=NOW),
    ),
    ("update_confirmed_by_somebody", lambda: written(origin="confirmation", author=None)),
    ("update_is_readable_when_submitted", lambda: handed_in(typed={"date": "mai"})),
    ("update_is_readable_when_submitted", lambda: sourced(typed={"date": "mai"})),
    ("update_returned_with_a_note", lambda: returned_with(return_note="Nei")),
    ("update_returned_with_a_note", lambda: returned_with(returned_by=make_user())),
    ("update_returned_with_a_note", lambda: returned_with(returned_at=NOW, return_note="Nei")),
    (
        "update_returned_with_a_note",
        lambda: returned_with(returned_at=NOW, returned_by=make_user()),
    ),
    ("update_one_draft_a_writer", two_drafts),
    # A new deadline
    ("update_new_deadline_gives_reason", lambda: written(new_due_on=DAY)),
    ("update_new_deadline_gives_reason", lambda: written(new_due_precision="day")),
    (
        "update_new_deadline_gives_reason",
        lambda: written(new_due_on=DAY, new_due_precision="week"),
    ),
    (
        "update_new_deadline_gives_reason",
        lambda: handed_in(new_due_on=DAY, new_due_precision="day"),
    ),
    # Corrections
    (
        "update_correction_replaces_and_says_why",
        lambda: written(origin="correction", correction_note="Feil"),
    ),
    (
        "update_correction_replaces_and_says_why",
        lambda: correction(said(), origin="report", organisation=make_organisation()),
    ),
    ("update_correction_replaces_and_says_why", lambda: written(correction_note="Feil")),
    (
        "update_correction_replaces_and_says_why",
        lambda: correction(said(), submitted_at=NOW),
    ),
    ("update_one_correction_a_writer", two_drafts_of_a_correction),
    ("update_corrected_once", corrected_twice),
    # Evidence
    ("evidence_once", evidence_twice),
    ("evidence_language_known", lambda: make_evidence(sourced(), language="xx")),
    ("evidence_publisher_kind_known", lambda: make_evidence(sourced(), publisher_kind="blog")),
    ("evidence_is_an_address_or_a_file", lambda: evidence_file(url="https://example.no/")),
    ("evidence_is_an_address_or_a_file", lambda: evidence_file(file_name="")),
    ("evidence_is_an_address_or_a_file", lambda: evidence_file(size=0)),
    ("evidence_is_an_address_or_a_file", lambda: evidence_file(file="")),
    ("evidence_is_an_address_or_a_file", lambda: make_evidence(sourced(), sha256="0" * 64)),
    ("evidence_is_an_address_or_a_file", lambda: make_evidence(sourced(), media_type="x/y")),
    # Rounds
    ("round_opens_is_due_closes", lambda: make_round(opens=3)),
    ("round_opens_is_due_closes", lambda: make_round(due=4)),
    ("round_asks_once", asked_twice),
]
#: SQLite names the columns and not the constraint when a value is there twice.
ON_SQLITE = {
    "update_one_draft_a_writer": "statusupdate.measure_id, measures_statusupdate.author_id",
    "update_one_correction_a_writer": "statusupdate.replaces_id, measures_statusupdate.author_id",
    "update_corrected_once": "statusupdate.replaces_id$",
    "evidence_once": "evidence.update_id, measures_evidence.url, measures_evidence.title",
    "round_asks_once": "roundmeasure.round_id, measures_roundmeasure.measure_id",
}


@pytest.mark.parametrize(("constraint", "break_it"), BROKEN)
def test_the_database_refuses_a_broken_rule(constraint: str, break_it: Callable[[], Any]) -> None:
    make_document()
    make_theme()
    on_sqlite = connection.vendor == "sqlite"
    with refused(ON_SQLITE.get(constraint, constraint) if on_sqlite else constraint):
        break_it()


# --- Rules across rows -----------------------------------------------------------------------

OWN_MEASURE = "a correction replaces a published update of its own measure"


def test_a_correction_replaces_what_was_said_of_its_own_measure() -> None:
    replaced, other = said(), make_measure()
    with refused(OWN_MEASURE):
        correction(replaced, measure=other)
    draft = correction(replaced)
    for wrong in ({"measure": other}, {"replaces": said()}):
        with refused(OWN_MEASURE):
            StatusUpdate.objects.filter(pk=draft.pk).update(**wrong)


def test_a_correction_replaces_what_is_published() -> None:
    with refused(OWN_MEASURE):
        correction(handed_in())


# --- What the rules leave free ---------------------------------------------------------------

HALF: list[dict[str, Any]] = [
    {"summary": ""},
    {"status": "carried_over"},
    {"status": "discontinued"},
    {"new_due_on": DAY, "new_due_precision": "day"},
    {"typed": {"date": "17. m"}},
]


@pytest.mark.parametrize("fields", HALF)
def test_a_draft_may_be_half_done_until_it_is_handed_in(fields: dict[str, Any]) -> None:
    draft = written(**fields)
    assert StatusUpdate.objects.get(pk=draft.pk).state == "draft"
    with refused("update_"):
        StatusUpdate.objects.filter(pk=draft.pk).update(submitted_at=NOW)


def test_a_correction_may_be_half_done_until_it_is_handed_in() -> None:
    draft = correction(said())
    with refused("update_correction_replaces_and_says_why"):
        StatusUpdate.objects.filter(pk=draft.pk).update(submitted_at=NOW)


def test_a_writer_may_have_drafts_of_several_measures_and_corrections_beside_them() -> None:
    author, owner, replaced = make_user(), make_organisation(), said()
    for measure in (replaced.measure, make_measure()):
        make_unpublished(measure, origin="report", author=author, organisation=owner)
    correction(replaced, author=author)
    make_unpublished(replaced.measure, origin="report", author=make_user(), organisation=owner)
    assert StatusUpdate.objects.written_by(author).count() == 3


def test_what_is_handed_in_makes_room_for_a_new_draft() -> None:
    author, owner, measure = make_user(), make_organisation(), make_measure()
    own: dict[str, Any] = {"origin": "report", "author": author, "organisation": owner}
    make_unpublished(measure, **own, submitted_at=NOW)
    make_unpublished(measure, **own)
    assert StatusUpdate.objects.written_by(author).count() == 2


def test_an_owner_confirms_without_words_and_without_a_colleague() -> None:
    confirmation = published(origin="confirmation", summary="")
    assert confirmation in StatusUpdate.objects.published()


def test_a_colleague_publishes_a_report_or_sets_the_time() -> None:
    approver: User = make_user()
    assert published(approved_by=approver) in StatusUpdate.objects.published()
    scheduled = written(approved_by=approver, publish_at=NOW)
    assert StatusUpdate.objects.get(pk=scheduled.pk).state == "scheduled"


def test_a_correction_that_waits_does_not_keep_another_from_being_published() -> None:
    replaced = said()
    correction(replaced, correction_note="Feil", submitted_at=NOW)
    correction(replaced, correction_note="Feil", published_at=NOW, approved_by=make_user())
    assert replaced not in StatusUpdate.objects.standing()
