"""Keeping one row of the register in the browser: the same rules, messages and events as a file."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from measures.actions import Changed
from measures.actions.keeping import keep_row, remove_row, version_of
from measures.exchange.kinds import Text
from measures.exchange.listing import EDITABLE, row_at
from measures.exchange.stored import look_up
from measures.exchange.tables import TABLES
from measures.forms.register import cells_for_form, form_of
from measures.models import (
    Ask,
    Chapter,
    Document,
    Event,
    Indicator,
    IndicatorValue,
    Measure,
    MeasureLink,
    MeasureText,
    Owner,
    Priority,
    Theme,
)
from stakeholders.choices import Role
from stakeholders.models import Organisation, User
from tests.cast import World, make_world
from tests.make import TODAY, make_document, make_measure, make_member, make_theme

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def steward(world: World, client: Client) -> User:
    client.force_login(world.people["steward"])
    return world.people["steward"]


def cells(name: str, pk: int) -> dict[str, str]:
    """What the form of a stored row holds."""
    table = EDITABLE[name]
    row = row_at(table, table.model._default_manager.all(), pk)
    assert row is not None
    return cells_for_form(table, row.values)


def seen(name: str, label: str) -> int:
    return version_of(EDITABLE[name], label)


def address(name: str, pk: int, view: str = "register_row") -> str:
    return reverse(f"measures:{view}", args=[name, pk])


def words(response: Any) -> str:
    return html.unescape(response.content.decode())


NEW: Mapping[str, dict[str, str]] = {
    "organisations": {"key": "ny", "name": "Ny aktør", "kind": "agency"},
    "themes": {"number": "77", "origin": "own", "title": "Nytt", "title_en_is_official": "no"},
    "documents": {
        "key": "ny-plan",
        "kind": "roadmap",
        "short_title": "Ny plan",
        "title": "En ny plan",
        "language": "nb",
        "published_on": "2026-01-02",
        "coordinators": "nfd",
        "announced_measures": "4",
    },
    "chapters": {"document": "veikart", "letter": "A", "title": "Kapittel"},
    "measures": {
        "ref": "VK-02",
        "document": "veikart",
        "number_is_official": "no",
        "theme": "1",
        "short_title": "Kort",
        "title": "Linje én\r\nlinje to",
        "language": "nb",
        "wording": "official",
        "source_name": "Kilde",
    },
    "owners": {"measure": "VK-01", "organisation": "lmi", "role": "contributor", "basis": "stated"},
    "links": {
        "earlier": "DOC:eldre",
        "later": "VK-01",
        "kind": "related",
        "reason": "De hører sammen",
        "basis": "same_subject",
    },
    "indicators": {"key": "ny", "name": "Ny", "unit": "stk.", "belongs_to_document": "no"},
    "indicator_values": {
        "indicator": "eksport",
        "year": "2024",
        "value": "25.9",
        "value_type": "actual",
        "publisher": "SSB",
    },
    "asks": {
        "key": "lmi-01",
        "organisation": "lmi",
        "kind": "wish",
        "title": "Et ønske",
        "measures": "VK-01",
        "source_name": "Brev",
    },
    "priorities": {
        "organisation": "lmi",
        "measure": "VK-01",
        "level": "selected",
        "stated_on": "2026-01-02",
        "source_name": "Brev",
    },
}
MODELS = {
    "organisations": Organisation,
    "themes": Theme,
    "documents": Document,
    "chapters": Chapter,
    "measures": Measure,
    "owners": Owner,
    "links": MeasureLink,
    "indicators": Indicator,
    "indicator_values": IndicatorValue,
    "asks": Ask,
    "priorities": Priority,
}


def prepare_for(name: str, world: World) -> None:
    if name == "measures":
        theme = Theme.objects.get()
        Theme.objects.filter(pk=theme.pk).update(number=1)
    if name == "links":
        make_document(key="eldre", published_on="2015-01-01")


def test_every_table_that_is_not_final_is_tried() -> None:
    assert set(NEW) == set(EDITABLE) == {n for n, table in TABLES.items() if not table.final}


# --- Add -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NEW)
def test_a_row_is_added_with_an_event(
    name: str, world: World, steward: User, client: Client
) -> None:
    prepare_for(name, world)
    before = set(MODELS[name]._default_manager.values_list("pk", flat=True))
    events = Event.objects.count()
    response = client.post(reverse("measures:register_row_new", args=[name]), NEW[name])
    assert response.status_code == 302, words(response)
    (made,) = set(MODELS[name]._default_manager.values_list("pk", flat=True)) - before
    event = Event.objects.latest("pk")
    assert Event.objects.count() == events + 1
    assert (event.verb, event.actor, event.subject) == ("created", steward, EDITABLE[name].subject)
    # And it opens, is listed, and goes in again unchanged.
    assert client.get(address(name, made)).status_code == 200
    listed = client.get(reverse("measures:register_table", args=[name]))
    assert address(name, made) in words(listed)
    again = client.post(
        address(name, made), cells(name, made) | {"seen": seen(name, event.subject_key)}
    )
    assert again["Location"].endswith("?lagret=0")
    assert Event.objects.count() == events + 1


def test_line_breaks_of_a_browser_are_those_of_a_file(
    world: World, steward: User, client: Client
) -> None:
    prepare_for("measures", world)
    client.post(reverse("measures:register_row_new", args=["measures"]), NEW["measures"])
    measure = Measure.objects.get(ref="VK-02")
    assert measure.title == "Linje én\nlinje to"
    assert "kort" in MeasureText.objects.get(measure=measure).title


def test_problems_stand_at_their_fields_and_everything_typed_stays(
    world: World, steward: User, client: Client
) -> None:
    typed = NEW["measures"] | {
        "ref": "feil ref",
        "theme": "99",
        "wording": "gjettet",
        "source_url": "tull",
        "summary": "=1+1",
        "title": "",
        "caveat": "Skrevet <b>før</b> feilen",
    }
    response = client.post(reverse("measures:register_row_new", args=["measures"]), typed)
    assert response.status_code == 200
    form = response.context["form"]
    wrong = {field.name for field in form.fields if field.problems}
    assert wrong == {"ref", "theme", "wording", "source_url", "summary", "title"}
    for field in form.fields:
        assert field.value == typed.get(field.name, "").replace("\r\n", "\n")
    text = response.content.decode()
    assert "<title>Feil: " in text
    for name in wrong:
        assert f'href="#felt-{name}' in text
        assert f'id="felt-{name}-feil"' in text
    assert "Skrevet &lt;b&gt;før&lt;/b&gt; feilen" in text
    assert not Measure.objects.filter(theme__number=99).exists()
    assert not Event.objects.filter(subject="measure").exists()


def test_a_key_that_is_taken_is_not_overwritten(
    world: World, steward: User, client: Client
) -> None:
    typed = NEW["organisations"] | {"key": "lmi", "name": "En annen"}
    response = client.post(reverse("measures:register_row_new", args=["organisations"]), typed)
    assert "lmi finnes allerede" in words(response)
    assert Organisation.objects.get(key="lmi").name == "Legemiddelindustrien"


def test_a_document_has_no_more_measures_than_it_announced(
    world: World, steward: User, client: Client
) -> None:
    prepare_for("measures", world)
    Document.objects.filter(key="veikart").update(announced_measures=1)
    response = client.post(reverse("measures:register_row_new", args=["measures"]), NEW["measures"])
    assert "Dokumentet varslet 1 tiltak, men registeret får 2." in words(response)


# --- Change ----------------------------------------------------------------------------------


def test_a_change_is_told_from_what_to_what(world: World, steward: User, client: Client) -> None:
    before = world.measure.short_title
    sent = cells("measures", world.measure.pk) | {"short_title": "Bedre tittel", "seen": 0}
    response = client.post(address("measures", world.measure.pk), sent)
    assert response["Location"].endswith("?lagret=1")
    event = Event.objects.latest("pk")
    assert (event.verb, event.actor, event.measure) == ("changed", steward, world.measure)
    assert event.changes == {"short_title": [before, "Bedre tittel"]}
    page = client.get(address("measures", world.measure.pk, "register_row_history"))
    assert all(said in words(page) for said in (before, "Bedre tittel", str(steward), "Endret"))


def test_the_key_of_a_row_cannot_be_changed(world: World, steward: User, client: Client) -> None:
    sent = cells("measures", world.measure.pk) | {"ref": "VK-77", "short_title": "x", "seen": 0}
    client.post(address("measures", world.measure.pk), sent)
    assert list(Measure.objects.values_list("ref", "short_title")) == [("VK-01", "x")]


def test_a_wrong_change_keeps_the_version_that_was_seen(
    world: World, steward: User, client: Client
) -> None:
    sent = cells("measures", world.measure.pk) | {"short_title": "", "seen": 0}
    response = client.post(f"{address('measures', world.measure.pk)}?lagret=1", sent)
    assert response.context["seen"] == 0
    assert "Endringen er lagret" not in words(response)
    assert "Må fylles ut" in words(response)


@pytest.mark.parametrize("sent", ["", "x", "-1", "9" * 30, "1.5", "²"])
def test_a_version_that_no_form_sends(
    sent: str, world: World, steward: User, client: Client
) -> None:
    data = cells("measures", world.measure.pk) | {"seen": sent}
    assert client.post(address("measures", world.measure.pk), data).status_code == 400


def test_what_another_changed_meanwhile_is_shown_and_nothing_is_lost(
    world: World, steward: User, client: Client
) -> None:
    pk = world.measure.pk
    opened = cells("measures", pk)
    other = make_member(world.nfd, Role.STEWARD, email="annen@example.no", name="Kari Nordmann")
    theirs = opened | {"short_title": "Deres tittel", "summary": "Deres sammendrag"}
    keep_row(EDITABLE["measures"], theirs, other, today=TODAY, seen=0)
    mine = opened | {"short_title": "Min tittel", "caveat": "Mitt forbehold", "seen": 0}
    response = client.post(address("measures", pk), mine)
    assert response.status_code == 200
    assert Measure.objects.get(pk=pk).short_title == "Deres tittel"
    form = {field.name: field for field in response.context["form"].fields}
    assert (form["short_title"].value, form["short_title"].theirs) == ("Min tittel", "Deres tittel")
    assert (form["summary"].value, form["summary"].theirs) == ("Deres sammendrag",) * 2
    assert form["caveat"].value == "Mitt forbehold"
    assert "Kari Nordmann" in words(response)
    # Saving once more is on top of what was shown.
    again = {name: field.value for name, field in form.items()}
    client.post(address("measures", pk), again | {"seen": response.context["seen"]})
    measure = Measure.objects.get(pk=pk)
    assert (measure.short_title, measure.summary, measure.caveat) == (
        "Min tittel",
        "Deres sammendrag",
        "Mitt forbehold",
    )


def test_a_row_that_another_removed_meanwhile_keeps_what_was_typed(
    world: World, steward: User, client: Client
) -> None:
    owner = Owner.objects.get()
    sent = cells("owners", owner.pk) | {"basis": "Nytt grunnlag", "seen": 0}
    remove_row(EDITABLE["owners"], owner.pk, steward, seen=0)
    response = client.post(address("owners", owner.pk), sent)
    assert "fjernet av en annen" in words(response)
    form = {field.name: field.value for field in response.context["form"].fields}
    assert form == {k: v for k, v in sent.items() if k != "seen"}
    client.post(reverse("measures:register_row_new", args=["owners"]), form)
    assert Owner.objects.get().basis == "Nytt grunnlag"


def test_what_the_database_refuses_is_told_and_undone(
    world: World, steward: User, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_late(*args: Any) -> Any:
        stored = look_up(*args)
        Organisation.objects.create(key="ny", name="Først", kind="agency")
        return stored

    monkeypatch.setattr("measures.actions.keeping.look_up", look_late)
    response = client.post(
        reverse("measures:register_row_new", args=["organisations"]), NEW["organisations"]
    )
    assert "Ingenting er skrevet" in words(response)
    assert "Ny aktør" in words(response)
    assert not Organisation.objects.filter(key="ny").exists()


# --- Rights ----------------------------------------------------------------------------------


@pytest.fixture
def foreign(world: World) -> Measure:
    """A measure of a document that another ministry coordinates."""
    document = make_document(key="annet")
    document.coordinators.add(world.hod)
    return make_measure(ref="AN-01", document=document)


@pytest.mark.parametrize("view", ["register_row", "register_row_history"])
def test_rows_of_other_ministries_are_not_there(
    view: str, foreign: Measure, steward: User, client: Client
) -> None:
    assert client.get(address("measures", foreign.pk, view)).status_code == 404
    assert client.post(address("measures", foreign.pk)).status_code in {404, 405}
    listed = client.get(reverse("measures:register_table", args=["measures"]))
    assert "AN-01" not in words(listed)


@pytest.mark.parametrize(
    ("name", "typed", "column"),
    [
        ("owners", {"measure": "AN-01"}, "measure"),
        ("chapters", {"document": "annet"}, "document"),
        ("measures", {"document": "annet", "ref": "AN-02"}, "document"),
        ("links", {"later": "AN-01"}, "earlier"),
        ("documents", {"coordinators": "hod"}, "coordinators"),
    ],
)
def test_nothing_is_added_to_what_others_keep(
    name: str, typed: dict[str, str], column: str, foreign: Measure, world: World, steward: User
) -> None:
    prepare_for(name, world)
    plan = keep_row(EDITABLE[name], NEW[name] | typed, steward, today=TODAY)
    (problem,) = plan.problems
    assert problem.column == column
    assert problem.message.startswith("Du fører ikke")


def test_a_measure_is_not_moved_to_where_another_keeps(
    foreign: Measure, world: World, steward: User, client: Client
) -> None:
    sent = cells("measures", world.measure.pk) | {"document": "annet", "seen": 0}
    assert "Du fører ikke «annet»" in words(
        client.post(address("measures", world.measure.pk), sent)
    )


def test_a_link_is_kept_by_either_end(foreign: Measure, world: World, steward: User) -> None:
    typed = NEW["links"] | {"earlier": "VK-01", "later": "AN-01"}
    assert not keep_row(EDITABLE["links"], typed, steward, today=TODAY).problems


def test_a_document_may_be_handed_over(world: World, steward: User) -> None:
    typed = cells("documents", world.document.pk) | {"coordinators": "hod"}
    keep_row(EDITABLE["documents"], typed, steward, today=TODAY, seen=0)
    assert [o.key for o in world.document.coordinators.all()] == ["hod"]


def test_an_ended_steward_keeps_nothing(world: World, steward: User, client: Client) -> None:
    steward.memberships.update(ended_at="2099-01-01T00:00Z")
    assert client.get(reverse("measures:register")).status_code == 404


@pytest.mark.parametrize("name", ["deadlines", "status_updates", "evidence", "finnes-ikke"])
@pytest.mark.parametrize("view", ["register_table", "register_row_new"])
def test_final_tables_are_not_kept_by_hand(
    view: str, name: str, steward: User, client: Client
) -> None:
    assert client.get(reverse(f"measures:{view}", args=[name])).status_code == 404


def test_the_action_refuses_final_tables(world: World, steward: User) -> None:
    with pytest.raises(ValueError, match="never changed by hand"):
        keep_row(TABLES["deadlines"], {}, steward, today=TODAY)


@pytest.mark.parametrize("view", ["register", "register_upload"])
@pytest.mark.parametrize("verb", ["put", "patch", "delete"])
def test_other_verbs(view: str, verb: str, steward: User, client: Client) -> None:
    assert getattr(client, verb)(reverse(f"measures:{view}")).status_code == 405


# --- Remove ----------------------------------------------------------------------------------


def test_an_owner_is_removed_with_what_it_said(world: World, steward: User, client: Client) -> None:
    owner = Owner.objects.get()
    page = client.get(address("owners", owner.pk, "register_row_remove"))
    assert "Vil du fjerne VK-01/nfd?" in words(page)
    assert Owner.objects.exists()
    client.post(address("owners", owner.pk, "register_row_remove"), {"seen": 0})
    assert not Owner.objects.exists()
    event = Event.objects.latest("pk")
    assert (event.verb, event.actor, event.measure) == ("removed", steward, world.measure)
    assert (event.subject, event.subject_key) == ("owner", "VK-01/nfd")
    assert event.changes["role"] == ["lead", None]
    assert "næring" not in MeasureText.objects.get(measure=world.measure).body


def test_a_link_is_removed(world: World, steward: User, client: Client) -> None:
    prepare_for("links", world)
    keep_row(EDITABLE["links"], NEW["links"], steward, today=TODAY)
    link = MeasureLink.objects.get()
    version = seen("links", "DOC:eldre/VK-01")
    client.post(address("links", link.pk, "register_row_remove"), {"seen": version})
    assert not MeasureLink.objects.exists()
    assert Event.objects.latest("pk").changes["reason"] == ["De hører sammen", None]


def test_what_changed_meanwhile_is_not_removed(world: World, steward: User, client: Client) -> None:
    owner = Owner.objects.get()
    typed = cells("owners", owner.pk) | {"basis": "Endret"}
    keep_row(EDITABLE["owners"], typed, steward, today=TODAY, seen=0)
    response = client.post(address("owners", owner.pk, "register_row_remove"), {"seen": 0})
    assert "Ingenting er fjernet" in words(response)
    assert "Endret" in words(response)
    assert Owner.objects.exists()


def test_removing_twice_is_told(world: World, steward: User) -> None:
    pk = Owner.objects.get().pk
    remove_row(EDITABLE["owners"], pk, steward, seen=0)
    with pytest.raises(Changed):
        remove_row(EDITABLE["owners"], pk, steward, seen=0)


def test_others_owners_are_not_removed(foreign: Measure, world: World, steward: User) -> None:
    owner = Owner.objects.create(measure=foreign, organisation=world.hod, role="lead")
    with pytest.raises(Changed):
        remove_row(EDITABLE["owners"], owner.pk, steward, seen=0)
    assert Owner.objects.filter(pk=owner.pk).exists()


@pytest.mark.parametrize("name", sorted(EDITABLE.keys() - {"owners", "links", "priorities"}))
def test_nothing_else_is_ever_removed(
    name: str, world: World, steward: User, client: Client
) -> None:
    with pytest.raises(ValueError, match="never removed"):
        remove_row(EDITABLE[name], 1, steward, seen=0)
    path = address("measures", world.measure.pk, "register_row_remove")
    assert client.post(path, {"seen": 0}).status_code == 404


# --- The form --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EDITABLE)
def test_every_column_has_a_label_and_a_field_of_its_sort(name: str, world: World) -> None:
    table = EDITABLE[name]
    form = form_of(table, {}, is_new=True)
    for field in form.fields:
        assert field.label[0].isupper()
        assert "_" not in field.label
        is_long = isinstance(field.column.kind, Text) and field.column.kind.longest is None
        assert (field.widget == "area") is is_long
    assert len({field.label for field in form.fields}) == len(form.fields)


def test_a_reference_is_called_what_it_refers_to(world: World) -> None:
    labels = [field.label for field in form_of(EDITABLE["measures"], {}, is_new=True).fields]
    assert labels[:6] == [
        "Referanse",
        "Dokument",
        "Nummer",
        "Nummeret er dokumentets",
        "Kapittel",
        "Tema",
    ]


def test_a_stored_formula_is_shown_so_that_it_can_be_saved(
    world: World, steward: User, client: Client
) -> None:
    Measure.objects.filter(pk=world.measure.pk).update(summary="=1+1", caveat="- punkt")
    shown = cells("measures", world.measure.pk)
    assert (shown["summary"], shown["caveat"]) == ("'=1+1", "- punkt")
    response = client.post(address("measures", world.measure.pk), shown | {"seen": 0})
    assert response["Location"].endswith("?lagret=0")


# --- Cost ------------------------------------------------------------------------------------


def cost(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_lists_forms_and_histories_cost_the_same_for_one_row_and_for_many(
    world: World, steward: User, client: Client
) -> None:
    pk = world.measure.pk
    paths = [
        reverse("measures:register"),
        reverse("measures:register_table", args=["measures"]),
        reverse("measures:register_table", args=["documents"]),
        reverse("measures:register_row_new", args=["measures"]),
        address("measures", pk),
        address("measures", pk, "register_row_history"),
    ]
    keep_row(
        EDITABLE["measures"], cells("measures", pk) | {"number": "1"}, steward, today=TODAY, seen=0
    )
    before = [cost(client, path) for path in paths]
    for n in range(20):
        make_measure(document=world.document)
        make_theme()
        make_document().coordinators.add(world.nfd)
        typed = cells("measures", pk) | {"number": f"{n}0"}
        keep_row(EDITABLE["measures"], typed, steward, today=TODAY, seen=seen("measures", "VK-01"))
    assert [cost(client, path) for path in paths] == before
    assert max(before) <= 25


@pytest.mark.parametrize(
    ("name", "query", "found"),
    [
        ("measures", "vk-0", True),
        ("measures", "gjennomføre", True),
        ("measures", "finnesikke", False),
        ("owners", "vk-01", True),
        ("owners", "hm", False),
        ("organisations", "nærings", True),
        ("documents", "%", False),
        ("indicators", "EKSP", True),
    ],
)
def test_search(
    name: str, query: str, found: bool, world: World, steward: User, client: Client
) -> None:
    keep_row(
        EDITABLE["measures"],
        cells("measures", world.measure.pk) | {"number": "1"},
        steward,
        today=TODAY,
        seen=0,
    )
    path = reverse("measures:register_table", args=[name])
    response = client.get(path, {"q": query})
    assert bool(response.context["lines"]) is found
    overview = client.get(reverse("measures:register"), {"q": query})
    counts = {table: number for _heading, table, number in overview.context["tables"]}
    assert bool(counts[name]) is found
