"""The layers that torch does not have. Each is complete in itself: `export/source.py` prints them as they stand."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class Add(nn.Module):
    """The sum of its inputs, out of place."""

    def forward(self, *inputs: Tensor) -> Tensor:
        total = inputs[0]
        for x in inputs[1:]:
            total = total + x
        return total


class Mul(nn.Module):
    """A feature map times its gate."""

    def forward(self, x: Tensor, gate: Tensor) -> Tensor:
        return x * gate


class Concat(nn.Module):
    """The channels of its inputs one behind the other."""

    def forward(self, *inputs: Tensor) -> Tensor:
        return torch.cat(inputs, 1)


class Blend(nn.Module):
    """A transform and an input, weighed by a gate and its complement."""

    def forward(self, transform: Tensor, x: Tensor, gate: Tensor) -> Tensor:
        return transform * gate + x * (1 - gate)


class Aside(nn.Module):
    """Its first input; what the auxiliary heads put out goes round it (`resviz.nn.module`)."""

    def forward(self, x: Tensor, *asides: Tensor) -> Tensor:
        return x


class OneMinus(nn.Module):
    """What a gate leaves to the shortcut: 1 − x."""

    def forward(self, x: Tensor) -> Tensor:
        return 1 - x


class Scale(nn.Module):
    """A constant factor."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        return self.factor * x

    def extra_repr(self) -> str:
        return f"factor={self.factor:g}"


class ZeroPad(nn.Module):
    """Option A of He et al. 2015: every stride-th pixel, zero channels on both sides."""

    def __init__(self, in_channels: int, out_channels: int, stride: int) -> None:
        super().__init__()
        self.stride = stride
        self.before = (out_channels - in_channels) // 2
        self.behind = out_channels - in_channels - self.before

    def forward(self, x: Tensor) -> Tensor:
        return functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.before, self.behind))

    def extra_repr(self) -> str:
        return f"stride={self.stride}, before={self.before}, behind={self.behind}"


class DropPath(nn.Module):
    """Stochastic depth (Huang et al. 2016): in training, an image's branch is dropped with probability `rate`."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.rate == 0.0:
            return x
        kept = torch.rand(x.shape[0], 1, 1, 1, device=x.device, dtype=torch.float32) >= self.rate
        return x * kept.to(x.dtype) / (1.0 - self.rate)

    def extra_repr(self) -> str:
        return f"rate={self.rate:.3g}"
