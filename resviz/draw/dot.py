"""A wiring for Graphviz, as DOT: a box an operation, a cluster a stage or a run of units, a circle a join.

Graphviz needs more than linear time: `affordable` refuses what it would take too long for.
"""

from __future__ import annotations

import re

import graphviz

from resviz.draw.sketch import Way
from resviz.draw.theme import LIGHT, Theme
from resviz.draw.wiring import Box, Frame, Wiring

MOST_BOXES = 3000
"""Within 5 s in every format. Measured on a busy core: ResNet-902's 3,159 boxes take 1.5 s as SVG and 4 s as PDF,
ResNet-1202's 4,209 take 2.8 and 6.5 s."""

FONT = "Arial,sans-serif"  # Graphviz knows Arial's widths without any font, and vl-convert carries a sans-serif

STYLES: dict[Way, dict[str, str]] = {
    "flow": {"weight": "4"},
    "identity": {"penwidth": "2"},
    "projection": {"penwidth": "2", "style": "dashed"},
    "gate": {"style": "dotted", "arrowhead": "odot"},
}


class DotError(ValueError):
    """A graph that is too large for Graphviz; the message is one sentence."""


def affordable(wiring: Wiring) -> Wiring:
    """The wiring itself; raises DotError if Graphviz would take more than about 5 s for it."""
    count = len(wiring.frame.boxes())
    if count > MOST_BOXES:
        raise DotError(
            f"a graph of {count:,} boxes is too large for Graphviz, {MOST_BOXES:,} are the most: "
            "take the folded graph or the SVG diagram"
        )
    return wiring


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
    look = {"fillcolor": theme.flat(box.category), "color": theme.edge(box.category)}
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
