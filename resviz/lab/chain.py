"""A network as a chain of links, of which some are residual units that can be taken apart.

All experiments of the lab are ways to run such a chain: past a unit, in another order, or backwards with the
gradient kept apart by the number of branches that it came through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from resviz.core.net import Node, Op, Par, join_path
from resviz.core.ops import Aside
from resviz.nn.module import Network, layer
from resviz.views.lesions import fork, stand_in

State = Mapping[str, Tensor]
"""A model's `state_dict`, by the paths of the term."""


class Unit(nn.Module):
    """A placed unit taken apart: what leads all its ways, the ways, their join, and what follows.

    `shortcut` is the number of the way that leads round the branch, or None where there is none.
    """

    def __init__(self, path: str, node: Node, state: State) -> None:
        super().__init__()
        at = fork(node)
        self.shortcut: int | None = None
        self.roles: tuple[str, ...] = ("branch",)
        self.lead, self.tail = nn.Sequential(), nn.Sequential()
        if at is None:
            self.ways = nn.ModuleList([_loaded(path, node, state)])
            self.join: nn.Module = nn.Identity()
            self.passed = _stand_in(node)
            return
        parts = [(join_path(path, name), part) for name, part in node.parts]
        inside, par = parts[at]
        assert par.join is not None
        self.lead = _sequence(parts[:at], state)
        self.ways = nn.ModuleList(_loaded(join_path(inside, name), way, state) for name, way in par.parts)
        self.join = layer(par.join)
        self.tail = _sequence(parts[at + 1 :], state)
        self.roles = tuple(way.role for _, way in par.parts)
        self.shortcut = self.roles.index("shortcut")
        self.passed = self.ways[self.shortcut]

    def forward(self, x: Tensor) -> Tensor:
        return self.forked(self.lead(x))

    def forked(self, x: Tensor, round_it: Tensor | None = None) -> Tensor:
        """The output for `x` behind the lead; `round_it` is what the shortcut takes in its place."""
        taken = [x if round_it is None or i != self.shortcut else round_it for i in range(len(self.ways))]
        output: Tensor = self.tail(self.join(*(way(each) for way, each in zip(self.ways, taken))))
        return output

    def removed(self, x: Tensor) -> Tensor:
        """The output with the branch taken out: the shortcut alone, or the stand-in of a unit that has none."""
        if self.passed is None:
            raise ValueError("nothing without parameters can stand in for this unit")
        output: Tensor = self.tail(self.passed(self.lead(x)))
        return output


@dataclass(frozen=True)
class Link:
    """One link of the chain: its path in the term, its placed part, and the module that runs it."""

    path: str
    node: Node
    module: nn.Module


class Chain:
    """A placed network in evaluation, with weights: links one after the other, the units among them numbered."""

    def __init__(self, node: Node, state: State, device: torch.device | None = None) -> None:
        self.links = [Link(path, at, _link(path, at, state)) for path, at in flat("", node)]
        for link in self.links:
            link.module.eval().requires_grad_(False)
            link.module.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.places = [i for i, link in enumerate(self.links) if isinstance(link.module, Unit)]
        """Where among the links the units stand."""

    @property
    def units(self) -> list[Link]:
        """The units in order of execution."""
        return [self.links[place] for place in self.places]

    def unit(self, number: int) -> Unit:
        """The unit of that number, from 0."""
        module = self.links[self.places[number]].module
        assert isinstance(module, Unit)
        return module

    def double(self) -> Chain:
        """The same chain in float64, in place."""
        for link in self.links:
            link.module.double()
        return self

    def __call__(self, x: Tensor) -> Tensor:
        for link in self.links:
            x = link.module(x)
        return x

    def inputs(self, x: Tensor) -> Iterator[Tensor]:
        """What each link takes, and last what the chain puts out."""
        for link in self.links:
            yield x
            x = link.module(x)
        yield x

    def run(self, x: Tensor, slots: Sequence[Slot], first: int) -> Tensor:
        """The output with the units as `slots` has them, one entry a unit, where the unit in slot `first` takes `x`."""
        slot = first
        for link in self.links[self.places[first] :]:
            if not isinstance(link.module, Unit):
                x = link.module(x)
                continue
            unit = self.unit(slots[slot].unit)
            x = unit(x) if slots[slot].kept else unit.removed(x)
            slot += 1
        return x


@dataclass(frozen=True, slots=True)
class Slot:
    """What stands in the place of a unit: the unit of that number, as it is or with its branch taken out."""

    unit: int
    kept: bool = True


def flat(path: str, node: Node) -> Iterator[tuple[str, Node]]:
    """The links with their paths; of a network with auxiliary heads the way to the output."""
    if isinstance(node.net, Op) or node.role == "unit":
        yield path, node
    elif isinstance(node.net, Par):
        if isinstance(node.net.join, Aside):
            name, way = node.parts[0]
            yield from flat(join_path(path, name), way)
        else:
            yield path, node
    else:
        for name, part in node.parts:
            yield from flat(join_path(path, name), part)


def _link(path: str, node: Node, state: State) -> nn.Module:
    return Unit(path, node, state) if node.role == "unit" else _loaded(path, node, state)


def _loaded(path: str, node: Node, state: State) -> nn.Module:
    """The module of a part with its weights; raises KeyError where the state lacks some."""
    made = layer(node) if isinstance(node.net, Op) else Network(node)
    made.load_state_dict({key: state[join_path(path, key)] for key in made.state_dict()})
    return made


def _sequence(parts: Sequence[tuple[str, Node]], state: State) -> nn.Sequential:
    return nn.Sequential(*(_loaded(path, part, state) for path, part in parts))


def _stand_in(unit: Node) -> nn.Module | None:
    """What takes the place of a unit that has no way round it, if anything without parameters can."""
    try:
        net = stand_in(unit.ins[0], unit.out)
    except ValueError:
        return None
    return layer(Node(net, unit.ins, unit.out)) if isinstance(net, Op) else nn.Identity()
