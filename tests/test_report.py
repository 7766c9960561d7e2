"""The report's form: filled in, kept, handed in; what colleagues do; and no text lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from measures.choices import Origin
from measures.models import Measure, StatusUpdate
from tests.cast import World, make_world
from tests.make import make_measure, make_update
from tests.page import Page
from tests.reports import JPEG, PDF, begun, handed_in

pytestmark = pytest.mark.django_db
PATH = "/min-side/rapporter/VK-01/"
SECRET = "En lang tekst som ingen får miste. <script>alert('æøå')</script>"


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def reporter(world: World, client: Client) -> Client:
    client.force_login(world.people["reporter"])
    return client


def posted(world: World, **fields: Any) -> dict[str, Any]:
    """Return what a browser sends: a fine report unless told otherwise."""
    world.measure.refresh_from_db()
    mine = StatusUpdate.objects.filter(author=world.people["reporter"]).order_by("pk")
    draft = mine.filter(state__in=["draft", "returned"]).last()
    return {
        "version": draft.version if draft else 0,
        "seen": world.measure.current_update_id,
        "status": "in_progress",
        "outlook": "on_track",
        "summary": "Arbeidet går.",
        "language": "nb",
        "links-TOTAL_FORMS": "2",
        "links-INITIAL_FORMS": "0",
    } | fields


def draft_of(world: World) -> StatusUpdate:
    return StatusUpdate.objects.get(author=world.people["reporter"], state="draft")


# --- The form --------------------------------------------------------------------------------


def test_the_form_begins_with_what_stands_and_writes_nothing(
    world: World, reporter: Client
) -> None:
    make_update(
        world.measure,
        "2026-02-01",
        origin=Origin.REPORT,
        organisation=world.nfd,
        outlook="behind",
        next_step="Lyse ut.",
        reason="Mangler folk.",
        reason_kind="resources",
    )
    form = reporter.get(PATH).context["form"]
    assert form.initial["status"] == "in_progress"
    assert (form.initial["outlook"], form.initial["next_step"]) == ("behind", "Lyse ut.")
    assert (form.initial["reason"], form.initial["reason_kind"]) == ("Mangler folk.", "resources")
    assert "summary" not in form.initial
    assert not StatusUpdate.objects.filter(state="draft").exists()


def test_saving_keeps_what_can_and_cannot_be_read(world: World, reporter: Client) -> None:
    wrong = {"date": "i fjor", "carried_to": "XX-99", "new_due": "snart", "links-0-url": "nei"}
    response = reporter.post(PATH, posted(world, **wrong, summary=SECRET, lagre="1"))
    assert response.status_code == 422
    draft = draft_of(world)
    assert draft.summary == SECRET
    assert draft.typed["date"] == "i fjor"
    assert draft.typed["links"][0]["url"] == "nei"
    page = reporter.get(PATH)
    for text in ("i fjor", "XX-99", "snart", "nei", "En lang tekst som ingen får miste."):
        assert text in page.content.decode()
    assert b"<script>alert" not in page.content


def test_a_draft_comes_back_as_it_was(world: World, reporter: Client) -> None:
    other = make_measure(document=world.document)
    fields = {
        "date": "mai 2026",
        "new_due": "2027",
        "new_due_reason": "Mer tid.",
        "status": "carried_over",
        "carried_to": other.ref.lower(),
        "links-0-url": "https://example.no/a",
        "links-0-title": "Rapporten",
        "links-0-publisher": "NFD",
        "links-0-publisher_kind": "agency",
    }
    assert reporter.post(PATH, posted(world, **fields, lagre="1")).status_code == 302
    response = reporter.get(PATH)
    shown = response.context["form"].initial
    assert (shown["date"], shown["new_due"], shown["carried_to"]) == ("mai 2026", "2027", other.ref)
    assert response.context["links"].initial[0]["title"] == "Rapporten"


def test_all_that_is_wrong_is_told_at_once_with_links(world: World, reporter: Client) -> None:
    fields = {"status": "discontinued", "outlook": "behind", "summary": "", "date": "i fjor"}
    response = reporter.post(PATH, posted(world, **fields, **{"links-0-title": "x"}, send="1"))
    assert response.status_code == 422
    places = [place for place, _message in response.context["errors"]]
    assert places == [
        "id_summary",
        "id_date",
        "id_reason_kind",
        "id_reason",
        "id_links-0-url",
        "id_links-0-publisher",
    ]
    page = Page(response)
    assert all(f"#{place}" in [link.href for link in page.links] for place in places)
    assert set(places) <= set(page.ids)
    assert b"<title>Feil: " in response.content


def test_handing_in_leads_to_what_was_sent(world: World, reporter: Client) -> None:
    response = reporter.post(PATH, posted(world, send="1"), follow=True)
    assert "Venter på godkjenning" in Page(response).text
    [update] = StatusUpdate.objects.filter(state="submitted")
    response = reporter.post(f"/min-side/sendt/{update.pk}/trekk/", follow=True)
    assert response.redirect_chain == [(PATH, 302)]
    assert draft_of(world) == update


def test_a_file_is_kept_even_when_something_else_is_wrong(world: World, reporter: Client) -> None:
    file = SimpleUploadedFile("rapport.pdf", PDF)
    reporter.post(PATH, posted(world, summary="", attachments=file, send="1"))
    assert "rapport.pdf" in Page(reporter.get(PATH)).text


def test_a_refused_file_is_said_and_the_text_kept(world: World, reporter: Client) -> None:
    files = [SimpleUploadedFile("a.pdf", b"MZ\x90"), SimpleUploadedFile("b.jpg", JPEG)]
    response = reporter.post(
        PATH, posted(world, summary=SECRET, attachments=files, send="1", status="completed")
    )
    assert response.status_code == 422
    assert "«a.pdf» er ikke en PDF" in Page(response).text
    draft = draft_of(world)
    assert draft.summary == SECRET
    assert [e.file_name for e in draft.evidence.all()] == ["b.jpg"]


def test_discarding(world: World, reporter: Client) -> None:
    draft = begun(world)
    assert reporter.post(f"/min-side/kladder/{draft.pk}/forkast/").status_code == 302
    assert not StatusUpdate.objects.filter(pk=draft.pk).exists()
    assert reporter.post(f"/min-side/kladder/{draft.pk}/forkast/").status_code == 404


def test_closed_reporting_shows_no_form(world: World, reporter: Client) -> None:
    Measure.objects.update(reporting_closed_on="2026-05-01", reporting_closed_reason="Alt er sagt.")
    response = reporter.get(PATH)
    assert "Rapporteringen er avsluttet" in Page(response).text
    assert b'name="summary"' not in response.content
    assert reporter.post(PATH, posted(world, send="1")).status_code == 409


@pytest.mark.parametrize("path", ["/min-side/rapporter/XX-99/", "/min-side/sendt/999999/"])
def test_what_is_not_there(path: str, reporter: Client) -> None:
    assert reporter.get(path).status_code == 404


def test_the_form_costs_the_same_with_more_colleagues_and_sources(
    world: World, reporter: Client
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert reporter.get(PATH).status_code == 200
        return len(caught)

    begun(world, "approver_author")
    one = queries()
    for n in range(20):
        make_update(world.measure, f"2025-01-{n + 1:02}")
    handed_in(world, "approver_author")
    begun(world, "approver_author")
    assert queries() == one


# --- Saved while one writes ------------------------------------------------------------------


def test_autosave_says_when(world: World, reporter: Client) -> None:
    response = reporter.post(f"{PATH}lagre/", posted(world, summary=SECRET))
    assert Page(response).text.startswith("Lagret kl. ")
    assert 'data-version="1"' in response.content.decode()
    assert draft_of(world).summary == SECRET


def test_autosave_from_an_old_window_shows_both_texts_and_overwrites_nothing(
    world: World, reporter: Client
) -> None:
    old = posted(world, summary="Fra det gamle vinduet")
    reporter.post(f"{PATH}lagre/", posted(world, summary="Fra det nye vinduet"))
    response = reporter.post(f"{PATH}lagre/", old)
    assert response.status_code == 409
    assert "Fra det nye vinduet" in Page(response).text
    assert draft_of(world).summary == "Fra det nye vinduet"
    page = reporter.post(PATH, old | {"lagre": "1"})
    assert page.status_code == 409
    for text in ("Fra det nye vinduet", "Fra det gamle vinduet"):
        assert text in page.content.decode()
    assert page.context["version"] == 1


# --- Others ----------------------------------------------------------------------------------


def test_a_colleagues_draft_is_told_without_its_text(world: World, reporter: Client) -> None:
    begun(world, "approver_author", summary="Hemmelig kladd")
    text = Page(reporter.get(PATH)).text
    assert f"{world.people['approver_author']} har en kladd" in text
    assert "Hemmelig kladd" not in text


def test_a_colleagues_report_is_shown(world: World, reporter: Client) -> None:
    handed_in(world, "approver_author", summary="Dette har jeg sendt")
    assert "Dette har jeg sendt" in Page(reporter.get(PATH)).text


def test_what_was_published_since_is_shown_and_asks_for_another_look(
    world: World, reporter: Client
) -> None:
    begun(world)
    before = posted(world, summary=SECRET, send="1")
    newer = make_update(world.measure, "2026-03-01", summary="Noe helt nytt")
    response = reporter.post(PATH, before)
    assert response.status_code == 409
    assert "Noe helt nytt" in Page(response).text
    assert "En lang tekst som ingen får miste." in response.content.decode()
    assert response.context["newest"] == newer.pk
    again = posted(world, summary=SECRET, send="1", seen=newer.pk)
    assert reporter.post(PATH, again).status_code == 302


# --- No text is lost -------------------------------------------------------------------------


def kept(response: Any, status: int) -> None:
    """Check that the answer shows what was typed, escaped, with a way to send it again."""
    html = response.content.decode()
    assert response.status_code == status
    assert "En lang tekst som ingen får miste. &lt;script&gt;" in html
    assert "<script>alert" not in html
    assert f'action="{PATH}"' in html
    assert 'name="csrfmiddlewaretoken"' in html
    assert 'name="status" value="completed"' in html


def test_a_lost_session_loses_no_text(world: World, client: Client) -> None:
    response = client.post(PATH, posted(world, summary=SECRET, status="completed", send="1"))
    kept(response, 403)
    assert "Du er logget ut" in Page(response).text


def test_a_form_too_old_loses_no_text(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.people["reporter"])
    data = posted(world, summary=SECRET, status="completed", send="1")
    response = strict.post(PATH, data)
    kept(response, 403)
    assert "csrftoken" in response.cookies
    fresh = {"csrfmiddlewaretoken": response.context["csrf_token"]}
    assert strict.post(PATH, data | fresh).status_code == 422  # evidence is missing, no more


def test_a_form_from_another_site_is_not_shown_as_ones_own(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.people["reporter"])
    response = strict.post(PATH, posted(world, summary=SECRET), HTTP_ORIGIN="https://ond.example")
    assert response.status_code == 403
    assert "En lang tekst" not in response.content.decode()


@pytest.mark.parametrize("error", [OperationalError("gone"), OSError(28, "No space left")])
def test_an_error_of_ours_loses_no_text(
    error: Exception, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise error

    quiet = Client(raise_request_exception=False)
    quiet.force_login(world.people["reporter"])
    data = posted(world, summary=SECRET, status="completed", send="1")
    monkeypatch.setattr("measures.views.report.save_draft", fail)
    file = SimpleUploadedFile("a.pdf", PDF)
    response = quiet.post(PATH, data | {"attachments": file})
    kept(response, 503)
    assert "Filene må du velge på nytt" in Page(response).text


def test_without_a_database_no_text_is_lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session cannot even be read: the answer leans on nothing but what was sent."""
    quiet = Client(raise_request_exception=False)
    quiet.force_login(world.people["reporter"])
    data = posted(world, summary=SECRET, status="completed", send="1")

    def gone(*args: object) -> None:
        raise OperationalError("the database is away")

    with connection.execute_wrapper(gone):
        response = quiet.post(PATH, data)
    kept(response, 503)


