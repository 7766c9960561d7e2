"""What a mail says about one measure, as data: what changed, or what is to be reported. Codes, and
the texts of the record; the words around them are chosen when the mail is written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from measures.choices import Origin, Verb
from measures.models import Measure, StatusUpdate
from measures.queries.changes import Change
from measures.texts import in_a_line
from stakeholders.texts import Text

#: What one item says, as JSON.
Item = dict[str, Any]
#: So much of a text is quoted; the rest is a click away.
QUOTED = 240
#: So many lines about one measure; a mail is no archive.
MOST_LINES = 6


def item_of(measure: Measure) -> Item:
    """Return the name of a measure, in the language that is active."""
    title = measure.local_text("short_title")
    return {"ref": measure.ref, **as_json("title", title)}


def as_json(name: str, text: Text) -> Item:
    """Return a text of the record with its language."""
    return {name: text.text, f"{name}_lang": text.foreign}


def change_item(changes: Iterable[Change]) -> Item:
    """Return what a mail says of the changes of one measure, the latest first, and from what to
    what its status went in all."""
    listed = sorted(changes, key=lambda c: (c.at, c.event.pk), reverse=True)
    measure = listed[0].event.measure
    assert measure is not None  # noqa: S101  # changes are about measures
    lines = [line_of(change) for change in listed]
    said = [change for change in listed if change.event.verb == Verb.PUBLISHED]
    return item_of(measure) | {
        "was": said[-1].was if said else "",
        "now": said[0].now if said else "",
        "lines": lines[:MOST_LINES],
        "more": max(0, len(lines) - MOST_LINES),
    }


def line_of(change: Change) -> Item:
    """Return what a mail says of one change."""
    event = change.event
    if event.verb == Verb.PUBLISHED and event.update:
        return update_line(change, event.update)
    line: Item = {"kind": event.verb, "at": event.at.isoformat()}
    if event.verb == Verb.DEADLINE_SET:
        before, after = event.changes.get("due_on", [None, None])
        current = event.measure.current_deadline if event.measure else None
        line |= {"was": before, "now": after or (str(current.due) if current else None)}
    elif event.comment:
        comment = event.comment
        line |= {
            "what": comment.kind,
            "position": comment.position,
            "by": comment.organisation.label,
        }
    return line


def update_line(change: Change, update: StatusUpdate) -> Item:
    """Return what a mail says of a published status update."""
    carried = update.carried_to
    return {
        "kind": update.origin,
        "at": change.at.isoformat(),
        "said": update.status,
        "by": update.organisation.label if update.organisation else "",
        "date": str(update.when),
        "carried_to": carried.ref if carried else "",
        **quoted(update),
    }


def quoted(update: StatusUpdate) -> Item:
    """Return the beginning of what an update says, or of why it corrects. A confirmation has no
    words of its own."""
    if update.origin == Origin.CONFIRMATION:
        return {"text": "", "text_lang": ""}
    said = update.local_text("summary")
    if update.replaces_id:
        said = Text(update.correction_note, update.language)
    return as_json("text", Text(shortened(said.text), said.lang))


def shortened(text: str) -> str:
    """Return a text on one line, cut at a word where it is long."""
    line = in_a_line(text)
    if len(line) <= QUOTED:
        return line
    return f"{line[:QUOTED].rsplit(' ', 1)[0]} …"
