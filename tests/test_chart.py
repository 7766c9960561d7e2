"""The chart never joins unlike kinds, starts at zero, and keeps its labels apart."""

from __future__ import annotations

import math
import re
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measures.pictures import chart, labels
from measures.pictures.chart import NARROW, WIDE, Drawing, Figure, Frame, InWords, Needed
from measures.pictures.labels import Label

LOOKS = {
    "actual": chart.Look("circle", "dot"),
    "estimate": chart.Look("circle", "dot-other"),
    "forecast": chart.Look("diamond", "dot-hollow"),
    "target": chart.Look("bullseye", "dot"),
}


def actual(year: int, value: float) -> Figure:
    return Figure(year, value, "actual", f"{value:g}", joined=True)


def other(year: int, value: float, kind: str = "forecast") -> Figure:
    return Figure(year, value, kind, f"{value:g} {kind}", weight=2)


def drawn(
    figures: list[Figure],
    words: list[InWords] | None = None,
    needed: Needed | None = None,
    frame: Frame = WIDE,
) -> Drawing:
    return chart.draw(figures, words or [], needed, frame, looks=LOOKS, write=lambda n: f"{n:g}")


EXPORT = [
    actual(2018, 19),
    actual(2021, 22),
    actual(2023, 27),
    actual(2024, 25.9),
    other(2024, 29, "estimate"),
    other(2025, 26.9),
    other(2030, 50, "target"),
]
PATH = Needed((2024, 25.9), (2030, 50), "11,6 % i året trengs")


def points(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"([\d.-]+) ([\d.-]+)", path)]


# --- What a line joins -----------------------------------------------------------------------


def test_a_line_joins_measured_figures_only() -> None:
    assert [[f.value for f in run] for run in chart.runs(EXPORT)] == [[19, 22, 27, 25.9]]


def test_a_forecast_is_never_joined_with_what_was_measured() -> None:
    drawing = drawn(EXPORT)
    (line,) = drawing.lines
    forecast = next(m for m in drawing.marks if m.look.css == "dot-hollow")
    assert len(points(line)) == 4
    assert forecast.at not in points(line)


def test_figures_that_are_not_joined_draw_no_line() -> None:
    assert drawn([other(2020, 1), other(2021, 2)]).lines == ()


def test_two_measured_figures_for_one_year_break_the_line_and_are_both_drawn() -> None:
    figures = [actual(2021, 5), actual(2022, 6), actual(2023, 7), actual(2023, 9), actual(2024, 8)]
    assert [[f.year for f in run] for run in chart.runs(figures)] == [[2021, 2022]]
    assert len(drawn(figures).marks) == 5


def test_the_same_figure_from_two_publishers_does_not_break_the_line() -> None:
    figures = [actual(2022, 6), actual(2023, 7), actual(2023, 7)]
    assert [[f.year for f in run] for run in chart.runs(figures)] == [[2022, 2023]]


def test_a_figure_in_words_breaks_the_line() -> None:
    figures = [actual(2021, 144), actual(2022, 165), actual(2024, 109), actual(2025, 120)]
    runs = chart.runs(figures, [InWords(2023, "under 100")])
    assert [[f.year for f in run] for run in runs] == [[2021, 2022], [2024, 2025]]


@pytest.mark.parametrize(("gap", "lines"), [(chart.LONGEST_GAP, 1), (chart.LONGEST_GAP + 1, 0)])
def test_a_long_gap_breaks_the_line(gap: int, lines: int) -> None:
    assert len(chart.runs([actual(2000, 1), actual(2000 + gap, 2)])) == lines


# --- The needed path -------------------------------------------------------------------------


def test_the_needed_path_is_even_growth_from_the_latest_figure_to_the_target() -> None:
    course = chart.compound(PATH)
    rates = [b / a for (_, a), (_, b) in pairwise(course)]
    assert course[0] == pytest.approx((2024, 25.9))
    assert course[-1] == pytest.approx((2030, 50))
    assert all(math.isclose(r, rates[0]) for r in rates)
    assert rates[0] - 1 == pytest.approx(0.1159, abs=1e-4)


def test_the_needed_path_has_no_marks_of_its_own() -> None:
    drawing = drawn(EXPORT, needed=PATH)
    assert drawing.needed
    assert drawing.needed not in drawing.lines
    assert len(drawing.marks) == len(EXPORT)


