"""An organisation keeps its own priorities and asks, and the public sees them."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from measures.actions import Changed
from measures.actions.wishes import (
    ASKS,
    PRIORITIES,
    drop_priority,
    keep_ask,
    set_priority,
    version_of_row,
)
from measures.choices import PriorityLevel
from measures.models import Ask, Event, Priority
from tests.cast import World, make_world
from tests.make import make_measure, make_organisation
from tests.page import Page

pytestmark = pytest.mark.django_db
PATH = "/min-side/onsker/"
SAID = {"kind": "wish", "title": "Raskere svar", "summary": "", "measures": ""}
IMPORTANT = PriorityLevel.ESPECIALLY_IMPORTANT


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def voice(world: World, client: Client) -> Client:
    client.force_login(world.people["voice"])
    return client


def test_a_measure_is_singled_out_changed_and_let_go(world: World, voice: Client) -> None:
    fields = {"measure": "vk-01", "level": "selected"}
    assert voice.post(f"{PATH}prioriter/", fields).status_code == 302
    priority = Priority.objects.get()
    assert (priority.organisation, priority.level) == (world.lmi, "selected")
    assert priority.stated_on == timezone.localdate()
    assert "Prioritert" in Page(voice.get(PATH)).text
    voice.post(f"{PATH}prioriter/", fields | {"level": "especially_important"})
    assert Priority.objects.get().level == "especially_important"
    assert "særlig viktig" in Page(Client().get("/tiltak/VK-01/")).text
    assert voice.post(f"{PATH}prioriter/{priority.pk}/fjern/").status_code == 302
    assert not Priority.objects.exists()
    verbs = Event.objects.filter(subject="priority").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["created", "changed", "removed"]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"measure": "", "level": "selected"}, "id_measure"),
        ({"measure": "VK-99", "level": "selected"}, "id_measure"),
        ({"measure": "<b>x</b>", "level": "selected"}, "id_measure"),
        ({"measure": "VK-01", "level": ""}, "id_level"),
    ],
)
def test_what_is_wrong_with_a_priority_is_told(
    fields: dict[str, str], place: str, voice: Client
) -> None:
    response = voice.post(f"{PATH}prioriter/", fields)
    assert response.status_code == 422
    assert [where.split("_0")[0] for where, _m in response.context["errors"]] == [place]
    assert not Priority.objects.exists()


def test_an_ask_is_made_linked_and_changed(world: World, voice: Client) -> None:
    make_measure(ref="VK-02", document=world.document)
    fields = SAID | {"measures": "vk-01, VK-02", "summary": "Fordi."}
    assert voice.post(f"{PATH}ny/", fields).status_code == 302
    ask = Ask.objects.get()
    assert (ask.organisation, ask.stated_on) == (world.lmi, timezone.localdate())
    assert {m.ref for m in ask.measures.all()} == {"VK-01", "VK-02"}
    text = Page(Client().get("/aktorer/lmi/")).text
    assert "Raskere svar" in text
    page = voice.get(f"{PATH}{ask.pk}/")
    assert page.context["form"].initial["measures"] == "VK-01, VK-02"
    changed = SAID | {"title": "Svar i tide", "version": page.context["version"]}
    assert voice.post(f"{PATH}{ask.pk}/", changed).status_code == 302
    ask.refresh_from_db()
    assert (ask.title, ask.measures.count()) == ("Svar i tide", 0)
    assert "Ingen av de registrerte tiltakene svarer" in Page(Client().get("/aktorer/lmi/")).text


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"title": ""}, "id_title"),
        ({"title": "x" * 301}, "id_title"),
        ({"kind": ""}, "id_kind"),
        ({"measures": "VK-01, VK-99"}, "id_measures"),
    ],
)
def test_what_is_wrong_with_an_ask_is_told_and_what_was_typed_stays(
    fields: dict[str, str], place: str, voice: Client
) -> None:
    response = voice.post(f"{PATH}ny/", SAID | {"summary": "En lang tekst."} | fields)
    assert response.status_code == 422
    assert [where.split("_0")[0] for where, _m in response.context["errors"]] == [place]
    assert "En lang tekst." in response.content.decode()
    assert not Ask.objects.exists()


def test_whoever_saves_second_is_told_and_keeps_the_text(world: World, voice: Client) -> None:
    today, user = timezone.localdate(), world.people["voice"]
    keep_ask(user, world.lmi, SAID, today)
    ask = Ask.objects.get()
    seen = version_of_row(ASKS, ask)
    keep_ask(user, world.lmi, SAID | {"title": "Først"}, today, ask, seen)
    late = SAID | {"title": "Sist", "summary": "Min tekst.", "version": seen}
    response = voice.post(f"{PATH}{ask.pk}/", late)
    assert response.status_code == 409
    assert "Min tekst." in response.content.decode()
    ask.refresh_from_db()
    assert ask.title == "Først"


def test_what_an_ask_had_of_sources_and_english_stays(world: World) -> None:
    rest: dict[str, Any] = {"source_name": "LMI, 2023", "title_en": "Faster", "summary_en": "For."}
    ask = Ask.objects.create(
        key="A", organisation=world.lmi, kind="wish", title="Raskere", summary="Fordi.", **rest
    )
    said = SAID | {"title": "Raskere", "summary": "Ny forklaring."}
    seen = version_of_row(ASKS, ask)
    keep_ask(world.people["voice"], world.lmi, said, timezone.localdate(), ask, seen)
    ask.refresh_from_db()
    assert (ask.source_name, ask.title_en, ask.summary_en) == ("LMI, 2023", "Faster", "")


def test_nobody_keeps_another_organisations(world: World, voice: Client) -> None:
    other, today = make_organisation(kind="cluster"), timezone.localdate()
    user = world.people["voice"]
    with pytest.raises(PermissionDenied):
        set_priority(user, other, "VK-01", IMPORTANT, today)
    with pytest.raises(PermissionDenied):
        keep_ask(user, other, SAID, today)
    stated = {"level": "selected", "stated_on": today, "source_name": "Kilde"}
    theirs = Priority.objects.create(organisation=other, measure=world.measure, **stated)
    with pytest.raises(PermissionDenied):
        drop_priority(user, theirs, 0)
    ask = Ask.objects.create(key="A", organisation=other, kind="wish", title="Deres")
    with pytest.raises(PermissionDenied):
        keep_ask(user, world.lmi, SAID, today, ask, version_of_row(ASKS, ask))
    assert voice.post(f"{PATH}prioriter/{theirs.pk}/fjern/").status_code == 404
    assert voice.get(f"{PATH}{ask.pk}/").status_code == 404
    # The register itself stays the stewards'.
    assert voice.get("/min-side/register/asks/").status_code == 404


def test_a_priority_that_is_gone_is_told_of(world: World) -> None:
    user, today = world.people["voice"], timezone.localdate()
    set_priority(user, world.lmi, "VK-01", IMPORTANT, today)
    priority = Priority.objects.get()
    seen = version_of_row(PRIORITIES, priority)
    drop_priority(user, priority, seen)
    with pytest.raises(Changed):
        drop_priority(user, priority, seen)
