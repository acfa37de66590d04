"""A sketch is what a picture shows of a network, before anything has a place: boxes, stacks, forks, columns.

It is a fold of the placed term at a level of detail: "stage" (a box a stage), "block" (a box a unit's branch,
its shortcut beside it), "layer" (a box a weighted layer, as in He et al. 2015, Fig. 3) or "op" (a box an
operation). Runs of equal units become one with a count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from resviz.core.net import Node, Op, Par, Role, Seq, Shape, join_name, join_path, leaves, sections, walk, with_role
from resviz.core.ops import Blend, Conv, Mul, dims

LEVELS = ("stage", "block", "layer", "op")
OFF_THE_LINE: tuple[Role, ...] = ("shortcut", "gate", "aux")


Way = Literal["flow", "identity", "projection", "gate"]
"""A branch is a shortcut that changes nothing, one with operations (zero padding too), a gate, or none of these."""


@dataclass(frozen=True, slots=True)
class Box:
    """A labelled box. `path` is the part of the network that it stands for."""

    path: str
    lines: tuple[str, ...]
    category: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Stack:
    """Items one under the other; an empty one is a plain line. `path` and `times` mark a unit and its repeats.

    `last` is the path of the last repeat. `way` is what a branch of a fork is in the term, whatever is shown of it.
    """

    items: tuple[Item, ...] = ()
    path: str = ""
    times: int = 1
    last: str = ""
    way: Way = "flow"

    @property
    def shortcut(self) -> bool:
        return self.way in ("identity", "projection")


@dataclass(frozen=True, slots=True)
class Fork:
    """Branches beside each other, the first on the spine, and the sign of their join.

    `dashed` says that a shortcut among them changes the tensor's shape, as the dotted ones of He et al. 2015, Fig. 3.
    """

    path: str
    branches: tuple[Stack, ...]
    sign: str
    dashed: bool

    @property
    def shortcut(self) -> bool:
        """Whether a shortcut leads round the first branch."""
        return any(branch.shortcut for branch in self.branches)

    @property
    def left(self) -> tuple[Stack, ...]:
        """The gate beside a shortcut: it has the other side, so that each comes into the join by itself."""
        return tuple(branch for branch in self.branches[1:] if self.shortcut and branch.way == "gate")

    @property
    def right(self) -> tuple[Stack, ...]:
        """The other branches beside the first."""
        return tuple(branch for branch in self.branches[1:] if branch not in self.left)


Item = Box | Stack | Fork


@dataclass(frozen=True, slots=True)
class Column:
    """A large part of the network (stem, a stage, the head) with its title and the shape that it puts out."""

    path: str
    title: str
    caption: str
    stack: Stack


SIGNS = {"add": "+", "mul": "×", "concat": "‖", "blend": "∗", "aside": ""}
"""What stands in the circle of a join; a branch that is left aside comes to none."""


def sketch(node: Node, level: str = "block", folded: bool = True) -> list[Column]:
    """The columns of a network's picture; raises ValueError on a level that there is not."""
    if level not in LEVELS:
        raise ValueError(f"there is no level {level!r}: there are {', '.join(LEVELS)}")
    columns = []
    for section in sections(node):
        title = section.name.replace("stage", "stage ")
        if level == "stage" and section.node.role == "stage":
            stack = Stack((_stage_box(section.handle, section.node),))
        else:
            stack = Stack(tuple(_items(section.path, section.node, level, folded)))
        columns.append(Column(section.handle, title, dims(section.node.out), stack))
    return columns


def _stage_box(path: str, stage: Node) -> Box:
    return Box(path, stage_lines(stage), "stage")


def stage_lines(stage: Node) -> tuple[str, ...]:
    """What a stage consists of: its layers and pools, in the place of the last unit how many and the layers of that.

    Auxiliary heads are counted too.
    """
    parts = [part for _, part in stage.parts]
    units = [i for i, part in enumerate(parts) if part.role == "unit"]
    split = units[-1] if units else 0
    before, behind = parts[:split], parts[split:]
    lines = [line for part in before if part.role != "unit" for line in layers(part)]
    if units:
        last, *behind = behind
        lines += [_counted(len(units), "unit"), *weights(last), *gates(last)]
    heads = len(with_role(stage, "aux"))
    lines += [_counted(heads, "auxiliary head")] if heads else []
    return (*lines, *(line for part in behind for line in layers(part)))


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'s' * (number > 1)}"


