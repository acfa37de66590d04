"""‖F(x)‖ / ‖x‖ of each unit, and its mean gate, before and after training."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean
from typing import Any

from resviz.draw.theme import Theme
from resviz.views.lab.view import Series, View, colour, dashes, whole
from resviz.views.vega import Chart, pointed

WEIGHTS = {"initial": "before training", "trained": "after training"}


def panels(series: Sequence[Series], theme: Theme, choice: str) -> list[Chart]:
    """A panel for the ratio, and one for the gate where some network has one."""
    values = [
        {"network": network.title, "when": WEIGHTS[row["weights"]], **{name: row.get(name) for name in
         ("path", "ratio", "gate")}, "unit": row["unit"] + 1}
        for network in series
        for row in network.rows
    ]  # fmt: skip
    found = [_panel(series, "ratio", "‖F(x)‖ / ‖x‖", values, {})]
    if any(value["gate"] is not None for value in values):
        gates = [value for value in values if value["gate"] is not None]
        found.append(
            _panel(series, "gate", "mean gate: 1 lets the branch through, 0 the input", gates, {"domain": [0, 1]})
        )
    return found


def _panel(
    series: Sequence[Series], field: str, title: str, values: list[dict[str, Any]], scale: dict[str, Any]
) -> Chart:
    x = whole("unit", "unit")
    y = {"field": field, "type": "quantitative", "title": None, "scale": scale}
    dash = dashes(list(WEIGHTS.values()), [[4, 4], [1, 0]], "when")
    tooltip = [{"field": "network"}, {"field": "path"}, {"field": "when"}, {"field": field, "format": ".4g"}]
    lines = pointed({"x": x, "y": y, "color": colour(series), "strokeDash": dash, "tooltip": tooltip})
    return {"height": 200, "title": title, "data": {"values": values}, "layer": lines}


def say(network: Series) -> str:
    """The mean ratio, and the mean gate, before and after."""
    texts = []
    for weights, words in WEIGHTS.items():
        rows = [row for row in network.rows if row["weights"] == weights]
        if not rows:
            continue
        gates = [row["gate"] for row in rows if row.get("gate") is not None]
        ratios = [row["ratio"] for row in rows if row["ratio"] is not None]
        if not ratios:
            texts.append(f"{words} the signals are zero, or no finite numbers")
            continue
        gate = f", the mean gate is {mean(gates):.3f}" if gates else ""
        texts.append(f"{words} ‖F(x)‖ is {mean(ratios):.3f} of ‖x‖ on average over the units{gate}")
    return "; ".join(texts)


VIEW = View("contribution", ("weights", "unit", "path", "input", "branch", "shortcut", "ratio", "gate"), panels, say)
