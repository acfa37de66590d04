"""A sketch is what a picture shows of a network, before anything has a place: boxes, stacks, forks, columns.

It is a fold of the placed term at a level of detail: "stage" (a box a stage), "block" (a box a unit's branch,
its shortcut beside it) or "op" (a box an operation). Runs of equal units become one with a count.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from resviz.core.net import Node, Op, Par, Seq, Shape, join_name, join_path, walk
from resviz.core.ops import Conv, dims

LEVELS = ("stage", "block", "op")


@dataclass(frozen=True, slots=True)
class Box:
    """A labelled box. `path` is the part of the network that it stands for."""

    path: str
    lines: tuple[str, ...]
    category: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Stack:
    """Items one under the other; an empty one is a plain line. `path` and `times` mark a unit and its repeats."""

    items: tuple[Item, ...] = ()
    path: str = ""
    times: int = 1


@dataclass(frozen=True, slots=True)
class Fork:
    """Branches beside each other, the first on the spine, and the sign of their join.

    `shortcut` says that the others are ways round the first (a gate is none), `dashed` that they change the
    tensor's shape, as the dotted ones of He et al. 2015, Fig. 3.
    """

    path: str
    branches: tuple[Stack, ...]
    sign: str
    shortcut: bool
    dashed: bool


Item = Box | Stack | Fork


@dataclass(frozen=True, slots=True)
class Column:
    """A large part of the network (stem, a stage, the head) with its title and the shape that it puts out."""

    path: str
    title: str
    caption: str
    stack: Stack


SIGNS = {"add": "+", "mul": "×"}


def sketch(node: Node, level: str = "block", folded: bool = True) -> list[Column]:
    """The columns of a network's picture; raises ValueError on a level that there is not."""
    if level not in LEVELS:
        raise ValueError(f"there is no level {level!r}: there are {', '.join(LEVELS)}")
    columns, stage = [], 0
    for name, part in node.parts:
        stage += part.role == "stage"
        title = f"stage {stage}" if part.role == "stage" else part.role or name
        path = name or part.role
        if level == "stage" and part.role == "stage":
            stack = Stack((_stage_box(name, part),))
        elif part.role == "stage":
            stack = Stack(tuple(_units(name, part, level, folded)))
        else:
            stack = Stack(tuple(_inside(part, name, level)))
        columns.append(Column(path, title, dims(part.out), stack))
    return columns


def _stage_box(path: str, stage: Node) -> Box:
    count = len(stage.parts)
    last = stage.parts[-1][1]
    return Box(path, (f"{count} unit" + "s" * (count > 1), *_weights(last)), "stage")


def _units(path: str, stage: Node, level: str, folded: bool) -> list[Item]:
    found: list[Item] = []
    for _, run in groupby(stage.parts, key=lambda part: (part[1].net, part[1].ins)):
        names = [name for name, _ in run]
        unit = dict(stage.parts)[names[0]]
        for name in names[:1] if folded else names:
            at = join_path(path, name)
            items = _block(unit, at) if level == "block" else _inside(unit, at, level)
            found.append(Stack(tuple(items), at, len(names) if folded else 1))
    return found


def _block(unit: Node, path: str) -> list[Item]:
    """A unit as one box for its branch, forked with its shortcut where it has one."""
    at_path, par = next(((inner, at) for inner, at in walk(unit, path) if isinstance(at.net, Par)), (path, None))
    box = Box(path, _weights(unit), "conv")
    if par is None or unit.role != "unit" or all(part.role != "shortcut" for _, part in par.parts):
        return [box]
    ways = tuple(_way_round(at, join_path(at_path, name)) for name, at in par.parts if at.role == "shortcut")
    assert isinstance(par.net, Par)
    name = join_name(par.net)
    return [Fork(join_path(at_path, name), (Stack((box,)), *ways), SIGNS.get(name, "+"), True, _resizes(par))]


def _resizes(par: Node) -> bool:
    return par.ins[0] != par.out


def _way_round(shortcut: Node, path: str) -> Stack:
    """A projection is shown by its convolution, padding by itself; the identity is an empty stack."""
    ops = [at.op for _, at in walk(shortcut) if isinstance(at.net, Op)]
    shown = [op for op in ops if op.weighted] or ops[-1:]
    return Stack(tuple(Box(path, _short(op), op.category) for op in shown))


def _weights(part: Node) -> tuple[str, ...]:
    """The weighted layers on the branch, a line each, and a line for the gate where there is one."""
    lines = [" ".join(_short(at.op)) for _, at in _main_line(part) if at.op.weighted]
    gated = any(at.role == "gate" for _, at in walk(part))
    return (*lines, *(["SE"] if gated else []))


def _main_line(part: Node, path: str = "") -> list[tuple[str, Node]]:
    """The operations of a part, without those of shortcuts and gates."""
    if isinstance(part.net, Op):
        return [(path, part)]
    shown = ((name, at) for name, at in part.parts if at.role not in ("shortcut", "gate"))
    return [pair for name, at in shown for pair in _main_line(at, join_path(path, name))]


def _short(op: Op) -> tuple[str, ...]:
    """The paper's way to write a layer: "3×3, 64" and, where it strides, "/2"."""
    if isinstance(op, Conv):
        groups = (f"{op.groups} groups",) if op.groups > 1 else ()
        stride = (f"/{op.stride}",) if op.stride > 1 else ()
        words = (f"{op.kernel}×{op.kernel}", str(op.channels), *stride, *groups)
        return (*(f"{word}," for word in words[:-1]), words[-1])
    words = tuple(op.label().split(", "))
    return (*(f"{word}," for word in words[:-1]), words[-1])


def _inside(part: Node, path: str, level: str) -> list[Item]:
    """What is inside a part, operation by operation; at block level only weighted layers and pooling."""
    if isinstance(part.net, Op):
        if level == "op":
            return [Box(path, (part.net.label(),), part.net.category, dims(part.out))]
        shown = part.net.weighted or part.net.category == "pool"
        return [Box(path, (part.net.label(),), part.net.category)] if shown else []
    if isinstance(part.net, Seq):
        return [item for name, at in part.parts for item in _inside(at, join_path(path, name), level)]
    branches = tuple(Stack(tuple(_inside(at, join_path(path, name), level))) for name, at in part.parts)
    shortcut = any(at.role == "shortcut" for _, at in part.parts)
    name = join_name(part.net)
    return [Fork(join_path(path, name), branches, SIGNS.get(name, "+"), shortcut, _resizes(part))]


def input_caption(shape: Shape) -> str:
    """The words at the picture's entry."""
    return f"input {dims(shape)}"
