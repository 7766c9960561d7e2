"""Register files that are wrong: each error is told where it is, and no input is an exception.

Most of these ask no database: reading and checking do not need one.
"""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from measures.actions.register import write_register
from measures.exchange.kinds import Choice, Day, Figure, Kind, Text, Whole, YesNo
from measures.exchange.plan import prepare
from measures.exchange.problems import KEPT
from measures.exchange.reading import Limits
from measures.exchange.tables import TABLES
from measures.models import Event, Measure, MeasureText, StatusUpdate
from tests.make import TODAY
from tests.registers import (
    Register,
    as_csv,
    as_files,
    plan_for_empty_database,
    problems_of,
    real_files,
    real_register,
    small_register,
)


def places(files: dict[str, bytes]) -> list[tuple[str, int, str]]:
    return [(p.file, p.line, p.column) for p in problems_of(files)]


def test_the_real_register_has_no_problem() -> None:
    plan = plan_for_empty_database(real_files())
    assert list(plan.problems) == []
    assert plan.work == 532


# --- One wrong cell --------------------------------------------------------------------------

LONG = "x" * 301
#: (table, line, column, cell, part of the sentence)
CELLS = [
    # what must be there
    ("measures", 5, "title", "", "Må fylles ut"),
    ("documents", 2, "coordinators", "", "Må fylles ut"),
    ("evidence", 2, "publisher", "", "Må fylles ut"),
    # keys
    ("organisations", 3, "key", "med mellomrom", "nøkkel"),
    ("measures", 3, "ref", "hm-a2", "nøkkel"),
    ("measures", 3, "ref", "HM-A2/../x", "nøkkel"),
    ("status_updates", 3, "key", "k" * 61, "plass til 60"),
    # text
    ("documents", 2, "title", LONG, "plass til 300"),
    ("links", 2, "reason", "=HYPERLINK(1)", "formel"),
    ("links", 2, "reason", " =1+1", "formel"),
    ("links", 2, "reason", "\t=1+1", "formel"),
    ("links", 2, "reason", "@SUM(A1)", "formel"),
    ("links", 2, "reason", "+47 22 22 22 22", "formel"),
    ("links", 2, "reason", "ring\x07", "styretegn"),
    ("links", 2, "reason", "esc\x1b[31m", "styretegn"),
    ("links", 2, "reason", "baklengs \u202etxet", "styretegn"),
    # numbers
    ("documents", 2, "announced_measures", "mange", "ikke et heltall"),
    ("documents", 2, "announced_measures", "3.5", "ikke et heltall"),
    ("documents", 2, "announced_measures", "0", "utenfor grensene"),
    ("documents", 2, "announced_measures", "-31", "utenfor grensene"),
    ("documents", 2, "announced_measures", "٣١", "ikke et heltall"),
    ("documents", 2, "announced_measures", "9" * 5000, "ikke et heltall"),
    ("status_updates", 2, "amount_nok", str(2**63), "utenfor grensene"),
    ("indicator_values", 2, "value", "1e5", "ikke et tall"),
    ("indicator_values", 2, "value", "NaN", "ikke et tall"),
    ("indicator_values", 2, "value", "25,9", "punktum"),
    ("indicator_values", 2, "value", "1 000", "punktum"),
    ("indicator_values", 2, "value", "1" * 13, "for mange sifre"),
    ("indicator_values", 2, "value", "0.12345", "for mange sifre"),
    ("indicator_values", 2, "year", "20", "utenfor grensene"),
    ("indicator_values", 2, "value", "", "Fyll ut verdien"),
    # dates
    ("status_updates", 2, "date", "2024-02-30", "finnes ikke"),
    ("status_updates", 2, "date", "2023-02-29", "finnes ikke"),
    ("status_updates", 2, "date", "2024-13", "finnes ikke"),
    ("status_updates", 2, "date", "0000", "finnes ikke"),
    ("status_updates", 2, "date", "0024-01-01", "fra 1900"),
    ("status_updates", 2, "date", "9999", "fra 1900"),
    ("status_updates", 2, "date", "17.05.2024", "ikke en dato"),
    ("status_updates", 2, "date", "2024-5-1", "ikke en dato"),
    ("status_updates", 2, "date", "2026-11-23", "framtiden"),
    ("status_updates", 2, "date", "2026-12", "framtiden"),
    ("status_updates", 2, "date", "2027", "framtiden"),
    ("deadlines", 2, "stated_on", "2030-01-01", "framtiden"),
    ("indicator_values", 3, "stated_on", "2030", "framtiden"),
    ("documents", 2, "published_on", "2019", "mangler dag"),
    # fixed words, yes and no
    ("measures", 4, "wording", "guess", "official, paraphrase"),
    ("status_updates", 4, "status", "done", "completed"),
    ("status_updates", 4, "outlook", "green", "on_track"),
    ("measures", 4, "number_is_official", "ja", "yes eller no"),
    # addresses and numbers of organisations
    ("links", 2, "source_url", "javascript:alert(1)", "nettadresse"),
    ("links", 2, "source_url", "www.regjeringen.no", "nettadresse"),
    ("links", 2, "source_url", "https://example.no/" + "a" * 500, "plass til 500"),
    ("links", 2, "source_url", "https://example.no/næring", "utenfor a–z"),
    ("indicators", 2, "source_url", "https://example.no|nei", "nettadresse"),
    ("organisations", 2, "organisation_number", "912660681", "kontrollsiffer"),
    ("organisations", 2, "organisation_number", "91266068", "ni sifre"),
    # what is referred to
    ("measures", 6, "theme", "14", "Temaet «14»"),
    ("measures", 6, "theme", "tretten", "ikke et heltall"),
    ("measures", 6, "document", "ukjent", "Dokumentet «ukjent»"),
    ("measures", 6, "chapter", "Z", "ikke noe kapittel «Z»"),
    ("owners", 6, "organisation", "ukjent", "Aktøren «ukjent»"),
    ("owners", 6, "measure", "XX-1", "Tiltaket «XX-1»"),
    ("deadlines", 6, "measure", "XX-1", "Tiltaket «XX-1»"),
    ("priorities", 6, "organisation", "nei", "Aktøren «nei»"),
    ("asks", 6, "measures", "VK-01|XX-1", "Tiltaket «XX-1»"),
    ("documents", 2, "coordinators", "nfd|hod|", "Aktøren «»"),
    ("indicators", 2, "document", "ukjent", "Dokumentet «ukjent»"),
    ("indicator_values", 2, "indicator", "ukjent", "Indikatoren «ukjent»"),
    ("evidence", 2, "update", "ukjent", "Statusmeldingen «ukjent»"),
    ("status_updates", 2, "carried_to", "XX-1", "Tiltaket «XX-1»"),
    ("links", 5, "earlier", "XX-1", "Tiltaket «XX-1»"),
    ("links", 5, "earlier", "DOC:", "Dokumentet «»"),
    ("links", 5, "later", "DOC:ukjent", "Dokumentet «ukjent»"),
    # what a status needs
    ("status_updates", 2, "status", "carried_over", "fører arbeidet videre"),
    ("status_updates", 2, "status", "discontinued", "begrunnelse"),
    ("status_updates", 2, "carried_to", "EX-01", "seg selv"),
]
#: Where the sentence stands, when that is not the cell that was changed.
ELSEWHERE = {
    ("status_updates", "carried_over"): "carried_to",
    ("status_updates", "discontinued"): "reason",
}


