"""What stands about a measure beside what somebody wants to say now, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from measures.choices import Precision
from measures.dates import PartialDate
from measures.models import Evidence, StatusUpdate
from measures.word_diff import Piece, compare, whole


@dataclass(frozen=True)
class Side:
    """One field of one of the two: its words, and what they come from where it is drawn with a
    sign (`value`) or as a list (`sources`, each with whether the other side lacks it)."""

    pieces: Sequence[Piece] = ()
    lang: str = ""
    value: Any = None
    sources: Sequence[tuple[Evidence, bool]] = ()

    @property
    def text(self) -> str:
        """All the words."""
        return "".join(piece.text for piece in self.pieces)

    def __bool__(self) -> bool:
        return bool(self.pieces or self.sources)


@dataclass(frozen=True)
class Row:
    """One field, old and new. `kind` says how it is drawn: "status", "outlook", "sources", "date"
    or "words"."""

    name: str
    label: str
    old: Side
    new: Side
    kind: str = "words"

    @property
    def is_changed(self) -> bool:
        """Whether the two differ."""
        if self.kind == "sources":
            return any(changed for _source, changed in [*self.old.sources, *self.new.sources])
        return self.old.text != self.new.text

    @property
    def change(self) -> str:
        """Say in a word what became of the field."""
        if not self.is_changed:
            return _("Uendret")
        if not self.old:
            return _("Nytt")
        return _("Endret") if self.new else _("Fjernet")


def what_stands(update: StatusUpdate) -> StatusUpdate | None:
    """Return what the update would take the place of: what it corrects, else what stands.
    `update` with its measure's current update, and with what it replaces."""
    return update.replaces if update.replaces_id else update.measure.current_update


def comparison(update: StatusUpdate) -> list[Row]:
    """Return every field of an update that awaits a decision, beside what stands; fields that
    neither of them fills in are left out where a reader would not miss them.

    `update` as `measures.views.approve` loads it: nothing is fetched here but evidence.
    """
    old = what_stands(update)
    rows = [
        _chosen("status", _("Status"), old, update),
        _chosen("outlook", _("Framdrift"), old, update),
        _texts("summary", _("Hva har skjedd"), old, update),
        _texts("next_step", _("Neste steg"), old, update),
        _dated("date", _("Gjelder"), old.when if old else None, update.when),
        _chosen("reason_kind", _("Type begrunnelse"), old, update),
        _texts("reason", _("Begrunnelse"), old, update),
        _said("carried_to", _("Videreføres i"), _carried(old), _carried(update)),
        *_deadline(update),
        _evidence(old, update),
        _chosen("language", _("Språk"), old, update),
    ]
    if update.replaces_id:
        rows.insert(0, _texts("correction_note", _("Hva som er rettet"), None, update))
    always = {"status", "outlook", "summary", "next_step", "new_due", "evidence"}
    return [row for row in rows if row.name in always or row.old or row.new]


def corrected_fields(correction: StatusUpdate) -> list[Row]:
    """Return the fields that a published correction changed. Its note and what it set as deadline
    are told elsewhere: the deadline of today is not what stood then."""
    told = {"correction_note", "new_due", "new_due_reason"}
    return [row for row in comparison(correction) if row.is_changed and row.name not in told]


def _chosen(name: str, label: str, old: StatusUpdate | None, new: StatusUpdate) -> Row:
    """A field with a choice among few."""
    kind = name if name in ("status", "outlook") else "words"
    words = [str(getattr(u, f"get_{name}_display")()) if u else "" for u in (old, new)]
    before, after = _marked(words[0], words[1])
    return Row(
        name,
        label,
        Side(before, value=getattr(old, name, "")),
        Side(after, value=getattr(new, name)),
        kind,
    )


def _texts(name: str, label: str, old: StatusUpdate | None, new: StatusUpdate) -> Row:
    """A text, compared word by word, each side in its own language."""
    before, after = compare(getattr(old, name, ""), getattr(new, name))
    return Row(name, label, Side(before, _lang(old)), Side(after, _lang(new)))


def _said(name: str, label: str, old: str, new: str) -> Row:
    """A short word or two of the page's own, compared as a whole."""
    before, after = _marked(old, new)
    return Row(name, label, Side(before), Side(after))


def _marked(old: str, new: str) -> tuple[list[Piece], list[Piece]]:
    return whole(old, is_changed=old != new), whole(new, is_changed=old != new)


def _lang(update: StatusUpdate | None) -> str:
    """The language of the update's words, where the page is in another."""
    return "" if update is None or update.language == get_language() else str(update.language)


def _dated(name: str, label: str, old: PartialDate | None, new: PartialDate | None) -> Row:
    """A date, as exactly as it is known."""
    before, after = _marked(str(old or ""), str(new or ""))
    return Row(name, label, Side(before, value=old), Side(after, value=new), "date")


def _carried(update: StatusUpdate | None) -> str:
    measure = update.carried_to if update else None
    return f"{measure.ref} {measure.short_title}" if measure else ""


def _deadline(update: StatusUpdate) -> Iterator[Row]:
    """The deadline, and why it moves. An update that sets none leaves the one that counts."""
    standing = update.measure.current_deadline
    old = standing.due if standing else None
    new = old
    if update.new_due_on:
        precision = Precision(update.new_due_precision)
        new = PartialDate.ending(update.new_due_on, precision)
    yield _dated("new_due", _("Frist"), old, new)
    if update.new_due_on:
        yield _texts("new_due_reason", _("Grunn til ny frist"), None, update)


def _evidence(old: StatusUpdate | None, new: StatusUpdate) -> Row:
    """The sources of both; one is the same when it has the address or the content of another."""
    before = list(old.evidence.all()) if old else []
    after = list(new.evidence.all())
    held, given = {_same(e) for e in before}, {_same(e) for e in after}
    return Row(
        "evidence",
        _("Dokumentasjon"),
        Side(sources=[(e, _same(e) not in given) for e in before]),
        Side(sources=[(e, _same(e) not in held) for e in after]),
        "sources",
    )


def _same(evidence: Evidence) -> tuple[str, str, str]:
    return evidence.title, evidence.url, evidence.sha256