def test_a_path_from_zero_is_a_straight_line() -> None:
    assert chart.compound(Needed((2020, 0), (2030, 5))) == [(2020, 0), (2030, 5)]


# --- Axes ------------------------------------------------------------------------------------


def test_the_axis_starts_at_zero() -> None:
    assert chart.ticks([19, 50], 4)[0] == 0
    assert chart.ticks([98, 100], 4) == [0, 25, 50, 75, 100]


def test_the_axis_goes_below_zero_for_negative_values() -> None:
    values = chart.ticks([-17, 4], 4)
    assert values[0] <= -17
    assert 0 in values


def test_the_axis_of_zeros_has_height() -> None:
    assert len(chart.ticks([0, 0], 4)) > 1


#: As the register stores them: four decimals.
VALUES = st.decimals(-(10**9), 10**9, places=4).map(float)


@given(st.lists(VALUES, min_size=1), st.integers(2, 6))
def test_the_axis_holds_every_value(values: list[float], most: int) -> None:
    numbers = chart.ticks(values, most)
    room = 1e-6 * (numbers[-1] - numbers[0])
    assert numbers[0] - room <= min(values)
    assert max(values) <= numbers[-1] + room
    assert len(numbers) <= 2 * most + 2


@given(st.integers(1900, 2100), st.integers(0, 300), st.integers(2, 12))
def test_years_are_within_the_span_and_not_too_many(first: int, span: int, most: int) -> None:
    years = chart.year_ticks(first, first + span, most)
    assert 1 <= len(years) <= most
    assert years[-1] == first + span
    assert all(first <= year for year in years)


def test_a_chart_of_one_year_is_refused() -> None:
    with pytest.raises(ValueError, match="two years"):
        drawn([actual(2023, 70), actual(2023, 74)])


# --- Labels ----------------------------------------------------------------------------------

MANY = [actual(2005 + n, 100 + 60 * math.sin(n)) for n in range(20)]
CASES = {
    "export": (EXPORT, [], PATH),
    "many": (MANY, [InWords(2026, "under 100")], None),
    "negative": ([actual(2021, -17), actual(2022, 4), other(2022, -16)], [], None),
    "crowded": ([other(2020, 10, kind) for kind in LOOKS] + [actual(2021, 10)], [], None),
}


@pytest.mark.parametrize("frame", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("case", CASES)
def test_no_two_labels_cover_each_other(case: str, frame: Frame) -> None:
    figures, words, needed = CASES[case]
    shown = drawn(figures, words, needed, frame).labels
    clashes = [(a.text, b.text) for a, b in combinations(shown, 2) if a.box.overlaps(b.box)]
    assert not clashes


@pytest.mark.parametrize("frame", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("case", CASES)
def test_labels_stay_inside_and_off_the_marks(case: str, frame: Frame) -> None:
    figures, words, needed = CASES[case]
    drawing = drawn(figures, words, needed, frame)
    for label in drawing.labels:
        assert label.box.left >= -labels.BETWEEN, label.text
        assert label.box.right <= frame.width + labels.BETWEEN, label.text
        covered = [m for m in drawing.marks if m.box.overlaps(label.box)]
        assert all(own.at in {m.at for m in covered} for own in covered[1:]), label.text


@pytest.mark.parametrize("frame", [WIDE, NARROW], ids=["wide", "narrow"])
def test_what_matters_most_keeps_its_label(frame: Frame) -> None:
    texts = {label.text for label in drawn(EXPORT, [], PATH, frame).labels}
    assert {"29 estimate", "26.9 forecast", "50 target"} <= texts


def test_the_search_for_clashes_finds_one() -> None:
    one, other = Label((10, 10), "abc"), Label((14, 12), "abc")
    assert one.box.overlaps(other.box)
    assert not one.box.overlaps(Label((90, 10), "abc").box)


@pytest.mark.parametrize(
    ("number", "text"), [(1, "1"), (1.25, "1.2"), (-0.01, "0"), (1400.04, "1400"), (0.06, "0.1")]
)
def test_coordinates_have_a_point_and_no_needless_decimals(number: float, text: str) -> None:
    assert labels.plain(number) == text
