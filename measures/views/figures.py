"""Numbers in tables, each with the list that it counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import npgettext

from measures.choices import UNREGISTERED, UNREPORTED, SaidBy, Status, state_word
from measures.pictures.bar import Part, parts
from measures.queries.overview import STATES, DocumentTally, Tally
from stakeholders.texts import Text

#: States that most plans never use get no column of their own until somebody does.
RARE = (Status.CARRIED_OVER.value, Status.DISCONTINUED.value, Status.NOT_STARTED.value)


@dataclass(frozen=True)
class Figure:
    """A number, what it counts (lower case), and where those are listed ("" for nowhere).

    `lang` is the language of the label where it is content in another language than the page.
    """

    number: int
    label: str
    url: str = ""
    total: bool = False
    lang: str = ""


@dataclass(frozen=True)
class Row:
    """A line of a table: its name, perhaps a link and a bar, and its figures."""

    name: Text
    figures: list[Figure]
    url: str = ""
    state: str = ""
    bar: list[Part] = field(default_factory=list)
    bar_text: str = ""


def list_url(**selection: str | int | Iterable[str]) -> str:
    """Return the address of the list of measures with these filters; see `measures.filters`."""
    query = urlencode(selection, doseq=True)
    return reverse("measures:measure_list") + (f"?{query}" if query else "")


def missing_url(document: DocumentTally) -> str:
    """Return where a document's unregistered measures are explained."""
    return f"{document.document.get_absolute_url()}#mangler"


def of_measures(number: int, url: str) -> Figure:
    """Return a number of measures, as the sum of a line."""
    return Figure(number, npgettext("number", "tiltak", "tiltak", number), url, total=True)


def numbers(document: DocumentTally) -> list[tuple[str, int]]:
    """Return a document's measures by state, the unregistered last."""
    states = document.tally.states
    return [*((s, states[s]) for s in STATES), (UNREGISTERED, document.unregistered)]


def bar(document: DocumentTally) -> list[Part]:
    """Return a document as a bar of what it announced; what nobody has told of stays open."""
    return [p for p in parts(numbers(document), document.announced) if p.state != UNREPORTED]


def columns(tally: Tally) -> list[str]:
    """Return the states that a table of these measures has columns for."""
    return [s for s in STATES if s not in RARE or tally.states[s]]


def in_words(numbers: Iterable[tuple[str, int]]) -> str:
    """Say the numbers that are not zero: "9 gjennomført, 12 i gang"."""
    return ", ".join(f"{number} {state_word(state).lower()}" for state, number in numbers if number)


def heading(state: str) -> str:
    """Return a state as the heading of a narrow column."""
    return _("Avsluttet") if state == Status.DISCONTINUED else state_word(state)


def row(
    name: Text,
    tally: Tally,
    states: Iterable[str],
    selection: dict[str, str],
    url: str = "",
    *,
    by_owner: bool = True,
) -> Row:
    """Return a line with the total, the given states and, if wanted, what owners have reported.

    `selection` is what the list is filtered by to show the measures of this line.
    """
    figures = [of_measures(tally.total, list_url(**selection))]
    figures += [
        Figure(tally.states[state], state_word(state).lower(), list_url(**selection, status=state))
        for state in states
    ]
    if by_owner:
        owners = list_url(**selection, sagt=SaidBy.OWNER.value)
        figures.append(Figure(tally.by_owner, _("rapportert av eier"), owners))
    stated = [(state, tally.states[state]) for state in STATES if state != UNREPORTED]
    return Row(
        name,
        figures,
        url=url,
        bar=parts(stated, tally.total),
        bar_text=in_words([*stated, (UNREPORTED, tally.states[UNREPORTED])]),
    )
