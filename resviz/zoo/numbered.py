"""Layers numbered one after the other, which is how `nn.Sequential` names them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from resviz.core.net import Op, Role, Seq


def numbered(ops: Iterable[Op], role: Role = "", start: int = 0) -> Seq:
    """The operations under the names "0", "1" …"""
    return Seq(tuple((str(i), op) for i, op in enumerate(ops, start)), role)


def numbered_stages(stages: Iterable[Sequence[Op]]) -> Seq:
    """Stages without names of their own, their operations numbered through."""
    parts: list[tuple[str, Seq]] = []
    start = 0
    for ops in stages:
        parts.append(("", numbered(ops, "stage", start)))
        start += len(ops)
    return Seq(tuple(parts))
