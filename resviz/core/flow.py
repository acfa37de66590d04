"""The data flow of a placed term: its operations in order, each with what feeds it. Other frameworks are written so."""

from __future__ import annotations

from dataclasses import dataclass

from resviz.core.net import Node, Op, Par, join_name, join_path
from resviz.core.ops import Aside

INPUT = "input"


@dataclass(frozen=True, slots=True)
class Step:
    """One operation: its path, itself on its shapes, and the paths of the operations whose outputs it takes."""

    path: str
    at: Node
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flow:
    """Steps in an order of execution, and the paths of the network's outputs: its own, then its auxiliary heads'."""

    steps: tuple[Step, ...]
    outputs: tuple[str, ...]


def flow(node: Node) -> Flow:
    """The data flow of a whole network. What is left aside (auxiliary heads) ends in outputs of its own."""
    steps: list[Step] = []
    asides: list[str] = []

    def thread(at: Node, path: str, source: str) -> str:
        if isinstance(at.net, Op):
            steps.append(Step(path, at, (source,)))
            return path
        if at.join is None:
            for name, part in at.parts:
                source = thread(part, join_path(path, name), source)
            return source
        assert isinstance(at.net, Par)
        ends = tuple(thread(part, join_path(path, name), source) for name, part in at.parts)
        if isinstance(at.join.net, Aside):
            asides.extend(ends[1:])
            return ends[0]
        joined = join_path(path, join_name(at.net))
        steps.append(Step(joined, at.join, ends))
        return joined

    last = thread(node, "", INPUT)
    return Flow(tuple(steps), (last, *asides))
