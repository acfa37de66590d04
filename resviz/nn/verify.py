"""The proof for one network: everything that the term counts, counted again by torch on the module that really runs.

Parameters and buffers against `numel`, each operation's output shape against what a forward hook sees, and twice
the multiply-adds against `torch.utils.flop_counter.FlopCounterMode`, which counts a multiply-add as two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from resviz.core.net import Cost, Node, Shape, cost, leaves
from resviz.core.ops import dims
from resviz.core.spec import NetSpec
from resviz.nn.module import Network, build

CPU_MACS = 300_000_000
CPU_PARAMS = 4_000_000
"""Up to here really computing on the CPU is quicker than the meta device, and fits into any memory."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One number twice: as the term counts it, and as torch has it."""

    counted: int
    built: int

    @property
    def ok(self) -> bool:
        return self.counted == self.built

    def json(self) -> dict[str, object]:
        return {"counted": self.counted, "built": self.built, "ok": self.ok}


@dataclass(frozen=True, slots=True)
class Verification:
    """What was compared, for one image. `flops` are 2 × MACs; `shapes` counts the operations and those that agree."""

    params: Pair
    buffers: Pair
    flops: Pair
    shapes: Pair
    device: str
    mismatches: tuple[str, ...]

    @property
    def ok(self) -> bool:
        return not self.mismatches

    def json(self) -> dict[str, object]:
        """The verification as JSON has it."""
        pairs = {name: getattr(self, name).json() for name in ("params", "buffers", "flops", "shapes")}
        return {"ok": self.ok, **pairs, "device": self.device, "mismatches": list(self.mismatches)}


def verify(spec: NetSpec) -> Verification:
    """Build and run the network of `spec` and compare; raises SpecError if it cannot take its input."""
    return verify_node(spec.node())


def verify_node(node: Node) -> Verification:
    """Build and run a placed term, on one image in evaluation, and compare it with what the term counts."""
    counted = _counted(node)
    device = "cpu" if counted.macs <= CPU_MACS and counted.params <= CPU_PARAMS else "meta"
    with torch.device(device):
        model = build(node).eval()
    shapes, flops = run(model, node.ins[0], device)
    params = Pair(counted.params, sum(p.numel() for p in model.parameters()))
    buffers = Pair(counted.buffers, sum(b.numel() for b in model.buffers() if b.is_floating_point()))
    pairs = {"parameters": params, "buffers": buffers, "FLOPs (2 × MACs)": Pair(2 * counted.macs, flops)}
    wrong = [f"{name}: the term counts {p.counted:,}, torch {p.built:,}" for name, p in pairs.items() if not p.ok]
    places = {path: at.out for path, at in leaves(node)}
    bad = wrong_shapes(places, shapes)
    agree = Pair(len(places), len(places.keys() | shapes.keys()) - len(bad))
    return Verification(params, buffers, pairs["FLOPs (2 × MACs)"], agree, device, (*wrong, *bad))


def run(model: nn.Module, shape: Shape, device: str) -> tuple[dict[str, Shape], int]:
    """The output shape of each layer that runs on one image, by its path, and what FlopCounterMode counts."""
    seen: dict[str, Shape] = {}
    hooks = [
        module.register_forward_hook(partial(_see, seen, path))
        for path, module in model.named_modules()
        if not isinstance(module, Network)
    ]
    try:
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            model(torch.zeros(1, *shape, device=device))
    finally:
        for hook in hooks:
            hook.remove()
    return seen, counter.get_total_flops()


def wrong_shapes(counted: Mapping[str, Shape], built: Mapping[str, Shape]) -> list[str]:
    """A sentence for each path whose shapes differ or that only one side has."""
    sentences = []
    for path in (*counted, *(path for path in built if path not in counted)):
        if path not in built:
            sentences.append(f"{path}: torch runs no such layer")
        elif path not in counted:
            sentences.append(f"{path}: the term has no such operation")
        elif counted[path] != built[path]:
            sentences.append(f"{path}: the term puts out {dims(counted[path])}, torch {dims(built[path])}")
    return sentences


def _see(seen: dict[str, Shape], path: str, _module: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
    seen[path] = tuple(output.shape[1:])


def _counted(node: Node) -> Cost:
    costs = [cost(at.op, at.ins) for _, at in leaves(node)]
    return Cost(
        sum(c.params for c in costs),
        sum(c.buffers for c in costs),
        sum(c.macs for c in costs),
        sum(c.activations for c in costs),
    )
