"""The benchmark measures what it says, on a register that could be real."""

from __future__ import annotations

import os
import re
import smtplib
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from django.core.signals import request_started
from django.db import DatabaseError, connection, transaction
from django.db.models import F, Model, QuerySet
from django.urls import Resolver404, resolve

from benchmarks import client, desks, digests, pages, queries
from benchmarks.generate import PER_MEASURE, CannotGenerate, generate
from benchmarks.pages import Target
from benchmarks.register import Register
from benchmarks.reporters import Form
from benchmarks.sites import Failed, Site
from measures.choices import Freshness, Origin, Schedule, Status
from measures.models import Event, Evidence, Measure, StatusUpdate
from stakeholders.models import Membership, User
from tests.make import TODAY, make_measure, make_update

ROOT = Path(__file__).resolve().parent.parent


# --- The made-up register --------------------------------------------------------------------


def all_rows(register: Register) -> list[object]:
    return [
        register.organisations(),
        register.documents(),
        register.themes(),
        *(vars(batch) for batch in register.batches()),
    ]


def test_the_same_seed_gives_the_same_register() -> None:
    assert all_rows(Register(30, 4)) == all_rows(Register(30, 4))
    assert all_rows(Register(30, 4)) != all_rows(Register(30, 4, seed=1))


def test_every_measure_has_its_updates_each_with_evidence_and_event() -> None:
    batches = list(Register(1001, 3).batches())
    updates = [row["id"] for batch in batches for row in batch.updates]

    assert [len(batch.measures) for batch in batches] == [1000, 1]
    assert updates == list(range(1, 3004))
    assert {row["update_id"] for batch in batches for row in batch.evidence} == set(updates)
    assert [row["update_id"] for batch in batches for row in batch.events] == updates


@pytest.mark.postgres
@pytest.mark.django_db
def test_generated_rows_pass_the_rules_that_copying_leaves_out() -> None:
    generate(Register(60, 5), quiet=True)
    connection.check_constraints()  # foreign keys

    assert StatusUpdate.objects.published().count() == Event.objects.count() == 300
    assert not StatusUpdate.objects.filter(evidence=None).exists()
    corrections = StatusUpdate.objects.filter(origin=Origin.CORRECTION)
    assert not corrections.exclude(replaces__measure=F("measure")).exists()
    assert Membership.objects.active().count() == User.objects.count() == 120
    written: list[type[Model]] = [User, Membership, *PER_MEASURE.values()]
    for model in written:
        for row in model._default_manager.all():
            row.full_clean(validate_unique=False, validate_constraints=False)


@pytest.mark.postgres
@pytest.mark.django_db
def test_a_generated_register_has_all_states_and_is_searched() -> None:
    generate(Register(300, 6), quiet=True)
    measures: QuerySet[Any] = Measure.objects.with_facts(TODAY)

    def values(name: str) -> set[str]:
        return set(measures.values_list(name, flat=True))

    assert values("reported") == {*Status, "unreported"}
    assert values("schedule") >= {Schedule.LATE, Schedule.NONE, Schedule.CLOSED}
    assert set(StatusUpdate.objects.values_list("origin", flat=True)) == {*Origin}
    assert values("freshness") == {Freshness.CONFIRMED, Freshness.SOURCE_ONLY}
    assert measures.filter(search_text__body__contains="eksport").count() in range(5, 150)


@pytest.mark.postgres
@pytest.mark.django_db
def test_after_generating_triggers_guard_and_new_rows_get_new_keys() -> None:
    generate(Register(3, 2), quiet=True)

    assert make_measure(ref="NY-1").pk == 4
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        StatusUpdate.objects.update(summary="Noe annet")
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Evidence.objects.update(title="Noe annet")


@pytest.mark.postgres
@pytest.mark.django_db
def test_a_register_that_is_there_is_left_alone() -> None:
    make_measure()
    with pytest.raises(CannotGenerate, match="holds measures"):
        generate(Register(3, 2), quiet=True)
    assert Measure.objects.count() == 1


@pytest.mark.django_db
def test_sqlite_is_refused_with_a_sentence() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("about SQLite")
    with pytest.raises(CannotGenerate, match="PostgreSQL"):
        generate(Register(3, 2), quiet=True)