def _items(path: str, section: Node, level: str, folded: bool) -> list[Item]:
    """What is inside a section: runs of equal units as one with a count, and the operations beside them."""
    found: list[Item] = []
    for _, equal in groupby(section.parts, key=lambda part: (part[1].net, part[1].ins, part[1].role == "unit")):
        run = list(equal)
        name, part = run[0]
        if part.role != "unit":
            found += [item for name, part in run for item in inside(part, join_path(path, name), level)]
        elif folded:
            first, last = join_path(path, name), join_path(path, run[-1][0])
            found.append(Stack(_unit(part, first, level), first, len(run), last))
        else:
            paths = [join_path(path, name) for name, _ in run]
            found += [Stack(_unit(part, at, level), at, 1, at) for at in paths]
    return found


def _unit(unit: Node, path: str, level: str) -> tuple[Item, ...]:
    return tuple(_block(unit, path) if level == "block" else inside(unit, path, level))


def _block(unit: Node, path: str) -> list[Item]:
    """A unit as one box for its branch, forked with its shortcut and gate; one of other branches with all of them."""
    at_path, par = next(((inner, at) for inner, at in walk(unit, path) if isinstance(at.net, Par)), (path, None))
    if par is None or (par.role != "shortcut" and isinstance(par.net, Par) and isinstance(par.net.join, Mul)):
        return [_branch_box(path, unit)]
    if all(part.role != "shortcut" for _, part in par.parts):
        return inside(unit, path, "block")
    ways = [(join_path(at_path, name), at) for name, at in par.parts if at.role in ("shortcut", "gate")]
    assert isinstance(par.net, Par)
    name = join_name(par.net)
    stacks = (Stack((_branch_box(path, unit),)), *(_way_round(at, way) for way, at in ways))
    return [Fork(join_path(at_path, name), stacks, SIGNS[name], _resizes(par))]


def _branch_box(path: str, unit: Node) -> Box:
    """The unit's branch as one box, in the colour of its weighted layers."""
    kinds = [at.op.category for _, at in main_line(unit) if at.op.weighted]
    return Box(path, weights(unit), kinds[0] if kinds else "conv")


def _resizes(par: Node) -> bool:
    return par.ins[0] != par.out


def _way_round(shortcut: Node, path: str) -> Stack:
    """A projection or gate is shown by its weights, anything else as it is; the identity is an empty stack."""
    ops = [at.op for _, at in leaves(shortcut)]
    shown = [op for op in ops if op.weighted] or ops
    gate = _gate_words(shortcut)
    boxes = (Box(path, (*short(op), *gate), "gate" if gate else op.category) for op in shown)
    return Stack(tuple(boxes), way=_way(shortcut))


def _way(branch: Node) -> Way:
    if branch.role == "shortcut":
        return "projection" if branch.parts else "identity"
    return "gate" if branch.role == "gate" else "flow"


def _gate_words(way: Node) -> tuple[str, ...]:
    if way.role == "gate":
        return ("gate T",)
    return ("gate 1 − g",) if with_role(way, "gate") else ()


def residual(unit: Node, path: str) -> tuple[str, Node] | None:
    """What joins a unit's branch with its shortcut, with its path; None in a unit without a shortcut."""
    forks = ((inner, at) for inner, at in walk(unit, path) if isinstance(at.net, Par))
    return next(((inner, at) for inner, at in forks if any(part.role == "shortcut" for _, part in at.parts)), None)


def gates(unit: Node) -> tuple[str, ...]:
    """The weighted layers of the gates of a unit's ways, a line each."""
    split = residual(unit, "")
    ways = [part for _, part in split[1].parts] if split else []
    found = [gate for way in ways if way.role in OFF_THE_LINE for _, gate in with_role(way, "gate")]
    return tuple(f"gate {' '.join(short(at.op))}" for gate in found for _, at in leaves(gate) if at.op.weighted)


