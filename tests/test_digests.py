"""What a mail says to whom: by role, in the recipient's language, as text and as HTML."""

from __future__ import annotations

import datetime
import email
import re
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.test import Client
from django.utils import timezone, translation

from measures.actions.closing import close_reporting
from measures.actions.confirming import confirm_unchanged
from measures.actions.mailboxes import member_mailbox, set_organisation_address
from measures.actions.moderating import hide_comment
from measures.actions.publishing import publish_due, publish_update, return_update
from measures.dates import OSLO
from measures.digests.composing import MOST_MEASURES
from measures.digests.rhythm import latest_slot, next_slot, period_of
from measures.digests.work import AHEAD, MOST
from measures.mail.letters import letter_for
from measures.models import AnswerLink, Digest, Measure, Owner, Recipient
from stakeholders.models import User
from tests import comments
from tests.cast import World, make_world
from tests.mailboxes import A_DAY, DAILY, WEEKLY, follower, planned, sent
from tests.make import make_deadline, make_measure, make_update
from tests.reports import handed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def digest_of(recipient: Recipient | None) -> Digest:
    """Plan what is due in five minutes; return the recipient's."""
    assert recipient is not None
    Recipient.objects.filter(pk=recipient.pk).update(next_at=timezone.now())
    planned(timezone.now() + datetime.timedelta(minutes=5), recipient.email)
    found = Digest.objects.filter(recipient=recipient, kind="digest")
    return found.select_related("recipient__user", "recipient__organisation").latest("pk")


def to_person(user: User) -> Digest:
    recipient = member_mailbox(user, timezone.now())
    Recipient.objects.filter(pk=recipient.pk).update(since=timezone.now())
    return digest_of(recipient)


def body(digest: Digest) -> str:
    return str(letter_for(digest).body)


def html(digest: Digest) -> str:
    return str(letter_for(digest).alternatives[0][0])


def stale(world: World) -> None:
    """Let the owner's last word be more than half a year old."""
    Measure.objects.update(confirmed_on=timezone.localdate() - datetime.timedelta(days=200))


# --- What is asked of whom --------------------------------------------------------------------


def test_a_reporter_is_asked_with_a_link(world: World) -> None:
    stale(world)
    digest = to_person(world.people["reporter"])
    assert set(digest.content) == {"to_report", "whole"}
    link = AnswerLink.objects.get(digest=digest)
    assert (link.user, link.measure) == (world.people["reporter"], world.measure)
    assert link.expires_at - link.created_at == datetime.timedelta(days=30)
    letter = letter_for(digest)
    assert str(letter.subject).startswith("Ett tiltak å rapportere, frist ")
    assert re.search(rf"Svar om VK-01: http://localhost:8000/svar/{link.key}\.\S+/", body(digest))
    assert "Sist bekreftet for 200 dager siden." in body(digest)
    assert "Svarfristen gikk ut for 20 dager siden" in body(digest)
    assert "Ingenting blir lagret av at du åpner" in body(digest)


def test_what_is_due_within_a_fortnight_is_asked_for(world: World) -> None:
    nearly = timezone.localdate() - datetime.timedelta(days=180) + AHEAD
    Measure.objects.update(confirmed_on=nearly)
    assert "to_report" not in to_person(world.people["reporter"]).content
    Measure.objects.update(confirmed_on=nearly - A_DAY)
    assert "to_report" in to_person(world.people["approver_author"]).content


def test_an_approver_is_told_what_waits(world: World) -> None:
    handed_in(world)
    digest = to_person(world.people["approver"])
    assert set(digest.content) == {"to_approve", "whole"}
    assert letter_for(digest).subject == "En tekst venter på godkjenning"
    assert "/min-side/godkjenn/" in body(digest)
    assert "to_approve" not in to_person(world.people["reporter"]).content  # one's own


def test_what_came_back_is_told_with_the_note(world: World) -> None:
    return_update(handed_in(world), world.people["approver"], "Legg ved en lenke.")
    digest = to_person(world.people["reporter"])
    assert digest.content["returned"]["items"][0]["note"] == "Legg ved en lenke."
    assert "«Legg ved en lenke.»" in body(digest)
    assert "/min-side/rapporter/VK-01/" in body(digest)


