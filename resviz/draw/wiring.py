"""A sketch as boxes and edges without places, for what lays out graphs by itself: Graphviz, Mermaid.

It is threaded from the sketch alone, and so is also what the wires of a laid out scene are proved against.
"""

from __future__ import annotations

from collections.abc import Sequence

from resviz.draw.dot import INPUT, Box, Edge, Frame, Way, Wiring
from resviz.draw.measure import times_tag
from resviz.draw.sketch import Box as Sketched
from resviz.draw.sketch import Column, Fork, Item, Stack

Source = tuple[str, Way]
"""A box that puts something out, and the kind of edge that it leaves by."""


def wired(columns: Sequence[Column], entry: str) -> Wiring:
    """The boxes in a frame a column, a run of equal units in a frame with its number, and the edges."""
    threads = _Threads()
    frame = Frame(items=[Box(INPUT, tuple(entry.split(" ", 1)), "shape")])
    source: Source = (INPUT, "flow")
    for column in columns:
        inner = Frame(f"{column.title}, {column.caption}")
        frame.items.append(inner)
        source = threads.thread(column.stack, source, inner)
    return Wiring(frame, threads.edges)


class _Threads:
    """One walk along a sketch. A path that stands on several boxes gets a number."""

    def __init__(self) -> None:
        self.edges: list[Edge] = []
        self._seen: dict[str, int] = {}

    def thread(self, item: Item, source: Source, frame: Frame) -> Source:
        """Draw an item that takes what `source` puts out; give what puts out its result."""
        if isinstance(item, Sketched):
            lines = (*item.lines, *item.caption.splitlines())
            return self._box(item.path, lines, item.category, [source], frame)
        if isinstance(item, Fork):
            return self._fork(item, source, frame)
        if item.times > 1:
            frame = _framed(frame, times_tag(item))
        for part in item.items:
            source = self.thread(part, source, frame)
        return source

    def _fork(self, fork: Fork, source: Source, frame: Frame) -> Source:
        first, *others = fork.branches
        ends = [self.thread(first, source, frame)]
        ends += [self._way_round(fork, branch, source, frame) for branch in others]
        return self._box(fork.path, (fork.sign,), "join", ends, frame) if fork.sign else ends[0]

    def _way_round(self, fork: Fork, branch: Stack, source: Source, frame: Frame) -> Source:
        way: Way = "flow"
        if fork.shortcut:
            way = "projection" if fork.dashed else "identity"
        end, _ = self.thread(branch, (source[0], way if fork.shortcut else source[1]), frame)
        return end, way

    def _box(self, path: str, lines: tuple[str, ...], category: str, sources: list[Source], frame: Frame) -> Source:
        number = self._seen.get(path, 0)
        self._seen[path] = number + 1
        name = f"{path}#{number}" if number else path
        frame.items.append(Box(name, lines, category))
        self.edges += [Edge(tail, name, way) for tail, way in sources]
        return name, "flow"


def _framed(frame: Frame, title: str) -> Frame:
    inner = Frame(title)
    frame.items.append(inner)
    return inner
