"""How many measures each choice of each filter would give, with the other filters as they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, FilteredRelation, Q, QuerySet, Value

from measures.filters.catalogue import Choice
from measures.filters.measures import COLUMNS, MeasureFilter
from measures.models import Measure
from stakeholders.texts import Text

#: Filters with few values: grouped by all of them, there are still few groups.
FEW = ("status", "sagt", "utsikt", "frist", "ferskhet")
MANY = ("dokument", "tema")
#: No more choices than this are shown, however large the register: those with most measures.
MOST_OPTIONS = 40


@dataclass(frozen=True)
class Option:
    """A choice in the filter panel, how many measures it gives, and whether it is on."""

    id: str
    value: str
    label: Text
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """One filter of the panel. `hidden` is how many choices are left out, see MOST_OPTIONS."""

    name: str
    label: str
    options: list[Option]
    hidden: int = 0

    @property
    def chosen(self) -> int:
        """How many of the options are on."""
        return sum(option.chosen for option in self.options)


class Facets:
    """The numbers beside the filters, and `total`, those of the list itself. Two queries."""

    def __init__(self, selected: MeasureFilter) -> None:
        self._selected = selected
        self._counts: dict[str, Counter[object]] = {name: Counter() for name in selected.filters}
        self.total = 0
        self._count_few()
        self._count_many()

    def _count_few(self) -> None:
        """All small filters at once."""
        wanted = {name: self._wanted(name) for name in FEW}
        rows = self._selected.narrowed(*FEW).order_by()
        columns = [COLUMNS[name] for name in FEW]
        # COUNT(*) and not COUNT(id): then an index holds all that is asked for.
        for *values, number in rows.values_list(*columns).annotate(number=Count("*")):
            self.total += self._add(dict(zip(FEW, values, strict=True)), wanted, number)

    def _wanted(self, name: str) -> set[object]:
        return set(self._selected.stored(name, self._selected.chosen(name)))

    def _add(self, group: dict[str, object], wanted: dict[str, set[object]], number: int) -> int:
        """Count a group for the filters that it would pass if only that one were another.

        Returns how many of the group the list itself holds: all or none.
        """
        stopped_by = [n for n in group if wanted[n] and group[n] not in wanted[n]]
        if len(stopped_by) <= 1:
            for name in stopped_by or group:
                self._counts[name][group[name]] += number
        return 0 if stopped_by else number

    def _count_many(self) -> None:
        """Documents with themes (their pairs are few), and owners, in one query."""
        wanted = {name: self._wanted(name) for name in MANY}
        measures = self._selected.narrowed(*MANY).order_by()
        columns = [COLUMNS[name] for name in MANY]
        pairs = measures.values_list(Value("dokument"), *columns).annotate(number=Count("*"))
        rows: Iterable[tuple[Any, ...]] = pairs.union(self._owners(), all=True)
        for kind, *values, number in rows:
            if kind == "aktor":
                self._counts["aktor"][values[0]] += number
            else:
                self._add(dict(zip(MANY, values, strict=True)), wanted, number)

    def _owners(self) -> QuerySet[Measure, tuple[str, int | None, int, int]]:
        """Per organisation, and under NULL those that nobody has a part in."""
        roles = {f"owners__{field}": value for field, value in self._selected.role.items()}
        rows = self._selected.narrowed("aktor", "rolle").order_by()
        part = FilteredRelation("owners", condition=Q(**roles)) if roles else None
        path = "part__organisation_id" if part else "owners__organisation_id"
        rows = rows.alias(part=part) if part else rows
        return rows.values_list(Value("aktor"), path, Value(0)).annotate(number=Count("*"))

    @property
    def role(self) -> str:
        """The role that the owners must have, or an empty text."""
        return self._selected.role.get("role", "")

    def facet(self, name: str, *, ministries: bool | None = None) -> Facet:
        """The options of one filter; of the owners, only ministries or only the others."""
        choices = [
            choice
            for choice in self._selected.catalogue.choices[name].values()
            if ministries is None or choice.is_ministry == ministries
        ]
        options = [self._option(name, choice) for choice in choices]
        shown = _most_telling(options)
        label = str(self._selected.filters[name].label)
        return Facet(name, label, shown, hidden=len(options) - len(shown))

    def _option(self, name: str, choice: Choice) -> Option:
        return Option(
            id=f"{name}-{choice.value}",
            value=choice.value,
            label=choice.label,
            count=self._counts[name][choice.stored],
            chosen=choice.value in self._selected.chosen(name),
        )


def _most_telling(options: list[Option]) -> list[Option]:
    """Those that are on and those with most measures, in their order."""
    if len(options) <= MOST_OPTIONS:
        return options
    best = sorted(options, key=lambda option: (not option.chosen, -option.count))[:MOST_OPTIONS]
    return [option for option in options if option in best]
