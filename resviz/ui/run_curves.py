"""Live curves as ECharts options: few points, in the theme's colours, drawn anew without a blink."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import streamlit as st

from resviz.draw.theme import Theme
from resviz.ui.colours import theme

MOST_POINTS = 500
FEW = 3
HUES = ("conv", "linear", "activation", "shortcut", "gate", "stage", "pool", "regulariser", "norm")
"""Categories of the theme whose edges tell curves apart; from the second round on the curves are dashed."""

ERRORS = (("train_error", "Training error"), ("test_error", "Test error"))

Point = tuple[object, object]


def chart(series: Sequence[dict[str, Any]], colours: Theme, epochs: int) -> dict[str, Any]:
    """The option of a chart over `epochs`, without a legend."""
    axis = {
        "axisLabel": {"color": colours.ink},
        "nameTextStyle": {"color": colours.ink},
        "splitLine": {"lineStyle": {"color": colours.wire, "opacity": 0.2}},
    }
    epoch = {"type": "value", "name": "epoch", "nameLocation": "middle", "nameGap": 26, "min": 0, "max": epochs or None}
    return {
        "animation": False,
        "grid": {"left": 8, "right": 16, "top": 12, "bottom": 30, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "xAxis": epoch | axis,
        "yAxis": {"type": "value", "min": 0} | axis,
        "series": list(series),
    }


def line(
    name: str, points: Sequence[Point], colour: str, dashed: bool = False, symbols: bool = False
) -> dict[str, Any]:
    """A curve of at most MOST_POINTS points, the last one among them."""
    return {
        "name": name,
        "type": "line",
        "data": [list(point) for point in thinned(points)],
        # of a single point no line is drawn
        "showSymbol": symbols or len(points) < FEW,
        "itemStyle": {"color": colour},
        "lineStyle": {"color": colour, "width": 2, "type": "dashed" if dashed else "solid"},
    }


def band(name: str, low: Sequence[Point], high: Sequence[float], colour: str) -> list[dict[str, Any]]:
    """The strip between two curves: an unseen lower one and, stacked on it, how much `high` is above."""
    unseen = {"type": "line", "stack": f"band of {name}", "showSymbol": False, "lineStyle": {"opacity": 0}}
    above = [(x, h - float(str(y))) for (x, y), h in zip(low, high)]
    quiet = {"silent": True, "tooltip": {"show": False}, "itemStyle": {"color": colour}}
    return [
        {**unseen, **quiet, "name": f"{name}, lowest", "data": [list(point) for point in low]},
        {**unseen, **quiet, "name": f"{name}, highest", "data": [list(point) for point in above],
         "areaStyle": {"color": colour, "opacity": 0.18}},
    ]  # fmt: skip


def show_errors(key: str, titles: Sequence[str], option: Callable[[str], dict[str, Any]]) -> None:
    """A legend, and beside each other the `option` of "train_error" and of "test_error"."""
    st.html(legend([(title, *hue(i, theme())) for i, title in enumerate(titles)]))
    for column, (quantity, words) in zip(st.columns(2), ERRORS, strict=True):
        with column:
            st.markdown(words)
            st.echarts_chart(option(quantity), height=320, key=f"{key}-{quantity}", alt=f"{words} of each by epoch")


def legend(named: Sequence[tuple[str, str, bool]]) -> str:
    """HTML that says which curve is which: its name, its colour, and whether it is dashed."""
    keys = (
        f'<span style="white-space:nowrap"><span style="display:inline-block;width:1.6em;vertical-align:middle;'
        f'border-top:3px {"dashed" if dashed else "solid"} {colour}"></span> {escape(name)}</span>'
        for name, colour, dashed in named
    )
    return f'<div class="curves" style="display:flex;flex-wrap:wrap;gap:0.1rem 1.2rem">{"".join(keys)}</div>'


def hue(i: int, colours: Theme) -> tuple[str, bool]:
    """The colour of the `i`-th curve, and whether it is dashed."""
    return colours.edge(HUES[i % len(HUES)]), i >= len(HUES)


def thinned(points: Sequence[Point]) -> list[Point]:
    """Every n-th point, and the last."""
    step = -(-len(points) // MOST_POINTS)
    kept = list(points[::step]) if step > 1 else list(points)
    if points and kept[-1] != points[-1]:
        kept.append(points[-1])
    return kept
