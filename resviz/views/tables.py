"""The tables: one row an operation, summed by block and by stage, with the totals of the network.

Parameters are the trainable ones, buffers BN's running statistics; MACs are the multiply-adds of convolutions
and fully connected layers, activations the elements put out, both for one image.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass

from resviz.core.net import (
    SECTIONS,
    Cost,
    Node,
    Op,
    Par,
    Role,
    Shape,
    cost,
    fold,
    folding,
    join_name,
    join_path,
    sections,
)
from resviz.views import paths, receptive
from resviz.views.receptive import Field

LEVELS = ("stage", "block", "op")
DOWN_TO: Mapping[str, Container[Role]] = {"stage": SECTIONS, "block": ("stem", "unit", "head"), "op": ()}


@dataclass(frozen=True, slots=True)
class Row:
    """A part of the network: an operation, a block or a stage. `op` is the operation's (or the part's) kind."""

    path: str
    op: str
    ins: tuple[Shape, ...]
    out: Shape
    params: int
    buffers: int
    macs: int
    activations: int
    receptive_field: int

    def json(self) -> dict[str, object]:
        """The row of an operation as the command line prints it."""
        return {
            "path": self.path,
            "op": self.op,
            "in": [list(x) for x in self.ins],
            "out": list(self.out),
            "params": self.params,
            "macs": self.macs,
            "activations": self.activations,
            "receptive_field": self.receptive_field,
        }

    def json_as_stage(self) -> dict[str, object]:
        """The row of a stage as the command line prints it: by name, and with its buffers."""
        return {
            "name": self.path,
            "out": list(self.out),
            "params": self.params,
            "buffers": self.buffers,
            "macs": self.macs,
            "activations": self.activations,
            "receptive_field": self.receptive_field,
        }


@dataclass(frozen=True, slots=True)
class Totals:
    """The numbers of the whole network; `paths` may have hundreds of digits."""

    params: int
    buffers: int
    macs: int
    activations: int
    depth: int
    units: int
    paths: int
    params_shortcut: int
    receptive_field: int

    def json(self) -> dict[str, object]:
        """The totals as the command line prints them, the paths as a decimal string."""
        return {name: getattr(self, name) for name in self.__slots__} | {"paths": _decimal(self.paths)}


def _decimal(number: int) -> str:
    """All digits; in pieces, because Python refuses to print whole numbers of over 4,300 digits at once."""
    piece = 10**4000
    if number < piece:
        return str(number)
    return f"{_decimal(number // piece)}{number % piece:04000d}"


def summing() -> Callable[[Node], Cost]:
    """A function that gives the cost of a part."""
    return folding(
        lambda at: cost(at.op, at.ins),
        lambda at, parts: _sum(parts),
        lambda at, branches, join: _sum([*branches, join]),
    )


def costs(node: Node) -> Cost:
    """The cost of one part."""
    return summing()(node)


def _sum(parts: Iterable[Cost]) -> Cost:
    params = buffers = macs = activations = 0
    for part in parts:
        params += part.params
        buffers += part.buffers
        macs += part.macs
        activations += part.activations
    return Cost(params, buffers, macs, activations)


def totals(node: Node) -> Totals:
    """The totals of a placed network."""
    whole = costs(node)
    return Totals(
        whole.params,
        whole.buffers,
        whole.macs,
        whole.activations,
        paths.depth(node),
        _over(node, "unit", lambda unit: 1),
        paths.path_count(node),
        _over(node, "shortcut", lambda shortcut: costs(shortcut).params),
        receptive.field(node).size,
    )


def _over(node: Node, role: Role, value: Callable[[Node], int]) -> int:
    """The sum of `value` over the parts of that role."""

    def seq(at: Node, parts: list[int]) -> int:
        return value(at) if at.role == role else sum(parts)

    return fold(node, lambda at: 0, seq, lambda at, branches, join: sum(branches))


def rows(node: Node, by: str = "op") -> list[Row]:
    """The rows at the level "stage", "block" or "op", in order of execution."""
    row = _rowing()
    parts = reached(node, DOWN_TO[by])
    if by == "op":
        return [row(path, at, seen) for path, at, seen in parts if isinstance(at.net, Op)]
    names = iter([section.name for section in sections(node)])
    found = []
    for path, at, seen in parts:
        if at.role in SECTIONS:
            name = next(names)
            if by == "stage" or at.role != "stage":
                found.append(row(name, at, seen))
        elif by == "block" and (at.role == "unit" or isinstance(at.net, Op)):
            found.append(row(path, at, seen))
    return found


def _rowing() -> Callable[[str, Node, Field], Row]:
    of = summing()

    def row(path: str, at: Node, seen: Field) -> Row:
        c = of(at)
        kind = type(at.net).__name__ if isinstance(at.net, Op) else at.role
        return Row(path, kind, at.ins, at.out, c.params, c.buffers, c.macs, c.activations, seen.size)

    return row


def reached(node: Node, down_to: Container[Role] = ()) -> list[tuple[str, Node, Field]]:
    """Every part with its path and the receptive field at its output, a part before what it holds.

    Parts of the roles `down_to` are not looked into.
    """
    field = receptive.fields()
    found: list[tuple[str, Node, Field]] = []

    def visit(at: Node, path: str, before: Field) -> None:
        found.append((path, at, before.then(field(at))))
        if at.role in down_to:
            return
        for name, part in at.parts:
            visit(part, join_path(path, name), before)
            if at.join is None:
                before = before.then(field(part))
        if at.join is not None:
            assert isinstance(at.net, Par)
            widest = receptive.widest([field(branch) for _, branch in at.parts])
            found.append((join_path(path, join_name(at.net)), at.join, before.then(widest)))

    visit(node, "", Field())
    return found


def document(spec: dict[str, object], title: str, node: Node) -> dict[str, object]:
    """Everything about one network as JSON: spec, title, totals, stages, rows."""
    return {
        "spec": spec,
        "title": title,
        "totals": totals(node).json(),
        "stages": [row.json_as_stage() for row in rows(node, "stage")],
        "rows": [row.json() for row in rows(node, "op")],
    }
