"""A formula is a sum of products of named whole numbers: it evaluates, and it prints with its numbers in it.

So the number in a table and the line that explains it cannot disagree.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Formula:
    """`terms` are summed; the (symbol, value) factors of a term are multiplied."""

    terms: tuple[tuple[tuple[str, int], ...], ...] = ()

    @property
    def value(self) -> int:
        return sum(math.prod(value for _, value in term) for term in self.terms)

    def symbols(self) -> str:
        """The formula in letters, such as "k·k·C_in·C_out + C_out"."""
        return " + ".join("·".join(symbol for symbol, _ in term) for term in self.terms) or "0"

    def numbers(self) -> str:
        """The formula in numbers, such as "3·3·64·64 + 64"."""
        return " + ".join("·".join(f"{value:,}" for _, value in term) for term in self.terms) or "0"

    def __str__(self) -> str:
        if not self.terms:
            return "0"
        if len(self.terms) == 1 and len(self.terms[0]) == 1:
            return f"{self.symbols()} = {self.value:,}"
        return f"{self.symbols()} = {self.numbers()} = {self.value:,}"

    def __add__(self, other: Formula) -> Formula:
        return Formula(self.terms + other.terms)


ZERO = Formula()


def product(*factors: tuple[str, int]) -> Formula:
    """A formula of one product of (symbol, value) factors."""
    return Formula((factors,))
