"""Every registered block × shortcut × order × layout, and the other knobs one by one, against torch.

For each: parameters, buffers, every operation's output shape, 2 × MACs against FlopCounterMode, and the exported
source with the module's keys, initialisation and outputs, bit by bit.
"""

import pytest
from proof import prove, without_idle

from resviz.zoo.blocks import BLOCKS
from resviz.zoo.families import PRESETS, family, from_json, named, to_json
from resviz.zoo.orders import ORDERS
from resviz.zoo.shortcuts import SHORTCUTS

SIZES = {"cifar": (3, 15, 10), "imagenet": (3, 65, 47)}
SMALL = {"width": 4, "blocks": (1, 2), "classes": 5}


@pytest.mark.parametrize("layout", SIZES)
@pytest.mark.parametrize("order", ORDERS.names())
@pytest.mark.parametrize("shortcut", SHORTCUTS.names())
@pytest.mark.parametrize("block", BLOCKS.names())
def test_every_unit(block, shortcut, order, layout, tmp_path):
    knobs = {"layout": layout, "block": block, "shortcut": shortcut, "order": order, "input": SIZES[layout]}
    prove(family("resnet").of({**SMALL, **knobs}), tmp_path)


VARIANTS = {
    "SE": {"se": True},
    "drop path": {"drop_path": 0.5},
    "zero gamma": {"zero_gamma": True},
    "ResNet-D": {"stem": "deep", "avg_down": True},
    "average pooling and padding": {"avg_down": True, "shortcut": "A"},
    "average pooling everywhere": {"avg_down": True, "shortcut": "C"},
    "v1 stride": {"stride_on": "1x1"},
    "biases": {"conv_bias": True, "shortcut_bn": False},
    "groups": {"groups": 2, "width": 8},
    "ResNeXt": {"groups": 4, "group_width": 32, "width": 8},
    "wide": {"widen": 3},
    "CIFAR stem": {"stem": "cifar"},
    "ImageNet stem": {"stem": "imagenet"},
    "one stage": {"blocks": (3,)},
    "four stages": {"blocks": (1, 1, 2, 1)},
    "long stages": {"blocks": (4, 5)},
    "one channel": {"input": (1, 40, 40)},
    "everything": {
        "se": True,
        "drop_path": 0.3,
        "zero_gamma": True,
        "stem": "deep",
        "avg_down": True,
        "conv_bias": True,
    },
}


@pytest.mark.parametrize("order", ["post", "pre"])
@pytest.mark.parametrize("block", BLOCKS.names())
@pytest.mark.parametrize("variant", VARIANTS)
def test_every_variant(variant, block, order, tmp_path):
    knobs = {"block": block, "order": order, "input": (3, 33, 38), **SMALL, **VARIANTS[variant]}
    prove(without_idle(knobs), tmp_path)


@pytest.mark.parametrize("name", PRESETS.names())
def test_every_preset_is_a_network(name):
    """Each preset has a title of its own and places on its input; JSON and URL text give it back."""
    spec = named(name, {})
    assert spec.node().out == (spec.values()["classes"],)
    assert from_json(to_json(spec)) == spec
    assert type(spec).of_text(spec.chosen()) == spec
