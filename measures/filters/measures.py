"""The FilterSet behind the list of measures. The address is the whole state."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode

import django_filters
from django import forms
from django.db.models import Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Collate, Length
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from measures import facts, search
from measures.filters.catalogue import NOBODY, Catalogue
from measures.filters.fields import OneOf, PageNumber, Several, Words
from measures.models import Measure, Owner, Priority, StatusUpdate
from measures.models.measures import MeasureQuerySet
from stakeholders.texts import Text

#: Anybody can put anything in an address: so much of it is quoted back.
MOST_QUOTED = 40
MOST_NOTICES = 4

#: The filters that ask for a value in one column of a measure.
COLUMNS = {
    "dokument": "document_id",
    "tema": "theme_id",
    "status": "reported",
    "sagt": "status_by",
    "utsikt": "outlook",
    "frist": "schedule",
    "ferskhet": "freshness",
}

NEWEST, BEST = "hendelse", "relevans"
ORDERS: dict[str, tuple[Promise, tuple[Any, ...]]] = {
    BEST: (gettext_lazy("Best treff"), ()),
    NEWEST: (gettext_lazy("Siste hendelse"), (F("last_event_on").desc(nulls_last=True), "pk")),
    "frist": (gettext_lazy("Frist"), (F("due_on").asc(nulls_last=True), "pk")),
    "tittel": (gettext_lazy("Tittel"), (Collate("short_title", "nb-x-icu"), "ref")),
    "dokument": (
        gettext_lazy("Dokument"),
        # HM-C2 before HM-C10: what stands before the last digits, then how many they are.
        (
            *("document__published_on", "document_id"),
            Func(F("ref"), Value("0123456789"), function="RTRIM"),
            Length("ref"),
            "ref",
        ),
    ),
}


class Chip(NamedTuple):
    """A filter that is on, and the address of the list without it."""

    label: str
    value: str
    lang: str
    url: str


class Sorting(NamedTuple):
    """An order of the list, and its address."""

    key: str
    label: str
    url: str
    is_current: bool


class Asked(django_filters.Filter):
    """The words to search for."""

    field_class = Words


class Many(django_filters.Filter):
    """Any of several values."""

    field_class = Several


class One(django_filters.Filter):
    """One value at most."""

    field_class = OneOf


class Place(forms.Form):
    """Where in the selection one is: what narrows nothing."""

    sortering = OneOf(required=False, choices=[(key, label) for key, (label, _) in ORDERS.items()])
    side = PageNumber(required=False)


class MeasureFilter(django_filters.FilterSet):
    """Reads a query string, and gives the measures that it asks for (`qs`).

    Never fails: a value it does not know is left out, and `notices` says so. Every filter but
    `rolle` (the owner's role) and `nivaa` (how important the organisation holds it) may have
    several values, of which one is enough; between the filters all must hold.
    """

    q = Asked(label=gettext_lazy("Søk"), method="found")
    dokument = Many(label=gettext_lazy("Dokument"), method="any_of")
    status = Many(label=gettext_lazy("Status"), method="any_of")
    sagt = Many(label=gettext_lazy("Hvem sier det"), method="any_of")
    utsikt = Many(label=gettext_lazy("Framdrift"), method="any_of")
    frist = Many(label=gettext_lazy("Frist"), method="any_of")
    ferskhet = Many(label=gettext_lazy("Ferskhet"), method="any_of")
    aktor = Many(label=gettext_lazy("Ansvarlig"), method="owned_by")
    rolle = One(label=gettext_lazy("Rolle"), method="in_role")
    tema = Many(label=gettext_lazy("Tema"), method="any_of")
    prioritert = Many(label=gettext_lazy("Prioritert av"), method="singled_out")
    nivaa = One(label=gettext_lazy("Prioritet"), method="on_level")
    ordlyd = One(label=gettext_lazy("Ordlyd"), method="worded")
    sikkerhet = One(label=gettext_lazy("Statusmeldinger"), method="said_with")
    nytt = One(label=gettext_lazy("Åpne tiltak"), method="quiet")

    class Meta:
        form = Place

    def __init__(
        self, data: QueryDict, *, today: datetime.date, catalogue: Catalogue | None = None
    ) -> None:
        self.catalogue = catalogue or Catalogue()
        self._all = Measure.objects.with_facts(today)
        self._today = today
        self._rules = {
            "status": facts.status_rules(),
            "frist": facts.schedule_rules(today),
            "ferskhet": facts.freshness_rules(),
        }
        super().__init__(data=data, queryset=self._all)
        for name, choices in self.catalogue.choices.items():
            field = cast(Several, self.form.fields[name])
            field.choices = [(value, value) for value in choices]
        self.form.full_clean()

    # --- What is asked for ---------------------------------------------------------------------

    def chosen(self, name: str) -> list[str]:
        """The known values that the address has for a filter."""
        value = self.form.cleaned_data[name]
        return [value] if isinstance(value, str) and value else list(value)

    @cached_property
    def search(self) -> search.Search:
        """The search words, understood."""
        return search.understand(self.form.cleaned_data["q"])

    @property
    def registered(self) -> int:
        """How many measures there are in all."""
        return sum(document.registered for document in self.catalogue.documents)  # type: ignore[attr-defined]  # annotated

    @property
    def page_number(self) -> int:
        """The page asked for; it may lie beyond the last."""
        return int(self.form.cleaned_data["side"])

    @property
    def order(self) -> str:
        """The order asked for: the best hits first for a search, else what happened last."""
        asked = self.chosen("sortering")
        usual = BEST if self.search else NEWEST
        return asked[0] if asked and asked != [BEST] else usual

    # --- The measures --------------------------------------------------------------------------

    def filter_queryset(self, queryset: QuerySet[Any]) -> MeasureQuerySet:
        return self.in_order(self.narrowed())

    def narrowed(self, *leave_out: str) -> MeasureQuerySet:
        """The measures that all filters let through, but for those named."""
        measures: QuerySet[Any] = self._all
        for name, one in self.filters.items():
            if name not in leave_out:
                measures = one.filter(measures, self.form.cleaned_data[name])
        return cast(MeasureQuerySet, measures)

    def in_order(self, measures: MeasureQuerySet) -> MeasureQuerySet:
        """Sort measures as asked; the order is the same every time."""
        if self.order == BEST:
            return measures.order_by(self.search.best_first(), *ORDERS[NEWEST][1])
        return measures.order_by(*ORDERS[self.order][1])

    def stored(self, name: str, values: Collection[str]) -> list[Any]:
        """What stands in the database for values in the address."""
        return [self.catalogue.choices[name][value].stored for value in values]

    @property
    def role(self) -> dict[str, str]:
        """The condition on an owner's role, if there is one."""
        chosen = self.chosen("rolle")
        return {"role": chosen[0]} if chosen else {}

    def found(self, measures: MeasureQuerySet, name: str, text: str) -> MeasureQuerySet:
        return self.search.narrow(measures)

    def any_of(self, measures: MeasureQuerySet, name: str, values: list[str]) -> MeasureQuerySet:
        stored = self.stored(name, values)
        if name in self._rules:
            return measures.filter(facts.where(self._rules[name], stored))
        return measures.filter(**{f"{COLUMNS[name]}__in": stored})

    def owned_by(self, measures: MeasureQuerySet, name: str, values: list[str]) -> MeasureQuerySet:
        owners = Owner.objects.filter(measure=OuterRef("pk"), **self.role)
        keys = self.stored(name, [v for v in values if v != NOBODY])
        owned = Q(Exists(owners.filter(organisation__in=keys))) if keys else Q()
        return measures.filter(owned | Q(~Exists(owners)) if NOBODY in values else owned)

    def in_role(self, measures: MeasureQuerySet, name: str, values: list[str]) -> MeasureQuerySet:
        if self.chosen("aktor"):
            return measures
        return measures.filter(Exists(Owner.objects.filter(measure=OuterRef("pk"), **self.role)))

    def singled_out(
        self, measures: MeasureQuerySet, name: str, values: list[str]
    ) -> MeasureQuerySet:
        priorities = Priority.objects.filter(measure=OuterRef("pk"))
        if level := self.chosen("nivaa"):
            priorities = priorities.filter(level=level[0])
        by = self.stored(name, values)
        return measures.filter(Exists(priorities.filter(organisation__in=by)))

    def on_level(self, measures: MeasureQuerySet, name: str, values: list[str]) -> MeasureQuerySet:
        if self.chosen("prioritert"):
            return measures
        priorities = Priority.objects.filter(measure=OuterRef("pk"), level=values[0])
        return measures.filter(Exists(priorities))

    def worded(self, measures: MeasureQuerySet, name: str, values: list[str]) -> MeasureQuerySet:
        return measures.filter(wording__in=self.stored(name, values))

    def said_with(self, measures: MeasureQuerySet, name: str, values: list[str]) -> MeasureQuerySet:
        said = StatusUpdate.objects.published().filter(measure=OuterRef("pk"))
        return measures.filter(Exists(said.filter(confidence__in=self.stored(name, values))))

    def quiet(self, measures: MeasureQuerySet, name: str, values: list[str]) -> MeasureQuerySet:
        return measures.filter(facts.silent(self._today))

    # --- Addresses -----------------------------------------------------------------------------

    @cached_property
    def selection(self) -> dict[str, list[str]]:
        """The filters that are on, by name, each with its values."""
        return {name: self.chosen(name) for name in self.filters if self.chosen(name)}

    def query(self, selection: dict[str, list[str]] | None = None, **place: str) -> str:
        """Write the query string of a selection: this one, in this order, unless told."""
        narrowing = self.selection if selection is None else selection
        usual = BEST if self.search and "q" in narrowing else NEWEST
        place = {"sortering": self.order, **place}
        # Without words to search for there is no best hit.
        if place["sortering"] in (usual, BEST):
            del place["sortering"]
        return urlencode({**narrowing, **place}, doseq=True)

    def url(self, selection: dict[str, list[str]] | None = None, **place: str) -> str:
        """The address of a selection, see `query`."""
        query = self.query(selection, **place)
        return reverse("measures:measure_list") + (f"?{query}" if query else "")

    def without(self, name: str, value: str) -> str:
        """The address of the list when one value is taken away."""
        left = {
            key: [one for one in values if (key, one) != (name, value)]
            for key, values in self.selection.items()
        }
        return self.url({key: values for key, values in left.items() if values})

    @property
    def clear_url(self) -> str:
        """The address of the list without filters."""
        return self.url({})

    def chips(self) -> Iterator[Chip]:
        """One for each filter value that is on."""
        for name, values in self.selection.items():
            for value in values:
                text = self.label_of(name, value)
                yield Chip(
                    str(self.filters[name].label), text.text, text.lang, self.without(name, value)
                )

    def label_of(self, name: str, value: str) -> Text:
        """What a filter value is called. Nobody knows which language a search is in."""
        if name == "q":
            return Text(value, "")
        return self.catalogue.choices[name][value].label

    def sortings(self) -> list[Sorting]:
        """The orders that the list can have."""
        return [
            Sorting(key, str(label), self.url(sortering=key), key == self.order)
            for key, (label, _order) in ORDERS.items()
            if key != BEST or self.search
        ]

    # --- What was not understood ---------------------------------------------------------------

    def notices(self) -> list[str]:
        """Sentences about what in the address was not used, or used in another way."""
        said = [*self._about_search(), *self._about_values()]
        if len(said) > MOST_NOTICES:
            more = len(said) - MOST_NOTICES
            said[MOST_NOTICES:] = [
                ngettext(
                    "Én verdi til i adressen er ikke brukt.",
                    "%(more)s verdier til i adressen er ikke brukt.",
                    more,
                )
                % {"more": more}
            ]
        return said

    def _about_search(self) -> Iterator[str]:
        typed = self.form.cleaned_data["q"]
        if typed and not self.search:
            yield _("Vi fant ingen ord å søke etter i «%(typed)s».") % {"typed": quoted(typed)}
        if self.search.is_cut:
            used = " ".join(term.typed for term in self.search.terms)
            yield _("Søket er for langt. Vi har bare søkt etter «%(used)s».") % {"used": used}
        for term in self.search.corrections:
            yield _("Ingen treff på «%(typed)s». Viser treff for «%(meant)s».") % {
                "typed": term.typed,
                "meant": term.word,
            }

    def _about_values(self) -> Iterator[str]:
        for name in (*self.filters, *Place.base_fields):
            for value in getattr(self.form.fields[name], "unknown", ()):
                yield self._not_understood(name, quoted(value))

    def _not_understood(self, name: str, value: str) -> str:
        if name == "side":
            return _("Siden «%(value)s» finnes ikke. Her er den første.") % {"value": value}
        if name == "sortering":
            return _("Vi kan ikke sortere etter «%(value)s».") % {"value": value}
        return _("Filteret «%(filter)s» har ikke valget «%(value)s», så det er ikke brukt.") % {
            "filter": self.filters[name].label,
            "value": value,
        }


def quoted(text: str) -> str:
    """Cut what somebody typed to what fits in a sentence, on one line."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= MOST_QUOTED else f"{line[:MOST_QUOTED]}…"
