"""Files sent in as evidence: what is taken, and every hostile one refused with a sentence."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.handlers.wsgi import WSGIRequest
from django.test import Client, RequestFactory

from measures import uploads
from measures.uploads import DOCX, XLSX, Refused, check, clean_name, refused_files
from tests.cast import World, make_world
from tests.hostile import EXE, SVG, bomb, with_formula
from tests.reports import JPEG, PDF, PNG, attached, begun, office, published_file

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


def locked() -> bytes:
    """Return a workbook whose parts are marked as encrypted."""
    data = bytearray(office())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        offsets = [info.header_offset for info in archive.infolist()]
    for offset in offsets:
        data[offset + 6] |= 1
    start = 0
    while (start := data.find(b"PK\x01\x02", start)) >= 0:
        data[start + 8] |= 1
        start += 4
    return bytes(data)


def broken() -> bytes:
    """Return an office file whose list of parts cannot be unpacked."""
    content = bytearray(office(types=f"{DOCX}.main+xml" * 50))
    start = content.index(b"[Content_Types].xml") + len("[Content_Types].xml")
    content[start : start + 12] = b"\xff" * 12
    return bytes(content)


def taken(name: str, content: bytes) -> uploads.Checked:
    return check(SimpleUploadedFile(name, content, content_type="text/plain"))


def refusal(name: str, content: bytes) -> str:
    with pytest.raises(Refused) as caught:
        taken(name, content)
    [sentence] = caught.value.messages
    assert name.split("/")[-1] in sentence
    return sentence


def str_or_content(value: str | bytes) -> str:
    """Name a case by its words: the content of an archive holds the time of day."""
    return value if isinstance(value, str) else "content"


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.pdf", PDF, uploads.PDF),
        ("a.png", PNG, uploads.PNG),
        ("a.jpeg", JPEG, uploads.JPEG),
        ("a.docx", office(DOCX, {"word/document.xml": b"<d/>"}), DOCX),
        ("a.xlsx", office(), XLSX),
        ("a.xlsx", with_formula("=1+1"), XLSX),
    ],
    ids=str_or_content,
)
def test_what_is_taken_is_known_by_its_content(name: str, content: bytes, media_type: str) -> None:
    found = taken(name, content)
    assert (found.media_type, found.file_name, found.size) == (media_type, name, len(content))
    assert len(found.sha256) == 64


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("faktura.pdf", EXE, "er ikke en PDF"),
        ("faktura.pdf", b"\x7fELF" + b"\0" * 60, "er ikke en PDF"),
        ("bilde.png", SVG, "er ikke en PDF"),
        ("bilde.svg", SVG, "er ikke en PDF"),
        ("side.pdf", b"<html><script>alert(1)</script>", "er ikke en PDF"),
        ("tom.pdf", b"", "er tom"),
        ("bombe.xlsx", bomb(), "uvanlig stor"),
        ("mange.docx", office(DOCX, {f"p{n}": b"" for n in range(uploads.PARTS + 1)}), "uvanlig"),
        ("makro.xlsx", office(parts={"xl/vbaProject.bin": b"x"}), "makroer"),
        ("makro.xlsm", office(types=f"{XLSX}.main+xml macroEnabled.main+xml"), "makroer"),
        ("gammel.xlsx", office(parts={"xl/macrosheets/sheet1.xml": b"x"}), "makroer"),
        ("arkiv.docx", office(types="application/epub"), "er ikke en PDF"),
        ("halv.xlsx", office()[:100], "er ikke en PDF"),
        ("ødelagt.docx", broken(), "er ikke en PDF"),
        ("gammel.xls", OLE, "eldre Office-format"),
        ("hemmelig.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "passord"),
        ("hemmelig.xlsx", locked(), "passord"),
        ("to.pdf", PDF + office(), "noe mer"),
        ("to.jpg", JPEG + office(), "noe mer"),
        ("hale.png", PNG + b"<script>", "noe mer"),
        ("stor.pdf", PDF + b"\0" * uploads.LARGEST, "større enn 10 MB"),
    ],
    ids=str_or_content,
)
def test_what_is_refused_and_why(name: str, content: bytes, words: str) -> None:
    assert words in refusal(name, content)


def test_a_bomb_is_never_unpacked() -> None:
    content = bomb()
    tracemalloc.start()
    refusal("bombe.xlsx", content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * uploads.MEGABYTE


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\mappe\\rapport.pdf", "rapport.pdf"),
        ("gpj.\u202efdp.pdf", "gpj. fdp.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie: x.pdf"),
        (".htaccess", "htaccess"),
        ("", "vedlegg"),
        ("ø" * 300 + ".pdf", "ø" * 120 + ".pdf"),
    ],
)
def test_names_are_cleaned(name: str, shown: str) -> None:
    assert clean_name(name) == shown


def test_a_name_tells_what_the_file_is() -> None:
    assert taken("rapport.exe", PDF).file_name == "rapport.exe.pdf"


# --- While it arrives ------------------------------------------------------------------------


class Endless(io.RawIOBase):
    """A form with one file of `size` bytes, made as it is read."""

    HEAD = (
        b'--x\r\nContent-Disposition: form-data; name="summary"\r\n\r\nTeksten\r\n'
        b'--x\r\nContent-Disposition: form-data; name="attachments"; filename="stor.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n"
    )

    def __init__(self, size: int) -> None:
        self.left = size
        self.head = self.HEAD
        self.tail = b"\r\n--x--\r\n"
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        if self.head:
            data, self.head = self.head[:size], self.head[size:]
        elif self.left:
            data = b"\0" * min(size, self.left)
            self.left -= len(data)
        else:
            data, self.tail = self.tail[:size], self.tail[size:]
        self.given += len(data)
        return data


def arriving(size: int) -> tuple[WSGIRequest, Endless]:
    body = Endless(size)
    environ: dict[str, Any] = {
        "wsgi.input": body,
        "CONTENT_LENGTH": str(size + len(body.HEAD) + len(body.tail)),
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
    }
    return RequestFactory().post("/", **environ), body


def test_two_gigabytes_never_reach_the_disk(settings: Any, tmp_path: Path) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    request, body = arriving(2 * 1024 * uploads.MEGABYTE)
    assert request.POST["summary"] == "Teksten"
    assert not request.FILES
    assert refused_files(request) == ["stor.pdf"]
    assert body.given < 2 * uploads.LARGEST
    assert not list(tmp_path.iterdir())


def test_a_file_somewhat_too_large_is_read_to_the_end_and_thrown_away(
    settings: Any, tmp_path: Path
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    request, body = arriving(uploads.LARGEST + 5)
    assert request.POST["summary"] == "Teksten"
    assert not request.FILES
    assert refused_files(request) == ["stor.pdf"]
    assert body.left == 0
    assert not list(tmp_path.iterdir())


def test_the_largest_file_arrives() -> None:
    request, _body = arriving(uploads.LARGEST)
    [kept] = request.FILES.getlist("attachments")
    assert kept.size == uploads.LARGEST
    assert refused_files(request) == []
    request.close()


# --- Served ----------------------------------------------------------------------------------


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def test_a_public_file_is_a_download_for_everybody(world: World, client: Client) -> None:
    evidence = published_file(world)
    response = client.get(f"/dokumentasjon/{evidence.pk}/")
    assert b"".join(response) == PDF
    assert response["Content-Disposition"] == 'attachment; filename="rapport.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"] == "application/pdf"
    assert "rapport" not in str(evidence.file.name)
    assert not response.cookies


@pytest.mark.parametrize(
    ("role", "status"),
    [("reporter", 200), ("approver_author", 404), ("approver", 404), ("stranger", 404), ("", 404)],
)
def test_a_file_of_a_draft_is_the_writers_alone(
    role: str, status: int, world: World, client: Client
) -> None:
    evidence = attached(begun(world))
    if role:
        client.force_login(world.people[role])
    response = client.get(f"/dokumentasjon/{evidence.pk}/")
    response.close()
    assert response.status_code == status
    if status == 200:
        assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("role", ["reporter", "approver_author"])
def test_what_the_desk_asks_a_second_factor_for_is_not_had_without_one(
    role: str, world: World, client: Client, settings: Any
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    evidence = attached(begun(world, role))
    client.force_login(world.people[role])
    response = client.get(f"/dokumentasjon/{evidence.pk}/")
    response.close()
    assert response.status_code == (200 if role == "reporter" else 404)


def test_a_formula_in_a_workbook_is_harmless(world: World, client: Client) -> None:
    """The file is kept and given back byte by byte, as a download; nothing here reads a cell."""
    content = with_formula('=HYPERLINK("http://ond.example","Klikk")')
    evidence = attached(begun(world), content, "tall.xlsx")
    client.force_login(world.people["reporter"])
    response = client.get(f"/dokumentasjon/{evidence.pk}/")
    assert b"".join(response) == content
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["Content-Type"] == XLSX
