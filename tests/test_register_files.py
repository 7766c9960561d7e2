"""The register as files: uploaded with a preview, exported so that it goes in again unchanged."""

from __future__ import annotations

import datetime
import html
import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from measures.actions import Changed
from measures.actions.keeping import confirm_upload, keep_row, plan_upload, store_upload
from measures.actions.register import write_register
from measures.exchange.archives import opened, read_upload
from measures.exchange.checking import check_cells
from measures.exchange.exporting import write_archive, write_workbook
from measures.exchange.listing import EDITABLE
from measures.exchange.plan import Plan, plan, prepare
from measures.exchange.stored import look_up
from measures.exchange.templates import free_refs
from measures.models import Document, Event, Measure, PendingUpload, StatusUpdate, Theme
from measures.views import register_files
from stakeholders.choices import Role
from stakeholders.models import Organisation, User
from tests.cast import World, make_world
from tests.make import TODAY, make_deadline, make_document, make_measure, make_member, make_update
from tests.registers import as_csv, as_files, real_register
from tests.workbooks import filled_in, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def steward(world: World, client: Client) -> User:
    client.force_login(world.people["steward"])
    return world.people["steward"]


@pytest.fixture
def real(client: Client) -> User:
    """The real register, and a steward of both ministries, signed in."""
    found = prepare(as_files(real_register()), TODAY)
    write_register(found)
    nfd = Organisation.objects.get(key="nfd")
    user = make_member(nfd, Role.STEWARD, email="nfd@example.no", name="Ola Fører")
    user.memberships.create(organisation=Organisation.objects.get(key="hod"), role=Role.STEWARD)
    client.force_login(user)
    return user


THEME = {
    "number": "50",
    "origin": "own",
    "title": "Nytt tema",
    "title_en": "",
    "title_en_is_official": "no",
    "summary": "",
    "summary_en": "",
}


def send(client: Client, **files: bytes) -> Any:
    """Upload files and follow to the preview; names have _ for the dot."""
    sent = [SimpleUploadedFile(n.replace("__", "."), content) for n, content in files.items()]
    return client.post(reverse("measures:register_upload"), {"filer": sent}, follow=True)


def words(response: Any) -> str:
    return html.unescape(response.content.decode())


def planned(files: dict[str, bytes]) -> Plan:
    checked = check_cells(read_upload(files), TODAY)
    return plan(checked, look_up(checked))


def exported(write: Any) -> bytes:
    file = io.BytesIO()
    write(file)
    return file.getvalue()


# --- Upload and preview ----------------------------------------------------------------------


def test_nothing_is_written_before_it_is_confirmed(
    world: World, steward: User, client: Client
) -> None:
    themes, events = Theme.objects.count(), Event.objects.count()
    old = Theme.objects.get()
    changed = THEME | {"number": str(old.number), "origin": "roadmap", "title": "Nytt navn"}
    preview = send(client, themes__csv=as_csv([THEME, changed]))
    assert preview.status_code == 200
    text = words(preview)
    assert "1 ny, 1 endret, 0 uendrede" in text
    assert old.title in text
    assert "Nytt navn" in text
    assert (Theme.objects.count(), Event.objects.count()) == (themes, events)
    path = preview.redirect_chain[-1][0]
    done = client.post(path, {"fingerprint": preview.context["plan"].fingerprint}, follow=True)
    assert "2 rader er skrevet." in words(done)
    assert Theme.objects.get(number=50).title == "Nytt tema"
    verbs = Event.objects.filter(subject="theme").values_list("verb", "actor")
    assert set(verbs) == {("created", steward.pk), ("changed", steward.pk)}
    assert not PendingUpload.objects.exists()
    assert client.get(path).status_code == 404


def test_every_error_is_told_by_file_line_and_column(
    world: World, steward: User, client: Client
) -> None:
    wrong = THEME | {"origin": "gjettet", "title": ""}
    preview = send(client, themes__csv=as_csv([THEME, wrong]), tull__csv=b"x")
    text = words(preview)
    assert "<title>Feil: " in text
    for place in ("themes.csv, linje 3, kolonne origin", "themes.csv, linje 3, kolonne title"):
        assert place in text
    assert "tull.csv: Registeret har ingen fil" in text.replace("</strong>", "").replace(
        "</strong> ", ""
    )
    fingerprint = preview.context["plan"].fingerprint
    client.post(preview.redirect_chain[-1][0], {"fingerprint": fingerprint})
    assert not Theme.objects.filter(number=50).exists()


def test_errors_are_told_by_sheet_row_and_column_in_the_readers_language(
    world: World, steward: User, client: Client
) -> None:
    book = workbook({"themes": [THEME | {"title": "To\nlinjer"}, THEME | {"number": "x"}]})
    preview = send(client, tema__xlsx=book)
    assert "ark themes, rad 3, kolonne number" in words(preview)
    english = client.get("/en" + preview.redirect_chain[-1][0])
    assert "sheet themes, row 3, column number" in words(english)
    assert "is not a whole number" in words(english)