@pytest.mark.parametrize(("table", "line", "column", "cell", "sentence"), CELLS)
def test_a_wrong_cell_is_told_by_file_line_and_column(
    table: str, line: int, column: str, cell: str, sentence: str
) -> None:
    register = real_register()
    register[table][line - 2][column] = cell
    found = problems_of(as_files(register))
    place = (f"{table}.csv", line, ELSEWHERE.get((table, cell), column))
    (told,) = [p for p in found if (p.file, p.line, p.column) == place]
    assert sentence in told.message
    # Rows that speak of a row whose name changed are told of too, and nothing else is.
    others = {p.file for p in found} - {told.file}
    assert not others or column in {"key", "ref"}


def changed(change: Callable[[Register], Any]) -> dict[str, bytes]:
    register = real_register()
    change(register)
    return as_files(register)


def repeat(table: str, **cells: str) -> Callable[[Register], None]:
    """Add a copy of the table's first row with other cells at its end."""
    return lambda register: register[table].append(register[table][0] | cells)


#: (change, file, line, column, part of the sentence)
ROWS: list[tuple[Callable[[Register], Any], str, int, str, str]] = [
    (repeat("measures"), "measures.csv", 63, "ref", "linje 2"),
    (repeat("organisations"), "organisations.csv", 51, "key", "linje 2"),
    (repeat("themes"), "themes.csv", 15, "number", "linje 2"),
    (repeat("chapters", title="En annen"), "chapters.csv", 6, "document", "linje 2"),
    (repeat("owners"), "owners.csv", 38, "measure", "linje 2"),
    (repeat("links", kind="related"), "links.csv", 35, "earlier", "linje 2"),
    (repeat("priorities", level="selected"), "priorities.csv", 14, "organisation", "linje 2"),
    (repeat("indicator_values", value="20"), "indicator_values.csv", 77, "indicator", "linje 2"),
    # "in 2019" and "by 31 December 2019" are the same day to the database
    (repeat("deadlines", due_on="2019-12-31"), "deadlines.csv", 7, "measure", "linje 2"),
    (repeat("status_updates", date="2020"), "status_updates.csv", 94, "key", "linje 2"),
    (repeat("evidence"), "evidence.csv", 94, "update", "linje 2"),
    (
        lambda r: [row.update(role="lead") for row in r["owners"][:2]],
        "owners.csv",
        3,
        "role",
        "har allerede en leder: «siva»",
    ),
    (
        lambda r: r["organisations"][1].update(organisation_number="912660680"),
        "organisations.csv",
        3,
        "organisation_number",
        "«nfd»",
    ),
    (
        lambda r: r["documents"][0].update(announced_measures="30"),
        "documents.csv",
        2,
        "announced_measures",
        "varslet 30 tiltak, men registeret får 31",
    ),
    (
        lambda r: r["measures"][0].update(document="eksport2024"),
        "measures.csv",
        2,
        "chapter",
        "«eksport2024» har ikke noe kapittel «A»",
    ),
    (repeat("links", earlier="VK-01", later="VK-01"), "links.csv", 35, "later", "til seg selv"),
    (
        repeat("links", earlier="DOC:meldst18", later="DOC:meldst18"),
        "links.csv",
        35,
        "later",
        "til seg selv",
    ),
    (repeat("links", earlier="EX-01", later="HM-A1"), "links.csv", 35, "later", "eldre dokument"),
    (repeat("links", earlier="EX-01", later="DOC:meldst18"), "links.csv", 35, "later", "eldre"),
    (repeat("links", earlier="DOC:eksport2024", later="VK-01"), "links.csv", 35, "later", "eldre"),
]


