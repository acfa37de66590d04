"""The stage table of He et al. 2015, Table 1, for any networks: what stands at each size of feature map, how often.

A row is a stage at one output size, a column a network. Units are written as the paper writes them, their weighted
layers below each other in brackets with the number of units; the stride of a stage's first unit is left to the sizes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from resviz.core.net import Node, Section, sections
from resviz.draw.ruled import Cell, Group, Ruled, word
from resviz.draw.sketch import main_line, short, weights
from resviz.views import tables
from resviz.views.numbers import count

Key = tuple[str, str]
"""A row: the stage's name, and the height and width that it puts out."""
STRIDE = re.compile(r", /\d+")


def stage_table(nodes: Sequence[tuple[str, Node]]) -> Ruled:
    """The table of titled networks."""
    columns = [{_key(section): _cell(section) for section in sections(node)} for _, node in nodes]
    rows = tuple(
        (word(name), word(size), *(column.get((name, size), word("–")) for column in columns))
        for name, size in _merged([list(column) for column in columns])
    )
    whole = [tables.costs(node) for _, node in nodes]
    foot = (
        (word("parameters"), word(""), *(word(count(cost.params)) for cost in whole)),
        (word("MACs"), word(""), *(word(count(cost.macs)) for cost in whole)),
    )
    return Ruled(("stage", "output", *(title for title, _ in nodes)), rows, foot)


def _key(section: Section) -> Key:
    out = section.node.out
    return section.name.replace("stage", "stage "), "×".join(map(str, out[1:] if len(out) == 3 else (1, 1)))


def _merged(columns: Sequence[Sequence[Key]]) -> list[Key]:
    """The keys of all columns, each behind those that stand before it in its column."""
    merged: list[Key] = []
    for column in columns:
        at = 0
        for key in column:
            if key in merged:
                at = merged.index(key) + 1
            else:
                merged.insert(at, key)
                at += 1
    return merged


def _cell(section: Section) -> Cell:
    """The section's units, equal ones counted, and the layers beside them."""
    groups: list[Group] = []
    for unit, run in groupby(section.node.parts, key=lambda part: _lines(part[1])):
        many = list(run)
        if unit and many[0][1].role == "unit":
            groups.append(Group(unit, len(many)))
        elif unit:
            groups += [Group(unit)] * len(many)
    return _joined(groups)


def _lines(part: Node) -> tuple[str, ...]:
    if part.role == "unit":
        return tuple(STRIDE.sub("", line) for line in weights(part))
    return tuple(" ".join(short(at.op)) for _, at in main_line(part) if at.op.weighted or at.op.category == "pool")


def _joined(groups: Sequence[Group]) -> Cell:
    """Neighbouring lines without brackets as one group."""
    found: list[Group] = []
    for group in groups:
        if found and not group.times and not found[-1].times:
            found[-1] = Group((*found[-1].lines, *group.lines))
        else:
            found.append(group)
    return tuple(found)
