"""The page Tables: every operation, block or stage with its numbers, sortable and searchable, and as files."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from resviz.core.ops import dims
from resviz.export.table import TABLES
from resviz.ui import diagram
from resviz.ui.colours import theme
from resviz.ui.page import Page, Shown
from resviz.ui.where import where
from resviz.views import charts, tables
from resviz.views.formulas import Derivation, derivations
from resviz.views.tables import Row

ENDINGS = {"csv": "csv", "markdown": "md", "latex": "tex"}
MIMES = {"csv": "text/csv", "markdown": "text/markdown", "latex": "application/x-tex"}


def show(shown: Shown) -> None:
    """The table at a level, its downloads, where the costs sit by stage, and a treemap down to the operation."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        by = st.segmented_control(
            "Rows", tables.LEVELS, default="stage", key="by", bind="query-params", required=True,
            label_visibility="collapsed",
        )  # fmt: skip
        sought = st.text_input(
            "Search", key="search", placeholder="search: conv1, layer3, ReLU …", label_visibility="collapsed", width=260
        )
        rows, totals = tables.rows(shown.node, str(by)), tables.totals(shown.node)
        with st.container(horizontal=True, width="content"):
            _downloads(shown, str(by), rows, totals)
    found = [row for row in rows if sought.lower() in f"{row.path} {row.op} {dims(row.out)}".lower()]
    if sought:
        st.caption(f"{len(found)} of {len(rows)} rows")
    if st.toggle("how each number comes about", key="formulas", bind="query-params"):
        shown_paths = {row.path for row in found}
        lines = [line for line in derivations(shown.node, str(by)) if line.path in shown_paths]
        st.dataframe(_formulas(lines), hide_index=True, key=f"formulas-{by}")
    st.dataframe(_frame(found, totals), hide_index=True, column_config=_columns(), key=f"table-{by}")
    beside, below = st.columns([2, 3])
    with beside:
        st.markdown("Parameters and MACs by stage")
        diagram.picture(where(shown.spec, theme().name), "where-table")
    with below:
        quantity = st.segmented_control(
            "Treemap of", tuple(charts.FIELDS), default="parameters", key="treemap-of", required=True
        )
        chart = charts.treemap(shown.node, shown.title, str(quantity), theme())
        st.plotly_chart(chart, key="treemap", theme=None, config={"displayModeBar": False})
    st.caption(
        "Parameters are the trainable ones; MACs are the multiply-adds of convolutions and fully connected layers "
        "for one image; activations are the elements that every operation puts out for one image; the receptive field "
        "is the theoretical one on the longest path, before global pooling."
    )


def _downloads(shown: Shown, by: str, rows: list[Row], totals: tables.Totals) -> None:
    for name, ending in ENDINGS.items():
        entry = TABLES[name]
        make = partial(entry.thing, shown.title, rows, totals)
        file = f"{shown.file_name()}-{by}.{ending}"
        st.download_button(entry.title, make, file, MIMES[name], on_click="ignore", key=f"table-{name}")


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


def _formulas(lines: list[Derivation]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "part": [line.path for line in lines],
            "output size": [line.size for line in lines],
            "parameters": [line.params for line in lines],
            "MACs": [line.macs for line in lines],
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
    part = st.column_config.TextColumn(width="medium")
    return {"part": part, "kind": st.column_config.TextColumn(width="small"), **whole, **shares}


PAGE = Page("Tables", 2, show)
