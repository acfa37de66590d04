"""The page Compare: this network beside others, drawn in rows of one map size, and the differences in numbers.

The others stand in the URL as text, so that a link carries them all.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape

import streamlit as st

from resviz.core.knob import Knob, SpecError
from resviz.core.spec import NetSpec
from resviz.draw import aligned, figure
from resviz.draw.theme import THEMES
from resviz.export.export import Job
from resviz.export.figure import Figure
from resviz.ui import choice, diagram, downloads, inspector, widgets
from resviz.ui.colours import theme
from resviz.ui.page import Page, Shown
from resviz.views import compare
from resviz.views.compare import QUANTITIES, Line, Quantity
from resviz.zoo.comparisons import COMPARISONS
from resviz.zoo.families import FAMILIES, PRESETS, from_text, named, to_text

WITH = "with"
BETWEEN = ";"
PART = "of"
MOST = 4
OWN = "–"
MATCHED = "compare-matched"


def show(shown: Shown) -> None:
    """The others and their knobs, the picture, the numbers."""
    texts = _texts()
    _comparisons(shown.spec, len(texts) < MOST)
    others = [_other(i, text, shown.spec) for i, text in enumerate(texts[:MOST])]
    if len(texts) > MOST:
        st.caption(f"The link names {len(texts)} networks to stand beside this one; {MOST} are shown.")
    specs = [spec for spec in others if spec is not None]
    if not texts:
        st.caption("Put another network beside this one, or take what a paper puts side by side.")
    if specs:
        networks = tuple(Shown(spec, spec.node(), spec.title()) for spec in (shown.spec, *specs))
        _fragment(networks)
        _numbers(networks)


def _texts() -> list[str]:
    return [text for text in st.query_params.get(WITH, "").split(BETWEEN) if text]


def _write(texts: list[str]) -> None:
    if texts:
        st.query_params[WITH] = BETWEEN.join(texts)
    elif WITH in st.query_params:
        del st.query_params[WITH]


def _replace(i: int, spec: NetSpec | None) -> None:
    """Put another network in the place of the `i`-th, or take that out."""
    texts = _texts()
    texts[i : i + 1] = [] if spec is None else [to_text(spec)]
    _write(texts)


def _comparisons(spec: NetSpec, room: bool) -> None:
    """What the papers put side by side, at a press; or one network more."""
    with st.container(horizontal=True):
        if room:
            st.button("Add a network", on_click=_add, args=(spec,), icon=":material/add:", key="compare-add")
        for entry in COMPARISONS:
            st.button(entry.title, on_click=_take, args=(entry.thing,), help=f"{entry.cite}: {entry.note}")


def _take(texts: tuple[str, ...]) -> None:
    first, *others = (from_text(text) for text in texts)
    choice.choose(type(first), first.chosen())
    _write([to_text(spec) for spec in others])


def _add(spec: NetSpec) -> None:
    """A copy of the network at hand, to be turned."""
    _write([*_texts(), to_text(spec)])


def _other(i: int, text: str, first: NetSpec) -> NetSpec | None:
    """The widgets of the `i`-th other network; the network, or None where the text names none."""
    try:
        spec = from_text(text)
        spec.node()
    except SpecError as error:
        st.error(choice.plain(str(error)))
        st.button("Take it out", on_click=_replace, args=(i, None), key=f"with-{i}-out")
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _preset(i, spec)
        with st.popover("Its knobs", width="content"):
            for k in spec.knobs():
                if not k.needs(spec):
                    _knob(i, spec, k)
        for quantity, words in QUANTITIES.items():
            st.button(
                f"Match {words}", on_click=_match, args=(i, spec, first, quantity), key=f"with-{i}-{quantity}",
                help=f"turn its width (or depth) until its {words} come nearest to the first network's",
            )  # fmt: skip
        st.button("Take it out", on_click=_replace, args=(i, None), key=f"with-{i}-out")
    if note := st.session_state.pop(f"{MATCHED}-{i}", ""):
        st.caption(choice.plain(note))
    return spec


def _preset(i: int, spec: NetSpec) -> None:
    key = f"with-{i}"
    names = (OWN, *FAMILIES.names(), *(name for name in PRESETS.names() if name not in FAMILIES))
    st.session_state[key] = choice.preset_names().get(spec, OWN)

    def taken() -> None:
        if st.session_state[key] != OWN:
            _replace(i, named(st.session_state[key], {}))

    st.selectbox(
        f"beside it, {i + 1}", names, key=key, on_change=taken, width=280, label_visibility="collapsed",
        format_func=lambda name: spec.title() if name == OWN else _title(name),
    )  # fmt: skip


def _title(name: str) -> str:
    return PRESETS[name].title if name in PRESETS else FAMILIES[name].title


def _knob(i: int, spec: NetSpec, k: Knob) -> None:
    def turned(text: str) -> None:
        try:
            _replace(i, type(spec).of_text(spec.turned(k, text).texts))
        except SpecError as error:
            st.session_state[f"{MATCHED}-{i}"] = f"not possible: {error}"

    widgets.show(k, f"with-{i}-{k.name}", spec.values()[k.name], spec.offered(k), turned)


def _match(i: int, spec: NetSpec, first: NetSpec, quantity: Quantity) -> None:
    target = next(line for line in compare.totals([first.node()]) if line.name == QUANTITIES[quantity]).values[0]
    try:
        found = compare.match(spec, target, quantity)
    except SpecError as error:
        st.session_state[f"{MATCHED}-{i}"] = str(error)
        return
    st.session_state[f"{MATCHED}-{i}"] = f"{found.spec.title()}: {found.sentence(quantity)}."
    _replace(i, found.spec)


@st.fragment
def _fragment(networks: tuple[Shown, ...]) -> None:
    """The picture and the part of it that is opened."""
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        level = st.segmented_control(
            "Detail", figure.LEVELS, default="block", key="side", bind="query-params", required=True,
            label_visibility="collapsed",
        )  # fmt: skip
        unfolded = st.toggle("draw repeats out", key="unfolded", bind="query-params")
        unmarked = st.toggle("no marks", key="unmarked", bind="query-params", help="around what differs")
        with st.popover("Download the picture", width="content"):
            _downloads(networks, str(level), not unfolded, not unmarked)
    specs = tuple(shown.spec for shown in networks)
    selected = st.query_params.get(PART, "")
    svg = picture(specs, str(level), not unfolded, not unmarked, theme().name)
    diagram.show(svg, "compared", _open, selected=selected, height=900)
    number, _, path = selected.partition(aligned.SEPARATOR)
    if number.isascii() and number.isdigit() and int(number) < len(networks):
        inspector.show(networks[int(number)], path)


def _open(path: str) -> None:
    st.query_params[PART] = path


@lru_cache(maxsize=64)
def picture(specs: tuple[NetSpec, ...], level: str, folded: bool, marking: bool, theme_name: str) -> str:
    """The networks side by side, as SVG."""
    nodes = [(spec.title(), spec.node()) for spec in specs]
    return figure.compared(nodes, level, THEMES[theme_name], folded=folded, marking=marking)


def _downloads(networks: tuple[Shown, ...], level: str, folded: bool, marking: bool) -> None:
    """Files in the light theme, made on the click."""
    st.caption(f"in the light theme, by {level}")
    drawn = Figure(style="column", level=level, folded=folded, marked=marking)
    name = "-".join(shown.file_name() for shown in networks)
    downloads.figures(Job(tuple(shown.spec for shown in networks), drawn), name, "compare")


STYLE = """<style>
.compared {overflow-x:auto; font-size:0.85rem}
.compared table {border-collapse:collapse; margin-bottom:0.8rem}
.compared th, .compared td {text-align:right; padding:0.2rem 0 0.2rem 1.4rem; white-space:nowrap;
  border-bottom:1px solid color-mix(in srgb, currentColor 22%, transparent); font-variant-numeric:tabular-nums}
