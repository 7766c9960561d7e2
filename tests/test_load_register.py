"""Loading the register: real facts, again and again, changes, and all or nothing."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, Model
from django.test.utils import CaptureQueriesContext

from measures.actions import register as register_action
from measures.choices import Verb
from measures.exchange.plan import Plan, prepare
from measures.management.commands import load_register
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
    MeasureText,
    Owner,
    Priority,
    StatusUpdate,
    Theme,
)
from stakeholders.models import Organisation, User
from tests.make import TODAY, make_measure, make_organisation, make_update
from tests.registers import FIXTURES, Register, as_files, real_register, write_folder

pytestmark = pytest.mark.django_db

COUNTS: dict[type[Model], int] = {
    Document: 3,
    Chapter: 4,
    Measure: 61,
    Organisation: 49,
    Theme: 13,
    MeasureLink: 33,
    Deadline: 5,
    StatusUpdate: 92,
    Evidence: 92,
    Indicator: 38,
    IndicatorValue: 75,
    Ask: 19,
    Priority: 12,
    Owner: 36,
}


def counts() -> dict[type[Model], int]:
    return {model: model._default_manager.count() for model in COUNTS}


def load(folder: Path = FIXTURES, **options: Any) -> str:
    out = io.StringIO()
    call_command("load_register", folder, stdout=out, **options)
    return out.getvalue()


def write(register: Register) -> Plan:
    """Load a register and return what was planned; it must have no problems."""
    plan = prepare(as_files(register), TODAY)
    assert list(plan.problems) == []
    register_action.write_register(plan)
    return plan


def messages(register: Register) -> list[str]:
    return [str(problem) for problem in prepare(as_files(register), TODAY).problems]


def only(register: Register, *tables: str) -> Register:
    return {name: register[name] for name in tables}


def find(rows: list[dict[str, str]], **cells: str) -> dict[str, str]:
    (row,) = (r for r in rows if cells.items() <= r.items())
    return row


@pytest.fixture
def loaded() -> Register:
    """The real register, loaded; its rows to be changed and loaded again."""
    write(real_register())
    return real_register()


# --- The real facts --------------------------------------------------------------------------


def test_the_real_register_is_loaded_as_counted() -> None:
    load()
    assert counts() == COUNTS
    per_document = Document.objects.in_order().with_registered()
    assert [(d.key, d.registered, d.announced_measures) for d in per_document] == [  # type: ignore[attr-defined]
        ("meldst18", 31, 31),
        ("veikart2023", 15, 41),
        ("eksport2024", 15, 15),
    ]
    statuses = dict(Measure.objects.values_list("status").annotate(Count("pk")))
    assert statuses == {"completed": 16, "in_progress": 29, "discontinued": 1, "": 15}


def test_what_a_cell_says_is_what_is_stored() -> None:
    load()
    measure = Measure.objects.get(ref="HM-A2")
    assert measure.document.key == "meldst18"
    assert measure.chapter is not None
    assert (measure.chapter.letter, measure.theme.number) == ("A", 5)
    assert measure.number_is_official is False
    deadline = Deadline.objects.get(measure__ref="HM-D4")
    assert (str(deadline.due), str(deadline.due_on)) == ("2019", "2019-12-31")
    update = StatusUpdate.objects.get(key="HM-C7-2023-02-17")
    assert (update.status, update.amount_nok, update.origin) == (
        "discontinued",
        200_000_000,
        "public_source",
    )
    assert update.organisation is None
    coordinators = Document.objects.get(key="veikart2023").coordinators.values_list("key")
    assert {key for (key,) in coordinators} == {"nfd", "hod"}
    link = MeasureLink.objects.get(earlier_document__key="meldst18", later_measure=None)
    assert link.later_document is not None
    assert link.later_document.key == "veikart2023"


def test_every_loaded_fact_has_its_event() -> None:
    load()
    verbs = dict(Event.objects.values_list("verb").annotate(Count("pk")))
    others = sum(COUNTS.values()) - 92 - 92 - 5
    assert verbs == {Verb.PUBLISHED: 92, Verb.DEADLINE_SET: 5, Verb.CREATED: others}
    for update in StatusUpdate.objects.all():
        event = Event.objects.get(update=update)
        assert (event.verb, event.measure_id) == (Verb.PUBLISHED, update.measure_id)
        assert (event.happened_on, event.happened_precision) == (update.date, update.precision)
        assert update.published_at is not None
        assert event.at >= update.published_at
    measure = Event.objects.get(subject="measure", subject_key="HM-A1")
    assert measure.measure == Measure.objects.get(ref="HM-A1")
    deadline = Event.objects.get(subject="deadline", subject_key="HM-D4/2019-04-05/2019")
    assert str(deadline.happened_on) == "2019-04-05"


def test_loaded_measures_are_found_by_the_search() -> None:
    load()
    assert MeasureText.objects.count() == 61


def test_a_second_load_changes_nothing_and_tells_nothing() -> None:
    load()
    before = counts(), Event.objects.count()
    answer = load()
    assert (counts(), Event.objects.count()) == before
    assert "measures.csv          0 opprettet, 0 endret, 61 uendret" in answer
    assert answer.count("0 opprettet, 0 endret") == 14


def test_a_dry_run_says_the_same_and_writes_nothing() -> None:
    answer = load(dry_run=True)
    assert "measures.csv          61 opprettet, 0 endret, 0 uendret" in answer
    assert "Ingenting er skrevet" in answer
    assert set(counts().values()) == {0}


def test_what_was_changed_in_the_browser_stays_when_only_an_empty_register_is_filled() -> None:
    load(if_empty=True)
    changed = Measure.objects.filter(ref="VK-01")
    changed.update(title="Endret av en registerfører")
    assert "står som det er" in load(if_empty=True)
    assert changed.get().title == "Endret av en registerfører"


def test_the_actor_stands_in_the_events() -> None:
    steward = User.objects.create_user("steward@example.no")
    plan = prepare(as_files(real_register()), TODAY)
    register_action.write_register(plan, actor=steward)
    assert not Event.objects.exclude(actor=steward).exists()


# --- Changes ---------------------------------------------------------------------------------


def test_a_changed_cell_is_a_change_with_before_and_after(loaded: Register) -> None:
    row = find(loaded["measures"], ref="HM-A2")
    before = row["theme"], row["short_title"]
    row |= {"theme": "7", "short_title": "Nytt navn"}
    events = Event.objects.count()
    plan = write(loaded)
    assert plan.work == 1
    measure = Measure.objects.get(ref="HM-A2")
    assert (measure.theme.number, measure.short_title) == (7, "Nytt navn")
    event = Event.objects.latest("pk")
    assert Event.objects.count() == events + 1
    assert (event.verb, event.subject, event.subject_key) == ("changed", "measure", "HM-A2")
    assert event.changes == {
        "theme": [int(before[0]), 7],
        "short_title": [before[1], "Nytt navn"],
    }
    assert "nytt navn" in MeasureText.objects.get(measure=measure).title


def test_a_change_leaves_where_the_measure_stands(loaded: Register) -> None:
    standing = Measure.objects.get(ref="HM-A2").current_update
    assert standing is not None
    find(loaded["measures"], ref="HM-A2")["summary"] = "Ny forklaring"
    write(only(loaded, "measures"))
    assert Measure.objects.get(ref="HM-A2").current_update == standing


def test_an_emptied_cell_empties_the_field(loaded: Register) -> None:
    find(loaded["indicators"], key="export-income")["target_value"] = ""
    write(only(loaded, "indicators"))
    assert Indicator.objects.get(key="export-income").target_value is None
    assert Event.objects.latest("pk").changes == {"target_value": ["50", None]}


def test_sets_are_compared_as_sets(loaded: Register) -> None:
    row = find(loaded["documents"], key="veikart2023")
    row["coordinators"] = "hod|nfd"
    assert write(only(loaded, "documents")).work == 0
    row["coordinators"] = "nfd|lmi"
    assert write(only(loaded, "documents")).work == 1
    document = Document.objects.get(key="veikart2023")
    assert {o.key for o in document.coordinators.all()} == {"nfd", "lmi"}
    assert Event.objects.latest("pk").changes == {"coordinators": [["hod", "nfd"], ["lmi", "nfd"]]}


def test_a_set_can_be_emptied(loaded: Register) -> None:
    row = next(row for row in loaded["asks"] if "|" in row["measures"])
    row["measures"] = ""
    write(only(loaded, "asks"))
    assert not Ask.objects.get(key=row["key"]).measures.exists()


def test_a_measure_that_moves_takes_the_chapter_of_its_new_document(loaded: Register) -> None:
    loaded["chapters"].append(loaded["chapters"][0] | {"document": "veikart2023"})
    find(loaded["measures"], ref="HM-A2")["document"] = "veikart2023"
    write(loaded)
    measure = Measure.objects.get(ref="HM-A2")
    assert measure.chapter is not None
    assert measure.chapter.document == measure.document
    assert measure.document.key == "veikart2023"


def test_two_owners_can_change_places(loaded: Register) -> None:
    leads = loaded["owners"][:2]
    assert leads[0]["measure"] == leads[1]["measure"]
    for lead, follower in (leads, leads[::-1]):
        lead["role"], follower["role"] = "lead", "contributor"
        write(only(loaded, "owners"))
        owners = Owner.objects.filter(measure__ref=lead["measure"], role="lead")
        assert [owner.organisation.key for owner in owners] == [lead["organisation"]]


def test_a_new_lead_can_take_over(loaded: Register) -> None:
    first = loaded["owners"][0]
    first["role"] = "lead"
    write(only(loaded, "owners"))
    first["role"] = "contributor"
    loaded["owners"].append(first | {"organisation": "lmi", "role": "lead"})
    write(only(loaded, "owners"))
    lead = Owner.objects.get(measure__ref=first["measure"], role="lead")
    assert lead.organisation.key == "lmi"


def test_two_organisations_can_swap_numbers(loaded: Register) -> None:
    a, b = [row for row in loaded["organisations"] if row["organisation_number"]][:2]
    numbers = a["organisation_number"], b["organisation_number"]
    b["organisation_number"], a["organisation_number"] = numbers
    assert write(only(loaded, "organisations")).work == 2
    assert Organisation.objects.get(key=a["key"]).organisation_number == numbers[1]


def test_rows_that_no_file_names_are_left_alone(loaded: Register) -> None:
    before = counts()
    write({name: rows[:1] for name, rows in loaded.items()})
    assert counts() == before


# --- Some of the files -----------------------------------------------------------------------


def test_one_file_alone_may_refer_to_what_is_there(loaded: Register) -> None:
    new = loaded["status_updates"][0] | {"key": "EX-01-ny", "date": "2026-11", "status": ""}
    source = loaded["evidence"][0] | {"update": "EX-01-ny"}
    plan = write({"status_updates": [new], "evidence": [source]})
    assert [len(table.created) for table in plan.tables] == [1, 1]
    measure = Measure.objects.get(ref="EX-01")
    assert str(measure.last_event_on) == "2026-11-01"
    assert measure.status == "in_progress"


def test_a_link_is_dated_by_documents_that_only_the_database_has(loaded: Register) -> None:
    link = loaded["links"][0] | {"earlier": "EX-01", "later": "HM-A1"}
    assert messages({"links": [link]}) == [
        "links.csv, linje 2, kolonne later: «HM-A1» er fra et eldre dokument enn «EX-01». "
        "Bytt om endene."
    ]


def test_a_circle_may_close_through_a_stored_link(loaded: Register) -> None:
    first = loaded["links"][0]
    back = first | {"earlier": "DOC:eksport2024", "later": "DOC:meldst18"}
    found = messages({"links": [back]})
    assert any("Koblingene går i ring" in message for message in found)


def test_a_stored_lead_counts(loaded: Register) -> None:
    first = loaded["owners"][0] | {"role": "lead"}
    write({"owners": [first]})
    (message,) = messages({"owners": [first | {"organisation": "lmi"}]})
    assert message.startswith("owners.csv, linje 2, kolonne role: ")
    assert first["organisation"] in message


def test_a_stored_organisation_number_counts(loaded: Register) -> None:
    number = next(r["organisation_number"] for r in loaded["organisations"] if r["key"] == "nfd")
    (message,) = messages(
        {
            "organisations": [
                find(loaded["organisations"], key="hod") | {"organisation_number": number}
            ]
        }
    )
    assert message.startswith("organisations.csv, linje 2, kolonne organisation_number: «nfd»")


def test_stored_measures_count_against_what_was_announced(loaded: Register) -> None:
    new = find(loaded["measures"], ref="EX-01") | {"ref": "EX-99"}
    assert messages({"measures": [loaded["measures"][0], new]}) == [
        "measures.csv, linje 3, kolonne document: "
        "Dokumentet varslet 15 tiltak, men registeret får 16."
    ]


# --- What is published stays -----------------------------------------------------------------


def test_a_published_update_is_never_changed(loaded: Register) -> None:
    find(loaded["status_updates"], key="HM-C7-2023-02-17")["summary"] = "Noe annet."
    (message,) = messages(loaded)
    assert message.startswith("status_updates.csv, linje 55, kolonne summary: Statusmeldingen")
    assert "Legg inn en rettelse" in message


def test_the_precision_of_a_published_update_is_never_changed(loaded: Register) -> None:
    row = next(row for row in loaded["status_updates"] if len(row["date"]) == 4)
    row["date"] += "-01-01"
    (message,) = messages(loaded)
    assert "kolonne date" in message


def test_evidence_is_never_added_to_a_published_update(loaded: Register) -> None:
    loaded["evidence"].append(loaded["evidence"][0] | {"title": "En kilde til"})
    (message,) = messages(loaded)
    assert message.startswith("evidence.csv, linje 94, kolonne update: ")


def test_a_stated_deadline_is_never_changed(loaded: Register) -> None:
    row = find(loaded["deadlines"], measure="HM-D4")
    row |= {"due_on": "2019-12-31", "reason": "Noe annet"}
    found = messages(loaded)
    assert [m.split(":")[0] for m in found] == [
        "deadlines.csv, linje 2, kolonne due_on",
        "deadlines.csv, linje 2, kolonne reason",
    ]


def test_a_moved_deadline_is_a_new_row(loaded: Register) -> None:
    row = find(loaded["deadlines"], measure="HM-D4")
    loaded["deadlines"].append(row | {"due_on": "2027", "stated_on": "2026-01-05"})
    write(loaded)
    measure = Measure.objects.get(ref="HM-D4")
    assert measure.deadlines.count() == 2
    assert str(measure.due_on) == "2027-12-31"


def test_a_draft_of_the_same_name_is_not_published_by_a_file(loaded: Register) -> None:
    row = loaded["status_updates"][0] | {"key": "EX-01-utkast"}
    StatusUpdate.objects.create(
        key="EX-01-utkast",
        measure=Measure.objects.get(ref="EX-01"),
        date="2026-01-01",
        precision="day",
        origin="public_source",
        summary="Utkast",
    )
    evidence = loaded["evidence"][0] | {"update": "EX-01-utkast"}
    found = messages({"status_updates": [row], "evidence": [evidence]})
    assert len([message for message in found if "er et utkast" in message]) == 2


# --- All or nothing --------------------------------------------------------------------------


def everything() -> dict[type[Model], list[Any]]:
    return {model: list(model._default_manager.order_by("pk").values()) for model in COUNTS}


@pytest.mark.parametrize("step", ["recompute", "reindex"])
def test_an_error_near_the_end_leaves_nothing_half_written(
    monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def broken(measures: list[int]) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(register_action, step, broken)
    with pytest.raises(RuntimeError, match="the power went"):
        load()
    assert set(counts().values()) == {0}
    assert Event.objects.count() == 0


def test_an_error_among_changes_leaves_what_was_there(
    monkeypatch: pytest.MonkeyPatch, loaded: Register, tmp_path: Path
) -> None:
    before, events = everything(), Event.objects.count()
    for row in loaded["measures"]:
        row["summary"] = "Endret"
    find(loaded["documents"], key="veikart2023")["coordinators"] = "lmi"
    batches = register_action.batches
    seen: list[int] = []

    def break_down(items: Any) -> Any:
        for batch in batches(items):
            seen.append(len(batch))
            if len(seen) == 2:
                raise RuntimeError("the power went")
            yield batch

    monkeypatch.setattr(register_action, "batches", break_down)
    with pytest.raises(RuntimeError, match="the power went"):
        load(write_folder(tmp_path, loaded))
    assert (everything(), Event.objects.count()) == (before, events)


def test_what_the_database_refuses_is_told_and_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    # Somebody registers the same organisation between the look and the writing.
    looked = prepare

    def prepare_late(*args: Any) -> Plan:
        plan = looked(*args)
        make_organisation(key="nfd")
        return plan

    monkeypatch.setattr(load_register, "prepare", prepare_late)
    with pytest.raises(CommandError, match="Databasen godtok ikke dataene"):
        load()
    assert Measure.objects.count() == 0


def test_a_plan_with_problems_is_never_carried_out() -> None:
    register = real_register()
    register["measures"][0]["theme"] = "99"
    with pytest.raises(ValueError, match="problems"):
        register_action.write_register(prepare(as_files(register), TODAY))
    assert Organisation.objects.count() == 0


# --- The command -----------------------------------------------------------------------------


def test_all_errors_are_told_in_one_run_and_nothing_is_written(tmp_path: Path) -> None:
    register = real_register()
    register["measures"][10]["theme"] = "99"
    register["measures"][10]["wording"] = "guessed"
    register["owners"][3]["organisation"] = "ukjent"
    register["status_updates"][5]["date"] = "2024-02-30"
    register["asks"][0]["title"] = "=1+1"
    with pytest.raises(CommandError) as error:
        load(write_folder(tmp_path, register))
    lines = str(error.value).splitlines()
    assert [line.split(": ")[0] for line in lines] == [
        "asks.csv, linje 2, kolonne title",
        "measures.csv, linje 12, kolonne theme",
        "measures.csv, linje 12, kolonne wording",
        "owners.csv, linje 5, kolonne organisation",
        "status_updates.csv, linje 7, kolonne date",
        "5 feil. Ingenting er skrevet.",
    ]
    assert error.value.returncode == 1
    assert set(counts().values()) == {0}


def test_a_thousand_errors_are_counted_and_the_first_listed(tmp_path: Path) -> None:
    register = real_register()
    rows = register["measures"] * 20
    register["measures"] = [row | {"ref": f"X-{n}", "theme": "99"} for n, row in enumerate(rows)]
    with pytest.raises(CommandError) as error:
        load(write_folder(tmp_path, only(register, "measures", "themes", "documents")))
    lines = str(error.value).splitlines()
    assert len(lines) == 202
    assert lines[-2].startswith("… og ")
    assert lines[-1].endswith(" feil. Ingenting er skrevet.")
    assert int(lines[-1].split()[0]) == 200 + int(lines[-2].split()[2])


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda folder: folder / "finnes-ikke", "er ikke en mappe"),
        (lambda folder: folder, "Ingen av registerets filer er her"),
    ],
)
def test_a_folder_without_files_is_an_error(
    tmp_path: Path, make: Callable[[Path], Path], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        load(make(tmp_path))


def test_a_misspelt_file_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    write_folder(tmp_path, real_register())
    (tmp_path / "mesures.csv").write_text("ref\n")
    with pytest.raises(CommandError, match=r"mesures\.csv: Registeret har ingen fil"):
        load(tmp_path)


def test_something_unreadable_in_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "measures.csv").mkdir()
    with pytest.raises(CommandError, match=r"lese filene: measures\.csv er ikke en vanlig"):
        load(tmp_path)


def test_a_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "measures.csv")
    with pytest.raises(CommandError, match=r"measures\.csv er ikke en vanlig fil"):
        load(tmp_path)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "much", "shown"),
    [(Terminal, 10, True), (Terminal, 5_000, False), (io.StringIO, 10, False)],
)
def test_a_progress_bar_is_for_a_terminal_and_much_work(
    monkeypatch: pytest.MonkeyPatch, stream: type[io.StringIO], much: int, shown: bool
) -> None:
    screen = stream()
    monkeypatch.setattr("sys.stderr", screen)
    monkeypatch.setattr(load_register, "MUCH", much)
    load()
    assert ("rader" in screen.getvalue()) is shown


def test_progress_counts_every_row() -> None:
    done: list[int] = []
    plan = prepare(as_files(real_register()), TODAY)
    register_action.write_register(plan, progress=done.append)
    assert sum(done) == plan.work == sum(COUNTS.values())


# --- Cost ------------------------------------------------------------------------------------


def test_looking_costs_the_same_for_one_row_and_for_many(loaded: Register) -> None:
    costs = []
    for rows in (1, 50):
        with CaptureQueriesContext(connection) as queries:
            prepare(as_files({name: table[:rows] for name, table in loaded.items()}), TODAY)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 25


def test_an_unrelated_measure_is_not_touched(loaded: Register) -> None:
    other = make_measure(document=Document.objects.get(key="veikart2023"))
    make_update(other)
    before = Measure.objects.filter(pk=other.pk).values().get()
    find(loaded["measures"], ref="HM-A2")["summary"] = "Ny"
    write(loaded)
    assert Measure.objects.filter(pk=other.pk).values().get() == before
