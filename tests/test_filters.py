"""The selection of measures: what is asked for, what is found, and the numbers beside it."""

from __future__ import annotations

import datetime
import random

import pytest
from django.http import QueryDict
from django.utils import translation

from measures import search
from measures.filters import Facets, MeasureFilter
from measures.models import Measure, Priority
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


def select(query: str = "", today: datetime.date = TODAY) -> MeasureFilter:
    return MeasureFilter(QueryDict(query), today=today)


def refs(query: str = "") -> list[str]:
    return [m.ref for m in select(query).qs]


@pytest.fixture
def _register() -> None:
    """A small register in which every filter divides the measures."""
    white_paper = make_document(
        key="melding", short_title="Meldingen", published_on=datetime.date(2019, 1, 1)
    )
    roadmap = make_document(
        key="veikart", short_title="Veikartet", published_on=datetime.date(2023, 1, 1)
    )
    trials = make_theme(number=201, title="Kliniske studier", title_en="Clinical trials")
    capital = make_theme(number=202, title="Kapital")
    nfd = make_organisation(key="nfd", name="Næringsdepartementet", kind="ministry")
    siva = make_organisation(key="siva", name="Siva", kind="state_company")
    lmi = make_organisation(key="lmi", name="LMI", kind="industry_body")
    a2 = make_measure(ref="HM-A2", short_title="Ånd", document=white_paper, theme=trials)
    a10 = make_measure(ref="HM-A10", short_title="Ørken", document=white_paper, theme=capital)
    v1 = make_measure(ref="VK-01", short_title="Anskaffelse", document=roadmap, theme=trials)
    v2 = make_measure(ref="VK-02", short_title="Zoologi", document=roadmap, theme=capital)
    a2.owners.create(organisation=nfd, role="lead")
    a2.owners.create(organisation=siva, role="contributor")
    a10.owners.create(organisation=nfd, role="contributor")
    v1.owners.create(organisation=siva, role="lead")
    make_update(a2, "2024-01-01", "completed")
    make_update(
        a10, "2025-01-01", "in_progress", origin="report", organisation=nfd, outlook="behind"
    )
    make_update(v1, "2023-06-01", "")
    make_deadline(a10, "2025-05")
    make_deadline(v1, "2026-12-31")
    Priority.objects.create(
        organisation=lmi, measure=v1, level="selected", stated_on=TODAY, source_name="Kilde"
    )
    Priority.objects.create(
        organisation=lmi,
        measure=v2,
        level="especially_important",
        stated_on=TODAY,
        source_name="Kilde",
    )
    search.reindex([m.pk for m in (a2, a10, v1, v2)])


register = pytest.mark.usefixtures("_register")


@register
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("dokument=melding", "HM-A10 HM-A2"),
        ("dokument=melding&dokument=veikart", "HM-A10 HM-A2 VK-01 VK-02"),
        ("status=completed", "HM-A2"),
        ("status=unreported", "VK-01 VK-02"),
        ("status=unreported&status=completed", "HM-A2 VK-01 VK-02"),
        ("status=not_started", ""),
        ("sagt=owner", "HM-A10"),
        ("sagt=public", "HM-A2"),
        ("sagt=owner&sagt=public", "HM-A10 HM-A2"),
        ("utsikt=behind", "HM-A10"),
        ("frist=late", "HM-A10"),
        ("frist=near", "VK-01"),
        ("frist=none", "VK-02"),
        ("frist=closed", "HM-A2"),
        ("ferskhet=confirmed", "HM-A10"),
        ("ferskhet=source_only", "HM-A2 VK-01"),
        ("ferskhet=unknown", "VK-02"),
        ("tema=201", "HM-A2 VK-01"),
        ("aktor=nfd", "HM-A10 HM-A2"),
        ("aktor=nfd&rolle=lead", "HM-A2"),
        ("aktor=nfd&rolle=contributor", "HM-A10"),
        ("aktor=siva&aktor=nfd&rolle=lead", "HM-A2 VK-01"),
        ("aktor=ingen", "VK-02"),
        ("aktor=ingen&rolle=lead", "HM-A10 VK-02"),
        ("aktor=ingen&aktor=siva", "HM-A2 VK-01 VK-02"),
        ("rolle=contributor", "HM-A10 HM-A2"),
        ("prioritert=lmi", "VK-01 VK-02"),
        ("prioritert=lmi&nivaa=especially_important", "VK-02"),
        ("nivaa=selected", "VK-01"),
        ("nytt=stille", "HM-A10 VK-01 VK-02"),
        ("ordlyd=official", "HM-A10 HM-A2 VK-01 VK-02"),
        ("ordlyd=paraphrase", ""),
        ("sikkerhet=usikker", ""),
        ("q=ørken", "HM-A10"),
        ("q=ørken&status=completed", ""),
        ("tema=201&dokument=veikart&status=unreported", "VK-01"),
    ],
)
def test_each_filter_finds_its_measures(query: str, found: str) -> None:
    assert sorted(refs(query)) == found.split()
    assert Facets(select(query)).total == len(found.split())


@register
@pytest.mark.parametrize(
    ("query", "order"),
    [
        ("", "HM-A10 HM-A2 VK-01 VK-02"),
        ("sortering=hendelse", "HM-A10 HM-A2 VK-01 VK-02"),
        ("sortering=tittel", "VK-01 VK-02 HM-A10 HM-A2"),
        ("sortering=frist", "HM-A10 VK-01 HM-A2 VK-02"),
        ("sortering=dokument", "HM-A2 HM-A10 VK-01 VK-02"),
        ("sortering=relevans", "HM-A10 HM-A2 VK-01 VK-02"),
        ("sortering=tull&sortering=tittel", "VK-01 VK-02 HM-A10 HM-A2"),
    ],
)
def test_each_order_sorts(query: str, order: str) -> None:
    assert refs(query) == order.split()


