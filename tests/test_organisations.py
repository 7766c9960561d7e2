"""Who: the list of organisations, and the page of one, on the real register and on made-up ones."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from measures.models import Ask, Measure, Owner, Priority
from measures.queries import organisations as queries
from stakeholders.models import Organisation
from tests.make import TODAY, make_document, make_measure, make_organisation, make_update
from tests.page import Page, listed

pytestmark = pytest.mark.django_db

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC), tick=False):
        yield


@pytest.fixture
def real() -> None:
    """The register as it is."""
    call_command("load_register", str(FIXTURES), verbosity=0)


def page(client: Client, path: str) -> Page:
    response = client.get(path)
    assert response.status_code == 200
    return Page(response)


def own(measure: Measure, organisation: Organisation, role: str = "lead") -> None:
    Owner.objects.create(measure=measure, organisation=organisation, role=role)


def prioritise(
    measure: Measure, organisation: Organisation, level: str = "selected", **fields: Any
) -> None:
    Priority.objects.create(
        **{"measure": measure, "organisation": organisation, "level": level}
        | {"stated_on": TODAY, "source_name": "Kilde"}
        | fields
    )


def ask(organisation: Organisation, *answers: Measure, **fields: Any) -> Ask:
    made = Ask.objects.create(
        **{
            "key": f"ask-{Ask.objects.count()}",
            "organisation": organisation,
            "kind": "wish",
            "title": "Mer av alt",
            "source_name": "Kilde",
        }
        | fields
    )
    made.measures.set(answers)
    return made


def queries_for(client: Client, path: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


# --- All of them -----------------------------------------------------------------------------


@pytest.mark.usefixtures("real")
def test_all_real_organisations_are_listed_by_kind() -> None:
    page_ = page(Client(), "/aktorer/")
    assert sum(link.href.startswith("/aktorer/") for link in page_.links) >= 49
    order = [key for key in page_.ids if key in {"ministry", "agency", "industry_body", "cluster"}]
    assert order == ["ministry", "agency", "industry_body", "cluster"]


@pytest.mark.usefixtures("real")
@pytest.mark.parametrize("path", ["/aktorer/", "/aktorer/lmi/", "/aktorer/nfd/", "/aktorer/hod/"])
def test_every_number_leads_to_the_list_it_counts(client: Client, path: str) -> None:
    numbers = [n for n in page(client, path).numbers() if n.href.startswith("/tiltak/?")]
    assert len(numbers) >= 6
    for link in numbers:
        assert listed(client, link.href) == link.number, link


@pytest.mark.usefixtures("real")
def test_measures_without_any_owner_are_counted(client: Client) -> None:
    assert "46 av 61 tiltak har ingen ansvarlig i kildene" in page(client, "/aktorer/").text


def test_names_are_sorted_in_norwegian() -> None:
    for name in ("Åsane klinikk", "Ørsta", "Ærlig", "Zeta", "Alfa"):
        make_organisation(name=name, kind="cluster")
    make_organisation(name="Zoologisk", kind="ministry")
    assert [one.name for one in queries.listed()] == [
        "Zoologisk",
        "Alfa",
        "Zeta",
        "Ærlig",
        "Ørsta",
        "Åsane klinikk",
    ]


def test_counts_do_not_multiply_each_other() -> None:
    one = make_organisation()
    measures = [make_measure() for _ in range(3)]
    for measure in measures:
        own(measure, one)
        prioritise(measure, one)
    ask(one, *measures)
    ask(one)
    found: Any = queries.listed().get(pk=one.pk)
    assert (found.leads, found.contributes, found.prioritised, found.asked) == (3, 0, 3, 2)


def test_without_organisations_the_list_says_so(client: Client) -> None:
    assert "Ingen aktører er registrert" in page(client, "/aktorer/").text


def test_many_organisations_come_in_pages(client: Client) -> None:
    Organisation.objects.bulk_create(
        Organisation(key=f"k-{n}", name=f"Klynge {n:03}", kind="cluster") for n in range(130)
    )
    first, second = page(client, "/aktorer/"), page(client, "/aktorer/?side=2")
    assert "Klynge 000" in first.text and "Klynge 129" not in first.text
    assert "Klynge 129" in second.text and "Klynge 000" not in second.text


@pytest.mark.parametrize("asked", ["99", "0", "-1", "x", "", "1e9", "²"])
@pytest.mark.parametrize(
    "path", ["/aktorer/?side=", "/aktorer/lmi/?tiltak=", "/aktorer/lmi/?valg="]
)
def test_a_page_that_does_not_exist_is_explained(client: Client, path: str, asked: str) -> None:
    make_organisation(key="lmi")
    assert "Adressen ba om en side som ikke finnes" in page(client, path + asked).text


# --- One of them -----------------------------------------------------------------------------


@pytest.mark.usefixtures("real")
def test_lmi_shows_its_twelve_measures_with_the_four_most_important_first(client: Client) -> None:
    response = client.get("/aktorer/lmi/")
    rows = response.context["lists"].choice_rows
    assert len(rows) == 12
    assert [row.measure.ref for row in rows[:4]] == ["VK-01", "VK-06", "VK-10", "VK-12"]
    assert [row.important for row in rows] == [True] * 4 + [False] * 8
    text = Page(response).text
    assert len(re.findall(r"Særlig viktig\b", text)) == 4
    assert "Oppgitt 23. august 2023." in text
    assert "LMI, Et taktskifte for helsenæringen, 23.8.2023" in text


@pytest.mark.usefixtures("real")
def test_lmi_shows_its_asks_and_what_answers_them(client: Client) -> None:
    response = client.get("/aktorer/lmi/")
    wishes = {wish.ask.key: wish for wish in response.context["lists"].wish_rows}
    assert len(wishes) == 11
    dated = [wish.ask.stated_on is not None for wish in wishes.values()]
    assert dated == [True] * 5 + [False] * 6, "those without a date last"
    assert [m.ref for m in wishes["ASK-28"].answers] == ["HM-C1", "VK-11"]
    text = Page(response).text
    assert text.count("Ingen av de registrerte tiltakene svarer på dette.") == 3
    assert "11 ønsker er registrert. 3 av dem har ikke noe registrert tiltak som svar." in text
    assert "Dokumentene varsler 26 tiltak til, men vi har ikke ordlyden." in text
    assert "er vår lesing" in text
    assert "Kilden oppgir ingen dato." in text


@pytest.mark.usefixtures("real")
def test_a_ministry_answers_where_no_lead_is_known(client: Client) -> None:
    response = client.get("/aktorer/nfd/")
    rows = response.context["coordinated"]
    numbers = {row.document.key: [figure.number for figure in row.figures] for row in rows}
    assert numbers == {
        "meldst18": [31, 31, 31],
        "veikart2023": [41, 15, 11],
        "eksport2024": [15, 15, 12],
    }
    assert "svarer departementene som koordinerer dokumentet" in Page(response).text


@pytest.mark.usefixtures("real")
def test_what_became_of_an_organisation_is_told(client: Client) -> None:
    assert (
        "Innlemmet i Helsedirektoratet fra 1. januar 2024." in page(client, "/aktorer/ehelse/").text
    )


@pytest.mark.usefixtures("real")
def test_an_organisation_without_any_part_says_so(client: Client) -> None:
    assert "Ingen tiltak er knyttet til denne aktøren" in page(client, "/aktorer/melanor/").text


@pytest.mark.usefixtures("real")
def test_norwegian_content_on_english_pages_says_so(client: Client) -> None:
    page_ = page(client, "/en/aktorer/lmi/")
    assert "Association of the Pharmaceutical Industry in Norway" in page_.text
    assert "Use the home market and public purchasing" in page_.text
    assert "Develop the catapult scheme further" in page_.text
    for language, marked in (("en", None), ("nn", "nb")):
        page_ = page(client, f"/{language}/aktorer/lmi/")
        href = f"/{language}/tiltak/VK-01/"
        links = [a for tag, a in page_.tags if tag == "a" and a.get("href", "") == href]
        assert links and all(attrs.get("lang") == marked for attrs in links)


def test_the_lead_stands_before_the_contributor(client: Client) -> None:
    one = make_organisation(key="nfd")
    own(make_measure(ref="T-1", short_title="Alfa"), one, "contributor")
    own(make_measure(ref="T-2", short_title="Beta"), one, "lead")
    rows = client.get("/aktorer/nfd/").context["lists"].role_rows
    assert [(row.measure.ref, row.leads) for row in rows] == [("T-2", True), ("T-1", False)]


def test_the_answer_to_an_ask_shows_what_became_of_it(client: Client) -> None:
    one, measure = make_organisation(key="lmi"), make_measure(short_title="Bygge ut")
    make_update(measure, "2024-05-17", "completed", summary="Det ble bygget ut.")
    ask(one, measure)
    text = page(client, "/aktorer/lmi/").text
    assert "Bygge ut" in text
    assert "Gjennomført 17. mai 2024: Det ble bygget ut." in text


def test_with_everything_registered_nothing_more_can_answer(client: Client) -> None:
    one = make_organisation(key="lmi")
    make_measure(document=make_document(announced_measures=1))
    ask(one)
    assert "Dokumentene varsler" not in page(client, "/aktorer/lmi/").text


def test_each_source_of_the_priorities_is_named_once(client: Client) -> None:
    one = make_organisation(key="lmi")
    for _ in range(3):
        prioritise(make_measure(), one, source_name="Notat A", source_url="https://example.no/a")
    prioritise(make_measure(), one, source_name="Notat B")
    text = page(client, "/aktorer/lmi/").text
    assert (text.count("Notat A"), text.count("Notat B")) == (1, 1)


def test_long_lists_come_in_pages_that_leave_each_other_alone(client: Client) -> None:
    one = make_organisation(key="lmi")
    for _ in range(25):
        measure = make_measure()
        own(measure, one)
        prioritise(measure, one)
        ask(one, measure)
    response = client.get("/aktorer/lmi/?tiltak=2&onsker=2")
    lists = response.context["lists"]
    assert [len(rows) for rows in (lists.role_rows, lists.choice_rows, lists.wish_rows)] == [
        5,
        20,
        5,
    ]
    hrefs = {link.href for link in Page(response).links}
    assert "?tiltak=2&onsker=2&valg=2" in hrefs
    assert "?onsker=2&tiltak=1" in hrefs


def test_an_unknown_organisation_is_not_found(client: Client) -> None:
    assert client.get("/aktorer/finnes-ikke/").status_code == 404


@pytest.mark.parametrize("path", ["/aktorer/", "/aktorer/lmi/"])
def test_pages_are_only_read(client: Client, path: str) -> None:
    make_organisation(key="lmi")
    assert client.post(path).status_code == 405


# --- Cost ------------------------------------------------------------------------------------


def fill(one: Organisation, times: int) -> None:
    for _ in range(times):
        measure = make_measure()
        make_update(measure)
        own(measure, one)
        prioritise(measure, one)
        ask(one, measure)
        make_document().coordinators.add(one)
        make_organisation()


def test_the_list_costs_the_same_however_many_there_are(client: Client) -> None:
    one = make_organisation(key="lmi")
    fill(one, 1)
    few = queries_for(client, "/aktorer/")
    fill(one, 20)
    assert queries_for(client, "/aktorer/") == few <= 4


def test_a_page_costs_the_same_however_much_there_is(client: Client) -> None:
    one = make_organisation(key="lmi")
    fill(one, 1)
    few = queries_for(client, "/aktorer/lmi/")
    fill(one, 30)
    assert queries_for(client, "/aktorer/lmi/") == few <= 14
