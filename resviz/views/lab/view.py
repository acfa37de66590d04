"""A view of an experiment: its charts, its table, and what can be said of its rows in a sentence.

Charts are Vega-Lite documents (vega.github.io), so the page shows what a file holds.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resviz.draw.theme import Theme
from resviz.views.vega import SHARED, Chart, document, of_network

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Series:
    """The results of one network: its title, and the rows of its experiment."""

    title: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class View:
    """What is shown of the experiment `name`: the columns of its table, the panels of its chart, a sentence.

    `choices` are what a person may choose of the chart, such as the quantity that is drawn; the first is the default.
    `join` puts the panels below each other, or side by side ("hconcat").
    """

    name: str
    columns: tuple[str, ...]
    panels: Callable[[Sequence[Series], Theme, str], list[Chart]]
    say: Callable[[Series], str]
    choices: tuple[str, ...] = ()
    join: str = "vconcat"


def whole_chart(view: View, series: Sequence[Series], theme: Theme, choice: str) -> Chart:
    """All panels in one document, as a file has them."""
    width = 640 if view.join == "vconcat" else 320
    panels = [{"width": width, **panel} for panel in view.panels(series, theme, choice)]
    return document({view.join: panels, "resolve": SHARED}, theme)


def single_charts(view: View, series: Sequence[Series], theme: Theme, choice: str) -> list[Chart]:
    """A document for each panel, as wide as it is shown; the first has the legend of all that stand below it."""
    charts = []
    for number, panel in enumerate(view.panels(series, theme, choice)):
        fit = {"autosize": {"type": "fit-x", "contains": "padding"}, **panel, "width": "container"}
        chart = document(fit, theme)
        if number and view.join == "vconcat":
            chart["config"]["legend"]["disable"] = True
        charts.append(chart)
    return charts


def joined(series: Sequence[Series], each: Callable[[Row], Mapping[str, Any] | None]) -> dict[str, Any]:
    """The data of a chart: what `each` makes of all rows, with their network's title; None is left out."""
    values = []
    for network in series:
        for row in network.rows:
            made = each(row)
            if made is not None:
                values.append({"network": network.title, **made})
    return {"values": values}


def dashes(domain: Sequence[str], range_: Sequence[Sequence[int]], field: str) -> dict[str, Any]:
    """A dash for each of two kinds of lines, shown as lines in the legend."""
    scale = {"domain": list(domain), "range": [list(dash) for dash in range_]}
    return {"field": field, "type": "nominal", "scale": scale, "legend": {"symbolType": "stroke"}}


def whole(field: str, title: str) -> dict[str, Any]:
    """An axis of whole numbers, with a little room at both ends."""
    return {"field": field, "type": "quantitative", "title": title, "axis": {"tickMinStep": 1, "grid": False},
            "scale": {"zero": False, "nice": False, "padding": 14}}  # fmt: skip


def colour(series: Sequence[Series]) -> Chart:
    """A colour for each network."""
    return of_network(network.title for network in series)


def table(view: View, series: Sequence[Series]) -> list[list[str]]:
    """The rows as text, the head first; a column "network" before the others where there are several."""
    several = len(series) > 1
    lines = [["network", *view.columns] if several else list(view.columns)]
    for network in series:
        for row in network.rows:
            cells = [_cell(row.get(name)) for name in view.columns]
            lines.append([network.title, *cells] if several else cells)
    return lines


def as_text(view: View, series: Sequence[Series]) -> str:
    """The table in aligned columns, and a sentence about each network."""
    lines = table(view, series)
    widths = [max(map(len, column)) for column in zip(*lines)]
    body = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines]
    sayings = [f"{network.title}: {view.say(network)}" for network in series if network.rows]
    return "\n".join([*body, *sayings]) + "\n"


def as_csv(series: Sequence[Series]) -> str:
    """Every number of every row, exactly as measured; a list is one cell of JSON."""
    names = list(dict.fromkeys(name for network in series for row in network.rows for name in row))
    kept = [name for name in names if name not in ("kind", "progress")]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["network", *kept])
    for network in series:
        for row in network.rows:
            writer.writerow([network.title, *(_exact(row.get(name)) for name in kept)])
    return text.getvalue()


def _exact(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (list, dict)) else value


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list):
        return ",".join(map(_cell, value))
    return str(value)
