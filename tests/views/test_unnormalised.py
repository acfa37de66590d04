"""A network without BN: nothing else changes."""

from __future__ import annotations

import pytest

from resviz.core.net import infer, leaves
from resviz.core.ops import BatchNorm
from resviz.views.unnormalised import unnormalised
from resviz.zoo.families import named

NETS = ["resnet20", "preact-resnet110", "vgg11_bn", "googlenet", "keras-resnet50v2", "plain56"]


@pytest.mark.parametrize("name", NETS)
def test_every_bn_is_gone_and_all_else_is_there(name):
    spec = named(name, {})
    before = [(path, at.op, at.out) for path, at in leaves(spec.node()) if not isinstance(at.op, BatchNorm)]
    bare = infer(unnormalised(spec.net()), spec.input_shape())
    assert [(path, at.op, at.out) for path, at in leaves(bare)] == before
    assert len(before) < sum(1 for _ in leaves(spec.node()))


def test_a_network_without_any_is_the_same_term():
    spec = named("vgg16", {})
    net = spec.net()
    assert unnormalised(net) is net