@pytest.mark.parametrize(("change", "file", "line", "column", "sentence"), ROWS)
def test_rows_that_do_not_go_together_are_told(
    change: Callable[[Register], Any], file: str, line: int, column: str, sentence: str
) -> None:
    found = [p for p in problems_of(changed(change)) if (p.file, p.line) == (file, line)]
    (told,) = [p for p in found if p.column == column]
    assert sentence in told.message


def test_completed_without_evidence_is_told() -> None:
    register = real_register()
    line, update = next(
        (n, row)
        for n, row in enumerate(register["status_updates"], 2)
        if row["status"] == "completed"
    )
    register["evidence"] = [row for row in register["evidence"] if row["update"] != update["key"]]
    assert places(as_files(register)) == [("status_updates.csv", line, "status")]


def test_links_that_go_in_a_circle_are_told_with_their_path() -> None:
    register = real_register()
    link = register["links"][0]
    register["links"] = [
        link | {"earlier": earlier, "later": later}
        for earlier, later in [("VK-01", "VK-02"), ("VK-02", "VK-03"), ("VK-03", "VK-01")]
    ]
    (told,) = problems_of(as_files(register))
    assert (told.file, told.column) == ("links.csv", "later")
    assert "Koblingene går i ring" in told.message
    assert all(ref in told.message for ref in ("VK-01", "VK-02", "VK-03"))


def test_two_links_there_and_back_are_a_circle() -> None:
    register = real_register()
    link = register["links"][0]
    register["links"] = [
        link | {"earlier": "VK-01", "later": "VK-02"},
        link | {"earlier": "VK-02", "later": "VK-01"},
    ]
    assert len(problems_of(as_files(register))) == 1


def test_a_great_many_circles_take_little_time() -> None:
    register = real_register()
    link = register["links"][0]
    refs = [row["ref"] for row in register["measures"] if row["document"] == "veikart2023"]
    register["links"] = [link | {"earlier": a, "later": b} for a in refs for b in refs if a != b]
    assert 1 <= len(problems_of(as_files(register))) <= 20


