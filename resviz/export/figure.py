"""A figure is a choice too: its style, its detail, what is written in it, its colours and the page it is made for.

Its knobs are the flags of `resviz export` and `resviz draw`, the widgets of the page Export, and part of what a
figure's file carries. From them and the networks comes one scene, which every format of pictures is made from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from resviz.core.knob import Knob, SpecError, Value, knob
from resviz.core.net import Node
from resviz.core.spec import NetSpec, Spec
from resviz.draw import blocks, ensemble, layout, paper, ruled, unit
from resviz.draw.aligned import aligned
from resviz.draw.figure import residual_units
from resviz.draw.legend import with_heading, with_legend
from resviz.draw.paper import PAPERS, Paper, Placement
from resviz.draw.scene import Scene
from resviz.draw.sketch import LEVELS, Notes, input_caption, noted, sketch
from resviz.draw.theme import THEMES, Theme, transparent
from resviz.views.notes import Shown, notes
from resviz.views.stages import stage_table

MOST_NETWORKS = 12
REMARKS = {"unrolled": ", unrolled", "unit": ": a unit"}
"""What the title of a figure says beside the network's."""


def _level(figure: Figure) -> str:
    return "layer" if figure.style == "column" else "block"


def _levelled(figure: Figure) -> str:
    return "" if figure.style in ("landscape", "column", "blocks") else "style landscape, column or blocks"


def _numbered(figure: Figure) -> str:
    return "" if figure.style in ("landscape", "column") else "style landscape or column"


def _compared(figure: Figure) -> str:
    return "" if figure.style == "column" else "style column"


@dataclass(frozen=True)
class Figure(Spec):
    """How networks are drawn. Raises SpecError on a level that a style does not have."""

    style: str = knob(
        "landscape", "Style",
        "columns side by side, networks as columns (He 2015, Fig. 3), feature maps, a unit in detail, all paths, or "
        "the stage table (He 2015, Table 1)",
        choices=("landscape", "column", "blocks", "unit", "unrolled", "table"), primary=True,
    )  # fmt: skip
    level: str = knob(_level, "Detail", "a box a stage, block, layer or operation", choices=LEVELS, primary=True,
                      needs=_levelled)  # fmt: skip
    folded: bool = knob(
        True, "Fold repeats", "equal units once, with ×3: each has weights of its own", primary=True, needs=_levelled
    )
    theme: str = knob("light", "Theme", "print has greys and hatches, safe is for every kind of colour vision",
                      choices=tuple(THEMES), primary=True)  # fmt: skip
    page: str = knob("none", "Page", "where it is to stand; text stays above 7 pt", choices=tuple(PAPERS),
                     primary=True)  # fmt: skip
    shapes: bool = knob(
        lambda figure: figure.level == "op" and not _numbered(figure), "Shapes", "each output's", needs=_numbered
    )
    parameters: bool = knob(False, "Parameters", "each box's", needs=_numbered)
    macs: bool = knob(False, "MACs", "each box's", needs=_numbered)
    field: bool = knob(False, "Receptive field", "at each box's output", needs=_numbered)
    marked: bool = knob(
        True, "Mark differences", "a ring around what a network's left neighbour has not", needs=_compared
    )
    legend: bool = knob(True, "Legend", "what colours, lines and signs mean")
    heading: bool = knob(False, "Title", "the network's name above the picture")
    transparent: bool = knob(False, "Transparent", "no ground of its own")
    dpi: int = knob(216, "PNG dpi", "pixels an inch; 216 are three pixels a point", low=36, high=2400)

    def title(self) -> str:
        return f"{self.style} by {self.level}"

    def check(self) -> None:
        if self.style == "blocks" and self.level not in blocks.LEVELS:
            raise SpecError(
                f"the style blocks shows stages or blocks, not by {self.level}; the nearest is block", level="block"
            )

    def offered(self, k: Knob) -> tuple[Value, ...]:
        """What the style can show."""
        return blocks.LEVELS if k.name == "level" and self.style == "blocks" else k.options(self)

    def shown(self) -> Shown:
        """Which numbers stand below the names of boxes."""
        return Shown(self.shapes, self.parameters, self.macs, self.field)

    def colours(self) -> Theme:
        """The theme, without a ground where the figure is to have none."""
        theme = THEMES[self.theme]
        return transparent(theme) if self.transparent else theme


