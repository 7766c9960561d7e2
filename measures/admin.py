"""The record, for those who run the site to look at; stewards keep it at `/min-side/register/`."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest

from measures.models import (
    Document,
    Event,
    Indicator,
    IndicatorValue,
    Measure,
    MeasureLink,
    Owner,
    Round,
    StatusUpdate,
    Theme,
)
from stakeholders.admin import Shown, operators

#: The site with all tables of both apps in it: what the addresses are made of.
__all__ = ["operators"]


class Documents(Shown):
    """The documents."""

    list_display = ("key", "title", "published_on", "announced_measures")
    search_fields = ("key", "title")
    ordering = ("published_on",)


class Themes(Shown):
    """The themes."""

    list_display = ("title",)
    search_fields = ("title",)


class Measures(Shown):
    """The measures."""

    list_display = ("ref", "short_title", "document", "current_update", "reporting_closed_on")
    list_filter = ("document",)
    list_select_related = ("document", "current_update")
    search_fields = ("ref", "short_title")
    ordering = ("ref",)


class Owners(Shown):
    """Who answers for what."""

    list_display = ("measure", "organisation", "role")
    list_filter = ("role",)
    list_select_related = ("measure", "organisation")
    search_fields = ("measure__ref", "organisation__name")


class StatusUpdates(Shown):
    """What has been said about the measures. Drafts are for their writers alone."""

    list_display = ("key", "measure", "date", "status", "origin", "published_at")
    list_filter = ("origin", "status")
    list_select_related = ("measure",)
    search_fields = ("key", "measure__ref")
    ordering = ("-published_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[StatusUpdate]:
        """Return those that are published."""
        return super().get_queryset(request).filter(pk__in=StatusUpdate.objects.published())


class MeasureLinks(Shown):
    """How later measures relate to earlier ones."""

    list_display = ("__str__", "kind")
    list_filter = ("kind",)
    list_select_related = ("earlier_measure", "earlier_document", "later_measure", "later_document")


class Rounds(Shown):
    """The reporting rounds."""

    list_display = ("name", "opens_on", "due_on", "closes_on")
    search_fields = ("name",)


class Events(Shown):
    """Every act on the record: who, when, what, from what to what."""

    list_display = ("at", "verb", "subject", "subject_key", "actor")
    list_filter = ("verb",)
    list_select_related = ("actor",)
    search_fields = ("subject_key", "actor__email")
    ordering = ("-at",)


class Indicators(Shown):
    """The outcomes in numbers."""

    list_display = ("key", "name", "unit")
    search_fields = ("key", "name")


class IndicatorValues(Shown):
    """The numbers."""

    list_display = ("indicator", "year", "value", "value_type")
    list_select_related = ("indicator",)
    search_fields = ("indicator__key", "indicator__name")


operators.register(Document, Documents)
operators.register(Theme, Themes)
operators.register(Measure, Measures)
operators.register(Owner, Owners)
operators.register(StatusUpdate, StatusUpdates)
operators.register(MeasureLink, MeasureLinks)
operators.register(Round, Rounds)
operators.register(Event, Events)
operators.register(Indicator, Indicators)
operators.register(IndicatorValue, IndicatorValues)
