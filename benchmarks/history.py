"""What made-up measures have been through: status updates with evidence, and their events."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from benchmarks.words import FIRST, Words
from measures.choices import Origin, Outlook, Precision, PublisherKind, Status

Row = dict[str, Any]

#: The day the first document was presented, and the last day on which anything happened.
BEGAN = datetime.date(2019, 4, 5)
TODAY = datetime.date(2026, 11, 22)
PUBLISHED_AT = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)

STATUSES, OUTLOOKS, PUBLISHER_KINDS = list(Status), list(Outlook), list(PublisherKind)
#: What is said along the way; the last update may say anything.
EARLY = [Status.NOT_STARTED, Status.IN_PROGRESS, Status.IN_PROGRESS, Status.COMPLETED]

#: So many different texts about each subject are drawn from, over and over.
TEXTS = 200
#: How many of the texts about a measure have another subject than the measure.
STRAY = 0.03
#: How many updates correct the one before, and how many of an owner's words confirm what stands.
CORRECTIONS, CONFIRMATIONS = 0.01, 0.2


@dataclass
class Batch:
    """The rows about some measures, by kind, in an order in which they can be written."""

    measures: list[Row] = field(default_factory=list)
    owners: list[Row] = field(default_factory=list)
    deadlines: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    priorities: list[Row] = field(default_factory=list)
    updates: list[Row] = field(default_factory=list)
    evidence: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)


def reporter_of(organisation: int) -> int:
    """The key of the user who reports for the organisation."""
    return 2 * organisation - 1


def approver_of(organisation: int) -> int:
    """The key of the colleague who approves."""
    return 2 * organisation


def partial(day: datetime.date, chance: float) -> tuple[datetime.date, Precision]:
    """Return `day` as exactly as sources give it; `chance` (0 to 1) decides how exactly."""
    if chance < 0.05:
        return day.replace(month=1, day=1), Precision.YEAR
    if chance < 0.3:
        return day.replace(day=1), Precision.MONTH
    return day, Precision.DAY


class About(NamedTuple):
    """A measure whose history is told: its key, its subject, and the key of who would report."""

    measure: int
    topic: int
    lead: int


class History:
    """Tells what happened to the measures of a register of `size`, `updates` times each."""

    def __init__(self, size: int, updates: int, chance: Random, words: Words) -> None:
        self.size, self.updates = size, updates
        self._chance = chance
        self._sentences = pools(words.sentence)
        self._titles = pools(words.title)
        self._update = self._evidence = 0

    def add_to(self, batch: Batch, about: About) -> None:
        """Add the whole history of one measure, oldest first."""
        chance = self._chance.random
        # A tenth are told about without anybody saying how far they have come.
        silent = chance() < 0.1
        owner_speaks = chance() < 0.25
        days = (TODAY - BEGAN).days
        for place in range(self.updates):
            spread = (place + chance()) / self.updates
            day, precision = partial(BEGAN + datetime.timedelta(days=int(days * spread)), chance())
            by_owner = owner_speaks and chance() < 0.4
            said = {
                "date": day,
                "precision": precision,
                "status": "" if silent or chance() < 0.3 else self._status(place),
                "outlook": OUTLOOKS[int(chance() * 3)] if by_owner else "",
                "origin": self._origin(place, by_owner),
                "organisation_id": about.lead if by_owner else None,
            }
            self._add_update(batch, about, said)

    def _origin(self, place: int, by_owner: bool) -> Origin:
        """The first update of a measure has nothing to correct."""
        chance = self._chance.random
        if place and chance() < CORRECTIONS:
            return Origin.CORRECTION
        if not by_owner:
            return Origin.PUBLIC_SOURCE
        return Origin.CONFIRMATION if chance() < CONFIRMATIONS else Origin.REPORT

    def _status(self, place: int) -> Status:
        words = STATUSES if place == self.updates - 1 else EARLY
        status = words[int(self._chance.random() * len(words))]
        # In a register of one there is no other measure to carry on.
        only_one = status == Status.CARRIED_OVER and self.size == 1
        return Status.COMPLETED if only_one else status

    def _add_update(self, batch: Batch, about: About, said: Row) -> None:
        self._update += 1
        status = said["status"]
        carried_over = status == Status.CARRIED_OVER
        summary = f"{self._text(self._sentences, about)} {self._text(self._sentences, about)}"
        update = {
            "id": self._update,
            "key": f"U-{self._update}",
            "measure_id": about.measure,
            **said,
            "confidence": "medium" if self._chance.random() < 0.1 else "high",
            "summary": summary,
            "reason": "Oppdiktet begrunnelse." if status == Status.DISCONTINUED else "",
            "carried_to_id": about.measure % self.size + 1 if carried_over else None,
            "published_at": PUBLISHED_AT,
            **self._people(about, said),
        }
        batch.updates.append(update)
        for _ in range(1 + (self._chance.random() < 0.3)):
            self._add_evidence(batch, about)
        batch.events.append(event(update))

    def _people(self, about: About, said: Row) -> Row:
        """Who wrote it and who approved it, and what it corrects."""
        origin = said["origin"]
        corrects = origin == Origin.CORRECTION
        written = origin != Origin.PUBLIC_SOURCE
        approved = corrects or origin == Origin.REPORT
        return {
            "author_id": reporter_of(about.lead) if written else None,
            "approved_by_id": approver_of(about.lead) if approved else None,
            "replaces_id": self._update - 1 if corrects else None,
            "correction_note": "Oppdiktet feil er rettet." if corrects else "",
        }

    def _add_evidence(self, batch: Batch, about: About) -> None:
        self._evidence += 1
        batch.evidence.append(
            {
                "update_id": self._update,
                "title": self._text(self._titles, about),
                "publisher": f"Oppdiktet utgiver {self._evidence % 50}",
                "publisher_kind": PUBLISHER_KINDS[self._evidence % len(PUBLISHER_KINDS)],
                "url": f"https://example.no/kilde/{self._evidence}",
            }
        )

    def _text(self, texts: list[list[str]], about: About) -> str:
        chance = self._chance.random
        topic = int(chance() * len(texts)) if chance() < STRAY else about.topic
        return texts[topic][int(chance() * TEXTS)]


def pools(draw: Callable[[int], str]) -> list[list[str]]:
    """Return `TEXTS` texts about each subject."""
    return [[draw(topic) for _ in range(TEXTS)] for topic in range(len(FIRST))]


def event(update: Row) -> Row:
    """Return the event that a published update has."""
    return {
        "verb": "published",
        "at": PUBLISHED_AT,
        "subject": "status_update",
        "subject_key": update["key"],
        "measure_id": update["measure_id"],
        "update_id": update["id"],
        "happened_on": update["date"],
        "happened_precision": update["precision"],
    }
