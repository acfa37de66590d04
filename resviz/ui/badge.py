"""The badge under the totals: what the network is, or what known network is nearest, a button that takes it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from resviz.export import explanation
from resviz.ui import choice
from resviz.ui.page import Shown
from resviz.views.badge import UNKNOWN

AT_HAND = 2
"""So many sentences stand under the totals; the page Explained has all."""
STYLE = """<style>
.st-key-nearest button {min-height:0; padding:0}
.st-key-nearest button p {font-size:0.875rem; text-decoration:underline; text-underline-offset:0.15em}
.st-key-badge {row-gap:0; column-gap:0.45rem}
</style>"""


def show(shown: Shown, params: int) -> None:
    """The badge of the network, which has so many parameters."""
    badge = explanation.badge(shown.spec, params)
    nearest = badge.nearest
    if nearest is None:
        more = len(badge.sentences) - AT_HAND
        end = f"; {more} more under Explained" if more > 0 else ""
        st.caption(choice.plain("; ".join(badge.sentences[:AT_HAND]) or UNKNOWN) + end)
        return
    st.html(STYLE)
    with st.container(horizontal=True, vertical_alignment="center", key="badge"):
        st.caption(f"{UNKNOWN}; nearest:", width="content")
        take = partial(choice.choose, type(nearest.spec), nearest.spec.chosen())
        st.button(choice.plain(nearest.spec.title()), key="nearest", type="tertiary", on_click=take,
                  help="take this network")  # fmt: skip
        st.caption(choice.plain(f"differs in: {nearest.differs()}"), width="content")
