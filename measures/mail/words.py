"""What the data of a mail are called, in the language that is active: its sections, row by row."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from measures.choices import (
    UNREGISTERED,
    UNREPORTED,
    CommentKind,
    Origin,
    Position,
    SaidBy,
    Verb,
    state_word,
)
from measures.dates import PartialDate, when
from measures.mail.links import Purpose, address, token_for
from measures.queries.overview import STATES

Data = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """Words under a title. `lang` where they are in another language than the mail; `is_late` where
    something should have been done; `is_quote` where somebody else said them."""

    text: str
    lang: str = ""
    is_late: bool = False
    is_quote: bool = False


@dataclass(frozen=True)
class Row:
    """One measure in a section: its title and where it leads, what is said, a button."""

    ref: str
    title: str
    lang: str
    url: str
    lines: list[Line] = field(default_factory=list)
    button: str = ""
    button_url: str = ""


@dataclass(frozen=True)
class Section:
    """A heading with rows; `note` explains, `more` says what is left out and `more_url` has it."""

    title: str
    rows: list[Row]
    note: str = ""
    more: str = ""
    more_url: str = ""


def sections(content: Data, today: datetime.date) -> Iterator[Section]:
    """Yield the sections of a mail in the order of their weight: what is asked of the recipient
    first, then what is news."""
    desk = address("measures:desk")
    for name, write in WRITERS.items():
        if name in content:
            rows = [write(item, today) for item in content[name]["items"]]
            more = content[name]["more"]
            yield Section(
                title=str(TITLES[name]()),
                rows=rows,
                note=NOTES[name](content[name]["items"]) if name in NOTES else "",
                more=ngettext("Og ett til.", "Og %(more)s til.", more) % {"more": more}
                if more
                else "",
                more_url=address("measures:measure_list") if name == "changes" else desk,
            )


# --- What is asked of the recipient ----------------------------------------------------------


def report_row(item: Data, today: datetime.date) -> Row:
    """A measure to report, with a link to answer by where the recipient is a person."""
    stands = state_word(item["status"]) if item["status"] else _("Ikke rapportert")
    if item["status"] and item["said_by"] != SaidBy.OWNER:
        stands = _("%(status)s, ifølge offentlig kilde") % {"status": stands}
    lines = [Line(f"{stands}."), confirmed_line(item, today)]
    if item["due"]:
        lines.append(due_line(day(item["due"]), today))
    link = item.get("link")
    if link:
        url = address("measures:answer", token_for(Purpose.ANSWER, link))
        return measure_row(item, lines, _("Svar om %(ref)s") % {"ref": item["ref"]}, url)
    return measure_row(item, lines)


def confirmed_line(item: Data, today: datetime.date) -> Line:
    """Say when the owner last spoke."""
    if not item["confirmed"]:
        return Line(_("Aldri rapportert av eier."))
    days = (today - day(item["confirmed"])).days
    text = ngettext(
        "Sist bekreftet for én dag siden.", "Sist bekreftet for %(days)s dager siden.", days
    )
    return Line(text % {"days": days})


def due_line(due: datetime.date, today: datetime.date) -> Line:
    """Say by when an answer is wanted, or how long ago that was."""
    late = (today - due).days
    if late <= 0:
        return Line(_("Svar innen %(date)s.") % {"date": when(due)})
    text = ngettext(
        "Svarfristen gikk ut for én dag siden, %(date)s.",
        "Svarfristen gikk ut for %(days)s dager siden, %(date)s.",
        late,
    )
    return Line(text % {"days": late, "date": when(due)}, is_late=True)


def other_row(item: Data, today: datetime.date) -> Row:
    """A measure that somebody else should have reported."""
    who = Line(_("%(organisation)s har ikke rapportert.") % {"organisation": item["by"]})
    return measure_row(item, [who, due_line(day(item["due"]), today)])


def returned_row(item: Data, today: datetime.date) -> Row:
    """A text that came back, with what the colleague said of it."""
    said = Line(_("%(name)s skriver:") % {"name": item["by"]})
    note = Line(item["note"], item["note_lang"], is_quote=True)
    if item.get("comment"):
        url = address("measures:comment_desk", item["comment"])
    elif item.get("corrects"):
        url = address("measures:correct", item["corrects"])
    else:
        url = address("measures:report", item["ref"])
    return measure_row(item, [said, note], _("Rett teksten om %(ref)s") % {"ref": item["ref"]}, url)


def approve_row(item: Data, today: datetime.date) -> Row:
    """A text that a colleague has handed in."""
    if item.get("update"):
        text, url = _("Statusmelding fra %(name)s"), address("measures:approve", item["update"])
    else:
        text = _("Innspill eller svar fra %(name)s")
        url = address("measures:comment_approve", item["comment"])
    words = _("Se over teksten om %(ref)s") % {"ref": item["ref"]}
    return measure_row(item, [Line(text % {"name": item["by"]})], words, url)


def answer_row(item: Data, today: datetime.date) -> Row:
    """A comment that awaits an official answer."""
    kind = CommentKind(item["kind"]).label
    lines = [Line(_("%(kind)s fra %(organisation)s") % {"kind": kind, "organisation": item["by"]})]
    if item["due"]:
        lines.append(due_line(local_day(item["due"]), today))
    url = address("measures:comment_answer", item["comment"])
    return measure_row(item, lines, _("Skriv svaret om %(ref)s") % {"ref": item["ref"]}, url)


# --- What is news ----------------------------------------------------------------------------


def change_row(item: Data, today: datetime.date) -> Row:
    """What changed about a measure: the status in all, then each thing, the latest first."""
    lines = [Line(new_status(item))] if item["was"] != item["now"] else []
    lines += [line for one in item["lines"] for line in change_lines(one)]
    if item["more"]:
        text = ngettext("Og én hendelse til.", "Og %(more)s hendelser til.", item["more"])
        lines.append(Line(text % {"more": item["more"]}))
    return measure_row(item, lines)


def new_status(item: Data) -> str:
    """Say from what to what the status went."""
    text = pgettext("mail", "Ny status: %(now)s. Før: %(was)s.")
    return text % {"now": state_word(item["now"]), "was": state_word(item["was"])}


def change_lines(one: Data) -> Iterator[Line]:
    """Say one change: what happened, and the words of whoever said it."""
    yield Line(HAPPENED.get(one["kind"], said_update)(one))
    if one.get("text"):
        yield Line(one["text"], one["text_lang"], is_quote=True)


def said_update(one: Data) -> str:
    """Say who spoke, of which day, and which status that is."""
    who = one["by"] or _("Offentlig kilde")
    said = f"{who}, {when_known(one['date'])}"
    if one["said"]:
        said = f"{said}: {state_word(one['said'])}"
    carried_to = _("Arbeidet fortsetter i %(ref)s.") % {"ref": one["carried_to"]}
    return f"{said}. {carried_to}" if one["carried_to"] else f"{said}."


def said_confirmation(one: Data) -> str:
    """Say that the owner confirmed what stood."""
    status = {"name": one["by"], "status": state_word(one["said"])}
    return _("%(name)s bekrefter at ingenting er endret: %(status)s.") % status


def said_correction(one: Data) -> str:
    """Say that something published was corrected, and which status it says now."""
    said = _("Rettelse, %(date)s.") % {"date": when(local_day(one["at"]))}
    if not one["said"]:
        return said
    return f"{said} " + _("Riktig status: %(status)s.") % {"status": state_word(one["said"])}


def said_deadline(one: Data) -> str:
    """Say the new deadline, and the one before."""
    now = when_known(one["now"])
    if one["was"]:
        return _("Ny frist: %(now)s. Før: %(was)s.") % {"now": now, "was": when_known(one["was"])}
    return _("Frist satt: %(now)s.") % {"now": now}


def said_comment(one: Data) -> str:
    """Say who commented, and how."""
    kind = str(CommentKind(one["what"]).label)
    if one["position"]:
        kind = f"{kind}, {Position(one['position']).label}"
    return _("Innspill fra %(name)s: %(kind)s.") % {"name": one["by"], "kind": kind}


def said_answer(one: Data) -> str:
    """Say who answered a comment."""
    return _("%(name)s har svart på et innspill, %(date)s.") % {
        "name": one["by"],
        "date": when(local_day(one["at"])),
    }


HAPPENED: dict[str, Callable[[Data], str]] = {
    Origin.CONFIRMATION.value: said_confirmation,
    Origin.CORRECTION.value: said_correction,
    Verb.DEADLINE_SET.value: said_deadline,
    Verb.COMMENT_PUBLISHED.value: said_comment,
    Verb.ANSWER_PUBLISHED.value: said_answer,
    Verb.REPORTING_CLOSED.value: lambda one: _("Rapporteringen er avsluttet."),
    Verb.REPORTING_REOPENED.value: lambda one: _("Rapporteringen er gjenåpnet."),
}


# --- The sections ----------------------------------------------------------------------------


def chain_note(items: list[Data]) -> str:
    """Announce who is told when there is no answer, and when."""
    if not any(item["due"] for item in items):
        return ""
    return _(
        "Uten svar får de som godkjenner hos den ansvarlige, beskjed sju dager etter svarfristen. "
        "Etter tre uker får departementet som koordinerer dokumentet, beskjed."
    )


WRITERS: dict[str, Callable[[Data, datetime.date], Row]] = {
    "to_report": report_row,
    "others": other_row,
    "returned": returned_row,
    "to_approve": approve_row,
    "to_answer": answer_row,
    "changes": change_row,
}
TITLES: dict[str, Callable[[], str]] = {
    "to_report": lambda: _("Må rapporteres"),
    "others": lambda: _("Ikke rapportert av den ansvarlige"),
    "returned": lambda: _("Sendt tilbake til deg"),
    "to_approve": lambda: _("Venter på at du godkjenner"),
    "to_answer": lambda: _("Innspill som venter på svar"),
    "changes": lambda: _("Nytt i tiltak du følger"),
}
NOTES: dict[str, Callable[[list[Data]], str]] = {"to_report": chain_note, "others": chain_note}


# --- The whole -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bar:
    """One document: what its measures came to, in words, and as pieces of a bar in percent."""

    title: str
    lang: str
    words: str
    pieces: list[tuple[str, int]]


def bars(whole: Data) -> list[Bar]:
    """Return one bar for each document."""
    return [bar_of(document) for document in whole["documents"]]


def bar_of(document: Data) -> Bar:
    """Return the bar of a document. The pieces add up to a hundred."""
    states = [(state, document["states"].get(state, 0)) for state in (*STATES, UNREGISTERED)]
    counted = [(state, number) for state, number in states if number > 0]
    words = ", ".join(f"{number} {state_word(s).lower()}" for s, number in counted)
    total = sum(number for _state, number in counted)
    pieces, done, drawn = [], 0, 0
    for state, number in counted:
        done += number
        width = round(100 * done / total) - drawn
        drawn += width
        if width:
            pieces.append((state or UNREPORTED, width))
    text = ngettext("Ett tiltak: %(words)s", "%(number)s tiltak: %(words)s", total)
    return Bar(
        document["title"], document["title_lang"], text % {"number": total, "words": words}, pieces
    )


def whole_words(whole: Data) -> str:
    """Say the whole in one sentence, with its denominator."""
    return _(
        "%(announced)s tiltak er varslet, %(registered)s er registrert, og eierne har rapportert "
        "om %(by_owner)s."
    ) % {key: whole[key] for key in ("announced", "registered", "by_owner")}


# --- Small things ----------------------------------------------------------------------------


def measure_row(item: Data, lines: list[Line], button: str = "", button_url: str = "") -> Row:
    """A row about a measure."""
    return Row(
        ref=item["ref"],
        title=item["title"],
        lang=item["title_lang"],
        url=address("measures:measure", item["ref"]),
        lines=lines,
        button=button,
        button_url=button_url,
    )


def day(text: str) -> datetime.date:
    """Read a day."""
    return datetime.date.fromisoformat(text)


def local_day(text: str) -> datetime.date:
    """Return the Norwegian day of a moment."""
    return timezone.localdate(datetime.datetime.fromisoformat(text))


def when_known(text: str) -> str:
    """Write a date as exactly as it is known."""
    return when(PartialDate.parse(text))
