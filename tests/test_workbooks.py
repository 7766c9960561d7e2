"""Hostile and clumsy uploads: each gives a sentence where it is, and none an exception."""

from __future__ import annotations

import datetime
import io
import random
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from measures.exchange.archives import read_upload
from measures.exchange.checking import check_cells
from measures.exchange.plan import Plan, plan
from measures.exchange.reading import Limits, Raw
from measures.exchange.stored import Stored
from measures.exchange.workbooks import as_text
from tests.make import TODAY
from tests.registers import real_register
from tests.workbooks import Rows, repacked, workbook

THEME: dict[str, Any] = {
    "number": 50,
    "origin": "own",
    "title": "Nytt tema",
    "title_en": "",
    "title_en_is_official": False,
    "summary": "",
    "summary_en": "",
}
SMALL = Limits(cell=100, rows=50, size=2_000_000)


def read(content: bytes, name: str = "r.xlsx", limits: Limits = SMALL) -> Plan:
    checked = check_cells(read_upload({name: content}, limits), TODAY)
    return plan(checked, Stored())


def sentences(content: bytes, **options: Any) -> list[str]:
    return [str(problem) for problem in read(content, **options).problems]


def one(rows: Rows, name: str = "themes", change: Callable[[Any], object] | None = None) -> bytes:
    return workbook({name: rows}, change)


# --- What cells become -----------------------------------------------------------------------


def test_numbers_and_yes_or_no_are_what_a_csv_file_says() -> None:
    (table,) = read(one([THEME])).tables
    values = table.created[0].values
    assert (values["number"], values["title_en_is_official"]) == (50, False)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (13.0, "13"),
        (25.9, "25.9"),
        (0.1 + 0.2, "0.3"),
        (1e20, "100000000000000000000"),
        (-5.0, "-5"),
        (0.0, "0"),
        (True, "yes"),
        (False, "no"),
        (datetime.date(2024, 5, 17), "2024-05-17"),
        (datetime.datetime.combine(datetime.date(2024, 5, 17), datetime.time()), "2024-05-17"),
        (datetime.datetime.fromisoformat("2024-05-17T12:30"), "2024-05-17T12:30:00"),
        (datetime.time(12, 30), "12:30:00"),
        (datetime.timedelta(hours=1), "1:00:00"),
        ("0042", "0042"),
    ],
)
def test_cells_as_text(value: Any, text: str) -> None:
    assert as_text(value) == text


def test_a_date_of_the_spreadsheet_is_a_date() -> None:
    rows: Rows = [dict(row) for row in real_register()["documents"]]
    rows[0]["published_on"] = datetime.date(2019, 4, 5)
    told = {p.column for p in read(workbook({"documents": rows})).problems}
    assert "coordinators" in told  # they are in another file
    assert "published_on" not in told


def test_a_date_that_became_a_number_is_told() -> None:
    rows: Rows = [dict(real_register()["documents"][0]) | {"published_on": 45429}]
    found = sentences(workbook({"documents": rows}))
    assert any("linje 2, kolonne published_on: «45429» er ikke en dato" in s for s in found)


def test_lines_are_those_of_the_sheet_also_after_lines_in_cells_and_empty_rows() -> None:
    blank = dict.fromkeys(THEME, "")
    rows = [THEME | {"summary": "to\nlinjer"}, blank, THEME | {"number": 51, "origin": "x"}]
    (problem,) = read(one(rows)).problems
    assert (problem.line, problem.column) == (4, "origin")


def test_a_table_that_begins_further_in_is_read_where_it_stands() -> None:
    def write(book: Any) -> None:
        sheet = book.add_worksheet("themes")
        for place, column in enumerate(THEME):
            sheet.write(3, place, column)
            if THEME[column] != "":
                sheet.write(4, place, THEME[column] if column != "origin" else "x")

    (problem,) = read(workbook({}, write)).problems
    assert (problem.line, problem.column) == (5, "origin")


# --- Hostile ---------------------------------------------------------------------------------


def formula(book: Any) -> None:
    book.worksheets()[0].write_formula(1, 2, '=HYPERLINK("http://a.no")', None, "Nytt tema")


def merged(book: Any) -> None:
    book.worksheets()[0].merge_range(2, 1, 3, 2, "own")


def hidden(book: Any) -> None:
    book.add_worksheet("Synlig")
    book.worksheets()[1].activate()
    book.worksheets()[0].hide()