def test_several_wrong_cells_are_all_told_in_order() -> None:
    def change(register: Register) -> None:
        register["themes"][0]["origin"] = "?"
        register["asks"][2] |= {"kind": "?", "stated_on": "i går", "organisation": "?"}
        register["measures"][0] |= {"theme": "?", "language": "sv"}

    assert places(changed(change)) == [
        ("asks.csv", 4, "kind"),
        ("asks.csv", 4, "organisation"),
        ("asks.csv", 4, "stated_on"),
        ("measures.csv", 2, "language"),
        ("measures.csv", 2, "theme"),
        ("themes.csv", 2, "origin"),
    ]


def test_what_looks_odd_but_is_right_is_let_through() -> None:
    register = real_register()
    register["links"][0]["reason"] = '- et strekpunkt\n- med «anførsel» og "gåseøyne", komma; 😀'
    register["indicator_values"][0] |= {"value": "-0017.5000", "value_text": "-17,5"}
    register["status_updates"][0]["date"] = "2026-11"
    register["status_updates"][1]["date"] = "1999"
    register["evidence"][0]["title"] = "Nyheter | Utgiver"
    plan = plan_for_empty_database(as_files(register))
    assert list(plan.problems) == []
    links = next(table for table in plan.tables if table.table.name == "links")
    assert links.created[0].values["reason"].splitlines()[1].endswith("komma; 😀")


def test_the_day_itself_is_not_the_future() -> None:
    register = real_register()
    register["status_updates"][0]["date"] = "2026-11-22"
    files = as_files(register)
    assert not plan_for_empty_database(files, today=datetime.date(2026, 11, 22)).problems
    assert plan_for_empty_database(files, today=datetime.date(2026, 11, 21)).problems


def test_the_sentences_can_be_translated() -> None:
    with translation.override("nb"):
        (told,) = problems_of(changed(lambda r: r["measures"][0].update(theme="99")))
        assert str(told).startswith("measures.csv, linje 2, kolonne theme: Temaet «99»")


# --- Wrong files -----------------------------------------------------------------------------

THEMES = real_files()["themes.csv"].decode()
HEAD = THEMES.splitlines()[0]
ROW = "14,roadmap,Tittel,Title,yes,,"


@pytest.mark.parametrize(
    ("content", "line", "column", "sentence"),
    [
        (b"", 0, "", "Filen er tom"),
        (b"\xef\xbb\xbf", 0, "", "Filen er tom"),
        (b"\n \n\t\n", 0, "", "Filen er tom"),
        (THEMES.encode("utf-16"), 0, "", "UTF-16"),
        (THEMES.encode("utf-16-be"), 1, "", "nulltegn"),
        (THEMES.encode("utf-32"), 0, "", "UTF-16"),
        (THEMES.encode("latin-1", "replace"), 2, "", "ikke er UTF-8"),
        (THEMES.encode("cp1252", "replace"), 2, "", "ikke er UTF-8"),
        (f"{HEAD}\n{ROW}\n\0".encode(), 3, "", "nulltegn"),
        (b"PK\x03\x04" + bytes(range(256)), 0, "", "regneark"),
        (bytes(range(1, 256)) * 10, 2, "", "ikke er UTF-8"),
        (b"\xed\xa0\x80", 1, "", "ikke er UTF-8"),
        (HEAD.replace(",", ";").encode(), 1, "", "semikolon"),
        (b"bare en setning", 1, "", "Registeret har ingen slik kolonne"),
        (HEAD.replace(",title_en,", ",").encode(), 1, "title_en", "mangler: «title_en»"),
        (HEAD.replace("title_en,", "titel_en,").encode(), 1, "", "«titel_en»"),
        (f"{HEAD},extra\n{ROW},\n".encode(), 1, "", "ingen slik kolonne: «extra»"),
        (f"{HEAD},title\n{ROW},\n".encode(), 1, "title", "to ganger: «title»"),
        (f"{HEAD},\n{ROW},\n".encode(), 1, "", "ingen slik kolonne: «»"),
        (f"{HEAD}\n{ROW},for mye\n".encode(), 2, "", "8 celler, men det er 7 kolonner"),
        (f"{HEAD}\n14,roadmap\n".encode(), 2, "", "2 celler, men det er 7 kolonner"),
        (f'{HEAD}\n{ROW}\n15,roadmap,"Tittel\n\n'.encode(), 3, "", "Anførselstegnene"),
        (f'{HEAD}\n15,roadmap,"Tittel" x,,yes,,\n'.encode(), 2, "", "Anførselstegnene"),
    ],
)
def test_a_wrong_file_is_told(content: bytes, line: int, column: str, sentence: str) -> None:
    (told,) = problems_of({"themes.csv": content})
    assert (told.file, told.line, told.column) == ("themes.csv", line, column)
    assert sentence in told.message