@register
def test_a_search_shows_the_best_hits_first_unless_told() -> None:
    told = make_measure(
        ref="TT-1", summary="anskaffelse", document=Measure.objects.all()[0].document
    )
    make_update(told, "2026-01-01", "")
    search.reindex([told.pk])
    assert refs("q=anskaffelse") == ["VK-01", "TT-1"]
    assert refs("q=anskaffelse&sortering=hendelse") == ["TT-1", "VK-01"]


def random_query(chance: random.Random) -> str:
    values = {
        "dokument": ["melding", "veikart"],
        "tema": ["201", "202"],
        "status": ["completed", "in_progress", "unreported", "not_started"],
        "sagt": ["owner", "public"],
        "utsikt": ["behind", "on_track"],
        "frist": ["late", "near", "none", "closed"],
        "ferskhet": ["confirmed", "source_only", "unknown"],
        "aktor": ["nfd", "siva", "ingen"],
        "rolle": ["lead", "contributor"],
        "prioritert": ["lmi"],
        "q": ["tiltak", "kliniske", "ø"],
    }
    names = chance.sample(sorted(values), chance.randint(0, 3))
    return "&".join(
        f"{name}={value}"
        for name in names
        for value in chance.sample(values[name], chance.randint(1, min(2, len(values[name]))))
        if name != "rolle" or value == "lead"
    )


@register
@pytest.mark.parametrize("seed", range(25))
def test_the_number_beside_a_choice_is_the_length_of_the_list_it_gives(seed: int) -> None:
    query = random_query(random.Random(seed))
    selected = select(query)
    facets = Facets(selected)
    assert facets.total == len(refs(query))
    for name in ("dokument", "tema", "status", "sagt", "utsikt", "frist", "ferskhet", "aktor"):
        for option in facets.facet(name).options:
            others = {key: v for key, v in selected.selection.items() if key != name}
            alone = selected.url({**others, name: [option.value]}).partition("?")[2]
            assert option.count == len(refs(alone)), (query, name, option.value)


@register
def test_what_is_not_known_is_left_out_and_told() -> None:
    selected = select("status=completed&status=tull&frist=late'--&sortering=x&side=-1&dokument=")
    assert selected.selection == {"status": ["completed"]}
    assert [m.ref for m in selected.qs] == ["HM-A2"]
    assert selected.page_number == 1
    assert selected.notices() == [
        "Filteret «Status» har ikke valget «tull», så det er ikke brukt.",
        "Filteret «Frist» har ikke valget «late'--», så det er ikke brukt.",
        "Vi kan ikke sortere etter «x».",
        "Siden «-1» finnes ikke. Her er den første.",
    ]


def test_many_unknown_values_are_told_in_few_sentences() -> None:
    said = select("&".join(f"status=tull{n}{'x' * 100}" for n in range(20))).notices()
    assert len(said) == 5
    assert said[-1] == "16 verdier til i adressen er ikke brukt."
    assert all(len(sentence) < 130 for sentence in said)


@register
def test_a_typing_error_is_told() -> None:
    assert select("q=zoolgi").notices() == ["Ingen treff på «zoolgi». Viser treff for «zoologi»."]
    assert select("q=!!").notices() == ["Vi fant ingen ord å søke etter i «!!»."]
    assert "for langt" in select("q=" + "+".join(f"ord{n}" for n in range(30))).notices()[0]


@register
def test_the_address_is_the_whole_state_and_no_more() -> None:
    selected = select(
        "side=2&tema=201&q=+ørken++&status=&status=unreported&foo=bar&sortering=frist"
    )
    assert selected.url() == "/tiltak/?q=%C3%B8rken&status=unreported&tema=201&sortering=frist"
    assert select(selected.query()).query() == selected.query()
    assert selected.clear_url == "/tiltak/?sortering=frist"
    assert select("sortering=hendelse").url() == "/tiltak/"
    assert select("q=ørken&sortering=relevans").url() == "/tiltak/?q=%C3%B8rken"


@register
def test_each_chip_takes_away_its_own_value_only() -> None:
    chips = list(select("status=completed&status=unreported&q=ånd&aktor=ingen").chips())
    assert [(c.label, c.value) for c in chips] == [
        ("Søk", "ånd"),
        ("Status", "Gjennomført"),
        ("Status", "Ikke rapportert"),
        ("Ansvarlig", "Ikke avklart"),
    ]
    assert chips[1].url == "/tiltak/?q=%C3%A5nd&status=unreported&aktor=ingen"
    assert chips[0].url == "/tiltak/?status=completed&status=unreported&aktor=ingen"


@register
def test_content_in_chips_and_options_says_its_language() -> None:
    with translation.override("en"):
        selected = select("tema=201&dokument=melding&status=completed")
        assert [c.lang for c in selected.chips()] == ["nb", "en", "en"]
        labels = {o.value: o.label for o in Facets(selected).facet("tema").options}
        assert labels["201"].text == "Clinical trials"
        assert (labels["202"].text, labels["202"].lang) == ("Kapital", "nb")


def test_a_large_register_shows_the_choices_with_most_measures() -> None:
    theme = make_theme()
    for n in range(60):
        document = make_document(key=f"plan-{n}")
        for _ in range(2 if n >= 50 else 1):
            make_measure(document=document, theme=theme)
    shown = Facets(select("dokument=plan-0")).facet("dokument")
    assert shown.hidden == 20
    values = [option.value for option in shown.options]
    assert "plan-0" in values
    assert {f"plan-{n}" for n in range(50, 60)} <= set(values)
