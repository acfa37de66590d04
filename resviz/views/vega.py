"""Charts that do not move and that files hold, as Vega-Lite documents (vega.github.io) in the theme's colours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from resviz.draw.theme import Theme

Chart = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
FONT = "DejaVu Sans, Verdana, Arial, sans-serif"
PADDING = dict.fromkeys(("left", "top", "right", "bottom"), 8)

SHARED = {"scale": {"color": "shared", "shape": "shared"}}
"""How panels are joined: a network has one colour and one shape in all of them, and stands once in the legend."""


def document(body: Chart, theme: Theme) -> Chart:
    """The whole document of a chart, or of several joined."""
    axis = {"labelColor": theme.ink, "titleColor": theme.ink, "gridColor": theme.panel, "domainColor": theme.faint,
            "tickColor": theme.faint, "labelFontSize": 12, "titleFontSize": 13,
            "titleFontWeight": "normal"}  # fmt: skip
    legend = {"labelColor": theme.ink, "titleColor": theme.ink, "orient": "top", "title": None, "labelLimit": 600,
              "labelFontSize": 12, "columns": 1, "symbolBaseFillColor": theme.ink,
              "symbolBaseStrokeColor": theme.ink}  # fmt: skip
    title = {"color": theme.ink, "fontSize": 13, "anchor": "start"}
    config = {"font": FONT, "axis": axis, "legend": legend, "title": title, "view": {"stroke": None},
              "range": {"category": list(theme.series())}}  # fmt: skip
    return {"$schema": SCHEMA, "background": theme.ground, "padding": PADDING, "config": config, **body}


def of_network(titles: Iterable[str]) -> Chart:
    """What a colour or a shape stands for: a network, in the order in which they come.

    Both name them, so that the legend has a network once, and that it is the same in every panel.
    """
    return {"field": "network", "type": "nominal", "scale": {"domain": list(dict.fromkeys(titles))},
            "legend": {"symbolOpacity": 1}}  # fmt: skip


def pointed(encoding: Chart, size: float = 28.0) -> list[Chart]:
    """A line, which may be dashed, and a point at each of its values, of a shape for each colour: two layers.

    The points leave the dash to the line: in the legend theirs would hide it.
    """
    points = {name: channel for name, channel in encoding.items() if name != "strokeDash"}
    points["shape"] = points["color"]
    mark = {"type": "point", "filled": True, "size": size, "opacity": 1}
    return [{"mark": {"type": "line", "strokeWidth": 2}, "encoding": encoding}, {"mark": mark, "encoding": points}]
