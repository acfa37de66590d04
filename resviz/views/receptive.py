"""The receptive field: how many input pixels, along an axis, one output element can see.

Windows compose: a kernel k behind a field r whose pixels are j input pixels apart sees r + (k − 1)·j, and a
stride s makes them j·s apart (Araujo, Norris & Sim, Distill 2019). Borders and global pooling are ignored, and
of parallel branches the largest counts, so this is the theoretical field on the longest path. Gates and auxiliary
heads are not on it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

from resviz.core.net import Node, folding


@dataclass(frozen=True, slots=True)
class Field:
    """`size` input pixels are seen, and neighbouring outputs stand `jump` input pixels apart."""

    size: int = 1
    jump: int = 1

    def then(self, other: Field) -> Field:
        """The field of two parts one after the other."""
        return Field(self.size + (other.size - 1) * self.jump, self.jump * other.jump)


def fields() -> Callable[[Node], Field]:
    """A function that gives the receptive field of a part, by itself."""

    def seq(at: Node, parts: list[Field]) -> Field:
        if at.role in ("gate", "aux"):
            return Field()
        return reduce(Field.then, parts, Field())

    return folding(lambda at: Field(*at.op.window()), seq, lambda at, branches, join: widest(branches).then(join))


def field(node: Node) -> Field:
    """The receptive field of one part, by itself."""
    return fields()(node)


def widest(fields: list[Field]) -> Field:
    """Of the fields of parallel branches, the one that sees most."""
    return max(fields, key=lambda f: (f.size, f.jump))
