"""The data flow of a term: every operation once, behind what feeds it; auxiliary heads are outputs of their own."""

from __future__ import annotations

from collections import Counter

import pytest

from resviz.core.flow import INPUT, flow
from resviz.core.net import leaves
from resviz.core.ops import Aside
from resviz.draw.sketch import sketch
from resviz.draw.wiring import wired
from resviz.zoo.families import PRESETS, named


@pytest.mark.parametrize("name", PRESETS.names())
def test_its_steps_are_the_terms_operations_in_an_order_of_execution(name: str) -> None:
    node = named(name, {}).node()
    found = flow(node)
    paths = [step.path for step in found.steps]
    assert Counter(paths) == Counter(path for path, at in leaves(node) if not isinstance(at.op, Aside))
    done = {INPUT}
    for step in found.steps:
        assert set(step.sources) <= done, step.path
        done.add(step.path)


@pytest.mark.parametrize("name", ["resnet50", "seresnet50", "googlenet-aux", "highway19", "keras-resnet50v2"])
def test_its_edges_are_those_of_the_wiring(name: str) -> None:
    node = named(name, {}).node()
    edges = Counter((source, step.path) for step in flow(node).steps for source in step.sources)
    assert edges == Counter((edge.tail, edge.head) for edge in wired(sketch(node, "op", folded=False), "input").edges)


def test_outputs_are_the_networks_then_its_heads() -> None:
    assert flow(named("googlenet-aux", {}).node()).outputs == ("fc", "aux1.fc2", "aux2.fc2")
    assert flow(named("resnet18", {}).node()).outputs == ("fc",)
