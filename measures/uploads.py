"""Files that people send in as evidence: which are taken, and why the others are not.

A file is what its content says, whatever it is called. It is never opened here beyond what it
takes to know it, never shown in a page, and served as a download only: so a formula in a
workbook, or a script in a PDF, never runs on our side.
"""

from __future__ import annotations

import hashlib
import unicodedata
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import IO, Any

import filetype  # type: ignore[import-untyped]
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile, StopUpload
from django.utils.translation import gettext as _

from measures import zips

MEGABYTE = 1024 * 1024
#: The largest file that is taken.
LARGEST = 10 * MEGABYTE
#: After so much of one request the connection is cut: nobody sends that by mistake.
ENOUGH = 100 * MEGABYTE
#: An office file larger than this unpacked, of more parts, or packed tighter, is no document.
UNPACKED = 200 * MEGABYTE
PARTS = 5000
RATIO = 200
#: What is read of the list of parts in an office file.
LIST_OF_PARTS = MEGABYTE
LONGEST_NAME = 120

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX = f"{OFFICE}wordprocessingml.document"
XLSX = f"{OFFICE}spreadsheetml.sheet"
#: The media types that are taken, each with the endings of its names, the usual one first.
ENDINGS = {
    PDF: (".pdf",),
    PNG: (".png",),
    JPEG: (".jpg", ".jpeg"),
    DOCX: (".docx",),
    XLSX: (".xlsx",),
}
#: For the file chooser of browsers.
ACCEPT = ",".join(ending for endings in ENDINGS.values() for ending in endings)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
PNG_END = b"IEND\xaeB`\x82"


class Refused(ValidationError):
    """A file that is not taken; the message says why and what to do."""


@dataclass(frozen=True)
class Checked:
    """A file that is taken: what it is, under which name it is shown, and its fingerprint."""

    file: UploadedFile[Any]
    file_name: str
    media_type: str
    size: int
    sha256: str

    @property
    def title(self) -> str:
        """The name without its ending, for lists."""
        return PurePosixPath(self.file_name).stem


def check(upload: UploadedFile[Any]) -> Checked:
    """Return what the file is. Raises Refused, with a sentence for the person who sent it."""
    name = clean_name(upload.name or "")
    size = upload.size or 0
    if not size:
        raise Refused(_("«%(name)s» er tom.") % {"name": name})
    if size > LARGEST:
        raise too_large(name)
    file: Any = upload.file
    media_type = _media_type(file, name)
    return Checked(upload, with_ending(name, media_type), media_type, size, _sha256(file))


def too_large(name: str) -> Refused:
    """Return the refusal of a file that is too large."""
    text = _("«%(name)s» er større enn 10 MB. Lenk heller til filen, eller lagre den mindre.")
    return Refused(text % {"name": name})


