"""The gradient at the input by path length, as Fig. 6 of Veit et al. 2016: paths, norm of one, and what they bring.

Numbers of paths and norms lie hundreds of orders of magnitude apart, so their products are formed as logarithms.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from resviz.draw.theme import Theme
from resviz.views.lab.view import Row, Series, View, colour, dashes, joined, whole
from resviz.views.vega import Chart, pointed

SHARE = 0.95
EXACT, PRODUCT = "exact: all paths of a length together", "paths × mean norm of one, as sampled"


def panels(series: Sequence[Series], theme: Theme, choice: str) -> list[Chart]:
    """Three panels over the length: how many paths, the norm of one, and the gradient that they bring together."""
    return [
        _panel(series, "log₁₀ of the number of paths", "paths"),
        _panel(series, "log₁₀ of the mean norm of a path", "one"),
        _totals(series),
    ]


def _panel(series: Sequence[Series], title: str, field: str) -> Chart:
    y = {"field": field, "type": "quantitative", "title": None}
    tooltip = [
        {"field": "network"},
        {"field": "length"},
        {"field": "count", "title": "paths"},
        {"field": field, "format": ".3g"},
    ]
    x = whole("length", "branches passed")
    lines = pointed({"x": x, "y": y, "color": colour(series), "tooltip": tooltip})
    return {"height": 110, "title": title, "data": joined(series, _length), "layer": lines}


def _totals(series: Sequence[Series]) -> Chart:
    """The norms relative to the ordinary gradient's, with the effective range behind them."""
    values = {"values": [value for network in series for value in _shares(network)]}
    ranges = {"values": [span for network in series for span in _span(network)]}
    y = {"field": "norm", "type": "quantitative", "title": None}
    edges = {"x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}}
    band = {"data": ranges, "mark": {"type": "rect", "opacity": 0.13}, "encoding": {**edges, "color": colour(series)}}
    dash = dashes([EXACT, PRODUCT], [[1, 0], [4, 4]], "of")
    tooltip = [{"field": "network"}, {"field": "length"}, {"field": "of"}, {"field": "norm", "format": ".4g"}]
    x = whole("length", "branches passed")
    lines = pointed({"x": x, "y": y, "color": colour(series), "strokeDash": dash, "tooltip": tooltip})
    title = f"norm of the gradient by length (band: {SHARE:.0%})"
    return {"height": 200, "title": title, "layer": [band, *({"data": values, **line} for line in lines)]}


def _span(network: Series) -> list[dict[str, Any]]:
    """The edges of the effective range, if there is one."""
    found = effective(network.rows)
    return [{"network": network.title, "low": found[0] - 0.5, "high": found[1] + 0.5}] if found else []


def _length(row: Row) -> Mapping[str, Any] | None:
    if row.get("length") is None:
        return None
    return {"length": row["length"], "count": row["paths"], "paths": log10(row["paths"]), "one": log10(row.get("mean"))}


def _shares(network: Series) -> list[dict[str, Any]]:
    found = []
    for row in network.rows:
        if row.get("length") is None:
            continue
        here = {"network": network.title, "length": row["length"]}
        found.append({**here, "of": EXACT, "norm": row["exact"]})
        product = contribution(row)
        if product is not None:
            found.append({**here, "of": PRODUCT, "norm": product})
    return found


def contribution(row: Row) -> float | None:
    """The number of paths times the mean norm of one; None where it was not sampled or is no float."""
    paths, mean = log10(row["paths"]), log10(row.get("mean"))
    if paths is None or mean is None:
        return None
    power = paths + mean
    return 10.0**power if power < 300 else None


def log10(number: float | str | None) -> float | None:
    """The logarithm of a number, or of a whole number of any length as text; None for nothing and for zero."""
    if number is None:
        return None
    if isinstance(number, str):
        return math.log10(int(number)) if int(number) else None
    return math.log10(number) if number > 0 else None


def effective(rows: Sequence[Row], share: float = SHARE) -> tuple[int, int] | None:
    """The shortest range of lengths that holds `share` of the sum of the exact norms."""
    exact = [row["exact"] for row in rows if row.get("length") is not None]
    if None in exact:
        return None
    norms = [float(norm) for norm in exact]
    whole = sum(norms)
    if not whole:
        return None
    best = (0, len(norms) - 1)
    low, held = 0, 0.0
    for high, norm in enumerate(norms):
        held += norm
        while held - norms[low] >= share * whole:
            held -= norms[low]
            low += 1
        if held >= share * whole and high - low < best[1] - best[0]:
            best = (low, high)
    return best


def say(network: Series) -> str:
    """The effective lengths beside those of most paths, and how exactly the lengths add up."""
    lengths = [row for row in network.rows if row.get("length") is not None]
    span, last = effective(lengths), network.rows[-1]
    counts = [int(row["paths"]) for row in lengths]
    if last.get("length") is not None:
        return "not all lengths are there yet"
    if span is None or last["difference"] is None:
        return "the gradient is zero, or no finite number"
    low, high = span
    share = sum(counts[low : high + 1]) / sum(counts)
    most = counts.index(max(counts))
    return (
        f"{SHARE:.0%} of the gradient by length comes through {low} to {high} of {len(counts) - 1} branches, "
        f"{100 * share:.3g} % of all paths; most paths pass {most}; the lengths add up to the ordinary gradient "
        f"(norm {last['exact']:.4g}) to {last['difference']:.1e}"
    )


VIEW = View("gradients", ("length", "paths", "exact", "mean", "spread", "draws"), panels, say)