def test_comments_await_an_answer(world: World) -> None:
    comment = comments.said(world)
    digest = to_person(world.people["reporter"])
    (item,) = digest.content["to_answer"]["items"]
    assert item["comment"] == comment.pk
    assert f"/min-side/innspill/{comment.pk}/svar/" in body(digest)


def test_a_stranger_to_the_measure_is_asked_nothing(world: World) -> None:
    stale(world)
    handed_in(world)
    comments.said(world)
    digest = to_person(world.people["colleague"])
    assert (digest.state, digest.content) == ("skipped_empty", {})


def test_an_inbox_is_asked_without_links(world: World) -> None:
    """Nobody knows who reads it: it is asked, and signs in to answer."""
    stale(world)
    inbox = set_organisation_address(world.nfd, "post@nfd.example.no", WEEKLY, timezone.now())
    digest = digest_of(inbox)
    assert "to_report" in digest.content
    assert not AnswerLink.objects.exists()
    assert "/svar/" not in body(digest)
    assert str(letter_for(digest).subject).startswith(f"{world.nfd.label}: ")


def test_a_member_whose_mailbox_is_an_inbox_gets_both(world: World) -> None:
    """NFD's reporter reads HOD's inbox: the work of both, the own with links, each once."""
    stale(world)
    other = make_measure(ref="T-9", document=world.document)
    Owner.objects.create(measure=other, organisation=world.hod, role="lead")
    reporter = world.people["reporter"]
    member_mailbox(reporter, timezone.now())
    digest = digest_of(set_organisation_address(world.hod, reporter.email, WEEKLY, timezone.now()))
    rows = digest.content["to_report"]["items"]
    assert [(row["ref"], "link" in row) for row in rows] == [("VK-01", True), ("T-9", False)]


def test_rows_are_few_and_the_rest_is_counted(world: World) -> None:
    for _each in range(MOST + 4):
        measure = make_measure(document=world.document)
        Owner.objects.create(measure=measure, organisation=world.nfd, role="lead")
    digest = to_person(world.people["reporter"])
    section = digest.content["to_report"]
    assert (len(section["items"]), section["more"]) == (MOST, 5)
    assert str(letter_for(digest).subject).startswith(f"{MOST + 5} tiltak å rapportere")
    assert "Og 5 til." in body(digest)


# --- What is news -----------------------------------------------------------------------------


def news(world: World) -> list[str]:
    """Return the lines about the measure in a follower's digest."""
    recipient = Recipient.objects.filter(user=None).first()
    text = body(digest_of(recipient))
    return [line.strip() for line in text.partition("(VK-01)")[2].splitlines() if line.strip()]


@pytest.fixture
def following(world: World) -> Recipient:
    """Somebody who follows everything from now on."""
    Digest.objects.all().delete()
    return follower(rhythm=DAILY, now=timezone.now())


def test_a_new_status_is_told_from_and_to(world: World, following: Recipient) -> None:
    make_update(world.measure, "2026-02-01", status="completed")
    first, second, *_ = news(world)
    assert first == "Ny status: Gjennomført. Før: I gang."
    assert second == "Offentlig kilde, 1. februar 2026: Gjennomført."


def test_an_older_fact_is_told_without_a_new_status(world: World, following: Recipient) -> None:
    make_update(world.measure, "2025-02-01", status="not_started")
    assert news(world)[0] == "Offentlig kilde, 1. februar 2025: Ikke startet."


def test_a_confirmation_is_told_as_one(world: World, following: Recipient) -> None:
    confirm_unchanged(world.people["reporter"], [world.measure])
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=2), tick=False):
        publish_due(timezone.now())
    assert news(world)[0] == f"{world.nfd} bekrefter at ingenting er endret: I gang."


def test_a_correction_is_told_as_one(world: World, following: Recipient) -> None:
    wrong = world.measure.current_update
    assert wrong is not None
    make_update(world.measure, "2026-01-15", "not_started", replaces=wrong, organisation=world.nfd)
    lines = news(world)
    assert lines[0] == "Ny status: Ikke startet. Før: I gang."
    assert re.fullmatch(r"Rettelse, .* 2026\. Riktig status: Ikke startet\.", lines[1])
    assert lines[2] == "«Det var feil.»"


