"""The non-linear functions, element by element."""

from __future__ import annotations

from abc import ABC
from dataclasses import dataclass
from typing import ClassVar, final

from resviz.core.net import Op, Shape


@dataclass(frozen=True, slots=True)
class Activation(Op, ABC):
    """A function of each element, never in place: a shortcut may still need x."""

    category: ClassVar[str] = "activation"
    words: ClassVar[str]

    def out(self, *xs: Shape) -> Shape:
        return xs[0]

    def label(self) -> str:
        return self.words

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return type(self).__name__, {}


@final
@dataclass(frozen=True, slots=True)
class ReLU(Activation):
    """max(0, x)."""

    words: ClassVar[str] = "ReLU"


@final
@dataclass(frozen=True, slots=True)
class Sigmoid(Activation):
    """1 / (1 + e^−x), which opens and closes gates."""

    words: ClassVar[str] = "sigmoid"


@final
@dataclass(frozen=True, slots=True)
class Tanh(Activation):
    """(e^x − e^−x) / (e^x + e^−x)."""

    words: ClassVar[str] = "tanh"
