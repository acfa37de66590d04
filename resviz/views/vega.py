"""Charts that do not move and that files hold, as Vega-Lite documents (vega.github.io) in the theme's colours."""

from __future__ import annotations

from typing import Any

from resviz.draw.theme import Theme

Chart = dict[str, Any]
SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
FONT = "DejaVu Sans, Verdana, Arial, sans-serif"
PADDING = dict.fromkeys(("left", "top", "right", "bottom"), 8)
SERIES = ("conv", "linear", "activation", "stage", "pool", "shortcut", "gate", "norm")
"""Categories of the theme whose edges colour what is compared, in order."""


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
              "range": {"category": [theme.edge(name) for name in SERIES]}}  # fmt: skip
    return {"$schema": SCHEMA, "background": theme.ground, "padding": PADDING, "config": config, **body}
