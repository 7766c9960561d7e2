"""Organisations speak, ministries answer: who may, what becomes public, and what everybody sees."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from measures.actions import Changed
from measures.actions.commenting import (
    About,
    Said,
    open_comment,
    post_comment,
    save_comment,
    take_back_comment,
    withdraw_comment,
)
from measures.actions.deciding import publish_comment, require_approval, return_comment
from measures.actions.drafting import Broken, Stale, Written, save_draft
from measures.actions.evidence import keep_files
from measures.actions.moderating import (
    MOST_REPORTS,
    hide_comment,
    keep_comment,
    report_comment,
    show_comment,
)
from measures.actions.publishing import publish_update
from measures.models import Comment, Event, Measure, Owner, StatusUpdate
from measures.queries.discussion import response_of, to_answer
from measures.uploads import check
from stakeholders.actions.memberships import end_access
from stakeholders.choices import Role
from tests import reports
from tests.cast import World, make_world
from tests.comments import (
    LINK,
    answer_begun,
    answer_sent,
    answered,
    begun,
    drafted,
    four_eyes,
    many_said,
    said,
    said_on,
    supplemented,
)
from tests.make import make_measure, make_member, make_organisation, make_update
from tests.page import Page
from tests.reports import PDF

pytestmark = pytest.mark.django_db
PATH = "/tiltak/VK-01/"
DAY = datetime.timedelta(days=1)
HOSTILE = (
    "<script>alert(1)</script> \u202egnp.exe\u202c https://www.regjer\u0131ngen.no/ "
    "javascript:alert(1) <a href=x onclick=y>klikk</a> \u200b\u200b\u200b æøå"
)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def voice(world: World, client: Client) -> Client:
    client.force_login(world.people["voice"])
    return client


def client_of(world: World, role: str) -> Client:
    client = Client()
    client.force_login(world.people[role])
    return client


def posted(**fields: Any) -> dict[str, Any]:
    """Return what a browser sends: a fine question unless told."""
    form = {"version": 0, "kind": "question", "body": "Når kommer det?", "language": "nb"}
    return form | {"links-TOTAL_FORMS": "2", "links-INITIAL_FORMS": "0"} | fields


def only() -> Comment:
    return Comment.objects.get()


# --- Saying something ------------------------------------------------------------------------


def test_a_question_is_public_signed_and_asks_for_an_answer(world: World, voice: Client) -> None:
    response = voice.post("/min-side/innspill/ny/VK-01/", posted(send="1"))
    comment = only()
    assert response["Location"] == f"/innspill/{comment.pk}/"
    assert (comment.state, comment.organisation, comment.approved_by) == (
        "published", world.lmi, None,
    )  # fmt: skip
    for path in (PATH, f"/innspill/{comment.pk}/", "/innspill/", "/aktorer/lmi/"):
        text = Page(Client().get(path)).text
        assert "Når kommer det?" in text, path
        assert "Svarfrist" in text, path
    assert "Legemiddelindustrien" in Page(Client().get(PATH)).text


def test_nobody_speaks_for_another(world: World) -> None:
    other = make_organisation(kind="industry_body")
    with pytest.raises(Changed):
        open_comment(world.people["voice"], About(world.measure), other)
    draft = drafted(world)
    with pytest.raises(Changed):
        save_comment(world.people["voice"], draft, Said(body="Hei"), draft.version, other)
    with pytest.raises(Changed):
        open_comment(world.people["reporter"], About(world.measure), world.lmi)


def test_who_chooses_among_organisations_chooses_among_ones_own(
    world: World, voice: Client
) -> None:
    own = make_organisation(key="klynge", kind="cluster")
    make_organisation(key="fremmed", kind="cluster")
    make_member(own, Role.VOICE, email="en-til@example.no")
    world.people["voice"].memberships.create(organisation=own, role=Role.VOICE)
    voice.post("/min-side/innspill/ny/VK-01/", posted(organisation="klynge", lagre="1"))
    assert only().organisation == own
    fields = posted(organisation="fremmed", lagre="1", version=1)
    assert voice.post("/min-side/innspill/ny/VK-01/", fields).status_code == 422
    assert only().organisation == own


def test_a_removed_member_says_no_more(world: World, voice: Client) -> None:
    draft = drafted(world)
    end_access(world.people["voice"], world.lmi, world.people["steward"])
    with pytest.raises(Changed):
        post_comment(world.people["voice"], draft, version=draft.version)
    assert voice.get("/min-side/innspill/ny/VK-01/").status_code in {302, 404}
    assert not Comment.objects.written_by(world.people["voice"]).exists()


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"kind": ""}, "id_kind"),
        ({"kind": "position"}, "id_position"),
        ({"kind": "evidence"}, "id_attachments"),
        ({"body": " \u200b "}, "id_body"),
        ({"body": "x" * 20_001}, "id_body"),
        ({"links-0-url": "example", "links-0-title": "E"}, "id_links-0-url"),
    ],
)
def test_what_is_missing_is_told_and_what_was_typed_stays(
    fields: dict[str, str], place: str, world: World, voice: Client
) -> None:
    response = voice.post("/min-side/innspill/ny/VK-01/", posted(send="1", **fields))
    assert response.status_code == 422
    assert place in [where for where, _message in response.context["errors"]]
    content = response.content.decode()
    assert "<title>Feil: " in content
    for value in fields.values():
        assert escape(value.strip()) in content
    assert not Comment.objects.public().exists()


def test_a_hostile_text_is_stored_and_shown_harmlessly(world: World, voice: Client) -> None:
    voice.post("/min-side/innspill/ny/VK-01/", posted(send="1", body=HOSTILE))
    comment = only()
    assert "\u202e" not in comment.body
    assert "\u200b" not in comment.body
    for path in (PATH, comment.get_absolute_url(), "/innspill/", "/aktorer/lmi/"):
        content = Client().get(path).content.decode()
        assert "<script>alert" not in content, path
        assert "onclick=y>" not in content.replace("onclick=y&gt;", ""), path
        assert 'href="javascript' not in content, path
    assert "xn--" in Client().get(comment.get_absolute_url()).content.decode()


def test_a_hundred_thousand_signs_are_told_of_and_kept(world: World, voice: Client) -> None:
    text = "ord " * 25_000
    response = voice.post("/min-side/innspill/ny/VK-01/", posted(send="1", body=text))
    assert response.status_code == 422
    assert text.strip() in response.content.decode()
    assert only().typed["body"].strip() == text.strip()
    assert text.strip() in voice.get("/min-side/innspill/ny/VK-01/").content.decode()


def test_autosave_keeps_the_draft_and_two_windows_overwrite_nothing(
    world: World, voice: Client
) -> None:
    saved = voice.post("/min-side/innspill/ny/VK-01/lagre/", posted(body="Første."))
    assert 'data-version="1"' in saved.content.decode()
    late = voice.post("/min-side/innspill/ny/VK-01/lagre/", posted(body="Andre."))
    assert late.status_code == 409
    assert "Første." in late.content.decode()
    assert only().body == "Første."
    assert not Event.objects.filter(subject="comment").exists()
    with pytest.raises(Stale):
        save_comment(world.people["voice"], only(), Said(), 0)


def test_a_button_pressed_twice_says_it_once(world: World, voice: Client) -> None:
    places = {
        voice.post("/min-side/innspill/ny/VK-01/", posted(send="1"))["Location"] for _ in "12"
    }
    assert places == {only().get_absolute_url()}


def test_files_are_kept_and_public_with_the_comment(world: World, voice: Client) -> None:
    upload = SimpleUploadedFile("bevis.pdf", PDF)
    fields = posted(kind="evidence", send="1", attachments=upload)
    assert voice.post("/min-side/innspill/ny/VK-01/", fields).status_code == 302
    (evidence,) = only().evidence.all()
    address = f"/dokumentasjon/{evidence.pk}/"
    assert b"".join(Client().get(address)) == PDF
    hide_comment(only(), world.people["steward"], "Personopplysninger.")
    assert Client().get(address).status_code == 404


def test_an_organisation_that_says_too_much_in_a_day_waits(world: World, settings: Any) -> None:
    settings.COMMENTS_PER_DAY = 2
    for _time in range(2):
        said(world)
    with pytest.raises(Broken, match="siste døgnet"):
        said(world)
    draft = drafted(world)
    with time_machine.travel(timezone.now() + DAY + datetime.timedelta(minutes=1), tick=False):
        assert post_comment(world.people["voice"], draft, version=draft.version).published_at


def test_four_eyes_where_the_organisation_wants_it(world: World, voice: Client) -> None:
    leader = four_eyes(world)
    draft = drafted(world)
    sent = post_comment(world.people["voice"], draft, version=draft.version)
    assert sent.state == "submitted"
    assert "Venter på godkjenning" in Page(voice.get(f"/min-side/innspill/{sent.pk}/")).text
    with pytest.raises(PermissionDenied):
        publish_comment(sent, world.people["voice"])
    # Nobody outside the organisation decides on what it says.
    for role in ("approver", "steward", "colleague"):
        with pytest.raises(PermissionDenied):
            publish_comment(sent, world.people[role])
    returned = return_comment(sent, leader, "Skriv kortere.")
    assert "Skriv kortere." in Page(voice.get("/min-side/")).text
    again = post_comment(world.people["voice"], returned, version=returned.version)
    assert publish_comment(again, leader).state == "published"


def test_its_approvers_decide_whether_it_wants_four_eyes(world: World) -> None:
    leader = make_member(world.lmi, Role.APPROVER, email="leder@example.no")
    client = Client()
    client.force_login(leader)
    address = "/min-side/innspill/godkjenning/lmi/"
    assert client.post(address, {"krev": "1"}).status_code == 302
    assert "En godkjenner må se på innspill" in Page(client.get("/min-side/")).text
    assert client.post(address, {"krev": "1"}).status_code == 409
    assert post_comment(world.people["voice"], drafted(world), version=1).state == "submitted"
    assert client.post(address).status_code == 302
    assert "publiserer innspill selv" in Page(client.get("/min-side/")).text
    with pytest.raises(PermissionDenied):
        require_approval(world.people["voice"], world.lmi, required=True)
    # A ministry's answers are always approved.
    assert client_of(world, "approver").post(address.replace("lmi", "nfd")).status_code == 404


# --- Supplementing, withdrawing --------------------------------------------------------------


def test_what_is_public_is_supplemented_and_not_edited(world: World, voice: Client) -> None:
    comment = said(world)
    more = supplemented(world, comment)
    post_comment(world.people["voice"], more, version=more.version)
    page = Page(Client().get(comment.get_absolute_url())).text
    assert page.index("Når kommer det?") < page.index("Vi føyer til.")
    # No new answer is owed for a supplement.
    assert list(to_answer(world.people["reporter"])) == [comment]
    assert Client().get(f"/innspill/{more.pk}/")["Location"].endswith(f"#innspill-{more.pk}")


def test_what_is_withdrawn_leaves_a_line_and_owes_nothing(world: World, voice: Client) -> None:
    comment = said(world, body="Hemmelig ord.")
    assert voice.post(f"/min-side/innspill/{comment.pk}/trekk/").status_code == 302
    for path in (PATH, comment.get_absolute_url(), "/innspill/", "/aktorer/lmi/"):
        text = Page(Client().get(path)).text
        assert "Hemmelig ord." not in text, path
        assert "trakk innspillet" in text, path
    assert not to_answer(world.people["reporter"]).exists()
    assert voice.post(f"/min-side/innspill/{comment.pk}/trekk/").status_code == 409
    with pytest.raises(PermissionDenied):
        withdraw_comment(world.people["reporter"], comment)


# --- Answering -------------------------------------------------------------------------------


def test_asked_answered_published_and_read(world: World) -> None:
    """The whole way, by the pages."""
    asked = said_on(world, timezone.now() - 12 * DAY)
    reporter, approver = client_of(world, "reporter"), client_of(world, "approver")
    desk = Page(reporter.get("/min-side/"))
    assert "Innspill som venter på svar" in desk.text
    path = f"/min-side/innspill/{asked.pk}/svar/"
    fields = posted(body="Det kommer i mai.", send="1")
    sent = reporter.post(path, fields)
    answer = Comment.objects.answers().get()
    assert sent["Location"] == f"/min-side/innspill/{answer.pk}/"
    assert "Innspill som venter på svar" not in Page(reporter.get("/min-side/")).text
    assert "Innspill og svar som venter" in Page(approver.get("/min-side/")).text
    assert "Det kommer i mai." not in Page(Client().get(PATH)).text
    decided = approver.post(
        f"/min-side/innspill/{answer.pk}/godkjenn/publiser/", {"version": answer.version}
    )
    assert decided.status_code == 302
    for path in (PATH, asked.get_absolute_url(), "/innspill/", "/aktorer/lmi/"):
        assert "etter 12 dager" in Page(Client().get(path)).text, path
    assert "Det kommer i mai." in Page(Client().get(PATH)).text
    assert "svarer: Det kommer i mai." in Page(Client().get("/aktorer/lmi/")).text
    assert "12,0 dager, for ett svar" in Page(Client().get("/aktorer/nfd/")).text


def test_nobody_approves_their_own_answer(world: World) -> None:
    answer = answer_sent(world, said(world), "approver_author")
    with pytest.raises(PermissionDenied):
        publish_comment(answer, world.people["approver_author"])
    assert publish_comment(answer, world.people["approver"]).state == "published"


def test_only_who_answers_for_the_measure_answers(world: World) -> None:
    asked = said(world)
    answerable = Comment.objects.answerable_by
    who = {role for role, person in world.people.items() if answerable(person).exists()}
    assert who == {"reporter", "approver_author"}
    # Another leads: the coordinator owes nothing any more.
    Owner.objects.update(organisation=world.hod)
    who = {role for role, person in world.people.items() if answerable(person).exists()}
    assert who == {"colleague"}
    # Nobody is known to lead: the coordinating ministry answers.
    Owner.objects.all().delete()
    assert answerable(world.people["reporter"]).get() == asked


def test_where_the_lead_has_no_approver_the_coordinating_ministry_decides(world: World) -> None:
    agency = make_organisation(key="dir", kind="agency")
    Owner.objects.update(organisation=agency)
    writer = make_member(agency, Role.REPORTER, Role.APPROVER, email="etat@example.no")
    draft = begun(writer, agency, About(world.measure, answers=said(world)))
    answer = post_comment(writer, draft, version=draft.version)
    assert publish_comment(answer, world.people["approver"]).state == "published"


def test_the_first_answer_counts_and_more_can_be_given(world: World) -> None:
    asked = said_on(world, timezone.now() - 3 * DAY)
    answered(world, asked)
    asked.refresh_from_db()
    first = asked.answered_at
    answered(world, asked)
    asked.refresh_from_db()
    assert (asked.answered_at, asked.days_to_answer) == (first, 3)
    assert Page(Client().get(asked.get_absolute_url())).text.count("Det kommer i mai.") == 2


def test_an_answer_to_what_was_withdrawn_is_stopped(world: World) -> None:
    asked = said(world)
    answer = answer_sent(world, asked)
    withdraw_comment(world.people["voice"], asked)
    with pytest.raises(Changed, match="trukket"):
        publish_comment(answer, world.people["approver"])
    with pytest.raises(Changed):
        answer_begun(world, asked, "approver_author")


@pytest.mark.parametrize("gone", ["withdrawn", "hidden", "another leads"])
def test_an_answer_being_written_is_not_lost_when_the_question_goes(
    gone: str, world: World
) -> None:
    asked = said(world)
    draft, reporter = answer_begun(world, asked), client_of(world, "reporter")
    if gone == "withdrawn":
        withdraw_comment(world.people["voice"], asked)
    elif gone == "hidden":
        hide_comment(asked, world.people["steward"], "Reklame.")
    else:
        Owner.objects.update(organisation=world.hod)
    fields = posted(body="Mye arbeid ligger her.", version=draft.version, send="1")
    response = reporter.post(f"/min-side/innspill/{asked.pk}/svar/", fields)
    assert response.status_code == 409
    assert "Mye arbeid ligger her." in response.content.decode()
    assert "Forkast" in Page(reporter.get(f"/min-side/innspill/{draft.pk}/")).text
    assert reporter.post(f"/min-side/innspill/{draft.pk}/forkast/").status_code == 302
    assert not Comment.objects.answers().exists()


def test_a_draft_for_an_organisation_one_has_left_does_not_stand_in_the_way(
    world: World, voice: Client
) -> None:
    user, other = world.people["voice"], make_organisation(key="klynge", kind="cluster")
    drafted(world)
    user.memberships.create(organisation=other, role=Role.VOICE)
    end_access(user, world.lmi, world.people["steward"])
    response = voice.post("/min-side/innspill/ny/VK-01/", posted(version=1, send="1"))
    assert response.status_code == 302
    assert only().organisation == other
    assert only().state == "published"


def test_the_same_words_can_be_sent_again_after_they_were_withdrawn(
    world: World, voice: Client
) -> None:
    withdraw_comment(world.people["voice"], said(world))
    assert voice.post("/min-side/innspill/ny/VK-01/", posted(send="1")).status_code == 302
    assert Comment.objects.standing().count() == 1


def test_a_hidden_answer_answers_nothing(world: World) -> None:
    asked, steward = said_on(world, timezone.now() - 3 * DAY), world.people["steward"]
    answer = answered(world, asked)
    hide_comment(answer, steward, "Personopplysninger.")
    assert list(to_answer(world.people["reporter"])) == [asked]
    assert response_of(world.nfd, timezone.now()).answered == 0
    show_comment(answer, steward)
    assert not to_answer(world.people["reporter"]).exists()
    assert response_of(world.nfd, timezone.now()).answered == 1


def test_an_approver_reads_nothing_that_is_being_written(world: World) -> None:
    answer, approver = answer_sent(world, said(world)), client_of(world, "approver")
    back = take_back_comment(world.people["reporter"], answer)
    save_comment(world.people["reporter"], back, Said(body="Under arbeid."), back.version)
    page = approver.get(f"/min-side/innspill/{answer.pk}/godkjenn/")
    assert "Under arbeid." not in page.content.decode()
    assert approver.get(f"/min-side/innspill/{answer.pk}/").status_code == 404


def test_who_comes_second_is_told(world: World) -> None:
    answer, approver = answer_sent(world, said(world)), client_of(world, "approver")
    take_back_comment(world.people["reporter"], answer)
    response = approver.post(
        f"/min-side/innspill/{answer.pk}/godkjenn/returner/",
        {"version": answer.version, "note": "En lang merknad."},
    )
    assert response.status_code == 409
    text = Page(response).text
    assert "Noen andre kom først" in text
    assert "En lang merknad." in text


def test_a_note_is_asked_for(world: World) -> None:
    answer, approver = answer_sent(world, said(world)), client_of(world, "approver")
    address = f"/min-side/innspill/{answer.pk}/godkjenn/returner/"
    response = approver.post(address, {"version": answer.version, "note": " "})
    assert response.status_code == 422
    assert [place for place, _message in response.context["errors"]] == ["id_note"]


# --- How long it takes -----------------------------------------------------------------------


def test_overdue_after_a_month_and_counted_with_its_denominator(world: World) -> None:
    now = timezone.now()
    for days in (40, 31, 29, 1):
        said_on(world, now - days * DAY)
    said(world, kind="position", position="partly")
    said(world, kind="evidence", links=[LINK])
    answered(world, Comment.objects.order_by("published_at")[1])
    found = response_of(world.nfd, now)
    assert (found.answered, found.waiting, found.overdue, found.owed) == (1, 3, 1, 4)
    assert found.median == pytest.approx(31, abs=0.1)
    assert response_of(world.hod, now).owed == 0
    text = Page(Client().get("/aktorer/nfd/")).text
    assert "1 av 4" in text
    late = Page(Client().get("/innspill/?svar=over-fristen")).text
    assert "1 innspill" in late
    assert "Har ventet på svar i 40 dager" in late


def test_the_median_of_an_even_number_is_between_the_two_in_the_middle(world: World) -> None:
    now = timezone.now()
    for days in (2, 4, 10, 20):
        answered(world, said_on(world, now - days * DAY))
    assert response_of(world.nfd, now).median == pytest.approx(7, abs=0.1)


# --- Positions -------------------------------------------------------------------------------


def test_a_position_stands_beside_the_status_never_instead(world: World) -> None:
    make_update(world.measure, "2026-02-01", "completed")
    said(world, kind="position", position="not_achieved", body="Først nei.")
    said(world, kind="position", position="partly", body="Så delvis.")
    other = make_organisation(key="annen", kind="industry_body", short_name="Annen")
    writer = make_member(other, Role.VOICE, email="annen@example.no")
    draft = begun(
        writer, other, About(world.measure), kind="position", position="achieved", body="Ja."
    )
    post_comment(writer, draft, version=draft.version)
    for path in (PATH, "/tiltak/"):
        text = Page(Client().get(path)).text
        assert "Gjennomført" in text, path
        assert "Delvis gjennomført" in text, path
    assert [c.position for c in Comment.objects.positions().order_by("position")] == [
        "achieved",
        "partly",
    ]
    measure = Measure.objects.get(pk=world.measure.pk)
    assert measure.status == "completed"


# --- What it leads to ------------------------------------------------------------------------


def test_a_correction_that_is_accepted_leads_to_an_update_linked_both_ways(world: World) -> None:
    draft = drafted(world, kind="correction", body="Tallet er feil.", links=[LINK])
    attached_file(draft)
    comment = post_comment(world.people["voice"], draft, version=draft.version)
    reporter = client_of(world, "reporter")
    desk = Page(reporter.get(f"/min-side/innspill/{comment.pk}/"))
    address = f"/min-side/rapporter/VK-01/?innspill={comment.pk}"
    assert address in [link.href for link in desk.links]
    page = reporter.get(address)
    assert page.context["form"].initial["prompted_by"] == comment.pk
    assert LINK.url in page.content.decode()
    fields = {
        "version": 0, "seen": world.measure.current_update_id, "status": "in_progress",
        "outlook": "on_track", "summary": "Tallet er rettet.", "language": "nb",
        "prompted_by": comment.pk, "links-TOTAL_FORMS": "2", "links-INITIAL_FORMS": "0",
        "send": "1",
    }  # fmt: skip
    assert reporter.post("/min-side/rapporter/VK-01/", fields).status_code == 302
    update = StatusUpdate.objects.latest("pk")
    assert update.prompted_by == comment
    assert [e.file_name for e in update.evidence.exclude(file="")] == ["rapport.pdf"]
    publish_update(update, world.people["approver"])
    assert "Etter innspill fra" in Page(Client().get(PATH)).text
    links = [link.href for link in Page(Client().get(comment.get_absolute_url())).links]
    assert f"{PATH}?melding={update.pk}#melding-{update.pk}" in links


@pytest.mark.parametrize(
    "url",
    [
        "https://regjeringen.no@ond.example/",
        "https://regjer\u0131ngen.no/",
        "javascript:alert(1)",
        "https://example.no/\u202egnp",
    ],
)
def test_no_link_leads_elsewhere_than_it_says(url: str, world: World, voice: Client) -> None:
    link = {"links-0-url": url, "links-0-title": "R\u202eapport", "links-0-publisher": "LMI"}
    link |= {"links-0-publisher_kind": "industry"}
    voice.post("/min-side/innspill/ny/VK-01/", posted(send="1", **link))
    for evidence in only().evidence.all():
        assert evidence.url.isascii()
        assert "@" not in evidence.url
        assert evidence.title == "Rapport"
    content = Client().get(PATH).content.decode()
    assert 'href="https://regjeringen.no@' not in content
    assert 'href="javascript' not in content


@pytest.mark.parametrize("name", ["body", "links-0-title"])
def test_a_nul_is_left_out(name: str, world: World, voice: Client) -> None:
    link = {"links-0-url": LINK.url, "links-0-title": "T", "links-0-publisher": "LMI"}
    link |= {"links-0-publisher_kind": "industry"}
    fields = posted(send="1", **link | {name: "a\x00b"})
    assert voice.post("/min-side/innspill/ny/VK-01/", fields).status_code in {302, 422}
    assert "\x00" not in str(Comment.objects.values())


def test_two_files_of_one_name_are_both_taken_over(world: World) -> None:
    draft = drafted(world, kind="evidence", body="Se her.")
    attached_file(draft)
    comment = post_comment(world.people["voice"], draft, version=draft.version)
    report = reports.begun(world)
    reports.attached(report, PDF + b"%", "rapport.pdf")
    reporter = world.people["reporter"]
    said_words = Written(reports.words(prompted_by_id=comment.pk))
    save_draft(reporter, report, said_words, report.version)
    titles = [evidence.title for evidence in report.evidence.order_by("pk")]
    assert titles == ["rapport", "rapport (2)"]


def attached_file(draft: Comment) -> None:
    keep_files(draft, [check(SimpleUploadedFile("rapport.pdf", PDF))])


def test_a_comment_on_another_measure_prompts_nothing(world: World) -> None:
    comment = said(world)
    make_measure(ref="VK-02", document=world.document)
    page = client_of(world, "reporter").get(f"/min-side/rapporter/VK-02/?innspill={comment.pk}")
    assert page.context["form"].initial["prompted_by"] is None


# --- The rules -------------------------------------------------------------------------------


def test_a_steward_hides_with_a_public_reason_and_shows_again(world: World) -> None:
    comment, steward = said(world, body="Kjøp nå!"), client_of(world, "steward")
    path = f"/min-side/innspill/{comment.pk}/regler/"
    assert steward.post(f"{path}skjul/", {"note": ""}).status_code == 422
    assert steward.post(f"{path}skjul/", {"note": "Det er reklame."}).status_code == 302
    for public in (PATH, comment.get_absolute_url(), "/innspill/"):
        text = Page(Client().get(public)).text
        assert "Kjøp nå!" not in text, public
        assert "Det er reklame." in text, public
    comment.refresh_from_db()
    assert comment.body == "Kjøp nå!"
    assert "Kjøp nå!" in Page(steward.get(path)).text
    assert steward.post(f"{path}skjul/", {"note": "Igjen."}).status_code == 409
    assert steward.post(f"{path}vis/").status_code == 302
    assert "Kjøp nå!" in Page(Client().get(PATH)).text
    with pytest.raises(PermissionDenied):
        hide_comment(comment, world.people["approver"], "Nei.")


def test_what_is_withdrawn_leaves_the_stewards_desk_and_is_read_by_nobody(world: World) -> None:
    comment, steward = said(world, body="Hemmelig ord."), client_of(world, "steward")
    report_comment(comment, "Reklame.")
    withdraw_comment(world.people["voice"], comment)
    assert "Innspill som er meldt" not in Page(steward.get("/min-side/")).text
    page = steward.get(f"/min-side/innspill/{comment.pk}/regler/").content.decode()
    assert "Hemmelig ord." not in page
    late = Client().post(f"/innspill/{comment.pk}/meld/", {"note": "Min tekst."})
    assert late.status_code == 409
    assert "Min tekst." in late.content.decode()
    assert "Hemmelig ord." not in late.content.decode()


def test_a_supplement_and_an_answer_can_be_reported_and_withdrawn_too(world: World) -> None:
    asked = said(world)
    more = supplemented(world, asked)
    more = post_comment(world.people["voice"], more, version=more.version)
    answer = answered(world, asked)
    links = [link.href for link in Page(Client().get(asked.get_absolute_url())).links]
    for text in (asked, more, answer):
        assert f"/innspill/{text.pk}/meld/" in links
        assert f"/min-side/innspill/{text.pk}/" in links
    desk = Page(client_of(world, "voice").get(f"/min-side/innspill/{more.pk}/"))
    assert f"/min-side/innspill/{more.pk}/trekk/" in [link.href for link in desk.links]
    # Nobody answers or supplements a supplement: there is no place for it.
    assert client_of(world, "reporter").get(
        f"/min-side/innspill/{more.pk}/svar/"
    ).status_code == 404  # fmt: skip
    assert client_of(world, "voice").get(
        f"/min-side/innspill/{more.pk}/utfyll/"
    ).status_code == 404  # fmt: skip


def test_anybody_reports_a_comment_and_nothing_is_known_of_who(world: World) -> None:
    comment = said(world)
    anybody = Client()
    path = f"/innspill/{comment.pk}/meld/"
    assert anybody.post(path, {"note": ""}).status_code == 422
    assert "Takk" in Page(anybody.post(path, {"note": "Det er reklame."})).text
    (report,) = comment.reports.all()
    assert report.reason == "Det er reklame."
    desk = Page(client_of(world, "steward").get("/min-side/")).text
    assert "Innspill som er meldt" in desk
    assert "Innspill som er meldt" not in Page(client_of(world, "reporter").get("/min-side/")).text
    keep_comment(comment, world.people["steward"])
    assert "Innspill som er meldt" not in Page(client_of(world, "steward").get("/min-side/")).text
    with pytest.raises(Changed):
        keep_comment(comment, world.people["steward"])


def test_a_flood_of_reports_fills_no_table(world: World) -> None:
    comment = said(world)
    for _time in range(MOST_REPORTS):
        report_comment(comment, "Reklame.")
    assert Client().post(f"/innspill/{comment.pk}/meld/", {"note": "Mer."}).status_code == 409
    assert comment.reports.count() == MOST_REPORTS


def test_a_hidden_comment_is_not_reported_nor_shown_twice(world: World) -> None:
    comment = hide_comment(said(world), world.people["steward"], "Reklame.")
    with pytest.raises(Changed):
        report_comment(comment, "Reklame.")
    shown = show_comment(comment, world.people["steward"])
    with pytest.raises(Changed):
        show_comment(shown, world.people["steward"])


# --- Lists -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("", 3),
        ("fra=lmi", 3),
        ("fra=hod", 3),  # no such choice: left out, and told
        ("til=nfd", 3),
        ("til=hod", 3),
        ("type=concern", 1),
        ("type=position", 1),
        ("svar=besvart", 1),
        ("svar=apent", 1),
        ("dokument=veikart", 3),
        ("tiltak=vk-01", 3),
        ("tiltak=VK-99", 0),
        ("tiltak=<script>&side=99&type=x", 3),
    ],
)
def test_the_list_narrows_and_nonsense_is_told(query: str, number: int, world: World) -> None:
    answered(world, said(world))
    said(world, kind="concern")
    said(world, kind="position", position="partly")
    page = Client().get(f"/innspill/?{query}")
    assert page.status_code == 200
    assert page.context["listed"].page.paginator.count == number
    unknown = any(part in query for part in ("hod", "<"))
    assert page.context["understood"] is not unknown


@pytest.mark.parametrize("path", [PATH, "/tiltak/", "/innspill/", "/aktorer/lmi/", "/min-side/"])
def test_it_costs_the_same_with_one_and_with_five_hundred(path: str, world: World) -> None:
    client = client_of(world, "reporter")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    answered(world, said(world, links=[LINK]))
    said(world, kind="position", position="partly")
    said(world, kind="concern")
    few = queries()
    many_said(world, world.measure, 500)
    assert queries() == few


def test_the_stream_has_pages_and_loses_nothing(world: World, settings: Any) -> None:
    """Every update, comment and answer stands on exactly one page, in order, where its address
    leads; a page beyond the last is the last."""
    now, settings.COMMENTS_PER_DAY = timezone.now(), 100
    for n in range(50):
        said_on(world, now - n * DAY - datetime.timedelta(minutes=n), body=f"Ord {n}.")
    days = [timezone.localdate(now - n * DAY) for n in (0, 18, 19, 20, 21, 39, 40, 60)]
    for day in days:
        make_update(world.measure, day.isoformat())
    seen: list[str] = []
    for side in range(1, 4):
        page = Client().get(f"{PATH}?side={side}")
        for told in (m.told for m in page.context["page"].stream if m.told):
            there = Client().get(told.update.get_absolute_url().partition("#")[0])
            assert there.context["page"].discussion.number == side
        for moment in page.context["page"].stream:
            seen.append(f"c{moment.comment.pk}" if moment.comment else f"u{moment.told.update.pk}")
        if side == page.context["pages"].page.paginator.num_pages:
            break
    assert len(seen) == len(set(seen))
    assert sum(one[0] == "c" for one in seen) == 50
    assert sum(one[0] == "u" for one in seen) == StatusUpdate.objects.published().count()
    beyond = Client().get(f"{PATH}?side=99")
    assert beyond.context["page"].discussion.number == 3
    assert beyond.context["pages"].page.number == 3
    assert not beyond.context["pages"].understood


def test_what_is_not_public_is_nowhere(world: World) -> None:
    drafted(world, body="Hemmelig kladd.")
    for path in (PATH, "/innspill/", "/aktorer/lmi/"):
        assert "Hemmelig kladd." not in Page(Client().get(path)).text
    draft = only()
    assert Client().get(f"/innspill/{draft.pk}/").status_code == 404
    for role in ("reporter", "steward", "approver", "colleague"):
        assert client_of(world, role).get(f"/min-side/innspill/{draft.pk}/").status_code == 404
