"""Opening a reporting round and changing it: who is asked about what is written down once."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from measures.actions import Changed
from measures.choices import OwnerRole, Precision, Verb
from measures.models import Document, Event, Measure, Owner, Round, RoundMeasure
from measures.models.rounds import key_of
from stakeholders.models import User

BATCH = 1000


@dataclass(frozen=True)
class Days:
    """When a round opens, when answers are due, and the last day that counts."""

    opens_on: datetime.date
    due_on: datetime.date
    closes_on: datetime.date

    def __post_init__(self) -> None:
        """Raise ValueError when the days do not follow each other."""
        if not self.opens_on <= self.due_on <= self.closes_on:
            raise ValueError("A round opens, is due and closes, in this order")


@transaction.atomic
def open_round(
    steward: User, name: str, documents: Collection[Document], days: Days, *, name_en: str = ""
) -> Round:
    """Ask the owners of the documents' open measures to report between two days.

    Who is asked is written down now and never changes: the lead of each measure, or, where none is
    known, each coordinating ministry of its document. Returns the round. Raises PermissionDenied
    when the person does not keep every one of the documents, ValueError without a name, a document
    or anybody to ask, or for days behind us, and Changed when another round has the name.
    """
    key = key_of(name)
    if not key or not documents or days.opens_on < timezone.localdate():
        raise ValueError("A round has a name and documents, and opens today or later")
    _must_keep(steward, documents)
    try:
        with transaction.atomic():
            made = Round.objects.create(
                key=key,
                name=name.strip(),
                name_en=name_en.strip(),
                opened_by=steward,
                **_dict(days),
            )
    except IntegrityError as error:
        raise Changed(_("En runde med dette navnet finnes allerede.")) from error
    made.documents.set(documents)
    asked = _ask(made, documents)
    if not asked:
        raise ValueError("A round asks somebody about something")
    keys = ", ".join(sorted(document.key for document in documents))
    told = {name: [None, day.isoformat()] for name, day in _dict(days).items()}
    _tell(
        made,
        Verb.ROUND_OPENED,
        steward,
        {"name": ["", made.name], "documents": ["", keys], "asked": [None, asked], **told},
    )
    return made


@transaction.atomic
def change_round(
    steward: User, asking: Round, name: str, days: Days, *, seen: int, name_en: str = ""
) -> Round:
    """Give a round another name or other days, as long as it has not closed. Its address stays.

    `seen` is the version (`version_of`) that the person looked at. Returns the round. Raises
    Changed when it has closed or somebody changed it since, PermissionDenied as `open_round` does,
    and ValueError without a name, when a round that has opened would open on another day, or when
    it would open or close behind us: what counted or was counted would become another.
    """
    today = timezone.localdate()
    locked = Round.objects.select_for_update(no_key=True).get(pk=asking.pk)
    _must_keep(steward, locked.documents.all())
    if locked.closes_on < today:
        raise Changed(_("Runden er lukket. Resultatet endres ikke mer."))
    if version_of(locked) != seen:
        raise Changed(_("Noen endret runden mens du skrev."))
    moves = days.opens_on != locked.opens_on
    if not key_of(name) or days.closes_on < today:
        raise ValueError("A round has a name, and does not close behind us")
    if moves and (locked.opens_on <= today or days.opens_on < today):
        raise ValueError("A round that has opened stays opened, and none opens behind us")
    new = {"name": name.strip(), "name_en": name_en.strip(), **_dict(days)}
    changes = {
        field: [_plain(getattr(locked, field)), _plain(value)]
        for field, value in new.items()
        if getattr(locked, field) != value
    }
    if not changes:
        return locked
    for field, value in new.items():
        setattr(locked, field, value)
    locked.save(update_fields=list(changes))
    _tell(locked, Verb.CHANGED, steward, changes)
    return locked


def version_of(asking: Round) -> int:
    """Return the number of the last event of a round: it changes whenever the round does."""
    events = Event.objects.filter(subject="round", subject_key=asking.key)
    return int(events.aggregate(last=Max("pk"))["last"] or 0)


def _must_keep(steward: User, documents: Collection[Document]) -> None:
    keys = {document.pk for document in documents}
    kept = Document.objects.kept_by(steward).filter(pk__in=keys).count()
    if not keys or kept != len(keys):
        raise PermissionDenied("Not a steward of a ministry that coordinates every document")


def _ask(made: Round, documents: Collection[Document]) -> int:
    """Write down who must answer for each open measure; return about how many that is."""
    measures = Measure.objects.open().filter(document__in=documents)
    leads = dict(
        Owner.objects.filter(role=OwnerRole.LEAD, measure__in=measures.values("pk")).values_list(
            "measure", "organisation"
        )
    )
    coordinators: dict[int, list[int]] = {}
    pairs = Document.coordinators.through._default_manager.filter(document__in=documents)
    for document, organisation in pairs.values_list("document", "organisation"):
        coordinators.setdefault(document, []).append(organisation)
    rows = [
        RoundMeasure(round=made, measure_id=pk, organisation_id=organisation)
        for pk, document in measures.order_by("pk").values_list("pk", "document")
        for organisation in ([leads[pk]] if pk in leads else coordinators.get(document, []))
    ]
    RoundMeasure.objects.bulk_create(rows, batch_size=BATCH)
    return len({row.measure_id for row in rows})


def _dict(days: Days) -> dict[str, datetime.date]:
    return {field.name: getattr(days, field.name) for field in fields(days)}


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def _tell(asking: Round, verb: Verb, actor: User, changes: dict[str, list[Any]]) -> None:
    Event.objects.create(
        verb=verb,
        actor=actor,
        subject="round",
        subject_key=asking.key,
        happened_on=timezone.localdate(),
        happened_precision=Precision.DAY,
        changes=changes,
    )
