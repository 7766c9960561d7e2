"""/drift/: whether jobs run and mails leave; a mail tried again; tomorrow's digest shown."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from html import unescape
from typing import Any
from urllib.parse import urlsplit

import pytest
import redis
import time_machine
from celery.schedules import crontab
from django.conf import settings
from django.core import mail as post
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve
from django.utils import timezone

from measures.actions import outbox
from measures.actions.jobs import noted_run
from measures.actions.mailboxes import follow_as
from measures.choices import MailState, Stopped
from measures.dates import OSLO
from measures.mail.links import Purpose, name_in
from measures.models import AnswerLink, Digest, JobRun, Recipient, StatusUpdate
from measures.models.following import About
from measures.queries import operating
from stakeholders.models import User
from tests import mailboxes
from tests.cast import World, make_world
from tests.mails import CALLED_OFF, GIVEN_UP, make_mail, make_recipient
from tests.make import make_measure, make_update
from tests.page import Page
from tests.rounds import make_round

pytestmark = pytest.mark.django_db
ADDRESS = "/drift/"
PREVIEW = "/drift/forhandsvis/"
#: Wednesday, 10.00 in Oslo.
NOW = datetime.datetime(2026, 12, 2, 9, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)
A_DAY = datetime.timedelta(days=1)
LABELS = {name: str(label) for name, label in operating.JOBS.items()}


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def steward(world: World, client: Client) -> Client:
    client.force_login(world.people["steward"])
    return client


@pytest.fixture
def with_redis(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL = settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(redis.Redis, "llen", lambda *_: 7)


@pytest.fixture(autouse=True)
def _without_redis(settings: Any) -> None:
    settings.REDIS_URL = ""


def at(hour: int, minute: int = 0, *, day: int = 2) -> datetime.datetime:
    """A time in December 2026 on the Norwegian clock; the 2nd is a Wednesday."""
    return datetime.datetime(2026, 12, day, hour, minute, tzinfo=OSLO)


def ran(name: str, started: datetime.datetime, **fields: Any) -> JobRun:
    ended = {"ended_at": started + datetime.timedelta(seconds=3), "result": "5"}
    return JobRun.objects.create(**{"name": name, "started_at": started} | ended | fields)


def job(name: str, now: datetime.datetime = NOW) -> operating.Job:
    return next(one for one in operating.jobs(now) if one.name == name)


def page(client: Client, address: str = ADDRESS, now: datetime.datetime = NOW) -> Page:
    with time_machine.travel(now, tick=False):
        # A session lasts a working day.
        client.force_login(User.objects.get(email="registerforer@example.no"))
        response = client.get(address)
    assert response.status_code == 200
    assert {"no-store", "private"} <= set(response["Cache-Control"].split(", "))
    return Page(response)


# --- Jobs ------------------------------------------------------------------------------------


def test_every_job_of_the_clock_has_a_name() -> None:
    tasks = {str(e["task"]).rsplit(".", 1)[-1] for e in settings.CELERY_BEAT_SCHEDULE.values()}
    assert tasks == set(operating.JOBS)
    assert tasks >= operating.UNNOTED


@pytest.mark.parametrize(
    ("schedule", "after"),
    [
        (crontab(), [at(10, 1), at(10, 2)]),
        (crontab(minute="*/5"), [at(10, 5), at(10, 10)]),
        (crontab(hour=3, minute=40), [at(3, 40, day=3), at(3, 40, day=4)]),
        (
            crontab(hour="8-17", minute=10, day_of_week="mon-fri"),
            [*(at(hour, 10) for hour in range(10, 18)), at(8, 10, day=3)],
        ),
        (crontab(hour="8-17", minute=10, day_of_week="mon"), [at(8, 10, day=7), at(9, 10, day=7)]),
        (crontab(hour=7, minute=0, day_of_week="sun"), [at(7, day=6), at(7, day=13)]),
        (crontab(hour=7, minute=0, day_of_month=31), [at(7, day=31)]),
    ],
)
def test_when_a_job_runs(schedule: crontab, after: list[datetime.datetime]) -> None:
    moment = NOW
    for expected in after:
        moment = operating.next_time(schedule, moment)
        assert moment == expected


def test_a_job_runs_at_its_hour_also_when_the_clock_is_changed() -> None:
    """On the night that is an hour shorter, and on the one that is an hour longer."""
    night = crontab(hour=3, minute=40)
    for day in ("2027-03-27", "2027-10-30"):
        before = datetime.datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=OSLO)
        found = operating.next_time(night, before.astimezone(datetime.UTC)).astimezone(OSLO)
        assert (found.date() - before.date(), found.hour, found.minute) == (A_DAY, 3, 40)


@pytest.mark.parametrize(
    ("name", "started", "is_overdue"),
    [
        ("publish_due", NOW - 1 * MINUTE, False),
        ("publish_due", NOW - 3 * MINUTE, True),
        ("plan_digests", NOW - 9 * MINUTE, True),
        ("plan_digests", NOW - 5 * MINUTE, False),
        # It has a night off, and weekends.
        ("plan_reminders", at(8, 10), False),
        ("plan_reminders", at(17, 10, day=1), True),
        ("forget_unconfirmed", at(3, 40, day=1), False),
        ("forget_unconfirmed", at(3, 40, day=1) - A_DAY, True),
    ],
)
def test_a_job_is_overdue_when_it_missed_two_runs(
    name: str, started: datetime.datetime, is_overdue: bool
) -> None:
    ran(name, started)
    assert job(name).is_overdue is is_overdue


def test_reminders_are_not_overdue_on_monday_morning() -> None:
    ran("plan_reminders", at(17, 10, day=4))
    assert not job("plan_reminders", at(8, 9, day=7)).is_overdue
    assert job("plan_reminders", at(9, 11, day=7)).is_overdue


def test_a_job_that_never_ran(with_redis: None) -> None:
    overdue = {one.name for one in operating.jobs(NOW) if one.is_overdue}
    assert overdue == {"publish_due", "plan_digests", "plan_reminders", "sweep_outbox"}


def test_without_a_beat_nobody_knows_when(steward: Client) -> None:
    assert {(one.next_at, one.is_overdue) for one in operating.jobs(NOW)} == {(None, False)}
    text = page(steward).text
    assert "«manage.py clock»" in text
    assert "Ikke planlagt" in text
    assert "Siden kjører uten Redis" in text


def test_the_page_tells_of_every_job(steward: Client, with_redis: None) -> None:
    ran("publish_due", at(9, 59))
    ran("plan_digests", at(9, 30))
    ran("sweep_outbox", at(10), result="", error="OperationalError: away")
    ran("plan_reminders", at(9, 10), ended_at=None)
    text = page(steward).text
    for label in LABELS.values():
        assert label in text
    assert "2. desember kl. 09.59 ett sekund siden" not in text
    assert "2. desember kl. 09.59 60 sekunder siden" in text
    assert "Antall: 5 Tok 3 sekunder 2. desember kl. 10.01" in text
    assert text.count("Forsinket: De to siste kjøringene mangler") == 1
    assert "Mislyktes OperationalError: away" in text
    assert "Ikke ferdig" in text
    assert f"{LABELS['forget_unconfirmed']} forget_unconfirmed Aldri" in text
    assert "clear_expired_sessions Blir ikke notert" in text
    assert "Oppgaver i køen 7" in text


def test_redis_that_is_away_breaks_nothing(steward: Client, settings: Any) -> None:
    settings.REDIS_URL = settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    assert "Redis svarer ikke" in page(steward).text


# --- What waits, and what became of it --------------------------------------------------------


def test_what_waits_is_counted(steward: Client) -> None:
    make_mail(planned_at=NOW - 3 * datetime.timedelta(hours=1))
    make_mail(planned_at=NOW, state="sending", claim="x", claimed_at=NOW)
    make_mail(planned_at=NOW, state="failed", last_error="away", due_at=NOW + MINUTE)
    make_mail(planned_at=NOW - A_DAY, state="sent")
    make_mail(planned_at=NOW - A_DAY, state="skipped_empty", due_at=None)
    make_mail(planned_at=NOW - A_DAY, **GIVEN_UP)
    text = page(steward).text
    assert "E-poster som venter 3 Venter på nytt forsøk: 1. Sendes nå: 1." in text
    assert "Den eldste har ventet 3 timer" in text


def test_nothing_waits(steward: Client) -> None:
    text = page(steward).text
    assert "E-poster som venter 0" in text
    assert "Ingen venter" in text
    assert "Vi har ikke gitt opp noen e-poster" in text


def test_the_last_days_one_by_one() -> None:
    make_mail(planned_at=at(0, 1), state="sent", bounced_at=NOW)
    make_mail(planned_at=at(0, 1))
    # Another day in Oslo, the same in UTC.
    make_mail(planned_at=at(23, 59, day=1), **GIVEN_UP)
    make_mail(planned_at=at(23, 59, day=1), **CALLED_OFF)
    make_mail(planned_at=at(12, day=1), state="skipped_empty", due_at=None)
    make_mail(planned_at=at(0) - 13 * A_DAY, state="sent")
    make_mail(planned_at=at(0) - 13 * A_DAY - MINUTE, state="sent")
    days = operating.days(NOW)
    assert [day.date for day in days] == [at(12).date() - n * A_DAY for n in range(14)]
    assert days[0] == operating.Day(at(12).date(), planned=2, sent=1, bounced=1)
    assert days[1] == operating.Day(
        at(12, day=1).date(), planned=3, failed=1, called_off=1, skipped=1
    )
    assert days[2] == operating.Day(at(12).date() - 2 * A_DAY)
    assert days[13] == operating.Day(at(12).date() - 13 * A_DAY, planned=1, sent=1)


def test_failures_are_told_and_what_was_called_off_is_counted_apart(steward: Client) -> None:
    make_mail(planned_at=NOW - A_DAY, recipient=make_recipient(email="kari@example.no"), **GIVEN_UP)
    for _each in range(3):
        make_mail(planned_at=NOW, **CALLED_OFF)
    found = page(steward)
    assert "kari@example.no Oppsummering, 2026-W" in found.text
    assert "Siste feil: refused: 554" in found.text
    assert "Planlagt 1. desember kl. 10.00. 3 forsøk." in found.text
    assert "I tillegg er 3 e-poster falt bort" in found.text
    assert buttons(found) == 1


def test_what_nobody_need_send_is_called_off_with_a_reason(world: World) -> None:
    stopped = make_mail(recipient=make_recipient(stopped_at=NOW, stopped_why=Stopped.ASKED))
    answered = make_mail(kind="reminder")
    for digest, why in ((stopped, outbox.STOPPED), (answered, outbox.ANSWERED)):
        assert outbox.deliver(digest.pk, None) == MailState.CALLED_OFF  # type: ignore[arg-type]  # nothing to carry
        digest.refresh_from_db()
        assert (digest.state, digest.last_error) == (MailState.CALLED_OFF, why)
    assert operating.queue().called_off == 2
    assert operating.queue().given_up == 0


def test_at_most_so_many_failures_are_shown_the_latest_first(steward: Client) -> None:
    for n in range(23):
        make_mail(planned_at=NOW - n * MINUTE, **GIVEN_UP | {"last_error": f"refused: {n:03}"})
    found = page(steward)
    assert buttons(found) == 20
    assert "refused: 000" in found.text
    assert "refused: 020" not in found.text
    assert "Viser 20 av 23." in found.text


def test_what_cannot_be_tried_again_has_no_button(steward: Client) -> None:
    gone = make_recipient(stopped_at=NOW, stopped_why=Stopped.BOUNCED)
    make_mail(recipient=gone, **GIVEN_UP)
    make_mail(kind="reminder", **GIVEN_UP)
    found = page(steward)
    assert buttons(found) == 0
    assert "Mottakeren får ingen e-post: adressen tar ikke imot e-post." in found.text
    assert "Neste arbeidsdag sender vi en ny påminnelse." in found.text
    # The question whether to begin again goes out also to who has stopped.
    make_mail(kind="confirmation", recipient=gone, **GIVEN_UP)
    assert buttons(page(steward)) == 1


def buttons(found: Page) -> int:
    """Return how many mails can be tried again."""
    return sum(a.get("action", "").startswith("/drift/igjen/") for _tag, a in found.tags)  # type: ignore[union-attr]


# --- Trying again ----------------------------------------------------------------------------


def again(client: Client, digest: Digest) -> Any:
    return client.post(f"/drift/igjen/{digest.pk}/")


def test_a_mail_is_tried_again_and_sent(steward: Client) -> None:
    digest = make_mail(**GIVEN_UP)
    response = again(steward, digest)
    assert (response.status_code, response["Location"]) == (302, "/drift/?igjen")
    assert "E-posten prøves på nytt med det samme." in Page(steward.get(response["Location"])).text
    digest.refresh_from_db()
    assert (digest.state, digest.attempts) == (MailState.PLANNED, 0)
    assert outbox.hand_out(timezone.now()) == [digest.pk]


@pytest.mark.parametrize(
    "make",
    [
        lambda: make_mail(**CALLED_OFF),
        lambda: make_mail(state="sent"),
        make_mail,
        lambda: make_mail(state="failed", last_error="away", due_at=NOW),
        lambda: make_mail(kind="reminder", **GIVEN_UP),
        # Emptied after 90 days.
        lambda: make_mail(content={}, **GIVEN_UP),
    ],
    ids=["superseded", "sent", "planned", "waits", "reminder", "emptied"],
)
def test_what_is_not_tried_again_says_why(make: Callable[[], Digest], steward: Client) -> None:
    digest = make()
    response = again(steward, digest)
    assert response.status_code == 409
    assert "E-posten kan ikke prøves på nytt." in Page(response).text
    before = digest.state
    digest.refresh_from_db()
    assert digest.state == before


def test_a_mail_that_is_not_there(steward: Client) -> None:
    assert steward.post("/drift/igjen/999999/").status_code == 404


@pytest.mark.parametrize("verb", ["get", "put", "patch", "delete"])
def test_trying_again_takes_a_post(verb: str, steward: Client) -> None:
    digest = make_mail(**GIVEN_UP)
    assert getattr(steward, verb)(f"/drift/igjen/{digest.pk}/").status_code == 405


@pytest.mark.parametrize("address", [ADDRESS, PREVIEW])
@pytest.mark.parametrize("verb", ["post", "put", "patch", "delete"])
def test_pages_are_read_only(address: str, verb: str, steward: Client) -> None:
    assert getattr(steward, verb)(address).status_code == 405


@pytest.mark.parametrize("role", ["stranger", "reporter", "approver", "voice", "colleague"])
def test_others_change_nothing(role: str, world: World, client: Client) -> None:
    digest = make_mail(**GIVEN_UP)
    client.force_login(world.people[role])
    assert again(client, digest).status_code == 404
    digest.refresh_from_db()
    assert digest.state == MailState.FAILED


@pytest.mark.parametrize(
    ("role", "sees"), [("steward", True), ("operator", True), ("reporter", False), ("voice", False)]
)
def test_who_has_the_link(role: str, sees: bool, world: World, client: Client) -> None:
    client.force_login(world.people[role])
    links = [link.href for link in Page(client.get("/min-side/")).links]
    assert (ADDRESS in links) is sees


def test_the_number_of_queries_never_grows(steward: Client) -> None:
    numbers = []
    for more in (1, 20):
        for n in range(more):
            make_mail()
            make_mail(planned_at=timezone.now() - n * A_DAY, **GIVEN_UP)
            make_mail(state="sent")
            ran(f"jobb-{more}-{n}", NOW)
        with CaptureQueriesContext(connection) as asked:
            steward.get(ADDRESS)
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


# --- Tomorrow's digest -----------------------------------------------------------------------


def shown(client: Client, recipient: Recipient, **more: str) -> Any:
    return client.get(PREVIEW, {"mottaker": str(recipient.pk)} | more)


def owing(world: World) -> Recipient:
    """The mailbox of the reporter, who is asked to report VK-01."""
    make_round(world)
    reporter = world.people["reporter"]
    since = timezone.now() - A_DAY
    return make_recipient(user=reporter, email=reporter.email, since=since, hour=7)


def test_a_recipient_is_searched_for(steward: Client) -> None:
    for name in ("kari", "kåre", "ola"):
        make_recipient(email=f"{name}@example.no")
    found = page(steward, f"{PREVIEW}?e-post=+KARI%40ex")
    kari = Recipient.objects.get(email="kari@example.no")
    assert (f"{PREVIEW}?mottaker={kari.pk}", "kari@example.no") in found.links
    assert "ola@example.no" not in found.text
    assert (
        "Ingen mottaker har en slik adresse" in page(steward, f"{PREVIEW}?e-post=finnes-ikke").text
    )
    assert "Mottakere" not in page(steward, PREVIEW).text


@pytest.mark.parametrize("words", ["%", "_", "\0", "'", "x" * 10_000, "<script>"])
def test_any_words_are_searched_for(words: str, steward: Client) -> None:
    make_recipient()
    response = steward.get(PREVIEW, {"e-post": words})
    assert response.status_code == 200
    assert not [link for link in Page(response).links if "mottaker=" in link.href]


def test_so_many_hits_are_shown(steward: Client) -> None:
    for _n in range(22):
        make_recipient()
    found = page(steward, f"{PREVIEW}?e-post=example")
    assert len([link for link in found.links if "mottaker=" in link.href]) == 20
    assert "Her er de 20 første." in found.text


def test_tomorrows_digest_is_shown(steward: Client, world: World) -> None:
    recipient = owing(world)
    response = shown(steward, recipient)
    found, soon = Page(response), timezone.localdate() + A_DAY
    assert "Emne Ett tiltak å rapportere" in found.text
    assert "MÅ RAPPORTERES" in found.text
    assert "VK-01" in found.text
    assert f"{soon.day}. " in found.text
    frames = [attributes for tag, attributes in found.tags if tag == "iframe"]
    assert frames == [
        {
            "class": "mail-frame",
            "src": f"{PREVIEW}?mottaker={recipient.pk}&del=html",
            "sandbox": None,
            "title": "E-posten slik den ser ut",
        }
    ]
    assert "frame-src 'self'" in response["Content-Security-Policy"]
    assert "style-src 'self'" in response["Content-Security-Policy"]


def test_what_is_shown_is_what_is_sent(steward: Client, world: World) -> None:
    """But for the links, and the day that it says it is."""
    recipient = owing(world)
    follow_as(world.people["reporter"], About(), recipient.since)
    make_update(world.measure, "2026-02-01", status="in_progress")
    shown_text = shown(steward, recipient).context["preview"].mail.body
    Recipient.objects.filter(pk=recipient.pk).update(next_at=timezone.now())
    at = timezone.localtime() + A_DAY
    with time_machine.travel(at.replace(hour=7, minute=0, second=1), tick=False):
        mailboxes.sent(timezone.now())
    (sent,) = [one for one in post.outbox if recipient.email in one.to]
    assert without_addresses(str(sent.body)) == without_addresses(shown_text)


def without_addresses(text: str) -> str:
    return re.sub(r"https?://\S+", "…", text)


def test_it_begins_where_the_last_one_ended(steward: Client, world: World) -> None:
    recipient = mailboxes.follower(now=timezone.now() - 2 * A_DAY)
    make_update(world.measure, "2026-02-01", status="completed")
    assert "Nytt i ett tiltak" in Page(shown(steward, recipient)).text
    later = timezone.now() + MINUTE
    sent = {"since": recipient.since, "until": later, "planned_at": later}
    make_mail(recipient=recipient, state="sent", **sent)
    text = Page(shown(steward, recipient)).text
    assert "Ingenting å fortelle" in text
    assert "Da sendes ingen e-post." in text
    assert shown(steward, recipient, **{"del": "html"}).status_code == 404


def test_a_preview_writes_nothing(steward: Client, world: World) -> None:
    recipient = owing(world)
    before = Recipient.objects.values().get(pk=recipient.pk)
    shown(steward, recipient)
    shown(steward, recipient, **{"del": "html"})
    assert not Digest.objects.exists()
    assert not AnswerLink.objects.exists()
    assert Recipient.objects.values().get(pk=recipient.pk) == before
    assert not post.outbox


@pytest.mark.parametrize("part", ["tekst", "html"])
def test_no_link_in_it_opens_anything(part: str, steward: Client, world: World) -> None:
    """Neither answers for the recipient, nor stops or changes the recipient's mail."""
    recipient = owing(world)
    said = shown(steward, recipient, **{"del": part}).content.decode()
    addresses = {unescape(a) for a in re.findall(r"https?://[^\s\"<]+", said)}
    tokens = set()
    for address in addresses:
        try:
            arguments = resolve(urlsplit(address).path).kwargs
        except Resolver404:
            continue
        if "token" in arguments:
            tokens.add(address)
            names = [name_in(purpose, arguments["token"]) for purpose in Purpose]
            assert set(names) <= {None, "kun-til-forhandsvisning"}
    assert len(tokens) == 3, "to answer, to change and to stop"
    assert recipient.key not in said
    updates = StatusUpdate.objects.count()
    for address in tokens:
        if "/svar/" not in address:
            assert Client().post(urlsplit(address).path).status_code in (200, 404, 405)
    recipient.refresh_from_db()
    assert recipient.stopped_at is None
    assert StatusUpdate.objects.count() == updates