def test_a_file_that_cannot_be_read_is_not_blamed_on_those_that_refer_to_it() -> None:
    files = dict(real_files()) | {"themes.csv": b"", "evidence.csv": b"\xff"}
    assert places(files) == [("evidence.csv", 1, ""), ("themes.csv", 0, "")]


def test_a_row_that_cannot_be_read_is_not_blamed_on_those_that_refer_to_it() -> None:
    files = dict(real_files())
    files["themes.csv"] = (
        files["themes.csv"].rstrip() + b",one,two,too,many\n"  # theme 13
    )
    assert places(files) == [("themes.csv", 14, "")]
    register = real_register()
    register["organisations"][0]["note"] = "x" * 20_001
    assert places(as_files(register)) == [("organisations.csv", 2, "note")]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["", "\ufeff"])
def test_any_line_end_and_a_byte_order_mark_are_fine(line_end: str, start: str) -> None:
    text = start + line_end.join([HEAD, ROW, "", ",,,,,,", '15,own,"To', 'linjer",,no,,', ""])
    plan = plan_for_empty_database({"themes.csv": text.encode()})
    assert list(plan.problems) == []
    rows = plan.tables[0].created
    assert [(row.line, row.values["title"]) for row in rows] == [(2, "Tittel"), (5, "To\nlinjer")]


def test_the_line_told_is_the_one_in_the_file() -> None:
    text = f'{HEAD}\n\n14,own,"a\nb\nc",,no,,\n15,own,x,,nei,,\n'
    (told,) = problems_of({"themes.csv": text.encode()})
    assert told.line == 6


def test_letters_that_look_the_same_are_the_same() -> None:
    text = f"{HEAD}\n14,own,Ma\u030al,,no,,\n"
    plan = plan_for_empty_database({"themes.csv": text.encode()})
    assert plan.tables[0].created[0].values["title"] == "M\u00e5l"


@pytest.mark.parametrize("cell", ["x" * 1_000_000, "\N{GRINNING FACE}" * 1_000_000, " =" * 500_000])
def test_a_cell_of_a_million_characters_is_told_with_its_length(cell: str) -> None:
    register = real_register()
    register["measures"][4]["summary"] = cell
    register["measures"][7]["theme"] = "99"
    first, second = problems_of(as_files(register))
    assert (first.line, first.column, second.line) == (6, "summary", 9)
    assert "plass til 20000" in first.message
    assert len(first.message) < 200


def test_a_header_of_a_million_characters_makes_a_short_sentence() -> None:
    (told,) = problems_of({"themes.csv": (HEAD + "," + "x" * 1_000_000).encode()})
    assert len(told.message) < 300


def test_a_header_of_a_hundred_thousand_columns_makes_a_short_sentence() -> None:
    (told,) = problems_of({"themes.csv": ",".join(f"c{n}" for n in range(100_000)).encode()})
    assert len(told.message) < 3000


def test_too_many_rows_and_too_many_bytes_are_told() -> None:
    files = {"themes.csv": real_files()["themes.csv"]}
    (told,) = problems_of(files, limits=Limits(rows=12))
    assert (told.line, "12" in told.message) == (14, True)
    (told,) = problems_of(files, limits=Limits(size=100))
    assert (told.line, "100" in told.message) == (0, True)


def test_no_file_at_all_is_a_problem() -> None:
    assert len(problems_of({})) == 1
    assert len(problems_of({"notes.csv": b"a,b\n"})) == 2


def test_a_million_wrong_cells_are_counted_but_not_all_kept() -> None:
    rows = [dict.fromkeys(real_register()["themes"][0], "?") for _ in range(5_000)]
    problems = plan_for_empty_database({"themes.csv": as_csv(rows)}).problems
    assert len(list(problems)) == KEPT
    assert problems.total > 3 * KEPT - 5_000


def test_what_is_repeated_from_a_file_cannot_play_tricks_on_a_terminal() -> None:
    (told,) = problems_of({"themes.csv": (HEAD + ",\x1b[2J").encode()})
    assert "\x1b" not in told.message