def weights(part: Node) -> tuple[str, ...]:
    """The weighted layers on the branch, a line each, and a line for a gate of its channels where there is one."""
    main = main_line(part)
    lines = [" ".join(short(at.op)) for _, at in main if at.op.weighted]
    return (*lines, *(["SE"] if any(isinstance(at.op, Mul) for _, at in main) else []))


def layers(part: Node) -> tuple[str, ...]:
    """The weighted layers and pools on the branch, a line each."""
    shown = [at.op for _, at in main_line(part) if at.op.weighted or at.op.category == "pool"]
    return tuple(" ".join(short(op)) for op in shown)


def auxiliary(part: Node) -> Node | None:
    """The classifier that a part leaves aside, if it does."""
    return next((at for _, at in part.parts if at.role == "aux"), None)


def main_line(part: Node, path: str = "") -> list[tuple[str, Node]]:
    """The operations of a part, without those of shortcuts and gates."""
    if isinstance(part.net, Op):
        return [(path, part)]
    shown = ((name, at) for name, at in part.parts if at.role not in OFF_THE_LINE)
    line = [pair for name, at in shown for pair in main_line(at, join_path(path, name))]
    return line if part.join is None else [*line, (path, part.join)]


def short(op: Op) -> tuple[str, ...]:
    """The paper's way to write a layer: "3×3, 64" and, where it strides, "/2"."""
    if isinstance(op, Conv):
        groups = (f"{op.groups} groups",) if op.groups > 1 else ()
        stride = (f"/{op.stride}",) if op.stride > 1 else ()
        words = (f"{op.kernel}×{op.kernel}", str(op.channels), *stride, *groups)
        return (*(f"{word}," for word in words[:-1]), words[-1])
    words = tuple(op.label().split(", "))
    return (*(f"{word}," for word in words[:-1]), words[-1])


def inside(part: Node, path: str, level: str) -> list[Item]:
    """What is inside a part, operation by operation; at block level only weighted layers and pooling."""
    if isinstance(part.net, Op):
        if level == "op":
            return [Box(path, (part.net.label(),), part.net.category, dims(part.out))]
        shown = part.net.weighted or part.net.category in ("pool", "shortcut")
        return [Box(path, (part.net.label(),), part.net.category)] if shown else []
    if isinstance(part.net, Seq):
        return [item for name, at in part.parts for item in inside(at, join_path(path, name), level)]
    branches = tuple(_lane(part.net.join, at, join_path(path, name), level) for name, at in part.parts)
    shortcut = any(branch.shortcut for branch in branches)
    name = join_name(part.net)
    return [Fork(join_path(path, name), branches, SIGNS[name], shortcut and _resizes(part))]


def _lane(join: Op, branch: Node, path: str, level: str) -> Stack:
    """A branch of a fork; the gate of a highway layer says that it is one where its sigmoid is not drawn."""
    if isinstance(join, Blend) and branch.role == "gate" and level != "op":
        return _way_round(branch, path)
    return Stack(tuple(inside(branch, path, level)), way=_way(branch))


Notes = Callable[[str, str], str]
"""What stands below the name of a box, by the path of its part and of the same part in the last of equal units."""


def noted(columns: Sequence[Column], notes: Notes) -> list[Column]:
    """The columns with below the name of each box what `notes` says of it, in place of its caption."""

    def visit(item: Item, unit: Stack) -> Item:
        if isinstance(item, Box):
            last = unit.last + item.path.removeprefix(unit.path) if unit.last else item.path
            return replace(item, caption=notes(item.path, last))
        if isinstance(item, Fork):
            return replace(item, branches=tuple(stack(branch, unit) for branch in item.branches))
        return stack(item, item if item.last else unit)

    def stack(at: Stack, unit: Stack) -> Stack:
        return replace(at, items=tuple(visit(item, unit) for item in at.items))

    return [replace(column, stack=stack(column.stack, column.stack)) for column in columns]


def input_caption(shape: Shape) -> str:
    """The words at the picture's entry."""
    return f"input {dims(shape)}"
