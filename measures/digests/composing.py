"""What the digests of many recipients tell, decided for all of them together."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from heapq import nlargest
from typing import NamedTuple

from django.http import QueryDict
from django.utils import timezone, translation

from measures.digests.selection import followed_by
from measures.digests.telling import Item, change_item
from measures.digests.whole import tallies, whole_of
from measures.digests.work import work_of
from measures.filters.catalogue import Catalogue
from measures.filters.measures import MeasureFilter
from measures.models import Recipient
from measures.queries.changes import Change, changes_between
from measures.queries.overview import DocumentTally

#: So many changed measures in one mail; the list has the rest.
MOST_MEASURES = 25


class Window(NamedTuple):
    """From when, until just before when, a digest tells."""

    since: datetime.datetime
    until: datetime.datetime


Windows = Mapping[int, Window]


def beginning(recipient: Recipient, ended: datetime.datetime | None) -> datetime.datetime:
    """Return from when the next digest tells: where the last that was delivered `ended`, but not
    from before the recipient began, or began again."""
    return max(ended, recipient.since) if ended else recipient.since


class Shared:
    """What all the digests of one run have in common, read when it is first asked for: the whole in
    numbers, and what selections of the list need to be understood."""

    def __init__(self) -> None:
        self._filters: dict[str, MeasureFilter] = {}
        self._wholes: dict[str, Item] = {}

    @cached_property
    def counted(self) -> list[DocumentTally]:
        """The measures of each document, counted."""
        return tallies()

    def whole(self) -> Item:
        """Return the numbers of the whole, in the language that is active."""
        language = translation.get_language()
        if language not in self._wholes:
            self._wholes[language] = whole_of(self.counted)
        return self._wholes[language]

    @cached_property
    def catalogue(self) -> Catalogue:
        """The choices of the list's filters."""
        return Catalogue()

    def selection(self, query: str, today: datetime.date) -> MeasureFilter:
        """Return the list as a query asks for it."""
        if query not in self._filters:
            chosen = MeasureFilter(QueryDict(query), today=today, catalogue=self.catalogue)
            self._filters[query] = chosen
        return self._filters[query]


def compose(
    recipients: Sequence[Recipient], windows: Windows, shared: Shared, now: datetime.datetime
) -> dict[int, Item]:
    """Return the content of each recipient's digest, by the recipient's key; an empty one where
    there is nothing to tell.

    The changes are read once for all; only those who have work to do cost queries of their own.
    """
    today = timezone.localdate(now)
    told = _Told(windows)
    follows = followed_by(recipients, told.by_measure, partial(shared.selection, today=today))
    found: dict[int, Item] = {}
    for recipient in recipients:
        with translation.override(recipient.language):
            content = work_of(recipient, today) if recipient.owes_reports else {}
            changes = told.to(recipient, windows[recipient.pk], follows[recipient.pk])
            if changes["items"]:
                content["changes"] = changes
            if content:
                content["whole"] = shared.whole()
        found[recipient.pk] = content
    return found


class _Told:
    """The changes of all windows together, and what is said of each in each language."""

    def __init__(self, windows: Windows) -> None:
        self.by_measure: dict[int, list[Change]] = {}
        if windows:
            since = min(window.since for window in windows.values())
            until = max(window.until for window in windows.values())
            grouped: defaultdict[int, list[Change]] = defaultdict(list)
            for change in changes_between(since, until):
                grouped[change.measure].append(change)
            self.by_measure = dict(grouped)
        self._items: dict[tuple[int, Window, str], Item] = {}

    def to(self, recipient: Recipient, window: Window, measures: set[int]) -> Item:
        """Return what changed in the window about the measures, the latest first. Only what is
        shown is put into words."""
        latest = {key: at for key in measures if (at := self._latest(key, window))}
        shown = nlargest(MOST_MEASURES, latest, key=lambda key: (latest[key], key))
        items = [self._item(key, window, recipient.language) for key in shown]
        return {"items": items, "more": len(latest) - len(shown)}

    def _latest(self, key: int, window: Window) -> datetime.datetime | None:
        """Return when the last change of a measure in the window was, if there is one."""
        for change in reversed(self.by_measure[key]):
            if change.at < window.until:
                return change.at if change.at >= window.since else None
        return None

    def _item(self, key: int, window: Window, language: str) -> Item:
        name = (key, window, language)
        if name not in self._items:
            changes = [c for c in self.by_measure[key] if window.since <= c.at < window.until]
            self._items[name] = change_item(changes)
        return self._items[name]
