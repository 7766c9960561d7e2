"""Reporters at their desks, all at once, over HTTP: open the form, write, hand in, go on.

    python -m benchmarks.reporters --port 8000 --seconds 60 < people.json

reads who they are (see benchmarks/desks.py), prints a line of JSON. It runs as its own process and
knows no Django: it sends what a browser sends, from the form that it was shown, cookies and token
included. Each waits for its answer before it goes on, and never rests.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import cycle
from secrets import token_hex
from typing import Any

TIMEOUT_SECONDS = 60
#: So often a text is saved while it is written.
SAVES = 3
#: How often one who is told of news looks again before giving in.
TRIES = 5
BOUNDARY = "tekst-fra-en-nettleser"


class Unexpected(Exception):
    """An answer that is neither what was asked for nor a sentence to the person."""


class Form(HTMLParser):
    """What the report's form on a page would send, before anything is typed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.within = False
        self.area = self.choice = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take up the controls of the form one by one."""
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self.within = "data-draft" in given
        elif not self.within:
            return
        elif tag == "textarea":
            self.area, self.fields[name] = name, ""
        elif tag == "select":
            self.choice = name
        elif tag == "option" and self.choice:
            if "selected" in given or self.choice not in self.fields:
                self.fields[self.choice] = given.get("value") or ""
        elif tag == "input" and name:
            kind = given.get("type", "text")
            if kind not in ("radio", "checkbox", "file") or "checked" in given:
                self.fields[name] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        """Close what was open."""
        if tag == "form":
            self.within = False
        elif tag == "textarea":
            # A browser leaves out the line break right after the tag.
            text = self.fields.get(self.area, "")
            self.fields[self.area] = text.removeprefix("\r").removeprefix("\n")
            self.area = ""
        elif tag == "select":
            self.choice = ""

    def handle_data(self, data: str) -> None:
        """Take up what stands in a text area."""
        if self.area:
            self.fields[self.area] += data


@dataclass
class Log:
    """What happened, to all of them together."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    told: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    #: Every text that the site said it had kept.
    kept: list[str] = field(default_factory=list)
    handed_in: int = 0


@dataclass
class Answer:
    """An answer of the site."""

    status: int
    place: str
    text: str


class Browser:
    """One person's browser: the session, the token, and how long each answer took."""

    def __init__(self, port: int, session: str, log: Log) -> None:
        self.port, self.log = port, log
        self.cookies = {"sessionid": session}

    def ask(self, what: str, path: str, fields: dict[str, str] | None = None) -> Answer:
        """Get a page, or send a form to it; `what` is what the person calls it."""
        headers = {
            "Accept": "application/json" if what == "autosave" else "text/html",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Connection": "close",
        }
        body = None
        if fields is not None:
            headers["Content-Type"] = f"multipart/form-data; boundary={BOUNDARY}"
            headers["Origin"] = f"http://127.0.0.1:{self.port}"
            body = multipart(fields)
        began = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("GET" if body is None else "POST", path, body, headers)
            response = connection.getresponse()
            text = response.read().decode()
        finally:
            connection.close()
        self.log.seconds[what].append(time.perf_counter() - began)
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.split(";", 1)[0].partition("=")
            self.cookies[name] = value
        return Answer(response.status, response.headers.get("Location", ""), text)


def multipart(fields: dict[str, str]) -> bytes:
    """Return the fields as a browser sends a form that may hold files."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    return "".join([*parts, f"--{BOUNDARY}--\r\n"]).encode()


def report(browser: Browser, ref: str) -> None:
    """Report about one measure from the opened form to the page that says it is sent."""
    path = f"/min-side/rapporter/{ref}/"
    expect(browser.ask("desk", "/min-side/"), 200)
    fields = filled_in(expect(browser.ask("form", path), 200))
    for _ in range(SAVES):
        fields["summary"] += f"\nVi fikk på plass del {token_hex(8)} av arbeidet «æøå»."
        answer = browser.ask("autosave", f"{path}lagre/", fields)
        found = re.search(r'data-version="(\d+)"', expect(answer, 200).text)
        if not found:
            raise Unexpected("the site did not say that the text was saved")
        fields["version"] = found[1]
        browser.log.kept.append(fields["summary"])
    for _ in range(TRIES):
        answer = browser.ask("hand in", path, fields | {"send": "1"})
        if answer.status == 302 and answer.place.startswith("/min-side/sendt/"):
            browser.log.handed_in += 1
            return
        # Told that something was published meanwhile: the page shows it, with the text kept.
        expect(answer, 409)
        browser.log.told["reporters"] += 1
        again = filled_in(answer)
        if again["summary"] != fields["summary"]:
            raise Unexpected("the text on the page is not what was typed")
        fields = again


def filled_in(answer: Answer) -> dict[str, str]:
    """Return the form of a page, with what every report needs."""
    fields = Form(answer.text).fields
    fields["summary"] = fields["summary"].replace("\r\n", "\n") or "Arbeidet er i gang."
    needed = {"status": "in_progress", "outlook": "on_track", "reason": "Færre folk enn ventet."}
    return fields | needed | {"reason_kind": "resources", "carried_to": ""}


def expect(answer: Answer, status: int) -> Answer:
    """Return the answer when it is the one expected. Raises Unexpected."""
    if answer.status != status:
        title = re.search(r"<title>\s*(.*?)\s*</title>", answer.text, re.DOTALL)
        seen = title[1] if title else answer.text[:80]
        raise Unexpected(f"{answer.status} instead of {status}: {seen}")
    return answer


def work(person: dict[str, Any], port: int, until: float, log: Log) -> None:
    """Report about one's measures in turn until time is up, each person at least one."""
    browser = Browser(port, person["session"], log)
    for ref in cycle(person["refs"]):
        try:
            report(browser, ref)
        except (Unexpected, OSError, http.client.HTTPException) as error:
            log.errors.append(f"{person['email']}, {ref}: {error}")
        if time.perf_counter() >= until:
            return


def main(arguments: Sequence[str] | None = None) -> int:
    """Let everybody on standard input work, and print what happened."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    chosen = parser.parse_args(arguments)
    people = json.load(sys.stdin)
    log, until = Log(), time.perf_counter() + chosen.seconds
    threads = [
        threading.Thread(target=work, args=(person, chosen.port, until, log)) for person in people
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps(vars(log)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
