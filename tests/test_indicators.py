"""Indicators: what the figures say together, and the pages that show them."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from measures.choices import DocumentKind, Precision, ValueType
from measures.dates import PartialDate
from measures.models import Indicator, IndicatorValue
from measures.pictures.indicator import picture
from measures.queries import indicators
from measures.queries.indicators import Story, indicator_story, main_target, yearly_growth
from measures.templatetags import figures
from measures.templatetags.register import number
from tests.make import make_document, make_measure, make_theme

pytestmark = pytest.mark.django_db
serial = count(1)


def make_indicator(**fields: Any) -> Indicator:
    n = next(serial)
    return Indicator.objects.create(
        **{"key": f"maal-{n}", "name": f"Mål {n}", "unit": "mrd. kroner"} | fields
    )


def make_value(
    indicator: Indicator,
    year: int | None,
    value: float | str | None,
    kind: str = "actual",
    stated: str = "",
    **fields: Any,
) -> IndicatorValue:
    date = PartialDate.parse(stated) if stated else None
    return IndicatorValue.objects.create(
        **{
            "indicator": indicator,
            "year": year,
            "value": None if isinstance(value, str) else value,
            "value_text": value if isinstance(value, str) else "",
            "value_type": kind,
            "stated_on": date.first if date else None,
            "stated_precision": date.precision if date else "",
            "publisher": f"Utgiver {next(serial)}",
        }
        | fields
    )


def make_export() -> Indicator:
    """The export target with the figures that are published today."""
    plan = make_document(
        key="plan", kind=DocumentKind.EXPORT_PLAN, published_on=datetime.date(2024, 2, 9)
    )
    indicator = make_indicator(
        key="export-income",
        unit_en="NOK billion",
        document=plan,
        belongs_to_document=True,
        baseline_year=2021,
        baseline_value=22,
        target_year=2030,
        target_value=50,
    )
    make_value(indicator, 2018, 19)
    make_value(indicator, 2021, 22, "baseline", "2023-06-02")
    make_value(indicator, 2023, 27, stated="2025-01-16")
    make_value(indicator, 2024, 29, "estimate", publisher="Den ene")
    make_value(indicator, 2024, 25.9, stated="2025-11-07", publisher="Den andre")
    make_value(indicator, 2025, 26.9, "forecast", "2025-11-07")
    make_value(indicator, 2030, 50, "target", "2024-02-09")
    return indicator


def story_of(indicator: Indicator) -> Story:
    return indicator_story(indicators.with_values().get(pk=indicator.pk))


# --- Growth ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end", "years", "percent"),
    [(22, 25.9, 3, 5.6), (25.9, 50, 6, 11.6), (26.9, 50, 5, 13.2), (50, 25, 1, -50), (7, 7, 9, 0)],
)
def test_growth_is_compound(start: float, end: float, years: int, percent: float) -> None:
    assert round(yearly_growth(start, end, years) * 100, 1) == percent


@pytest.mark.parametrize(
    ("start", "end", "years"), [(0, 5, 1), (5, 0, 1), (-1, 5, 1), (5, -1, 1), (1, 2, 0), (1, 2, -3)]
)
def test_growth_that_has_no_meaning_is_refused(start: float, end: float, years: int) -> None:
    with pytest.raises(ValueError, match="Growth"):
        yearly_growth(start, end, years)


def test_the_export_goal_tells_growth_so_far_and_needed() -> None:
    story = story_of(make_export())
    assert story.latest is not None
    assert story.latest.value == Decimal("25.9")
    assert [round(g.percent, 1) for g in (story.so_far, story.needed, story.needed_after) if g] == [
        5.6,
        11.6,
        13.2,
    ]
    assert not story.target_reached


@pytest.mark.parametrize(
    "fields",
    [
        {"unit": "prosent"},
        {"target_value": None},
        {"target_year": None},
        {"target_year": 2020},
        {"target_value": 0},
    ],
)
def test_no_growth_is_told_where_it_has_no_meaning(fields: dict[str, Any]) -> None:
    indicator = make_export()
    Indicator.objects.filter(pk=indicator.pk).update(**fields)
    story = story_of(indicator)
    assert story.needed is None
    assert story.needed_after is None


def test_a_goal_that_is_reached_is_said_to_be() -> None:
    indicator = make_export()
    make_value(indicator, 2026, 51)
    assert story_of(indicator).target_reached
    Indicator.objects.filter(pk=indicator.pk).update(wanted_direction="down")
    assert not story_of(indicator).target_reached


# --- Which figure ----------------------------------------------------------------------------


def test_the_latest_figure_is_measured_latest_year_then_latest_stated() -> None:
    indicator = make_indicator()
    make_value(indicator, 2024, 1, stated="2025")
    wanted = make_value(indicator, 2024, 2, stated="2025-04-24")
    make_value(indicator, 2024, 3)
    make_value(indicator, 2025, 4, "forecast", "2025-12-01")
    make_value(indicator, 2030, 5, "target", "2025-12-01")
    make_value(indicator, None, 6, stated="2026-01-01")
    assert story_of(indicator).latest == wanted


def test_where_nothing_is_measured_another_kind_stands_in_but_never_the_target() -> None:
    indicator = make_indicator()
    make_value(indicator, 2030, 5, "target")
    assert story_of(indicator).shown is None
    budget = make_value(indicator, 2024, 1, "budget")
    story = story_of(indicator)
    assert story.latest is None
    assert story.shown == budget


def test_different_figures_for_one_year_stand_together() -> None:
    (same,) = story_of(make_export()).same_year
    assert same.year == 2024
    assert [v.value for v in same.values] == [29, Decimal("25.9")]


@pytest.mark.parametrize("kind", ["forecast", "target", "budget"])
def test_a_plan_and_an_outcome_do_not_differ_about_a_year(kind: str) -> None:
    indicator = make_indicator()
    make_value(indicator, 2024, 1)
    make_value(indicator, 2024, 2, kind)
    assert story_of(indicator).same_year == ()


def test_the_same_figure_twice_is_no_difference() -> None:
    indicator = make_indicator()
    make_value(indicator, 2024, 1)
    make_value(indicator, 2024, 1)
    assert story_of(indicator).same_year == ()


# --- The main target -------------------------------------------------------------------------


def test_the_main_target_is_the_newest_export_plans_own() -> None:
    make_indicator(document=make_document(kind="roadmap"), belongs_to_document=True)
    assert main_target() is None
    wanted = make_export()
    make_indicator(document=wanted.document, target_value=1, target_year=2030)
    make_indicator(document=wanted.document, belongs_to_document=True)
    old = make_document(kind="export_plan", published_on=datetime.date(2020, 1, 1))
    make_indicator(document=old, belongs_to_document=True, target_value=1, target_year=2030)
    with CaptureQueriesContext(connection) as queries:
        story = main_target()
    assert story is not None
    assert story.indicator == wanted
    assert len(queries) == 2


def test_a_measure_shows_its_themes_indicators_first_then_the_documents_own() -> None:
    theme, elsewhere = make_theme(), make_theme()
    measure = make_measure(theme=theme)
    own = make_indicator(document=measure.document, belongs_to_document=True)
    of_theme = make_indicator(theme=theme)
    goal = make_indicator(
        document=measure.document, belongs_to_document=True, theme=elsewhere, target_value=1
    )
    make_indicator(document=measure.document, belongs_to_document=True, theme=elsewhere)
    make_indicator(document=measure.document)
    make_indicator(theme=elsewhere)
    shown = [s.indicator for s in indicators.of_measure(measure)]
    assert shown == [of_theme, own, goal]


# --- How a figure is written -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "unit", "unit_en", "text"),
    [
        ("nb", "mrd. kroner", "NOK billion", "1,5 mrd. kroner"),
        ("en", "mrd. kroner", "NOK billion", "NOK\xa01.5 billion"),
        ("nb", "antall", "number", "1,5"),
        ("en", "antall", "number", "1.5"),
        ("en", "prosent", "per cent", "1.5 per cent"),
        ("en", "bedrifter", "", '<span lang="nb">1.5 bedrifter</span>'),
        ("nn", "bedrifter", "", '<span lang="nb">1,5 bedrifter</span>'),
    ],
)
def test_a_figure_has_its_unit(language: str, unit: str, unit_en: str, text: str) -> None:
    indicator = make_indicator(unit=unit, unit_en=unit_en)
    value = make_value(indicator, 2024, 1.5)
    with translation.override(language):
        assert text in figures.figure(value)


def test_a_figure_in_words_is_quoted() -> None:
    value = make_value(make_indicator(), 2023, "under 100", value_text_en="under a hundred")
    with translation.override("en"):
        assert figures.figure(value) == "under a hundred"
    assert figures.figure(value) == "under 100"


# --- The picture -----------------------------------------------------------------------------


def test_the_picture_says_every_figure_in_words() -> None:
    drawn = picture(story_of(make_export()), number)
    assert drawn is not None
    for said in ("19 i 2018", "22 i 2021", "29 i 2024", "25,9 i 2024", "26,9 i 2025", "50 i 2030"):
        assert said in drawn.label
    assert drawn.label.endswith("11,6 % i året trengs.")


def test_the_picture_has_a_key_to_every_kind_of_mark() -> None:
    drawn = picture(story_of(make_export()), number)
    assert drawn is not None
    assert [k.word for k in drawn.keys] == ["Målt", "Utgangspunkt", "Anslag", "Prognose", "Mål"]
    assert len({(k.css, k.d) for k in drawn.keys}) == 5


@pytest.mark.parametrize("years", [[], [2023], [2023, 2023]])
def test_one_year_gives_no_picture(years: list[int]) -> None:
    indicator = make_indicator()
    for n, year in enumerate(years):
        make_value(indicator, year, n)
    assert picture(story_of(indicator), number) is None


def test_every_kind_of_figure_can_be_drawn() -> None:
    indicator = make_indicator()
    for n, kind in enumerate(ValueType.values):
        make_value(indicator, 2020 + n, n, kind)
    drawn = picture(story_of(indicator), number)
    assert drawn is not None
    assert len(drawn.wide.marks) == len(ValueType.values)
    assert drawn.wide.lines  # actual and baseline, the two measured kinds


# --- The pages -------------------------------------------------------------------------------


def drawings(page: str) -> list[str]:
    return re.findall(r'<svg class="chart only-.*?</svg>', page, re.DOTALL)


def test_the_page_shows_both_figures_of_a_year_with_their_publishers(client: Client) -> None:
    page = client.get(make_export().get_absolute_url()).content.decode()
    block = page.partition('id="samme-aar"')[2].partition("</section>")[0]
    for text in ("29 mrd. kroner", "25,9 mrd. kroner", "Den ene", "Den andre", "Anslag", "Målt"):
        assert text in block
    for percent in ("5,6 %", "11,6 %", "13,2 %"):
        assert percent in page


def test_drawings_have_no_inline_style(client: Client) -> None:
    page = client.get(make_export().get_absolute_url()).content.decode()
    assert len(drawings(page)) == 2
    assert "style=" not in page


def test_the_export_goals_drawings_weigh_less_than_four_kilobytes(client: Client) -> None:
    page = client.get(make_export().get_absolute_url()).content.decode()
    assert all(len(svg.encode()) < 4000 for svg in drawings(page))
    assert all('role="img" aria-label="Diagram. Målt: 19 i 2018' in svg for svg in drawings(page))


def test_coordinates_are_written_alike_in_every_language(client: Client) -> None:
    address = make_export().get_absolute_url()
    pages = [client.get(prefix + address).content.decode() for prefix in ("", "/nn", "/en")]
    paths = [re.findall(r' d="([^"]*)"', "".join(drawings(page))) for page in pages]
    assert paths[0] == paths[1] == paths[2]
    assert "," not in "".join(paths[0])


def test_figures_without_a_year_or_only_in_words_stand_in_the_table(client: Client) -> None:
    indicator = make_indicator(unit="antall")
    make_value(indicator, 2022, 165)
    make_value(indicator, 2023, "under 100")
    make_value(indicator, 2024, 109)
    make_value(indicator, None, "nær 28", "stated")
    page = client.get(indicator.get_absolute_url()).content.decode()
    table = page.partition("<tbody")[2]
    for text in ("165", "under 100", "nær 28", "Uten år", "Oppgitt"):
        assert text in table
    assert "antall" not in page
    assert "under 100</text>" in page


def test_an_indicator_with_nothing_but_a_target_is_shown(client: Client) -> None:
    indicator = make_indicator(target_value=15, target_text="Opp 15 prosent i året", unit="prosent")
    make_value(indicator, 2025, 15, "target")
    page = client.get(indicator.get_absolute_url()).content.decode()
    assert "Ingen tall ennå" in page
    assert "Opp 15 prosent i året" in page
    assert not drawings(page)


def test_the_list_holds_every_indicator_under_its_document(client: Client) -> None:
    document = make_document(short_title="Planen")
    mine = make_indicator(document=document, theme=make_theme(title="Eksporten"))
    make_value(mine, 2024, 5, publisher="Byrået")
    free = make_indicator(target_value=3, target_year=2031)
    page = client.get("/indikatorer/").content.decode()
    for text in ("Planen", "Eksporten", "Byrået", "5 mrd. kroner", "3 mrd. kroner", "i 2031"):
        assert text in page
    assert page.index(mine.get_absolute_url()) < page.index(free.get_absolute_url())


def test_an_unknown_indicator_is_not_found(client: Client) -> None:
    assert client.get("/indikatorer/finnes-ikke/").status_code == 404


@pytest.mark.parametrize("path", ["/indikatorer/", "/indikatorer/export-income/"])
def test_pages_are_read_only(client: Client, path: str) -> None:
    make_export()
    assert client.post(path).status_code == 405


def test_the_pages_cost_the_same_with_one_and_with_fifty(client: Client) -> None:
    def cost() -> list[int]:
        costs = []
        for path in ("/indikatorer/", "/indikatorer/export-income/"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(path).status_code == 200
            costs.append(len(queries))
        return costs

    indicator = make_export()
    before = cost()
    for _ in range(50):
        other = make_indicator(document=make_document(), theme=make_theme())
        make_value(other, 2024, 1)
        make_value(indicator, 2000 + next(serial) % 900, 1)
    assert cost() == before == [2, 2]


def test_names_on_pages_in_other_languages_say_that_they_are_norwegian(client: Client) -> None:
    make_indicator(key="a", name="Norsk navn")
    make_indicator(key="b", name="Navn", name_en="English name")
    page = client.get("/en/indikatorer/").content.decode()
    assert re.search(r'lang="nb">Norsk navn', page)
    assert re.search(r'href="/en/indikatorer/b/">English name', page)


def test_precision_of_a_stated_date_is_kept(client: Client) -> None:
    indicator = make_indicator()
    value = make_value(indicator, 2024, 1, stated="2024-05")
    assert value.stated == PartialDate(datetime.date(2024, 5, 1), Precision.MONTH)
    page = client.get(indicator.get_absolute_url()).content.decode()
    assert '<time datetime="2024-05">mai 2024</time>' in page
