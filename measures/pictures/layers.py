"""Lays one thread out: which place in its column each measure gets, and at what height.

1. Nodes and lanes are put in an order, column by column, that crosses few wires (`order`): start
   in the order given, then sweep to and fro, each time sorting a column by where its neighbours
   stand, then swap neighbours while that helps; the best order seen wins. Finding the fewest
   crossings of all is too hard for a page; this is close.
2. Each gets a height (`level`): as near as possible to the mean of its neighbours, so that wires
   run straight, but never overlapping and never out of order.

Heights are counted in half rows: a node takes two and begins on a whole half row, for it is
placed by the page's CSS grid; a lane needs one and may stand anywhere, for it is only drawn.
The same input always gives the same layout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from measures.queries.threads import Edge, Thread

#: Sizes in half rows.
NODE, LANE = 2.0, 1.0
SWEEPS = 6


@dataclass(eq=False)
class Item:
    """A node (with the primary key of its measure), or a lane or the outcome (without)."""

    column: int
    size: float
    node: int | None = None
    left: list[Item] = field(default_factory=list)
    right: list[Item] = field(default_factory=list)
    y: float = 0.0

    @property
    def step(self) -> float:
        """What the centre must be a multiple of: nodes stand on the grid."""
        return 1.0 if self.node is not None else 0.5


@dataclass
class Layout:
    """One thread, laid out: its items by column, its wires as chains of items."""

    columns: list[list[Item]]
    chains: list[tuple[Edge | None, list[Item]]]
    rows: int = 0

    @property
    def nodes(self) -> dict[int, Item]:
        """The nodes by measure."""
        return {i.node: i for column in self.columns for i in column if i.node is not None}


def lay_out(
    thread: Thread, column_of: Mapping[int, int], columns: int, *, with_outcome: bool = False
) -> Layout:
    """Return one thread with every node and lane in order and at its height.

    `column_of` says in which of the `columns` each measure stands. `with_outcome` leads a chain
    (without an edge) from every measure that nothing follows, out to the right of the last column.
    """
    layout = _items(thread, column_of, columns)
    if with_outcome:
        _lead_out(layout, thread, columns)
    order(layout)
    level(layout)
    return layout


def _items(thread: Thread, column_of: Mapping[int, int], columns: int) -> Layout:
    layout = Layout([[] for _ in range(columns)], [])
    for pk in thread.measures:
        layout.columns[column_of[pk]].append(Item(column_of[pk], NODE, pk))
    nodes = layout.nodes
    for edge in thread.edges:
        ends = sorted((nodes[edge.earlier], nodes[edge.later]), key=lambda item: item.column)
        layout.chains.append((edge, _chain(layout, ends[0], ends[1])))
    return layout


def _lead_out(layout: Layout, thread: Thread, columns: int) -> None:
    goes_on = {edge.earlier for edge in thread.edges}
    for pk, item in layout.nodes.items():
        if pk not in goes_on:
            chain = _chain(layout, item, Item(columns, 0), to_outcome=True)
            layout.chains.append((None, chain))


def _chain(layout: Layout, start: Item, end: Item, *, to_outcome: bool = False) -> list[Item]:
    """Return `start`, a new lane in each column in between, and `end`; knit neighbours."""
    between = [Item(column, LANE) for column in range(start.column + 1, end.column)]
    for lane in between:
        layout.columns[lane.column].append(lane)
    chain = [start, *between, end]
    for a, b in pairwise(chain[:-1] if to_outcome else chain):
        if a.column != b.column:
            a.right.append(b)
            b.left.append(a)
    return chain


# --- Order -----------------------------------------------------------------------------------


def order(layout: Layout) -> None:
    """Sort the columns of `layout` so that few wires cross."""
    best = [list(column) for column in layout.columns]
    fewest = crossings(layout.columns)
    for sweep in range(SWEEPS):
        if fewest == 0:
            break
        _sweep(layout.columns, leftwards=bool(sweep % 2))
        _swap(layout.columns)
        found = crossings(layout.columns)
        if found < fewest:
            best, fewest = [list(column) for column in layout.columns], found
    layout.columns = best


def crossings(columns: Sequence[Sequence[Item]]) -> int:
    """Return how many pairs of wires cross between neighbouring columns."""
    return sum(_crossings_between(a, b) for a, b in pairwise(columns))


def _crossings_between(left: Sequence[Item], right: Sequence[Item]) -> int:
    place = {id(item): n for n, item in enumerate(right)}
    ends = [(n, place[id(to)]) for n, item in enumerate(left) for to in item.right]
    return sum(
        (a0 - b0) * (a1 - b1) < 0 for n, (a0, a1) in enumerate(ends) for b0, b1 in ends[n + 1 :]
    )


def _sweep(columns: list[list[Item]], *, leftwards: bool) -> None:
    """Sort each column by the mean place of its neighbours on the side the sweep comes from."""
    for column in reversed(columns) if leftwards else columns:
        place = {id(item): n for items in columns for n, item in enumerate(items)}

        def wanted(item: Item, place: dict[int, int] = place) -> float:
            near = item.right if leftwards else item.left
            places = [place[id(other)] for other in near]
            return sum(places) / len(places) if places else place[id(item)]

        column.sort(key=wanted)


def _swap(columns: list[list[Item]]) -> None:
    """Swap items that stand next to each other as long as fewer wires cross."""
    place = {id(item): n for column in columns for n, item in enumerate(column)}
    improved = True
    while improved:
        improved = False
        for column in columns:
            for n in range(len(column) - 1):
                above, below = column[n], column[n + 1]
                if _crossed(below, above, place) < _crossed(above, below, place):
                    column[n], column[n + 1] = below, above
                    place[id(below)], place[id(above)] = n, n + 1
                    improved = True


def _crossed(above: Item, below: Item, place: Mapping[int, int]) -> int:
    """Return how many wires of two neighbours cross when they stand in this order."""
    return sum(
        place[id(a)] > place[id(b)]
        for ours, theirs in ((above.left, below.left), (above.right, below.right))
        for a in ours
        for b in theirs
    )


# --- Height ----------------------------------------------------------------------------------


def level(layout: Layout) -> None:
    """Give every item its height and the layout its number of half rows."""
    layout.rows = int(max(sum(item.size for item in column) for column in layout.columns))
    for column in layout.columns:
        start = (layout.rows - sum(item.size for item in column)) / 2
        for item in column:
            item.y = start + item.size / 2
            start += item.size
    for sweep in range(SWEEPS):
        for column in reversed(layout.columns) if sweep % 2 else layout.columns:
            _settle(column, layout.rows)
    for column in layout.columns:
        _snap(column, layout.rows)


def _settle(column: Sequence[Item], rows: int) -> None:
    """Move the items of a column as near as they get to the mean of their neighbours.

    Least squares under "in order, not overlapping": with the room that those above need taken
    off, the wanted heights only have to rise, so neighbours that would not are pooled at their
    mean (the pool-adjacent-violators rule).
    """
    room, pools = 0.0, []
    for before, item in zip([None, *column], column, strict=False):
        room += (item.size + before.size) / 2 if before else item.size / 2
        near = item.left + item.right
        wanted = sum(other.y for other in near) / len(near) if near else item.y
        pools.append((wanted - room, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (mean_b, b), (mean_a, a) = pools.pop(), pools.pop()
            pools.append(((mean_a * a + mean_b * b) / (a + b), a + b))
    slack = rows - sum(item.size for item in column)
    heights = [min(max(mean, 0.0), slack) for mean, count in pools for _ in range(count)]
    room = 0.0
    for item, height in zip(column, heights, strict=True):
        item.y = height + room + item.size / 2
        room += item.size


def _snap(column: Sequence[Item], rows: int) -> None:
    """Round heights to what can be drawn: down the column making room, then up from the bottom."""
    floor = 0.0
    for item in column:
        item.y = max(round(item.y / item.step) * item.step, _up(floor + item.size / 2, item.step))
        floor = item.y + item.size / 2
    ceiling = float(rows)
    for item in reversed(column):
        item.y = min(item.y, (ceiling - item.size / 2) // item.step * item.step)
        ceiling = item.y - item.size / 2


def _up(value: float, step: float) -> float:
    return -(-value // step) * step