def test_the_preview_is_shown_anew_when_the_register_changed(
    world: World, steward: User, client: Client
) -> None:
    preview = send(client, themes__csv=as_csv([THEME]))
    fingerprint, path = preview.context["plan"].fingerprint, preview.redirect_chain[-1][0]
    keep_row(EDITABLE["themes"], THEME | {"title": "Først"}, steward, today=TODAY)
    again = client.post(path, {"fingerprint": fingerprint})
    assert "Registeret er endret siden du så forhåndsvisningen" in words(again)
    assert "0 nye, 1 endret" in words(again)
    assert Theme.objects.get(number=50).title == "Først"
    client.post(path, {"fingerprint": again.context["plan"].fingerprint})
    assert Theme.objects.get(number=50).title == "Nytt tema"


def test_an_upload_is_confirmed_once(world: World, steward: User) -> None:
    upload = store_upload({"themes.csv": as_csv([THEME])}, steward)
    found, _raw = plan_upload(upload, TODAY)
    confirm_upload(upload, found.fingerprint, TODAY)
    upload.pk = 1
    with pytest.raises(Changed):
        confirm_upload(upload, found.fingerprint, TODAY)
    assert Event.objects.filter(subject="theme").count() == 1


def test_an_upload_is_its_owners_alone_and_expires(
    world: World, steward: User, client: Client
) -> None:
    other = make_member(world.nfd, Role.STEWARD, email="annen@example.no")
    theirs = store_upload({"themes.csv": as_csv([THEME])}, other)
    path = reverse("measures:register_upload_preview", args=[theirs.key])
    assert client.get(path).status_code == 404
    assert client.post(path, {"fingerprint": "x"}).status_code == 404
    discard = reverse("measures:register_upload_discard", args=[theirs.key])
    assert client.post(discard).status_code == 404
    PendingUpload.objects.update(expires_at=timezone.now() - datetime.timedelta(seconds=1))
    client.force_login(other)
    assert client.get(path).status_code == 404
    store_upload({"themes.csv": b"x"}, steward)
    assert [upload.owner for upload in PendingUpload.objects.all()] == [steward]


def test_a_button_pressed_twice_is_told_of(world: World, steward: User, client: Client) -> None:
    send(client, themes__csv=as_csv([THEME]))
    path = reverse("measures:register_upload_preview", args=[PendingUpload.objects.get().key])
    fields = {"fingerprint": client.get(path).context["plan"].fingerprint}
    for word in ("skrevet", "behandlet eller kastet"):
        assert word in words(client.post(path, fields, follow=True))


def test_the_next_upload_replaces_the_one_before_and_one_can_be_discarded(
    world: World, steward: User, client: Client
) -> None:
    send(client, themes__csv=as_csv([THEME]))
    send(client, themes__csv=as_csv([THEME | {"title": "Annet"}]))
    upload = PendingUpload.objects.get()
    assert "venter på at du bekrefter" in words(client.get(reverse("measures:register_upload")))
    client.post(reverse("measures:register_upload_discard", args=[upload.key]))
    assert not PendingUpload.objects.exists()


def test_rows_of_others_may_be_in_the_file_when_nothing_in_them_changes(
    real: User, client: Client
) -> None:
    real.memberships.filter(organisation__key="hod").update(ended_at=timezone.now())
    Document.objects.get(key="meldst18").coordinators.set(Organisation.objects.filter(key="hod"))
    register = real_register()
    register["measures"][-1]["summary"] = "Min endring"
    assert register["measures"][-1]["document"] != "meldst18"
    files = as_files({"measures": register["measures"]})
    preview = send(client, measures__csv=files["measures.csv"])
    assert preview.context["plan"].work == 1
    register["measures"][0]["summary"] = "Andres"
    assert register["measures"][0]["document"] == "meldst18"
    files = as_files({"measures": register["measures"]})
    preview = send(client, measures__csv=files["measures.csv"])
    assert "kolonne document" in words(preview)
    assert "Du fører ikke «meldst18»" in words(preview)


