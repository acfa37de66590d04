"""The wires of a scene read back as edges: from which box or sign each leads into which, and along which points.

A picture is drawn as a person draws it, with wires that branch off wires. What keeps connectors (draw.io, PowerPoint)
or has a layout of its own (Mermaid, DOT) needs the edges themselves; so does the proof that a picture shows its term.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from resviz.draw.scene import Panel, PlacedBox, Point, Scene, Sign, Wire

NEAR = 2.0
"""Pixels that a wire may end before what it leads into."""
ON = 0.6
"""Pixels that a wire may start beside the wire that it branches off."""
CELL = 48.0

Cell = tuple[int, int]
Solid = PlacedBox | Sign


@dataclass(frozen=True, slots=True)
class Edge:
    """What `tail` puts out goes into `head`; no tail is the network's input. `points` go from the one to the other."""

    tail: Solid | None
    head: Solid
    points: tuple[Point, ...]
    dashed: bool
    shortcut: bool


@dataclass(frozen=True, slots=True)
class Traced:
    """The edges of a scene in the order of its wires, and the wires that are part of none."""

    edges: tuple[Edge, ...]
    loose: tuple[Wire, ...]


def traced(scene: Scene) -> Traced:
    """The edges of a scene, and what its other wires are: rules, samples of the legend, the way out."""
    tracer = _Tracer(scene)
    found = tuple(tracer.edges())
    return Traced(found, tuple(tracer.loose()))


def edges(scene: Scene) -> list[Edge]:
    """The edges of a scene, in the order of its wires."""
    return list(traced(scene).edges)


class _Tracer:
    """The marks of one scene by the cells of a grid, so that each end of a wire asks only what is near."""

    def __init__(self, scene: Scene) -> None:
        self._wires = [mark for mark in scene.marks if isinstance(mark, Wire)]
        self._panels = [mark for mark in scene.marks if isinstance(mark, Panel)]
        self._solids: dict[Cell, list[Solid]] = defaultdict(list)
        self._near: dict[Cell, list[Wire]] = defaultdict(list)
        self._from: dict[int, tuple[Solid | None, tuple[Point, ...], bool, bool]] = {}
        for mark in scene.marks:
            if isinstance(mark, (PlacedBox, Sign)) and mark.path:
                for cell in _cells(*_bounds(mark)):
                    self._solids[cell].append(mark)
        for wire in self._wires:
            for a, b in pairwise(wire.points):
                for cell in _cells(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])):
                    self._near[cell].append(wire)

    def edges(self) -> list[Edge]:
        found = []
        for wire in self._wires:
            head = self._at(wire.points[-1])
            if head is not None and head is not self._at(wire.points[0]):
                tail, points, dashed, shortcut = self._source(wire)
                found.append(Edge(tail, head, points, dashed, shortcut))
        return found

    def loose(self) -> list[Wire]:
        """The wires that no edge ran along."""
        return [wire for wire in self._wires if id(wire) not in self._from]

    def _source(self, wire: Wire) -> tuple[Solid | None, tuple[Point, ...], bool, bool]:
        """What feeds a wire, the points from there to its end, and whether any part is dashed or a shortcut."""
        known = self._from.get(id(wire))
        if known is None:
            known = self._from[id(wire)] = self._traced(wire)
        return known

    def _traced(self, wire: Wire) -> tuple[Solid | None, tuple[Point, ...], bool, bool]:
        start = wire.points[0]
        tail = self._at(start)
        feeding = None if tail is not None else self._feeding(wire, start)
        if feeding is None:
            return tail, wire.points, wire.dashed, wire.shortcut
        tail, points, dashed, shortcut = self._source(feeding)
        before = _until(points, start)
        return tail, _straightened((*before, *wire.points)), dashed or wire.dashed, shortcut or wire.shortcut

    def _feeding(self, wire: Wire, start: Point) -> Wire | None:
        """The wire that `wire` branches off or goes on from; across a panel's header it is the one that leads there."""
        for at in (start, *self._entries(start)):
            for other in self._near[_cell(at)]:
                if other is not wire and _distance(other.points[0], at) > ON and _on(other, at):
                    return other
        return None

    def _entries(self, start: Point) -> Iterator[Point]:
        """The point at the top of the panel in whose header a wire starts."""
        for panel in self._panels:
            if panel.x < start[0] < panel.x + panel.width and panel.y < start[1] < panel.y + 40 and panel.title:
                yield (start[0], panel.y)

    def _at(self, point: Point) -> Solid | None:
        """The box or sign whose edge a point lies at."""
        for solid in self._solids[_cell(point)]:
            left, top, right, bottom = _bounds(solid)
            if left <= point[0] <= right and top <= point[1] <= bottom:
                return solid
        return None


def _bounds(mark: Solid) -> tuple[float, float, float, float]:
    if isinstance(mark, Sign):
        reach = mark.radius + NEAR
        return mark.x - reach, mark.y - reach, mark.x + reach, mark.y + reach
    return mark.x - NEAR, mark.y - NEAR, mark.x + mark.width + NEAR, mark.y + mark.height + NEAR


def _cell(point: Point) -> Cell:
    return math.floor(point[0] / CELL), math.floor(point[1] / CELL)


def _cells(left: float, top: float, right: float, bottom: float) -> Iterator[Cell]:
    (a, b), (c, d) = _cell((left - ON, top - ON)), _cell((right + ON, bottom + ON))
    return ((x, y) for x in range(a, c + 1) for y in range(b, d + 1))


def _distance(a: Point, b: Point) -> float:
    return max(abs(a[0] - b[0]), abs(a[1] - b[1]))


def _within(a: Point, b: Point, at: Point) -> bool:
    across = min(a[0], b[0]) - ON <= at[0] <= max(a[0], b[0]) + ON
    return across and min(a[1], b[1]) - ON <= at[1] <= max(a[1], b[1]) + ON


def _on(wire: Wire, at: Point) -> bool:
    return any(_within(a, b, at) for a, b in pairwise(wire.points))


def _until(points: tuple[Point, ...], at: Point) -> tuple[Point, ...]:
    """The points up to the piece on which `at` lies."""
    for i, (a, b) in enumerate(pairwise(points)):
        if _within(a, b, at):
            return points[: i + 1]
    return points


def _straightened(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """The points without those in the middle of a straight piece."""
    kept = [points[0]]
    for at, behind in pairwise(points[1:]):
        before = kept[-1]
        straight = (before[0] == at[0] == behind[0]) or (before[1] == at[1] == behind[1])
        if not straight and at != before:
            kept.append(at)
    return (*kept, points[-1])
