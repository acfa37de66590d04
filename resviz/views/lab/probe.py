"""Norm and variance of activations and gradients, layer by layer, at initialisation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from resviz.draw.theme import Theme
from resviz.views.lab.view import Row, Series, View, colour
from resviz.views.vega import Chart, pointed

UNITS, WEIGHTED = "units", "layers with weights"
KINDS = {UNITS: ("unit",), WEIGHTED: ("conv", "linear")}
PANELS = (
    ("variance", "variance of the activations"),
    ("norm", "norm of the activations"),
    ("gradient_norm", "norm of the gradient that reaches them"),
    ("weight_gradient_norm", "norm of the weights’ gradient"),
)


def panels(series: Sequence[Series], theme: Theme, choice: str) -> list[Chart]:
    """A panel a quantity over the depth, logarithmic; `choice` says whether units or layers are counted."""
    kinds = KINDS.get(choice, KINDS[UNITS])
    values = [value for network in series for value in _values(network, kinds)]
    shown = [(field, title) for field, title in PANELS if any(value.get(field) is not None for value in values)]
    return [_panel(series, field, title, {"values": values}) for field, title in shown or PANELS[:1]]


def _values(network: Series, kinds: Sequence[str]) -> list[dict[str, Any]]:
    """The layers of these kinds, with their place from the first (0) to the last (1), in logarithms."""
    rows = [row for row in network.rows if row.get("kind_of_layer") in kinds]
    last = max(1, len(rows) - 1)
    found = []
    for i, row in enumerate(rows):
        logs = {field: _log(row, field) for field, _ in PANELS}
        found.append({"network": network.title, "path": row["path"], "label": row["label"], "at": i / last, **logs})
    return found


def _log(row: Row, field: str) -> float | None:
    value = row.get(field)
    return math.log10(value) if value else None


def _panel(series: Sequence[Series], field: str, title: str, data: dict[str, Any]) -> Chart:
    x = {"field": "at", "type": "quantitative", "title": "from the first to the last", "axis": {"format": ".0%"}}
    y = {"field": field, "type": "quantitative", "title": None, "scale": {"zero": False}}
    tooltip = [{"field": "network"}, {"field": "path"}, {"field": "label"}, {"field": field, "format": ".3f"}]
    lines = pointed({"x": x, "y": y, "color": colour(series), "tooltip": tooltip}, 18.0)
    return {"height": 130, "title": f"log₁₀ of the {title}", "data": data, "layer": lines}


def say(network: Series) -> str:
    """How signal and gradient change from the first unit, or layer, to the last."""
    for kinds in KINDS.values():
        rows = [row for row in network.rows if row.get("kind_of_layer") in kinds]
        if len(rows) > 1:
            break
    texts = [
        _change(rows, "variance", "the activations’ variance"),
        _change(rows, "gradient_norm", "the gradient’s norm"),
    ]
    return "; ".join(texts)


def _change(rows: Sequence[Row], field: str, words: str) -> str:
    """From the first to the last; for gradients, which travel the other way, too."""
    if not rows:
        return f"{words} is not there"
    first, last = rows[0].get(field), rows[-1].get(field)
    return f"{words} is {_number(first)} at {rows[0]['path']} and {_number(last)} at {rows[-1]['path']}"


def _number(value: float | None) -> str:
    return "beyond all numbers" if value is None else f"{value:.3g}"


VIEW = View(
    "probe",
    ("path", "label", "mean", "variance", "norm", "gradient_variance", "gradient_norm", "weight_gradient_norm"),
    panels,
    say,
    tuple(KINDS),
)
