"""The page Graph: the network as the papers draw it, where its parameters and MACs sit, and a part opened."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

import streamlit as st

from resviz.core.spec import NetSpec
from resviz.draw import dot, engine, figure, raster
from resviz.draw.bars import Group, bars
from resviz.draw.theme import LIGHT, THEMES
from resviz.ui import choice, diagram, inspector
from resviz.ui.colours import theme
from resviz.ui.page import Page, Shown
from resviz.views import tables
from resviz.views.numbers import count, percent

KEY = "graph"
GRAPHVIZ = "Graphviz"
LEVELS = (*figure.LEVELS, GRAPHVIZ)
QUANTITIES = (("parameters", "params"), ("MACs", "macs"))


def show(shown: Shown) -> None:
    """Controls, picture, bars, inspector; a click reruns only these."""
    _fragment(shown)


@st.fragment
def _fragment(shown: Shown) -> None:
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        level = st.segmented_control(
            "Detail", LEVELS, default="block", key="level", bind="query-params", required=True,
            label_visibility="collapsed",
        )  # fmt: skip
    with right, st.popover("Download the picture", width="content"):
        _downloads(shown, str(level))
    if level == GRAPHVIZ:
        _graphviz(shown)
    else:
        wide, tall = pictures(shown.spec, str(level), theme().name)
        diagram.show(wide, KEY, tall=tall, selected=diagram.selected(KEY))
    beside, below = st.columns([2, 3])
    with beside:
        diagram.picture(where(shown.spec, theme().name), "where")
    with below:
        inspector.show(shown, diagram.selected(KEY))


@lru_cache(maxsize=64)
def pictures(spec: NetSpec, level: str, theme_name: str) -> tuple[str, str]:
    """The graph for a wide page and for a narrow one, as SVG."""
    node, title, colours = spec.node(), spec.title(), THEMES[theme_name]
    return (
        figure.graph(node, title, level, colours),
        figure.graph(node, title, level, colours, tall=True),
    )


@lru_cache(maxsize=64)
def where(spec: NetSpec, theme_name: str) -> str:
    """Bars of the shares of parameters and MACs, by stage, as SVG."""
    rows = tables.rows(spec.node(), "stage")
    wholes = {name: sum(getattr(row, name) for row in rows) for _, name in QUANTITIES}
    groups = []
    for row in rows:
        values = [getattr(row, name) for _, name in QUANTITIES]
        shares = tuple(v / (wholes[name] or 1) for v, (_, name) in zip(values, QUANTITIES, strict=True))
        labels = tuple(
            f"{count(v)} · {percent(v, wholes[name])}" for v, (_, name) in zip(values, QUANTITIES, strict=True)
        )
        groups.append(Group(row.path, shares, labels))
    return bars(groups, [words for words, _ in QUANTITIES], THEMES[theme_name], f"{spec.title()}: by stage")


def _graphviz(shown: Shown) -> None:
    try:
        with st.spinner("Graphviz is laying out the graph …"):
            svg = graphviz_svg(shown.spec, theme().name)
    except ValueError as error:
        st.error(choice.plain(str(error)))
        return
    diagram.show(svg, "graphviz", height=900)


@lru_cache(maxsize=64)
def graphviz_svg(spec: NetSpec, theme_name: str) -> str:
    """The op-level graph, equal neighbours folded, laid out by Graphviz in a process of its own."""
    drawn = engine.render(_dot(spec, theme_name), "svg").decode()
    return drawn[drawn.index("<svg") :]


def _dot(spec: NetSpec, theme_name: str) -> str:
    wiring = dot.affordable(dot.folded(spec.node()))
    return str(dot.dot(wiring, spec.title(), THEMES[theme_name]).source)


def _downloads(shown: Shown, level: str) -> None:
    """Files in the light theme, made on the click."""
    name = shown.title.replace(" ", "-").replace("×", "x")
    own = level if level in figure.LEVELS else "op"

    def svg() -> str:
        return figure.graph(shown.node, shown.title, own, LIGHT)

    files: dict[str, tuple[str, str, Callable[[], str | bytes]]] = {
        "SVG": ("svg", "image/svg+xml", svg),
        "PDF": ("pdf", "application/pdf", lambda: raster.pdf(svg())),
        "PNG": ("png", "image/png", lambda: raster.png(svg(), 3.0)),
        "DOT": ("dot", "text/vnd.graphviz", partial(_dot, shown.spec, "light")),
    }
    for words, (ending, mime, make) in files.items():
        st.download_button(words, make, f"{name}.{ending}", mime, on_click="ignore", key=f"graph-{ending}")


PAGE = Page("Graph", 1, show)
