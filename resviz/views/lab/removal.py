"""The test error with k random units removed: mean and range of the draws (Veit et al. 2016, Fig. 5a)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any

from resviz.draw.theme import Theme
from resviz.views.lab.view import Row, Series, View, colour, joined, whole
from resviz.views.vega import Chart


def panels(series: Sequence[Series], theme: Theme, choice: str) -> list[Chart]:
    """A line through the means, a band from the best draw to the worst, and every draw."""
    x = whole("removed", "units removed")
    title = "test error"
    axis = {"format": ".0%"}
    mean_ = {"field": "error", "type": "quantitative", "aggregate": "mean", "title": title, "axis": axis}
    low = {"field": "error", "type": "quantitative", "aggregate": "min", "title": title, "axis": axis}
    high = {"field": "error", "type": "quantitative", "aggregate": "max"}
    each = {"field": "error", "type": "quantitative", "title": title, "axis": axis}
    band = {
        "mark": {"type": "area", "opacity": 0.15},
        "encoding": {"x": x, "y": low, "y2": high, "color": colour(series)},
    }
    tooltip = [{"field": "network"}, {"field": "units"}, {"field": "error", "format": ".2%"}]
    points = {
        "mark": {"type": "point", "filled": True, "size": 14, "opacity": 0.55},
        "encoding": {"x": x, "y": each, "color": colour(series), "shape": colour(series), "tooltip": tooltip},
    }
    line = {"mark": {"type": "line", "strokeWidth": 2.5}, "encoding": {"x": x, "y": mean_, "color": colour(series)}}
    return [{"height": 280, "data": joined(series, _draw), "layer": [band, points, line]}]


def _draw(row: Row) -> Mapping[str, Any]:
    units = ", ".join(str(unit + 1) for unit in row["units"])
    return {"removed": row["removed"], "units": units, "error": row["error"]}


def say(network: Series) -> str:
    """The mean error with none, one and half of the units removed."""
    most = max(row["removed"] for row in network.rows)
    texts = []
    for k in dict.fromkeys((0, 1, most // 2)):
        errors = [row["error"] for row in network.rows if row["removed"] == k]
        if errors:
            texts.append(f"{100 * mean(errors):.2f} % without {k}")
    return f"mean test error {', '.join(texts)} of {most} units"


VIEW = View("removal", ("removed", "units", "error", "loss"), panels, say)
