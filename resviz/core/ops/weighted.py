"""The layers that learn weight matrices: convolution and fully connected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from resviz.core.formula import Formula, product
from resviz.core.net import Op, Shape, ShapeError
from resviz.core.ops.shapes import by_axis, dims, feature_map, over, slid


@final
@dataclass(frozen=True, slots=True)
class Conv(Op):
    """A square 2-D convolution (cross-correlation), grouped or not.

    `bias_start` is what its bias starts from where that matters: the bias of a gate.
    """

    category: ClassVar[str] = "conv"
    weighted: ClassVar[bool] = True
    channels: int
    kernel: int
    stride: int = 1
    padding: int = 0
    groups: int = 1
    bias: bool = False
    bias_start: float | None = None

    def out(self, *xs: Shape) -> Shape:
        c, h, w = feature_map(xs[0])
        if c % self.groups or self.channels % self.groups:
            raise ShapeError(f"{self.groups} groups do not divide {c} channels in and {self.channels} out")
        h_out = slid(h, self.kernel, self.stride, self.padding)
        return (self.channels, h_out, slid(w, self.kernel, self.stride, self.padding))

    def size(self, *xs: Shape) -> str:
        return by_axis(xs[0], self.kernel, self.stride, self.padding)

    def params(self, *xs: Shape) -> Formula:
        k, c_in = ("k", self.kernel), ("C_in", xs[0][0])
        if self.groups > 1:
            c_in = ("C_in/g", xs[0][0] // self.groups)
        weight = product(k, k, c_in, ("C_out", self.channels))
        return weight + product(("C_out", self.channels)) if self.bias else weight

    def macs(self, *xs: Shape) -> Formula:
        _, h, w = self.out(*xs)
        weight = self.params(*xs).terms[0]
        return product(("H", h), ("W", w), *weight)

    def window(self) -> tuple[int, int]:
        return (self.kernel, self.stride)

    def label(self) -> str:
        groups = f", {self.groups} groups" if self.groups > 1 else ""
        return f"{self.kernel}×{self.kernel} conv, {self.channels}{over(self.stride)}{groups}"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        call: dict[str, object] = {"in_channels": xs[0][0], "out_channels": self.channels, "kernel_size": self.kernel}
        if self.stride != 1:
            call["stride"] = self.stride
        if self.padding:
            call["padding"] = self.padding
        if self.groups != 1:
            call["groups"] = self.groups
        if not self.bias:
            call["bias"] = False
        return "Conv2d", call


@final
@dataclass(frozen=True, slots=True)
class Linear(Op):
    """A fully connected layer with bias; `bias_start` is what the bias of a gate starts from."""

    category: ClassVar[str] = "linear"
    weighted: ClassVar[bool] = True
    features: int
    bias_start: float | None = None

    def out(self, *xs: Shape) -> Shape:
        if len(xs[0]) != 1:
            raise ShapeError(f"needs a vector, but gets {dims(xs[0])}")
        return (self.features,)

    def params(self, *xs: Shape) -> Formula:
        return self.macs(*xs) + product(("out", self.features))

    def macs(self, *xs: Shape) -> Formula:
        return product(("in", xs[0][0]), ("out", self.features))

    def label(self) -> str:
        return f"fc, {self.features}"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "Linear", {"in_features": xs[0][0], "out_features": self.features}
