"""A made-up register of any size, as rows. Nothing here knows a database.

Everything has the shares that the real register shows, so that every rule, filter and count has
something to do: measures without a lead or a deadline, updates without a status, dates known only
to their year, owners who never spoke. The number of themes and of ministries does not depend on
the size, as in life; documents and organisations grow slowly.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from random import Random

from benchmarks.history import APPROVER, BEGAN, TODAY, WRITER, About, Batch, History, Row
from benchmarks.words import Words
from measures.choices import (
    AskKind,
    DocumentKind,
    LinkBasis,
    LinkKind,
    OwnerRole,
    Precision,
    PriorityLevel,
    ThemeOrigin,
    ValueType,
    Wording,
)
from stakeholders.choices import OrganisationKind

SEED = 20261122

THEMES = 13
MINISTRIES = 15
INDICATORS = 38
#: Measures in one batch; a batch of 20 updates each fits easily in memory.
BATCH = 1000
KINDS = [kind for kind in OrganisationKind if kind != OrganisationKind.MINISTRY]


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
        self._history = History(measures, updates, self._chance, self._words)

    # --- What does not grow with the measures, or slowly -------------------------------------

    def users(self) -> list[Row]:
        """Somebody who writes, and a colleague who approves. Neither can sign in."""
        return [
            {"id": key, "email": f"person-{key}@example.no", "password": "!"}
            for key in (WRITER, APPROVER)
        ]

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
        chance, topic = self._chance.random, self._words.topic()
        closed = chance() < 0.02
        batch.measures.append(
            {
                "id": n,
                "ref": self.ref(n),
                "document_id": n % self.documents_count + 1,
                "number": str(n),
                "theme_id": int(chance() * THEMES) + 1,
                "short_title": self._words.short_title(topic),
                "title": self._words.title(topic),
                "summary": self._words.text(2, topic),
                "wording": Wording.PARAPHRASE if chance() < 0.3 else Wording.OFFICIAL,
                "caveat": self._words.sentence() if chance() < 0.05 else "",
                "source_name": "Oppdiktet plan",
                "source_url": f"https://example.no/plan/{n}",
                "reporting_closed_on": TODAY if closed else None,
                "reporting_closed_reason": "Oppdiktet begrunnelse." if closed else "",
            }
        )
        lead = self._add_owners(batch, n)
        self._add_deadlines(batch, n)
        self._add_links(batch, n)
        self._history.add_to(batch, About(n, topic, lead))

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
