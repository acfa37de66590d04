"""The page Tables: every operation, block or stage with its numbers, sortable and searchable, and as files."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from resviz.core.ops import dims
from resviz.export.table import TABLES
from resviz.ui.colours import theme
from resviz.ui.page import Page, Shown
from resviz.views import charts, tables
from resviz.views.tables import Row

ENDINGS = {"text": "txt", "csv": "csv", "markdown": "md", "latex": "tex"}
MIMES = {"text": "text/plain", "csv": "text/csv", "markdown": "text/markdown", "latex": "application/x-tex"}


def show(shown: Shown) -> None:
    """The table at a level, its downloads, and a treemap down to the single operation."""
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    with left:
        by = str(
            st.segmented_control(
                "Rows", tables.LEVELS, default="stage", key="by", bind="query-params", required=True,
                label_visibility="collapsed",
            )
        )  # fmt: skip
    rows, totals = tables.rows(shown.node, by), tables.totals(shown.node)
    with right, st.container(horizontal=True):
        for entry in TABLES:
            if entry.name == "text":
                continue
            make = partial(entry.thing, shown.title, rows, totals)
            file = f"{shown.title.replace(' ', '-')}-{by}.{ENDINGS[entry.name]}"
            st.download_button(entry.title, make, file, MIMES[entry.name], on_click="ignore", key=f"table-{entry.name}")
    st.dataframe(_frame(rows, totals), hide_index=True, height="auto", column_config=_columns(), key=f"table-{by}")
    quantity = st.segmented_control(
        "Treemap of", ("parameters", "MACs", "activations"), default="parameters", key="treemap-of", required=True
    )
    st.plotly_chart(charts.treemap(shown.node, shown.title, str(quantity), theme()), key="treemap", theme=None)
    st.caption(
        "Parameters are the trainable ones; MACs are the multiply-adds of convolutions and fully connected layers "
        "for one image; activations are the elements that every operation puts out for one image; the receptive field "
        "is the theoretical one on the longest path, before global pooling."
    )


def _frame(rows: list[Row], totals: tables.Totals) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "part": [r.path for r in rows],
            "kind": [r.op for r in rows],
            "output": [dims(r.out) for r in rows],
            "parameters": [r.params for r in rows],
            "of parameters": [r.params / (totals.params or 1) for r in rows],
            "MACs": [r.macs for r in rows],
            "of MACs": [r.macs / (totals.macs or 1) for r in rows],
            "activations": [r.activations for r in rows],
            "buffers": [r.buffers for r in rows],
            "receptive field": [r.receptive_field for r in rows],
        }
    )


def _columns() -> dict[str, ColumnConfig | str | None]:
    whole = {
        name: st.column_config.NumberColumn(format="localized")
        for name in ("parameters", "MACs", "activations", "buffers", "receptive field")
    }
    shares = {
        name: st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0)
        for name in ("of parameters", "of MACs")
    }
    return {**whole, **shares}


PAGE = Page("Tables", 2, show)
