"""The bar's pieces cover the whole, in order, without gaps."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from measures.pictures.bar import Part, parts


def test_nothing_draws_nothing() -> None:
    assert parts([("a", 0)], 0) == []
    assert parts([("a", 0), ("b", 0)], 4) == []


def test_shares_are_percent_with_a_point() -> None:
    assert parts([("a", 1), ("b", 0), ("c", 2)], 3) == [
        Part("a", "0", "33.33"),
        Part("c", "33.33", "66.67"),
    ]


@given(st.lists(st.integers(0, 50_000), min_size=1, max_size=8))
def test_pieces_meet_and_fill_the_bar(numbers: list[int]) -> None:
    drawn = parts([(str(n), number) for n, number in enumerate(numbers)], sum(numbers))
    edge = 0.0
    for part in drawn:
        assert abs(float(part.start) - edge) < 0.011
        edge = float(part.start) + float(part.width)
    assert not drawn or abs(edge - 100) < 0.011
