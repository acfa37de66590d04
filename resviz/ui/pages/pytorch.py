"""The page PyTorch: the real module, a stand-alone file of it, and a check that what is counted is what is built.

torch runs in a helper process, so that the page's own process never stalls on it.
"""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from resviz.core.spec import NetSpec
from resviz.export.source import source
from resviz.nn.client import shared
from resviz.ui import choice
from resviz.ui.page import Page, Shown
from resviz.views import checked

SOME = 20


def show(shown: Shown) -> None:
    """The check, `model.py`, the printed module and torchinfo's summary."""
    _check(shown)
    code = model_py(shown.spec)
    st.markdown("**model.py**: stands alone, needs only torch; `model()` returns the network")
    st.download_button("Download model.py", code, "model.py", "text/x-python", on_click="ignore")
    st.code(code, language="python", height=420)
    printed, summary = st.columns(2)
    with printed, st.expander("The module as torch prints it", expanded=False, key="printed", on_change="rerun") as box:
        if box.open:
            _text(shown, "printed")
    with summary, st.expander("torchinfo's summary", expanded=False, key="torchinfo", on_change="rerun") as box:
        if box.open:
            _text(shown, "torchinfo")


def _check(shown: Shown) -> None:
    with st.spinner("torch builds the network and counts …"):
        try:
            result = shared().verify(shown.spec)
        except (ValueError, OSError) as error:
            st.error(choice.plain(str(error)))
            return
    if result["ok"]:
        st.success(f"counted = built: {checked.line(result)}", icon=":material/check:")
    else:
        st.error(f"counted ≠ built: {checked.line(result)}")
        st.text("\n".join(result["mismatches"][:SOME]))


def _text(shown: Shown, what: str) -> None:
    with st.spinner("torch builds the network …"):
        try:
            ask = shared().printed if what == "printed" else shared().torchinfo
            st.code(ask(shown.spec), language=None, height=420)
        except (ValueError, OSError) as error:
            st.error(choice.plain(str(error)))


@lru_cache(maxsize=64)
def model_py(spec: NetSpec) -> str:
    """The network as a Python file."""
    return source(spec)


PAGE = Page("PyTorch", 4, show)
