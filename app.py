"""The page: `streamlit run app.py`. The sidebar holds the network's knobs, the tabs what is known of it."""

from pathlib import Path

import streamlit as st

from resviz.ui import main

st.set_page_config(
    page_title="resviz",
    page_icon=Path(__file__).parent / "assets" / "icon.png",
    layout="wide",
    menu_items={"About": "resviz: an explorer of residual networks"},
)
main.show()
