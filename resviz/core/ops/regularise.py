"""Layers that act in training only: dropout and stochastic depth."""

from __future__ import annotations

from abc import ABC
from dataclasses import dataclass
from typing import ClassVar, final

from resviz.core.net import Op, Shape


@dataclass(frozen=True, slots=True)
class Drop(Op, ABC):
    """The identity in evaluation; nothing new in memory."""

    category: ClassVar[str] = "regulariser"

    def out(self, *xs: Shape) -> Shape:
        return xs[0]

    def activations(self, *xs: Shape) -> int:
        return 0


@final
@dataclass(frozen=True, slots=True)
class Dropout(Drop):
    """In training each element is zero with probability `rate`, and the others are scaled (Srivastava et al. 2014)."""

    rate: float

    def label(self) -> str:
        return f"dropout {self.rate:.3g}"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "Dropout", {"p": self.rate}


@final
@dataclass(frozen=True, slots=True)
class DropPath(Drop):
    """Stochastic depth (Huang et al. 2016): in training an image's branch is dropped with probability `rate`.

    What is kept is scaled by 1/(1 − rate) in training, so evaluation is the identity; the paper scales by
    1 − rate in evaluation instead. The expectation is the same.
    """

    rate: float

    def label(self) -> str:
        return f"drop path {self.rate:.3g}"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "DropPath", {"rate": self.rate}