.compared th:first-child, .compared td:first-child {text-align:left; padding-left:0}
.compared .more {font-weight:600}
</style>"""


def _numbers(networks: tuple[Shown, ...]) -> None:
    """What was chosen differently, the totals, and where the cost lies."""
    specs, nodes = [shown.spec for shown in networks], [shown.node for shown in networks]
    titles = tuple(shown.title for shown in networks)
    chosen = [tuple(map(escape, (title, *values))) for title, values in compare.choices(specs)]
    whole = [(escape(line.name), *_cells(line)) for line in compare.totals(nodes)]
    whole.append(("paths", *map(escape, compare.path_counts(nodes))))
    sizes = compare.by_size(nodes)
    macs = [(escape(f"MACs at {sized.size}"), *_cells(Line("", sized.macs))) for sized in sizes]
    params = [(escape(f"parameters at {sized.size}"), *_cells(Line("", sized.params))) for sized in sizes]
    st.html(f'{STYLE}<div class="compared">{_table(titles, [*chosen, *whole, *macs, *params])}</div>')


def _cells(line: Line) -> tuple[str, ...]:
    """The numbers, and behind each but the first the difference."""
    first, *others = (f"{value:,}" for value in line.values)
    more = (f' <span class="more">({m:+,})</span>' if m else "" for m in line.differences()[1:])
    return (first, *(value + words for value, words in zip(others, more)))


def _table(titles: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(title)}</th>" for title in ("", *titles))
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


PAGE = Page("Compare", 3.5, show)
