"""The figures: from a placed network to a finished SVG, in one call each."""

from __future__ import annotations

from collections.abc import Sequence, Set

from resviz.core.net import Node, with_role
from resviz.draw import ensemble
from resviz.draw.aligned import aligned
from resviz.draw.layout import below, beside
from resviz.draw.sketch import LEVELS, input_caption, sketch
from resviz.draw.svg import svg
from resviz.draw.theme import LIGHT, THEMES, Theme
from resviz.draw.unit import unit


def graph(node: Node, title: str, level: str = "block", theme: Theme = LIGHT, *, folded: bool = True) -> str:
    """The network's graph, its columns side by side."""
    return svg(beside(sketch(node, level, folded), input_caption(node.ins[0])), theme, title)


def tall_graph(node: Node, title: str, level: str = "block", theme: Theme = LIGHT, *, folded: bool = True) -> str:
    """The network's graph for a narrow page, its columns one below the other."""
    return svg(below(sketch(node, level, folded), input_caption(node.ins[0])), theme, title)


def compared(
    nodes: Sequence[tuple[str, Node]],
    level: str = "layer",
    theme: Theme = LIGHT,
    *,
    folded: bool = False,
    marking: bool = True,
) -> str:
    """Titled networks side by side, aligned by the size of their feature maps, with marks around what differs."""
    return svg(aligned(nodes, level, folded, marking), theme, " | ".join(title for title, _ in nodes))


def unrolled(node: Node, title: str, theme: Theme = LIGHT, removed: Set[int] = frozenset()) -> str:
    """The unrolled ensemble of a residual network; raises ValueError on none and on more than six units."""
    return ensemble.unrolled(residual_units(node, title), removed, theme, f"{title}, unrolled")


def residual_units(node: Node, title: str) -> list[str]:
    """The paths of the units that a shortcut leads round; raises ValueError where there is none."""
    units = [path for path, unit in with_role(node, "unit") if with_role(unit, "shortcut")]
    if not units:
        raise ValueError(f"{title} has no unit with a shortcut: a plain net is one path, there is nothing to unroll")
    return units


__all__ = ["LEVELS", "THEMES", "compared", "graph", "residual_units", "tall_graph", "unit", "unrolled"]
