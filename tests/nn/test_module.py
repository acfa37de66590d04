"""The module itself: its paths are the term's, and its weights are drawn as the literature draws them."""

import math

import pytest
import torch
from torch import nn

from resviz.core.net import Par, Seq, infer, leaves
from resviz.core.ops import Add, BatchNorm, Conv, ReLU
from resviz.nn.module import Network, build
from resviz.zoo.families import named

SMALL = {"layout": "cifar", "blocks": "1,2", "width": "8"}


def test_paths_are_the_terms():
    node = named("resnet50", {"se": "true", "order": "pre", "drop_path": "0.1"}).node()
    with torch.device("meta"):
        model = build(node)
    modules = [path for path, module in model.named_modules() if not isinstance(module, Network)]
    assert modules == [path for path, _ in leaves(node)]


def test_a_seed_makes_the_weights_reproducible_and_leaves_the_rest_alone():
    node = named("resnet", SMALL).node()
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    a, b, c = build(node, seed=1), build(node, seed=1), build(node, seed=2)
    assert torch.equal(torch.rand(3), expected)
    assert all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters()))
    assert not torch.equal(a.conv1.weight, c.conv1.weight)


def test_he_initialisation():
    """He et al. 2015b, fan-out: standard deviation √(2 / (k²·C_out)); fb.resnet.torch and torchvision."""
    model = build(named("resnet", {**SMALL, "width": "64", "conv_bias": "true"}).node(), seed=3)
    convs = [module for module in model.modules() if isinstance(module, nn.Conv2d)]
    assert convs
    for conv in convs:
        fan_out = conv.kernel_size[0] ** 2 * conv.out_channels
        if conv.weight.numel() > 10_000:
            assert conv.weight.std().item() == pytest.approx(math.sqrt(2 / fan_out), rel=0.03)
        assert not conv.bias.any()


@pytest.mark.parametrize(("block", "last"), [("basic", "bn2"), ("bottleneck", "bn3")])
def test_zero_gamma_is_of_the_last_bn_of_each_branch_alone(block, last):
    """Goyal et al. 2017, section 5.1: never a projection's BN."""
    model = build(named("resnet", {**SMALL, "block": block, "shortcut": "B", "zero_gamma": "true"}).node())
    for path, module in model.named_modules():
        if isinstance(module, nn.BatchNorm2d):
            zero = path.startswith("layer") and path.endswith(last)
            assert module.weight.eq(0.0 if zero else 1.0).all(), path


def test_zero_gamma_makes_an_identity_unit_the_identity_behind_relu():
    model = build(named("resnet", {**SMALL, "zero_gamma": "true"}).node(), seed=0).eval()
    x = torch.randn(2, 16, 8, 8)
    assert torch.equal(model.get_submodule("layer2.1")(x), x.relu())


def test_a_shared_term_is_two_modules():
    """Terms are shared, weights are not."""
    conv = Conv(3, 3, 1, 1)
    model = build(infer(Seq((("a", conv), ("b", conv))), (3, 4, 4)))
    assert len(list(model.parameters())) == 2


def test_nothing_is_done_in_place():
    model = build(named("resnet", {**SMALL, "order": "pre"}).node()).eval()
    x = torch.randn(1, 3, 8, 8)
    kept = x.clone()
    with torch.no_grad():
        model(x)
    assert torch.equal(x, kept)
    assert not any(getattr(module, "inplace", False) for module in model.modules())


def test_every_parameter_gets_a_gradient():
    model = build(named("resnet", {**SMALL, "se": "true", "shortcut": "C"}).node(), seed=0).train()
    model(torch.randn(4, 3, 8, 8)).square().sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())


def test_forks_nest():
    inner = Par(Add(), (("a", ReLU()), ("", Seq())))
    model = build(infer(Par(Add(), (("x", inner), ("y", BatchNorm()))), (2, 3, 3))).eval()
    x = torch.randn(1, 2, 3, 3)
    with torch.no_grad():
        assert torch.equal(model(x), (x.relu() + x) + model.y(x))
