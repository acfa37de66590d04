"""A placed term becomes an nn.Module: leaves are torch's layers, Seq and Par are one small interpreter.

A part named "" lends its children to the module around it, so that parameter names are the term's paths
(torchvision's, where torchvision has the network). A network with auxiliary heads gives in training a tuple: its
output, then theirs.
"""

from __future__ import annotations

from typing import TypeAlias, TypeVar

import torch
from torch import Tensor, nn

from resviz.core.net import Node, Op, Par, Seq, join_name, leaves
from resviz.core.ops import BatchNorm, Conv, Linear
from resviz.nn import layers

M = TypeVar("M", bound=nn.Module)

Plan: TypeAlias = "str | tuple[Plan, ...] | Fork"
"""What a module runs: a child by name, plans one after the other, or a fork."""


class Fork:
    """Plans on the same input, and the name of the child that joins what they give."""

    def __init__(self, branches: tuple[Plan, ...], join: str) -> None:
        self.branches = branches
        self.join = join


class Network(nn.Module):
    """A placed term, or a named part of one, as a module."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self.role = node.role or "network"
        self.plan = self._adopt("", node)

    def _adopt(self, name: str, node: Node) -> Plan:
        """Add the module of `node` under `name`, or its children where the name is empty; give the plan."""
        if isinstance(node.net, Op):
            self.add_module(name, layer(node))
            return name
        if node.net == Seq((), node.role):
            return ()
        if name:
            self.add_module(name, Network(node))
            return name
        parts = tuple(self._adopt(part_name, part) for part_name, part in node.parts)
        if node.join is None:
            return parts
        assert isinstance(node.net, Par)
        join = join_name(node.net)
        self.add_module(join, layer(node.join))
        return Fork(parts, join)

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, ...]:
        asides: list[Tensor] = []
        x = self._run(self.plan, x, asides)
        return (x, *asides) if asides and self.training else x

    def _run(self, plan: Plan, x: Tensor, asides: list[Tensor]) -> Tensor:
        if isinstance(plan, str):
            output = self._modules[plan](x)  # type: ignore[misc]
            if isinstance(output, tuple):
                output, *more = output
                asides.extend(more)
            return output  # type: ignore[no-any-return]
        if isinstance(plan, Fork):
            join = self._modules[plan.join]
            outputs = [self._run(branch, x, asides) for branch in plan.branches]
            if isinstance(join, layers.Aside):
                asides.extend(outputs[1:])
            return join(*outputs)  # type: ignore[misc,no-any-return]
        for part in plan:
            x = self._run(part, x, asides)
        return x

    def _get_name(self) -> str:
        return self.role.capitalize()


def layer(node: Node) -> nn.Module:
    """The torch layer of a leaf."""
    name, call = node.op.torch(*node.ins)
    made: nn.Module = getattr(layers if hasattr(layers, name) else nn, name)(**call)
    if isinstance(node.op, BatchNorm) and isinstance(made, nn.BatchNorm2d) and node.op.gamma != 1.0:
        nn.init.constant_(made.weight, node.op.gamma)
    return made


def build(node: Node, seed: int | None = None) -> nn.Module:
    """The network as a module with He initialisation; `seed` makes the weights reproducible.

    Convolutions are drawn from N(0, 2/fan_out) (He et al. 2015b, as fb.resnet.torch and torchvision do it), their
    biases are zero but for those of gates, and fully connected layers keep torch's own initialisation.
    """
    if seed is None:
        return initialise(Network(node), node)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return initialise(Network(node), node)


def initialise(model: M, node: Node) -> M:
    """Draw the weights of every convolution anew (He et al. 2015b, fan-out), and open or close the gates of `node`."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    for path, at in leaves(node):
        if isinstance(at.op, (Conv, Linear)) and at.op.bias_start is not None:
            nn.init.constant_(model.get_parameter(f"{path}.bias"), at.op.bias_start)
    return model
