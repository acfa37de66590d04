"""The page as a whole: sidebar, totals, and the tabs, of which only the open one runs."""

from __future__ import annotations

import gc
from functools import lru_cache

import streamlit as st

from resviz.core.knob import SpecError
from resviz.core.spec import NetSpec
from resviz.runs.store import RunError
from resviz.ui import choice, colours, pages, sidebar, style, totals
from resviz.ui.choice import Choice
from resviz.ui.page import Page, Shown

PAGES = pages.found()
VIEW = "view"


@st.cache_resource
def _freeze() -> bool:
    """Take all that is imported out of the garbage collector's sight, once: it is walked at every run otherwise."""
    gc.collect()
    gc.freeze()
    return True


def show() -> None:
    """Draw the page for the network that the URL names, or say why there is none."""
    _freeze()
    style.show(colours.theme())
    chosen = sidebar.show()
    shown = _placed(chosen)
    if shown is not None:
        st.set_page_config(page_title=f"{shown.title} · resviz")
        totals.show(shown)
    st.session_state[VIEW] = _asked()
    # the tabs stay when there is nothing to show in them, so that the open one is not lost with the network
    tabs = st.tabs(_titles(), key=VIEW, on_change=_go)
    for page, tab in zip(PAGES, tabs, strict=True):
        if tab.open:
            with tab:
                if shown is None:
                    st.caption("There is no such network to show: mend the choice above, or turn a knob.")
                else:
                    _page(page, shown)
    colours.follow()


def _titles() -> list[str]:
    return [page.title for page in PAGES]


def _asked() -> str:
    """The tab that the URL names, or the first."""
    title = st.query_params.get(VIEW, "")
    return title if title in _titles() else _titles()[0]


def _go() -> None:
    """Write the tab into the URL, as an entry of the browser's history; Streamlit's own binding makes none."""
    title = st.session_state[VIEW]
    if title == _titles()[0]:
        st.query_params.pop(VIEW, None)
    else:
        st.query_params[VIEW] = title


def _page(page: Page, shown: Shown) -> None:
    """The page, or why the runs that it is about cannot be found."""
    try:
        page.show(shown)
    except RunError as error:
        st.error(choice.plain(str(error)))


def _placed(chosen: Choice) -> Shown | None:
    if chosen.spec is None:
        sidebar.explain(chosen)
        return None
    try:
        return place(chosen.spec)
    except SpecError as error:
        st.error(choice.plain(str(error)))
        return None


@lru_cache(maxsize=64)
def place(spec: NetSpec) -> Shown:
    """The network of a spec, placed and named."""
    return Shown(spec, spec.node(), spec.title())