def test_a_script_gets_the_plain_answer(world: World, client: Client) -> None:
    response = client.post(f"{PATH}lagre/", posted(world), HTTP_ACCEPT="application/json")
    assert response.status_code == 302


# --- What a page and the server count differently ----------------------------------------------


def test_a_browser_counts_the_end_of_a_line_once(world: World, reporter: Client) -> None:
    text = "linje\r\n" * 3_500  # 21 000 signs with the page's own count, 24 500 as they are sent
    fits = text[: 7 * 3_200]
    assert reporter.post(f"{PATH}lagre/", posted(world, summary=fits)).status_code == 200
    assert draft_of(world).summary == fits.replace("\r\n", "\n").strip()


def test_a_text_that_is_too_long_is_kept_all_the_same(world: World, reporter: Client) -> None:
    begun(world, summary="Kort.")
    text = "æ" * 20_001
    assert reporter.post(f"{PATH}lagre/", posted(world, summary=text)).status_code == 200
    draft = draft_of(world)
    assert (draft.summary, draft.typed["summary"]) == ("Kort.", text)
    assert text in reporter.get(PATH).content.decode()
    response = reporter.post(PATH, posted(world, summary=text, send="1"))
    assert response.status_code == 422
    assert text in response.content.decode()


LINK = {
    "links-0-url": "https://example.no/rapport",
    "links-0-title": "Rapport",
    "links-0-publisher": "NFD",
    "links-0-publisher_kind": "government",
}