def test_a_deadline_of_the_owner_is_told_with_the_one_before(
    world: World, following: Recipient
) -> None:
    make_deadline(world.measure, "2026-06")
    due: Any = {"new_due_on": datetime.date(2027, 12, 31), "new_due_precision": "year"}
    update = handed_in(world, new_due_reason="Mer tid.", **due)
    publish_update(update, world.people["approver"])
    assert "Ny frist: 2027. Før: juni 2026." in news(world)


def test_comments_and_answers_are_told_without_their_words(
    world: World, following: Recipient
) -> None:
    """A mail cannot be taken back: what is hidden tomorrow must not lie in mailboxes."""
    comment = comments.said(world)
    lines = " ".join(news(world))
    assert "Innspill fra Legemiddelindustrien: Spørsmål." in lines
    assert comment.body not in lines


def test_what_was_hidden_meanwhile_is_not_told(world: World, following: Recipient) -> None:
    comment = comments.said(world)
    hide_comment(comment, world.people["steward"], "Personopplysninger.")
    assert digest_of(following).state == "skipped_empty"


def test_closing_is_told(world: World, following: Recipient) -> None:
    today = timezone.localdate()
    close_reporting(world.measure, world.people["approver"], "Ikke mer å si.", today)
    assert news(world)[0] == "Rapporteringen er avsluttet."


def test_many_changes_are_cut_and_counted(world: World, following: Recipient) -> None:
    for _each in range(MOST_MEASURES + 3):
        make_update(make_measure(document=world.document), "2026-02-01")
    section = digest_of(following).content["changes"]
    assert (len(section["items"]), section["more"]) == (MOST_MEASURES, 3)


# --- The mail itself --------------------------------------------------------------------------


def as_sent(digest: Digest) -> email.message.Message:
    return email.message_from_bytes(letter_for(digest).message().as_bytes())


def test_headers(world: World, following: Recipient, settings: Any) -> None:
    make_update(world.measure, "2026-02-01")
    digest = digest_of(following)
    message = as_sent(digest)
    assert message["Message-ID"] == f"<{digest.key}@localhost>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "<digest.localhost>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Content-Language"] == "nb"
    raw = letter_for(digest).message().as_bytes().decode()
    assert re.search(r"^List-Unsubscribe: <http://localhost:8000/stopp/\S+>$", raw, re.MULTILINE)
    again = as_sent(Digest.objects.select_related("recipient").get(pk=digest.pk))
    assert again["Message-ID"] == message["Message-ID"]


def test_text_and_html_say_the_same(world: World, following: Recipient) -> None:
    make_update(world.measure, "2026-02-01", status="completed")
    digest = digest_of(following)
    parts = [part.get_content_type() for part in as_sent(digest).walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]
    for words in ("Ny status: Gjennomført. Før: I gang.", "Stopp all e-post", "10 tiltak"):
        assert words in body(digest)
        assert words in html(digest)


