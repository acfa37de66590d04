"""The page: `streamlit run app.py`. The sidebar holds the network's knobs, the tabs what is known of it."""

import streamlit as st

from resviz.ui import main

st.set_page_config(
    page_title="resviz",
    page_icon="assets/icon.png",
    layout="wide",
    menu_items={"About": "resviz: an explorer of residual networks"},
)
main.show()
