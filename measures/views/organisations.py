"""Who: all organisations, and what each has a part in, singled out and asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, npgettext

from measures.choices import UNREPORTED, OwnerRole, PriorityLevel, state_word
from measures.filters.catalogue import NOBODY
from measures.models import Ask, Document, Measure, Priority
from measures.pictures.bar import Part, parts
from measures.queries import discussion
from measures.queries import organisations as queries
from measures.queries.discussion import Response
from measures.queries.organisations import States
from measures.queries.overview import STATES
from measures.views.figures import Figure, in_words, list_url, of_measures
from measures.views.paging import Pages, page_of
from measures.views.reading import read_only
from stakeholders.choices import OrganisationKind
from stakeholders.models import Organisation

#: So many rows at a time.
LISTED, MEASURES, ASKS = 100, 20, 20

#: What a list of each kind is headed by.
HEADINGS: dict[str, Promise] = {
    OrganisationKind.MINISTRY: gettext_lazy("Departementer"),
    OrganisationKind.PARLIAMENT: gettext_lazy("Stortinget"),
    OrganisationKind.AGENCY: gettext_lazy("Etater"),
    OrganisationKind.STATE_COMPANY: gettext_lazy("Statlige selskaper"),
    OrganisationKind.HEALTH_AUTHORITY: gettext_lazy("Regionale helseforetak"),
    OrganisationKind.COUNCIL: gettext_lazy("Råd"),
    OrganisationKind.PROGRAMME: gettext_lazy("Programmer"),
    OrganisationKind.INDUSTRY_BODY: gettext_lazy("Interesseorganisasjoner"),
    OrganisationKind.CLUSTER: gettext_lazy("Klynger og nettverk"),
    OrganisationKind.RESEARCH_AND_INCUBATION: gettext_lazy("Forskning og inkubasjon"),
}


@dataclass(frozen=True)
class Line:
    """One organisation of the list, with its numbers."""

    organisation: Organisation
    figures: list[Figure]


@dataclass(frozen=True)
class Kind:
    """The organisations of one kind."""

    key: str
    heading: str | Promise
    lines: list[Line]


@login_not_required
@read_only
def organisation_list(request: HttpRequest) -> HttpResponse:
    """All organisations by kind, with how many measures each leads, contributes to and wants."""
    pages = page_of(queries.listed(), request, size=LISTED)
    counts = queries.count_ownerless()
    return render(
        request,
        "measures/organisation_list.html",
        {
            "pages": pages,
            "kinds": list(_kinds(pages.page.object_list)),
            "counts": counts,
            "ownerless_url": list_url(aktor=NOBODY),
            "columns": [_("Leder"), _("Bidrar til"), _("Prioriterer"), _("Ønsker")],
        },
    )


def _kinds(organisations: Iterable[Any]) -> Iterable[Kind]:
    for key, group in groupby(organisations, key=lambda organisation: organisation.kind):
        yield Kind(key, HEADINGS[key], [Line(one, _figures(one)) for one in group])


def _figures(organisation: Any) -> list[Figure]:
    key, own = organisation.key, organisation.get_absolute_url()
    lead, contributor = OwnerRole.LEAD.value, OwnerRole.CONTRIBUTOR.value
    return [
        Figure(organisation.leads, _("som leder"), list_url(aktor=key, rolle=lead)),
        Figure(organisation.contributes, _("som bidrar"), list_url(aktor=key, rolle=contributor)),
        Figure(organisation.prioritised, _("prioritert"), list_url(prioritert=key)),
        Figure(
            organisation.asked,
            npgettext("number", "ønske", "ønsker", organisation.asked),
            f"{own}#onsker",
        ),
    ]


# --- One organisation ------------------------------------------------------------------------


@dataclass(frozen=True)
class Tally:
    """The measures of one role or level: a line of a table, and a bar."""

    name: str
    figures: list[Figure]
    bar: list[Part]
    bar_text: str


@dataclass(frozen=True)
class Table:
    """Tallies with the same columns: in all, and each state that occurs."""

    columns: list[str]
    tallies: list[Tally]
    total: int


class Role(NamedTuple):
    """A measure, and whether the organisation leads it."""

    measure: Measure
    leads: bool


class Choice(NamedTuple):
    """A measure that the organisation singled out, and whether as especially important."""

    measure: Measure
    priority: Priority
    important: bool


class Wish(NamedTuple):
    """An ask, and the registered measures that meet it."""

    ask: Ask
    answers: list[Measure]


class WishList(NamedTuple):
    """Where all asks are listed and where those that no measure meets; which of them is shown."""

    all_url: str
    unanswered_url: str
    only_unanswered: bool


class Coordinated(NamedTuple):
    """A document that the organisation coordinates, in numbers."""

    document: Document
    figures: list[Figure]


@dataclass(frozen=True)
class Lists:
    """The three lists of the page, one page of each, and the rows of it."""

    roles: Pages
    choices: Pages
    wishes: Pages
    role_rows: list[Role]
    choice_rows: list[Choice]
    wish_rows: list[Wish]

    @property
    def choice_sources(self) -> list[Priority]:
        """One priority for each source that says which measures were singled out."""
        rows = [row.priority for row in self.choice_rows]
        return list(
            {(row.source_name, row.source_url, row.stated_on): row for row in rows}.values()
        )

    @property
    def understood(self) -> bool:
        """Whether the address asked for pages that exist."""
        return all(p.understood for p in (self.roles, self.choices, self.wishes))


@login_not_required
@read_only
def organisation(request: HttpRequest, key: str) -> HttpResponse:
    """What one organisation is, has a part in, singled out and asked for. 404 when unknown."""
    found: Any = get_object_or_404(queries.with_asks(), key=key)
    roles, levels = _roles(found), _levels(found)
    return render(
        request,
        "measures/organisation.html",
        {
            "organisation": found,
            "trail": [(_("Aktører"), reverse("measures:organisation_list"))],
            "today": timezone.localdate(),
            "roles": roles,
            "levels": levels,
            "coordinated": [_coordinated(one) for one in queries.coordinated_by(found)],
            "unregistered": queries.count_unregistered(),
            "said": list(discussion.said_by(found)),
            "response": _response(found, roles),
            "now": timezone.now(),
            "wishes": (wishes := _wish_list(request, found)),
            "lists": _lists(request, found, wishes, (roles.total, levels.total)),
        },
    )


def _response(organisation: Organisation, roles: Table) -> Response | None:
    """Return how the organisation answers comments; None for one that has nothing to answer."""
    answers = roles.total or organisation.kind == OrganisationKind.MINISTRY
    if not answers:
        return None
    found = discussion.response_of(organisation, timezone.now())
    return found if found.owed else None


def _roles(organisation: Organisation) -> Table:
    tallies = queries.states_by_role(organisation)
    names = [(OwnerRole.LEAD, _("Leder")), (OwnerRole.CONTRIBUTOR, _("Bidrar til"))]
    rows = [
        (name, tallies[role], {"aktor": organisation.key, "rolle": str(role.value)})
        for role, name in names
        if role in tallies
    ]
    return _table(rows)


def _levels(organisation: Organisation) -> Table:
    tallies = queries.states_by_level(organisation)
    names = [
        (PriorityLevel.ESPECIALLY_IMPORTANT, _("Særlig viktige")),
        (PriorityLevel.SELECTED, _("Andre prioriterte")),
    ]
    rows = [
        (name, tallies[level], {"prioritert": organisation.key, "nivaa": str(level.value)})
        for level, name in names
        if level in tallies
    ]
    return _table(rows)


def _table(rows: list[tuple[str, States, dict[str, str]]]) -> Table:
    used = [state for state in STATES if any(tally.states[state] for _name, tally, _by in rows)]
    return Table(
        [state_word(state) for state in used],
        [_tally(name, tally, used, selection) for name, tally, selection in rows],
        sum(tally.total for _name, tally, _by in rows),
    )


def _tally(name: str, tally: States, used: list[str], selection: dict[str, str]) -> Tally:
    whole = of_measures(tally.total, list_url(**selection))
    figures = [
        Figure(tally.states[state], state_word(state).lower(), list_url(**selection, status=state))
        for state in used
    ]
    numbers = [(state, tally.states[state]) for state in STATES]
    # What nobody has said anything about is the empty frame of the bar.
    said = [(state, number) for state, number in numbers if state != UNREPORTED]
    return Tally(name, [whole, *figures], parts(said, tally.total), in_words(numbers))


def _coordinated(document: Any) -> Coordinated:
    selection = {"dokument": document.key}
    return Coordinated(
        document,
        [
            Figure(document.announced_measures, _("varslet"), document.get_absolute_url()),
            Figure(document.registered, _("registrert"), list_url(**selection)),
            Figure(
                document.leaderless,
                _("uten kjent leder"),
                list_url(**selection, aktor=NOBODY, rolle=OwnerRole.LEAD.value),
            ),
        ],
    )


def _wish_list(request: HttpRequest, organisation: Organisation) -> WishList:
    own = organisation.get_absolute_url()
    unanswered = request.GET.get("svar") == NOBODY
    return WishList(f"{own}#onsker", f"{own}?svar={NOBODY}#onsker", unanswered)


def _lists(request: HttpRequest, found: Any, wishes: WishList, totals: tuple[int, int]) -> Lists:
    """Fetch one page of each list, and then all their measures at once. `totals` count what the
    organisation has a part in, and what it singled out."""
    roles, choices = totals
    asks, number = queries.asks_of(found), found.asked
    if wishes.only_unanswered:
        asks, number = asks.filter(measures=None), found.unanswered
    owned = page_of(
        queries.roles_of(found), request, size=MEASURES, parameter="tiltak", total=roles
    )
    chosen = page_of(
        queries.priorities_of(found), request, size=MEASURES, parameter="valg", total=choices
    )
    asked = page_of(asks, request, size=ASKS, parameter="onsker", total=number)
    answers = queries.answers_to(list(asked.page))
    pks = {row.measure_id for pages in (owned, chosen) for row in pages.page}
    pks |= {pk for answer in answers.values() for pk in answer}
    measures = queries.measures_today(pks, timezone.localdate())
    return Lists(
        owned,
        chosen,
        asked,
        [Role(measures[row.measure_id], row.role == OwnerRole.LEAD) for row in owned.page],
        [
            Choice(measures[row.measure_id], row, row.level == PriorityLevel.ESPECIALLY_IMPORTANT)
            for row in chosen.page
        ],
        [Wish(ask, [measures[pk] for pk in answers.get(ask.pk, [])]) for ask in asked.page],
    )
