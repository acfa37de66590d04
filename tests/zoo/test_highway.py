"""Highway networks: sizes and counts of Srivastava, Greff & Schmidhuber 2015 (1507.06228) and of their released code.

The released code is github.com/flukeskywalker/highway-networks, commit 1f86192, examples/highways.
"""

import math

import pytest

from resviz.core.knob import IdleKnobError, SpecError
from resviz.core.net import Node, leaves, walk, with_role
from resviz.core.ops import Conv, Linear
from resviz.views import paths, tables
from resviz.views.tables import Row
from resviz.zoo.families import PRESETS, named

NAMES = [entry.name for entry in PRESETS if entry.thing.family == "highway"]
DEPTHS = (10, 20, 50, 100)


def placed(name: str, **knobs: str) -> Node:
    return named(name, knobs).node()


def stages(node: Node) -> dict[str, Row]:
    return {row.path: row for row in tables.rows(node, "stage")}


@pytest.mark.parametrize("depth", DEPTHS)
def test_fully_connected_nets(depth):
    """Section 3.1: a plain layer, then 9, 19, 49 or 99 highway layers of 50 blocks, then softmax."""
    node = placed(f"highway{depth}")
    assert len(paths.units(node)) == depth - 1
    assert paths.depth(node) == depth + 1  # the paper does not count the softmax layer
    rows = stages(node)
    assert rows["stem"].params == 28 * 28 * 50 + 50
    assert rows["stage1"].params == (depth - 1) * 5100
    assert rows["head"].params == 50 * 10 + 10


def test_a_plain_layer_of_71_units_has_the_parameters_of_a_highway_layer_of_50():
    """Section 3.1: "roughly identical numbers of parameters (≈5000) per layer"."""
    layers = {name: paths.units(placed(name))[0][1] for name in ("highway10", "plain10-mnist")}
    assert {name: tables.costs(layer).params for name, layer in layers.items()} == {
        "highway10": 2 * (50 * 50 + 50),
        "plain10-mnist": 71 * 71 + 71,
    }


@pytest.mark.parametrize(("width", "printed"), [(16, 39_000), (32, 151_000)])
def test_table_1(width, printed):
    """Table 1 prints 39K and 151K, the latter cut off; released: mnist-10layers/mnist_network.prototxt."""
    node = placed(f"highway10-conv{width}")
    assert printed - 500 < tables.costs(node).params < printed + 1000
    assert paths.depth(node) == 10
    assert len(paths.units(node)) == 8
    assert [row.out for row in stages(node).values()] == [
        (width, 24, 24), (width, 12, 12), (width, 6, 6), (width, 3, 3), (10,),
    ]  # fmt: skip


def test_the_net_of_19_layers():
    """Released: cifar10-19layers/cifar10_network.prototxt; sample.log counts 896 and 18,496 parameters a layer."""
    node = placed("highway19")
    convs = [at.op for path, at in leaves(node) if isinstance(at.op, Conv) and "gate" not in path]
    layers = [(op.channels, op.kernel) for op in convs]
    assert layers == [(32, 3)] * 5 + [(80, 3)] * 6 + [(128, 3)] * 6 + [(100, 1)]
    assert paths.depth(node) == 19
    assert [len(with_role(stage, "unit")) for _, stage in with_role(node, "stage")] == [4, 5, 5]
    assert stages(node)["stem"].params == 896
    assert tables.costs(paths.units(node)[0][1]).params == 18_496
    assert f"{tables.costs(node).params / 1e6:.1f}M" == "2.3M"  # Table 2: ~2.3M


def test_the_net_of_32_layers():
    """Table 2: ~1.25M; section 3.3.1: alternating receptive fields of size 3x3 and 1x1. Its widths are ours."""
    node = placed("highway32")
    kernels = [at.op.kernel for path, at in leaves(node) if isinstance(at.op, Conv) and "gate" not in path]
    assert kernels == [3, 1] * 15 + [1]
    assert paths.depth(node) == 32
    assert tables.costs(node).params == pytest.approx(1.25e6, rel=0.02)


@pytest.mark.parametrize("name", NAMES)
def test_a_net_of_n_highway_layers_has_2_to_the_n_paths(name):
    node = placed(name)
    gated = named(name, {}).values()["shortcut"] == "gate"
    assert paths.path_count(node) == (2 ** len(paths.units(node)) if gated else 1)


