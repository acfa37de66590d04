"""The networks of d2l (Dive into Deep Learning), layer by layer, as tests/reference/classic_cnns_d2l.json has them."""

from __future__ import annotations

import json
from pathlib import Path

from resviz.core.net import Node, cost, leaves

MODELS = json.loads((Path(__file__).parents[1] / "reference" / "classic_cnns_d2l.json").read_text())["models"]

Layer = tuple[str, tuple[int, ...], int]
"""torch's class, the shape put out, and the parameters."""


def expected_layers(model: str) -> list[Layer]:
    return [(kind, tuple(out[1:]), params) for _, kind, out, params in MODELS[model]["layer_summary"]]


def expected_blocks(model: str) -> list[tuple[tuple[int, ...], int]]:
    """Shape and parameters of each entry of a network that d2l writes as blocks."""
    return [(out, params) for _, out, params in expected_layers(model)]


def layers(node: Node) -> list[Layer]:
    return [(at.op.torch(*at.ins)[0], at.out, cost(at.op, at.ins).params) for _, at in leaves(node)]
