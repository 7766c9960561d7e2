"""What tests of the database's own rules need: to expect a refusal, and unpublished rows."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from measures.models import Evidence, Measure, StatusUpdate

DAY = datetime.date(2024, 5, 17)


@contextmanager
def refused(reason: str = "") -> Iterator[None]:
    """Expect the database to refuse, for this reason."""
    with pytest.raises(IntegrityError, match=reason), transaction.atomic():
        yield


def make_unpublished(measure: Measure, **fields: Any) -> StatusUpdate:
    return StatusUpdate.objects.create(
        **{
            "key": f"{measure.ref}-utkast-{StatusUpdate.objects.count()}",
            "measure": measure,
            "date": DAY,
            "precision": "day",
            "origin": "public_source",
            "summary": "Noe skjedde.",
        }
        | fields
    )


def make_evidence(update: StatusUpdate, **fields: Any) -> Evidence:
    defaults = {"update": update, "title": "Kilde", "publisher": "X", "publisher_kind": "press"}
    return Evidence.objects.create(**defaults | fields)
