"""Mail without Celery: the command, the clock, files that one can open, the demo's mailboxes."""

from __future__ import annotations

import datetime
import email
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.mail import EmailMultiAlternatives
from django.core.management import CommandError, call_command
from django.utils import timezone

from measures.actions import jobs
from measures.actions.demo import INBOXES, create_demo_mailboxes
from measures.actions.jobs import noted_run
from measures.management.commands.clock import send_mail_due
from measures.models import Digest, JobRun, Recipient
from roadmap.mail import FileBackend
from tests.cast import World, make_world
from tests.mailboxes import A_DAY, DAILY, follower
from tests.make import make_organisation, make_update

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    """Two who follow, and something that they have not heard of."""
    world = make_world()
    start = timezone.now() - 2 * A_DAY
    for name in ("en", "to"):
        follower(f"{name}@example.no", DAILY, start)
    with time_machine.travel(timezone.now() - datetime.timedelta(hours=2), tick=False):
        make_update(world.measure, "2026-02-01", status="completed")
    return world


def run(*arguments: str) -> str:
    """Run the command as it would be tomorrow; return what it writes."""
    out = StringIO()
    tomorrow = timezone.localtime(timezone.now() + A_DAY)
    call_command("send_digests", "--at", f"{tomorrow:%Y-%m-%dT%H:%M:%S}", *arguments, stdout=out)
    return out.getvalue()


def to_followers() -> list[str]:
    return sorted(m.to[0] for m in mail.outbox if m.to[0] in ("en@example.no", "to@example.no"))


def test_it_sends_once(world: World) -> None:
    said = run()
    assert to_followers() == ["en@example.no", "to@example.no"]
    assert "en@example.no: Nytt i ett tiltak" in said
    run()
    assert len(to_followers()) == 2


def test_a_dry_run_keeps_and_sends_nothing(world: World) -> None:
    said = run("--dry-run", "--show")
    assert "en@example.no: Nytt i ett tiltak" in said
    assert "Offentlig kilde, 1. februar 2026: Gjennomført." in said
    assert "Ingenting er lagret eller sendt." in said
    assert mail.outbox == []
    assert not Digest.objects.exists()
    assert not JobRun.objects.exists()


def test_only_one(world: World) -> None:
    run("--only", "To@example.no")
    assert to_followers() == ["to@example.no"]


@pytest.mark.parametrize("text", ["i morgen", "2026-13-01T07:00", "7"])
def test_a_time_that_cannot_be_read(world: World, text: str) -> None:
    with pytest.raises(CommandError, match="2026-11-30T07:00"):
        call_command("send_digests", "--at", text)


def test_what_fails_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(**_options: Any) -> Any:
        raise ConnectionRefusedError

    monkeypatch.setattr("measures.mail.postman.get_connection", away)
    errors = StringIO()
    tomorrow = timezone.localtime(timezone.now() + A_DAY)
    at = f"{tomorrow:%Y-%m-%dT%H:%M:%S}"
    call_command("send_digests", "--at", at, "--only", "en@example.no", stderr=errors)
    assert "en@example.no: no connection: ConnectionRefusedError" in errors.getvalue()


def test_the_clock_sends_too(world: World) -> None:
    Recipient.objects.filter(user=None).update(next_at=timezone.now() - datetime.timedelta(hours=1))
    assert send_mail_due() == 2
    assert {"plan_digests", "sweep_outbox"} <= set(JobRun.objects.values_list("name", flat=True))
    assert send_mail_due() == 0


def test_nobody_is_reminded_of_a_day_that_lies_ahead(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a dry run shows what would be said then."""
    asked: list[datetime.datetime] = []
    monkeypatch.setattr(jobs, "plan_reminders", asked.append)
    run("--dry-run")
    run()
    dry, real = asked
    assert real <= timezone.now() < dry


def test_a_job_that_breaks_is_noted() -> None:
    with pytest.raises(ValueError, match="galt"), noted_run("en_jobb"):
        raise ValueError("galt")
    job = JobRun.objects.get(name="en_jobb")
    assert job.error == "ValueError"
    assert job.ended_at is not None
    with noted_run("en_jobb") as again:
        again.result = "3"
    job.refresh_from_db()
    assert (job.error, job.result) == ("", "3")


def test_files_can_be_opened(tmp_path: Path) -> None:
    message = EmailMultiAlternatives("Emne/æ: 1", "Tekst", "fra@example.no", ["til@example.no"])
    message.attach_alternative("<p>Hei på deg</p>", "text/html")
    assert FileBackend(file_path=str(tmp_path / "ny")).send_messages([message]) == 1
    (letter,) = (tmp_path / "ny").glob("*.eml")
    assert email.message_from_bytes(letter.read_bytes())["To"] == "til@example.no"
    (page,) = (tmp_path / "ny").glob("*.html")
    assert page.read_text(encoding="utf-8") == "<p>Hei på deg</p>"


def test_the_demo_has_mailboxes(settings: Any) -> None:
    settings.DEBUG = True
    for key, kind in (("nfd", "ministry"), ("lmi", "industry_body"), ("nht", "cluster")):
        make_organisation(key=key, kind=kind)
    assert create_demo_mailboxes(timezone.now()) == len(INBOXES)
    assert create_demo_mailboxes(timezone.now()) == 0


def test_only_the_demo_has_them(settings: Any) -> None:
    settings.DEBUG = False
    with pytest.raises(PermissionDenied):
        create_demo_mailboxes(timezone.now())
    with pytest.raises(CommandError):
        call_command("create_demo_mail")
