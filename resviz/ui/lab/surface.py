"""The loss surface in three dimensions, to be turned with the mouse."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from resviz.ui.colours import theme
from resviz.views import charts
from resviz.views.lab.view import Series


def show(series: Sequence[Series]) -> None:
    """A surface for each network, side by side."""
    for column, network in zip(st.columns(len(series)), series, strict=True):
        with column:
            figure = charts.loss_surface(network.title, network.rows, theme())
            st.plotly_chart(figure, key=f"surface-{network.title}", theme=None)
