"""A network is a term: an operation, networks in sequence, or branches in parallel that a join makes one.

    Net = Op | Seq(parts) | Par(join, branches)

Terms are immutable values: they compare, hash and serialise, and they know no sizes. `infer` places a term
on an input shape and gives a `Node`, which knows the shapes; everything else that resviz shows about a
network is a `fold` over that Node. The empty `Seq` is the identity, the unit of composition.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar, Literal, TypeVar

from resviz.core.formula import ZERO, Formula

T = TypeVar("T")

Shape = tuple[int, ...]
"""Without the batch: (channels, height, width) of a feature map, (features,) of a vector."""

Role = Literal["", "stem", "stage", "head", "unit", "branch", "shortcut", "gate", "aux"]
"""What a part is for, in the field's words. A fold may treat shortcuts, gates and auxiliary heads apart."""

SECTIONS: tuple[Role, ...] = ("stem", "stage", "head")
"""The large parts that a network consists of, one after the other."""


class ShapeError(ValueError):
    """An operation cannot take the shape that reaches it; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Op(ABC):
    """One layer: a leaf of the term. Subclasses are final, and all their fields are their own."""

    category: ClassVar[str] = "other"
    weighted: ClassVar[bool] = False

    @abstractmethod
    def out(self, *xs: Shape) -> Shape:
        """The shape put out for the shapes `xs` put in; raises ShapeError if it cannot take them."""

    @abstractmethod
    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        """The torch (or `resviz.nn.layers`) class that is this layer, and its arguments."""

    @abstractmethod
    def label(self) -> str:
        """A few words for a box in a diagram, such as "3×3 conv, 64, /2"."""

    def size(self, *xs: Shape) -> str:
        """How the output size comes about, with its numbers; empty where the size stays."""
        return ""

    def params(self, *xs: Shape) -> Formula:
        """Trainable parameters."""
        return ZERO

    def buffers(self, *xs: Shape) -> int:
        """Stored numbers that are not trained: the running mean and variance of batch normalisation."""
        return 0

    def macs(self, *xs: Shape) -> Formula:
        """Multiply-adds for one image; convolutions and fully connected layers have them."""
        return ZERO

    def activations(self, *xs: Shape) -> int:
        """Elements put out for one image, every operation out of place."""
        return math.prod(self.out(*xs))

    def window(self) -> tuple[int, int]:
        """(kernel, stride), in input pixels, for the receptive field."""
        return (1, 1)


@dataclass(frozen=True, slots=True)
class Seq:
    """Named parts one after the other. A part named "" lends its own names to the sequence around it."""

    parts: tuple[tuple[str, Net], ...] = ()
    role: Role = ""


@dataclass(frozen=True, slots=True)
class Par:
    """Named branches that all take the same input; `join` makes one output of theirs."""

    join: Op
    branches: tuple[tuple[str, Net], ...]
    role: Role = ""


Net = Op | Seq | Par


@dataclass(frozen=True, slots=True)
class Cost:
    """What one operation costs at one place; counts are for one image."""

    params: int
    buffers: int
    macs: int
    activations: int


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A term placed on its input shapes. Equal neighbours are one shared Node, so identity is "×3".

    `parts` are the placed parts of a Seq or branches of a Par; `join` is the placed join of a Par.
    """

    net: Net
    ins: tuple[Shape, ...]
    out: Shape
    parts: tuple[tuple[str, Node], ...] = ()
    join: Node | None = None

    @property
    def role(self) -> Role:
        return "" if isinstance(self.net, Op) else self.net.role

    @property
    def op(self) -> Op:
        """The operation of a leaf; raises TypeError on anything else."""
        if not isinstance(self.net, Op):
            raise TypeError("only a leaf has an operation")
        return self.net


def infer(net: Net, shape: Shape) -> Node:
    """Place `net` on one input of `shape`; raises ShapeError naming the layer that cannot take its input."""
    return _Inference().place(net, (shape,), "")


class _Inference:
    """One call of `infer`: a term that stands twice on the same shapes is placed once and shared."""

    def __init__(self) -> None:
        self._placed: dict[tuple[int, tuple[Shape, ...]], Node] = {}

    def place(self, net: Net, ins: tuple[Shape, ...], path: str) -> Node:
        key = (id(net), ins)
        node = self._placed.get(key)
        if node is None:
            node = self._placed[key] = self._new(net, ins, path)
        return node

    def _new(self, net: Net, ins: tuple[Shape, ...], path: str) -> Node:
        if isinstance(net, Op):
            try:
                return Node(net, ins, net.out(*ins))
            except ShapeError as error:
                raise ShapeError(f"{path or net.label()}: {error}") from None
        if isinstance(net, Seq):
            parts, shapes = [], ins
            for name, part in net.parts:
                node = self.place(part, shapes, join_path(path, name))
                parts.append((name, node))
                shapes = (node.out,)
            return Node(net, ins, shapes[0], tuple(parts))
        branches = tuple((name, self.place(b, ins, join_path(path, name))) for name, b in net.branches)
        join = self.place(net.join, tuple(b.out for _, b in branches), join_path(path, join_name(net)))
        return Node(net, ins, join.out, branches, join)


