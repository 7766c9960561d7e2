"""A workbook to fill in: the measures that a document announced and the register lacks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import IO, Any

import xlsxwriter  # type: ignore[import-untyped]  # has no stubs
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from measures.exchange.columns import Column
from measures.exchange.exporting import WORDS_ONLY, formats, prepare_sheet
from measures.exchange.kinds import Choice, YesNo
from measures.exchange.tables import MEASURES
from measures.exchange.workbooks import EXPLANATIONS
from measures.models import Document, Measure, Theme

#: A reference that ends in a number: the letters before it, and the number.
NUMBERED = re.compile(r"([A-Z]{1,5})-(\d{1,10})")
#: Nobody fills in more at a time; the next template has the rest.
MOST_ROWS = 2000


def missing(document: Document) -> int:
    """Return how many of the announced measures are not registered."""
    return max(0, document.announced_measures - document.measures.count())


def free_refs(document: Document) -> Iterator[str]:
    """Yield references that the document can go on with, the lowest first.

    Numbered as most of its measures are; a document without any takes letters from its key.
    """
    taken = set(document.measures.values_list("ref", flat=True))
    numbered = [match for ref in taken if (match := NUMBERED.fullmatch(ref))]
    prefixes = Counter(match[1] for match in numbered)
    prefix = prefixes.most_common(1)[0][0] if prefixes else _prefix(document.key)
    widths = [len(match[2]) for match in numbered if match[1] == prefix]
    width = max(widths, default=len(str(document.announced_measures)))
    # Another document may have the prefix too: a reference is one measure's alone.
    others = Measure.objects.filter(ref__startswith=f"{prefix}-")
    taken |= set(others.values_list("ref", flat=True))
    number = 0
    while True:
        number += 1
        if (ref := f"{prefix}-{number:0{width}}") not in taken:
            yield ref


def _prefix(key: str) -> str:
    letters = "".join(sign for sign in key.upper() if "A" <= sign <= "Z")
    return letters[:4] or "T"


def write_template(file: IO[bytes], document: Document) -> None:
    """Write a workbook with a row for each missing measure: its reference and its document are
    filled in, and rows where nothing more is written are passed over when it is uploaded."""
    refs = list(islice(free_refs(document), min(missing(document), MOST_ROWS)))
    with xlsxwriter.Workbook(file, {"in_memory": True, **WORDS_ONLY}) as workbook:
        head, words = formats(workbook)
        sheet = workbook.add_worksheet(MEASURES.name)
        explanation = workbook.add_worksheet(EXPLANATIONS[get_language() == "en"])
        prepare_sheet(sheet, MEASURES, words)
        for place, column in enumerate(MEASURES.columns):
            sheet.write_string(0, place, column.name, head)
            _offer(sheet, place, _choices(column, document), len(refs))
        suggested = [*MEASURES.by_name].index
        for line, ref in enumerate(refs, start=1):
            sheet.write_string(line, suggested("ref"), ref, words)
            sheet.write_string(line, suggested("document"), document.key, words)
        _explain(explanation, document, len(refs), head)


def _offer(sheet: Any, place: int, choices: Sequence[str], rows: int) -> None:
    # A spreadsheet takes 255 characters of choices; beyond that they stand in the explanation.
    if choices and rows and len(",".join(choices)) <= 255:
        sheet.data_validation(1, place, rows, place, {"validate": "list", "source": list(choices)})


def _choices(column: Column, document: Document) -> list[str]:
    if isinstance(column.kind, YesNo):
        return ["yes", "no"]
    if isinstance(column.kind, Choice):
        return list(column.kind.words.values)
    if column.name == "theme":
        return [str(number) for number in Theme.objects.values_list("number", flat=True)]
    if column.name == "chapter":
        return list(document.chapters.order_by("letter").values_list("letter", flat=True))
    return [document.key] if column.name == "document" else []


def _explain(sheet: Any, document: Document, rows: int, head: Any) -> None:
    lines = [
        (_("Tiltak som mangler i registeret"), "", ""),
        (str(document.local_text("short_title")), "", ""),
        ("", "", ""),
        (_("Fyll ut en rad for hvert tiltak. Ordlyden skal være dokumentets egen."), "", ""),
        (_("Rader der bare ref og document er fylt ut, blir hoppet over."), "", ""),
        (_("Arket har plass til %(rows)s tiltak. Så mange mangler.") % {"rows": rows}, "", ""),
        ("", "", ""),
        (_("Kolonne"), _("Må fylles ut"), _("Hva som kan stå der")),
        *((c.name, _("Ja") if c.required else _("Nei"), _meaning(c)) for c in MEASURES.columns),
        ("", "", ""),
        (_("Tema"), _("Navn"), ""),
        *((str(t.number), str(t.local_text("title")), "") for t in Theme.objects.all()),
    ]
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 2, 60)
    for line, cells in enumerate(lines):
        for place, cell in enumerate(cells):
            sheet.write_string(line, place, cell, head if line in (0, 7) else None)


def _meaning(column: Column) -> str:
    verbose = str(MEASURES.model._meta.get_field(column.name).verbose_name)  # type: ignore[union-attr]  # a plain field
    if isinstance(column.kind, YesNo):
        return f"{verbose}: yes, no"
    if isinstance(column.kind, Choice):
        words = ", ".join(f"{value} ({label})" for value, label in column.kind.words.choices)
        return f"{verbose}: {words}"
    return verbose