def far(book: Any) -> None:
    book.worksheets()[0].write_string(1_048_575, 16_383, "x")


@pytest.mark.parametrize(
    ("change", "line", "column", "sentence"),
    [
        (formula, 2, "title", "er en formel"),
        (merged, 3, "", "slått sammen"),
        (hidden, 0, "", "skjult"),
        (far, 0, "", "langt utenfor tabellen (XFD1048576)"),
        (lambda book: book.add_worksheet("Ark2"), 0, "", "ingen tabell med dette navnet"),
    ],
)
def test_what_a_table_is_not(
    change: Callable[[Any], object], line: int, column: str, sentence: str
) -> None:
    found = [p for p in read(one([THEME], change=change)).problems if sentence in p.message]
    assert [(p.line, p.column) for p in found] == [(line, column)]


@pytest.mark.parametrize(
    ("cells", "column", "sentence"),
    [
        ({"title": "x" * 101}, "title", "på 101 tegn"),
        ({"title": "=1+1"}, "title", "formel"),
        ({"number": 1.5}, "number", "ikke et heltall"),
        ({"number": True}, "number", "ikke et heltall"),
        ({"number": datetime.date(2024, 1, 1)}, "number", "ikke et heltall"),
        ({"title_en_is_official": "ja"}, "title_en_is_official", "yes eller no"),
        ({"title": "ring\x07"}, "title", "styretegn"),
    ],
)
def test_wrong_cells(cells: dict[str, Any], column: str, sentence: str) -> None:
    (problem,) = read(one([THEME | cells])).problems
    assert (problem.file, problem.line, problem.column) == ("themes.csv", 2, column)
    assert sentence in problem.message


def test_a_cell_of_a_million_characters() -> None:
    def enlarge(name: str, part: bytes) -> bytes:
        return part.replace(b"Nytt tema", b"x" * 1_000_000)

    (sentence,) = sentences(repacked(one([THEME]), enlarge))
    assert "Cellen er på 1000000 tegn" in sentence


def test_too_many_rows() -> None:
    rows = [THEME | {"number": n} for n in range(1, 60)]
    (sentence,) = sentences(one(rows))
    assert "langt utenfor" in sentence or "for mange rader" in sentence


def test_a_sheet_or_a_workbook_without_anything() -> None:
    assert "themes.csv: Arket er tomt." in sentences(one([]))
    assert "De heter: organisations" in sentences(one([THEME], "Forklaring"))[0]


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "xl/macrosheets/sheet1.xml"])
def test_macros(part: str) -> None:
    file = io.BytesIO(one([THEME]))
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(part, b"Sub Auto_Open()")
    (sentence,) = sentences(file.getvalue())
    assert "makroer" in sentence


def moved(content: bytes, place: str, sheet: bytes = b"") -> bytes:
    """Return a workbook whose sheet lies elsewhere, as its relations say, perhaps with other
    content."""
    file, usual = io.BytesIO(), "worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            part = old.read(name).replace(usual.encode(), place.encode())
            if name == f"xl/{usual}":
                name, part = f"xl/{place}", sheet or part
            new.writestr(name, part)
    return file.getvalue()


FAR = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData></worksheet>'
)


@pytest.mark.parametrize("place", ["other/sheet1.xml", "Worksheets/Sheet1.xml", "ark.bin"])
def test_a_cell_far_outside_is_found_wherever_the_sheet_lies(place: str) -> None:
    (sentence,) = sentences(moved(one([THEME]), place, FAR))
    assert "langt utenfor tabellen (XFD1048576)" in sentence


def test_a_sheet_under_almost_another_name_is_not_read() -> None:
    """calamine would find it, and its formulas would not be looked for."""
    content = moved(one([THEME], change=formula), "Worksheets/sheet1.xml")
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name.replace("Worksheets", "worksheets"), old.read(name))
    (sentence,) = sentences(file.getvalue())
    assert "ødelagt" in sentence


def test_a_broken_zip_of_an_odd_kind() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("themes.csv", "number\n" * 100)
    content = bytearray(file.getvalue())
    start = content.index(b"themes.csv") + 10
    content[start + 12 : start + 40] = b"\xff" * 28
    (sentence,) = [f"{p.file}: {p.message}" for p in read(bytes(content), "r.zip").problems]
    assert "ødelagt" in sentence or "pakket på en måte" in sentence


