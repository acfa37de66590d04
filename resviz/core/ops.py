"""The closed set of layers: what each puts out, what it costs, and the torch call that makes it.

A cost formula stands beside its operation and nowhere else. Sizes follow PyTorch's documentation:
⌊(n + 2p − k)/s⌋ + 1 for convolutions and pooling, with ⌈ ⌉ where `ceil` is set.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from resviz.core.formula import Formula, product
from resviz.core.net import Op, Shape, ShapeError


def _feature_map(x: Shape) -> tuple[int, int, int]:
    if len(x) != 3:
        raise ShapeError(f"needs a feature map of channels × height × width, but gets {dims(x)}")
    return x[0], x[1], x[2]


def dims(x: Shape) -> str:
    """A shape in words: 64×56×56."""
    return "×".join(map(str, x))


def _slid(n: int, kernel: int, stride: int, padding: int, ceil: bool = False) -> int:
    """Positions of a window of `kernel` along `n` pixels; raises ShapeError where there are none."""
    room = n + 2 * padding - kernel
    out = -(-room // stride) + 1 if ceil else room // stride + 1
    if ceil and (out - 1) * stride >= n + padding:  # torch drops a last window that would start behind the image
        out -= 1
    if out < 1:
        raise ShapeError(f"a window of {kernel} does not fit into {n} pixels with padding {padding}")
    return out


def _slid_text(n: int, kernel: int, stride: int, padding: int, ceil: bool = False) -> str:
    left, right = ("⌈", "⌉") if ceil else ("⌊", "⌋")
    out = _slid(n, kernel, stride, padding, ceil)
    return f"{left}(n + 2p − k)/s{right} + 1 = {left}({n} + 2·{padding} − {kernel})/{stride}{right} + 1 = {out}"


def _by_axis(x: Shape, kernel: int, stride: int, padding: int, ceil: bool = False) -> str:
    _, h, w = _feature_map(x)
    rows = _slid_text(h, kernel, stride, padding, ceil)
    return rows if h == w else f"{rows}; {_slid_text(w, kernel, stride, padding, ceil)}"


def _over(stride: int) -> str:
    return f", /{stride}" if stride > 1 else ""


@final
@dataclass(frozen=True, slots=True)
class Conv(Op):
    """A square 2-D convolution (cross-correlation), grouped or not."""

    category: ClassVar[str] = "conv"
    weighted: ClassVar[bool] = True
    channels: int
    kernel: int
    stride: int = 1
    padding: int = 0
    groups: int = 1
    bias: bool = False

    def out(self, *xs: Shape) -> Shape:
        c, h, w = _feature_map(xs[0])
        if c % self.groups or self.channels % self.groups:
            raise ShapeError(f"{self.groups} groups do not divide {c} channels in and {self.channels} out")
        h_out = _slid(h, self.kernel, self.stride, self.padding)
        return (self.channels, h_out, _slid(w, self.kernel, self.stride, self.padding))

    def size(self, *xs: Shape) -> str:
        return _by_axis(xs[0], self.kernel, self.stride, self.padding)

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
        return f"{self.kernel}×{self.kernel} conv, {self.channels}{_over(self.stride)}{groups}"

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
class BatchNorm(Op):
    """Batch normalisation (Ioffe & Szegedy 2015); `gamma` is what its scale starts from."""

    category: ClassVar[str] = "norm"
    gamma: float = 1.0

    def out(self, *xs: Shape) -> Shape:
        return _feature_map(xs[0])

    def params(self, *xs: Shape) -> Formula:
        return product(("2", 2), ("C", xs[0][0]))

    def buffers(self, *xs: Shape) -> int:
        return 2 * xs[0][0]

    def label(self) -> str:
        return "BN"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "BatchNorm2d", {"num_features": xs[0][0]}


@final
@dataclass(frozen=True, slots=True)
class ReLU(Op):
    """max(0, x), never in place: a shortcut may still need x."""

    category: ClassVar[str] = "activation"

    def out(self, *xs: Shape) -> Shape:
        return xs[0]

    def label(self) -> str:
        return "ReLU"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "ReLU", {}


@final
@dataclass(frozen=True, slots=True)
class Sigmoid(Op):
    """1 / (1 + e^−x), which opens and closes gates."""

    category: ClassVar[str] = "activation"

    def out(self, *xs: Shape) -> Shape:
        return xs[0]

    def label(self) -> str:
        return "sigmoid"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "Sigmoid", {}


@final
@dataclass(frozen=True, slots=True)
class MaxPool(Op):
    """The largest value under each window."""

    category: ClassVar[str] = "pool"
    kernel: int
    stride: int
    padding: int = 0

    def out(self, *xs: Shape) -> Shape:
        c, h, w = _feature_map(xs[0])
        h_out = _slid(h, self.kernel, self.stride, self.padding)
        return (c, h_out, _slid(w, self.kernel, self.stride, self.padding))

    def size(self, *xs: Shape) -> str:
        return _by_axis(xs[0], self.kernel, self.stride, self.padding)

    def window(self) -> tuple[int, int]:
        return (self.kernel, self.stride)

    def label(self) -> str:
        return f"{self.kernel}×{self.kernel} max pool{_over(self.stride)}"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "MaxPool2d", {"kernel_size": self.kernel, "stride": self.stride, "padding": self.padding}


@final
@dataclass(frozen=True, slots=True)
class AvgPool(Op):
    """The mean under each window; a window over the edge counts as its part inside (ResNet-D at odd sizes)."""

    category: ClassVar[str] = "pool"
    kernel: int
    stride: int

    def out(self, *xs: Shape) -> Shape:
        c, h, w = _feature_map(xs[0])
        return (c, _slid(h, self.kernel, self.stride, 0, ceil=True), _slid(w, self.kernel, self.stride, 0, ceil=True))

    def size(self, *xs: Shape) -> str:
        return _by_axis(xs[0], self.kernel, self.stride, 0, ceil=True)

    def window(self) -> tuple[int, int]:
        return (self.kernel, self.stride)

    def label(self) -> str:
        return f"{self.kernel}×{self.kernel} avg pool{_over(self.stride)}"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        call: dict[str, object] = {"kernel_size": self.kernel, "stride": self.stride}
        return "AvgPool2d", {**call, "ceil_mode": True, "count_include_pad": False}


@final
@dataclass(frozen=True, slots=True)
class GlobalAvgPool(Op):
    """The mean of each channel. The receptive field is stated without it (it would be the whole image)."""

    category: ClassVar[str] = "pool"

    def out(self, *xs: Shape) -> Shape:
        return (_feature_map(xs[0])[0], 1, 1)

    def size(self, *xs: Shape) -> str:
        return f"the mean over {xs[0][1]}×{xs[0][2]} positions"

    def label(self) -> str:
        return "global avg pool"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "AdaptiveAvgPool2d", {"output_size": 1}


@final
@dataclass(frozen=True, slots=True)
class Flatten(Op):
    """The same numbers as one vector; a view, so it puts nothing new into memory."""

    category: ClassVar[str] = "shape"

    def out(self, *xs: Shape) -> Shape:
        c, h, w = _feature_map(xs[0])
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
class Linear(Op):
    """A fully connected layer with bias."""

    category: ClassVar[str] = "linear"
    weighted: ClassVar[bool] = True
    features: int

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


@final
@dataclass(frozen=True, slots=True)
class ZeroPad(Op):
    """Option A (He et al. 2015): keep every `stride`-th pixel, then zero channels on both sides up to `channels`."""

    category: ClassVar[str] = "shortcut"
    channels: int
    stride: int = 1

    def out(self, *xs: Shape) -> Shape:
        c, h, w = _feature_map(xs[0])
        if c > self.channels:
            raise ShapeError(f"cannot pad {c} channels to {self.channels}")
        return (self.channels, -(-h // self.stride), -(-w // self.stride))

    def size(self, *xs: Shape) -> str:
        _, h, w = self.out(*xs)
        return f"⌈{xs[0][1]}/{self.stride}⌉ = {h}, ⌈{xs[0][2]}/{self.stride}⌉ = {w}; {xs[0][0]} channels + zeros"

    def window(self) -> tuple[int, int]:
        return (1, self.stride)

    def label(self) -> str:
        return f"zero pad, {self.channels}{_over(self.stride)}"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "ZeroPad", {"in_channels": xs[0][0], "out_channels": self.channels, "stride": self.stride}


@final
@dataclass(frozen=True, slots=True)
class DropPath(Op):
    """Stochastic depth (Huang et al. 2016): in training an image's branch is dropped with probability `rate`.

    What is kept is scaled by 1/(1 − rate) in training, so evaluation is the identity; the paper scales by
    1 − rate in evaluation instead. The expectation is the same.
    """

    category: ClassVar[str] = "regulariser"
    rate: float

    def out(self, *xs: Shape) -> Shape:
        return xs[0]

    def activations(self, *xs: Shape) -> int:
        return 0

    def label(self) -> str:
        return f"drop path {self.rate:.3g}"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "DropPath", {"rate": self.rate}


@final
@dataclass(frozen=True, slots=True)
class Add(Op):
    """The sum of its inputs, out of place: a residual unit's join."""

    category: ClassVar[str] = "join"

    def out(self, *xs: Shape) -> Shape:
        if len(set(xs)) != 1:
            raise ShapeError(f"cannot add {' and '.join(map(dims, xs))}: they differ")
        return xs[0]

    def label(self) -> str:
        return "+"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "Add", {}


@final
@dataclass(frozen=True, slots=True)
class Mul(Op):
    """A feature map times a gate with one value a channel (squeeze-and-excitation) or one an element."""

    category: ClassVar[str] = "join"

    def out(self, *xs: Shape) -> Shape:
        x, gate = xs
        if gate not in (x, (x[0], 1, 1)):
            raise ShapeError(f"cannot gate {dims(x)} by {dims(gate)}")
        return x

    def label(self) -> str:
        return "×"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "Mul", {}
