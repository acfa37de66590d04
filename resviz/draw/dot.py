"""The op-level graph of a placed term for Graphviz: a box an operation, a cluster a stage or unit, a circle a join.

The wiring is read off the term by threading what each part puts out into the next. `unfolded` has every
operation; `folded` has a run of neighbours that are one shared Node once, with its "×3", and so stays small
however deep the net is. Graphviz needs more than linear time: `affordable` refuses what it would take too long for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Literal

import graphviz

from resviz.core.net import Node, Op, Par, join_name, join_path
from resviz.core.ops import Aside, dims
from resviz.draw.theme import LIGHT, Theme

MOST_BOXES = 3000
"""Within 5 s in every format. Measured on a busy core: ResNet-902's 3,159 boxes take 1.5 s as SVG and 4 s as PDF,
ResNet-1202's 4,209 take 2.8 and 6.5 s."""

FONT = "Arial,sans-serif"  # Graphviz knows Arial's widths without any font, and vl-convert carries a sans-serif

INPUT = "input"

Way = Literal["flow", "identity", "projection"]
"""An edge is on a shortcut that changes nothing, on one with operations (zero padding too), or on neither."""

STYLES: dict[Way, dict[str, str]] = {
    "flow": {"weight": "4"},
    "identity": {"penwidth": "2"},
    "projection": {"penwidth": "2", "style": "dashed"},
}

Parts = tuple[tuple[str, Node], ...]
Runs = Callable[[Parts], Iterable[Parts]]
"""Cuts the parts of a sequence into runs, each drawn once."""


class DotError(ValueError):
    """A graph that is too large for Graphviz; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Box:
    """An operation: its path, the words on it, and the category that colours it."""

    path: str
    lines: tuple[str, ...]
    category: str


@dataclass(frozen=True, slots=True)
class Edge:
    """What the box `tail` puts out goes into the box `head`."""

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


def unfolded(node: Node) -> Wiring:
    """The wiring of every operation."""
    return _wiring(node, lambda parts: ((part,) for part in parts))


def folded(node: Node) -> Wiring:
    """The wiring with each run of equal neighbours drawn once."""
    return _wiring(node, lambda parts: (tuple(run) for _, run in groupby(parts, key=lambda part: id(part[1]))))


def affordable(wiring: Wiring) -> Wiring:
    """The wiring itself; raises DotError if Graphviz would take more than about 5 s for it."""
    count = len(wiring.frame.boxes())
    if count > MOST_BOXES:
        raise DotError(
            f"a graph of {count:,} boxes is too large for Graphviz, {MOST_BOXES:,} are the most: "
            "take the folded graph or the SVG diagram"
        )
    return wiring


def _wiring(node: Node, runs: Runs) -> Wiring:
    threads = _Threads(runs)
    frame = Frame(items=[Box(INPUT, (INPUT, dims(node.ins[0])), "shape")])
    threads.thread(node, "", INPUT, "flow", frame)
    return Wiring(frame, threads.edges)


class _Threads:
    """One walk along the data flow, which gathers the edges."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self.edges: list[Edge] = []

    def thread(self, at: Node, path: str, source: str, way: Way, frame: Frame) -> str:
        """Draw a part that takes what `source` puts out; give the box that puts out the part's result."""
        if isinstance(at.net, Op):
            return self._box(at, path, [(source, way)], frame)
        if isinstance(at.net, Par):
            ends = [self._branch(part, join_path(path, name), source, way, frame) for name, part in at.parts]
            assert at.join is not None
            if isinstance(at.join.net, Aside):
                return ends[0][0]
            return self._box(at.join, join_path(path, join_name(at.net)), ends, frame)
        for run in self._runs(at.parts):
            source = self._run(run, path, source, way, frame)
        return source

    def _box(self, at: Node, path: str, inputs: list[tuple[str, Way]], frame: Frame) -> str:
        name = path.rpartition(".")[2]
        frame.items.append(Box(path, (at.op.label(), name, dims(at.out)), at.op.category))
        self.edges.extend(Edge(tail, path, way) for tail, way in inputs)
        return path

    def _branch(self, at: Node, path: str, source: str, way: Way, frame: Frame) -> tuple[str, Way]:
        """Where the branch ends, and the kind of edge that goes from there into the join."""
        if at.role == "shortcut":
            way = "projection" if at.parts else "identity"
        return self.thread(at, path, source, way, frame), way

    def _run(self, run: Parts, path: str, source: str, way: Way, frame: Frame) -> str:
        name, at = run[0]
        first, last = join_path(path, name), join_path(path, run[-1][0])
        if len(run) > 1:
            frame = _framed(frame, f"{first} … {last}, ×{len(run)}")
        elif at.role in ("stage", "unit") and name:
            frame = _framed(frame, first)
        return self.thread(at, first, source, way, frame)


def _framed(frame: Frame, title: str) -> Frame:
    inner = Frame(title)
    frame.items.append(inner)
    return inner


def dot(wiring: Wiring, title: str, theme: Theme = LIGHT) -> graphviz.Digraph:
    """The wiring as a Graphviz graph under its title."""
    graph = graphviz.Digraph(
        name=graphviz.nohtml(title),
        graph_attr={
            "label": _label(title),
            "labelloc": "t",
            "bgcolor": theme.ground,
            "fontname": FONT,
            "fontcolor": theme.ink,
            "ranksep": "0.3",
        },
        node_attr={
            "shape": "box",
            "style": "filled,rounded",
            "fontname": FONT,
            "fontsize": "11",
            "fontcolor": theme.ink,
        },
        edge_attr={"color": theme.wire, "arrowsize": "0.7"},
    )
    _draw_frame(graph, wiring.frame, theme)
    for edge in wiring.edges:
        graph.edge(_id(edge.tail), _id(edge.head), **STYLES[edge.way])
    return graph


def _draw_frame(graph: graphviz.Digraph, frame: Frame, theme: Theme) -> None:
    for item in frame.items:
        if isinstance(item, Box):
            _draw_box(graph, item, theme)
            continue
        look = {"label": _label(item.title), "labeljust": "l", "fontsize": "11", "style": "rounded"}
        look |= {"color": theme.faint, "fontcolor": theme.faint}
        with graph.subgraph(name=f"cluster_{_id(item.title)}", graph_attr=look) as cluster:
            _draw_frame(cluster, item, theme)


def _draw_box(graph: graphviz.Digraph, box: Box, theme: Theme) -> None:
    look = {"fillcolor": theme.fill(box.category), "color": theme.edge(box.category)}
    if box.category == "join":
        look |= {"shape": "circle", "style": "filled", "width": "0.3", "fixedsize": "true", "fontsize": "16"}
    lines = box.lines[:1] if box.category == "join" else box.lines
    graph.node(_id(box.path), _label("\n".join(lines)), **look)


def _label(words: str) -> str:
    """Words as they are; behind the package's escape of backslashes Graphviz would still decode HTML's entities."""
    plain: str = graphviz.escape(words.replace("&", "&amp;"))
    return plain


def _id(path: str) -> str:
    """A path as an identifier of DOT, which would read a colon as a port and angle brackets as HTML."""
    return re.sub(r"[^\w.]", "_", path)
