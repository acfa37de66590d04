"""Pooling: the largest value or the mean under a window, in bins, or over the whole map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from resviz.core.net import Op, Shape
from resviz.core.ops.shapes import by_axis, feature_map, over, slid


@final
@dataclass(frozen=True, slots=True)
class MaxPool(Op):
    """The largest value under each window."""

    category: ClassVar[str] = "pool"
    kernel: int
    stride: int
    padding: int = 0
    ceil: bool = False

    def out(self, *xs: Shape) -> Shape:
        c, h, w = feature_map(xs[0])
        h_out = slid(h, self.kernel, self.stride, self.padding, self.ceil)
        return (c, h_out, slid(w, self.kernel, self.stride, self.padding, self.ceil))

    def size(self, *xs: Shape) -> str:
        return by_axis(xs[0], self.kernel, self.stride, self.padding, self.ceil)

    def window(self) -> tuple[int, int]:
        return (self.kernel, self.stride)

    def label(self) -> str:
        return f"{self.kernel}×{self.kernel} max pool{over(self.stride)}"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        call: dict[str, object] = {"kernel_size": self.kernel, "stride": self.stride, "padding": self.padding}
        return "MaxPool2d", call | {"ceil_mode": True} if self.ceil else call


@final
@dataclass(frozen=True, slots=True)
class AvgPool(Op):
    """The mean under each window.

    With `ceil` a window over the edge counts as its part inside (ResNet-D at odd sizes).
    """

    category: ClassVar[str] = "pool"
    kernel: int
    stride: int
    ceil: bool = False

    def out(self, *xs: Shape) -> Shape:
        c, h, w = feature_map(xs[0])
        return (c, slid(h, self.kernel, self.stride, 0, self.ceil), slid(w, self.kernel, self.stride, 0, self.ceil))

    def size(self, *xs: Shape) -> str:
        return by_axis(xs[0], self.kernel, self.stride, 0, self.ceil)

    def window(self) -> tuple[int, int]:
        return (self.kernel, self.stride)

    def label(self) -> str:
        return f"{self.kernel}×{self.kernel} avg pool{over(self.stride)}"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        call: dict[str, object] = {"kernel_size": self.kernel, "stride": self.stride}
        return "AvgPool2d", call | {"ceil_mode": True, "count_include_pad": False} if self.ceil else call


@final
@dataclass(frozen=True, slots=True)
class AdaptiveAvgPool(Op):
    """The mean of each of `bins`² bins of the map, whatever its size; the receptive field is stated without it."""

    category: ClassVar[str] = "pool"
    bins: int

    def out(self, *xs: Shape) -> Shape:
        return (feature_map(xs[0])[0], self.bins, self.bins)

    def size(self, *xs: Shape) -> str:
        return f"the means of {self.bins}×{self.bins} bins of {xs[0][1]}×{xs[0][2]} positions"

    def label(self) -> str:
        return f"avg pool to {self.bins}×{self.bins}"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "AdaptiveAvgPool2d", {"output_size": self.bins}


@final
@dataclass(frozen=True, slots=True)
class GlobalAvgPool(Op):
    """The mean of each channel. The receptive field is stated without it (it would be the whole image)."""

    category: ClassVar[str] = "pool"

    def out(self, *xs: Shape) -> Shape:
        return (feature_map(xs[0])[0], 1, 1)

    def size(self, *xs: Shape) -> str:
        return f"the mean over {xs[0][1]}×{xs[0][2]} positions"

    def label(self) -> str:
        return "global avg pool"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "AdaptiveAvgPool2d", {"output_size": 1}
