"""The loss around the trained weights as a map of colours with contour lines, one a network, all in one scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from contourpy import contour_generator

from resviz.draw.theme import Theme
from resviz.views.lab.view import Series, View
from resviz.views.vega import Chart

HIGHEST = 3.0
"""log₁₀ of the loss at which the colours end."""
LINES = 0.5
"""Between two contour lines, in log₁₀ of the loss."""


def panels(series: Sequence[Series], theme: Theme, choice: str) -> list[Chart]:
    """A panel a network: log₁₀ of the loss at each point of the grid, and lines of equal loss."""
    logs = [log for network in series for line in _logs(network) for log in line if not math.isnan(log)]
    domain = [min(logs), max(logs)] if logs else [0.0, 1.0]
    return [{"height": 300, "title": network.title, "layer": [_map(network, domain), _lines(network)]}
            for network in series]  # fmt: skip


def _map(network: Series, domain: list[float]) -> Chart:
    x, y = (
        {"field": name, "type": "quantitative", "title": symbol, "axis": {"grid": False}, "scale": {"nice": False}}
        for name, symbol in (("left", "α"), ("low", "β"))
    )
    colour = {"field": "log", "type": "quantitative", "scale": {"scheme": "viridis", "domain": domain},
              "legend": {"title": "log₁₀ loss", "orient": "right"}}  # fmt: skip
    tooltip = [{"field": "alpha", "title": "α"}, {"field": "beta", "title": "β"}, {"field": "loss", "format": ".4g"},
               {"field": "error", "format": ".2%"}]  # fmt: skip
    ends = {"x2": {"field": "right"}, "y2": {"field": "high"}}
    return {
        "data": {"values": _points(network, _step(network))},
        "mark": {"type": "rect"},
        "encoding": {"x": x, "y": y, **ends, "color": colour, "tooltip": tooltip},
    }


def _lines(network: Series) -> Chart:
    """The contour lines, each point of them in order."""
    x, y, order = (
        {"field": name, "type": "quantitative", "title": title}
        for name, title in (("x", "α"), ("y", "β"), ("order", None))
    )
    return {
        "data": {"values": contours(network)},
        "mark": {"type": "line", "color": "#ffffff", "strokeWidth": 1, "opacity": 0.8},
        "encoding": {"x": x, "y": y, "order": order, "detail": {"field": "line", "type": "nominal"}},
    }


def contours(network: Series) -> list[dict[str, Any]]:
    """The points of the lines on which log₁₀ of the loss is a multiple of LINES."""
    logs = _logs(network)
    if len(logs) < 2:
        return []
    generator = contour_generator(network.rows[0]["alphas"], [row["beta"] for row in network.rows], logs)
    finite = [log for line in logs for log in line if not math.isnan(log)]
    found: list[dict[str, Any]] = []
    number = 0
    for step in range(math.ceil(min(finite) / LINES), math.floor(max(finite) / LINES) + 1):
        for line in generator.lines(step * LINES):
            number += 1
            found += [{"line": number, "level": step * LINES, "order": i, "x": float(x), "y": float(y)}
                      for i, (x, y) in enumerate(line)]  # fmt: skip
    return found


def _logs(network: Series) -> list[list[float]]:
    """log₁₀ of the loss, no number where the loss is none."""
    return [[min(HIGHEST, math.log10(loss)) if loss else math.nan for loss in row["losses"]] for row in network.rows]


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
