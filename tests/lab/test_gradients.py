"""The gradient by path length: all lengths add up to autograd's, and enumerated single paths add up to each length."""

from __future__ import annotations

import itertools
import random
from math import comb

import pytest
import torch
from small import batch, chain, placed

from resviz.lab import gradients, subject
from resviz.lab.chain import Slot
from resviz.lab.settings import Gradients
from resviz.train import capacity
from resviz.zoo.families import named
from resviz.zoo.orders import ORDERS

EXACT = {"rtol": 1e-10, "atol": 1e-12}
FORMS = [
    *({"shortcut": s, "order": o} for s, o in itertools.product(("A", "B", "C"), ORDERS.names())),
    {"block": "bottleneck"}, {"block": "bottleneck", "order": "pre", "shortcut": "C"}, {"se": True},
    {"shortcut": "exclusive-gate", "gate_bias": -1}, {"shortcut": "shortcut-gate", "gate_bias": -1},
    {"shortcut": "scaled"}, {"avg_down": True},
]  # fmt: skip


def doubles(node, images=3):
    x, labels = batch(node, images)
    return chain(node).double(), x.double(), labels


@pytest.mark.parametrize("knobs", FORMS, ids=str)
def test_the_lengths_add_up_to_the_ordinary_gradient(knobs):
    links, x, labels = doubles(placed(**knobs))
    by_length = gradients.by_length(links, x, labels)
    assert by_length.shape == (5, *x.shape)
    assert all(each.abs().max() > 0 for each in by_length)
    torch.testing.assert_close(by_length.sum(0), gradients.whole(links, x, labels), **EXACT)


@pytest.mark.parametrize("knobs", FORMS, ids=str)
def test_each_length_is_the_sum_of_its_paths(knobs):
    """All 2^n paths one by one: what the paper samples, complete."""
    links, x, labels = doubles(placed(**knobs))
    choices = torch.tensor(list(itertools.product([False, True], repeat=4)))
    each = gradients.paths(links, x, labels, choices)
    by_length = gradients.by_length(links, x, labels)
    for k in range(5):
        torch.testing.assert_close(each[choices.sum(1) == k].sum(0), by_length[k], **EXACT)


def test_in_float32_they_add_up_to_its_precision():
    node = placed(blocks=(4, 4))
    x, labels = batch(node)
    links = chain(node)
    whole = gradients.whole(links, x, labels)
    by_length = gradients.by_length(links, x, labels)
    torch.testing.assert_close(by_length.sum(0), whole, rtol=1e-4, atol=1e-5 * float(whole.abs().max()))


def test_the_shortest_path_is_the_network_without_any_branch():
    """Length 0 is the gradient of a net without branches, where nothing non-linear stands on the shortcuts' way."""
    links, x, labels = doubles(placed(order="relu-before-add", shortcut="B"))
    logits = links(x).detach().requires_grad_()
    (at_output,) = torch.autograd.grad(torch.nn.functional.cross_entropy(logits, labels, reduction="sum"), logits)
    leaf = x.clone().requires_grad_()
    signals = list(links.inputs(leaf))
    bare = links.run(signals[links.places[0]], [Slot(i, False) for i in range(4)], 0)
    (expected,) = torch.autograd.grad(bare, leaf, at_output)
    torch.testing.assert_close(gradients.by_length(links, x, labels)[0], expected, **EXACT)


@pytest.mark.parametrize(("family", "knobs", "n"), [
    ("plain", {"layout": "cifar", "depth": 8, "width": 4}, 3),
    ("googlenet", {"form": "d2l", "input": (1, 64, 64)}, 9),
])  # fmt: skip
def test_without_ways_round_all_of_the_gradient_passes_every_branch(family, knobs, n):
    links, x, labels = doubles(placed(family, **knobs))
    by_length = gradients.by_length(links, x, labels)
    torch.testing.assert_close(by_length[n], gradients.whole(links, x, labels), **EXACT)
    assert not by_length[:n].any()


def test_a_highway_network_adds_up_too():
    links, x, labels = doubles(placed("highway", depth=8))
    torch.testing.assert_close(gradients.by_length(links, x, labels).sum(0), gradients.whole(links, x, labels), **EXACT)


def test_many_gradients_are_carried_in_parts(monkeypatch):
    links, x, labels = doubles(placed())
    together = gradients.by_length(links, x, labels)
    monkeypatch.setattr(gradients, "TOGETHER", 1)
    torch.testing.assert_close(gradients.by_length(links, x, labels), together, **EXACT)


@pytest.mark.parametrize(("ways", "expected"), [
    ([True] * 54, [comb(54, k) for k in range(55)]),
    ([True, False, True], [0, 1, 2, 1]),
    ([False] * 3, [0, 0, 0, 1]),
])  # fmt: skip
def test_the_number_of_paths(ways, expected):
    """C(54, k) for the 110-layer network (veit2016.json)."""
    assert [gradients.count(ways, k) for k in range(len(ways) + 1)] == expected


def test_sampled_paths_have_their_length_and_pass_what_has_no_way_round():
    ways = [True, False, True, True, False, True]
    for k in range(2, 7):
        choices = gradients.sampled(ways, k, 20, random.Random(0))
        assert choices.shape == (20, 6)
        assert (choices.sum(1) == k).all()
        assert choices[:, [1, 4]].all()
    assert len({tuple(row) for row in gradients.sampled([True] * 10, 5, 30, random.Random(0)).tolist()}) > 10


def test_the_estimate_of_all_paths_is_the_mean_of_their_norms():
    links, x, labels = doubles(placed())
    choices = torch.tensor([[False, True, False, False], [False, False, False, True]])
    norms = gradients.norms_of_paths(links, x, labels, choices, lambda: None)
    each = gradients.paths(links, x, labels, choices)
    by_hand = [sum(float(image.norm()) for image in path) / len(x) for path in each]
    assert norms.tolist() == pytest.approx(by_hand, rel=1e-12)


def test_whoever_watches_can_end_it():
    links, x, labels = doubles(placed())

    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gradients.by_length(links, x, labels, stop)


def test_all_images_go_through_in_parts(monkeypatch):
    """However many images: their mean is the one of all at once."""
    about = subject.fresh(named("resnet8", {}))
    whole = list(gradients.rows(about, Gradients(images=24), lambda: None))
    monkeypatch.setattr(capacity, "ROOM", 4 * 2 * 10 * 64 * 16 * 5)
    parts = list(gradients.rows(about, Gradients(images=24), lambda: None))
    assert sum(row["kind"] == "progress" for row in whole) == 1
    assert sum(row["kind"] == "progress" for row in parts) > 2
    for one, other in zip((r for r in whole if r["kind"] == "result"), (r for r in parts if r["kind"] == "result")):
        assert one["length"] == other["length"]
        for name in {"exact", "mean", "spread"} & one.keys():
            assert other[name] == pytest.approx(one[name], rel=1e-9)
