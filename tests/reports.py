"""Reports on their way, made by the actions themselves, and files to attach to them."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from measures.actions.confirming import confirm_unchanged
from measures.actions.correcting import COPIED, open_correction
from measures.actions.drafting import WORDS, Written, open_draft, save_draft, submit_update
from measures.actions.evidence import Link
from measures.actions.publishing import publish_update
from measures.dates import PartialDate
from measures.models import Evidence, Measure, StatusUpdate
from measures.queries.speaking import newest_published
from measures.uploads import XLSX, check
from stakeholders.models import User
from tests.cast import World
from tests.make import make_update

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20 + b"\0\0\0\0IEND\xaeB`\x82"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01" + b"\0" * 300 + b"\xff\xd9"


def words(**fields: Any) -> dict[str, Any]:
    """Return what a complete report says."""
    today = PartialDate.parse(timezone.localdate().isoformat())
    plain = {"status": "in_progress", "outlook": "on_track", "summary": "Arbeidet går."}
    return {"date": today.first, "precision": today.precision, **plain} | fields


def begun(world: World, author: str = "reporter", **fields: Any) -> StatusUpdate:
    """Open and save a draft about the world's measure."""
    user = world.people[author]
    seen = newest_published(world.measure)
    draft = open_draft(user, world.measure, seen)
    return save_draft(user, draft, Written(words(**fields)), draft.version)


def handed_in(world: World, author: str = "reporter", **fields: Any) -> StatusUpdate:
    """Hand in a report about the world's measure."""
    return hand_in(world.people[author], begun(world, author, **fields))


def correction(user: User, wrong: StatusUpdate, **fields: Any) -> StatusUpdate:
    """Open and save a correction that says what the wrong update says, but for `fields`."""
    draft = open_correction(user, wrong, newest_published(wrong.measure))
    said = {n: getattr(draft, n) for n in COPIED if n in WORDS} | {"correction_note": "Feil dato."}
    links = [
        Link(**{n: getattr(e, n) for n in Link.__dataclass_fields__})
        for e in draft.evidence.filter(file="")
    ]
    return save_draft(user, draft, Written(said | fields, links=links), draft.version)


def corrected(user: User, wrong: StatusUpdate, approver: User, **fields: Any) -> StatusUpdate:
    """Correct an update and publish the correction."""
    return publish_update(hand_in(user, correction(user, wrong, **fields)), approver)


def hand_in(user: User, draft: StatusUpdate) -> StatusUpdate:
    """Hand in a draft, having seen all there is."""
    newest = newest_published(draft.measure)
    return submit_update(
        user,
        draft,
        version=draft.version,
        today=timezone.localdate(),
        seen=newest.pk if newest else None,
    )


def confirmed(world: World, author: str = "reporter") -> StatusUpdate:
    """Confirm that nothing has changed for the world's measure."""
    world.measure.refresh_from_db()
    return confirm_unchanged(world.people[author], [world.measure])[0]


def scheduled(world: World) -> StatusUpdate:
    """Hand in a report that a colleague has approved for tomorrow."""
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    return publish_update(handed_in(world), world.people["approver"], tomorrow)


def attached(draft: StatusUpdate, content: bytes = PDF, name: str = "rapport.pdf") -> Evidence:
    """Attach a file to a draft."""
    checked = check(SimpleUploadedFile(name, content))
    return Evidence.objects.create(
        update=draft,
        title=checked.title,
        publisher="NFD",
        publisher_kind="government",
        file=checked.file,
        file_name=checked.file_name,
        media_type=checked.media_type,
        size=checked.size,
        sha256=checked.sha256,
    )


def published_file(world: World) -> Evidence:
    """Publish an update that rests on a file."""
    return published_with_file(world.measure)


def published_with_file(measure: Measure) -> Evidence:
    """Publish an update of any measure that rests on a file."""
    update = make_update(measure, "2026-02-01", before_publishing=attached)
    return update.evidence.exclude(file="").get()


def office(kind: str = XLSX, parts: dict[str, bytes] | None = None, **types: str) -> bytes:
    """Return the smallest office file of a kind, with more parts and other types."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        listed = types.get("types", f"{kind}.main+xml")
        archive.writestr("[Content_Types].xml", f'<Override ContentType="{listed}"/>')
        for name, content in (parts or {"xl/workbook.xml": b"<workbook/>"}).items():
            archive.writestr(name, content)
    return held.getvalue()
