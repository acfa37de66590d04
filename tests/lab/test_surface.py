"""The loss surface: directions normalised filter by filter, and losses that are those of the moved weights."""

from __future__ import annotations

import math

import pytest
import torch
from small import batch, model, placed

from resviz.lab import network, subject, surface
from resviz.lab.settings import Surface
from resviz.nn.module import Network
from resviz.zoo.families import named


def test_each_filter_of_a_direction_has_the_norm_of_the_networks_own():
    """Li et al. 2018, section 4; biases and BN stay as they are."""
    state = model(placed(conv_bias=True)).state_dict()
    towards = surface.direction(state, 0, 0)
    assert set(towards) == {name for name, weight in state.items() if weight.ndim >= 2}
    for name, step in towards.items():
        torch.testing.assert_close(step.flatten(1).norm(dim=1), state[name].flatten(1).norm(dim=1))


def test_the_two_directions_are_others_and_the_seed_gives_them_again():
    state = model(placed()).state_dict()
    first, second = (surface.direction(state, 0, number)["conv1.weight"] for number in range(2))
    assert not torch.equal(first, second)
    assert torch.equal(first, surface.direction(state, 0, 0)["conv1.weight"])
    assert not torch.equal(first, surface.direction(state, 1, 0)["conv1.weight"])


@torch.no_grad()
def test_the_loss_is_that_of_the_network_with_these_weights():
    node = placed()
    state = model(node).state_dict()
    directions = [surface.direction(state, 0, number) for number in range(2)]
    x, labels = batch(node, 6)
    found = surface.measured(
        Network(node).eval().to(memory_format=torch.channels_last),
        surface.moved(state, directions, (0.5, -0.25)),
        [(x[:4], labels[:4]), (x[4:], labels[4:])],
        lambda: None,
    )
    by_hand = model(node)
    for name, weight in by_hand.state_dict().items():
        if name in directions[0]:
            weight.add_(0.5 * directions[0][name] - 0.25 * directions[1][name])
    logits = by_hand(x)
    assert found[0] == pytest.approx(float(torch.nn.functional.cross_entropy(logits, labels)), rel=1e-5)
    assert found[1] == float((logits.argmax(1) != labels).float().mean())


def test_the_grid_goes_from_minus_to_plus_span():
    assert surface.axis(5, 2.0) == [-2.0, -1.0, 0.0, 1.0, 2.0]


def test_rows_come_one_by_one_and_the_middle_is_the_network_itself():
    about = subject.fresh(named("resnet8", {}))
    rows = surface.rows(about, Surface(grid=3, images=64), lambda: None)
    first = next(rows)
    assert first["beta"] == -1.0
    assert first["progress"] == pytest.approx(1 / 3)
    middle = next(rows)
    data = network.data(about)
    batches = network.Batches(network.first(data.train, 64), data, 64, torch.device("cpu"))
    own = Network(about.spec.node()).eval().to(memory_format=torch.channels_last)
    loss, error = surface.measured(own, network.weights(about), batches, lambda: None)
    assert middle["losses"][1] == pytest.approx(loss, rel=1e-6)
    assert middle["errors"][1] == error


def test_a_loss_beyond_all_numbers_is_null():
    about = subject.fresh(named("plain", {"layout": "cifar", "depth": "110"}))
    rows = list(surface.rows(about, Surface(grid=3, images=8, span=100.0), lambda: None))
    losses = [loss for row in rows for loss in row["losses"]]
    assert all(loss is None or math.isfinite(loss) for loss in losses)
    assert None in losses
