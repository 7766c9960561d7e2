"""The page of one measure: everything told about it, and nothing it does not know."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from measures.choices import Origin
from measures.models import (
    Ask,
    Chapter,
    Evidence,
    Indicator,
    IndicatorValue,
    Measure,
    MeasureLink,
    Owner,
    Priority,
    StatusUpdate,
)
from measures.queries.disagreement import disagreeing
from measures.queries.measure import page_of
from tests.make import (
    TODAY,
    make_deadline,
    make_document,
    make_measure,
    make_organisation,
    make_theme,
    make_update,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC), tick=False):
        yield


def page(client: Client, measure: Measure, prefix: str = "") -> str:
    """The page's HTML with runs of white space made one space, as a browser shows it."""
    response = client.get(prefix + measure.get_absolute_url())
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def text(html: str) -> str:
    """What stands on the page, without markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", html))


def section(html: str, name: str) -> str:
    """The section whose heading has the id `name`."""
    found = re.search(rf'<section[^>]*aria-labelledby="{name}".*?</section>', html)
    assert found, name
    return found[0]


def link(earlier: Any, later: Any, **fields: Any) -> MeasureLink:
    def end(role: str, other: Any) -> dict[str, Any]:
        return {f"{role}_{'measure' if isinstance(other, Measure) else 'document'}": other}

    return MeasureLink.objects.create(
        **{"kind": "follows_up", "reason": "Samme sak", "basis": "same_subject"}
        | end("earlier", earlier)
        | end("later", later)
        | fields
    )


# --- The address -----------------------------------------------------------------------------


@pytest.mark.parametrize("written", ["ex-09", "Ex-09", "eX-09"])
def test_a_reference_in_any_case_leads_to_the_one_address(client: Client, written: str) -> None:
    make_measure(ref="EX-09")
    response = client.get(f"/en/tiltak/{written}/?dato=2024")
    assert response.status_code == 301
    assert response["Location"] == "/en/tiltak/EX-09/?dato=2024"


@pytest.mark.parametrize(
    "ref", ["EX-99", "nope", "%00", "æøå", "EX-09%0A", "A" * 3000, "<script>", "1-2", "ＥＸ-09"]
)
def test_an_unknown_reference_gets_an_explanation(client: Client, ref: str) -> None:
    make_measure(ref="EX-09")
    response = client.get(f"/tiltak/{ref}/")
    assert response.status_code == 404
    assert "Vi finner ikke tiltaket" in response.content.decode()
    assert "<script>/" not in response.content.decode()


def test_an_unregistered_measure_is_explained_by_its_document(client: Client) -> None:
    document = make_document(short_title="Veikartet", announced_measures=41)
    make_measure(ref="VK-01", document=document)
    html = client.get("/tiltak/vk-33/").content.decode()
    assert "Veikartet varslet 41 tiltak, og registeret har 1 av dem." in text(html)
    assert document.get_absolute_url() in html


def test_the_page_is_read_only(client: Client) -> None:
    assert client.post(make_measure().get_absolute_url()).status_code == 405


# --- Where it stands -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"number": "9", "number_is_official": True}, "Tiltak 9 av 15 i Planen, 9. februar 2024"),
        ({"number": "C2"}, "Tiltak C2 i Planen, 9. februar 2024 (nummeret er vårt)"),
        ({}, "Tiltak T-0 i Planen, 9. februar 2024 (referansen er vår)"),
    ],
)
def test_it_says_which_measure_of_how_many(
    client: Client, fields: dict[str, Any], said: str
) -> None:
    document = make_document(
        title="Planen", announced_measures=15, published_on=datetime.date(2024, 2, 9)
    )
    html = page(client, make_measure(ref="T-0", document=document, **fields))
    assert said in text(html)


def test_the_caveat_and_the_wording_are_always_shown(client: Client) -> None:
    measure = make_measure(
        wording="paraphrase", title="Gjøre noe", caveat="Kan avvike.", source_name="Avisa"
    )
    said = text(section(page(client, measure), "dokumentet"))
    for part in ("Gjøre noe", "Gjengitt, ikke ordrett", "Avisa", "Kan avvike."):
        assert part in said
    assert "Ordrett" not in said


def test_an_english_page_quotes_the_document_and_adds_the_translation(client: Client) -> None:
    html = section(
        page(client, make_measure(title="Gjøre noe", title_en="Do something"), "/en"), "dokumentet"
    )
    assert '<p lang="nb">Gjøre noe</p>' in html
    assert "Do something" in html
    assert 'lang="nb">Do something' not in html


@pytest.mark.parametrize("prefix", ["/nn", "/en"])
def test_content_says_that_it_is_norwegian(client: Client, prefix: str) -> None:
    measure = make_measure(short_title="Kort tittel")
    make_update(measure, summary="Noe hendte.")
    html = page(client, measure, prefix)
    assert '<h1 class="ds-heading is-long" lang="nb">Kort tittel</h1>' in html
    assert '<p lang="nb">Noe hendte.</p>' in html


# --- Responsibility --------------------------------------------------------------------------


def test_where_nobody_leads_the_documents_ministries_answer(client: Client) -> None:
    measure = make_measure()
    measure.document.coordinators.add(make_organisation(name="Departementet"))
    said = text(section(page(client, measure), "dokumentet"))
    assert "Ikke avklart Dokumentets koordinerende departementer svarer: Departementet" in said


def test_where_somebody_leads_they_stand_there_with_those_who_help(client: Client) -> None:
    measure = make_measure()
    measure.document.coordinators.add(make_organisation(name="Departementet"))
    for name, role in (("Hjelperen", "contributor"), ("Lederen", "lead")):
        Owner.objects.create(measure=measure, organisation=make_organisation(name=name), role=role)
    said = text(section(page(client, measure), "dokumentet"))
    assert re.search(r"Leder Lederen .*Bidrar Hjelperen", said)
    assert "Departementet" not in said


@pytest.mark.parametrize(("kind", "ours"), [("roadmap", False), ("white_paper", True)])
def test_a_theme_outside_the_roadmap_is_our_placing(client: Client, kind: str, ours: bool) -> None:
    document = make_document(kind=kind)
    chapter = Chapter.objects.create(document=document, letter="C", title="Om det offentlige")
    said = text(
        section(page(client, make_measure(document=document, chapter=chapter)), "dokumentet")
    )
    assert ("Vår plassering" in said) is ours
    assert "C Om det offentlige" in said


# --- What happened ---------------------------------------------------------------------------


def test_nothing_known_is_not_called_not_started(client: Client) -> None:
    html = page(client, make_measure())
    assert "Ingen opplysninger ennå" in section(html, "tidslinje")
    assert 'data-state="unreported"' in html
    assert 'data-state="not_started"' not in html


def test_updates_stand_newest_first_with_all_they_say(client: Client) -> None:
    measure, later = make_measure(), make_measure(short_title="Det neste")
    make_update(measure, "2021", "in_progress", outlook="behind", summary="Først.")
    make_update(
        measure,
        "2024-05",
        "carried_over",
        carried_to=later,
        summary="Sist.",
        amount_nok=2_000_000,
        confidence="medium",
        publisher="Avisa",
        publisher_kind="press",
    )
    make_update(measure, "2022-01-02", "discontinued", summary="Midt.", reason="Ingen penger.")
    html = section(page(client, measure), "tidslinje")
    said = text(html)
    assert said.index("Sist.") < said.index("Midt.") < said.index("Først.")
    for part in (
        "mai 2024",
        "2. januar 2022",
        "Begrunnelse: Ingen penger.",
        "Videreføres i: Det neste",
        "2\xa0000\xa0000 kroner".replace("\xa0", " "),
        "Vesentlig avvik",
        "Avisa",
        "Presse",
        "Offentlig kilde",
        "3 meldinger",
    ):
        assert part in said, part
    assert html.count("note-tag") == 1
    assert html.count("data-current") == 1


def test_an_owners_report_names_the_owner(client: Client) -> None:
    measure, owner = make_measure(), make_organisation(name="Eieren")
    make_update(measure, origin=Origin.REPORT, organisation=owner)
    assert "Rapport fra eier: Eieren" in text(section(page(client, measure), "tidslinje"))


def test_an_update_that_says_nothing_about_status_has_no_tag(client: Client) -> None:
    measure = make_measure()
    make_update(measure, "2023", "")
    assert "ds-tag" not in section(page(client, measure), "tidslinje")


def test_an_unpublished_update_is_not_shown(client: Client) -> None:
    measure = make_measure()
    StatusUpdate.objects.create(
        key="k", measure=measure, date=TODAY, precision="day", origin="report",
        organisation=make_organisation(), summary="Hemmelig utkast", status="completed",
    )  # fmt: skip
    assert "Hemmelig utkast" not in page(client, measure)


# --- Disagreement ----------------------------------------------------------------------------


def disagreement(*said: tuple[str, str, str]) -> list[tuple[str, str]]:
    """Publish (date, status, speaker) for one measure; the speaker "eier" is its owner."""
    measure, owner = make_measure(), make_organisation()
    for date, status, speaker in said:
        extra: dict[str, Any] = {}
        if speaker == "eier":
            extra = {"origin": Origin.REPORT, "organisation": owner}
        if status == "carried_over":
            extra["carried_to"] = make_measure()
        make_update(measure, date, status, publisher=speaker, **extra)
    updates = StatusUpdate.objects.published().filter(measure=measure).newest_first()
    said_by_all = list(updates.prefetch_related("evidence"))
    return [(str(u.when), u.status) for u in disagreeing(said_by_all)]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param([("2024", "in_progress", "A"), ("2024-05", "completed", "B")], id="same time"),
        pytest.param(
            [("2023", "in_progress", "eier"), ("2024", "completed", "A")], id="owner lags"
        ),
        pytest.param([("2023", "completed", "A"), ("2024", "in_progress", "B")], id="ended again"),
        pytest.param([("2023", "in_progress", "A"), ("2024", "not_started", "eier")], id="back"),
        pytest.param([("2023", "completed", "A"), ("2024", "discontinued", "B")], id="two endings"),
        pytest.param([("2023", "carried_over", "A"), ("2024", "completed", "B")], id="two ends"),
    ],
)
def test_sources_that_do_not_agree(said: list[tuple[str, str, str]]) -> None:
    assert disagreement(*said) == [(date, status) for date, status, _ in reversed(said)]


@pytest.mark.parametrize(
    "said",
    [
        pytest.param([], id="nobody"),
        pytest.param([("2024", "in_progress", "A")], id="one"),
        pytest.param([("2021", "in_progress", "A"), ("2023", "completed", "B")], id="progress"),
        pytest.param([("2021", "not_started", "A"), ("2023", "in_progress", "B")], id="started"),
        pytest.param([("2024", "in_progress", "A"), ("2024-05", "in_progress", "B")], id="agree"),
        pytest.param(
            [("2024", "in_progress", "A"), ("2024-05", "completed", "A")], id="same voice"
        ),
        pytest.param(
            [("2023", "in_progress", "A"), ("2024", "completed", "eier")], id="owner after"
        ),
        pytest.param([("2024", "", "A"), ("2024-05", "completed", "B")], id="no status"),
        pytest.param(
            [
                ("2023", "completed", "A"),
                ("2024", "in_progress", "A"),
                ("2025", "in_progress", "B"),
            ],
            id="took it back",
        ),
    ],
)
def test_sources_that_agree_or_follow_each_other(said: list[tuple[str, str, str]]) -> None:
    assert disagreement(*said) == []


def test_what_a_correction_has_replaced_is_said_no_more() -> None:
    measure = make_measure()
    wrong = make_update(measure, "2024-05", "completed", publisher="A")
    make_update(measure, "2024-05", "in_progress", publisher="B", replaces=wrong)
    updates = StatusUpdate.objects.published().newest_first().prefetch_related("evidence")
    assert disagreeing(list(updates)) == []


def test_a_publisher_in_common_is_the_same_voice() -> None:
    measure = make_measure()
    first = make_update(measure, "2024", "in_progress", publisher="A")
    second = StatusUpdate.objects.create(
        key="b", measure=measure, date="2024-05-01", precision="day", status="completed",
        origin="public_source", summary="x",
    )  # fmt: skip
    for publisher in ("B", "A"):
        Evidence.objects.create(
            update=second, title=publisher, publisher=publisher, publisher_kind="press"
        )
    updates = StatusUpdate.objects.prefetch_related("evidence").in_bulk([first.pk, second.pk])
    assert disagreeing([updates[second.pk], updates[first.pk]]) == []


def test_disagreement_is_shown_side_by_side(client: Client) -> None:
    measure = make_measure()
    make_update(measure, "2024", "in_progress", publisher="Avisa")
    make_update(measure, "2024-05", "completed", publisher="Etaten")
    said = text(section(page(client, measure), "uenighet"))
    for part in ("Kildene er ikke enige", "I gang", "Gjennomført", "Avisa", "Etaten"):
        assert part in said


def test_agreement_shows_no_block(client: Client) -> None:
    measure = make_measure()
    make_update(measure)
    assert "uenighet" not in page(client, measure)


# --- Deadlines -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("due", "said"),
    [
        ("2024-05", "905 dager over fristen, regnet fra 31. mai 2024."),
        ("2026-11-21", "1 dag over fristen"),
        ("2026-11-22", "Fristen er i dag."),
        ("2026-11-23", "1 dag igjen"),
        ("2026", "39 dager igjen, regnet til 31. desember 2026."),
    ],
)
def test_the_deadline_is_counted_in_words(client: Client, due: str, said: str) -> None:
    measure = make_measure()
    make_deadline(measure, due)
    shown = text(section(page(client, measure), "frister"))
    assert said in shown
    assert ("Kilden oppgir ikke dagen" in shown) is (len(due) < 10)


def test_an_ended_measure_has_no_running_deadline(client: Client) -> None:
    measure = make_measure()
    make_deadline(measure, "2024-05")
    make_update(measure, status="completed")
    assert "fristen løper ikke lenger" in text(section(page(client, measure), "frister"))


def test_a_moved_deadline_stays_struck_through(client: Client) -> None:
    measure = make_measure()
    make_deadline(measure, "2024-05", stated_on="2023-01-01")
    make_deadline(measure, "2025", stated_on="2024-01-01")
    html = page(client, measure)
    assert "Fristen er flyttet én gang" in html
    deadlines = section(html, "frister")
    assert '<del><time datetime="2024-05">mai 2024</time></del>' in deadlines
    assert '<strong><time datetime="2025">2025</time></strong>' in deadlines


def test_without_a_deadline_there_is_no_table_of_them(client: Client) -> None:
    assert "frister" not in page(client, make_measure())


# --- Links -----------------------------------------------------------------------------------


def test_links_say_kind_reason_basis_and_state_today(client: Client) -> None:
    early = make_document(short_title="Meldingen", published_on=datetime.date(2019, 4, 5))
    before = make_measure(document=early, short_title="Det første")
    measure = make_measure(document=make_document())
    after = make_measure(document=make_document(), short_title="Det neste")
    make_update(before, "2022", "completed")
    make_deadline(after, "2024-05")
    link(before, measure, kind="continues", basis="stated_in_source", reason="Ble til dette.")
    link(measure, after, kind="related", reason="Samme felt.")
    html = section(page(client, measure), "sammenheng")
    said = text(html)
    for part in (
        "2019Meldingen Det første Gjennomført Videreføres her. Ble til dette. Sagt i kilden",
        "Det neste Ikke rapportert Over fristen 905 dager Henger sammen med dette tiltaket.",
        "Samme felt. Vår lesing",
    ):
        assert part in said, said
    assert html.count("note-tag") == 1
    assert said.index("Det første") < said.index("Dette tiltaket") < said.index("Det neste")


@pytest.mark.parametrize("earlier", [True, False])
def test_a_whole_document_can_be_the_other_end(client: Client, earlier: bool) -> None:
    measure, document = make_measure(), make_document(title="Hele planen")
    link(*((document, measure) if earlier else (measure, document)))
    html = section(page(client, measure), "sammenheng")
    assert "Hele planen" in text(html)
    assert "(hele dokumentet)" in html
    assert document.get_absolute_url() in html


# --- Voices and figures ----------------------------------------------------------------------


def test_priorities_and_asks_are_shown_with_their_sources(client: Client) -> None:
    measure, lmi = make_measure(), make_organisation(short_name="LMI")
    Priority.objects.create(
        organisation=lmi, measure=measure, level="especially_important",
        stated_on=datetime.date(2023, 8, 23), source_name="Talen",
    )  # fmt: skip
    ask = Ask.objects.create(
        key="ASK-1", organisation=lmi, kind="wish", title="Mer av dette", source_name="Brevet"
    )
    ask.measures.add(measure)
    said = text(section(page(client, measure), "onsker"))
    for part in ("LMI: særlig viktig", "23. august 2023", "Talen", "Mer av dette", "Brevet"):
        assert part in said
    assert "Vår lesing" in said


def test_indicators_of_the_theme_lead_to_their_pages(client: Client) -> None:
    measure = make_measure(theme=make_theme())
    indicator = Indicator.objects.create(
        key="a", name="Søknader", unit="antall", theme=measure.theme
    )
    for value in (59, 61):
        IndicatorValue.objects.create(
            indicator=indicator, year=2023, value=value, value_type="actual", publisher=f"P{value}"
        )
    html = section(page(client, measure), "tall")
    assert 'href="/indikatorer/a/"' in html
    assert "Søknader" in html
    assert re.search(r'<a [^>]*href="/indikatorer/a/#samme-aar">2 ulike tall for 2023</a>', html)


def test_the_permanent_address_stands_last(client: Client, settings: Any) -> None:
    settings.SITE_URL = "https://tiltak.example"
    assert "https://tiltak.example/tiltak/T-0/" in page(client, make_measure(ref="T-0"))


# --- Cost ------------------------------------------------------------------------------------


def fill(measure: Measure, numbers: range) -> None:
    """Give the measure one of everything that its page shows for each number."""
    for n in numbers:
        organisation = make_organisation()
        Owner.objects.create(measure=measure, organisation=organisation, role="contributor")
        measure.document.coordinators.add(organisation)
        make_update(measure, f"{1900 + n}-0{1 + n % 9}")
        make_deadline(measure, f"{2100 + n}", stated_on=f"{1950 + n % 70}-01-0{1 + n % 9}")
        link(make_measure(), measure)
        link(measure, make_document())
        Priority.objects.create(
            organisation=organisation, measure=measure, level="selected", stated_on=TODAY,
            source_name="x",
        )  # fmt: skip
        Ask.objects.create(
            key=f"ASK-{organisation.pk}", organisation=organisation, kind="wish", title="x"
        ).measures.add(measure)
        indicator = Indicator.objects.create(
            key=f"i-{organisation.pk}", name="x", unit="antall", theme=measure.theme
        )
        IndicatorValue.objects.create(
            indicator=indicator, year=2024, value=n, value_type="actual", publisher="x"
        )


def cost(client: Client, measure: Measure) -> int:
    with CaptureQueriesContext(connection) as queries:
        page(client, measure)
    return len(queries)


def test_the_page_costs_the_same_with_one_and_with_fifty_of_everything(client: Client) -> None:
    measure = make_measure()
    fill(measure, range(1))
    one = cost(client, measure)
    fill(measure, range(1, 51))
    assert cost(client, measure) == one <= 12


def test_a_deadline_repeated_is_not_a_deadline_moved() -> None:
    measure = make_measure()
    for stated in ("2021-01-01", "2022-01-01"):
        make_deadline(measure, "2024", stated_on=stated)
    assert page_of(measure, TODAY).deadlines.times == 0