def test_uploaded_status_updates_are_public_sources(real: User, client: Client) -> None:
    register = real_register()
    new = register["status_updates"][0] | {"key": "EX-01-ny", "date": "2026-11", "status": ""}
    files = as_files(
        {
            "status_updates": [new],
            "evidence": [register["evidence"][0] | {"update": "EX-01-ny"}],
        }
    )
    preview = send(
        client,
        status_updates__csv=files["status_updates.csv"],
        evidence__csv=files["evidence.csv"],
    )
    fingerprint = preview.context["plan"].fingerprint
    client.post(preview.redirect_chain[-1][0], {"fingerprint": fingerprint})
    update = StatusUpdate.objects.get(key="EX-01-ny")
    assert (update.origin, update.organisation, update.published_at is None) == (
        "public_source",
        None,
        False,
    )
    assert Event.objects.get(update=update).actor == real


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([], "Velg en eller flere filer"),
        ([("a.csv", 10)] * 2, "samme navn"),
        ([(f"{n}.csv", 1) for n in range(21)], "høyst 20 filer"),
        ([("a.csv", 6_000_000), ("b.csv", 6_000_000)], "for store"),
        ([("a.csv", 11_000_000)], "for store"),
        ([("a.csv", 11_000_000), ("b.csv", 1)], "for store"),
    ],
)
def test_what_is_not_even_looked_at(
    files: list[tuple[str, int]], sentence: str, steward: User, client: Client
) -> None:
    sent = [SimpleUploadedFile(name, b"x" * size) for name, size in files]
    response = client.post(reverse("measures:register_upload"), {"filer": sent})
    assert sentence in words(response)
    assert "<title>Feil: " in words(response)
    assert not PendingUpload.objects.exists()


def test_much_is_counted_and_the_first_shown(
    world: World, steward: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_files, "MOST_SHOWN", 3)
    rows = [THEME | {"number": str(n)} for n in range(100, 110)]
    preview = send(client, themes__csv=as_csv(rows))
    assert "10 nye" in words(preview)
    assert "7 rader til er ikke vist" in words(preview)
    preview = send(client, themes__csv=as_csv([row | {"origin": "x"} for row in rows]))
    assert "10 feil må rettes" in words(preview)
    assert "de 3 første" in words(preview)


def test_the_preview_costs_the_same_for_one_row_and_for_many(
    world: World, steward: User, client: Client
) -> None:
    costs = []
    for number in (1, 21):
        rows = [THEME | {"number": str(100 + n)} for n in range(number)]
        upload = store_upload({"themes.csv": as_csv(rows)}, steward)
        path = reverse("measures:register_upload_preview", args=[upload.key])
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 30


# --- Export ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("view", "name"),
    [("register_export_workbook", "register.xlsx"), ("register_export_archive", "register.zip")],
)
def test_the_real_register_goes_in_again_unchanged(
    view: str, name: str, real: User, client: Client
) -> None:
    content = client.get(reverse(f"measures:{view}")).content
    found = planned({name: content})
    assert list(found.problems) == []
    assert found.work == 0
    assert sum(table.unchanged for table in found.tables) == 532


