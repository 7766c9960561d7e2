"""Draws how measures of successive documents hang together: pure functions, no database.

The picture has one column per document, oldest to the left, and one more at the right for
outcomes. A measure is a *node* in the column of its document. A link is a *wire* between two
nodes. Where a wire passes a column in between it gets a *lane* there, so that it never runs
behind a node of its own thread.

Each thread is laid out alone (`measures.pictures.layers`), the threads are stacked, and the wires
become SVG paths (`wire_path`). The drawing is `WIDTH` wide and `UNIT` high per half row, and is
stretched to the size of the grid that holds the nodes (preserveAspectRatio="none"), whatever the
size of the text. `[data-row]` in static/css/thread.css puts the nodes on their half rows.
The same input always gives the same picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from measures.pictures.layers import NODE, Item, Layout, lay_out
from measures.queries.threads import Edge, Thread

WIDTH = 100.0
#: Space between two columns, in units of WIDTH; the same number is in static/css/thread.css.
GAP = 6.0
#: Height of a half row.
UNIT = 10.0
#: What static/css/thread.css has rules for.
MOST_ROWS = 40
MOST_NODES = 30
#: More wires than this are a tangle, and slow to put in order.
MOST_LINKS = 60


@dataclass(frozen=True)
class Wire:
    """A drawn link. `key` is the link's, or None for the way to the outcome; `on` numbers the
    nodes of the drawing whose story it belongs to; `ends` are the points where it meets nodes."""

    key: int | None
    path: str
    ends: tuple[tuple[float, float], ...]
    on: tuple[int, ...]


@dataclass(frozen=True)
class Place:
    """Where a node stands: its column and first half row, both from 0. `number` counts the nodes
    of a drawing from 1; `on` numbers those whose story it belongs to, itself among them."""

    measure: int
    column: int
    row: int
    number: int
    on: tuple[int, ...]


@dataclass(frozen=True)
class Drawing:
    """One or more threads, ready to show. `rows` counts half rows."""

    rows: int
    places: tuple[Place, ...]
    wires: tuple[Wire, ...]

    @property
    def height(self) -> int:
        """Height of the viewBox."""
        return round(self.rows * UNIT)

    @property
    def dots(self) -> str:
        """The path of all points where a link meets a node: lines of no length, so that round
        caps stay round however the picture is stretched."""
        found = sorted({end for wire in self.wires for end in wire.ends})
        return "".join(f"M{_n(x)} {_n(y)}h0" for x, y in found)


@dataclass(frozen=True)
class Drawn:
    """The drawings of some threads, and the threads that are too large to be drawn."""

    drawings: list[Drawing]
    too_large: list[Thread]


def draw(
    threads: Sequence[Thread],
    column_of: Mapping[int, int],
    columns: int,
    *,
    with_outcome: bool = False,
) -> Drawn:
    """Return drawings of `threads`, stacked in the order given, a new one when one is full.

    `column_of` says in which column each measure stands, `columns` how many there are without
    that of the outcomes. `with_outcome` leads a wire from every measure that nothing follows to
    the middle of the last column, in the first drawing.
    """
    drawn, numbered = Drawn([], []), 0
    stack: list[tuple[Thread, Layout]] = []
    for thread in threads:
        layout = _fitting(thread, column_of, columns, with_outcome)
        if layout is None:
            drawn.too_large.append(thread)
            continue
        rows = sum(above.rows for _, above in stack) + layout.rows
        numbered += len(thread.measures)
        if stack and (rows > MOST_ROWS or numbered > MOST_NODES):
            drawn.drawings.append(_stack(stack, columns, with_outcome and not drawn.drawings))
            stack, numbered = [], len(thread.measures)
        stack.append((thread, layout))
    if stack:
        drawn.drawings.append(_stack(stack, columns, with_outcome and not drawn.drawings))
    return drawn


def _fitting(
    thread: Thread, column_of: Mapping[int, int], columns: int, with_outcome: bool
) -> Layout | None:
    """Return the layout of a thread, or None when it is larger than a picture can show."""
    if len(thread.measures) > MOST_NODES or len(thread.edges) > MOST_LINKS:
        return None
    layout = lay_out(thread, column_of, columns, with_outcome=with_outcome)
    return layout if layout.rows <= MOST_ROWS else None


def _stack(stack: Sequence[tuple[Thread, Layout]], columns: int, with_outcome: bool) -> Drawing:
    rows = sum(layout.rows for _, layout in stack)
    top = 0
    places: list[Place] = []
    wires: list[Wire] = []
    for thread, layout in stack:
        nodes = layout.nodes
        numbers = {pk: n for n, pk in enumerate(nodes, len(places) + 1)}
        stories = lineages(nodes, thread.edges)
        for item in (item for column in layout.columns for item in column):
            item.y += top
        for pk, item in nodes.items():
            on = tuple(numbers[other] for other in nodes if pk in stories[other])
            places.append(Place(pk, item.column, int(item.y - NODE / 2), numbers[pk], on))
        for edge, chain in layout.chains:
            if edge or with_outcome:
                wires.append(_wire(edge, chain, columns + 1, rows, numbers, stories))
        top += layout.rows
    return Drawing(rows, tuple(places), tuple(wires))


# --- Wires -----------------------------------------------------------------------------------


def lineages(measures: Iterable[int], edges: Sequence[Edge]) -> dict[int, set[int]]:
    """Return, for each measure, itself, all that it follows from and all that follows from it."""
    before: dict[int, list[int]] = {}
    after: dict[int, list[int]] = {}
    for _, earlier, later in edges:
        after.setdefault(earlier, []).append(later)
        before.setdefault(later, []).append(earlier)
    return {pk: _reach(pk, before) | _reach(pk, after) for pk in measures}


def _reach(start: int, steps: Mapping[int, list[int]]) -> set[int]:
    seen, ahead = {start}, [start]
    while ahead:
        for pk in steps.get(ahead.pop(), ()):
            if pk not in seen:
                seen.add(pk)
                ahead.append(pk)
    return seen


def _wire(
    edge: Edge | None,
    chain: Sequence[Item],
    columns: int,
    rows: int,
    numbers: Mapping[int, int],
    stories: Mapping[int, set[int]],
) -> Wire:
    if edge is None:
        chain[-1].y = rows / 2
    measures = {chain[0].node, chain[-1].node} - {None}
    on = tuple(number for pk, number in numbers.items() if measures <= stories[pk])
    path = wire_path([(item.column, item.y) for item in chain], columns)
    first, last = chain[0], chain[-1]
    if edge is None:
        return Wire(None, path, (), on)
    left, right = side(last.column, columns)
    out = (side(first.column, columns)[1], first.y * UNIT)
    into = (left if last.column > first.column else right, last.y * UNIT)
    return Wire(edge.key, path, (out, into), on)


def side(column: int, columns: int) -> tuple[float, float]:
    """Return the left and right edge of a column, when `columns` share the width."""
    width = (WIDTH - GAP * (columns - 1)) / columns
    left = column * (width + GAP)
    return left, left + width


def wire_path(points: Sequence[tuple[int, float]], columns: int) -> str:
    """Return the SVG path from the first point to the last.

    A point is a column and a height in half rows. The wire leaves the first column at its right
    edge, crosses each column in between on a level, and bends only in the gaps. Between two nodes
    of one column it makes a bow in the gap to the right.
    """
    (first, y), *rest = points
    x = side(first, columns)[1]
    path = [f"M{_n(x)} {_n(y * UNIT)}"]
    for column, height in rest:
        left, right = side(column, columns)
        if column == first:
            bow = _n(x + GAP * 0.9)
            path.append(
                f"C{bow} {_n(y * UNIT)} {bow} {_n(height * UNIT)} {_n(x)} {_n(height * UNIT)}"
            )
            continue
        path.append(_across(x, y * UNIT, left, height * UNIT))
        if column != rest[-1][0]:
            path.append(f"H{_n(right)}")
        x, y = right, height
    return "".join(path)


def _across(x: float, y: float, to_x: float, to_y: float) -> str:
    """A straight line on a level, else a bend that leaves and arrives on a level."""
    if y == to_y:
        return f"H{_n(to_x)}"
    middle = _n((x + to_x) / 2)
    return f"C{middle} {_n(y)} {middle} {_n(to_y)} {_n(to_x)} {_n(to_y)}"


def _n(value: float) -> str:
    """A number as SVG reads it, without needless zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
