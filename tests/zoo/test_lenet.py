"""LeNet-5 as it is taught: d2l layer by layer, and the paper's sizes."""

import pytest
from d2l import MODELS, expected_layers, layers

from resviz.core.knob import SpecError
from resviz.core.net import cost, leaves
from resviz.core.ops import Conv, Linear
from resviz.views import tables
from resviz.zoo.families import named
from resviz.zoo.lenet import LeNet


def test_d2l_layer_by_layer():
    """d2l, section 7.6."""
    node = LeNet().node()
    assert node.ins == (tuple(MODELS["lenet"]["input"]),)
    assert layers(node) == expected_layers("lenet")
    totals = tables.totals(node)
    assert (totals.params, totals.macs, totals.depth) == (61_706, 416_520, 5)


def test_pytorchs_tutorial():
    """PyTorch, Training a classifier: conv 3→6→16 with 5×5 windows, fully connected 400→120→84→10."""
    by_hand = (3 * 25 * 6 + 6) + (6 * 25 * 16 + 16) + (400 * 120 + 120) + (120 * 84 + 84) + (84 * 10 + 10)
    node = named("lenet-cifar", {}).node()
    assert tables.totals(node).params == by_hand == 62_006
    assert [kind for kind, _, _ in layers(node)][:3] == ["Conv2d", "ReLU", "MaxPool2d"]


def test_the_paper_in_outline():
    """LeCun et al. 1998, Fig. 2: C1 6@28×28, S2 6@14×14, C3 16@10×10, S4 16@5×5, 120, F6 84, 10.

    With its own pooling and C3 it has 60,000 trainable parameters; without, somewhat more.
    """
    node = named("lenet-1998", {}).node()
    drawn = [out for kind, out, _ in layers(node) if kind in ("Conv2d", "AvgPool2d", "Linear")]
    assert drawn == [(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5), (120,), (84,), (10,)]
    assert tables.totals(node).params == tables.totals(LeNet().node()).params
    assert 60_000 < tables.totals(node).params < 62_000


@pytest.mark.parametrize(
    ("image", "padding"),
    [((1, 28, 28), 2), ((3, 32, 32), 0), ((1, 8, 8), 12), ((1, 27, 40), 3), ((1, 64, 64), 0), ((1, 1, 1), 16)],
)
def test_a_small_image_is_padded_to_32(image, padding):
    """LeCun et al. 1998, section II-B: 32×32 around digits of 28×28."""
    spec = LeNet.of({"input": image})
    assert spec.padding == padding
    assert spec.node().out == (10,)


def test_without_padding_a_small_image_is_refused():
    with pytest.raises(SpecError, match="cannot take an input of 1×8×8"):
        LeNet.of({"input": (1, 8, 8), "padding": 0}).node()


@pytest.mark.parametrize("activation", ["sigmoid", "relu", "tanh"])
@pytest.mark.parametrize("pool", ["avg", "max"])
def test_activation_and_pooling_change_no_number(activation, pool):
    """As the lesson says."""
    spec = LeNet.of({"activation": activation, "pool": pool})
    assert tables.totals(spec.node()) == tables.totals(LeNet().node())
    assert (spec.title() == "LeNet-5") == ((activation, pool) == ("sigmoid", "avg"))


def test_where_the_numbers_are():
    """As the lesson says: parameters in the first fully connected layer, multiply-adds in the convolutions."""
    node = LeNet().node()
    at = [(node.op, cost(node.op, node.ins)) for _, node in leaves(node)]
    total = tables.totals(node)
    first = next(c.params for op, c in at if isinstance(op, Linear))
    assert first > total.params / 2
    assert sum(c.macs for op, c in at if isinstance(op, Conv)) > total.macs / 2
