"""AlexNet: the paper's own numbers, torchvision's, and d2l layer by layer."""

import math

import pytest
from d2l import MODELS, expected_layers, layers

from resviz.core.knob import SpecError
from resviz.core.net import leaves
from resviz.core.ops import Conv, LocalResponseNorm
from resviz.views import tables
from resviz.zoo.alexnet import FORMS, AlexNet
from resviz.zoo.families import named


@pytest.mark.parametrize(
    ("knobs", "params"),
    [
        ({}, 61_100_840),  # num_params in torchvision's documentation
        ({"form": "paper"}, 60_965_224),  # Krizhevsky et al. 2012 say "60 million"
        ({"form": "paper", "groups": 1}, 62_378_344),
        ({"form": "d2l"}, MODELS["alexnet"]["params"]),
        ({"form": "d2l", "input": (3, 224, 224), "classes": 1000}, MODELS["alexnet_d2l_3ch_1000"]["params"]),
    ],
)
def test_parameters(knobs, params):
    totals = tables.totals(AlexNet.of(knobs).node())
    assert (totals.params, totals.depth, totals.buffers) == (params, 8, 0)


def test_grouped_parameters_by_hand():
    """Krizhevsky et al. 2012, section 3.5: kernels of 11×11×3, 5×5×48, 3×3×256, 3×3×192 and 3×3×192."""
    convs = [(96, 11 * 11 * 3), (256, 5 * 5 * 48), (384, 3 * 3 * 256), (384, 3 * 3 * 192), (256, 3 * 3 * 192)]
    layers = [*convs, (4096, 6 * 6 * 256), (4096, 4096), (1000, 4096)]
    by_hand = [out * inside + out for out, inside in layers]
    counted = [row.params for row in tables.rows(named("alexnet-2012", {}).node()) if row.params]
    assert counted == by_hand


def test_neurons_of_figure_2():
    """Krizhevsky et al. 2012, Fig. 2: 253,440–186,624–64,896–64,896–43,264–4096–4096–1000.

    The first is 55·48·96: one side of the 55×55 maps was taken for the half of the channels.
    """
    neurons = [253_440, 186_624, 64_896, 64_896, 43_264, 4096, 4096, 1000]
    node = named("alexnet-2012", {}).node()
    counted = [math.prod(at.out) for _, at in leaves(node) if at.op.weighted]
    assert counted[0] == 55 * 55 * 96
    assert neurons[0] == 55 * 48 * 96
    assert counted[1:] == neurons[1:]


def test_d2l_layer_by_layer():
    """d2l, section 8.1."""
    node = AlexNet(form="d2l").node()
    assert node.ins == (tuple(MODELS["alexnet"]["input"]),)
    assert layers(node) == expected_layers("alexnet")
    assert tables.totals(node).macs == MODELS["alexnet"]["macs"]
    larger = AlexNet(form="d2l", input=(3, 224, 224), classes=1000).node()
    assert tables.totals(larger).macs == MODELS["alexnet_d2l_3ch_1000"]["macs"]


def test_where_the_paper_normalises_and_groups():
    """Krizhevsky et al. 2012, section 3.5: LRN behind the first two convolutions, pooling behind both and the fifth."""
    node = named("alexnet-2012", {}).node()
    kinds = [kind for kind, _, _ in layers(node)]
    conv, lrn, pool = ["Conv2d", "ReLU"], ["LocalResponseNorm"], ["MaxPool2d"]
    assert kinds[:15] == [*conv, *lrn, *pool, *conv, *lrn, *pool, *conv, *conv, *conv, *pool]
    assert [at.op.groups for _, at in leaves(node) if isinstance(at.op, Conv)] == [1, 2, 1, 2, 2]
    norms = {at.op for _, at in leaves(node) if isinstance(at.op, LocalResponseNorm)}
    assert norms == {LocalResponseNorm(channels=5, alpha=5 * 1e-4, beta=0.75, k=2.0)}


def test_227_pixels_without_padding_give_the_same_maps():
    """As the lesson says: ⌊(227 − 11)/4⌋ + 1 = ⌊(224 + 2·2 − 11)/4⌋ + 1 = 55."""
    conv = FORMS["paper"].convs[0]
    assert conv.padding == 2
    assert conv.out((3, 224, 224)) == Conv(96, 11, 4).out((3, 227, 227)) == (96, 55, 55)


@pytest.mark.parametrize("form", FORMS)
def test_where_the_numbers_are(form):
    """As the lesson says."""
    rows = tables.rows(AlexNet(form=form, input=(3, 224, 224), classes=1000).node())
    assert sum(row.params for row in rows if row.op == "Linear") > 0.9 * sum(row.params for row in rows)
    assert sum(row.macs for row in rows if row.op == "Conv") > 0.9 * sum(row.macs for row in rows)


@pytest.mark.parametrize("form", FORMS)
def test_a_small_image_is_refused_with_its_layer(form):
    with pytest.raises(SpecError, match=r"features\.\d+: a window of 3 does not fit"):
        AlexNet(form=form, input=(3, 32, 32)).node()


def test_titles():
    titles = [AlexNet.of(knobs).title() for knobs in ({}, {"form": "paper"}, {"form": "paper", "groups": 1})]
    assert titles == ["AlexNet", "AlexNet (2012)", "AlexNet (2012, ungrouped)"]
    assert AlexNet(form="d2l", groups=2).title() == "AlexNet (d2l, 2 groups)"
