"""What a unit adds: norms by hand, and gates that start at σ(b)."""

from __future__ import annotations

import math

import pytest
import torch
from small import batch, chain, placed

from resviz.lab import contribution, subject
from resviz.lab.settings import Contribution
from resviz.zoo.families import named


@pytest.mark.parametrize("knobs", [{}, {"order": "pre"}, {"shortcut": "B", "block": "bottleneck"}], ids=str)
def test_the_norms_are_those_of_input_branch_and_shortcut(knobs):
    """In post order a unit's sum is what its join puts out, so branch and shortcut can be told from outside."""
    links = chain(placed(**knobs))
    first, second = batch(links.links[0].node, 3, 0), batch(links.links[0].node, 2, 1)
    found = contribution.contributions(links, iter([first, second]), lambda: None)
    joined: list[list[torch.Tensor]] = [[] for _ in links.places]
    for number in range(len(links.places)):
        unit = links.unit(number)
        unit.join.register_forward_hook(lambda _m, ins, _out, kept=joined[number]: kept.append(ins))
    with torch.no_grad():
        inputs = [list(links.inputs(x)) for x, _ in (first, second)]
    for number, place in enumerate(links.places):
        images = [image for signals in inputs for image in signals[place]]
        branches = [image for ins in joined[number] for image in ins[0]]
        shortcuts = [image for ins in joined[number] for image in ins[1]]
        for name, values in (("input", images), ("branch", branches), ("shortcut", shortcuts)):
            expected = sum(float(image.double().norm()) for image in values) / 5
            assert found[number].means()[name] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("bias", [-4, -2, 0])
def test_gates_begin_at_the_sigmoid_of_their_bias(bias):
    """Srivastava et al. 2015: σ(−2) = 0.1192, σ(−4) = 0.0180."""
    about = subject.fresh(named("highway", {"depth": "10", "gate_bias": str(bias)}))
    rows = list(contribution.rows(about, Contribution(images=50), lambda: None))
    assert len(rows) == 9
    assert {row["weights"] for row in rows} == {"initial"}
    start = 1 / (1 + math.exp(-bias))
    assert all(row["gate"] == pytest.approx(start, rel=0.35) for row in rows)
    assert all(row["ratio"] == row["branch"] / row["input"] for row in rows)


def test_zero_gamma_adds_nothing_at_first():
    """Goyal et al. 2017: every branch starts as zero."""
    about = subject.fresh(named("resnet8", {"zero_gamma": "true"}))
    assert [row["ratio"] for row in contribution.rows(about, Contribution(images=20), lambda: None)] == [0.0] * 3
