"""The chain is the network: bit for bit the same outputs, whole and with units removed."""

from __future__ import annotations

import itertools

import pytest
import torch
from small import batch, chain, model, placed

from resviz.core.net import Seq, infer
from resviz.core.ops import Conv
from resviz.lab.chain import Slot
from resviz.lab.errors import LabError
from resviz.lab.lesion import removable, removed
from resviz.lab.sweep import measure
from resviz.nn.module import Network
from resviz.views import lesions, paths
from resviz.zoo.families import FAMILIES
from resviz.zoo.orders import ORDERS
from resviz.zoo.shortcuts import SHORTCUTS

FORMS = [
    *({"shortcut": s, "order": o} for s, o in itertools.product(SHORTCUTS.names(), ORDERS.names())),
    {"block": "bottleneck"}, {"se": True}, {"avg_down": True}, {"stem": "deep", "input": (3, 33, 40)},
]  # fmt: skip
OTHERS = {
    "plain": {"layout": "cifar", "depth": 8, "width": 4},
    "highway": {"depth": 5},
    "googlenet": {"form": "torchvision", "aux": True, "input": (3, 96, 90), "classes": 5},
    "keras-resnet18": {"blocks": (1, 2), "width": 4, "input": (1, 33, 30)},
    "keras-applications": {"width": 4, "input": (3, 64, 50), "classes": 5},
    "lenet": {"input": (1, 28, 28)},
    "nin": {"input": (3, 80, 70), "classes": 5},
    "alexnet": {"input": (3, 80, 70), "hidden": 12, "classes": 5},
    "vgg": {"depth": 11, "width": 4, "hidden": 8, "input": (3, 40, 36), "classes": 5},
}


def test_no_family_is_left_out():
    assert {"resnet", *OTHERS} == set(FAMILIES.names())


@pytest.mark.parametrize(("family", "knobs"), [*(("resnet", form) for form in FORMS), *OTHERS.items()], ids=str)
def test_the_chain_puts_out_what_the_network_does(family, knobs):
    node = placed(family, **knobs)
    x, _ = batch(node)
    whole, links = model(node), chain(node)
    with torch.no_grad():
        assert torch.equal(links(x), whole(x))


@pytest.mark.parametrize("knobs", FORMS, ids=str)
def test_a_unit_removed_is_the_term_without_it(knobs):
    """The lab's lesion against the rewritten term, built anew, with the same weights."""
    _compare(placed(**knobs))


@pytest.mark.parametrize("family", ["plain", "highway", "googlenet", "keras-resnet18", "keras-applications"])
def test_a_unit_removed_is_the_term_without_it_in_other_families(family):
    _compare(placed(family, **OTHERS[family]))


def _compare(node):
    links, state = chain(node), model(node).state_dict()
    x, labels = batch(node)
    names = [path for path, _ in paths.units(node)]
    units = removable(links)
    assert units == list(range(len(names)))
    for gone in ([unit] for unit in units):
        term = infer(lesions.without(node, {names[unit] for unit in gone}), node.ins[0])
        rebuilt = Network(term).eval().to(memory_format=torch.channels_last)
        rebuilt.load_state_dict({key: state[key] for key in rebuilt.state_dict()})
        with torch.no_grad():
            expected = rebuilt(x)
            (*_, found) = links.inputs(x)
            assert not torch.equal(found, expected)
            signals = list(links.inputs(x))
            assert torch.equal(links.run(signals[links.places[gone[0]]], removed(links, gone), gone[0]), expected)
        ((_, number, tally),) = measure(links, [removed(links, gone)], [(x, labels)], lambda: None)
        assert number == 0
        assert tally.wrong == int((expected.argmax(1) != labels).sum())


def test_units_in_another_order_are_run_in_that_order():
    node = placed(blocks=(3,), input=(3, 6, 6))
    links = chain(node)
    x, _ = batch(node)
    with torch.no_grad():
        signals = list(links.inputs(x))
        swapped = links.run(signals[links.places[0]], (Slot(2), Slot(1), Slot(0)), 0)
        by_hand = signals[links.places[0]]
        for number in (2, 1, 0):
            by_hand = links.unit(number)(by_hand)
        for link in links.links[links.places[-1] + 1 :]:
            by_hand = link.module(by_hand)
    assert torch.equal(swapped, by_hand)


def test_a_unit_that_nothing_can_stand_in_for_is_not_removable():
    """It has no way round it, and no padding takes channels away."""
    shrinking = Seq((("conv", Conv(2, 1)),), "unit")
    links = chain(infer(Seq((("0", shrinking),)), (4, 5, 5)))
    with pytest.raises(LabError, match="no unit of this network can be removed"):
        removable(links)
    with pytest.raises(ValueError, match="nothing without parameters can stand in"):
        links.unit(0).removed(torch.zeros(1, 4, 5, 5))
