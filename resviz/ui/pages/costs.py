"""The page Costs: what every convention counts, what lies in memory, and which layers make the depth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache, partial
from html import escape

import streamlit as st

from resviz.core.knob import Knob, SpecError
from resviz.core.spec import NetSpec
from resviz.ui import choice, widgets
from resviz.ui.page import Page, Shown
from resviz.views import conventions, depth, memory
from resviz.views import why as reasons
from resviz.views.memory import Need, Plan
from resviz.views.numbers import count

PLAN = "plan-texts"
STYLE = """<style>
.ledger {font-size:0.9rem; overflow-x:auto; container-type:inline-size}
.ledger table {border-collapse:collapse; width:100%}
.ledger th, .ledger td {text-align:left; padding:0.3rem 1rem 0.3rem 0; vertical-align:top;
  border-bottom:1px solid color-mix(in srgb, currentColor 22%, transparent)}
.ledger td {font-variant-numeric:tabular-nums}
.ledger .number {text-align:right; white-space:nowrap}
.ledger .about {min-width:22rem}
.ledger p {margin:0 0 0.35rem}
.ledger .equation {font-size:1.35rem; font-weight:600; font-variant-numeric:tabular-nums}
@container (max-width:720px) {
  .ledger .wide tr:first-child {display:none}
  .ledger .wide table, .ledger .wide tr, .ledger .wide td {display:block; border:none; padding:0.05rem 0}
  .ledger .wide .number {text-align:left; white-space:normal}
  .ledger .wide .about {min-width:0}
  .ledger .wide .difference:not(:empty)::before {content:"beside the MACs: "}
  .ledger .wide tr {padding:0.5rem 0; border-bottom:1px solid color-mix(in srgb, currentColor 22%, transparent)}
}
</style>"""


def show(shown: Shown) -> None:
    """The conventions with the question why a tool says a number, the memory, the depth."""
    st.markdown("#### What one image costs, by convention")
    _why(shown)
    _html(f'<div class="wide">{_conventions(shown.spec)}</div>')
    st.markdown("#### What it needs in memory")
    _memory(shown)
    st.markdown("#### Which layers make the depth")
    _html(_depth(shown.spec))


@st.fragment
def _why(shown: Shown) -> None:
    text = st.text_input(
        "Why does my tool say …", key="why", placeholder="4.11 G",
        help="a number that a tool or a paper gives for this network, such as 4.11, 8.2 GFLOPs or 3,858 M",
    )  # fmt: skip
    if not text:
        return
    try:
        answer = reasons.why(text, shown.node)
    except SpecError as error:
        st.error(choice.plain(str(error)))
        return
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in answer.sentences())
    _html(f"<ul>{items}</ul>", spoken=True)


@lru_cache(maxsize=64)
def _conventions(spec: NetSpec) -> str:
    rows = []
    for line in conventions.ledger(spec.node()):
        missing = f" Not counted: {escape(line.missing())}." if line.not_counted else ""
        rows.append((
            f"<b>{escape(line.title)}</b>",
            f"<b>{count(line.number)}</b><br>{line.number:,} {escape(line.unit)}",
            f"{line.difference:+,}" if line.difference else "",
            f"{escape(line.definition)}{missing} <i>({escape(line.source)})</i>",
        ))  # fmt: skip
    return _table(
        ("convention", "number", "beside the MACs", "what it counts"),
        rows,
        ("", "number", "number difference", "about"),
    )


@st.fragment
def _memory(shown: Shown) -> None:
    texts = st.session_state.setdefault(PLAN, {})
    plan, refused = _read(texts)
    knobs = Plan.knobs()
    for k, column in zip(knobs, st.columns([1, 2, 2, 1]), strict=True):
        with column:
            _knob(k, plan, texts)
    if refused is not None:
        _mend(refused, texts)
    if plan is None:
        return
    needs = {"training": _training(shown.spec, plan), "inference": _inference(shown.spec, plan)}
    _html(_memory_table(needs, plan), spoken=True)
    st.caption(
        f"{memory.DEFINITIONS[plan.precision]} Activations are those of PyTorch's eager mode: each tensor that autograd"
        " keeps once, and in inference each until its last reader has run. Not counted: in training what only passes "
        "by (outputs that nothing keeps, gradients of activations on their way back) and the loss; cuDNN's workspaces "
        "and the allocator's rounding."
    )


def _memory_table(needs: Mapping[str, Need], plan: Plan) -> str:
    """A row for each item, a column for training and one for inference."""
    words = {item.name: item.words for need in needs.values() for item in need.items if item.name != "activations"}
    words["activations"] = "training: kept for the backward pass; inference: the most that live at once"
    rows = []
    for name, about in words.items():
        found = [next((i.bytes(plan.batch) for i in need.items if i.name == name), None) for need in needs.values()]
        rows.append((f"<b>{escape(name)}</b><br>{escape(about)}", *map(_bytes, found)))
    rows.append(("<b>total</b>", *(f"<b>{_bytes(need.bytes())}</b>" for need in needs.values())))
    largest = (f"<b>{need.largest_batch():,}</b>" for need in needs.values())
    rows.append((f"<b>largest batch</b> in {escape(plan.fits)}", *largest))
    return _table(("", *needs), rows, ("", "number", "number"))


def _bytes(number: int | None) -> str:
    return "–" if number is None else f"{memory.size(number)}<br>{number:,} B"


@lru_cache(maxsize=64)
def _training(spec: NetSpec, plan: Plan) -> Need:
    return memory.training(spec.node(), plan)


@lru_cache(maxsize=64)
def _inference(spec: NetSpec, plan: Plan) -> Need:
    return memory.inference(spec.node(), plan)


def _read(texts: Mapping[str, str]) -> tuple[Plan | None, SpecError | None]:
    try:
        return Plan.of_text(texts), None
    except SpecError as error:
        return None, error


def _knob(k: Knob, plan: Plan | None, texts: dict[str, str]) -> None:
    value = plan.values()[k.name] if plan else widgets.readable(k, texts, Plan().values()[k.name])
    typed = None if plan else texts.get(k.name)
    widgets.show(k, f"plan-{k.name}", value, k.options(None), partial(texts.__setitem__, k.name), typed)


def _mend(refused: SpecError, texts: dict[str, str]) -> None:
    st.error(choice.plain(str(refused)))
    by_name = {k.name: k for k in Plan.knobs()}
    for name, value in refused.fix.items():
        k = by_name[name]
        st.button(f"Set {k.title.lower()} to {k.show(value)}", on_click=texts.update, args=({name: k.show(value)},))


@lru_cache(maxsize=64)
def _depth(spec: NetSpec) -> str:
    found = depth.ledger(spec.node())
    lines = " · ".join(f"<b>{escape(line.name)}</b> {escape(line.words())}" for line in found.lines)
    missing = "".join(
        f"<li>{escape(place)}: {escape(', '.join(f'{n} {kind}' for kind, n in kinds))}</li>"
        for place, kinds in found.not_counted
    )
    return (
        f'<p class="equation">{escape(found.equation())}</p><p>{lines}</p><p>Not counted:</p><ul>{missing}</ul>'
        "<p>Counted are the layers with a weight matrix on the longest path (He et al. 2015). Others count otherwise: "
        "the 28 of WRN-28-10 has the three projections in it and leaves out the classifier.</p>"
    )


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], classes: Sequence[str]) -> str:
    """A table of cells that are HTML already."""

    def line(cells: Sequence[str], tag: str) -> str:
        named = zip(cells, classes, strict=True)
        return "<tr>" + "".join(f'<{tag} class="{name}">{cell}</{tag}>' for cell, name in named) + "</tr>"

    body = "".join(line(row, "td") for row in rows)
    return f"<table>{line([escape(name) for name in header], 'th')}{body}</table>"


def _html(inside: str, spoken: bool = False) -> None:
    """Put it on the page; what is `spoken` is told to screen readers when it changes."""
    live = ' role="status" aria-live="polite"' if spoken else ""
    st.html(f'{STYLE}<div class="ledger"{live}>{inside}</div>')


PAGE = Page("Costs", 2.5, show)
