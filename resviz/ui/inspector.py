"""The inspector: a selected part opened, with each operation's shapes, parameters, MACs and their formulas."""

from __future__ import annotations

from html import escape

import streamlit as st

from resviz.core.net import Node, join_path, leaves, sections, walk
from resviz.core.ops import dims
from resviz.ui.page import Shown
from resviz.views import tables

STYLE = """<style>
.inspector {overflow-x:auto; font-size:0.82rem}
.inspector table {border-collapse:collapse; width:100%}
.inspector th, .inspector td {text-align:left; padding:0.22rem 0.7rem 0.22rem 0; vertical-align:top;
  border-bottom:1px solid color-mix(in srgb, currentColor 22%, transparent)}
.inspector td {font-variant-numeric:tabular-nums}
.inspector code {font-size:0.8rem; background:none; color:inherit; padding:0}
@media (max-width:640px) {
  .inspector table, .inspector tr, .inspector td {display:block; border:none; padding:0.05rem 0}
  .inspector tr {padding:0.4rem 0; border-bottom:1px solid color-mix(in srgb, currentColor 22%, transparent)}
  .inspector tr:first-child {display:none}
  .inspector td::before {content:attr(aria-label) ": "; opacity:0.85}
}
</style>"""
COLUMNS = ("operation", "output", "how the size comes about", "parameters", "MACs")


def find(node: Node, path: str) -> tuple[str, Node] | None:
    """The part that a diagram's `path` names, with its path in the term; a section may go by its name alone."""
    for section in sections(node):
        if section.handle == path:
            return section.path, section.node
    return next(((at_path, at) for at_path, at in walk(node) if at_path == path and path), None)


def show(shown: Shown, path: str) -> None:
    """Open the part; or say how to."""
    found = find(shown.node, path)
    if found is None:
        st.caption(
            "Click a block, a stage or a join to open it: its operations, shapes, parameters, MACs and formulas."
        )
        return
    prefix, part = found
    whole = tables.costs(part)
    heading = (
        f"<b>{escape(path)}</b>{_repeats(shown.node, path, part)}: {escape(', '.join(map(dims, part.ins)))} → "
        f"{escape(dims(part.out))}, {whole.params:,} parameters, {whole.macs:,} MACs, {whole.activations:,} activations"
    )
    lines = [_line(at_path, at) for at_path, at in leaves_below(part, prefix)]
    head = "".join(f"<th>{escape(name)}</th>" for name in COLUMNS)
    table = f"<table><tr>{head}</tr>{''.join(lines)}</table>"
    st.html(f'{STYLE}<div class="inspector" role="status" aria-live="polite"><p>{heading}</p>{table}</div>')


def leaves_below(part: Node, path: str) -> list[tuple[str, Node]]:
    """The operations of a part, each run of equal units once."""
    if part.role != "stage":
        return [(join_path(path, name), at) for name, at in leaves(part)]
    seen: set[int] = set()
    found = []
    for name, unit in part.parts:
        if unit.role != "unit" or id(unit) not in seen:
            seen.add(id(unit))
            found.extend(leaves_below(unit, join_path(path, name)))
    return found


def _repeats(node: Node, path: str, part: Node) -> str:
    """Where the same unit stands again, each time with weights of its own."""
    if part.role != "unit":
        return ""
    same = [other for other, at in walk(node) if at is part and at.role == "unit"]
    if len(same) == 1:
        return ""
    return escape(f" (and {len(same) - 1} more like it up to {same[-1]}, each with weights of its own)")


def _line(path: str, at: Node) -> str:
    op = at.op
    cells = (
        f"<code>{escape(path)}</code><br>{escape(op.label())}",
        escape(dims(at.out)),
        escape(op.size(*at.ins)) or "the same size",
        escape(str(op.params(*at.ins))),
        escape(str(op.macs(*at.ins))),
    )
    named = zip(COLUMNS, cells, strict=True)
    return "<tr>" + "".join(f'<td aria-label="{escape(name)}">{cell}</td>' for name, cell in named) + "</tr>"
