"""The totals above every page: the network's name and its numbers, exact to the digit."""

from __future__ import annotations

from html import escape

import streamlit as st

from resviz.ui import badge
from resviz.ui.page import Shown
from resviz.views import tables
from resviz.views.numbers import power

STYLE = """<style>
.totals {display:flex; flex-wrap:wrap; gap:0.2rem 1.6rem; align-items:baseline; margin:0 0 -0.4rem}
.totals h2 {font-size:1.45rem; margin:0; padding:0}
.totals div {font-size:0.84rem; line-height:1.25}
.totals b {font-size:1.05rem; font-variant-numeric:tabular-nums}
</style>"""


def show(shown: Shown) -> None:
    """One line: depth, parameters, MACs, activations, units, paths, receptive field; under it, what the network is."""
    t = tables.totals(shown.node)
    facts = [
        (
            f"{t.params:,}",
            "parameters",
            f"{t.params_shortcut:,} of them in shortcuts; {t.buffers:,} buffers of BN apart",
        ),
        (f"{t.macs:,}", "MACs", "multiply-adds of convolutions and fully connected layers, one image"),
        (f"{t.activations:,}", "activations", "elements put out by every operation, one image"),
        (str(t.depth), "layers deep", "weighted layers on the longest path; projections and gates are not counted"),
        (str(t.units), "units", "residual units, or a plain net's blocks"),
        (
            power(t.paths),
            "paths" if t.paths != 1 else "path",
            "ways from input to output through branches and shortcuts",
        ),
        (f"{t.receptive_field:,}", "pixels receptive field", "theoretical, along an axis, before global pooling"),
    ]
    cells = "".join(
        f'<div title="{escape(tip)}"><b>{escape(value)}</b> {escape(name)}</div>' for value, name, tip in facts
    )
    st.html(f'{STYLE}<div class="totals"><h2>{escape(shown.title)}</h2>{cells}</div>')
    badge.show(shown, t.params)
