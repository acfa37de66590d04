"""The stage table of He et al. 2015, Table 1, for any networks: what stands at each size of feature map, how often.

A row is a stage at one output size, a column a network. Units are written as the paper writes them, their weighted
layers below each other in brackets with the number of units; the stride of a stage's first unit is left to the sizes.
Layers that follow each other within a line, in a branch of several or in a gate, have an arrow between them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from resviz.core.net import Node, Op, Section, leaves, sections, with_role
from resviz.core.ops import Concat, Mul
from resviz.draw.ruled import Cell, Group, Ruled, word
from resviz.draw.sketch import OFF_THE_LINE, auxiliary, layers, short
from resviz.views import tables
from resviz.views.numbers import count

Key = tuple[str, tuple[int, int]]
"""A row: the stage's name, and the height and width that it puts out; (1, 1) of a vector."""
PLACES = {"stem": 0, "head": 1000}
"""Where a section stands among those of its size; stages stand by their numbers."""
STRIDE = re.compile(r", /\d+")


def stage_table(nodes: Sequence[tuple[str, Node]]) -> Ruled:
    """The table of titled networks."""
    columns = [{_key(section): _cell(section) for section in sections(node)} for _, node in nodes]
    rows = tuple(
        (word(key[0]), word("×".join(map(str, key[1]))), *(column.get(key, word("–")) for column in columns))
        for key in sorted({key for column in columns for key in column}, key=_place)
    )
    whole = [tables.costs(node) for _, node in nodes]
    foot = (
        (word("parameters"), word(""), *(word(count(cost.params)) for cost in whole)),
        (word("MACs"), word(""), *(word(count(cost.macs)) for cost in whole)),
    )
    return Ruled(("stage", "output", *(title for title, _ in nodes)), rows, foot)


def _key(section: Section) -> Key:
    out = section.node.out
    return section.name.replace("stage", "stage "), (out[1], out[2]) if len(out) == 3 else (1, 1)


def _place(key: Key) -> tuple[int, int, int]:
    """Rows stand by falling size of map, and of one size in the order of the parts of a network."""
    name, (height, width) = key
    return -height, -width, PLACES[name] if name in PLACES else int(name.split()[1])


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
    """The layers of a part, a line each; strides are left out in a unit."""
    lines = _layers(part)
    return tuple(STRIDE.sub("", line) for line in lines) if part.role == "unit" else lines


def _layers(part: Node) -> tuple[str, ...]:
    """The weighted layers and pools on the branch, of several branches a line each; then a line a gate, or a head."""
    if isinstance(part.net, Op):
        return (" ".join(short(part.op)),) if part.op.weighted or part.op.category == "pool" else ()
    head = auxiliary(part)
    if head is not None:
        return (f"auxiliary head: {' → '.join(layers(head))}",)
    main = [at for _, at in part.parts if at.role not in OFF_THE_LINE]
    if part.join is not None and isinstance(part.join.op, Concat):
        return ("in parallel", *(" → ".join(_layers(at)) for at in main))
    lines = (line for at in main for line in _layers(at))
    return (*lines, *(_gate(gate, part) for gate in _gates(part)))


def _gates(part: Node) -> list[Node]:
    """The gates beside a part's branch: of a highway layer, on a shortcut, or of a branch's channels."""
    if part.join is None:
        return []
    return [gate for _, way in part.parts if way.role in OFF_THE_LINE for _, gate in with_role(way, "gate")]


def _gate(gate: Node, gated: Node) -> str:
    word = "SE" if gated.join is not None and isinstance(gated.join.op, Mul) else "gate"
    return f"{word} {' → '.join(' '.join(short(at.op)) for _, at in leaves(gate) if at.op.weighted)}"


def _joined(groups: Sequence[Group]) -> Cell:
    """Neighbouring lines without brackets as one group."""
    found: list[Group] = []
    for group in groups:
        if found and not group.times and not found[-1].times:
            found[-1] = Group((*found[-1].lines, *group.lines))
        else:
            found.append(group)
    return tuple(found)