class Tags(HTMLParser):
    """What an HTML mail is made of."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_html_needs_no_images_and_reads_well(world: World, following: Recipient) -> None:
    make_update(world.measure, "2026-02-01", status="completed")
    tags = Tags(html(digest_of(following))).tags
    names = [tag for tag, _ in tags]
    assert not {"img", "script", "link", "iframe", "object", "form"} & set(names)
    assert names.count("h1") == 1
    assert all(a.get("role") == "presentation" for tag, a in tags if tag == "table")
    assert dict(tags)["html"]["lang"] == "nb"
    assert "prefers-color-scheme:dark" in html(digest_of(following))


def test_texts_of_others_are_harmless(world: World, following: Recipient) -> None:
    title = "<script>alert(1)</script> & noe"
    Measure.objects.filter(pk=world.measure.pk).update(short_title=title)
    make_update(world.measure, "2026-02-01", summary="Linje\r\nBcc: alle@example.no <b>fet</b>")
    digest = digest_of(following)
    assert "<script>" not in html(digest)
    assert "<b>" not in html(digest)
    assert as_sent(digest)["Bcc"] is None
    assert title in body(digest)


@pytest.mark.parametrize(
    ("language", "words", "path"),
    [("nn", "Nytt i eitt tiltak", "/nn/stopp/"), ("en", "News about one measure", "/en/stopp/")],
)
def test_in_the_language_of_the_recipient(
    world: World, language: str, words: str, path: str
) -> None:
    recipient = follower(rhythm=DAILY._replace(language=language), now=timezone.now())
    make_update(world.measure, "2026-02-01", status="completed")
    digest = digest_of(recipient)
    with translation.override("nb"):
        letter = letter_for(digest)
    assert letter.subject == words
    assert path in str(letter.body)


def test_no_link_in_a_mail_changes_anything_by_being_opened(world: World, client: Client) -> None:
    """A mail scanner opens all of them, more than once, with GET and HEAD."""
    stale(world)
    comments.said(world)
    make_update(world.measure, "2026-02-01")
    stale(world)
    digest = to_person(world.people["reporter"])
    addresses = set(re.findall(r"http://localhost:8000(/[^\s\"<>]*)", body(digest) + html(digest)))
    assert {a.split("/")[1] for a in addresses} >= {"svar", "stopp", "epost", "tiltak"}
    before = dump()
    for address in sorted(addresses):
        for call in (client.get, client.head):
            assert call(address).status_code in (200, 302), address
    assert dump() == before


def dump() -> list[Any]:
    """Return all rows of the record."""
    return [
        list(model._base_manager.order_by("pk").values())
        for app in ("measures", "stakeholders")
        for model in apps.get_app_config(app).get_models()
    ]


# --- The rhythm -------------------------------------------------------------------------------


def oslo(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime.datetime:
    return datetime.datetime(year, month, day, hour, minute, tzinfo=OSLO)


@pytest.mark.parametrize(
    ("frequency", "weekday", "hour", "now", "slot", "period"),
    [
        ("daily", 0, 7, oslo(2026, 12, 2, 6, 59), oslo(2026, 12, 1, 7), "2026-12-01"),
        ("daily", 0, 7, oslo(2026, 12, 2, 7), oslo(2026, 12, 2, 7), "2026-12-02"),
        ("weekly", 0, 7, oslo(2026, 12, 6, 23), oslo(2026, 11, 30, 7), "2026-W49"),
        ("weekly", 6, 23, oslo(2027, 1, 3, 23), oslo(2027, 1, 3, 23), "2026-W53"),
        ("monthly", 0, 7, oslo(2026, 12, 7, 6), oslo(2026, 11, 2, 7), "2026-11"),
        ("monthly", 0, 7, oslo(2026, 12, 7, 7), oslo(2026, 12, 7, 7), "2026-12"),
        # The night that has no hour from two to three, and the one that has it twice.
        ("daily", 0, 2, oslo(2027, 3, 28, 3), oslo(2027, 3, 28, 3), "2027-03-28"),
        ("daily", 0, 2, oslo(2026, 10, 25, 2, 30), oslo(2026, 10, 25, 2), "2026-10-25"),
    ],
)
def test_slots(
    frequency: str,
    weekday: int,
    hour: int,
    now: datetime.datetime,
    slot: datetime.datetime,
    period: str,
) -> None:
    recipient = Recipient(frequency=frequency, weekday=weekday, hour=hour)
    found = latest_slot(recipient, now.astimezone(datetime.UTC))
    assert found == slot.astimezone(datetime.UTC)
    assert period_of(recipient, found) == period
    assert next_slot(recipient, now.astimezone(datetime.UTC)) > now


def test_every_hour_of_a_year_has_a_slot_before_and_after() -> None:
    """None is skipped, none comes twice: also where the clock is changed."""
    recipient = Recipient(frequency="daily", weekday=0, hour=2)
    moment, slots = oslo(2026, 1, 1, 12).astimezone(datetime.UTC), list[datetime.datetime]()
    for _hour in range(24 * 365):
        moment += datetime.timedelta(hours=1)
        slot = latest_slot(recipient, moment)
        if not slots or slots[-1] != slot:
            slots.append(slot)
    assert slots == sorted(slots)
    periods = [period_of(recipient, slot) for slot in slots]
    first = datetime.date(2026, 1, 1)
    assert periods == [(first + number * A_DAY).isoformat() for number in range(366)]


def test_the_whole_is_said_with_its_denominator(world: World, following: Recipient) -> None:
    make_update(world.measure, "2026-02-01")
    sent(timezone.now() + A_DAY)
    digest = Digest.objects.filter(recipient=following).latest("pk")
    whole = digest.content["whole"]
    assert (whole["announced"], whole["registered"]) == (10, 1)
    assert sum(whole["documents"][0]["states"].values()) == 10
