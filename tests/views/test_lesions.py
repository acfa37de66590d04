"""Lesions as algebra: what is left of a network, its paths halved, and what takes the place of a plain unit."""

from __future__ import annotations

import itertools

import pytest

from resviz.core.net import Par, Seq, ShapeError, infer, with_role
from resviz.core.ops import ZeroPad
from resviz.views import lesions, paths
from resviz.zoo.families import named
from resviz.zoo.orders import ORDERS
from resviz.zoo.shortcuts import SHORTCUTS

SMALL = {"layout": "cifar", "blocks": "2,2", "width": "4", "input": "3,9,8"}
ROUND = [name for name in SHORTCUTS.names() if name != "none"]


@pytest.mark.parametrize(("shortcut", "order"), itertools.product(ROUND, ORDERS.names()))
def test_every_unit_less_halves_the_paths(shortcut, order):
    """Veit et al. 2016, section 3.1: 2^n paths, and 2^(n−k) without k units."""
    node = named("resnet", {**SMALL, "shortcut": shortcut, "order": order}).node()
    names = [path for path, _ in paths.units(node)]
    for k in range(len(names) + 1):
        left = infer(lesions.without(node, set(names[:k])), node.ins[0])
        assert left.out == node.out
        assert paths.path_count(left) == paths.path_count(node) // 2**k


def test_the_fork_gives_way_to_its_shortcut_and_all_else_stays():
    node = named("resnet", {**SMALL, "shortcut": "B"}).node()
    unit = dict(paths.units(node))["layer2.0"]
    left = lesions.unit_removed(unit)
    assert [name for name, _ in left.parts] == ["", "relu2"]
    ((name, shortcut),) = left.parts[0][1].parts
    assert name == "downsample"
    assert shortcut == dict(with_role(node, "shortcut"))["layer2.0.downsample"].net
    untouched = lesions.without(node, {"layer2.0"})
    assert untouched.parts[:2] == node.net.parts[:2]


def test_nothing_removed_is_the_same_term():
    node = named("resnet", SMALL).node()
    assert lesions.without(node, set()) is node.net


@pytest.mark.parametrize("depth", ["20", "56"])
def test_a_plain_unit_gives_way_to_the_identity_and_to_zeros_where_the_size_changes(depth):
    """Option A of He et al. 2015 is the way without parameters."""
    node = named("plain", {"layout": "cifar", "depth": depth}).node()
    units = dict(paths.units(node))
    assert lesions.unit_removed(units["layer1.1"]).parts == (("stand_in", Seq()),)
    assert lesions.unit_removed(units["layer2.0"]).parts == (("stand_in", ZeroPad(32, 2)),)
    every = infer(lesions.without(node, set(units)), node.ins[0])
    assert every.out == node.out
    assert not [at for _, at in with_role(every, "unit") if any(isinstance(part.net, Par) for _, part in at.parts)]


def test_a_highway_layer_gives_way_to_its_input():
    """T = 0 gives y = x (Srivastava et al. 2015, equation 4); the gate goes with the transform."""
    node = named("highway", {"depth": "5"}).node()
    left = infer(lesions.without(node, {"stage1.1"}), node.ins[0])
    assert paths.path_count(left) == 2**3
    assert len(with_role(left, "gate")) == 3


@pytest.mark.parametrize(
    ("taken", "wanted"), [((8, 4, 4), (4, 4, 4)), ((4, 4, 4), (8, 3, 4)), ((8,), (9,)), ((4, 4, 4), (4, 8, 8))]
)
def test_where_no_stand_in_is_possible_the_sentence_names_both_shapes(taken, wanted):
    with pytest.raises(ShapeError, match="no way without parameters leads from"):
        lesions.stand_in(taken, wanted)