@pytest.mark.parametrize("last", ["send", "lagre"])
def test_a_link_saved_a_moment_ago_is_saved_again(
    last: str, world: World, reporter: Client
) -> None:
    """The page still says that it began without links."""
    for _time in range(2):
        assert reporter.post(f"{PATH}lagre/", posted(world, **LINK)).status_code == 200
    assert reporter.post(PATH, posted(world, **LINK, **{last: "1"})).status_code == 302
    (evidence,) = StatusUpdate.objects.latest("pk").evidence.all()
    assert (evidence.url, evidence.title) == (LINK["links-0-url"], "Rapport")


@pytest.mark.parametrize("begun_first", [False, True])
def test_a_button_pressed_twice_sends_once(
    begun_first: bool, world: World, reporter: Client
) -> None:
    if begun_first:
        begun(world)
    fields = posted(world, send="1", sent="")
    first, second = (reporter.post(PATH, fields) for _time in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert StatusUpdate.objects.filter(state="submitted").count() == 1


def test_another_report_can_be_sent(world: World, reporter: Client) -> None:
    first = handed_in(world)
    fields = posted(world, send="1", sent=str(first.pk))
    assert reporter.post(PATH, fields).status_code == 302
    assert StatusUpdate.objects.filter(state="submitted").count() == 2


@pytest.mark.parametrize("has_draft", [False, True])
def test_reporting_closed_meanwhile_loses_no_text(
    has_draft: bool, world: World, reporter: Client
) -> None:
    if has_draft:
        begun(world)
    fields = posted(world, summary=SECRET)
    Measure.objects.filter(pk=world.measure.pk).update(
        reporting_closed_on="2026-11-01", reporting_closed_reason="Avløst."
    )
    response = reporter.post(PATH, fields | {"send": "1"})
    assert response.status_code == 409
    assert escape(SECRET) in response.content.decode()


@pytest.mark.parametrize("key", ["²", "9" * 40, "-1", "x"])
def test_what_is_no_key_removes_nothing(key: str, world: World, reporter: Client) -> None:
    assert reporter.post(PATH, posted(world, fjern=key)).status_code == 302
