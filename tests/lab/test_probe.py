"""The probe: every number against autograd on the same step, written out."""

from __future__ import annotations

import math

import pytest
import torch
from small import batch, placed

from resviz.core.net import leaves
from resviz.lab import probe, subject
from resviz.lab.settings import Probe
from resviz.nn.module import build
from resviz.zoo.families import named


def ask(name: str, knobs: dict[str, str] | None = None, **settings: object) -> list[dict[str, object]]:
    """The results of a probe of a network."""
    about = subject.as_it_is(named(name, knobs or {}))
    return [row for row in probe.rows(about, Probe.of(settings), lambda: None) if row["kind"] == "result"]


def test_the_statistics_are_those_of_the_step_itself():
    node = placed()
    x, labels = batch(node, 4)
    seen, loss = probe.probe(node, x, labels, seed=3)
    model = build(node, 3).train()
    kept: dict[str, torch.Tensor] = {}
    for path in ("conv1", "layer1.0", "layer2.1", "fc"):

        def keep(_module, _inputs, output, path=path):
            output.retain_grad()
            kept[path] = output

        model.get_submodule(path).register_forward_hook(keep)
    own = torch.nn.functional.cross_entropy(model(x), labels)
    own.backward()
    assert loss == pytest.approx(float(own.detach()), rel=1e-6)
    for path, out in kept.items():
        images = out.detach().double().flatten(1)
        told = out.grad.double().flatten(1) * len(x)
        assert seen[path]["mean"] == pytest.approx(float(images.mean()), rel=1e-5, abs=1e-9)
        assert seen[path]["variance"] == pytest.approx(float(((images - images.mean()) ** 2).mean()), rel=1e-5)
        assert seen[path]["norm"] == pytest.approx(sum(float(i.norm()) for i in images) / 4, rel=1e-5)
        assert seen[path]["gradient_norm"] == pytest.approx(sum(float(g.norm()) for g in told) / 4, rel=1e-5)
        assert seen[path]["gradient_variance"] == pytest.approx(float(((told - told.mean()) ** 2).mean()), rel=1e-5)
    for path in ("conv1", "fc"):
        weight = model.get_submodule(path).weight
        assert seen[path]["weight_gradient_norm"] == pytest.approx(float(weight.grad.double().norm()), rel=1e-5)


def test_every_operation_and_every_unit_is_told_in_order():
    node = placed()
    rows = ask("resnet", {"layout": "cifar", "blocks": "2,2", "width": "4", "input": "3,9,8"})
    paths = [row["path"] for row in rows[:-1]]
    operations = [path for path, _ in leaves(node)]
    assert [path for path in paths if path in operations] == operations
    assert [row["path"] for row in rows if row.get("kind_of_layer") == "unit"] == [
        "layer1.0", "layer1.1", "layer2.0", "layer2.1",
    ]  # fmt: skip
    assert rows[-1]["path"] is None
    assert math.isfinite(rows[-1]["loss"])


def test_plain_with_bn_keeps_its_signal_at_every_depth():
    """He et al. 2015, section 4.1: "BN ensures forward propagated signals to have non-zero variances"."""
    for depth in ("20", "56", "110"):
        variances = [row["variance"] for row in ask("plain", {"layout": "cifar", "depth": depth})
                     if row.get("kind_of_layer") == "unit"]  # fmt: skip
        assert min(variances) > 0.2
        assert max(variances) < 0.5


def test_without_bn_and_with_shortcuts_the_signal_doubles_at_every_unit():
    """Var(x + F(x)) = 2·Var(x) for a branch that keeps the variance (He et al. 2015b): 2^n after n units, at least."""
    rows = ask("resnet", {"layout": "cifar", "depth": "110", "order": "pre", "width": "32"}, without_bn=True, batch=4)
    variances = [row["variance"] for row in rows if row.get("kind_of_layer") == "unit"]
    assert len(variances) == 54
    growth = (variances[-1] / variances[0]) ** (1 / 53)
    assert 1.4 < growth < 2.6
    assert not [row for row in rows if row.get("kind_of_layer") == "norm"]


def test_1202_layers_without_bn_leave_float32_and_are_told_all_the_same():
    rows = ask("resnet1202", without_bn=True, signal="digits", batch=2)
    largest = max(row["variance"] for row in rows if row.get("variance") is not None)
    assert largest > 1e40
    assert all(row["gradient_norm"] is not None for row in rows[:-1])


def test_the_gate_bias_of_a_highway_network_decides_what_comes_through():
    """Srivastava et al. 2015, section 2.2: a negative bias makes the layer carry its input."""
    changes = []
    for bias in ("-4", "0"):
        rows = ask("highway", {"depth": "20", "gate_bias": bias, "input": "1,8,8"})
        units = [row["norm"] for row in rows if row.get("kind_of_layer") == "unit"]
        changes.append(abs(math.log(units[-1] / units[0])))
    assert changes[0] < changes[1]


def test_digits_fit_the_network_to_them():
    rows = ask("resnet20", signal="digits", batch=16)
    first = next(row for row in rows if row["path"] == "conv1")
    assert first["norm"] > 0
    about = subject.as_it_is(named("resnet20", {}))
    x, labels = probe.images(subject.fresh(about.spec), Probe(signal="digits", batch=16), torch.device("cpu"))
    assert x.shape == (16, 1, 8, 8)
    assert labels.max() < 10


def test_the_same_seed_gives_the_same_numbers_and_another_one_others():
    knobs = {"layout": "cifar", "blocks": "1,1", "width": "4", "input": "3,9,8"}
    assert ask("resnet", knobs, seed=1) == ask("resnet", knobs, seed=1) != ask("resnet", knobs, seed=2)
