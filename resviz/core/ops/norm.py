"""Normalisation: over the batch (Ioffe & Szegedy 2015), and over neighbouring channels (Krizhevsky et al. 2012)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from resviz.core.formula import Formula, product
from resviz.core.net import Op, Shape
from resviz.core.ops.shapes import feature_map

EPS = 1e-5
MOMENTUM = 0.1
COUNTED = "num_batches_tracked"
"""The buffer in which torch counts batches: no output hangs on it, and files from elsewhere may leave it out."""


@final
@dataclass(frozen=True, slots=True)
class BatchNorm(Op):
    """Batch normalisation (Ioffe & Szegedy 2015); `gamma` is what its scale starts from.

    `momentum` is torch's, the weight of the new batch: Keras writes 1 − momentum.
    """

    category: ClassVar[str] = "norm"
    gamma: float = 1.0
    eps: float = EPS
    momentum: float = MOMENTUM

    def out(self, *xs: Shape) -> Shape:
        return feature_map(xs[0])

    def params(self, *xs: Shape) -> Formula:
        return product(("2", 2), ("C", xs[0][0]))

    def buffers(self, *xs: Shape) -> int:
        return 2 * xs[0][0]

    def label(self) -> str:
        return "BN"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        call: dict[str, object] = {"num_features": xs[0][0]}
        if self.eps != EPS:
            call["eps"] = self.eps
        if self.momentum != MOMENTUM:
            call["momentum"] = self.momentum
        return "BatchNorm2d", call


@final
@dataclass(frozen=True, slots=True)
class LocalResponseNorm(Op):
    """Each value over (k + α/n · Σ of the squares of `channels` neighbouring channels)^β, as torch and Caffe have it.

    Krizhevsky et al. 2012, section 3.3, do not divide α by n: their 1e-4 at n = 5 is 5e-4 here.
    """

    category: ClassVar[str] = "norm"
    channels: int
    alpha: float
    beta: float
    k: float

    def out(self, *xs: Shape) -> Shape:
        return feature_map(xs[0])

    def label(self) -> str:
        return "LRN"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "LocalResponseNorm", {"size": self.channels, "alpha": self.alpha, "beta": self.beta, "k": self.k}