# --- The bare views --------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/benchmark/bare", "/benchmark/framed"])
def test_the_site_itself_has_no_bare_view(path: str) -> None:
    assert path in pages.VIEWS.values()
    with pytest.raises(Resolver404):
        resolve(path)


def served(path: str) -> tuple[str, dict[str, str], bytes]:
    """Ask the WSGI application that the benchmark serves."""
    from benchmarks.site import application

    head: list[tuple[str, dict[str, str]]] = []
    request: dict[str, Any] = {"PATH_INFO": path}
    setup_testing_defaults(request)
    body = b"".join(application(request, lambda status, h: head.append((status, dict(h)))))
    return *head[0], body


def test_the_bare_view_has_no_middleware_and_the_framed_one_has_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Django would look whether its database connection is still good; this test has none.
    monkeypatch.setattr(request_started, "send", lambda **arguments: [])
    status, headers, body = served("/benchmark/bare")
    framed_status, framed_headers, framed_body = served("/benchmark/framed")

    assert status == framed_status == "200 OK"
    assert body == framed_body
    assert set(headers) == {"Content-Type", "Content-Length"}
    assert "Content-Security-Policy" in framed_headers


# --- Measuring -------------------------------------------------------------------------------


class Answer(BaseHTTPRequestHandler):
    """Answers /ok with a page, /short with less than announced, and all else with an error."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path in ("/ok", "/short") else 500)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hei" if self.path == "/short" else b"hallo")

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def test_the_client_counts_whole_answers(port: int) -> None:
    pace = client.measure(port, "/ok", seconds=0.2, clients=2)

    assert pace.requests >= 2
    assert pace.per_second == pytest.approx(pace.requests / 0.2, rel=0.5)
    assert 0 < pace.p95_ms < 1000
    assert pace.bytes > 5


@pytest.mark.parametrize(("path", "why"), [("/error", "500"), ("/short", "3 bytes")])
def test_a_failed_request_is_no_measurement(port: int, path: str, why: str) -> None:
    with pytest.raises(client.BadAnswer, match=why):
        client.measure(port, path, seconds=0, clients=2)


def test_percentile_is_the_value_that_so_many_do_not_exceed() -> None:
    assert client.percentile(range(1, 101), 0.95) == 95
    assert client.percentile([3, 1, 2], 0.95) == 3
    assert client.percentile([3, 1, 2], 0.5) == 2
    assert client.percentile([7], 0.95) == 7


@pytest.mark.django_db
def test_queries_are_counted_and_a_missing_page_is_told() -> None:
    assert queries.summary("/readyz")["queries"] == 1
    with pytest.raises(ValueError, match="404"):
        queries.summary("/finnes-ikke/")


def test_ratios_are_to_the_bare_view_of_the_same_round() -> None:
    site = Site(measures=87, port=1, env={})
    bare = Target(pages.BARE, "/", site, per_second=[1000, 500, 800], p95=[2, 4, 3])
    page = Target("front page", "/", site, 87, [100, 50, 20], [20, 40, 90], 9400, 8, 5.25)
    larger = replace(page, measures=50000, per_second=[50, 25, 10], p95=[30, 60, 135])

    line = pages.cells(page, bare)
    grown = pages.growth([bare, page, larger, *others(page)])

    assert line == ["front page", "87", "50", "40.0", "10.0", "10.0", "8", "5.2", "9.4"]
    assert "| front page    |        × 2.00 |       × 1.50 |" in grown


def others(page: Target) -> list[Target]:
    """The other pages of the table, measured at one size."""
    return [replace(page, name=name) for name in pages.PAGES if name != page.name]


@pytest.mark.parametrize("text", ["", "0", "87;3", "-1"])
def test_sizes_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        pages.numbers(text)


@pytest.mark.postgres
@pytest.mark.slow
def test_the_whole_benchmark_on_two_tiny_registers() -> None:
    options = ["--measures", "2,5", "--updates", "2", "--seconds", "0.1", "--rounds", "1"]
    done = subprocess.run(
        [sys.executable, "benchmarks/pages.py", *options],
        check=False,
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=240,
    )

    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line.startswith("|")]
    assert len(lines) == (2 + 2 + 2 * len(pages.PAGES)) + (2 + len(pages.PAGES))
    assert [line for line in lines if line.startswith("| one measure ")][1].split()[4] == "5"


# --- Reporting -------------------------------------------------------------------------------


def test_the_form_sends_what_a_browser_sends() -> None:
    page = """
        <form><input name="q" value="nei"></form>
        <form data-draft="/lagre/"><input type="hidden" name="version" value="3">
        <input type="radio" name="status" value="a">
        <input type="radio" name="status" value="b" checked> <input type="file" name="files">
        <textarea name="summary">\nEn &lt;linje&gt;\nto</textarea>
        <select name="language"><option value="nb">B<option value="nn" selected>N</select>
        <select name="kind"><option value="">Ikke valgt<option value="x">X</select>
        <button name="send" value="1">Send</button></form>
    """
    assert Form(page).fields == {
        "version": "3",
        "status": "b",
        "summary": "En <linje>\nto",
        "language": "nn",
        "kind": "",
    }


@pytest.mark.django_db
def test_a_text_that_is_nowhere_is_lost() -> None:
    given = {"handed_in": 0, "published": 0, "returned": 0}
    update = make_update(make_measure(), summary="Først. Så mer.")
    kept = ["Først.", update.summary, "Aldri lagret."]
    assert desks.check({"kept": kept, **given})["lost"] == ["Aldri lagret."]


@pytest.mark.django_db
def test_events_that_do_not_add_up_are_told() -> None:
    given: dict[str, Any] = {"kept": [], "handed_in": 1, "published": 0, "returned": 0}
    assert desks.check(given)["wrong"] == {"submitted": [0, 1]}


@pytest.mark.postgres
@pytest.mark.slow
def test_a_few_report_and_approve_at_once() -> None:
    options = ["--seconds", "1", "--reporters", "4", "--approvers", "2", "--measures", "30"]
    done = subprocess.run(
        [sys.executable, "benchmarks/reporting.py", *options],
        check=False,
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=240,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    told = dict(re.findall(r"^([a-z ]+): ([\d,]+)$", done.stdout, re.MULTILINE))
    assert told["errors"] == told["lost texts"] == "0"
    assert int(told["texts kept"]) >= 4 * 3
    assert int(told["published"]) + int(told["returned"]) == int(told["handed in"]) > 0


# --- Digests ---------------------------------------------------------------------------------


def test_the_sink_takes_and_counts_mails() -> None:
    with (
        digests.sink(os.environ) as port,
        smtplib.SMTP("127.0.0.1", port) as server,
    ):
        for to in ("en@example.no", "to@example.no"):
            assert server.sendmail("fra@example.no", [to], b"Subject: hei\r\n\r\n..\r\n") == {}


def test_a_sink_without_mail_is_no_measurement() -> None:
    with pytest.raises(Failed, match="No mail"), digests.sink(os.environ):
        pass


def test_digests_are_held_against_the_bare_loop() -> None:
    planned = {"mails": 1000, "seconds": 2, "queries": 60, "megabytes": 80.4, "bytes": 15400}
    sent = {"mails": 1000, "seconds": 10, "queries": 3001, "megabytes": 90}
    found = {"recipients": 1000, "planned": planned, "sent": sent, "bare": 1500}
    assert digests.cells(found) == [
        *("1,000", "500", "60", "80"),
        *("100", "1,500", "15.0", "3.00", "15.4", "90"),
    ]


@pytest.mark.postgres
@pytest.mark.slow
def test_a_few_digests_are_planned_and_sent() -> None:
    done = subprocess.run(
        [sys.executable, "benchmarks/digests.py", "--recipients", "10,30", "--changes", "2"],
        check=False,
        cwd=ROOT,
        env=os.environ,
        capture_output=True,
        text=True,
        timeout=240,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    lines = [line.split() for line in done.stdout.splitlines()[2:]]
    assert [line[1] for line in lines] == ["10", "30"]
    # Three for each, and a few for all.
    assert float(lines[1][15]) < 3.3
