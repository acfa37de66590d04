"""The classic networks against torch: forms and knobs together, full size, auxiliary heads and the paper's LRN."""

from itertools import product

import pytest
import torch
from proof import prove

from resviz.core.net import leaves, sections
from resviz.nn.module import build, layer
from resviz.nn.verify import verify_node
from resviz.views import tables
from resviz.zoo.alexnet import LRN
from resviz.zoo.families import FAMILIES, PRESETS, family, named

BOTH = (False, True)
TOGETHER = {
    "lenet": [
        {"activation": activation, "pool": pool, "input": (3, 32, 37)}
        for activation, pool in product(("sigmoid", "relu", "tanh"), ("avg", "max"))
    ],
    "alexnet": [
        {"form": form, "groups": groups, "dropout": 0.3, "hidden": 16, "classes": 5, "input": (2, 67, 75)}
        for form, groups in product(("torchvision", "paper", "d2l"), (1, 2))
    ],
    "vgg": [
        *(
            {"depth": depth, "bn": bn, "width": 4, "hidden": 16, "input": (3, 32, 45)}
            for depth, bn in product((11, 13, 16, 19), BOTH)
        ),
        *({"form": "cifar", "bn": bn, "width": 3, "input": (1, 33, 70)} for bn in BOTH),
    ],
    "nin": [
        {"form": "d2l", "input": (1, 67, 75)},
        {"form": "cifar", "input": (3, 19, 22), "dropout": 0.2, "classes": 7},
    ],
    "googlenet": [
        {"form": "torchvision", "width": 8, "input": (3, 33, 47)},
        {"form": "torchvision", "width": 5, "input": (1, 61, 75), "aux": True, "classes": 3},
        {"form": "paper", "width": 8, "input": (3, 61, 75), "dropout": 0.0},
        {"form": "paper", "width": 8, "input": (3, 96, 80), "aux": True},
        {"form": "d2l", "width": 8},
        {"form": "d2l", "width": 8, "input": (3, 8, 11), "dropout": 0.2},
    ],
}
CLASSICS = tuple(TOGETHER)


@pytest.mark.parametrize(("name", "knobs"), [(name, knobs) for name in CLASSICS for knobs in TOGETHER[name]], ids=str)
def test_choices_together(name, knobs, tmp_path):
    prove(family(name).of(knobs), tmp_path)


@pytest.mark.parametrize("name", [*CLASSICS, *(entry.name for entry in PRESETS if entry.thing.family in CLASSICS)])
def test_full_size(name):
    verification = verify_node(named(name, {}).node())
    assert verification.ok, "; ".join(verification.mismatches)


@pytest.mark.parametrize("name", [*FAMILIES.names(), *PRESETS.names()])
def test_a_network_is_its_sections(name):
    """All operations lie in the stem, a stage or the head, so the sections' costs add up to the totals."""
    node = named(name, {}).node()
    inside = [at.op for section in sections(node) for _, at in leaves(section.node)]
    assert inside == [at.op for _, at in leaves(node)]
    rows, totals = tables.rows(node, "stage"), tables.totals(node)
    for quantity in ("params", "buffers", "macs", "activations"):
        assert sum(getattr(row, quantity) for row in rows) == getattr(totals, quantity)


@pytest.mark.parametrize("name", CLASSICS)
def test_a_family_says_what_it_is(name):
    """A line, a formula of one or two, and two to four paragraphs."""
    entry = FAMILIES[name]
    assert entry.cite
    assert 0 < len(entry.note) < 120
    assert 0 < entry.formula.count("{") == entry.formula.count("}")
    assert 2 <= len(entry.text.strip().split("\n\n")) <= 4


def test_auxiliary_heads_speak_in_training_alone():
    """Szegedy et al. 2014, section 5; in order of execution."""
    model = build(named("googlenet-aux", {"width": "8", "classes": "3"}).node(), seed=0)
    x = torch.randn(2, 3, 64, 64)
    outputs = model.train()(x)
    assert [tuple(output.shape) for output in outputs] == [(2, 3)] * 3
    sum(output.square().sum() for output in outputs).backward()
    assert all(parameter.grad is not None for parameter in model.parameters())
    assert model.eval()(x).shape == (2, 3)


def test_local_response_normalisation_is_the_papers():
    """Krizhevsky et al. 2012, section 3.3, as printed: k = 2, n = 5, β = 0.75, and α = 1e-4 not divided by n."""
    channels, n = 9, 5
    a = 30 * torch.randn(1, channels, 2, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    b = torch.empty_like(a)
    for i in range(channels):
        near = a[:, max(0, i - n // 2) : min(channels - 1, i + n // 2) + 1]
        b[:, i] = a[:, i] / (2 + 1e-4 * near.square().sum(1)) ** 0.75
    norms = [at for _, at in leaves(named("alexnet-2012", {}).node()) if at.op == LRN]
    assert len(norms) == 2
    assert torch.allclose(layer(norms[0])(a), b, rtol=1e-12)
