"""The charts that do not move, as plotly figures: a treemap of costs, the distribution of path lengths."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from resviz.core.net import Node, Op, join_path, sections
from resviz.draw.theme import Theme
from resviz.views.paths import Lengths
from resviz.views.tables import summing

FIELDS = {"parameters": "params", "MACs": "macs", "activations": "activations"}


def treemap(node: Node, title: str, quantity: str, theme: Theme) -> go.Figure:
    """Nested rectangles by stage, unit and operation, whose areas are "parameters", "MACs" or "activations"."""
    boxes = _Boxes(FIELDS[quantity], theme)
    boxes.add("", node, title, "", "stage")
    for section in sections(node):
        boxes.nest(section.handle, section.name, section.node, "root")
    trace = go.Treemap(
        ids=boxes.ids,
        labels=boxes.labels,
        parents=boxes.parents,
        values=boxes.values,
        branchvalues="total",
        marker={"colors": boxes.colours, "line": {"color": theme.ground, "width": 1}},
        textfont={"color": theme.ink, "size": 13},
        texttemplate="%{label}<br>%{percentRoot:.1%}",
        hovertemplate="%{label}<br>%{value:,} " + quantity + "<br>%{percentRoot:.2%} of all<extra></extra>",
        maxdepth=4,
        tiling={"pad": 2},
    )
    return _plain(go.Figure(trace), theme, 380)


class _Boxes:
    """The rectangles of a treemap in plotly's columns."""

    def __init__(self, field: str, theme: Theme) -> None:
        self.field, self.theme, self.cost = field, theme, summing()
        self.ids: list[str] = []
        self.labels: list[str] = []
        self.parents: list[str] = []
        self.values: list[int] = []
        self.colours: list[str] = []

    def add(self, path: str, node: Node, label: str, parent: str, category: str) -> None:
        """One rectangle."""
        self.ids.append(path or "root")
        self.labels.append(label)
        self.parents.append(parent)
        self.values.append(getattr(self.cost(node), self.field))
        self.colours.append(self.theme.fill(category))

    def nest(self, path: str, label: str, node: Node, parent: str) -> None:
        """A part and, inside it, its parts; those that cost nothing are left out."""
        if not getattr(self.cost(node), self.field):
            return
        if isinstance(node.net, Op):
            self.add(path, node, f"{label} ({node.net.label()})", parent, node.net.category)
            return
        self.add(path, node, label, parent, "shape" if node.role == "unit" else "stage")
        for name, part in self._named(node, ""):
            label = f"{path}.{name}" if part.role == "unit" else name
            self.nest(f"{path}.{name}", label, part, path)

    def _named(self, node: Node, prefix: str) -> list[tuple[str, Node]]:
        """The parts with names of their own, through those that only lend theirs."""
        found = []
        for name, part in node.parts:
            if name:
                found.append((join_path(prefix, name), part))
            else:
                found.extend([(prefix, part)] if isinstance(part.net, Op) else self._named(part, prefix))
        if node.join is not None:
            found.append(("join", node.join))
        return found


def path_lengths(lengths: Lengths, theme: Theme, logarithmic: bool, before: Lengths | None = None) -> go.Figure:
    """Bars of how many paths have each length, the central 95 % marked; `before` is drawn faint behind it."""
    low, high = lengths.central()
    figure = go.Figure()
    if before is not None:
        grey = {"marker_color": theme.edge("norm"), "opacity": 0.35, "name": "before any unit was removed"}
        figure.add_bar(**_bar(before, _shown(before), logarithmic), **grey)
    inside = [k for k in _shown(lengths) if low <= k <= high]
    outside = [k for k in _shown(lengths) if not low <= k <= high]
    figure.add_bar(**_bar(lengths, inside, logarithmic), marker_color=theme.edge("conv"), name="central 95 %")
    figure.add_bar(**_bar(lengths, outside, logarithmic), marker_color=theme.edge("pool"), name="outside")
    figure.add_vline(x=float(lengths.mean), line={"color": theme.accent, "dash": "dash"})
    figure.update_layout(barmode="overlay", bargap=0.15, legend={"orientation": "h", "y": 1.15})
    longest = len((before or lengths).counts)
    figure.update_xaxes(title="units on the path", rangemode="tozero", dtick=1 if longest < 30 else None)
    figure.update_yaxes(title="log₁₀ of the number of paths" if logarithmic else "share of the paths")
    if not logarithmic:
        figure.update_yaxes(tickformat=".0%")
    return _plain(figure, theme, 300, {"l": 70, "r": 8, "t": 8, "b": 50})


def _bar(lengths: Lengths, shown: Sequence[int], logarithmic: bool) -> dict[str, object]:
    """The bars of the lengths `shown`. Plotly takes floats, and numbers of paths overflow those: so shares or logs."""
    if logarithmic:
        heights = [math.log10(lengths.counts[k]) for k in shown]
    else:
        heights = [float(lengths.share(k, k)) for k in shown]
    exact = [_short(lengths.counts[k]) for k in shown]
    hover = "%{x} units: %{customdata} paths<extra></extra>"
    return {"x": shown, "y": heights, "customdata": exact, "hovertemplate": hover}


def _shown(lengths: Lengths) -> list[int]:
    """The lengths that paths have."""
    return [k for k, count in enumerate(lengths.counts) if count]


def _short(number: int) -> str:
    return f"{number:,}" if number < 10**18 else f"≈ 10^{math.log10(number):.2f}"


def loss_surface(title: str, rows: Sequence[Mapping[str, Any]], theme: Theme) -> go.Figure:
    """The loss, on a logarithmic axis, over the two directions of a slice through the weights (Li et al. 2018)."""
    heights = [[math.log10(loss) if loss else None for loss in row["losses"]] for row in rows]
    trace = go.Surface(
        x=rows[0]["alphas"],
        y=[row["beta"] for row in rows],
        z=heights,
        colorscale="Viridis",
        showscale=False,
        hovertemplate="α %{x:.3g}, β %{y:.3g}<br>log₁₀ of the loss %{z:.3f}<extra></extra>",
    )
    figure = _plain(go.Figure(trace), theme, 420, {"l": 0, "r": 0, "t": 30, "b": 0})
    axis = {"color": theme.ink, "gridcolor": theme.faint, "backgroundcolor": theme.ground}
    scene: dict[str, Any] = {
        "xaxis": {**axis, "title": "α"},
        "yaxis": {**axis, "title": "β"},
        "zaxis": {**axis, "title": ""},
    }
    scene["camera"] = {"eye": {"x": 1.7, "y": 1.7, "z": 1.0}}
    figure.update_layout(scene=scene, title={"text": f"{title}: log₁₀ of the loss", "font": {"size": 13}})
    return figure


def _plain(figure: go.Figure, theme: Theme, height: int, margin: dict[str, int] | None = None) -> go.Figure:
    figure.update_layout(
        height=height,
        margin=margin or {"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor=theme.ground,
        plot_bgcolor=theme.ground,
        font={"color": theme.ink, "size": 13},
    )
    figure.update_xaxes(gridcolor=theme.panel, zerolinecolor=theme.panel)
    figure.update_yaxes(gridcolor=theme.panel, zerolinecolor=theme.panel)
    return figure
