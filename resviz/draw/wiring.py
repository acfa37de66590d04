"""A sketch as boxes and edges without places, for what lays out graphs by itself: Graphviz, Mermaid.

It is threaded from the sketch alone, and so is also what the wires of a laid out scene are proved against.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from resviz.draw.measure import times_tag
from resviz.draw.sketch import Box as Sketched
from resviz.draw.sketch import Column, Fork, Item, Stack, Way

INPUT = "input"


@dataclass(frozen=True, slots=True)
class Box:
    """What a box stands for: its path, the words on it, and the category that colours it."""

    path: str
    lines: tuple[str, ...]
    category: str


@dataclass(frozen=True, slots=True)
class Edge:
    """What the box `tail` puts out goes into the box `head`, along a branch of the kind `way`."""

    tail: str
    head: str
    way: Way = "flow"


@dataclass(frozen=True, slots=True)
class Frame:
    """A cluster: the boxes and frames in it. The outermost has the title ""."""

    title: str = ""
    items: list[Box | Frame] = field(default_factory=list)

    def boxes(self) -> list[Box]:
        """The boxes here and in the frames below, in order of execution."""
        return [box for item in self.items for box in ([item] if isinstance(item, Box) else item.boxes())]


@dataclass(frozen=True, slots=True)
class Wiring:
    """The boxes in their frames, and the edges between them."""

    frame: Frame
    edges: list[Edge]


def wired(columns: Sequence[Column], entry: str) -> Wiring:
    """The boxes in a frame a column, a run of equal units in a frame with its number, and the edges."""
    threads = _Threads()
    frame = Frame(items=[Box(INPUT, tuple(entry.split(" ", 1)), "shape")])
    source = INPUT
    for column in columns:
        inner = Frame(f"{column.title}, {column.caption}")
        frame.items.append(inner)
        source = threads.thread(column.stack, source, "flow", inner)
    return Wiring(frame, threads.edges)


class _Threads:
    """One walk along a sketch, on a branch of the kind `way`. A path that stands on several boxes gets a number."""

    def __init__(self) -> None:
        self.edges: list[Edge] = []
        self._seen: dict[str, int] = {}

    def thread(self, item: Item, source: str, way: Way, frame: Frame) -> str:
        """Draw an item that takes what `source` puts out; give the box that puts out its result."""
        if isinstance(item, Sketched):
            lines = (*item.lines, *item.caption.splitlines())
            return self._box(item.path, lines, item.category, [(source, way)], frame)
        if isinstance(item, Fork):
            ends = [self._branch(branch, source, way, frame) for branch in item.branches]
            return self._box(item.path, (item.sign,), "join", ends, frame) if item.sign else ends[0][0]
        if item.times > 1:
            frame = _framed(frame, times_tag(item))
        for part in item.items:
            source = self.thread(part, source, way, frame)
        return source

    def _branch(self, branch: Stack, source: str, around: Way, frame: Frame) -> tuple[str, Way]:
        """Where the branch ends, and its kind; one that is nothing by itself is what the fork is on."""
        way = around if branch.way == "flow" else branch.way
        return self.thread(branch, source, way, frame), way

    def _box(
        self, path: str, lines: tuple[str, ...], category: str, sources: list[tuple[str, Way]], frame: Frame
    ) -> str:
        number = self._seen.get(path, 0)
        self._seen[path] = number + 1
        name = f"{path}#{number}" if number else path
        frame.items.append(Box(name, lines, category))
        self.edges += [Edge(tail, name, way) for tail, way in sources]
        return name


def _framed(frame: Frame, title: str) -> Frame:
    inner = Frame(title)
    frame.items.append(inner)
    return inner
