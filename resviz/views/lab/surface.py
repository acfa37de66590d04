"""The loss around the trained weights as a map of colours, one for each network, all in one scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from resviz.draw.theme import Theme
from resviz.views.lab.view import Chart, Series, View

HIGHEST = 3.0
"""log₁₀ of the loss at which the colours end."""


def panels(series: Sequence[Series], theme: Theme, choice: str) -> list[Chart]:
    """A panel a network: log₁₀ of the loss at each point of the grid."""
    return [_panel(network) for network in series]


def _panel(network: Series) -> Chart:
    step = _step(network)
    x, y = (
        {"field": name, "type": "quantitative", "title": symbol, "axis": {"grid": False}}
        for name, symbol in (("left", "α"), ("low", "β"))
    )
    colour = {"field": "log", "type": "quantitative", "title": "log₁₀ of the loss", "scale": {"scheme": "viridis"},
              "legend": {"title": "log₁₀ loss", "orient": "right"}}  # fmt: skip
    tooltip = [{"field": "alpha", "title": "α"}, {"field": "beta", "title": "β"}, {"field": "loss", "format": ".4g"},
               {"field": "error", "format": ".2%"}]  # fmt: skip
    return {
        "width": 300, "height": 300, "title": network.title, "data": {"values": _points(network, step)},
        "mark": {"type": "rect"},
        "encoding": {"x": x, "x2": {"field": "right"}, "y": y, "y2": {"field": "high"}, "color": colour,
                     "tooltip": tooltip},
    }  # fmt: skip


def _points(network: Series, step: float) -> list[dict[str, Any]]:
    found = []
    for row in network.rows:
        beta = row["beta"]
        for alpha, loss, error in zip(row["alphas"], row["losses"], row["errors"], strict=True):
            edges = {
                "left": alpha - step / 2,
                "right": alpha + step / 2,
                "low": beta - step / 2,
                "high": beta + step / 2,
            }
            log = min(HIGHEST, math.log10(loss)) if loss else None
            found.append({"alpha": alpha, "beta": beta, "loss": loss, "error": error, "log": log, **edges})
    return found


def _step(network: Series) -> float:
    alphas = network.rows[0]["alphas"] if network.rows else [0.0, 1.0]
    return float(alphas[1] - alphas[0])


def say(network: Series) -> str:
    """The loss at the middle, the range around it, and the share of the slice that is still low."""
    losses = [loss for row in network.rows for loss in row["losses"] if loss is not None]
    if not losses:
        return "no finite loss"
    low = sum(loss < math.log(10) for loss in losses) / len(losses)
    return (
        f"loss from {min(losses):.3g} to {max(losses):.3g} over the slice; {low:.0%} of it lies below ln 10 = 2.303, "
        "what guessing among ten classes costs"
    )


VIEW = View("surface", ("beta", "losses"), panels, say, join="hconcat")
