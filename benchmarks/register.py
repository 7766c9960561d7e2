"""A made-up register of any size, as rows. Nothing here knows a database.

Everything has the shares that the real register shows, so that every rule, filter and count has
something to do: measures without a lead or a deadline, updates without a status, dates known only
to their year, owners who never spoke. The number of themes and of ministries does not depend on
the size, as in life; documents and organisations grow slowly.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from benchmarks.words import Words
from measures.choices import (
    AskKind,
    DocumentKind,
    LinkBasis,
    LinkKind,
    Origin,
    Outlook,
    OwnerRole,
    Precision,
    PriorityLevel,
    PublisherKind,
    Status,
    ThemeOrigin,
    ValueType,
    Wording,
)
from stakeholders.choices import OrganisationKind

Row = dict[str, Any]

SEED = 20261122
#: The last day on which anything happened, and the day the first document was presented.
TODAY = datetime.date(2026, 11, 22)
BEGAN = datetime.date(2019, 4, 5)
PUBLISHED_AT = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)

THEMES = 13
MINISTRIES = 15
INDICATORS = 38
#: So many different texts are drawn from, over and over.
TEXTS = 5000
#: Measures in one batch; a batch of 20 updates each fits easily in memory.
BATCH = 1000
KINDS = [kind for kind in OrganisationKind if kind != OrganisationKind.MINISTRY]
STATED = [Status.NOT_STARTED, Status.IN_PROGRESS, Status.IN_PROGRESS, Status.COMPLETED]


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


def partial(day: datetime.date, chance: float) -> tuple[datetime.date, Precision]:
    """Return `day` as exactly as sources give it; `chance` (0 to 1) decides how exactly."""
    if chance < 0.05:
        return day.replace(month=1, day=1), Precision.YEAR
    if chance < 0.3:
        return day.replace(day=1), Precision.MONTH
    return day, Precision.DAY


class Register:
    """A register of `measures` measures with `updates` status updates each.

    The same arguments give the same rows. Primary keys are counted from 1, so that rows can
    refer to each other before a database has seen them.
    """

    def __init__(self, measures: int, updates: int, seed: int = SEED) -> None:
        self.size, self.updates = measures, updates
        self.documents_count = 3 + measures // 1000
        self.organisations_count = 60 + measures // 500
        self._chance, self._words = Random(seed), Words(seed)
        self._sentences = [self._words.sentence() for _ in range(TEXTS)]
        self._titles = [self._words.title() for _ in range(TEXTS)]
        self._update = self._evidence = 0

    # --- What does not grow with the measures, or slowly -------------------------------------

    def organisations(self) -> list[Row]:
        """Ministries first, then all other kinds in turn."""
        return [
            {
                "id": n,
                "key": f"aktor-{n}",
                "name": self._words.body(n),
                "short_name": f"A{n}",
                "kind": OrganisationKind.MINISTRY if n <= MINISTRIES else KINDS[n % len(KINDS)],
                "note": self._words.sentence(),
            }
            for n in range(1, self.organisations_count + 1)
        ]

    def themes(self) -> list[Row]:
        """Twelve of the roadmap's, and one of our own."""
        return [
            {
                "id": n,
                "number": n,
                "origin": ThemeOrigin.OWN if n == THEMES else ThemeOrigin.ROADMAP,
                "title": self._words.thing().capitalize(),
                "summary": self._words.text(2),
            }
            for n in range(1, THEMES + 1)
        ]

    def documents(self) -> list[Row]:
        """Documents that announced a little more than the register holds."""
        kinds = list(DocumentKind)
        share = self.size // self.documents_count
        return [
            {
                "id": n,
                "key": f"dokument-{n}",
                "kind": kinds[n % len(kinds)],
                "short_title": f"Plan {n}",
                "title": f"Plan {n}: {self._words.title()}",
                "published_on": BEGAN + datetime.timedelta(days=40 * n),
                "announced_measures": share + 1 + share // 3,
                "summary": self._words.text(3),
            }
            for n in range(1, self.documents_count + 1)
        ]

    def coordinators(self) -> list[Row]:
        """Two ministries for each document."""
        return [
            {"document_id": n, "organisation_id": (n + offset) % MINISTRIES + 1}
            for n in range(1, self.documents_count + 1)
            for offset in (0, 1)
        ]

    def indicators(self) -> list[Row]:
        """As many as the real register has. The first is the export goal, whose key is known."""
        return [
            {
                "id": n,
                "key": "export-income" if n == 1 else f"indikator-{n}",
                "name": self._words.thing().capitalize(),
                "unit": "mrd. kroner",
                "wanted_direction": "up",
                "baseline_year": 2021,
                "baseline_value": 20 + n,
                "target_year": 2030,
                "target_value": 50 + n,
                "theme_id": n % THEMES + 1,
                "document_id": n % self.documents_count + 1,
            }
            for n in range(1, INDICATORS + 1)
        ]

    def indicator_values(self) -> list[Row]:
        """Three measured years for each indicator."""
        return [
            {
                "indicator_id": indicator,
                "year": year,
                "value": 20 + indicator + (year - 2021) * 1.3,
                "value_type": ValueType.ACTUAL,
                "publisher": "Oppdiktet kontor",
            }
            for indicator in range(1, INDICATORS + 1)
            for year in (2021, 2022, 2024)
        ]

    def asks(self) -> list[Row]:
        """Nineteen wishes, as many as the real register has."""
        kinds = list(AskKind)
        return [
            {
                "id": n,
                "key": f"ASK-{n}",
                "organisation_id": MINISTRIES + 1 + n % 3,
                "kind": kinds[n % len(kinds)],
                "title": self._words.short_title(),
                "summary": self._words.sentence(),
                "source_name": "Oppdiktet kilde",
            }
            for n in range(1, 20)
        ]

    # --- The measures ------------------------------------------------------------------------

    def batches(self) -> Iterator[Batch]:
        """Yield all measures with what belongs to them, some at a time."""
        for start in range(1, self.size + 1, BATCH):
            batch = Batch()
            for n in range(start, min(start + BATCH, self.size + 1)):
                self._add_measure(batch, n)
            yield batch

    def ref(self, n: int) -> str:
        """The name of measure `n`, counted from 1."""
        return f"T-{n}"

    def _add_measure(self, batch: Batch, n: int) -> None:
        chance = self._chance.random
        batch.measures.append(
            {
                "id": n,
                "ref": self.ref(n),
                "document_id": n % self.documents_count + 1,
                "number": str(n),
                "theme_id": int(chance() * THEMES) + 1,
                "short_title": self._words.short_title(),
                "title": self._words.title(),
                "summary": self._words.text(2),
                "wording": Wording.PARAPHRASE if chance() < 0.3 else Wording.OFFICIAL,
                "caveat": self._words.sentence() if chance() < 0.05 else "",
                "source_name": "Oppdiktet plan",
                "source_url": f"https://example.no/plan/{n}",
                "reporting_closed_on": TODAY if chance() < 0.02 else None,
            }
        )
        lead = self._add_owners(batch, n)
        self._add_deadlines(batch, n)
        self._add_links(batch, n)
        self._add_updates(batch, n, lead)

    def _add_owners(self, batch: Batch, n: int) -> int:
        """Add nobody, a lead, or a lead and up to two others; return who would report."""
        chance = self._chance.random
        # Ministries lead half of the measures, as they do in life.
        among = MINISTRIES if chance() < 0.5 else self.organisations_count
        lead = int(chance() * among) + 1
        if chance() < 0.3:
            return lead
        for place in range(1 + int(chance() * 3)):
            batch.owners.append(
                {
                    "measure_id": n,
                    "organisation_id": (lead - 1 + place * 7) % self.organisations_count + 1,
                    "role": OwnerRole.CONTRIBUTOR if place else OwnerRole.LEAD,
                }
            )
        if chance() < 0.05:
            batch.priorities.append(
                {
                    "measure_id": n,
                    "organisation_id": MINISTRIES + 1 + n % 3,
                    "level": PriorityLevel.SELECTED,
                    "stated_on": TODAY,
                    "source_name": "Oppdiktet uttalelse",
                }
            )
        return lead

    def _add_deadlines(self, batch: Batch, n: int) -> None:
        """Add no deadline to most, one to a third, and a moved one to some of those."""
        chance = self._chance.random
        if chance() < 0.6:
            return
        for moved in range(1 + (chance() < 0.25)):
            batch.deadlines.append(
                {
                    "measure_id": n,
                    "due_on": BEGAN + datetime.timedelta(days=1500 + int(chance() * 2000)),
                    "precision": Precision.DAY,
                    "stated_on": BEGAN + datetime.timedelta(days=400 * (moved + 1)),
                    "reason": self._words.sentence(),
                    "source_name": "Oppdiktet plan",
                }
            )

    def _add_links(self, batch: Batch, n: int) -> None:
        """Link a third of the measures to one that came before."""
        if n > 1 and self._chance.random() < 0.33:
            batch.links.append(
                {
                    "earlier_measure_id": int(self._chance.random() * (n - 1)) + 1,
                    "later_measure_id": n,
                    "kind": list(LinkKind)[n % 4],
                    "reason": self._words.sentence(),
                    "basis": list(LinkBasis)[n % 2],
                }
            )

    def _add_updates(self, batch: Batch, n: int, lead: int) -> None:
        chance = self._chance.random
        # A tenth are told about without anybody saying how far they have come.
        silent = chance() < 0.1
        owner_speaks = chance() < 0.25
        days = (TODAY - BEGAN).days
        for place in range(self.updates):
            spread = (place + chance()) / self.updates
            day, precision = partial(BEGAN + datetime.timedelta(days=int(days * spread)), chance())
            status: Status | str = "" if silent or chance() < 0.3 else self._status(place)
            by_owner = owner_speaks and chance() < 0.4
            self._add_update(batch, n, day, precision, status, lead if by_owner else None)

    def _status(self, place: int) -> Status:
        """Early updates seldom say the last word; the last one may say any."""
        chance = self._chance.random()
        if place == self.updates - 1:
            return list(Status)[int(chance * len(Status))]
        return STATED[int(chance * len(STATED))]

    def _add_update(
        self,
        batch: Batch,
        measure: int,
        day: datetime.date,
        precision: Precision,
        status: Status | str,
        owner: int | None,
    ) -> None:
        chance = self._chance.random
        # There is no other measure to carry on in a register of one.
        if status == Status.CARRIED_OVER and self.size == 1:
            status = Status.COMPLETED
        self._update += 1
        update = {
            "id": self._update,
            "key": f"U-{self._update}",
            "measure_id": measure,
            "date": day,
            "precision": precision,
            "status": status,
            "outlook": list(Outlook)[int(chance() * 3)] if owner else "",
            "origin": Origin.REPORT if owner else Origin.PUBLIC_SOURCE,
            "organisation_id": owner,
            "confidence": "medium" if chance() < 0.1 else "high",
            "summary": f"{self._text(self._sentences)} {self._text(self._sentences)}",
            "reason": "Oppdiktet begrunnelse." if status == Status.DISCONTINUED else "",
            "carried_to_id": (measure % self.size + 1 if status == Status.CARRIED_OVER else None),
            "published_at": PUBLISHED_AT,
        }
        batch.updates.append(update)
        for _ in range(1 + (chance() < 0.3)):
            self._add_evidence(batch)
        batch.events.append(
            {
                "verb": "published",
                "at": PUBLISHED_AT,
                "subject": "status_update",
                "subject_key": update["key"],
                "measure_id": measure,
                "update_id": self._update,
                "happened_on": day,
                "happened_precision": precision,
            }
        )

    def _add_evidence(self, batch: Batch) -> None:
        self._evidence += 1
        batch.evidence.append(
            {
                "update_id": self._update,
                "title": self._text(self._titles),
                "publisher": f"Oppdiktet utgiver {self._evidence % 50}",
                "publisher_kind": list(PublisherKind)[self._evidence % len(PublisherKind)],
                "url": f"https://example.no/kilde/{self._evidence}",
            }
        )

    def _text(self, texts: list[str]) -> str:
        return texts[int(self._chance.random() * len(texts))]