def clean_name(name: str) -> str:
    """Return a file's name as it can be shown: no folders, no signs that steer the reading."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in last)
    shown = " ".join(shown.split()).lstrip(".")
    path = PurePosixPath(shown or _("vedlegg"))
    return f"{path.stem[:LONGEST_NAME]}{path.suffix[:10]}"


def with_ending(name: str, media_type: str) -> str:
    """Return the name with an ending that tells what the file is."""
    endings = ENDINGS[media_type]
    return name if name.lower().endswith(endings) else f"{name}{endings[0]}"


def _sha256(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # any binary file will do
    file.seek(0)
    return digest


# --- What it is ------------------------------------------------------------------------------


def _media_type(file: IO[bytes], name: str) -> str:
    file.seek(0)
    head = file.read(8192)
    if head.startswith(zips.SIGNATURE):
        return _office(file, name)
    if head.startswith(OLE):
        raise _old_office(file, name)
    found = filetype.guess(head)
    media_type = str(found.mime) if found else ""
    if media_type not in ENDINGS or not head.startswith((b"%PDF-", b"\x89PNG", b"\xff\xd8\xff")):
        raise _of_no_kind(name)
    _is_nothing_else(file, media_type, name)
    return media_type


def _of_no_kind(name: str) -> Refused:
    text = _("«%(name)s» er ikke en PDF-, PNG-, JPEG-, DOCX- eller XLSX-fil. Bare de tas imot.")
    return Refused(text % {"name": name})


def _is_nothing_else(file: IO[bytes], media_type: str, name: str) -> None:
    """Refuse a picture or PDF that is an archive as well, and a PNG with something after its end.
    Such files are made to be taken for something else by another program."""
    file.seek(-len(PNG_END), 2)
    cut = media_type == PNG and file.read() != PNG_END
    file.seek(0)
    if cut or zipfile.is_zipfile(file):
        text = _("«%(name)s» inneholder noe mer enn det den gir seg ut for. Lagre den på nytt.")
        raise Refused(text % {"name": name})


def _old_office(file: IO[bytes], name: str) -> Refused:
    """Return the refusal of what Office wrote before 2007, and still writes around a password."""
    file.seek(0)
    if "EncryptedPackage".encode("utf-16-le") in file.read(LARGEST):
        return _locked(name)
    text = _("«%(name)s» er i et eldre Office-format. Lagre den som DOCX, XLSX eller PDF.")
    return Refused(text % {"name": name})


def _locked(name: str) -> Refused:
    text = _("«%(name)s» er beskyttet med passord. Fjern passordet, og legg den ved på nytt.")
    return Refused(text % {"name": name})


def _office(file: IO[bytes], name: str) -> str:
    """Return which office document an archive is, without unpacking more than its own list."""
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
            _is_no_bomb(parts, name)
            if any(part.flag_bits & 1 for part in parts):
                raise _locked(name)
            with archive.open("[Content_Types].xml") as listing:
                types = listing.read(LIST_OF_PARTS).decode("utf-8", "replace").casefold()
    except (*zips.BROKEN, *zips.LOCKED):
        raise _of_no_kind(name) from None
    if zips.has_programs([types, *(part.filename for part in parts)]):
        text = _("«%(name)s» inneholder makroer. Lagre den uten makroer, og legg den ved på nytt.")
        raise Refused(text % {"name": name})
    for media_type in (DOCX, XLSX):
        if f"{media_type}.main+xml" in types:
            return media_type
    raise _of_no_kind(name)


def _is_no_bomb(parts: list[zipfile.ZipInfo], name: str) -> None:
    whole = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    tight = whole > 10 * MEGABYTE and whole > RATIO * max(packed, 1)
    if len(parts) > PARTS or whole > UNPACKED or tight:
        text = _("«%(name)s» blir uvanlig stor når den pakkes ut, og er ikke tatt imot.")
        raise Refused(text % {"name": name})


# --- While it arrives ------------------------------------------------------------------------


class LimitedUpload(FileUploadHandler):
    """Stops keeping a file when it has become too large, so that none fills the disk.

    The rest of such a file is read and thrown away, so that the person gets a page that says
    what is wrong; after `ENOUGH` the connection is cut. `refused_files(request)` names them.
    Stands before the handlers that keep files.
    """

    def __init__(self, request: Any = None) -> None:
        super().__init__(request)
        self.of_file = 0
        self.of_request = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin to count anew."""
        super().new_file(*args, **kwargs)
        self.of_file = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Pass the chunk on, until there have been too many."""
        self.of_file += len(raw_data)
        self.of_request += len(raw_data)
        if self.of_file <= LARGEST and self.of_request <= ENOUGH:
            return raw_data
        self._remember()
        if self.of_request > ENOUGH or self._declared() > ENOUGH:
            # No use in waiting for all of it: what was typed stands before the files.
            raise StopUpload(connection_reset=True)
        raise SkipFile

    def file_complete(self, file_size: int) -> None:
        """Leave it to the handlers after this one to keep the file."""
        return

    def _remember(self) -> None:
        if self.request is not None:
            names = [*refused_files(self.request), clean_name(self.file_name or "")]
            self.request.refused_files = names  # type: ignore[attr-defined]  # read by refused_files

    def _declared(self) -> int:
        length = str(self.request.META.get("CONTENT_LENGTH", "")) if self.request else ""
        return int(length) if length.isdigit() else 0


def refused_files(request: Any) -> list[str]:
    """Return the names of the files in the request that were too large to keep."""
    return list(getattr(request, "refused_files", []))
