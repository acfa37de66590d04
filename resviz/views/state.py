"""The tensors that a network's `state_dict` holds, by name, with their shapes: what weights are recognised by."""

from __future__ import annotations

from collections.abc import Mapping

from resviz.core.net import Node, Shape, leaves
from resviz.core.ops import BatchNorm, Conv, Linear

Shapes = Mapping[str, Shape]


def shapes(node: Node) -> dict[str, Shape]:
    """Every tensor of the network in torch's order, but for the batches that torch's BN counts."""
    found: dict[str, Shape] = {}
    for path, at in leaves(node):
        op = at.op
        if isinstance(op, Conv):
            found[f"{path}.weight"] = (op.channels, at.ins[0][0] // op.groups, op.kernel, op.kernel)
            if op.bias:
                found[f"{path}.bias"] = (op.channels,)
        elif isinstance(op, Linear):
            found[f"{path}.weight"] = (op.features, at.ins[0][0])
            found[f"{path}.bias"] = (op.features,)
        elif isinstance(op, BatchNorm):
            for name in ("weight", "bias", "running_mean", "running_var"):
                found[f"{path}.{name}"] = (at.ins[0][0],)
    return found
