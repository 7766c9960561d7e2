"""The front page, which answers in ten seconds; and how to read it all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from measures.choices import (
    UNREGISTERED,
    Freshness,
    OwnerRole,
    PublisherKind,
    SaidBy,
    Schedule,
    Status,
    state_word,
)
from measures.facts import NEAR
from measures.filters.catalogue import NOBODY, QUIET
from measures.models import Measure
from measures.models.discussion import answer_within
from measures.pictures.bar import Part
from measures.pictures.waffle import Cell, Group, squares
from measures.queries import overview as queries
from measures.queries.desk import FRESH
from measures.queries.indicators import main_target
from measures.queries.method import method
from measures.queries.overview import (
    ROWS,
    STATES,
    DocumentTally,
    Gaps,
    Overview,
    Tally,
)
from measures.views.figures import (
    Figure,
    Row,
    bar,
    columns,
    heading,
    in_words,
    list_url,
    missing_url,
    numbers,
    row,
)
from measures.views.reading import read_only
from stakeholders.texts import ours

#: With more documents than this each is a line of the table, not a column.
COLUMNS = 5


class Phrase(NamedTuple):
    """A piece of a sentence that leads to the list it counts."""

    text: str
    url: str


class Gap(NamedTuple):
    """`number` of `whole` measures lack something; `url` lists them."""

    number: int
    whole: int
    text: str
    url: str


class Shares(NamedTuple):
    """A document as one bar, when its measures are too many to draw."""

    name: str
    lang: str
    sub: str
    bar: list[Part]
    text: str


@login_not_required
@read_only
def front(request: HttpRequest) -> HttpResponse:
    """The state of the whole register today."""
    today = timezone.localdate()
    overview = queries.overview(today)
    in_columns = len(overview.documents) <= COLUMNS
    context = {
        "today": today,
        "overview": overview,
        "phrases": status_phrases(overview.tally),
        "urls": headline_urls(overview),
        "groups": groups(overview) if overview.fits_squares else [],
        "shares": [] if overview.fits_squares or not in_columns else shares(overview),
        "in_columns": in_columns,
        "status_rows": status_rows(overview) if in_columns else document_rows(overview),
        "state_words": [heading(state) for state in columns(overview.tally)],
        "by_owner": overview.tally.by_owner > 0,
        "target": main_target(),
        "lead_rows": lead_rows(overview),
        "lead_total": row(ours(_("Alle")), overview.tally, columns(overview.tally), {}),
        "theme_rows": theme_rows(overview),
        "gaps": missing(overview),
        "changes": queries.latest_changes(),
        "rows_shown": ROWS,
    }
    return render(request, "measures/front.html", context)


@login_not_required
@read_only
def about(request: HttpRequest) -> HttpResponse:
    """How to read the register: what each word means, and how it comes about."""
    context = {
        "method": method(),
        "near": NEAR.days,
        "fresh": FRESH.days,
        "answer_days": answer_within().days,
        "publisher_kinds": PublisherKind.values,
    }
    return render(request, "measures/about.html", context)


# --- The headline ----------------------------------------------------------------------------


def status_phrases(tally: Tally) -> list[Phrase]:
    """Say each known state that has measures, largest commitment first: "16 er gjennomført"."""
    return [
        Phrase(phrase(state, tally.states[state]), list_url(status=state))
        for state in STATES
        if tally.states[state] and state in Status.values
    ]


def phrase(state: str, number: int) -> str:
    """Return a number and a state as the end of a sentence."""
    form = {
        Status.COMPLETED: ngettext("%(n)s er gjennomført", "%(n)s er gjennomført", number),
        Status.CARRIED_OVER: ngettext("%(n)s er videreført", "%(n)s er videreført", number),
        Status.IN_PROGRESS: ngettext("%(n)s er i gang", "%(n)s er i gang", number),
        Status.DISCONTINUED: ngettext(
            "%(n)s er avsluttet uten gjennomføring", "%(n)s er avsluttet uten gjennomføring", number
        ),
        Status.NOT_STARTED: ngettext("%(n)s er ikke startet", "%(n)s er ikke startet", number),
    }[Status(state)]
    return form % {"n": number}


def headline_urls(overview: Overview) -> dict[str, str]:
    """Return where the numbers of the headline lead."""
    return {
        "registered": list_url(),
        "known": list_url(sagt=SaidBy.values),
        "public": list_url(sagt=SaidBy.PUBLIC.value),
        "confirmed": list_url(ferskhet=Freshness.CONFIRMED.value),
        "without_lead": list_url(aktor=NOBODY, rolle=OwnerRole.LEAD.value),
        "unregistered": unregistered_url(overview.documents),
    }


def unregistered_url(documents: Iterable[DocumentTally]) -> str:
    """Return where the unregistered measures are explained: their document, or all documents."""
    lacking = [d for d in documents if d.unregistered]
    if len(lacking) == 1:
        return missing_url(lacking[0])
    return "#status"


# --- The picture -----------------------------------------------------------------------------


def subtitle(document: DocumentTally) -> str:
    """Return year and number of measures, and how many we lack."""
    year = document.document.published_on.year
    announced, lacking = document.announced, document.unregistered
    whole = ngettext("%(n)s tiltak", "%(n)s tiltak", announced) % {"n": announced}
    if not lacking:
        return f"{year}, {whole}"
    rest = ngettext("%(n)s ikke registrert", "%(n)s ikke registrert", lacking) % {"n": lacking}
    return f"{year}, {whole}, {rest}"


def groups(overview: Overview) -> list[Group]:
    """Return a square for every measure, document by document. One query."""
    measures = queries.each_measure()
    return [
        Group(
            name=str(document.document.local.short_title),
            lang=document.document.local.short_title.lang,
            sub=subtitle(document),
            text=in_words(numbers(document)),
            cells=squares(map(cell, measures.get(document.document.pk, ())), document.unregistered),
        )
        for document in overview.documents
    ]


def cell(measure: Measure) -> Cell:
    """Return the square of one measure."""
    state = measure.status or STATES[-1]
    return Cell(
        state=state,
        title=f"{measure.local.short_title}: {state_word(state)}",
        url=measure.get_absolute_url(),
        by_owner=measure.status_by == SaidBy.OWNER,
    )


def shares(overview: Overview) -> list[Shares]:
    """Return one bar per document."""
    return [
        Shares(
            name=str(document.document.local.short_title),
            lang=document.document.local.short_title.lang,
            sub=subtitle(document),
            bar=bar(document),
            text=in_words(numbers(document)),
        )
        for document in overview.documents
    ]


# --- The tables ------------------------------------------------------------------------------


def status_rows(overview: Overview) -> list[Row]:
    """Return a line per state and a column per document; the last column is the sum."""
    rows = [status_row(overview, state) for state in STATES]
    missing_figures = [of_document(d, d.unregistered, missing_url(d)) for d in overview.documents]
    everything = Figure(
        overview.unregistered, _("i alt"), unregistered_url(overview.documents), total=True
    )
    rows.append(Row(ours(""), [*missing_figures, everything], state=UNREGISTERED))
    announced = [
        of_document(d, d.announced, d.document.get_absolute_url(), total=True)
        for d in overview.documents
    ]
    total = Figure(overview.announced, _("i alt"), "#fordeling", total=True)
    return [*rows, Row(ours(_("Tiltak i alt")), [*announced, total])]


def of_document(item: DocumentTally, number: int, url: str, *, total: bool = False) -> Figure:
    """Return a number in the column of a document, which is its label."""
    title = item.document.local_text("short_title")
    return Figure(number, title.text, url, total=total, lang=title.foreign)


def status_row(overview: Overview, state: str) -> Row:
    """Return the line of one state."""
    figures = [
        of_document(d, d.tally.states[state], list_url(dokument=d.document.key, status=state))
        for d in overview.documents
    ]
    whole = Figure(overview.tally.states[state], _("i alt"), list_url(status=state), total=True)
    return Row(ours(""), [*figures, whole], state=state)


def document_rows(overview: Overview) -> list[Row]:
    """Return a line per document, the newest first: for a register of many documents."""
    states = columns(overview.tally)
    rows = []
    for document in reversed(overview.documents[-ROWS:]):
        key = document.document.key
        line = row(
            document.document.local_text("short_title"),
            document.tally,
            states,
            {"dokument": key},
            document.document.get_absolute_url(),
            by_owner=overview.tally.by_owner > 0,
        )
        lacking = Figure(document.unregistered, _("ikke registrert"), missing_url(document))
        rows.append(
            Row(
                line.name,
                [*line.figures, lacking],
                url=line.url,
                bar=bar(document),
                bar_text=in_words(numbers(document)),
            )
        )
    return rows


def lead_rows(overview: Overview) -> list[Row]:
    """Return a line per organisation that leads measures, and one for those without a lead."""
    states = columns(overview.tally)
    rows = [
        row(
            organisation.local_text("name"),
            tally,
            states,
            {"aktor": organisation.key, "rolle": OwnerRole.LEAD.value},
            organisation.get_absolute_url(),
        )
        for organisation, tally in overview.leads
    ]
    rest = overview.without_lead
    if rest.total:
        rows.append(
            row(
                ours(_("Ikke avklart")),
                rest,
                states,
                {"aktor": NOBODY, "rolle": OwnerRole.LEAD.value},
            )
        )
    return rows


def theme_rows(overview: Overview) -> list[Row]:
    """Return a line per theme."""
    states = columns(overview.tally)
    return [
        row(
            theme.local_text("title"),
            tally,
            states,
            {"tema": str(theme.number)},
            list_url(tema=theme.number),
            by_owner=overview.tally.by_owner > 0,
        )
        for theme, tally in overview.themes
    ]


# --- What is missing -------------------------------------------------------------------------


def missing(overview: Overview) -> list[Gap]:
    """Return what nobody has told, each as a part of a whole."""
    return [*never_told(overview), *not_said_of_open(overview.gaps)]


def never_told(overview: Overview) -> list[Gap]:
    """Return what is not known of measures at all."""
    gaps, registered = overview.gaps, overview.tally.total
    by_freshness = [Freshness.SOURCE_ONLY.value, Freshness.UNKNOWN.value]
    return [
        Gap(
            registered - gaps.confirmed,
            registered,
            _("registrerte tiltak er aldri rapportert av eier."),
            list_url(ferskhet=by_freshness),
        ),
        Gap(
            gaps.unknown,
            registered,
            _("registrerte tiltak har verken rapport eller offentlig kilde."),
            list_url(ferskhet=Freshness.UNKNOWN.value),
        ),
        Gap(
            overview.unregistered,
            overview.announced,
            _("varslede tiltak er ikke registrert her. Vi har ikke funnet ordlyden."),
            unregistered_url(overview.documents),
        ),
    ]


def not_said_of_open(gaps: Gaps) -> list[Gap]:
    """Return what is lacking for measures that have not ended."""
    return [
        Gap(
            gaps.without_deadline,
            gaps.open,
            _("åpne tiltak har ingen frist i kildene."),
            list_url(frist=Schedule.NONE.value),
        ),
        Gap(
            gaps.late,
            gaps.open,
            _("åpne tiltak er over fristen."),
            list_url(frist=Schedule.LATE.value),
        ),
        Gap(
            gaps.silent,
            gaps.open,
            _("åpne tiltak har det ikke kommet noe nytt om de siste tolv månedene."),
            list_url(nytt=QUIET),
        ),
    ]
