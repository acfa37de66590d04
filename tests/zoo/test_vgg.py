"""VGG: the paper's tables, torchvision's counts, d2l layer by layer, and the nets for 32×32 images."""

import pytest
from d2l import MODELS, expected_layers, layers

from resviz.core.knob import IdleKnobError
from resviz.core.net import sections
from resviz.core.ops import Conv, MaxPool, ReLU
from resviz.views import receptive, tables
from resviz.views.tables import Totals
from resviz.zoo.families import named
from resviz.zoo.vgg import CONVOLUTIONS, VGG, vgg_block

TORCHVISION = {
    "vgg11": 132_863_336,
    "vgg11_bn": 132_868_840,
    "vgg13": 133_047_848,
    "vgg13_bn": 133_053_736,
    "vgg16": 138_357_544,
    "vgg16_bn": 138_365_992,
    "vgg19": 143_667_240,
    "vgg19_bn": 143_678_248,
}
"""num_params of the weights' meta data in torchvision's documentation."""

MILLIONS = {11: 133, 13: 133, 16: 138, 19: 144}
"""Simonyan & Zisserman 2014, Table 2: nets A, B, D and E."""


def totals(**knobs: object) -> Totals:
    return tables.totals(VGG.of(knobs).node())


@pytest.mark.parametrize("name", TORCHVISION)
def test_torchvisions_parameters(name):
    counted = tables.totals(named(name, {}).node())
    assert counted.params == TORCHVISION[name]
    assert counted.depth == int(name[3:5])


@pytest.mark.parametrize("depth", CONVOLUTIONS)
def test_the_papers_table_2(depth):
    assert round(totals(depth=depth).params / 1e6) == MILLIONS[depth]


def test_the_papers_table_1():
    """Net D: maps of 224, 112, 56, 28 and 14 pixels, 64 to 512 channels, each stage ends in a max pooling."""
    node = VGG(depth=16).node()
    stages = [section.node for section in sections(node) if section.node.role == "stage"]
    assert [stage.ins[0][1] for stage in stages] == [224, 112, 56, 28, 14]
    assert [stage.out for stage in stages] == [
        (64, 112, 112), (128, 56, 56), (256, 28, 28), (512, 14, 14), (512, 7, 7)
    ]  # fmt: skip
    assert all(isinstance(stage.parts[-1][1].op, MaxPool) for stage in stages)


def test_he2015_gives_vgg_16_without_and_vgg_19_with_its_fully_connected_layers():
    """He et al. 2015, section 4.1: "VGG-16/19 nets (15.3/19.6 billion FLOPs)", as the lesson says."""
    rows = tables.rows(VGG(depth=16).node())
    assert round(sum(row.macs for row in rows if row.op == "Conv") / 1e9, 1) == 15.3
    assert round(totals(depth=16).macs / 1e9, 1) == 15.5
    assert round(totals(depth=19).macs / 1e9, 1) == 19.6
    assert tables.totals(named("resnet34", {}).node()).macs < totals(depth=19).macs / 5


@pytest.mark.parametrize(
    ("model", "knobs"),
    [
        ("vgg11", {"input": (1, 224, 224), "classes": 10}),
        ("vgg11_small", {"input": (1, 224, 224), "classes": 10, "width": 16}),
    ],
)
def test_d2l_layer_by_layer(model, knobs):
    """d2l, section 8.2; torchvision's adaptive pooling stands in ours, and does nothing at 224×224."""
    node = VGG.of({"depth": 11, **knobs}).node()
    ours = layers(node)
    resampling = ours.pop(21)
    assert resampling == ("AdaptiveAvgPool2d", ours[20][1], 0)
    assert ours == expected_layers(model)
    counted = tables.totals(node)
    assert (counted.params, counted.macs) == (MODELS[model]["params"], MODELS[model]["macs"])


def test_d2l_with_three_channels_and_1000_classes_is_torchvisions():
    counted = totals(depth=11)
    assert counted.params == MODELS["vgg11_3ch_1000"]["params"] == TORCHVISION["vgg11"]
    assert counted.macs == MODELS["vgg11_3ch_1000"]["macs"]


@pytest.mark.parametrize(("depth", "params"), [(11, 9_231_114), (13, 9_416_010), (16, 14_728_266), (19, 20_040_522)])
def test_for_cifar(depth, params):
    """kuangliu/pytorch-cifar, models/vgg.py: the convolutions with BN, and one fully connected layer 512→10.

    By hand: 9·C_in·C_out + C_out for each convolution, 2·C_out for its BN, 512·10 + 10.
    """
    by_hand, channels = 512 * 10 + 10, 3
    for count, width in zip(CONVOLUTIONS[depth], (64, 128, 256, 512, 512)):
        for _ in range(count):
            by_hand += 9 * channels * width + width + 2 * width
            channels = width
    node = VGG(form="cifar", depth=depth, bn=True).node()
    counted = tables.totals(node)
    assert counted.params == by_hand == params
    assert counted.depth == depth - 2
    assert sections(node)[-1].node.ins == ((512, 1, 1),)


@pytest.mark.parametrize(("count", "window"), [(2, 5), (3, 7)])
def test_the_block_sees_as_far_as_one_large_window(count, window):
    """Simonyan & Zisserman 2014, section 2.3: two 3×3 see 5×5, three 7×7."""
    block = vgg_block(count, 64, bn=False)
    assert [type(op) for op in block] == [Conv, ReLU] * count + [MaxPool]
    field = receptive.Field()
    for op in block[:-1]:
        field = field.then(receptive.Field(*op.window()))
    assert field.size == window


def test_where_the_numbers_are():
    """As the lesson says."""
    for depth in CONVOLUTIONS:
        counted = totals(depth=depth)
        rows = tables.rows(VGG(depth=depth).node())
        first = next(row.params for row in rows if row.op == "Linear")
        assert first > counted.params / 2
        stages = tables.rows(VGG(depth=depth).node(), "stage")
        assert sum(stage.activations for stage in stages[:2]) > counted.activations / 2


def test_what_only_the_form_for_imagenet_has():
    for knobs in ({"hidden": 512}, {"dropout": 0.1}):
        with pytest.raises(IdleKnobError, match="needs form imagenet"):
            VGG.of({"form": "cifar", **knobs})


def test_titles():
    cases = ({}, {"bn": True, "depth": 19}, {"form": "cifar", "bn": True}, {"form": "cifar", "width": 16})
    titles = [VGG.of(knobs).title() for knobs in cases]
    assert titles == ["VGG-16", "VGG-19-BN", "VGG-16-BN (CIFAR)", "VGG-16 (CIFAR, width 16)"]
