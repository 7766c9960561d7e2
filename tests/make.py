"""Plain helpers that make rows for tests; every argument has a harmless default."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from itertools import count
from typing import Any

from django.utils import timezone

from measures.actions.standing import recompute
from measures.choices import OWNER_ORIGINS, Origin, Precision
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
from stakeholders.choices import Role
from stakeholders.models import Invitation, Membership, Organisation, User
from stakeholders.models.invitations import GOOD_FOR, hash_of, new_token

serial = count(1)
TODAY = datetime.date(2026, 11, 22)


def make_user(**fields: Any) -> User:
    n = next(serial)
    fields.setdefault("email", f"person-{n}@example.no")
    fields.setdefault("name", f"Person {n}")
    return User.objects.create_user(password="et langt passord", **fields)


def make_member(organisation: Organisation, *roles: Role, **fields: Any) -> User:
    """Make a person who has the roles in the organisation."""
    user = make_user(**fields)
    for role in roles:
        Membership.objects.create(user=user, organisation=organisation, role=role)
    return user


def make_invitation(organisation: Organisation, **fields: Any) -> tuple[Invitation, str]:
    """Make an open invitation to the organisation; return it and the token of its link."""
    token, now = new_token(), timezone.now()
    invitation = Invitation.objects.create(
        **{
            "email": f"invitert-{next(serial)}@example.no",
            "organisation": organisation,
            "roles": ["reporter"],
            "created_at": now,
            "expires_at": now + GOOD_FOR,
            "token_hash": hash_of(token),
        }
        | fields
    )
    return invitation, token


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
    if fields.get("reporting_closed_on"):
        fields.setdefault("reporting_closed_reason", "Det er ikke mer å rapportere.")
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
    before_publishing: Callable[[StatusUpdate], object] = bool,
    published_at: datetime.datetime | None = None,
    **fields: Any,
) -> StatusUpdate:
    """Publish a status update with one piece of evidence and its event, and recompute.

    An owner's is published on the day it tells of, and what has no owner now, unless told. What
    owners say, and corrections, get a writer and a colleague who approved. More evidence can
    be added by `before_publishing` only.
    """
    n = next(serial)
    partial = PartialDate.parse(date)
    if fields.get("replaces"):
        fields = {"origin": Origin.CORRECTION, "correction_note": "Det var feil."} | fields
    if fields.get("origin", Origin.PUBLIC_SOURCE) != Origin.PUBLIC_SOURCE:
        fields.setdefault("author", make_user())
        if fields["origin"] != Origin.CONFIRMATION:
            fields.setdefault("approved_by", make_user())
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
    before_publishing(update)
    update.published_at = published_at or spoken_at(update)
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


def spoken_at(update: StatusUpdate) -> datetime.datetime:
    """Return when an owner who speaks of today speaks; now for other updates."""
    if update.origin not in OWNER_ORIGINS:
        return timezone.now()
    noon = datetime.datetime.combine(update.date, datetime.time(12))
    return timezone.make_aware(noon, timezone.get_default_timezone())


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


def make_handed_in(measure: Measure, author: User, **fields: Any) -> StatusUpdate:
    """Make an owner's report that awaits approval; with `replaces`, a correction."""
    n = next(serial)
    if fields.get("replaces"):
        fields = {
            "origin": Origin.CORRECTION,
            "correction_note": "Det var feil.",
            "organisation": fields["replaces"].organisation,
        } | fields
    elif "organisation" not in fields:
        fields["organisation"] = Membership.objects.filter(user=author).first().organisation  # type: ignore[union-attr]  # the author belongs somewhere
    return StatusUpdate.objects.create(
        **{
            "key": f"{measure.ref}-inn-{n}",
            "measure": measure,
            "date": TODAY,
            "precision": "day",
            "status": "in_progress",
            "origin": Origin.REPORT,
            "summary": f"Noe nytt skjedde ({n}).",
            "author": author,
            "submitted_at": timezone.now(),
        }
        | fields
    )