def join_path(path: str, name: str) -> str:
    """Names with a dot between: layer1 and 0 give layer1.0; an empty name adds nothing."""
    return f"{path}.{name}" if path and name else path or name


def join_name(par: Par) -> str:
    """The name that the join of a Par goes by in paths: "add", "mul" …"""
    return type(par.join).__name__.lower()


@lru_cache(maxsize=65536)
def cost(op: Op, ins: tuple[Shape, ...]) -> Cost:
    """The cost of `op` on the shapes `ins`."""
    return Cost(op.params(*ins).value, op.buffers(*ins), op.macs(*ins).value, op.activations(*ins))


def folding(
    leaf: Callable[[Node], T],
    seq: Callable[[Node, list[T]], T],
    par: Callable[[Node, list[T], T], T],
) -> Callable[[Node], T]:
    """A function of Nodes that replaces Op, Seq and Par by functions of the values of their parts.

    It remembers every Node that it has seen, so a shared Node is worked out once; keep it no longer than the term.
    """
    done: dict[int, T] = {}

    def visit(at: Node) -> T:
        key = id(at)
        if key not in done:
            below = [visit(part) for _, part in at.parts]
            if isinstance(at.net, Op):
                done[key] = leaf(at)
            elif at.join is None:
                done[key] = seq(at, below)
            else:
                done[key] = par(at, below, visit(at.join))
        return done[key]

    return visit


def fold(
    node: Node,
    leaf: Callable[[Node], T],
    seq: Callable[[Node, list[T]], T],
    par: Callable[[Node, list[T], T], T],
) -> T:
    """The value of one Node, Op, Seq and Par replaced by functions of the values of their parts."""
    return folding(leaf, seq, par)(node)


def walk(node: Node, path: str = "") -> Iterator[tuple[str, Node]]:
    """Every placed part with its path ("layer1.0.conv1"), a part before what it holds, in order of execution."""
    yield path, node
    for name, part in node.parts:
        yield from walk(part, join_path(path, name))
    if node.join is not None:
        assert isinstance(node.net, Par)
        yield join_path(path, join_name(node.net)), node.join


def leaves(node: Node) -> Iterator[tuple[str, Node]]:
    """Every operation with its path, in order of execution."""
    return ((path, at) for path, at in walk(node) if isinstance(at.net, Op))


def with_role(node: Node, role: Role) -> list[tuple[str, Node]]:
    """The parts of that role with their paths, in order of execution."""
    return [(path, at) for path, at in walk(node) if at.role == role]


@dataclass(frozen=True, slots=True)
class Section:
    """A large part of a network: its name in the papers' words (stem, stage1 … head), its path, and itself.

    `handle` is what it is selected by: its path where it has one of its own, otherwise its name.
    """

    name: str
    path: str
    handle: str
    node: Node


def sections(node: Node) -> list[Section]:
    """The stem, the stages and the head, also inside sequences that only hold them together."""
    found: list[Section] = []

    def visit(at: Node, path: str) -> None:
        for name, part in at.parts:
            inner = join_path(path, name)
            if part.role not in SECTIONS:
                visit(part, inner)
                continue
            stage = 1 + sum(section.node.role == "stage" for section in found)
            words = f"stage{stage}" if part.role == "stage" else part.role
            found.append(Section(words, inner, inner if name else words, part))

    visit(node, "")
    return found


def rewrite(net: Net, change: Callable[[str, Net], Net], path: str = "") -> Net:
    """Rebuild the term bottom-up, each part replaced by what `change(path, part)` gives for it."""
    if isinstance(net, Seq):
        parts = tuple((name, rewrite(part, change, join_path(path, name))) for name, part in net.parts)
        net = net if all(a is b for (_, a), (_, b) in zip(parts, net.parts)) else Seq(parts, net.role)
    elif isinstance(net, Par):
        parts = tuple((name, rewrite(part, change, join_path(path, name))) for name, part in net.branches)
        same = all(a is b for (_, a), (_, b) in zip(parts, net.branches))
        net = net if same else Par(net.join, parts, net.role)
    return change(path, net)
