"""The thread picture: every link once, no overlaps, few crossings, always the same."""

from __future__ import annotations

import re
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measures.pictures import layers
from measures.pictures.layers import LANE, NODE, crossings, lay_out
from measures.pictures.threads import (
    GAP,
    MOST_LINKS,
    MOST_NODES,
    MOST_ROWS,
    UNIT,
    Drawing,
    draw,
    lineages,
    side,
    wire_path,
)
from measures.queries.threads import Edge, EdgeEnds, Thread, group

NUMBER = r"-?\d+(?:\.\d+)?"


def thread(*pairs: tuple[int, int]) -> Thread:
    """A thread of links between measures; a measure stands in the column of its hundreds."""
    measures = sorted({pk for pair in pairs for pk in pair})
    edges = tuple(Edge(n, *pair) for n, pair in enumerate(pairs, 1))
    return Thread(tuple(measures), edges, 1)


def column_of(*threads: Thread) -> dict[int, int]:
    return {pk: pk // 100 for one in threads for pk in one.measures}


def drawn(*threads: Thread, columns: int = 3, with_outcome: bool = False) -> Drawing:
    found = draw(threads, column_of(*threads), columns, with_outcome=with_outcome)
    assert not found.too_large
    (drawing,) = found.drawings
    return drawing


def ends_of(path: str) -> tuple[tuple[float, float], tuple[float, float]]:
    """The first and the last point of a path of M, H and C."""
    commands = re.findall(rf"([MHC])((?:{NUMBER} ?)+)", path)
    assert "".join(a + b for a, b in commands) == path
    x = y = 0.0
    points = []
    for command, text in commands:
        numbers = [float(number) for number in text.split()]
        x = numbers[-1] if command == "H" else numbers[-2]
        y = y if command == "H" else numbers[-1]
        points.append((x, y))
    return points[0], points[-1]


@st.composite
def threads(draw_from: st.DrawFn) -> Thread:
    """A connected thread over four columns, with links of any length and within a column too."""
    columns = draw_from(st.lists(st.integers(0, 3), min_size=2, max_size=12))
    nodes = [column * 100 + n for n, column in enumerate(columns)]
    pairs = {
        (nodes[draw_from(st.integers(0, n - 1))], nodes[n]) for n in range(1, len(nodes))
    } | set(
        draw_from(st.lists(st.tuples(st.sampled_from(nodes), st.sampled_from(nodes)), max_size=8))
    )
    seen: dict[frozenset[int], tuple[int, int]] = {}
    for a, b in sorted(pairs):
        if a != b:
            seen.setdefault(frozenset((a, b)), (a, b))
    return thread(*seen.values())


# --- Threads ---------------------------------------------------------------------------------


def ends(key: int, earlier: str, later: str, themes: tuple[int, int] = (1, 1)) -> EdgeEnds:
    return EdgeEnds(Edge(key, hash_of(earlier), hash_of(later)), themes, (earlier, later))


def hash_of(ref: str) -> int:
    return int.from_bytes(ref.encode(), "big")


def test_measures_that_hang_together_are_one_thread() -> None:
    found = group([ends(1, "A-1", "B-1"), ends(2, "A-2", "B-2"), ends(3, "B-1", "C-1")])
    assert [[edge.key for edge in one.edges] for one in found] == [[1, 3], [2]]
    assert found[0].measures == (hash_of("A-1"), hash_of("B-1"), hash_of("C-1"))


def test_the_theme_most_measures_have_names_the_thread() -> None:
    (one,) = group([ends(1, "A-1", "B-1", (13, 2)), ends(2, "A-2", "B-1", (2, 2))])
    assert one.theme == 2


def test_on_a_tie_the_lowest_theme_names_the_thread() -> None:
    (one,) = group([ends(1, "A-1", "B-1", (13, 7))])
    assert one.theme == 7


def test_threads_stand_by_theme_and_then_by_ref() -> None:
    found = group(
        [ends(1, "B-1", "C-1", (5, 5)), ends(2, "A-2", "B-2", (1, 1)), ends(3, "A-1", "B-3")]
    )
    assert [one.edges[0].key for one in found] == [3, 2, 1]


def test_no_links_are_no_threads() -> None:
    assert group([]) == []
    assert draw([], {}, 3).drawings == []


# --- Order and height ------------------------------------------------------------------------


def test_crossed_wires_are_untangled() -> None:
    tangled = thread((1, 102), (2, 101), (3, 100), (1, 101), (2, 100))
    layout = lay_out(tangled, column_of(tangled), 2)
    assert crossings(layout.columns) == 0


def test_two_long_wires_do_not_cross_what_is_between() -> None:
    tangled = thread((1, 201), (2, 200), (1, 101), (101, 201), (2, 201))
    layout = lay_out(tangled, column_of(tangled), 3)
    assert crossings(layout.columns) == 0


def test_neighbours_are_swapped_where_sorting_by_the_mean_is_not_enough() -> None:
    tangled = thread((1, 101), (1, 204), (3, 204), (4, 101))
    layout = lay_out(tangled, column_of(tangled), 3)
    assert crossings(layout.columns) == 0


def test_the_best_order_seen_is_kept() -> None:
    tangled = thread((1, 202), (2, 104), (3, 201), (3, 204), (4, 202), (103, 203))
    layout = lay_out(tangled, column_of(tangled), 3)
    assert crossings(layout.columns) == 2, "the last sweep has one more"


def test_crossings_are_counted() -> None:
    crossed = thread((1, 101), (1, 102), (2, 101), (2, 102))
    layout = lay_out(crossed, column_of(crossed), 2)
    assert crossings(layout.columns) == 1, "this one cannot be drawn with fewer"


def test_a_lone_pair_is_joined_by_a_straight_wire() -> None:
    (wire,) = drawn(thread((1, 101))).wires
    assert "C" not in wire.path


def test_a_wire_runs_straight_through_the_columns_between() -> None:
    (wire,) = drawn(thread((1, 201))).wires
    assert wire.path == f"M{side(0, 4)[1]:g} {UNIT:g}H{side(1, 4)[0]:g}H{side(1, 4)[1]:g}H53"


def test_one_measure_stands_between_the_two_it_follows() -> None:
    rows = {place.measure: place.row for place in drawn(thread((1, 101), (2, 101))).places}
    assert rows == {1: 0, 2: 2, 101: 1}


def test_each_stands_at_the_middle_of_what_it_follows() -> None:
    one = thread((0, 101), (1, 101), (2, 101), (2, 102), (3, 102), (4, 102))
    rows = {place.measure: place.row for place in drawn(one).places}
    assert (rows[1], rows[101]) == (2, 2)
    assert (rows[3], rows[102]) == (6, 6)


@given(threads())
def test_every_link_is_drawn_once_between_its_measures(one: Thread) -> None:
    drawing = drawn(one, columns=4)
    assert sorted(wire.key or 0 for wire in drawing.wires) == [edge.key for edge in one.edges]
    middle = {place.measure: (place.row + NODE / 2) * UNIT for place in drawing.places}
    for wire, edge in zip(drawing.wires, one.edges, strict=True):
        start, end = ends_of(wire.path)
        a, b = sorted((edge.earlier, edge.later), key=lambda pk: pk // 100)
        if a // 100 == b // 100:
            a, b = edge.earlier, edge.later
        assert {start[1], end[1]} == {middle[a], middle[b]}
        assert start[0] == pytest.approx(side(a // 100, 5)[1], abs=0.01)
        edges = side(b // 100, 5)
        to = edges[0] if b // 100 > a // 100 else edges[1]
        assert end[0] == pytest.approx(to, abs=0.01)
        for at, point in zip(wire.ends, (start, end), strict=True):
            assert at == pytest.approx(point, abs=0.01)


@given(threads())
def test_nodes_and_lanes_never_overlap_and_stay_inside(one: Thread) -> None:
    layout = lay_out(one, column_of(one), 4, with_outcome=True)
    for column in layout.columns:
        for above, below in pairwise(column):
            assert below.y - above.y >= (above.size + below.size) / 2
        for item in column:
            assert item.size / 2 <= item.y <= layout.rows - item.size / 2
            assert item.size == (LANE if item.node is None else NODE)
            if item.node is not None:
                assert (item.y - NODE / 2).is_integer(), "nodes stand on the grid"
    assert {i.node for c in layout.columns for i in c if i.node} == {m for m in one.measures if m}


@given(threads())
def test_sorting_never_adds_crossings(one: Thread) -> None:
    given_order = layers._items(one, column_of(one), 4)
    before = crossings(given_order.columns)
    layers.order(given_order)
    assert crossings(given_order.columns) <= before


@given(threads())
def test_the_same_threads_give_the_same_picture(one: Thread) -> None:
    assert drawn(one, columns=4, with_outcome=True) == drawn(one, columns=4, with_outcome=True)


@given(st.lists(threads(), min_size=1, max_size=3))
def test_stacked_threads_do_not_overlap(several: list[Thread]) -> None:
    """The same measures may occur in several generated threads, so each gets its own keys."""
    apart = [
        Thread(
            tuple(pk + n * 1000 for pk in one.measures),
            tuple(
                Edge(e.key + n * 1000, e.earlier + n * 1000, e.later + n * 1000) for e in one.edges
            ),
            1,
        )
        for n, one in enumerate(several)
    ]
    columns = {pk: pk % 1000 // 100 for one in apart for pk in one.measures}
    found = draw(apart, columns, 4, with_outcome=True)
    keys: list[int] = []
    for drawing in found.drawings:
        assert drawing.rows <= MOST_ROWS
        assert len(drawing.places) <= MOST_NODES
        assert [place.number for place in drawing.places] == list(range(1, len(drawing.places) + 1))
        for a, b in combinations(drawing.places, 2):
            assert a.column != b.column or abs(a.row - b.row) >= NODE
        assert all(0 <= place.row <= drawing.rows - NODE for place in drawing.places)
        keys += [wire.key for wire in drawing.wires if wire.key is not None]
    assert sorted(keys) == sorted(edge.key for one in apart for edge in one.edges)


# --- Wires -----------------------------------------------------------------------------------


def test_columns_share_the_width_evenly() -> None:
    assert side(0, 4) == (0, 20.5)
    assert side(3, 4) == (79.5, 100)


def test_a_wire_bends_only_in_the_gaps() -> None:
    path = wire_path([(0, 1), (1, 2.5), (2, 2.5)], 4)
    assert path == "M20.5 10C23.5 10 23.5 25 26.5 25H47H53"


def test_a_link_within_a_document_bows_to_the_right() -> None:
    path = drawn(thread((1, 2))).wires[0].path
    (x, _), (to_x, _) = ends_of(path)
    assert x == to_x == side(0, 4)[1]
    assert "C25.9 " in path, "the bow stays inside the gap"


def test_every_measure_that_nothing_follows_leads_to_the_outcome() -> None:
    drawing = drawn(thread((1, 101), (1, 201)), with_outcome=True)
    leading_out = [wire for wire in drawing.wires if wire.key is None]
    assert len(leading_out) == 2
    for wire in leading_out:
        assert ends_of(wire.path)[1] == (79.5, drawing.height / 2)
        assert wire.ends == (), "no dot: it is no link"


def test_without_outcomes_nothing_leads_out() -> None:
    assert all(wire.key for wire in drawn(thread((1, 101))).wires)


def test_only_the_first_drawing_of_a_theme_has_the_outcomes() -> None:
    many = [thread((n, n + 100)) for n in range(MOST_ROWS)]
    many = [
        Thread(one.measures, tuple(Edge(n, e.earlier, e.later) for e in one.edges), 1)
        for n, one in enumerate(many)
    ]
    drawings = draw(many, column_of(*many), 3, with_outcome=True).drawings
    assert len(drawings) > 1
    assert [any(wire.key is None for wire in one.wires) for one in drawings] == [
        True,
        *[False] * (len(drawings) - 1),
    ]


# --- Stories ---------------------------------------------------------------------------------


def test_a_story_is_what_came_before_and_what_came_after() -> None:
    one = thread((1, 101), (2, 101), (101, 201), (2, 202))
    found = lineages(one.measures, one.edges)
    assert found[101] == {1, 2, 101, 201}
    assert found[1] == {1, 101, 201}, "not its sibling"
    assert found[202] == {2, 202}


def test_links_in_a_circle_end() -> None:
    one = thread((1, 101), (101, 201), (201, 1))
    assert lineages(one.measures, one.edges)[1] == {1, 101, 201}
    assert len(drawn(one).wires) == 3


def test_a_wire_belongs_to_the_stories_of_both_its_ends() -> None:
    drawing = drawn(thread((1, 101), (2, 101), (101, 201)))
    number = {place.measure: place.number for place in drawing.places}
    on = {wire.key: set(wire.on) for wire in drawing.wires}
    assert on[1] == {number[1], number[101], number[201]}
    assert on[3] == set(number.values())


# --- Bounds ----------------------------------------------------------------------------------


def test_what_is_too_large_to_draw_is_said() -> None:
    star = thread(*((0, 100 + n) for n in range(MOST_NODES)))
    small = thread((50, 150))
    found = draw([star, small], column_of(star, small), 3)
    assert found.too_large == [star]
    assert [place.measure for place in found.drawings[0].places] == [50, 150]


def test_a_tangle_is_not_drawn() -> None:
    tangle = thread(*((a, 100 + b) for a in range(8) for b in range(8)))
    assert len(tangle.edges) > MOST_LINKS
    assert draw([tangle], column_of(tangle), 3).too_large == [tangle]


def test_the_style_sheet_has_a_rule_for_every_place() -> None:
    folder = Path(__file__).resolve().parent.parent / "static" / "css"
    rules = (folder / "thread-rows.css").read_text()
    for row in range(MOST_ROWS - 1):
        assert f'.node[data-row="{row}"] {{ grid-row: {row + 1} / span 2; }}' in rules
    for rows in range(2, MOST_ROWS + 1):
        assert f'[data-rows="{rows}"] {{ grid-row: 1 / span {rows}; }}' in rules
    for number in range(1, MOST_NODES + 1):
        assert f'[data-node="{number}"]:is(:hover' in rules
        assert f'[data-on~="{number}"]' in rules
    assert f"column-gap: {GAP:g}%" in (folder / "thread.css").read_text()
