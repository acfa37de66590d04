"""The page Explained: the unit as the papers draw it, its equation, what was measured of it, and the lessons."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

import streamlit as st

from resviz.core.spec import NetSpec
from resviz.draw import figure, raster
from resviz.draw.theme import LIGHT, THEMES
from resviz.ui import choice, diagram
from resviz.ui.colours import theme
from resviz.ui.page import Page, Shown
from resviz.views.equation import equations
from resviz.zoo.known import compared, reports
from resviz.zoo.lessons import Lesson, lessons
from resviz.zoo.reported import Report

WIDE = 500.0
"""Pixels of the picture's column on a laptop: units that do not fit beside each other stand below each other."""
READABLE = 720
"""Pixels of a text that stands alone."""
STYLE = """<style>
.stMarkdown .katex-display {overflow-x:auto; overflow-y:hidden; padding:0.2rem 0; margin:0.3rem 0}
.stMarkdown .katex-display > .katex {text-align:left; font-size:1.02em}
</style>"""


def show(shown: Shown) -> None:
    """The picture beside equation and measurements, the texts under them; all below each other on a narrow page."""
    st.html(STYLE)
    left, right = st.columns(2, gap="large")
    with left:
        diagram.picture(_picture(shown.spec, theme().name), "unit")
        with st.popover("Download the picture", width="content"):
            _downloads(shown)
    with right:
        _equations(shown.spec)
        _measured(shown.spec)
    about_family, *others = lessons(shown.spec)
    left, right = st.columns(2, gap="large") if others else (st.container(width=READABLE), st.empty())
    with left:
        _lesson(about_family)
    with right:
        for lesson in others:
            _lesson(lesson)


@lru_cache(maxsize=64)
def _picture(spec: NetSpec, theme_name: str) -> str:
    return figure.unit(spec.node(), spec.title(), THEMES[theme_name], WIDE)


def _downloads(shown: Shown) -> None:
    """Files in the light theme, the units side by side, made on the click."""

    def svg() -> str:
        return figure.unit(shown.node, shown.title, LIGHT)

    files: dict[str, tuple[str, str, Callable[[], str | bytes]]] = {
        "SVG": ("svg", "image/svg+xml", svg),
        "PDF": ("pdf", "application/pdf", lambda: raster.pdf(svg())),
        "PNG": ("png", "image/png", lambda: raster.png(svg(), 3.0)),
    }
    for words, (ending, mime, make) in files.items():
        name = f"{shown.file_name()}-unit.{ending}"
        st.download_button(words, make, name, mime, on_click="ignore", key=f"unit-{ending}")


@lru_cache(maxsize=64)
def _lines(spec: NetSpec) -> list[tuple[str, list[str]]]:
    return equations(spec.node())


def _equations(spec: NetSpec) -> None:
    found = _lines(spec)
    for i, (title, lines) in enumerate(found):
        if i:
            st.caption(f"where it {title}" if title.endswith("size") else title)
        st.latex(aligned(line.replace(" = ", " &= ", 1) for line in lines))
    gated = any(r"\odot" in line for _, lines in found for line in lines)
    st.caption("W: the weights of a convolution or a fully connected layer." + " ⊙: element by element." * gated)


def aligned(lines: Iterable[str]) -> str:
    """Lines of LaTeX below each other, their ampersands in line."""
    return r"\begin{aligned}" + r"\\".join(lines) + r"\end{aligned}"


def _measured(spec: NetSpec) -> None:
    """What papers report of this network, and of its choices in networks of their own."""
    found = reports(spec)
    if found:
        st.markdown("**Reported of this network**")
        st.markdown("\n".join(f"- {choice.plain(report.sentence())}" for report in found))
    for k in spec.knobs():
        rows = compared(spec, k.name)
        if rows:
            first = rows[0][0]
            where = choice.plain(f"{first.cite}, {first.data}")
            st.markdown(f"**Measured of this {k.title.lower()}** in the networks of {where}")
            st.markdown("\n".join(_row(report, here) for report, here in rows))


def _row(report: Report, here: bool) -> str:
    remark = f" ({report.remark})" if report.remark else ""
    error = report.error().rstrip(",")
    this = ": **this network**" if here else ""
    return f"- {choice.plain(f'{report.called}: {error}{remark}')}{this}"


def _lesson(lesson: Lesson) -> None:
    entry = lesson.entry
    st.markdown(f"#### {lesson.kind.capitalize()}: {choice.plain(entry.title)}")
    st.caption(choice.plain(entry.cite))
    if entry.formula:
        # a wide gap in a formula is where its line may end
        st.latex(aligned(f"&{line}" for line in entry.formula.split(r"\qquad")))
    st.markdown(entry.text or choice.plain(entry.note))


PAGE = Page("Explained", 1.5, show)