@pytest.mark.parametrize("name", ["r.xlsx", "R.XLS"])
def test_a_workbook_that_is_none(name: str) -> None:
    (problem,) = read(b"\xd0\xcf\x11\xe0" + b"x" * 100, name).problems
    assert "ikke et regneark vi leser" in problem.message


def bomb(name: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b"0" * 3_000_000)
    return file.getvalue()


@pytest.mark.parametrize("name", ["themes.csv", "xl/worksheets/sheet1.xml"])
def test_a_zip_bomb_is_not_unpacked(name: str) -> None:
    (sentence,) = sentences(bomb(name))
    assert "for stor når den pakkes ut" in sentence


def test_a_zip_that_lies_of_its_size_is_not_unpacked() -> None:
    content = bomb("themes.csv")
    size = (3_000_000).to_bytes(4, "little")
    assert content.count(size) == 2
    (sentence,) = sentences(content.replace(size, (10).to_bytes(4, "little")))
    assert "ødelagt" in sentence or "for stor" in sentence


def test_many_small_files() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for n in range(1001):
            archive.writestr(f"{n}.csv", b"")
    assert "for mange filer" in sentences(file.getvalue())[0]


def test_entities_are_not_expanded() -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><workbook>&b;</workbook>'

    def change(name: str, part: bytes) -> bytes:
        return laughs if name == "xl/workbook.xml" else part

    assert "ikke et regneark vi leser" in sentences(repacked(one([THEME]), change))[0]


@pytest.mark.parametrize("missing", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels"])
def test_a_workbook_without_its_parts(missing: str) -> None:
    content = repacked(one([THEME]), lambda name, part: None if name == missing else part)
    assert len(sentences(content)) == 1


def test_an_encrypted_zip() -> None:
    content = bytearray(bomb("themes.csv"))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + place] |= 1
    assert "passord" in sentences(bytes(content))[0]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("virus.exe", b"MZ\x90\x00", "ingen fil med dette navnet"),
        ("themes.csv", b"MZ\x90\x00", "nulltegn"),
        ("themes.csv", b"\xff\xfe\x00", "UTF-16"),
        ("themes.csv", b"", "tom"),
        ("r.xlsx", b"PK\x03\x04 tull", "ødelagt"),
        ("r.xls", bytes.fromhex("d0cf11e0a1b11ae1"), "ikke et regneark vi leser"),
    ],
)
def test_other_files(name: str, content: bytes, sentence: str) -> None:
    assert any(sentence in said for said in sentences(content, name=name))


def test_a_workbook_is_uploaded_alone() -> None:
    raw = read_upload({"a.xlsx": one([THEME]), "themes.csv": b"number"})
    assert [p.message for p in raw.problems] == ["Last opp regnearket alene, uten andre filer."]


def test_an_unforeseen_panic_of_the_reader_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    class PanicException(BaseException):
        """As pyo3 raises it."""

    def panic(*args: Any) -> None:
        raise PanicException

    monkeypatch.setattr("measures.exchange.workbooks._read_sheets", panic)
    (sentence,) = sentences(one([THEME]))
    assert "ødelagt" in sentence


def test_damage_anywhere_is_never_an_exception() -> None:
    chance = random.Random(20261122)
    whole = one([THEME | {"number": n, "summary": "tekst " * 5} for n in range(1, 20)])
    parts = zipfile.ZipFile(io.BytesIO(whole)).namelist()
    for _n in range(150):
        broken = bytearray(whole)
        for _m in range(chance.randint(1, 8)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        assert isinstance(read(bytes(broken)), Plan)
        target, cut = chance.choice(parts), chance.random()

        def damage(name: str, part: bytes, target: str = target, cut: float = cut) -> bytes:
            if name != target:
                return part
            at = int(len(part) * cut)
            return part[:at] + bytes([chance.randrange(256)]) + part[at + chance.randint(0, 3) :]

        assert isinstance(read(repacked(whole, damage)), Plan)


def test_passed_over_rows_are_counted() -> None:
    header = dict.fromkeys(real_register()["measures"][0], "")
    rows: Rows = [header | {"ref": f"VK-{n}", "document": "veikart2023"} for n in range(20, 23)]
    raw: Raw = read_upload({"r.xlsx": workbook({"measures": rows})})
    assert raw.passed_over == {"measures": 3}
    assert raw.rows["measures"] == []
