"""The test error of networks whose units changed places, against Kendall's τ (Veit et al. 2016, Fig. 5b)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any

from resviz.draw.theme import Theme
from resviz.views.lab.view import Row, Series, View, colour, joined
from resviz.views.vega import Chart


def panels(series: Sequence[Series], theme: Theme, choice: str) -> list[Chart]:
    """A point for each draw."""
    x = {"field": "tau", "type": "quantitative", "title": "Kendall’s τ with the order of training",
         "scale": {"zero": False, "reverse": True}}  # fmt: skip
    y = {"field": "error", "type": "quantitative", "title": "test error", "axis": {"format": ".0%"}}
    tooltip = [{"field": "network"}, {"field": "swaps"}, {"field": "order"}, {"field": "error", "format": ".2%"}]
    points = {
        "mark": {"type": "point", "filled": True, "size": 40, "opacity": 0.75},
        "encoding": {"x": x, "y": y, "color": colour(series), "shape": colour(series), "tooltip": tooltip},
    }
    return [{"height": 280, "data": joined(series, _draw), "layer": [points]}]


def _draw(row: Row) -> Mapping[str, Any]:
    order = ", ".join(str(unit + 1) for unit in row["order"])
    return {"tau": row["tau"], "swaps": row["swaps"], "order": order, "error": row["error"]}


def say(network: Series) -> str:
    """The error of the order of training, of one swap, and of the orders that are farthest from it."""
    whole = [row["error"] for row in network.rows if row["swaps"] == 0]
    one = [row["error"] for row in network.rows if row["swaps"] == 1]
    least = min(row["tau"] for row in network.rows)
    far = [row["error"] for row in network.rows if row["tau"] == least]
    texts = [f"test error {100 * whole[0]:.2f} % in the order of training"] if whole else []
    texts += [f"{100 * mean(one):.2f} % on average after one swap"] if one else []
    return ", ".join([*texts, f"{100 * mean(far):.2f} % at τ = {least:.2f}"])


VIEW = View("reorder", ("swaps", "tau", "error", "loss", "order"), panels, say)