# --- Thousands of wrong registers ------------------------------------------------------------

NASTY = [
    *("", " ", "\0", "\n", '"', "'", ",", ";", "|", "||", "=1+1", "@a", "+1", "-1", "0", "1", "13"),
    *("nb", "yes", "no", "lead", "completed", "carried_over", "discontinued", "official"),
    *("2024", "2024-02-30", "2024-05", "0000-00-00", "9999-12-31", "١٢٣٤", "NaN", "1e400"),
    *("9" * 25, "9" * 4400, "DOC:", "DOC:meldst18", "VK-01", "HM-A1", "A", "nfd", "nfd|hod"),
    *("https://[", "https://example.no", "http://a:99999999/", "x" * 21_000, "\ud7ff", "\u202e"),
]
cells = st.sampled_from(NASTY) | st.text(max_size=30)
tables = st.sampled_from(sorted(TABLES))

#: Hypothesis tries so many of each; nothing here asks the database.
THOUSANDS = settings(
    max_examples=1500,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def is_problems_or_a_plan(files: dict[str, bytes]) -> None:
    """Planning never raises, and what has problems has no plan."""
    plan = plan_for_empty_database(files)
    told = list(plan.problems)
    assert bool(told) != bool(plan.tables)
    for problem in told:
        assert problem.file
        assert problem.message
        assert str(problem).encode()  # no half characters
        assert len(problem.message) < 3000


@THOUSANDS
@given(st.binary(max_size=400))
def test_any_bytes_are_problems_or_a_plan(content: bytes) -> None:
    is_problems_or_a_plan({"themes.csv": content})


@THOUSANDS
@given(st.text(max_size=300))
def test_any_text_below_a_right_header_is_problems_or_a_plan(text: str) -> None:
    content = f"{HEAD}\n{text}".encode(errors="replace")
    is_problems_or_a_plan({"themes.csv": content})


@st.composite
def small_registers(draw: st.DrawFn) -> Register:
    """A few rows of each table, with cells changed, and rows lost and repeated."""
    register = small_register()
    for _n in range(draw(st.integers(0, 5))):
        rows = register[draw(tables)]
        row = draw(st.sampled_from(rows))
        match draw(st.sampled_from(["cell", "cell", "cell", "repeat", "lose"])):
            case "cell":
                row[draw(st.sampled_from(sorted(row)))] = draw(cells)
            case "repeat":
                rows.append(dict(row))
            case "lose" if len(rows) > 1:
                rows.remove(row)
    if draw(st.booleans()):
        register[draw(tables)] = []
    return register


def test_the_small_register_is_right_before_it_is_changed() -> None:
    assert problems_of(as_files(small_register())) == []
    assert all(small_register().values())


@THOUSANDS
@given(small_registers())
def test_any_changed_register_is_problems_or_a_plan(register: Register) -> None:
    is_problems_or_a_plan(as_files(register))


@THOUSANDS
@given(tables, st.randoms(use_true_random=False))
def test_a_real_file_with_broken_bytes_is_problems_or_a_plan(
    table: str, chance: random.Random
) -> None:
    content = bytearray(real_files()[f"{table}.csv"][:3000])
    for _n in range(chance.randint(1, 10)):
        place = chance.randrange(len(content))
        match chance.randrange(3):
            case 0:
                content[place] = chance.randrange(256)
            case 1:
                del content[place : place + chance.randrange(20)]
            case 2:
                content[place:place] = chance.choice([b'"', b",", b"\n", b"\r", b"\xff", b"|"])
    is_problems_or_a_plan({f"{table}.csv": bytes(content)})


#: What is stored of these never changes, so a changed row of theirs would only be refused.
CHANGING = sorted(name for name, table in TABLES.items() if not table.final)
DATES = ["2019-04-05", "2023-08-23", "2024-02-09", "2026-11-22"]


def likely_cells(kind: Kind, column: str, register: Register) -> st.SearchStrategy[str]:
    """Cells that are right where they land, or nearly."""
    match kind:
        case Choice():
            return st.sampled_from(kind.words.values)
        case YesNo():
            return st.sampled_from(["yes", "no"])
        case Whole():
            return st.integers(max(kind.lowest, 0), kind.highest).map(str)
        case Figure():
            return st.decimals(-(10**11), 10**11, places=4).map(lambda d: f"{d:f}")
        case Day():
            return st.sampled_from(DATES)
        case Text(longest=longest) if type(kind) is Text:
            return st.text(st.characters(exclude_categories=["C"]), max_size=longest or 3000)
    others = [row[column] for rows in register.values() for row in rows if column in row]
    return st.sampled_from(others)


@st.composite
def likely_registers(draw: st.DrawFn) -> Register:
    """The small register with changes that it may survive."""
    register = small_register()
    for _n in range(draw(st.integers(1, 4))):
        table = TABLES[draw(st.sampled_from(CHANGING))]
        row = draw(st.sampled_from(register[table.name]))
        column = draw(st.sampled_from([c for c in table.columns if c.name not in table.key]))
        row[column.name] = draw(likely_cells(column.kind, column.name, register))
    return register


@pytest.mark.django_db
@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(likely_registers(), likely_registers())
def test_what_is_planned_can_also_be_written(first: Register, second: Register) -> None:
    """The checks let nothing through that the database refuses, and a second load is silent."""
    with transaction.atomic():
        for n, register in enumerate((small_register(), first, second)):
            files = as_files(register)
            plan = prepare(files, TODAY)
            event(f"{n}: " + ("refused" if plan.problems else f"{min(plan.work, 2)} rows, or more"))
            if not plan.problems:
                write_register(plan)
                again = prepare(files, TODAY)
                assert (list(again.problems), again.work) == ([], 0)
        transaction.set_rollback(True)


# --- 100,000 rows ----------------------------------------------------------------------------


def big_register(rows: int) -> Register:
    """So many measures, each with a status update and its evidence."""
    register = real_register()
    for document in register["documents"]:
        document["announced_measures"] = "1000000"
    made: Register = {name: register[name] for name in ("organisations", "themes", "documents")}
    made["chapters"] = register["chapters"]
    numbers = range(rows)
    measure, update, source = (
        register[name][0] for name in ("measures", "status_updates", "evidence")
    )
    made["measures"] = [measure | {"ref": f"X-{n}"} for n in numbers]
    made["status_updates"] = [update | {"key": f"X-{n}-a", "measure": f"X-{n}"} for n in numbers]
    made["evidence"] = [source | {"update": f"X-{n}-a"} for n in numbers]
    return made


def queries_of(work: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as queries:
        work()
    return len(queries)


@pytest.mark.django_db
@pytest.mark.slow
def test_the_cost_of_a_thousand_rows_more_is_the_same() -> None:
    """Queries grow with thousands of rows, never with rows."""
    files = [as_files(big_register(n)) for n in (1000, 2000, 3000)]
    looks = [queries_of(lambda f=f: prepare(f, TODAY)) for f in files]  # type: ignore[misc]
    assert looks[2] - looks[1] == looks[1] - looks[0] <= 5
    writes = []
    for content in files:
        plan = prepare(content, TODAY)
        writes.append(queries_of(lambda p=plan: write_register(p)))  # type: ignore[misc]
    assert abs((writes[2] - writes[1]) - (writes[1] - writes[0])) <= 20
    assert writes[0] < 400


@pytest.mark.django_db
@pytest.mark.postgres
@pytest.mark.slow
def test_a_hundred_thousand_rows_are_loaded() -> None:
    content = as_files(big_register(33_400))
    plan = prepare(content, TODAY)
    assert plan.work > 100_000
    write_register(plan)
    assert StatusUpdate.objects.published().count() == 33_400
    assert Measure.objects.exclude(status="").count() == MeasureText.objects.count() == 33_400
    events = Event.objects.count()
    again = prepare(content, TODAY)
    assert again.work == 0
    write_register(again)
    assert Event.objects.count() == events


@pytest.mark.slow
def test_a_hundred_thousand_wrong_rows_are_told() -> None:
    row = real_register()["measures"][0] | {"theme": "?", "wording": "?", "source_url": "?"}
    rows = [row | {"ref": f"X-{n}"} for n in range(100_000)]
    assert plan_for_empty_database({"measures.csv": as_csv(rows)}).problems.total >= 300_000


@pytest.mark.slow
def test_a_chain_of_a_hundred_thousand_links_is_followed() -> None:
    link = real_register()["links"][0]
    rows = [link | {"earlier": f"X-{n}", "later": f"X-{n + 1}"} for n in range(100_000)]
    rows.append(link | {"earlier": "X-100000", "later": "X-0"})
    assert plan_for_empty_database({"links.csv": as_csv(rows)}).problems.total == 200_002 + 1
