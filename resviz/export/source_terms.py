"""How a placed term reads as a module: its children by name, what runs after what, and the numbers in its layers.

This mirrors `resviz/nn/module.py`: a part named "" lends its children to the module around it, and an empty
sequence is no module. A *hole* is a number in a layer's call, a place where two parts of one skeleton may differ.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import TypeGuard

from resviz.core.net import Node, Op, Par, Shape
from resviz.core.ops import Add, Aside, BatchNorm, Blend, Concat, Mul

Written = Callable[[Sequence[str]], str]

JOINS: dict[type[Op], Written] = {
    Add: " + ".join,
    Mul: " * ".join,
    Concat: lambda values: f"torch.cat(({', '.join(values)}), 1)",
    Blend: lambda values: f"{values[0]} * {values[2]} + {values[1]} * (1 - {values[2]})",
    Aside: lambda values: values[0],
}
"""Joins as straight code writes them, from what the branches put out; none is a module."""

DEFAULTS: dict[str, dict[str, object]] = {
    "Conv2d": {"stride": 1, "padding": 0, "groups": 1},
    "MaxPool2d": {"padding": 0},
}
"""Arguments of torch's layers that need not be written out where they have these values."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A number in a call: the path of the layer within the class, the argument's name, and the number."""

    path: tuple[str, ...]
    key: str
    value: int | float


def empty(node: Node) -> bool:
    """Whether the part is the identity, which no module stands for."""
    return not isinstance(node.net, Op) and node.join is None and not node.parts


def steps(name: str, node: Node) -> Iterator[tuple[str, Node]]:
    """What runs one after the other in a part: modules under their names, forks under the name ""."""
    if empty(node):
        return
    if name or node.join is not None:
        yield name, node
    else:
        for part_name, part in node.parts:
            yield from steps(part_name, part)


def children(name: str, node: Node) -> Iterator[tuple[str, Node]]:
    """The modules that a part adds to the module around it, in the order in which they are added."""
    for step_name, part in steps(name, node):
        if step_name:
            yield step_name, part
            continue
        for branch_name, branch in part.parts:
            yield from children(branch_name, branch)


def is_aside(node: Node) -> bool:
    """Whether the part leaves what it computes aside and passes its input on: an auxiliary head."""
    return isinstance(node.net, Par) and isinstance(node.net.join, Aside)


def forks(node: Node) -> bool:
    """Whether the part splits into branches by itself, not only within a module of its own."""
    return any(not name for name, _ in steps("", node))


def is_class(node: Node) -> bool:
    """Whether the part is written as a class; anything else but a layer is an nn.Sequential of numbered parts."""
    if isinstance(node.net, Op):
        return False
    return node.role == "unit" or forks(node) or not is_numbered([name for name, _ in children("", node)])


def is_numbered(names: Sequence[str]) -> bool:
    """Whether the names are the numbers that nn.Sequential gives, some left out perhaps."""
    if not all(name.isascii() and name.isdigit() and str(int(name)) == name for name in names):
        return False
    numbers = [int(name) for name in names]
    return all(a < b for a, b in pairwise(numbers)) and (not numbers or numbers[-1] < 2 * len(numbers))


def has_asides(node: Node) -> bool:
    """Whether auxiliary heads hang on the part's own forward."""
    return any(name and is_aside(part) for name, part in steps("", node))


@lru_cache(maxsize=4096)
def layer_call(op: Op, ins: tuple[Shape, ...]) -> tuple[str, Mapping[str, object]]:
    """The layer's class and all its arguments, defaults too; `gamma` where BN's scale does not start from one."""
    name, call = op.torch(*ins)
    usual = DEFAULTS.get(name, {})
    # with the defaults in one fixed place, calls with and without them are alike
    given = {key: value for key, value in call.items() if key not in usual}
    arguments = dict(sorted({**given, **usual, **call}.items(), key=lambda item: isinstance(item[1], bool)))
    if isinstance(op, BatchNorm) and op.gamma != 1.0:
        arguments["gamma"] = op.gamma
    return name, MappingProxyType(arguments)


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether an argument may become a hole."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def literal(value: object) -> str:
    """The value as source, text in double quotes."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def holes(node: Node, path: tuple[str, ...] = ()) -> Iterator[Hole]:
    """The numbers of a part in the order in which its code names them."""
    if isinstance(node.net, Op):
        for key, value in layer_call(node.net, node.ins)[1].items():
            if is_number(value):
                yield Hole(path, key, value)
        return
    for name, part in children("", node):
        yield from holes(part, (*path, name))


def skeletons() -> Callable[[Node], Hashable]:
    """A function that gives a part with its numbers left out: equal skeletons are one class.

    It remembers the Nodes that it has seen; keep it no longer than the term.
    """
    done: dict[int, Hashable] = {}

    def skeleton(node: Node) -> Hashable:
        if id(node) not in done:
            done[id(node)] = bare(node)
        return done[id(node)]

    def bare(node: Node) -> Hashable:
        if isinstance(node.net, Op):
            name, call = layer_call(node.net, node.ins)
            return name, tuple((key, None if is_number(value) else repr(value)) for key, value in call.items())
        join = None if node.join is None else skeleton(node.join)
        return node.role, join, tuple((name, skeleton(part)) for name, part in node.parts)

    return skeleton
