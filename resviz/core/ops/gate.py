"""What scales a way: a constant factor, and the complement 1 − g of a gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from resviz.core.net import Op, Shape


@final
@dataclass(frozen=True, slots=True)
class Scale(Op):
    """λ·x with a constant λ (He et al. 2016, section 3.1)."""

    category: ClassVar[str] = "shortcut"
    factor: float

    def out(self, *xs: Shape) -> Shape:
        return xs[0]

    def label(self) -> str:
        return f"× {self.factor:g}"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "Scale", {"factor": self.factor}


@final
@dataclass(frozen=True, slots=True)
class OneMinus(Op):
    """1 − x: what a gate leaves to the shortcut."""

    category: ClassVar[str] = "activation"

    def out(self, *xs: Shape) -> Shape:
        return xs[0]

    def label(self) -> str:
        return "1 − x"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "OneMinus", {}
