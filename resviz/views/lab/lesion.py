"""The test error with each unit removed by itself, as Fig. 3 and 4 of Veit et al. 2016 show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from resviz.draw.theme import Theme
from resviz.views.lab.view import Row, Series, View, colour, joined, whole
from resviz.views.vega import Chart

SIZED, KEPT = "changes the size", "keeps the size"


def panels(series: Sequence[Series], theme: Theme, choice: str) -> list[Chart]:
    """A point for each removed unit, and a dashed line at the error of the intact network."""
    units = joined(series, _unit)
    x = whole("unit", "removed unit")
    y = {"field": "error", "type": "quantitative", "title": "test error", "axis": {"format": ".0%"},
         "scale": {"domainMin": 0}}  # fmt: skip
    tooltip = [{"field": "network"}, {"field": "path", "title": "removed"}, {"field": "error", "format": ".2%"}]
    shape = {"field": "size", "type": "nominal", "scale": {"domain": [KEPT, SIZED], "range": ["circle", "diamond"]}}
    line = {"data": units, "mark": {"type": "line", "strokeWidth": 1.5, "opacity": 0.6},
            "encoding": {"x": x, "y": y, "color": colour(series)}}  # fmt: skip
    points = {"data": units, "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
              "encoding": {"x": x, "y": y, "color": colour(series), "shape": shape, "tooltip": tooltip}}  # fmt: skip
    rule = {"data": joined(series, _intact), "mark": {"type": "rule", "strokeDash": [5, 4], "strokeWidth": 1.5},
            "encoding": {"y": y, "color": colour(series)}}  # fmt: skip
    return [{"height": 260, "layer": [rule, line, points]}]


def _unit(row: Row) -> Mapping[str, Any] | None:
    if row.get("unit") is None:
        return None
    size = SIZED if row["resizes"] else KEPT
    return {"unit": row["unit"] + 1, "path": row["path"], "error": row["error"], "size": size}


def _intact(row: Row) -> Mapping[str, Any] | None:
    return {"error": row["error"]} if row.get("unit") is None else None


def say(network: Series) -> str:
    """The intact network's error beside those of the lesions."""
    whole = [row["error"] for row in network.rows if row.get("unit") is None]
    others = [(row["error"], row["path"]) for row in network.rows if row.get("unit") is not None]
    if not whole or not others:
        return "no unit has been removed yet"
    worst, path = max(others)
    middle = median(error for error, _ in others)
    return (
        f"test error {100 * whole[0]:.2f} % intact; with one unit less {100 * middle:.2f} % in the median, "
        f"{100 * worst:.2f} % without {path}, the most"
    )


VIEW = View("lesion", ("unit", "path", "error", "loss", "images"), panels, say)