@dataclass(frozen=True)
class Drawing:
    """A finished figure: the scene with legend and title, where it lies on its page, and its colours."""

    scene: Scene
    placement: Placement
    theme: Theme
    title: str


def drawing(specs: Sequence[NetSpec], figure: Figure) -> Drawing:
    """The figure of the networks; raises SpecError where the style cannot show them, PaperError where text is small."""
    return drawing_on(PAPERS[figure.page], specs, figure)


def drawing_on(page: Paper, specs: Sequence[NetSpec], figure: Figure) -> Drawing:
    """The figure on another page than its own."""
    if not 0 < len(specs) <= MOST_NETWORKS:
        raise SpecError(f"a figure shows from one to {MOST_NETWORKS} networks, not {len(specs)}")
    if len(specs) > 1 and figure.style not in ("column", "table"):
        raise SpecError(f"the style {figure.style} shows one network: several are shown by column and table")
    title = " | ".join(spec.title() for spec in specs) + REMARKS.get(figure.style, "")
    nodes = [(spec.title(), spec.node()) for spec in specs]

    def finished(scene: Scene) -> Scene:
        whole = with_legend(scene) if figure.legend else scene
        return with_heading(whole, title) if figure.heading else whole

    scene = paper.best(map(finished, STYLES[figure.style](nodes, figure, page)), page)
    return Drawing(scene, paper.placed(scene, page, _smaller(figure, len(specs))), figure.colours(), title)


def _smaller(figure: Figure, networks: int) -> str:
    """What there is to take where a figure is too large for its page."""
    levelled = not _levelled(figure)
    found = {
        "a larger page": True,
        "a coarser level": levelled and figure.level != LEVELS[0],
        "folded repeats": levelled and not figure.folded,
        "fewer numbers": figure.shown() != Shown(),
        "fewer networks": networks > 1,
        "a network of fewer units": figure.style == "unrolled",
    }
    return f"{', '.join(words for words, possible in found.items() if possible)}, or another style"


Nodes = Sequence[tuple[str, Node]]


def _landscape(nodes: Nodes, figure: Figure, page: Paper) -> list[Scene]:
    """In one row, or where there is a page also in several."""
    ((_, node),) = nodes
    columns, entry = noted(sketch(node, figure.level, figure.folded), _notes(node, figure)), input_caption(node.ins[0])
    most = len(columns) if page.width else 1
    return [layout.beside(columns, entry), *(layout.wrapped(columns, entry, n) for n in range(2, most + 1))]


def _column(nodes: Nodes, figure: Figure, page: Paper) -> list[Scene]:
    write = [_notes(node, figure) for _, node in nodes]
    return [aligned(nodes, figure.level, figure.folded, figure.marked and len(nodes) > 1, write)]


def _blocks(nodes: Nodes, figure: Figure, page: Paper) -> list[Scene]:
    ((_, node),) = nodes
    whole = blocks.arrange(node, figure.level, figure.folded)
    rows = range(2, 9) if page.width else ()
    narrower = [blocks.arrange(node, figure.level, figure.folded, whole.width / n * 1.05 + 40) for n in rows]
    return [whole, *narrower]


def _unit(nodes: Nodes, figure: Figure, page: Paper) -> list[Scene]:
    ((_, node),) = nodes
    shown = unit.examples(node)
    return [unit.arrange(shown), *([unit.arrange(shown, 0.0)] if page.width else [])]


def _unrolled(nodes: Nodes, figure: Figure, page: Paper) -> list[Scene]:
    ((title, node),) = nodes
    units = residual_units(node, title)
    return [ensemble.arrange(units), *([ensemble.arrange(units, ensemble.TIGHT)] if page.width else [])]


def _table(nodes: Nodes, figure: Figure, page: Paper) -> list[Scene]:
    return [ruled.arrange(stage_table(nodes))]


STYLES: Mapping[str, Callable[[Nodes, Figure, Paper], list[Scene]]] = {
    "landscape": _landscape,
    "column": _column,
    "blocks": _blocks,
    "unit": _unit,
    "unrolled": _unrolled,
    "table": _table,
}


def _notes(node: Node, figure: Figure) -> Notes:
    return notes(node, figure.shown())
