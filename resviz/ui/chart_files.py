"""Buttons that make a file of a chart on the click, in the light theme."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from resviz.draw import chart
from resviz.views.vega import Chart

MIMES = {".svg": "image/svg+xml", ".pdf": "application/pdf", ".png": "image/png"}


def buttons(make: Callable[[], Chart], name: str) -> None:
    """A button for each format; `make` gives the chart, `name` is the file's without its ending."""
    for ending, write in chart.WRITERS.items():
        words = ending.removeprefix(".").upper()
        st.download_button(words, partial(_file, make, write), f"{name}{ending}", MIMES[ending], on_click="ignore",
                           key=f"chart-{name}-{ending}")  # fmt: skip


def _file(make: Callable[[], Chart], write: Callable[[str], bytes]) -> bytes:
    return write(chart.svg(make()))
