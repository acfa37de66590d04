"""The joins of parallel branches: sum, product, concatenation, gated sum, and leaving a branch aside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, final

from resviz.core.net import Op, Shape, ShapeError
from resviz.core.ops.shapes import dims, feature_map


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


@final
@dataclass(frozen=True, slots=True)
class Concat(Op):
    """The channels of its inputs one behind the other: an Inception block's join (Szegedy et al. 2014)."""

    category: ClassVar[str] = "join"

    def out(self, *xs: Shape) -> Shape:
        maps = [feature_map(x) for x in xs]
        if len({x[1:] for x in maps}) != 1:
            raise ShapeError(f"cannot concatenate {' and '.join(map(dims, xs))}: heights or widths differ")
        return (sum(x[0] for x in maps), *maps[0][1:])

    def size(self, *xs: Shape) -> str:
        return f"{' + '.join(str(x[0]) for x in xs)} = {self.out(*xs)[0]} channels"

    def label(self) -> str:
        return "concat"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "Concat", {}


@final
@dataclass(frozen=True, slots=True)
class Blend(Op):
    """H·T + x·(1 − T) of a transform H, an input x and a gate T (Srivastava et al. 2015, equation 3)."""

    category: ClassVar[str] = "join"

    def out(self, *xs: Shape) -> Shape:
        if len(set(xs)) != 1:
            raise ShapeError(f"cannot blend {' and '.join(map(dims, xs))}: they differ")
        return xs[0]

    def label(self) -> str:
        return "H·T + x·(1 − T)"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "Blend", {}


@final
@dataclass(frozen=True, slots=True)
class Aside(Op):
    """Its first input as it is; the others are outputs of the network by themselves: auxiliary classifiers.

    In training the network gives a tuple of its output and theirs (Szegedy et al.
    2014, section 5).
    """

    category: ClassVar[str] = "join"

    def out(self, *xs: Shape) -> Shape:
        return xs[0]

    def activations(self, *xs: Shape) -> int:
        return 0

    def label(self) -> str:
        return "aside"

    def torch(self, *xs: Shape) -> tuple[str, dict[str, object]]:
        return "Aside", {}
