"""Plain helpers that make rows for tests; every argument has a harmless default."""

from __future__ import annotations

import datetime
from itertools import count
from typing import Any

from django.utils import timezone

from measures.actions.standing import recompute
from measures.choices import Origin, Precision
from measures.dates import PartialDate
from measures.models import (
    Deadline,
    Document,
    Event,
    Evidence,
    Measure,
    StatusUpdate,
    Theme,
)
from stakeholders.models import Organisation

serial = count(1)
TODAY = datetime.date(2026, 11, 22)


def make_organisation(**fields: Any) -> Organisation:
    n = next(serial)
    return Organisation.objects.create(
        **{"key": f"org-{n}", "name": f"Organisasjon {n}", "kind": "agency"} | fields
    )


def make_document(**fields: Any) -> Document:
    n = next(serial)
    return Document.objects.create(
        **{
            "key": f"dokument-{n}",
            "kind": "roadmap",
            "short_title": f"Dokument {n}",
            "title": f"Dokument nummer {n}",
            "published_on": datetime.date(2020, 1, 1),
            "announced_measures": 10,
        }
        | fields
    )


def make_theme(**fields: Any) -> Theme:
    n = next(serial)
    return Theme.objects.create(**{"number": n, "origin": "roadmap", "title": f"Tema {n}"} | fields)


def make_measure(**fields: Any) -> Measure:
    n = next(serial)
    fields.setdefault("document", Document.objects.first() or make_document())
    fields.setdefault("theme", Theme.objects.first() or make_theme())
    return Measure.objects.create(
        **{
            "ref": f"T-{n}",
            "short_title": f"Tiltak {n}",
            "title": f"Gjennomføre tiltak {n}",
            "wording": "official",
            "source_name": "Kilde",
        }
        | fields
    )


def make_update(
    measure: Measure,
    date: str = "2024-05-17",
    status: str = "in_progress",
    *,
    publisher: str = "Utgiver",
    publisher_kind: str = "government",
    **fields: Any,
) -> StatusUpdate:
    """Publish a status update with one piece of evidence and its event, and recompute."""
    n = next(serial)
    partial = PartialDate.parse(date)
    update = StatusUpdate.objects.create(
        **{
            "key": f"{measure.ref}-{date}-{n}",
            "measure": measure,
            "date": partial.first,
            "precision": partial.precision,
            "status": status,
            "origin": Origin.PUBLIC_SOURCE,
            "summary": f"Noe skjedde ({n}).",
            "reason": "Fordi." if status == "discontinued" else "",
        }
        | fields
    )
    Evidence.objects.create(
        update=update,
        title=f"Kilde {n}",
        publisher=publisher,
        publisher_kind=publisher_kind,
        url=f"https://example.no/{n}",
    )
    update.published_at = timezone.now()
    update.save(update_fields=["published_at"])
    Event.objects.create(
        verb="published",
        subject="status_update",
        subject_key=update.key,
        measure=measure,
        update=update,
        happened_on=update.date,
        happened_precision=update.precision,
    )
    recompute([measure.pk])
    measure.refresh_from_db()
    return update


def make_deadline(measure: Measure, due: str, stated_on: str = "2023-01-01") -> Deadline:
    partial = PartialDate.parse(due)
    deadline = Deadline.objects.create(
        measure=measure,
        due_on=partial.last,
        precision=Precision(partial.precision),
        stated_on=datetime.date.fromisoformat(stated_on),
        reason="Fordi det står i kilden",
        source_name="Kilde",
    )
    recompute([measure.pk])
    measure.refresh_from_db()
    return deadline
