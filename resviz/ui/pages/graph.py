"""The page Graph: the network as the papers draw it, where its parameters and MACs sit, and a part opened."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from resviz.core.net import Node, leaves
from resviz.core.ops import dims
from resviz.core.spec import NetSpec
from resviz.draw import dot, engine, figure
from resviz.draw.sketch import input_caption, noted, sketch
from resviz.draw.theme import THEMES
from resviz.draw.wiring import Wiring, wired
from resviz.export.export import Job
from resviz.export.figure import Figure
from resviz.ui import choice, diagram, downloads, inspector, notes
from resviz.ui.colours import theme
from resviz.ui.page import Page, Shown
from resviz.ui.where import where

PART = "part"
GRAPHVIZ = "Graphviz"
LEVELS = (*figure.LEVELS, GRAPHVIZ)


def show(shown: Shown) -> None:
    """Controls, picture, bars, inspector; a click reruns only these."""
    notes.small_maps(shown.node)
    _fragment(shown)


@st.fragment
def _fragment(shown: Shown) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        level = st.segmented_control(
            "Detail", LEVELS, default="block", key="level", bind="query-params", required=True,
            label_visibility="collapsed",
        )  # fmt: skip
        with st.popover("Download the picture", width="content"):
            _downloads(shown, str(level))
    selected = st.query_params.get(PART, "")
    if level == GRAPHVIZ:
        _graphviz(shown)
    else:
        wide, tall = pictures(shown.spec, str(level), theme().name)
        diagram.show(wide, "graph", _open, tall=tall, selected=selected)
    beside, below = st.columns([2, 3])
    with beside:
        diagram.picture(where(shown.spec, theme().name), "where")
    with below:
        inspector.show(shown, selected)


def _open(path: str) -> None:
    """The opened part stands in the URL, so that a link shows it too."""
    st.query_params[PART] = path


@lru_cache(maxsize=64)
def pictures(spec: NetSpec, level: str, theme_name: str) -> tuple[str, str]:
    """The graph for a wide page and for a narrow one, as SVG."""
    node, title, colours = spec.node(), spec.title(), THEMES[theme_name]
    return (
        figure.graph(node, title, level, colours),
        figure.tall_graph(node, title, level, colours),
    )


def _graphviz(shown: Shown) -> None:
    try:
        with st.spinner("Graphviz is laying out the graph …"):
            svg = graphviz_svg(shown.spec, theme().name)
    except ValueError as error:
        st.error(choice.plain(str(error)))
        return
    diagram.show(svg, "graphviz", _open, selected=st.query_params.get(PART, ""), height=900)


@lru_cache(maxsize=64)
def graphviz_svg(spec: NetSpec, theme_name: str) -> str:
    """The op-level graph, equal neighbours folded, laid out by Graphviz in a process of its own."""
    wiring = dot.affordable(_wiring(spec.node()))
    drawn = engine.render(str(dot.dot(wiring, spec.title(), THEMES[theme_name]).source), "svg").decode()
    return drawn[drawn.index("<svg") :]


def _wiring(node: Node) -> Wiring:
    """Each operation with its name and the shape that it puts out."""
    out = {path: dims(at.out) for path, at in leaves(node)}
    columns = noted(sketch(node, "op"), lambda path, _: f"{path.rpartition('.')[2]}\n{out[path]}")
    return wired(columns, input_caption(node.ins[0]))


def _downloads(shown: Shown, level: str) -> None:
    """Files in the light theme, made on the click; the page Export has all formats."""
    own = level if level in figure.LEVELS else "op"
    st.caption(f"in the light theme, by {own}; more under Export")
    job = Job((shown.spec,), Figure(level=own))
    downloads.figures(job, shown.file_name(), "graph", ("svg", "pdf", "png", "dot"))


PAGE = Page("Graph", 1, show)
