"""Depth, number of paths and path lengths: one fold over the term, in three semirings.

A Seq multiplies, a Par adds. In (+, ×) that counts paths; with a polynomial it counts them by length; in
(max, +) it is the depth. A gate weighs a path and opens none, and an auxiliary head leads elsewhere, so they are
the semiring's zero; a shortcut's own layers are not counted, so it is its one (He et al. 2015; Veit et al. 2016).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Generic, TypeVar

from resviz.core.net import Node, fold, with_role

T = TypeVar("T")


@dataclass(frozen=True)
class Semiring(Generic[T]):
    """What stands for nothing, for the identity, for a choice between parts, and for one part after the other."""

    zero: T
    one: T
    add: Callable[[T, T], T]
    mul: Callable[[T, T], T]

    def sum(self, values: Iterable[T]) -> T:
        return reduce(self.add, values, self.zero)

    def product(self, values: Iterable[T]) -> T:
        return reduce(self.mul, values, self.one)


COUNTING: Semiring[int] = Semiring(0, 1, int.__add__, int.__mul__)
LONGEST: Semiring[float] = Semiring(float("-inf"), 0, max, lambda a, b: a + b)


def weigh(node: Node, ring: Semiring[T], leaf: Callable[[Node], T], branch: T) -> T:
    """The term's value in `ring`: `leaf` values an operation; a unit's branch is worth `branch` on top."""

    def seq(at: Node, parts: list[T]) -> T:
        if at.role in ("gate", "aux"):
            return ring.zero
        if at.role == "shortcut":
            return ring.one
        inside = ring.product(parts)
        return ring.mul(branch, inside) if at.role == "branch" else inside

    return fold(node, leaf, seq, lambda at, branches, join: ring.mul(ring.sum(branches), join))


def depth(node: Node) -> int:
    """Weighted layers on the longest path, shortcuts and gates not counted: the 50 of ResNet-50."""
    return int(weigh(node, LONGEST, lambda at: 1 if at.op.weighted else 0, branch=0))


def path_count(node: Node) -> int:
    """The number of paths from input to output: 2^n for n residual units (Veit et al. 2016)."""
    return weigh(node, COUNTING, lambda at: 1, branch=1)


def path_lengths(node: Node) -> list[int]:
    """How many paths pass through k branches of units, for k = 0, 1 …

    Polynomials in z with whole coefficients, written as one whole number: z is a power of two so high
    that no coefficient reaches into the next (Kronecker's substitution), and the fold stays the same.
    """
    bits = path_count(node).bit_length() + 1
    packed = weigh(node, COUNTING, lambda at: 1, branch=1 << bits)
    counts = []
    while packed:
        packed, count = packed >> bits, packed & ((1 << bits) - 1)
        counts.append(count)
    return counts


def binomial_lengths(units: int, plain: int = 0) -> list[int]:
    """The lengths' counts for `units` units with a shortcut and `plain` branches without: (1 + z)^units · z^plain."""
    row = [1]
    for k in range(units):
        row.append(row[-1] * (units - k) // (k + 1))
    return [0] * plain + row


@dataclass(frozen=True)
class Lengths:
    """A distribution of path lengths: exact counts, and what one says of it."""

    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)

    @property
    def mean(self) -> Fraction:
        return Fraction(sum(k * count for k, count in enumerate(self.counts)), self.total)

    @property
    def std(self) -> float:
        square = Fraction(sum(k * k * count for k, count in enumerate(self.counts)), self.total)
        return math.sqrt(square - self.mean**2)

    def share(self, low: int, high: int) -> Fraction:
        """The share of the paths whose length is from `low` to `high`, both included."""
        return Fraction(sum(self.counts[low : high + 1]), self.total)

    def central(self, share: Fraction = Fraction(95, 100)) -> tuple[int, int]:
        """The lengths at the quantiles (1 − share)/2 and (1 + share)/2; at least `share` lies between them."""
        return self._quantile((1 - share) / 2), self._quantile((1 + share) / 2)

    def _quantile(self, p: Fraction) -> int:
        below = 0
        for k, count in enumerate(self.counts):
            below += count
            if below >= p * self.total:
                return k
        return len(self.counts) - 1


def units(node: Node) -> list[tuple[str, Node]]:
    """The residual (or, in a plain net, branch-only) units with their paths, in order of execution."""
    return with_role(node, "unit")


def has_shortcut(unit: Node) -> bool:
    """Whether a way leads round the unit's branch."""
    return bool(with_role(unit, "shortcut"))