def test_the_looks_of_it_have_a_policy_of_their_own(steward: Client, world: World) -> None:
    response = shown(steward, owing(world), **{"del": "html"})
    assert response.content.startswith(b"<!doctype html>")
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert {"no-store", "private"} <= set(response["Cache-Control"].split(", "))
    parts = response["Content-Security-Policy"].split("; ")
    policy = {name: allowed for name, _space, allowed in (part.partition(" ") for part in parts)}
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == "'unsafe-inline'"
    assert policy["frame-ancestors"] == "'self'"
    assert "script-src" not in policy
    assert "sandbox" in policy
    assert "unsafe-inline" not in steward.get(ADDRESS)["Content-Security-Policy"]


def test_a_stopped_recipient_gets_none(steward: Client, world: World) -> None:
    recipient = owing(world)
    Recipient.objects.filter(pk=recipient.pk).update(
        stopped_at=timezone.now(), stopped_why=Stopped.ASKED
    )
    text = Page(shown(steward, recipient)).text
    assert "Mottakeren får ingen e-post nå: mottakeren ba om det." in text
    assert "Neste oppsummering Aldri" in text


def test_a_mail_in_another_language_is_marked(steward: Client, world: World) -> None:
    recipient = owing(world)
    Recipient.objects.filter(pk=recipient.pk).update(language="en")
    found = Page(shown(steward, recipient))
    assert ("pre", "en") in {(tag, a.get("lang")) for tag, a in found.tags}


