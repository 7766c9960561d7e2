"""Hostile files over real HTTP, to the site as it is deployed: refused with a clear sentence, or
harmless; what was typed beside them is kept."""

from __future__ import annotations

import html
import http.client
import re
import select
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from benchmarks.reporters import BOUNDARY, Form, multipart
from measures.uploads import ENOUGH, MEGABYTE
from scripts.running_site import running_site
from tests.browser.desk import session_of
from tests.hostile import EXE, SVG, bomb, with_formula
from tests.reports import PDF, office
from tests.workbooks import workbook

pytestmark = pytest.mark.slow

REPORT, UPLOAD = "/min-side/rapporter/EX-01/", "/min-side/register/last-opp/"
TYPED = "Dette har noen brukt en time på å skrive, og det skal ingen miste: «æøå»."
GIGABYTE = 1024 * MEGABYTE
#: A worker may use so much more than before; a file of two gigabytes would be far above.
ROOM = 60 * MEGABYTE


class Site:
    """The running site: its address, where it keeps temporary files, and its processes."""

    def __init__(self, address: str, folder: Path) -> None:
        self.port = int(address.rsplit(":", 1)[1])
        self.folder = folder
        self.sessions = {
            "reporter": session_of(folder, "rapp@example.no", "Rapportør", "nfd", "reporter"),
            "steward": session_of(folder, "reg@example.no", "Registerfører", "nfd", "steward"),
        }

    def most_memory(self) -> int:
        """Return the largest size in bytes that any of its processes ever had."""
        found = [0]
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if f"127.0.0.1:{self.port}" in (process / "cmdline").read_text():
                    status = (process / "status").read_text()
                    found += [1024 * int(n) for n in re.findall(r"VmHWM:\s+(\d+)", status)]
            except OSError:  # it has ended meanwhile
                continue
        return max(found)

    def on_disk(self) -> int:
        """Return how many bytes lie in its folder, what has arrived half included."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if connection.vendor != "sqlite":
        pytest.skip("the site has its own database in any case")
    folder = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(folder))
        with running_site(folder) as address:
            yield Site(address, folder)


class Visitor:
    """Somebody's browser."""

    def __init__(self, site: Site, who: str) -> None:
        self.site = site
        self.cookies = {"sessionid": site.sessions[who]}

    def headers(self) -> dict[str, str]:
        return {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Origin": f"http://127.0.0.1:{self.site.port}",
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Connection": "close",
        }

    def ask(self, path: str, body: bytes | None = None) -> tuple[int, str, bytes, Any]:
        """Get a page, or send a form; return status, words, content and headers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=60)
        try:
            connection.request("GET" if body is None else "POST", path, body, self.headers())
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        words = html.unescape(content.decode("utf-8", "replace"))
        return response.status, words, content, response.headers

    def form(self, path: str) -> dict[str, str]:
        """Return what the form on a page would send."""
        _, page, _, _ = self.ask(path)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token
        return Form(page).fields | {"csrfmiddlewaretoken": token[1]}

    def send(self, path: str, field: str, name: str, content: bytes, **typed: str) -> Any:
        """Send a form with one file, and follow to the page that it leads to."""
        start, end = around(self.form(path) | typed, field, name)
        answer = self.ask(path, start + content + end)
        return self.ask(answer[3]["Location"]) if answer[0] == 302 else answer


def around(fields: dict[str, str], field: str, name: str) -> tuple[bytes, bytes]:
    """Return what stands before and after the content of a file in a form."""
    start = multipart(fields).removesuffix(f"--{BOUNDARY}--\r\n".encode())
    start += (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    return start, f"\r\n--{BOUNDARY}--\r\n".encode()


MACRO = office(parts={"xl/workbook.xml": b"<workbook/>", "xl/vbaProject.bin": b"x"})
THEME = {
    "number": 50,
    "origin": "own",
    "title": "Nytt tema",
    "title_en": "",
    "title_en_is_official": "no",
    "summary": "",
    "summary_en": "",
}


def with_live_cell() -> bytes:
    def change(book: Any) -> None:
        book.worksheets()[0].write_formula(1, 2, '=HYPERLINK("http://a.no")', None, "Nytt tema")

    return workbook({"themes": [THEME]}, change)


# --- Evidence --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("bombe.xlsx", bomb(), "blir uvanlig stor når den pakkes ut"),
        ("faktura.pdf", EXE, "er ikke en PDF-"),
        ("bilde.svg", SVG, "er ikke en PDF-"),
        ("bilde.png", SVG, "er ikke en PDF-"),
        ("makro.xlsx", MACRO, "inneholder makroer"),
    ],
    ids=["bomb", "executable", "svg", "svg as png", "macros"],
)
def test_evidence_is_refused_and_the_text_kept(
    name: str, content: bytes, sentence: str, site: Site
) -> None:
    visitor, text = Visitor(site, "reporter"), f"{TYPED} ({name})"
    status, page, _, _ = visitor.send(
        REPORT, "attachments", name, content, summary=text, status="in_progress", lagre="1"
    )
    assert status == 422
    assert f"«{name}» {sentence}" in page
    assert text in page
    assert visitor.form(REPORT)["summary"] == text
    assert name not in visitor.ask(REPORT)[1].replace(text, "")


@pytest.mark.parametrize(
    ("name", "content"),
    [("tall.xlsx", with_formula('=HYPERLINK("http://ond.example")')), ("rapport.pdf", PDF)],
)
def test_evidence_that_is_taken_comes_back_as_a_download(
    name: str, content: bytes, site: Site
) -> None:
    visitor = Visitor(site, "reporter")
    status, page, _, _ = visitor.send(
        REPORT, "attachments", name, content, summary=TYPED, status="in_progress", lagre="1"
    )
    assert status == 200
    found = re.search(rf'href="(/dokumentasjon/\d+/)"[^>]*>\s*{re.escape(name)}', page)
    assert found, "no link to the file"
    status, _, stored, headers = visitor.ask(found[1])
    assert (status, stored) == (200, content)
    assert headers["Content-Disposition"].startswith("attachment;")
    assert headers["X-Content-Type-Options"] == "nosniff"


# --- The register ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("bombe.xlsx", bomb(), "Filen blir for stor når den pakkes ut"),
        ("themes.csv", EXE, "Filen har nulltegn og er ikke ren tekst"),
        ("themes.csv", SVG, "Kolonnen mangler"),
        ("makro.xlsx", MACRO, "Regnearket har makroer"),
        ("tema.xlsx", with_live_cell(), "Cellen er en formel"),
        ("stor.csv", b"x" * (11 * MEGABYTE), "Filene er for store. Det er plass til 10 MB"),
    ],
    ids=["bomb", "executable", "svg", "macros", "formula", "eleven megabytes"],
)
def test_the_register_is_not_changed_by_it(
    name: str, content: bytes, sentence: str, site: Site
) -> None:
    visitor = Visitor(site, "steward")
    status, page, source, _ = visitor.send(UPLOAD, "filer", name, content)
    assert status == 200
    assert "<title>Feil: " in page
    assert sentence in page
    assert b"<script>alert" not in source
    assert 'name="fingerprint"' not in page  # nothing to confirm


# --- Two gigabytes ---------------------------------------------------------------------------


def pour(visitor: Visitor, path: str, field: str, size: int, **typed: str) -> tuple[int, bytes]:
    """Send a form with a file of `size` bytes made on the way, until the site answers or hangs up;
    return how much was sent, and what came back."""
    start, end = around(visitor.form(path) | typed, field, "stor.pdf")
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{visitor.site.port}\r\n"
    head += f"Content-Length: {len(start) + size + len(end)}\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in visitor.headers().items())
    sent, chunk, answer = 0, b"%PDF" * (MEGABYTE // 4), b""
    with socket.create_connection(("127.0.0.1", visitor.site.port), timeout=60) as line:
        line.sendall(f"{head}\r\n".encode() + start)
        try:
            while sent < size and not select.select([line], [], [], 0)[0]:
                line.sendall(chunk)
                sent += len(chunk)
        except OSError:  # it has hung up
            pass
        try:
            while part := line.recv(65536):
                answer += part
        except OSError:
            pass
    return sent, answer


@pytest.mark.parametrize(
    ("who", "path", "field"),
    [("reporter", REPORT, "attachments"), ("steward", UPLOAD, "filer")],
    ids=["evidence", "register"],
)
def test_two_gigabytes_are_refused_early(who: str, path: str, field: str, site: Site) -> None:
    """Neither disk nor memory is filled, and the connection is not read to the end."""
    visitor, text = Visitor(site, who), f"{TYPED} (2 GB)"
    memory, disk, began = site.most_memory(), site.on_disk(), time.monotonic()
    typed = {"summary": text, "status": "in_progress", "lagre": "1"} if who == "reporter" else {}
    sent, answer = pour(visitor, path, field, 2 * GIGABYTE, **typed)
    assert sent < ENOUGH
    assert time.monotonic() - began < 30
    assert site.most_memory() - memory < ROOM
    assert site.on_disk() - disk < MEGABYTE
    page = html.unescape(answer.decode("utf-8", "replace"))
    assert ("er større enn 10 MB" if who == "reporter" else "Filene er for store") in page
    if who == "reporter":
        assert visitor.form(path)["summary"] == text
