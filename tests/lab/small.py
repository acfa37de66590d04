"""Small networks with weights that are not those of the start, so that BN in evaluation does something."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from resviz.core.net import Node
from resviz.lab.chain import Chain
from resviz.nn.module import build
from resviz.zoo.families import named

INPUT = (3, 9, 8)


def placed(family: str = "resnet", **knobs: object) -> Node:
    """A small placed network; residual ones have units that keep the size and units that change it."""
    small: dict[str, object] = {"layout": "cifar", "blocks": (2, 2), "width": 4, "input": INPUT, "classes": 5}
    chosen = {**small, **knobs} if family == "resnet" else knobs
    return named(family, {name: _text(value) for name, value in chosen.items()}).node()


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def model(node: Node, seed: int = 0) -> nn.Module:
    """The network in evaluation, its BN with statistics, scales and shifts of their own; channels last, as trained."""
    made = build(node, seed)
    generator = torch.Generator().manual_seed(seed)
    for module in made.modules():
        if isinstance(module, nn.BatchNorm2d):
            for tensor, low in ((module.running_var, 0.5), (module.weight.data, 0.5), (module.running_mean, -0.3),
                                (module.bias.data, -0.3)):  # fmt: skip
                assert tensor is not None
                tensor.copy_(low + torch.rand(tensor.shape, generator=generator))
    return made.eval().to(memory_format=torch.channels_last)


def chain(node: Node, seed: int = 0) -> Chain:
    """The chain of that model."""
    return Chain(node, model(node, seed).state_dict())


def batch(node: Node, images: int = 3, seed: int = 1) -> tuple[Tensor, Tensor]:
    """Images and labels."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(images, *node.ins[0], generator=generator)
    x = x.contiguous(memory_format=torch.channels_last) if x.ndim == 4 else x
    return x, torch.randint(node.out[0], (images,), generator=generator)
