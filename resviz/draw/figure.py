"""The figures: from a placed network to a finished SVG, in one call each."""

from __future__ import annotations

from collections.abc import Sequence, Set

from resviz.core.net import Node, with_role
from resviz.draw import ensemble
from resviz.draw.aligned import aligned
from resviz.draw.layout import arrange
from resviz.draw.sketch import LEVELS, input_caption, sketch
from resviz.draw.svg import svg
from resviz.draw.theme import LIGHT, THEMES, Theme
from resviz.draw.unit import unit

VIEWS = ("graph", "unrolled", "unit")


def draw(node: Node, title: str, view: str = "graph", level: str = "block", theme: Theme = LIGHT) -> str:
    """The figure of that view as SVG; raises ValueError where the view cannot show the network."""
    if view == "unit":
        return unit(node, title, theme)
    return graph(node, title, level, theme) if view == "graph" else unrolled(node, title, theme)


def graph(
    node: Node, title: str, level: str = "block", theme: Theme = LIGHT, *, folded: bool = True, tall: bool = False
) -> str:
    """The network's graph: columns side by side, or one below the other where `tall`."""
    scene = arrange(sketch(node, level, folded), input_caption(node.ins[0]), tall)
    return svg(scene, theme, title)


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
    units = [path for path, unit in with_role(node, "unit") if any(at.role == "shortcut" for at in _inside(unit))]
    if not units:
        raise ValueError(f"{title} has no unit with a shortcut: a plain net is one path, there is nothing to unroll")
    return ensemble.unrolled(units, removed, theme, f"{title}, unrolled")


def _inside(unit: Node) -> list[Node]:
    return [at for _, at in with_role(unit, "shortcut")]


__all__ = ["LEVELS", "THEMES", "VIEWS", "draw", "graph", "unit", "unrolled"]