@pytest.mark.parametrize("name", NAMES)
def test_the_sections_hold_everything(name):
    node = placed(name)
    rows = tables.rows(node, "stage")
    whole = tables.totals(node)
    for column in ("params", "buffers", "macs", "activations"):
        assert sum(getattr(row, column) for row in rows) == getattr(whole, column)


@pytest.mark.parametrize("layout", ["fc", "conv"])
def test_every_layer_has_its_branch_its_shortcut_and_its_gate(layout):
    for _, unit in paths.units(placed("highway", layout=layout)):
        assert [len(with_role(unit, role)) for role in ("branch", "shortcut", "gate")] == [1, 1, 1]


@pytest.mark.parametrize("layout", ["fc", "conv"])
@pytest.mark.parametrize(("shortcut", "word"), [("gate", "Highway"), ("identity", "Residual"), ("none", "Plain")])
def test_the_three_ways_have_the_same_layers(layout, shortcut, word):
    """So they can be compared: the same H at the same depth, with a gate's parameters on top where there is one."""
    spec = named("highway", {"layout": layout, "shortcut": shortcut})
    node = spec.node()
    gates = sum(tables.costs(gate).params for _, gate in with_role(node, "gate"))
    plain = placed("highway", layout=layout, shortcut="none")
    assert paths.depth(node) == paths.depth(plain)
    assert tables.costs(node).params - gates == tables.costs(plain).params
    assert bool(gates) == (shortcut == "gate")
    assert spec.title().startswith(f"{word}-{spec.depth}")


def test_a_gate_starts_from_its_bias():
    node = placed("highway19", gate_bias="-4")
    starts = {at.op.bias_start for path, at in leaves(node) if isinstance(at.op, (Conv, Linear)) and "gate" in path}
    assert starts == {-4.0}
    assert not [
        path
        for path, at in leaves(node)
        if isinstance(at.op, (Conv, Linear)) and "gate" not in path and at.op.bias_start is not None
    ]


@pytest.mark.parametrize(("activation", "op"), [("relu", "ReLU"), ("tanh", "Tanh"), ("sigmoid", "Sigmoid")])
def test_the_activation_is_that_of_every_layer(activation, op):
    node = placed("highway10", activation=activation)
    outside = [at.op.label() for path, at in leaves(node) if at.op.category == "activation" and "gate" not in path]
    assert len(outside) == 10
    assert {type(at.op).__name__ for path, at in leaves(node) if path.endswith(activation)} == {op}


def test_the_width_scales_every_stage():
    """The released 32, 80 and 128 channels for another width."""
    outs = [row.out[0] for row in tables.rows(placed("highway19", width="8"), "stage") if row.path.startswith("stage")]
    assert outs == [8, 20, 32]


def test_units_of_a_stage_are_equal_and_fold():
    node = placed("highway100")
    units = [at for _, at in walk(node) if at.role == "unit"]
    assert len(units) == 99
    assert len({id(unit) for unit in units}) == 1
    assert math.log2(paths.path_count(node)) == 99


@pytest.mark.parametrize(
    ("knobs", "near"),
    [
        ({"depth": "1"}, {"depth": 2}),
        ({"depth": "501"}, {"depth": 500}),
        ({"layout": "conv", "depth": "20"}, {"depth": 19}),
        ({"input": "28,28"}, {"input": (1, 28, 28)}),
        ({"layout": "conv", "input": "32"}, {"input": (1, 28, 28)}),
    ],
)
def test_what_is_refused_is_refused_with_what_is_possible(knobs, near):
    with pytest.raises(SpecError) as caught:
        named("highway", knobs)
    assert caught.value.fix == near


@pytest.mark.parametrize("shortcut", ["identity", "none"])
def test_the_gate_bias_needs_a_gate(shortcut):
    with pytest.raises(IdleKnobError, match="needs shortcut gate"):
        named("highway", {"shortcut": shortcut, "gate_bias": "-1"})


def test_another_layout_starts_from_its_own_depth_and_says_so():
    spec = named("highway", {"depth": "50", "width": "40"})
    layout = next(k for k in spec.knobs() if k.name == "layout")
    turned = spec.turned(layout, "conv")
    assert turned.texts == {"layout": "conv"}
    assert turned.note == "The conv layout starts from its own depth and width."
    assert spec.turned(next(k for k in spec.knobs() if k.name == "depth"), "20").texts == {"depth": "20", "width": "40"}
