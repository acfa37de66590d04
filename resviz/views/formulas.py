"""How each number of a table comes about: an operation's formula with its numbers, a larger part's sum.

The formulas are the operations' own (`core.ops`); a sum says how often equal parts stand in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from resviz.core.net import Cost, Node, Op, Section, join_path, leaves, sections
from resviz.core.ops import dims
from resviz.views import tables

SAME = "the same size"


@dataclass(frozen=True, slots=True)
class Derivation:
    """For one part: how its output size, its parameters and its multiply-adds come about."""

    path: str
    size: str
    params: str
    macs: str


def derivations(node: Node, by: str = "op") -> list[Derivation]:
    """The derivations of the rows that `tables.rows(node, by)` gives, in their order."""
    if by == "op":
        return [_of_op(path, at) for path, at in leaves(node)]
    cost = tables.summing()
    found = []
    for section in sections(node):
        if by == "stage" or section.node.role != "stage":
            found.append(_of_parts(section.name, section.node, cost))
        else:
            found += [_of_row(path, part, cost) for path, part in _rows_of(section)]
    return found


def _rows_of(section: Section) -> list[tuple[str, Node]]:
    """The units of a stage, and the operations beside them."""
    found = []
    for name, part in section.node.parts:
        path = join_path(section.path, name)
        found += [(path, part)] if part.role == "unit" else [(join_path(path, inner), at) for inner, at in leaves(part)]
    return found


def _of_row(path: str, part: Node, cost: Callable[[Node], Cost]) -> Derivation:
    return _of_op(path, part) if isinstance(part.net, Op) else _of_parts(path, part, cost)


def _of_op(path: str, at: Node) -> Derivation:
    op = at.op
    return Derivation(path, op.size(*at.ins) or SAME, str(op.params(*at.ins)), str(op.macs(*at.ins)))


def _of_parts(path: str, part: Node, cost: Callable[[Node], Cost]) -> Derivation:
    """The sums over the units of a stage, or over the operations of anything smaller."""
    parts = [at for _, at in part.parts] if part.role == "stage" else [at for _, at in leaves(part)]
    sizes = dict.fromkeys(dims(at.out) for at in parts)
    return Derivation(
        path,
        " → ".join(sizes),
        _sum([cost(at).params for at in parts]),
        _sum([cost(at).macs for at in parts]),
    )


def _sum(values: Sequence[int]) -> str:
    """The values added up, runs of equal ones as a product: 75,008 + 2·70,400 = 215,808."""
    runs = [(value, len(list(run))) for value, run in groupby(value for value in values if value)]
    terms = [f"{count}·{value:,}" if count > 1 else f"{value:,}" for value, count in runs]
    if len(terms) < 2 and all(count == 1 for _, count in runs):
        return terms[0] if terms else "0"
    return f"{' + '.join(terms)} = {sum(values):,}"


def text(title: str, node: Node, by: str) -> str:
    """The derivations for a terminal, a paragraph a part."""
    lines = [f"{title}\n"]
    for d in derivations(node, by):
        lines.append(f"{d.path}\n  output      {d.size}\n  parameters  {d.params}\n  MACs        {d.macs}\n")
    return "\n".join(lines)