def test_a_large_export_comes_from_the_disk(
    real: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(register_files, "IN_MEMORY", 1000)
    response = client.get(reverse("measures:register_export_archive"))
    assert response.streaming
    content = b"".join(response)
    assert planned({"register.zip": content}).work == 0


def test_an_export_does_not_turn_owners_words_into_public_sources(world: World) -> None:
    source, stands = (make_update(world.measure, f"2026-02-0{n}") for n in (1, 2))
    make_update(world.measure, "2026-03-01", replaces=source, author=world.people["reporter"])
    public = make_deadline(world.measure, "2027")
    public.pk = None
    public.stated_on, public.organisation = datetime.date(2026, 1, 1), world.nfd
    public.save()
    files = opened(exported(write_archive))
    updates = files["status_updates.csv"].decode().splitlines()
    # Nor does it say what has been corrected as if it stood.
    assert [line.split(",")[0] for line in updates] == ["key", stands.key]
    assert len(files["evidence.csv"].decode().splitlines()) == 2
    assert len(files["deadlines.csv"].decode().splitlines()) == 2


def test_an_empty_register_can_be_exported() -> None:
    assert len(opened(exported(write_archive))) == 14
    assert planned({"r.xlsx": exported(write_workbook)}).work == 0


TRICKY = (
    *("=1+1", " =1+1", "'=1+1", "''-x", "- punkt", "-1", "+47 22", "@a", "0042", "1e5", "TRUE"),
    *("to\nlinjer", '"sitat", komma', "2024-05", "_x0041_", "#N/A", "'", "http://a.no", "true"),
)
TEXTS = st.one_of(
    st.sampled_from(TRICKY),
    st.text(
        # Controls, and what turns the direction of reading, are refused everywhere.
        st.characters(exclude_categories=("Cs", "Cc", "Cf", "Cn", "Co")),
        max_size=40,
    ),
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(texts=st.tuples(TEXTS, TEXTS, TEXTS))
def test_any_text_goes_in_again_unchanged(world: World, texts: tuple[str, str, str]) -> None:
    # Also what a form stored that no file could bring in: spaces at the ends, a formula.
    title, summary, caveat = texts
    Measure.objects.filter(pk=world.measure.pk).update(
        title=title if title.strip() else "x",
        title_en=f" {title} ",
        summary=summary,
        caveat=caveat,
    )
    for name, write in (("a.zip", write_archive), ("a.xlsx", write_workbook)):
        found = planned({name: exported(write)})
        assert [str(problem) for problem in found.problems] == []
        assert found.work == 0


def test_exports_cost_the_same_for_one_row_and_for_many(world: World) -> None:
    costs = []
    for _n in range(2):
        with CaptureQueriesContext(connection) as queries:
            exported(write_archive)
        costs.append(len(queries))
        for _m in range(20):
            make_measure(document=world.document)
    assert costs[0] == costs[1]


# --- The template ----------------------------------------------------------------------------


def test_the_template_is_filled_in_and_uploaded(real: User, client: Client) -> None:
    path = reverse("measures:register_template", args=["veikart2023"])
    content = client.get(path).content
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        assert book.sheet_names == ["measures", "Forklaring"]
        rows = book.get_sheet_by_name("measures").to_python()
    assert len(rows) == 27
    taken = set(Measure.objects.values_list("ref", flat=True))
    assert not taken & {row[0] for row in rows[1:]}
    assert {row[1] for row in rows[1:]} == {"veikart2023"}

    blank = send(client, mal__xlsx=content)
    assert "Filene sier det samme" in words(blank)
    three = filled_in(content, 3)
    preview = send(client, mal__xlsx=three)
    assert "3 nye, 0 endrede, 0 uendrede, 23 tomme" in words(preview)
    fingerprint = preview.context["plan"].fingerprint
    client.post(preview.redirect_chain[-1][0], {"fingerprint": fingerprint})
    assert Document.objects.get(key="veikart2023").measures.count() == 18
    rest = client.get(path).content
    with CalamineWorkbook.from_filelike(io.BytesIO(rest)) as book:
        assert len(book.get_sheet_by_name("measures").to_python()) == 24


def test_the_template_gives_no_room_for_more_than_announced(real: User, client: Client) -> None:
    content = client.get(reverse("measures:register_template", args=["veikart2023"])).content
    Document.objects.filter(key="veikart2023").update(announced_measures=17)
    preview = send(client, mal__xlsx=filled_in(content, 3))
    assert "varslet 17 tiltak, men registeret får 18" in words(preview)


def test_the_template_has_lists_to_choose_from(real: User, client: Client) -> None:
    content = client.get(reverse("measures:register_template", args=["veikart2023"])).content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    for choices in ('"yes,no"', '"nb,nn,en"', '"1,2,3', '"veikart2023"', "official"):
        assert choices in html.unescape(sheet)


def test_the_explanation_is_in_the_readers_language(real: User, client: Client) -> None:
    path = reverse("measures:register_template", args=["veikart2023"])
    with CalamineWorkbook.from_filelike(io.BytesIO(client.get(f"/en{path}").content)) as book:
        assert book.sheet_names == ["measures", "Explanation"]
        assert "missing" in str(book.get_sheet_by_name("Explanation").to_python()[0][0]).lower()


def test_a_template_is_for_ones_own_documents(world: World, steward: User, client: Client) -> None:
    make_document(key="annet")
    for key in ("annet", "finnes-ikke"):
        path = reverse("measures:register_template", args=[key])
        assert client.get(path).status_code == 404


def refs(document: Document, number: int) -> Iterator[str]:
    return (ref for ref, _n in zip(free_refs(document), range(number), strict=False))


def test_free_references_fill_the_gaps_and_are_nobody_elses(world: World) -> None:
    for ref in ("VK-03", "VK-05"):
        make_measure(ref=ref, document=world.document)
    make_measure(ref="VK-04", document=make_document())
    assert list(refs(world.document, 3)) == ["VK-02", "VK-06", "VK-07"]
    assert list(refs(make_document(key="ny-plan_2", announced_measures=120), 1)) == ["NYPL-001"]
    assert list(refs(make_document(key="2030", announced_measures=9), 1)) == ["T-1"]


def test_messages_are_in_every_language(steward: User) -> None:
    found = {}
    for language in ("nb", "nn", "en"):
        with translation.override(language):
            found[language] = register_files.refusal([])
    assert len(set(found.values())) == 3


def test_a_register_in_a_folder_inside_a_zip_is_read(world: World) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("register/themes.csv", as_csv([THEME]))
        archive.writestr("__MACOSX/register/._themes.csv", b"x")
        archive.writestr("register/", b"")
    assert planned({"r.zip": packed.getvalue()}).work == 1


def test_the_same_table_twice_is_refused(world: World) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("themes.csv", as_csv([THEME]))
    twice = {"themes.csv": as_csv([THEME]), "r.zip": packed.getvalue()}
    for files in (twice, dict(reversed(twice.items()))):
        (problem,) = planned(files).problems
        assert "to ganger" in problem.message
