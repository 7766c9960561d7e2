"""Correcting in the browser: the form of a report, and the page that leads to it."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from measures.actions.publishing import return_update
from measures.models import Measure, StatusUpdate
from stakeholders.choices import Role
from tests.cast import World, make_world
from tests.make import make_member, make_update
from tests.page import Page
from tests.reports import PDF, attached, begun, corrected, correction, hand_in

pytestmark = pytest.mark.django_db
DESK = "/min-side/tiltak/VK-01/"
SECRET = "En lang tekst som ingen får miste. <script>alert('æøå')</script>"


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def reporter(world: World, client: Client) -> Client:
    client.force_login(world.people["reporter"])
    return client


def said(world: World) -> StatusUpdate:
    """What the owner said first."""
    return StatusUpdate.objects.published().filter(measure=world.measure).earliest("pk")


def path(update: StatusUpdate) -> str:
    return f"/min-side/rett/{update.pk}/"


def posted(world: World, **fields: Any) -> dict[str, Any]:
    """Return what a browser sends: a fine correction unless told otherwise."""
    newest = StatusUpdate.objects.published().filter(measure=world.measure).latest("pk")
    own = StatusUpdate.objects.filter(replaces__isnull=False, state__in=["draft", "returned"])
    draft = own.last()
    return {
        "version": draft.version if draft else 0,
        "seen": newest.pk,
        "status": "not_started",
        "summary": "Arbeidet er ikke startet.",
        "correction_note": "Vi skrev feil status.",
        "date": "15.1.2026",
        "language": "nb",
        "links-TOTAL_FORMS": "2",
        "links-INITIAL_FORMS": "0",
    } | fields


def draft_of(world: World) -> StatusUpdate:
    return StatusUpdate.objects.get(author=world.people["reporter"], state="draft")


# --- The form --------------------------------------------------------------------------------


def test_the_form_begins_with_what_is_corrected_and_writes_nothing(
    world: World, reporter: Client
) -> None:
    wrong = said(world)
    before = StatusUpdate.objects.count()
    response = reporter.get(path(wrong))
    shown = response.context["form"].initial
    assert (shown["status"], shown["summary"]) == ("in_progress", wrong.summary)
    assert shown["date"] == "15.1.2026"
    [link] = response.context["links"].initial
    assert link["url"] == wrong.evidence.get().url
    assert StatusUpdate.objects.count() == before


def test_handing_in_leads_to_what_was_sent_and_back(world: World, reporter: Client) -> None:
    wrong = said(world)
    response = reporter.post(path(wrong), posted(world, send="1"), follow=True)
    text = Page(response).text
    assert "Venter på godkjenning" in text
    assert "Rettelse: Vi skrev feil status." in text
    update = StatusUpdate.objects.get(state="submitted")
    assert (update.replaces, update.origin) == (wrong, "correction")
    assert reporter.get(path(wrong)).headers["Location"] == f"/min-side/sendt/{update.pk}/"
    response = reporter.post(f"/min-side/sendt/{update.pk}/trekk/", follow=True)
    assert response.redirect_chain == [(path(wrong), 302)]
    assert draft_of(world) == update


def test_saving_keeps_what_can_and_cannot_be_read(world: World, reporter: Client) -> None:
    wrong = said(world)
    fields = {"date": "i fjor", "correction_note": SECRET, "links-0-url": "nei", "lagre": "1"}
    assert reporter.post(path(wrong), posted(world, **fields)).status_code == 422
    page = reporter.get(path(wrong)).content.decode()
    for text in ("i fjor", "nei", "En lang tekst som ingen får miste."):
        assert text in page
    assert "<script>alert" not in page


def test_all_that_is_wrong_is_told_at_once_with_links(world: World, reporter: Client) -> None:
    fields = {"correction_note": "", "summary": "", "date": "i fjor", "send": "1"}
    response = reporter.post(path(said(world)), posted(world, **fields))
    assert response.status_code == 422
    places = [place for place, _message in response.context["errors"]]
    assert places == ["id_correction_note", "id_summary", "id_date"]
    page = Page(response)
    assert {f"#{place}" for place in places} <= {link.href for link in page.links}
    assert set(places) <= set(page.ids)
    assert "<title>Feil: " in response.content.decode()


def test_without_a_date_it_keeps_that_of_what_it_corrects(world: World, reporter: Client) -> None:
    wrong = said(world)
    assert reporter.post(path(wrong), posted(world, date="", send="1")).status_code == 302
    update = StatusUpdate.objects.get(state="submitted")
    assert (update.date, update.precision) == (wrong.date, wrong.precision)


def test_autosave_says_when_and_an_old_window_overwrites_nothing(
    world: World, reporter: Client
) -> None:
    wrong = said(world)
    old = posted(world, summary="Fra det gamle vinduet")
    new = reporter.post(f"{path(wrong)}lagre/", posted(world, summary="Fra det nye vinduet"))
    assert Page(new).text.startswith("Lagret kl. ")
    assert reporter.post(f"{path(wrong)}lagre/", old).status_code == 409
    page = reporter.post(path(wrong), old | {"lagre": "1"})
    assert page.status_code == 409
    for text in ("Fra det nye vinduet", "Fra det gamle vinduet"):
        assert text in page.content.decode()
    assert draft_of(world).summary == "Fra det nye vinduet"


def test_files_come_along_and_can_be_left_out_from_the_first_page(
    world: World, reporter: Client
) -> None:
    wrong = make_update(
        world.measure, "2026-02-01", origin="report", organisation=world.nfd,
        before_publishing=attached,
    )  # fmt: skip
    shown = wrong.evidence.exclude(file="").get()
    assert f'name="fjern" value="{shown.pk}"' in reporter.get(path(wrong)).content.decode()
    reporter.post(path(wrong), posted(world, lagre="1"))
    assert draft_of(world).evidence.exclude(file="").count() == 1
    reporter.post(path(wrong), posted(world, fjern=str(shown.pk), lagre="1"))
    assert not draft_of(world).evidence.exclude(file="").exists()
    assert wrong.evidence.exclude(file="").exists()


def test_a_file_can_be_added(world: World, reporter: Client) -> None:
    file = SimpleUploadedFile("rapport.pdf", PDF)
    reporter.post(path(said(world)), posted(world, attachments=file, summary="", send="1"))
    assert "rapport.pdf" in Page(reporter.get(path(said(world)))).text


def test_the_note_of_who_returned_it_is_shown_and_the_desk_leads_back(
    world: World, reporter: Client
) -> None:
    wrong = said(world)
    update = hand_in(world.people["reporter"], correction(world.people["reporter"], wrong))
    return_update(update, world.people["approver"], "Hva er kilden?")
    page = Page(reporter.get("/min-side/"))
    assert path(wrong) in [link.href for link in page.links]
    assert "Hva er kilden?" in Page(reporter.get(path(wrong))).text


def test_a_draft_is_given_up(world: World, reporter: Client) -> None:
    draft = correction(world.people["reporter"], said(world))
    assert reporter.post(f"/min-side/kladder/{draft.pk}/forkast/").status_code == 302
    assert not StatusUpdate.objects.filter(pk=draft.pk).exists()


def test_closed_reporting_does_not_stop_a_correction(world: World, reporter: Client) -> None:
    Measure.objects.update(reporting_closed_on="2026-05-01", reporting_closed_reason="Alt er sagt.")
    assert reporter.post(path(said(world)), posted(world, send="1")).status_code == 302


def test_a_steward_corrects_a_source_without_a_deadline_or_files(
    world: World, client: Client
) -> None:
    client.force_login(world.people["steward"])
    source = make_update(world.measure, "2025-05")
    page = client.get(path(source)).content.decode()
    assert 'name="correction_note"' in page
    assert 'name="new_due"' not in page
    assert 'name="attachments"' not in page
    fields = posted(world, new_due="2027", attachments=SimpleUploadedFile("a.pdf", PDF), send="1")
    response = client.post(path(source), fields, follow=True)
    assert "Venter på godkjenning" in Page(response).text
    update = StatusUpdate.objects.get(state="submitted")
    assert (update.new_due_on, update.organisation) == (None, None)
    assert not update.evidence.exclude(file="").exists()


def test_a_source_that_is_completed_needs_a_link(world: World, client: Client) -> None:
    client.force_login(world.people["steward"])
    source = make_update(world.measure, "2025-05")
    fields = posted(world, status="completed", send="1")
    response = client.post(path(source), fields)
    assert response.status_code == 422
    (place, message) = response.context["errors"][-1]
    assert (place, "dokumentasjon" in message) == ("id_links-0-url", True)


# --- Others ----------------------------------------------------------------------------------


def test_whoever_corrects_second_is_told_and_keeps_the_text(world: World, reporter: Client) -> None:
    other, wrong = make_member(world.nfd, Role.REPORTER), said(world)
    before = posted(world, summary=SECRET, send="1")
    new = corrected(other, wrong, world.people["approver"])
    response = reporter.post(path(wrong), before)
    assert response.status_code == 409
    assert "Meldingen er allerede rettet av en annen." in Page(response).text
    assert "En lang tekst som ingen får miste." in response.content.decode()
    response = reporter.post(f"{path(wrong)}lagre/", before)
    assert response.status_code == 409
    page = Page(reporter.get(path(wrong)))
    assert path(new) in [link.href for link in page.links]


def test_a_draft_overtaken_stays_readable(world: World, reporter: Client) -> None:
    other, wrong = make_member(world.nfd, Role.REPORTER), said(world)
    correction(world.people["reporter"], wrong, summary="Min egen tekst")
    corrected(other, wrong, world.people["approver"])
    assert "Min egen tekst" in Page(reporter.get(path(wrong))).text


def test_a_publication_meanwhile_asks_for_another_look(world: World, reporter: Client) -> None:
    wrong = said(world)
    before = posted(world, send="1")
    newer = make_update(world.measure, "2026-03-01", summary="Noe helt nytt")
    response = reporter.post(path(wrong), before)
    assert response.status_code == 409
    assert "Noe helt nytt" in Page(response).text
    assert reporter.post(path(wrong), posted(world, seen=newer.pk, send="1")).status_code == 302


@pytest.mark.parametrize("who", ["approver", "steward", "voice", "colleague", "stranger"])
def test_nobody_else(world: World, client: Client, who: str) -> None:
    client.force_login(world.people[who])
    for address in (path(said(world)), f"{path(said(world))}lagre/"):
        assert client.post(address, posted(world)).status_code == 404
    assert client.get(path(said(world))).status_code == 404
    assert not StatusUpdate.objects.filter(replaces__isnull=False).exists()


def test_what_is_not_there_not_public_or_the_wrong_verb(world: World, reporter: Client) -> None:
    assert reporter.get("/min-side/rett/999999/").status_code == 404
    assert reporter.get(path(begun(world))).status_code == 404
    assert reporter.get(f"{path(said(world))}lagre/").status_code == 405
    assert reporter.delete(path(said(world))).status_code == 405


# --- No text is lost -------------------------------------------------------------------------


def test_a_lost_session_loses_no_text(world: World, client: Client) -> None:
    response = client.post(path(said(world)), posted(world, correction_note=SECRET, send="1"))
    html = response.content.decode()
    assert response.status_code == 403
    assert "En lang tekst som ingen får miste. &lt;script&gt;" in html
    assert f'action="{path(said(world))}"' in html


def test_without_a_database_no_text_is_lost(world: World) -> None:
    quiet = Client(raise_request_exception=False)
    quiet.force_login(world.people["reporter"])
    address, data = path(said(world)), posted(world, correction_note=SECRET, send="1")

    def gone(*args: object) -> None:
        raise OperationalError("the database is away")

    with connection.execute_wrapper(gone):
        response = quiet.post(address, data)
    assert response.status_code == 503
    assert "En lang tekst som ingen får miste." in response.content.decode()


def test_the_form_costs_the_same_with_more_said(world: World, reporter: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert reporter.get(path(wrong)).status_code == 200
        return len(caught)

    wrong = said(world)
    correction(world.people["reporter"], wrong)
    one = queries()
    for n in range(20):
        make_update(world.measure, f"2025-01-{n + 1:02}")
    assert queries() == one


# --- The way in ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("reporter", {"rapporter", "rett"}),
        ("approver", {"avslutt"}),
        ("approver_author", {"rapporter", "rett", "avslutt"}),
        ("steward", {"rett"}),
    ],
)
def test_everybody_sees_what_they_may_do(
    world: World, client: Client, who: str, may: set[str]
) -> None:
    source, owner = make_update(world.measure, "2025-05"), said(world)
    client.force_login(world.people[who])
    page = Page(client.get(DESK))
    hrefs = [link.href for link in page.links]
    ways = {way for way in ("rapporter", "rett", "avslutt") for h in hrefs if f"/{way}/" in h}
    assert ways == may
    mine = source if who == "steward" else owner
    assert ([h for h in hrefs if "/rett/" in h] == [path(mine)]) is ("rett" in may)


def test_what_was_corrected_is_marked_and_only_its_correction_can_be_corrected(
    world: World, reporter: Client
) -> None:
    wrong = said(world)
    new = corrected(world.people["reporter"], wrong, world.people["approver"])
    page = Page(reporter.get(DESK))
    assert [link.href for link in page.links if "/rett/" in link.href] == [path(new)]
    assert page.text.count("Rettet") == 1


@pytest.mark.parametrize("who", ["voice", "colleague", "stranger", "administrator"])
def test_the_way_in_is_closed_to_others(world: World, client: Client, who: str) -> None:
    client.force_login(world.people[who])
    assert client.get(DESK).status_code == 404


def test_the_way_in_costs_the_same_with_more_said(world: World, reporter: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert reporter.get(DESK).status_code == 200
        return len(caught)

    one = queries()
    for n in range(30):
        make_update(world.measure, f"2025-01-{n + 1:02}")
    assert queries() - one in (0, 1), "the count of pages may ask once more"
    assert reporter.get(f"{DESK}?side=2").status_code == 200
    assert reporter.post(DESK).status_code == 405
    assert reporter.get("/min-side/tiltak/XX-99/").status_code == 404


def test_the_public_page_leads_there(world: World, client: Client) -> None:
    response = client.get("/tiltak/VK-01/")
    assert DESK in [link.href for link in Page(response).links]
    assert not response.cookies
