"""What a person should know about a network that no number in a table says."""

from __future__ import annotations

import streamlit as st

from resviz.core.net import Node
from resviz.views import tables


def one_pixel_from(node: Node) -> str:
    """The first stage but the last whose maps are 1×1, where a 3×3 sees only padding; empty where there is none."""
    stages = [row for row in tables.rows(node, "stage") if len(row.out) == 3]
    return next((row.path for row in stages[:-1] if row.out[1:] == (1, 1)), "")


def small_maps(node: Node) -> None:
    """Say so where the input is too small for the network."""
    if stage := one_pixel_from(node):
        st.caption(f"From {stage} on the feature maps are 1×1: the 3×3 convolutions there see only padding.")
