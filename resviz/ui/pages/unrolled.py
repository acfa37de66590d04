"""The page Unrolled: a residual network as an ensemble of paths, and what removing units does to it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from resviz.draw import ensemble
from resviz.ui import choice, diagram
from resviz.ui.colours import theme
from resviz.ui.page import Page, Shown
from resviz.views import charts, paths
from resviz.views.numbers import power
from resviz.views.paths import Lengths

REMOVED = "removed"
CHAIN, TREE, PLAIN = "chain", "tree", "plain-chain"


def show(shown: Shown) -> None:
    """The units to click, all paths for up to six units, and the exact distribution of path lengths."""
    _fragment(shown)


@st.fragment
def _fragment(shown: Shown) -> None:
    units = [(path, paths.has_shortcut(unit)) for path, unit in paths.units(shown.node)]
    names = [path for path, _ in units]
    removed = _removed(len(units))
    _say(units, removed)
    left, right = st.columns(2)
    with left:
        st.markdown(f"**{choice.plain(shown.title)}**: click a unit to remove it")
        svg = ensemble.chain(units, removed, theme(), f"{shown.title}: its units")
        diagram.show(svg, CHAIN, height=260, on_select=lambda: _toggle(names, CHAIN))
        _verdict(units, removed)
    with right:
        plain = [(path, False) for path in names]
        st.markdown("**The plain net of the same depth**: no way round a unit")
        svg = ensemble.chain(plain, removed, theme(), "the plain net: its units")
        diagram.show(svg, PLAIN, height=260, on_select=lambda: _toggle(names, PLAIN))
        _verdict(plain, removed)
    if removed:
        st.button("Put all units back", on_click=_put_back)
    _tree(shown, units, removed)
    _distribution(units, removed)


def _removed(count: int) -> frozenset[int]:
    """The positions in the URL, as far as the network has such units."""
    numbers = (part.strip() for part in st.query_params.get(REMOVED, "").split(","))
    found = {int(number) - 1 for number in numbers if number.isascii() and number.isdigit() and len(number) < 6}
    return frozenset(i for i in found if 0 <= i < count)


def _say(units: Sequence[tuple[str, bool]], removed: frozenset[int]) -> None:
    """Say which of the URL's units there are none of; nothing is dropped without a word."""
    text = st.query_params.get(REMOVED, "")
    wanted = [part for part in text.split(",") if part.strip()]
    if len(set(wanted)) != len(removed):
        st.warning(f"The link removes units that this network does not have: it has units 1 to {len(units)}.")


def _toggle(names: Sequence[str], key: str) -> None:
    path = diagram.selected(key)
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
    text = f"<b>{escape(power(left))} of {escape(power(whole))}</b> path{'s' if whole > 1 else ''} left"
    end = " – nothing gets through: a plain net has no way round a unit." if cut else "."
    st.html(f'<div style="font-size:0.95rem">{text}{end}</div>')


def lengths(units: Sequence[tuple[str, bool]], removed: frozenset[int]) -> Lengths | None:
    """The distribution of what is left: each unit kept or passed; None where nothing is left."""
    if any(not units[i][1] for i in removed):
        return None
    kept = [has for i, (_, has) in enumerate(units) if i not in removed]
    return Lengths(tuple(paths.binomial_lengths(sum(kept), len(kept) - sum(kept))))


def _distribution(units: Sequence[tuple[str, bool]], removed: frozenset[int]) -> None:
    now, whole = lengths(units, removed), lengths(units, frozenset())
    if now is None or whole is None:
        return
    low, high = now.central()
    logarithmic = st.toggle("logarithmic", key="log", bind="query-params")
    st.html(
        f'<div style="font-size:0.95rem">Path lengths, counted in units: mean <b>{float(now.mean):g}</b>, '
        f"standard deviation <b>{now.std:.3g}</b>; the central 95 % are <b>{low} to {high}</b> units long (exactly "
        f"{100 * float(now.share(low, high)):.2f} % of {escape(power(now.total))} paths).</div>"
    )
    chart = charts.path_lengths(now, theme(), bool(logarithmic), whole if removed else None)
    st.plotly_chart(chart, key="path-lengths", theme=None)
    st.caption(
        "Each unit is one choice, its branch or its shortcut: n units make 2ⁿ paths, and C(n, k) of them pass k "
        "branches (Veit, Wilber & Belongie 2016). With a ReLU behind the addition the sum over paths is not exact."
    )


def _tree(shown: Shown, units: Sequence[tuple[str, bool]], removed: frozenset[int]) -> None:
    names = [path for path, _ in units]
    if not all(has for _, has in units):
        st.info("A plain net is a single path: there is nothing to unroll.")
    elif len(units) > ensemble.MOST_UNROLLED:
        st.info(
            f"Drawn out, {power(2 ** len(units))} paths would not fit on a page: up to {ensemble.MOST_UNROLLED} units "
            "are drawn. Try ResNet-8 or ResNet-14 of the cifar layout, or Units a stage 1,1,1."
        )
    else:
        svg = ensemble.unrolled(names, removed, theme(), f"{shown.title}, unrolled")
        st.markdown(
            f"**All {2 ** len(units)} paths** (Veit et al. 2016, Fig. 1): f is a unit's branch; click one to remove it"
        )
        diagram.show(svg, TREE, height=900, on_select=lambda: _toggle(names, TREE))


PAGE = Page("Unrolled", 3, show)
