"""A Site is the place in a residual network that a unit is built for: everything a block needs to know of it."""

from __future__ import annotations

from dataclasses import dataclass

from resviz.core.net import Net, Op, Seq
from resviz.core.ops import AvgPool, BatchNorm, Conv, ReLU


@dataclass(frozen=True)
class Order:
    """Where a unit has its BN and ReLU (He et al. 2016, Fig. 4).

    `lead` stands before a unit's first convolution, `between` between two, `tail` after the branch's last
    one, `after` behind the addition. `stem` completes the first convolution of the network, and `lead`
    stands once more in front of the classifier.
    """

    lead: tuple[str, ...]
    tail: tuple[str, ...]
    after: tuple[str, ...]
    between: tuple[str, ...] = ("bn", "relu")

    def without(self, kind: str) -> Order:
        """The same order with none of that kind; `stem` then asks for it no more."""
        places = (self.lead, self.tail, self.after, self.between)
        lead, tail, after, between = (tuple(k for k in place if k != kind) for place in places)
        return Order(lead, tail, after, between)

    @property
    def stem(self) -> tuple[str, ...]:
        return tuple(kind for kind in self.between if kind not in self.lead)

    @property
    def projection_bn(self) -> bool:
        """Full pre-activation puts no BN on a projection (He et al. 2016, section 4 and its released code)."""
        return "bn" not in self.lead


@dataclass(frozen=True)
class Site:
    """Channels in and inside and out, stride, and the unit-wide choices.

    `first` says that the unit is the network's first, so that its own leading activation comes before the
    split (He et al. 2016, section 4); `activated` that the stem did that already, so that there is none.
    """

    channels_in: int
    inner: int
    channels: int
    stride: int
    order: Order
    groups: int = 1
    stride_on: str = "3x3"
    conv_bias: bool = False
    shortcut_bn: bool = True
    avg_down: bool = False
    se: bool = False
    drop_path: float = 0.0
    zero_gamma: bool = False
    shortcut_scale: float = 1.0
    branch_scale: float = 1.0
    gate_bias: float = 0.0
    shortcut_dropout: float = 0.0
    first: bool = False
    activated: bool = False

    @property
    def resizes(self) -> bool:
        """Whether the unit puts out another shape than it takes."""
        return self.stride != 1 or self.channels_in != self.channels

    def conv1x1(self, channels: int, stride: int = 1) -> Conv:
        return Conv(channels, 1, stride, 0, 1, self.conv_bias)

    def conv3x3(self, channels: int, stride: int = 1, groups: int = 1) -> Conv:
        return Conv(channels, 3, stride, 1, groups, self.conv_bias)

    def projection(self) -> Net:
        """The 1×1 convolution of options B and C with its BN, or ResNet-D's pooling in front of it.

        The names leave "0" to the pooling where `avg_down` is set, as timm does, so that weights keep their keys.
        """
        at = 0
        parts: list[tuple[str, Op]] = []
        stride = self.stride
        if self.avg_down:
            at, stride = 1, 1
            if self.stride > 1:
                parts.append(("0", AvgPool(2, self.stride, ceil=True)))
        parts.append((str(at), self.conv1x1(self.channels, stride)))
        if self.shortcut_bn and self.order.projection_bn:
            parts.append((str(at + 1), BatchNorm()))
        return Seq(tuple(parts), "shortcut")


def activation(kinds: tuple[str, ...], suffix: str, gamma: float = 1.0) -> tuple[tuple[str, Op], ...]:
    """The named BN and ReLU of `kinds`: bn1 and relu1 for the suffix 1."""
    ops: dict[str, Op] = {"bn": BatchNorm(gamma), "relu": ReLU()}
    return tuple((kind + suffix, ops[kind]) for kind in kinds)