@pytest.mark.parametrize("pk", ["0", "999999", "x", "", "-1", "1" * 30, "\0"])
@pytest.mark.parametrize("part", ["", "html"])
def test_a_recipient_that_is_not_there(pk: str, part: str, steward: Client) -> None:
    assert steward.get(PREVIEW, {"mottaker": pk, "del": part}).status_code == 404


@pytest.mark.parametrize("role", ["stranger", "reporter", "approver", "administrator", "colleague"])
def test_others_see_nobodys_mail(role: str, world: World, client: Client) -> None:
    recipient = owing(world)
    client.force_login(world.people[role])
    for more in ({}, {"del": "html"}):
        assert shown(client, recipient, **more).status_code == 404
    assert client.get(PREVIEW, {"e-post": "rapportor"}).status_code == 404


def test_the_number_of_queries_of_a_preview_never_grows(steward: Client, world: World) -> None:
    recipient = mailboxes.follower(now=timezone.now() - 2 * A_DAY)
    numbers = []
    for more in (1, 20):
        for _n in range(more):
            make_update(make_measure(document=world.document), "2026-02-01", status="completed")
            make_mail(recipient=recipient, **GIVEN_UP)
        with CaptureQueriesContext(connection) as asked:
            assert shown(steward, recipient).status_code == 200
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


def test_a_run_that_is_noted_is_shown(steward: Client) -> None:
    with noted_run("publish_due") as run:
        run.result = "3"
    text = page(steward, now=timezone.now()).text
    assert "Antall: 3" in text
    assert "Tok under ett sekund" in text
