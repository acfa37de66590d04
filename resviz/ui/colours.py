"""The theme of the pictures: light or dark, as the page is."""

from __future__ import annotations

import streamlit as st

from resviz.draw.theme import DARK, LIGHT, Theme


def theme() -> Theme:
    """The theme that the person's browser shows the page in."""
    return DARK if st.context.theme.type == "dark" else LIGHT
