"""Gradients stay channels-last on their way back.

Global average pooling and option A's zero padding give theirs in the other layout, and ReLU's backward pass, which
then meets two layouts, takes twenty times as long: a tenth of a step of ResNet-20 on the CPU. The numbers stay.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from resviz.nn.layers import ZeroPad

LOSING = (nn.AdaptiveAvgPool2d, ZeroPad)


class _Back(torch.autograd.Function):
    """The identity, whose gradient is channels-last."""

    @staticmethod
    def forward(_: Any, x: Tensor) -> Tensor:
        return x.view_as(x)

    @staticmethod
    def backward(_: Any, gradient: Tensor) -> Tensor:
        return gradient.contiguous(memory_format=torch.channels_last)


def keep(model: nn.Module) -> None:
    """Let the layers of the model that lose the layout of their gradients give it back.

    Not by a hook on the backward pass: at such a one torch.compile breaks its graph off.
    """
    for module in model.modules():
        if isinstance(module, LOSING):
            module.register_forward_pre_hook(_led)


def _led(_: nn.Module, taken: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return tuple(_Back.apply(x) for x in taken)  # type: ignore[no-untyped-call]
