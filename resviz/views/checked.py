"""The check "counted = built" in a line: what `resviz.nn.verify` found, as JSON, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def line(result: Mapping[str, Any]) -> str:
    """Parameters, MACs, buffers and shapes, each with ✓ or with both numbers."""
    params, buffers, shapes = (_pair(result[name], 1) for name in ("params", "buffers", "shapes"))
    return f"parameters {params}, MACs {_pair(result['flops'], 2)}, buffers {buffers}, shapes {shapes}"


def _pair(pair: Mapping[str, Any], unit: int) -> str:
    counted, built = pair["counted"] // unit, pair["built"] // unit
    return f"{counted:,} ✓" if pair["ok"] else f"counted {counted:,}, built {built:,} ✗"
