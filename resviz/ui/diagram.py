"""The diagram on the page: an SVG that pans, zooms, fits, and tells which of its parts was selected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent
TALLEST = 520
"""Pixels; a higher picture is fitted into it and can be zoomed."""

HTML = """
<div class="diagram">
  <div class="canvas" tabindex="0" role="application"
    aria-label="Diagram: arrow keys go from part to part, Enter opens one, plus, minus and 0 zoom"></div>
  <div class="tools">
    <span>drag to move, Ctrl + wheel to zoom</span>
    <button class="farther" title="zoom out (−)" aria-label="zoom out">−</button>
    <button class="nearer" title="zoom in (+)" aria-label="zoom in">+</button>
    <button class="fit" title="fit (0)" aria-label="fit into the page">fit</button>
  </div>
</div>
"""

_COMPONENT = st.components.v2.component(
    "resviz_diagram", html=HTML, css=(HERE / "diagram.css").read_text(), js=(HERE / "diagram.js").read_text()
)


_PICTURE = st.components.v2.component(
    "resviz_picture",
    html="<div class='picture'></div>",
    css=".picture svg {\n  display: block; max-width: 100%; height: auto;\n}",
    js="""
export default function ({ data, parentElement }) {
  parentElement.querySelector(".picture").innerHTML = data.svg;
}
""",
)


def picture(svg: str, key: str) -> None:
    """Show an SVG that is only looked at (st.html takes SVG out of what it shows)."""
    _PICTURE(key=key, data={"svg": svg})


def show(
    wide: str, key: str, on_select: Callable[[str], None], *, tall: str = "", selected: str = "", height: int = TALLEST
) -> None:
    """Show an SVG (`tall` instead on narrow pages), mark `selected`, call `on_select` with a clicked part's path."""

    def clicked() -> None:
        state = st.session_state.get(key) or {}
        on_select(str((state.get("click") or {}).get("path") or ""))

    _COMPONENT(
        key=key,
        data={"wide": wide, "tall": tall, "selected": selected, "height": height},
        on_click_change=clicked,
    )
