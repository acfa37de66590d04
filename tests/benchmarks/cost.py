"""From a choice to tables and picture: resviz beside torchinfo, FlopCounterMode, and torchview with dot.

The peers need the torch module: each is timed on CPU and on the meta device, with and without building it (by
`resviz.nn`, without its own drawing of weights). Medians; nothing of one run is left in a cache for the next.
"""

from __future__ import annotations

import statistics
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass

import torch
import torchinfo
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchview import draw_graph

from resviz.core import net
from resviz.core.net import Node, infer
from resviz.core.spec import NetSpec
from resviz.draw import engine, figure
from resviz.nn.module import Network
from resviz.views import tables
from resviz.zoo.families import named

NETS = ("resnet20", "resnet50", "resnet152", "resnet1202")
DEVICES = ("cpu", "meta")
GOALS_MS = {"resnet152": 25.0, "resnet1202": 150.0}
GOAL_RATIO = 100.0
RUNS = 15
ENOUGH_SECONDS = 6.0
DOT_SECONDS = 60.0

Peer = Callable[[nn.Module, tuple[int, ...], str], object]


@dataclass(frozen=True)
class Timing:
    """Median seconds of making the module and of what a peer then does with it."""

    build: float
    work: float


def main() -> None:
    """Print a block of lines a network."""
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", module="torch")
    torch.empty(1, device="meta").add(1)  # the first meta operation imports for seconds
    print("\nCost: from the choice to tables and picture; medians, one thread")
    for name in NETS:
        _compare(name, named(name, {}))


def _compare(name: str, spec: NetSpec) -> None:
    ours = median(lambda: _ours(spec, "block", True))
    print(f"\n{spec.title():<44}{'ms':>9}")
    print(f"{'  resviz: tables, SVG as the page opens':<44}{1e3 * ours:>9.1f}{_goal(name, ours)}")
    whole = median(lambda: _ours(spec, "op", False))
    print(f"{'  resviz: tables, SVG of every operation':<44}{1e3 * whole:>9.1f}{_goal(name, whole)}")
    print(f"{'':<44}{'with build':>11}{'×':>7}{'without':>11}{'×':>7}   (× the page's)")
    node = infer(spec.net(), spec.input_shape())
    for device in DEVICES:
        for title, peer in PEERS.items():
            print(f"{f'  {title}, {device}':<44}", end="", flush=True)
            try:
                print(_against(ours, _timed(node, peer, device), goal=peer is _torchview_and_dot))
            except engine.EngineError as error:
                print(f"   {error}")


def _ours(spec: NetSpec, detail: str, folded: bool) -> str:
    net.cost.cache_clear()
    node = infer(spec.net(), spec.input_shape())
    tables.totals(node)
    for level in tables.LEVELS:
        tables.rows(node, level)
    return figure.graph(node, spec.title(), detail, folded=folded)


def _timed(node: Node, peer: Peer, device: str) -> Timing:
    def build() -> nn.Module:
        with torch.device(device):
            return Network(node).eval()

    model = build()
    return Timing(median(build), median(lambda: peer(model, (1, *node.ins[0]), device)))


def median(job: Callable[[], object]) -> float:
    """Median seconds of up to RUNS runs, fewer where they have taken ENOUGH_SECONDS together."""
    seconds: list[float] = []
    while len(seconds) < RUNS and sum(seconds) < ENOUGH_SECONDS:
        start = time.perf_counter()
        job()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def _torchinfo(model: nn.Module, shape: tuple[int, ...], device: str) -> object:
    return torchinfo.summary(model, input_size=shape, device=device, verbose=0)


def _flop_counter(model: nn.Module, shape: tuple[int, ...], device: str) -> object:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.empty(shape, device=device))
    return counter.get_total_flops()


def _torchview_and_dot(model: nn.Module, shape: tuple[int, ...], device: str) -> object:
    drawn = draw_graph(model, input_size=shape, device=device, depth=10)
    return engine.render(drawn.visual_graph.source, "svg", DOT_SECONDS)


PEERS: dict[str, Peer] = {
    "torchinfo": _torchinfo,
    "FlopCounterMode": _flop_counter,
    "torchview + dot": _torchview_and_dot,
}


def _against(ours: float, timing: Timing, goal: bool) -> str:
    both = timing.build + timing.work
    said = f"{1e3 * both:>11,.1f}{both / ours:>7,.0f}{1e3 * timing.work:>11,.1f}{timing.work / ours:>7,.0f}"
    return f"{said}   goal ≥ {GOAL_RATIO:.0f}: {_verdict(both / ours >= GOAL_RATIO)}" if goal else said


def _goal(name: str, seconds: float) -> str:
    if name not in GOALS_MS:
        return ""
    return f"   goal < {GOALS_MS[name]:.0f} ms: {_verdict(1e3 * seconds < GOALS_MS[name])}"


def _verdict(reached: bool) -> str:
    return "reached" if reached else "not reached"
