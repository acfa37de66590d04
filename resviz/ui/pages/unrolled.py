"""The page Unrolled: a residual network as an ensemble of paths, and what removing units does to it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st

from resviz.draw import ensemble
from resviz.ui import choice, diagram
from resviz.ui.colours import theme
from resviz.ui.page import Page, Shown
from resviz.views import charts, paths
from resviz.views.numbers import power
from resviz.views.paths import Lengths
from resviz.zoo.families import PRESETS

REMOVED = "removed"
DRAWN = ("resnet8", "resnet14-cifar")
CHAIN, TREE, PLAIN = "chain", "tree", "plain-chain"


def show(shown: Shown) -> None:
    """The units to click, all paths for up to six units, and the exact distribution of path lengths."""
    if paths.units(shown.node):
        _fragment(shown)
    else:
        _nothing(f"{shown.title} has no units with a way round them: it is a single chain of layers.")


def _nothing(why: str) -> None:
    """Say why there is nothing to unroll, and offer what there is."""
    st.info(choice.plain(f"{why} There is nothing to unroll; these networks are ensembles of paths:"))
    with st.container(horizontal=True):
        for name in DRAWN:
            st.button(PRESETS[name].title, on_click=choice.take, args=(name,))


@st.fragment
def _fragment(shown: Shown) -> None:
    units = [(path, paths.has_shortcut(unit)) for path, unit in paths.units(shown.node)]
    names = [path for path, _ in units]
    removed = _removed(len(units))
    toggle = partial(_toggle, names)
    _say(units, removed)
    left, right = st.columns(2)
    with left:
        st.markdown(f"**{choice.plain(shown.title)}**: click a unit to remove it")
        svg = ensemble.chain(units, removed, ensemble.cut(units, removed), theme(), f"{shown.title}: its units")
        diagram.show(svg, CHAIN, toggle, height=320)
        _verdict(units, removed)
    with right:
        plain = [(path, False) for path in names]
        st.markdown("**The plain net of the same depth**: no way round a unit")
        svg = ensemble.chain(plain, removed, ensemble.cut(plain, removed), theme(), "the plain net: its units")
        diagram.show(svg, PLAIN, toggle, height=320)
        _verdict(plain, removed)
    if removed:
        st.button("Put all units back", on_click=_put_back)
    _tree(shown, units, removed)
    if any(has for _, has in units):
        _distribution(shown, units, removed)


def _removed(count: int) -> frozenset[int]:
    """The positions in the URL, as far as the network has such units."""
    numbers = (part.strip() for part in st.query_params.get(REMOVED, "").split(","))
    found = {int(number) - 1 for number in numbers if number.isascii() and number.isdigit() and len(number) < 6}
    return frozenset(i for i in found if 0 <= i < count)


def _say(units: Sequence[tuple[str, bool]], removed: frozenset[int]) -> None:
    """Say which of the units that the URL removes there are not; nothing is dropped without a word."""
    wanted = {part.strip() for part in st.query_params.get(REMOVED, "").split(",") if part.strip()}
    missing = sorted(wanted - {str(i + 1) for i in removed})
    if missing:
        words = choice.plain(", ".join(missing)[:80])
        st.caption(f"Of the removed units, {words} cannot be found in this network, which has units 1 to {len(units)}.")


def _toggle(names: Sequence[str], path: str) -> None:
    if path in names:
        _write(_removed(len(names)) ^ {names.index(path)})


def _put_back() -> None:
    _write(frozenset())


def _write(removed: frozenset[int]) -> None:
    if removed:
        st.query_params[REMOVED] = ",".join(str(i + 1) for i in sorted(removed))
    elif REMOVED in st.query_params:
        del st.query_params[REMOVED]


def _verdict(units: Sequence[tuple[str, bool]], removed: frozenset[int]) -> None:
    whole = 2 ** sum(has for _, has in units)
    cut = any(not units[i][1] for i in removed)
    left = 0 if cut else 2 ** sum(has for i, (_, has) in enumerate(units) if i not in removed)
    text = f"<b>{escape(power(left))} of {escape(power(whole))}</b> {_paths(whole)} left"
    end = ": nothing gets through, because a plain net has no way round a unit." if cut else "."
    st.html(f'<div style="font-size:0.95rem">{text}{end}</div>')


def _paths(count: int) -> str:
    return "path" if count == 1 else "paths"


def lengths(units: Sequence[tuple[str, bool]], removed: frozenset[int]) -> Lengths | None:
    """The distribution of what is left: each unit kept or passed; None where nothing is left."""
    if any(not units[i][1] for i in removed):
        return None
    kept = [has for i, (_, has) in enumerate(units) if i not in removed]
    return Lengths(tuple(paths.binomial_lengths(sum(kept), len(kept) - sum(kept))))


def _distribution(shown: Shown, units: Sequence[tuple[str, bool]], removed: frozenset[int]) -> None:
    whole = Lengths(tuple(paths.path_lengths(shown.node)))
    now = lengths(units, removed) if removed else whole
    if now is None:
        return
    logarithmic = st.toggle("logarithmic", key="log", bind="query-params")
    st.html(f'<div style="font-size:0.95rem">{_summary(now)}</div>')
    chart = charts.path_lengths(now, theme(), bool(logarithmic), whole if removed else None)
    st.plotly_chart(chart, key="path-lengths", theme=None, config={"displayModeBar": False})
    st.caption(
        "Each unit is one choice, its branch or its shortcut: n units make 2ⁿ paths, and C(n, k) of them pass k "
        "branches (Veit, Wilber & Belongie 2016). With a ReLU behind the addition the sum over paths is not exact."
    )


def _summary(now: Lengths) -> str:
    """Mean, spread and central 95 % of the path lengths."""
    if now.total == 1:
        return f"One path, through all of its <b>{len(now.counts) - 1}</b> units."
    low, high = now.central()
    return (
        f"Path lengths, counted in units: mean <b>{float(now.mean):g}</b>, standard deviation <b>{now.std:.3g}</b>; "
        f"the central 95 % are <b>{low} to {high}</b> units long (exactly {100 * float(now.share(low, high)):.2f} % of "
        f"{escape(power(now.total))} paths)."
    )


def _tree(shown: Shown, units: Sequence[tuple[str, bool]], removed: frozenset[int]) -> None:
    names = [path for path, _ in units]
    if not all(has for _, has in units):
        _nothing(f"No unit of {shown.title} has a way round it: to remove one cuts every path.")
    elif len(units) > ensemble.MOST_UNROLLED:
        st.caption(
            f"Drawn out, {power(2 ** len(units))} paths would not fit on a page: up to {ensemble.MOST_UNROLLED} units "
            "are drawn, as for these networks."
        )
        with st.container(horizontal=True):
            for name in DRAWN:
                st.button(PRESETS[name].title, on_click=choice.take, args=(name,))
    else:
        svg = ensemble.unrolled(names, removed, theme(), f"{shown.title}, unrolled")
        st.markdown(
            f"**All {2 ** len(units)} paths** (Veit et al. 2016, Fig. 1): f is a unit's branch; click one to remove it"
        )
        diagram.show(svg, TREE, partial(_toggle, names), height=900)


PAGE = Page("Unrolled", 3, show)
