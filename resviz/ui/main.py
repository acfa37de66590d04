"""The page as a whole: sidebar, totals, and the tabs, of which only the open one runs."""

from __future__ import annotations

import gc
from functools import lru_cache

import streamlit as st

from resviz import zoo
from resviz.core.spec import NetSpec, SpecError
from resviz.ui import page_graph, page_pytorch, page_tables, page_train, page_unrolled, sidebar, totals
from resviz.ui.pages import PAGES, Shown

STYLE = """<style>
.stMainBlockContainer {padding-top:2.6rem; padding-bottom:1rem}
.stSidebar [data-testid="stSidebarUserContent"] {padding-top:0.4rem}
[data-testid="stCaptionContainer"] p {color:inherit; opacity:0.85}
</style>"""

REGISTERED = (zoo, page_graph, page_tables, page_unrolled, page_pytorch, page_train)
"""Importing a module registers what it holds; named here so that the imports are seen to be used."""


@st.cache_resource
def _freeze() -> bool:
    """Take all that is imported out of the garbage collector's sight, once: it is walked at every run otherwise."""
    gc.collect()
    gc.freeze()
    return True


def show() -> None:
    """Draw the page for the network that the URL names."""
    _freeze()
    st.html(STYLE)
    chosen = sidebar.show()
    if chosen.spec is None:
        sidebar.explain(chosen)
        return
    try:
        shown = place(chosen.spec)
    except SpecError as error:
        st.error(str(error))
        return
    totals.show(shown)
    names = PAGES.names()
    tabs = st.tabs([PAGES[name].title for name in names], key="view", on_change="rerun", bind="query-params")
    for name, tab in zip(names, tabs, strict=True):
        if tab.open:
            with tab:
                PAGES[name].thing(shown)


@lru_cache(maxsize=256)
def place(spec: NetSpec) -> Shown:
    """The network of a spec, placed and named."""
    return Shown(spec, spec.node(), spec.title())
