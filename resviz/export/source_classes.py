"""Parts of one skeleton become one class by anti-unification: where they differ stands an argument.

The numbers of a class's instances form columns, one a hole. A constant column is a literal, columns that are
equal in every instance are one argument (Plotkin 1970: the least general generalisation).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

from resviz.core.net import Node
from resviz.export.source_numbers import Numbers
from resviz.export.source_terms import Hole, children, holes, is_class

CHANNELS = ("in_channels", "out_channels", "num_features", "in_features", "out_features")
OWN_WORDS = ("stride", "padding", "groups", "kernel_size")


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a class: its name and type, and the first hole that it fills.

    A `size` is a number of channels, which calls give without its name.
    """

    name: str
    type: str
    hole: int
    size: bool


@dataclass(frozen=True, slots=True)
class Class:
    """A class to write: a part that stands for all of its instances, and the text that fills each hole of it."""

    node: Node
    arguments: tuple[Argument, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The parts of one skeleton: the name of the first, how many there are, and the different ones among them."""

    name: str
    count: int
    nodes: tuple[Node, ...]


def groups(root: Node, skeleton: Callable[[Node], Hashable]) -> dict[Hashable, Group]:
    """The parts of `root` that are classes by their skeleton, what a part holds before the part."""
    first_name: dict[Hashable, str] = {}
    found: dict[Hashable, list[Node]] = {}
    counts: Counter[Hashable] = Counter()
    seen: dict[int, Node] = {}

    def visit(name: str, node: Node) -> None:
        new = id(node) not in seen
        if new:
            seen[id(node)] = node
            for child_name, part in children("", node):
                visit(child_name, part)
        if is_class(node):
            key = skeleton(node)
            counts[key] += 1
            first_name.setdefault(key, name)
            if new:
                found.setdefault(key, []).append(node)

    for name, part in children("", root):
        visit(name, part)
    return {key: Group(first_name[key], counts[key], tuple(nodes)) for key, nodes in found.items()}


def generalise(nodes: Sequence[Node], numbers: Numbers) -> Class:
    """The class whose instances are `nodes`, which have one skeleton."""
    at = list(holes(nodes[0]))
    columns = list(zip(*([hole.value for hole in holes(node)] for node in nodes)))
    arguments: dict[tuple[str, tuple[int | float, ...]], Argument] = {}
    texts = []
    for i, (hole, column) in enumerate(zip(at, columns)):
        if len(set(column)) == 1:
            texts.append(numbers.text(hole.value))
            continue
        key = ("channels" if hole.key in CHANNELS else hole.key, column)
        if key not in arguments:
            taken = {argument.name for argument in arguments.values()}
            name = _name(hole, column, nodes, taken)
            arguments[key] = Argument(name, type(hole.value).__name__, i, hole.key in CHANNELS)
        texts.append(arguments[key].name)
    return Class(nodes[0], tuple(sorted(arguments.values(), key=_rank)), tuple(texts))


def _rank(argument: Argument) -> tuple[int, int]:
    """Channels in, inside and out come before other channels, and those before everything else."""
    ranks = {"in_channels": 0, "channels": 0, "width": 1, "out_channels": 2}
    return ranks.get(argument.name, 3 if argument.size else 4), argument.hole


def _name(hole: Hole, column: tuple[int | float, ...], nodes: Sequence[Node], taken: set[str]) -> str:
    """The field's word for the argument, or the path of the first layer that takes it."""
    for word in (*_words(hole, column, nodes), _identifier((*hole.path, hole.key))):
        if word not in taken:
            return word
    return f"{_identifier((*hole.path, hole.key))}_{len(taken)}"


def _words(hole: Hole, column: tuple[int | float, ...], nodes: Sequence[Node]) -> tuple[str, ...]:
    """What a person would call the argument, the shortest first."""
    if hole.key not in CHANNELS:
        return (hole.key if hole.key in OWN_WORDS else _identifier((*hole.path[-1:], hole.key)),)
    goes_in = column == tuple(node.ins[0][0] for node in nodes)
    comes_out = column == tuple(node.out[0] for node in nodes)
    if goes_in or comes_out:
        return ("channels" if goes_in and comes_out else "in_channels" if goes_in else "out_channels",)
    return ("width",) if len(hole.path) == 1 else _words_within(hole.path[0], column, nodes)


def _words_within(part: str, column: tuple[int | float, ...], nodes: Sequence[Node]) -> tuple[str, ...]:
    """Channels inside a part or at its end, with the part's number where it has one: width2 and out2 of branch2."""
    ends = column == tuple(dict(children("", node))[part].out[0] for node in nodes)
    word, number = "out" if ends else "width", re.search(r"\d+$", part)
    whole = _identifier((part, word))
    return (f"{word}{number.group()}", whole) if number else (whole,)


def _identifier(words: tuple[str, ...]) -> str:
    text = re.sub(r"\W", "_", "_".join(words), flags=re.ASCII)
    return text if text.isidentifier() else f"part_{text}"
