"""Layers that only move numbers: flattening, and zeros around a map or behind its channels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from resviz.core.net import Op, Shape, ShapeError
from resviz.core.ops.shapes import feature_map, over


@final
@dataclass(frozen=True, slots=True)
class Flatten(Op):
    """The same numbers as one vector; a view, so it puts nothing new into memory."""

    category: ClassVar[str] = "shape"

    def out(self, *xs: Shape) -> Shape:
        c, h, w = feature_map(xs[0])
        return (c * h * w,)

    def size(self, *xs: Shape) -> str:
        return f"{'·'.join(map(str, xs[0]))} = {self.out(*xs)[0]}"

    def activations(self, *xs: Shape) -> int:
        return 0

    def label(self) -> str:
        return "flatten"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "Flatten", {"start_dim": 1}


@final
@dataclass(frozen=True, slots=True)
class Pad(Op):
    """`border` zeros on each side of the map, as a layer of its own: Keras Applications pads before it pools."""

    category: ClassVar[str] = "shape"
    border: int

    def out(self, *xs: Shape) -> Shape:
        c, h, w = feature_map(xs[0])
        return (c, h + 2 * self.border, w + 2 * self.border)

    def size(self, *xs: Shape) -> str:
        return f"{xs[0][1]} + 2·{self.border} = {xs[0][1] + 2 * self.border}"

    def label(self) -> str:
        return f"pad {self.border}"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "ZeroPad2d", {"padding": (self.border,) * 4}


@final
@dataclass(frozen=True, slots=True)
class SamePad(Op):
    """The zeros that TensorFlow's padding "same" puts around the map for a window of `kernel` and `stride`.

    The output is ⌈n/s⌉ long, so max((⌈n/s⌉ − 1)·s + k − n, 0) zeros are needed; of an odd number the larger half
    stands behind the map, which no symmetric padding can do.
    """

    category: ClassVar[str] = "shape"
    kernel: int
    stride: int

    def _sides(self, n: int) -> tuple[int, int]:
        zeros = max((-(-n // self.stride) - 1) * self.stride + self.kernel - n, 0)
        return zeros // 2, zeros - zeros // 2

    def out(self, *xs: Shape) -> Shape:
        c, h, w = feature_map(xs[0])
        return (c, h + sum(self._sides(h)), w + sum(self._sides(w)))

    def size(self, *xs: Shape) -> str:
        texts = []
        for n in dict.fromkeys(xs[0][1:]):
            before, behind = self._sides(n)
            texts.append(f"{before} + {n} + {behind} = {before + n + behind}")
        return "; ".join(texts)

    def label(self) -> str:
        return "same pad"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        (top, bottom), (left, right) = self._sides(xs[0][1]), self._sides(xs[0][2])
        return "ZeroPad2d", {"padding": (left, right, top, bottom)}


@final
@dataclass(frozen=True, slots=True)
class ZeroPad(Op):
    """Option A (He et al. 2015): keep every `stride`-th pixel, then zero channels on both sides up to `channels`."""

    category: ClassVar[str] = "shortcut"
    channels: int
    stride: int = 1

    def out(self, *xs: Shape) -> Shape:
        c, h, w = feature_map(xs[0])
        if c > self.channels:
            raise ShapeError(f"cannot pad {c} channels to {self.channels}")
        return (self.channels, -(-h // self.stride), -(-w // self.stride))

    def size(self, *xs: Shape) -> str:
        _, h, w = self.out(*xs)
        return f"⌈{xs[0][1]}/{self.stride}⌉ = {h}, ⌈{xs[0][2]}/{self.stride}⌉ = {w}; {xs[0][0]} channels + zeros"

    def window(self) -> tuple[int, int]:
        return (1, self.stride)

    def label(self) -> str:
        return f"zero pad, {self.channels}{over(self.stride)}"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "ZeroPad", {"in_channels": xs[0][0], "out_channels": self.channels, "stride": self.stride}
