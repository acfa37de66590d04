"""Names of layers as the Caffe models of He et al. 2015 have them, and Keras after them: res2a_branch2a, bn2a_branch2a.

Stage 1 is number 2. Units are a, b, c …; where a stage of the network has more than six, the longer stages count
b1, b2 … as ResNet-101 and 152 do. A layer that has no such name keeps its path, with _ for the dots.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from resviz.core.net import Node, leaves, walk

UNIT = re.compile(r"layer(\d+)\.(\d+)\.(.+)")
LAYER = re.compile(r"(conv|bn|relu|drop)(\d)")
STEM = {"conv1": "conv1", "bn1": "bn_conv1", "relu1": "conv1_relu", "relu": "conv1_relu", "maxpool": "pool1",
        "avgpool": "pool5", "flatten": "flatten"}  # fmt: skip
FEW, SHORT = 6, 3


def layer_names(node: Node) -> Mapping[str, str]:
    """The name of every operation and join, by its path; no two are the same."""
    units = _units(node)
    found: dict[str, str] = {}
    taken: set[str] = set()
    before = ""
    for path, at in leaves(node):
        # the activation behind the addition is the unit's own
        named = re.sub(r"\.relu\d$", ".relu", path) if before.endswith(".add") else path
        before = path
        name = _of_unit(named, units) or _of_ends(path, units, at) or path.replace(".", "_")
        while name in taken:
            name += "_"
        taken.add(name)
        found[path] = name
    return found


def _units(node: Node) -> dict[int, int]:
    """How many units each stage has, by the number in its name; empty where the names are of another kind."""
    counts: dict[int, int] = {}
    for path, at in walk(node):
        match = re.fullmatch(r"layer(\d+)\.\d+", path)
        if match and at.role == "unit":
            counts[int(match[1])] = counts.get(int(match[1]), 0) + 1
    return counts


def _of_unit(path: str, units: Mapping[int, int]) -> str:
    match = UNIT.fullmatch(path)
    if not match or int(match[1]) not in units:
        return ""
    stage, unit, inner = int(match[1]), int(match[2]), match[3]
    block = f"{stage + 1}{_letter(unit, units[stage], max(units.values()))}"
    if inner == "add":
        return f"res{block}"
    if inner == "relu":
        return f"res{block}_relu"
    if inner in ("downsample.0", "downsample.1"):
        return f"{'bn' if inner.endswith('1') else 'res'}{block}_branch1"
    layer = LAYER.fullmatch(inner)
    if layer is None:
        return f"res{block}_{inner.replace('.', '_')}"
    branch = f"branch2{'abc'[int(layer[2]) - 1]}" if int(layer[2]) <= 3 else f"branch2_{layer[2]}"
    prefix = {"conv": "res", "bn": "bn"}.get(layer[1], "res")
    return f"{prefix}{block}_{branch}" + ("" if layer[1] in ("conv", "bn") else f"_{layer[1]}")


def _letter(unit: int, count: int, most: int) -> str:
    """a, b, c …, or a, b1, b2 …"""
    if (most > FEW and count > SHORT) or count > 26:
        return f"b{unit}" if unit else "a"
    return "abcdefghijklmnopqrstuvwxyz"[unit]


def _of_ends(path: str, units: Mapping[int, int], at: Node) -> str:
    """Stem and head of a network whose stages have such names."""
    if not units:
        return ""
    return f"fc{at.out[0]}" if path == "fc" else STEM.get(path, "")
