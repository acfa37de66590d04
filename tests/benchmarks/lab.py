"""The lab: a cached sweep beside whole evaluations, the exact gradient of all lengths, and a probe of 1202 layers.

A whole evaluation is the rewritten term, built with the same weights, on the same batches: what one would write by
hand. Both give the error of the intact network and of each lesion, and the logits' errors must be the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import torch

from resviz.core.net import infer
from resviz.lab import gradients, network, probe, subject
from resviz.lab.lesion import removed
from resviz.lab.settings import Probe
from resviz.lab.sweep import Tally, intact, measure
from resviz.nn.module import Network
from resviz.views import lesions, paths
from resviz.zoo.families import named

NETS = ("resnet20", "resnet56", "resnet110", "plain20")
GOAL_RATIO = 1.7
REPEATS = 3
T = TypeVar("T")


def main() -> None:
    """Print a line a network."""
    network.settle()
    torch.set_num_threads(1)
    print("\nLab: digits, one thread; seconds, best of", REPEATS)
    print(f"{'network':<12}{'units':>6}{'whole':>9}{'cached':>9}{'ratio':>7}   goal {GOAL_RATIO}; the same errors?")
    for name in NETS:
        _sweep(name)
    about = subject.fresh(named("resnet110", {}))
    device = torch.device("cpu")
    data, chain = network.data(about), network.chain(about, device).double()
    x, labels = next(iter(network.Batches(network.first(data.test, 32), data, 32, device)))
    seconds, _ = best(lambda: gradients.by_length(chain, x.double(), labels), 1)
    print(f"\nexact gradient of all 55 lengths of ResNet-110, 32 images, float64: {seconds:.1f} s")
    for signal in ("digits", "noise"):
        print(f"probe of ResNet-1202 on {signal}, 8 images: {_probe_seconds(signal):.1f} s")


def _probe_seconds(signal: str) -> float:
    deep = subject.as_it_is(named("resnet1202", {}))
    seconds, _ = best(lambda: list(probe.rows(deep, Probe(signal=signal), lambda: None)), 1)
    return seconds


def _sweep(name: str) -> None:
    about = subject.fresh(named(name, {}))
    device = torch.device("cpu")
    node, data = about.spec.node(), network.data(about)
    state = network.weights(about)
    units = [path for path, _ in paths.units(node)]
    batches = list(network.Batches(data.test, data, 360, device))
    chain = network.chain(about, device, state)
    variants = [intact(chain), *(removed(chain, [i]) for i in range(len(units)))]
    models = []
    for gone in ([], *([path] for path in units)):
        model = Network(infer(lesions.without(node, set(gone)), node.ins[0])).eval()
        model.load_state_dict({key: state[key] for key in model.state_dict()})
        models.append(model.to(memory_format=torch.channels_last))

    def whole() -> list[Tally]:
        tallies = [Tally() for _ in models]
        with torch.inference_mode():
            for model, tally in zip(models, tallies):
                for x, labels in batches:
                    tally.add(model(x), labels)
        return tallies

    def cached() -> list[Tally]:
        return [tally for _, number, tally in measure(chain, variants, batches, lambda: None) if number is not None]

    slow, expected = best(whole)
    fast, found = best(cached)
    same = "yes" if [t.row() for t in expected] == [t.row() for t in found] else "NO"
    print(f"{name:<12}{len(units):>6}{slow:>9.3f}{fast:>9.3f}{slow / fast:>7.2f}   {same}")


def best(work: Callable[[], T], repeats: int = REPEATS) -> tuple[float, T]:
    """Seconds of the quickest of several, and what the last gave."""
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        result = work()
        times.append(time.perf_counter() - begun)
    return min(times), result
