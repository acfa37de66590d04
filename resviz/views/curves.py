"""The curves of trainings as a chart for a file: loss or error by epoch.

In training they are dashed, in test solid, of what was held out dotted.
Over several seeds a curve is their mean, with a band from the lowest to the highest.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resviz.draw.theme import Theme
from resviz.views.vega import SHARED, Chart, document, of_network, pointed

QUANTITIES = ("error", "loss")
PARTS = {"train": "training", "test": "test", "validation": "validation"}
DASHES = {"training": [4, 4], "test": [1, 0], "validation": [1, 3]}


@dataclass(frozen=True, slots=True)
class Point:
    """A quantity after an epoch, and its lowest and highest over the seeds."""

    epoch: float
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Curve:
    """The points of a network in a part of the data, one of PARTS' words; what is not finite breaks the line."""

    network: str
    part: str
    points: tuple[Point, ...]


def of_rows(network: str, rows: Iterable[Mapping[str, Any]], quantity: str) -> list[Curve]:
    """The curves of one run's rows, one for each part of the data that has the quantity."""
    epochs = [row for row in rows if row.get("kind") == "epoch"]
    found = []
    for part, words in PARTS.items():
        named = [(row["epoch"], row.get(f"{part}_{quantity}")) for row in epochs]
        points = tuple(Point(float(epoch), *(float(value),) * 3) for epoch, value in named if value is not None)
        if points:
            found.append(Curve(network, words, points))
    return found


def chart(curves: Mapping[str, Sequence[Curve]], theme: Theme, title: str) -> Chart:
    """A panel for each quantity that has curves; raises ValueError where none has a point."""
    panels = [_panel(quantity, lines) for quantity, lines in curves.items() if _values(lines)]
    if not panels:
        raise ValueError(f"{title}: there is no point to draw yet")
    return document({"title": title, "vconcat": panels, "resolve": SHARED}, theme)


def _panel(quantity: str, curves: Sequence[Curve]) -> Chart:
    axis = {"format": ".0%"} if quantity == "error" else {}
    x = {"field": "epoch", "type": "quantitative", "title": "epoch", "axis": {"tickMinStep": 1, "grid": False}}
    y, low = ({"field": name, "type": "quantitative", "title": quantity, "axis": axis} for name in ("value", "low"))
    colour = of_network(curve.network for curve in curves)
    parts = [part for part in DASHES if any(curve.part == part for curve in curves)]
    scale = {"domain": parts, "range": [DASHES[part] for part in parts]}
    dash = {"field": "part", "type": "nominal", "scale": scale,
            "legend": {"symbolType": "stroke"}}  # fmt: skip
    edges = {"x": x, "y": low, "y2": {"field": "high"}, "color": colour, "detail": {"field": "part"}}
    band = {"mark": {"type": "area", "opacity": 0.15}, "encoding": edges}
    layers = pointed({"x": x, "y": y, "color": colour, "strokeDash": dash})
    if any(point.low != point.high for curve in curves for point in curve.points):
        layers = [band, *layers]
    return {"width": 560, "height": 260, "data": {"values": _values(curves)}, "layer": layers}


def _values(curves: Sequence[Curve]) -> list[dict[str, Any]]:
    return [
        {"network": curve.network, "part": curve.part, "epoch": point.epoch, "value": point.value, "low": point.low,
         "high": point.high}
        for curve in curves for point in curve.points if math.isfinite(point.value)
    ]  # fmt: skip
