"""Network in Network: d2l block by block, and the authors' network for CIFAR-10 by hand."""

import pytest
from d2l import MODELS, expected_blocks, layers

from resviz.core.knob import SpecError
from resviz.core.net import leaves, sections
from resviz.core.ops import Conv, Linear, ReLU
from resviz.views import tables
from resviz.zoo.families import named
from resviz.zoo.nin import FORMS, NiN, nin_block


def test_d2l_block_by_block():
    """d2l, section 8.3: block, pooling, three times; dropout, block, global pooling, flatten."""
    node = NiN().node()
    assert node.ins == (tuple(MODELS["nin"]["input"]),)
    blocks = [section.node for section in sections(node)]
    ours = []
    for block in blocks[:-1]:
        inside = [(at.out, tables.costs(at).params, at.op) for _, at in block.parts]
        convs = [at for at in inside if isinstance(at[2], (Conv, ReLU))]
        ours.append((convs[-1][0], sum(params for _, params, _ in convs)))
        ours += [(out, params) for out, params, op in inside if not isinstance(op, (Conv, ReLU))]
    ours += [(at.out, 0) for _, at in blocks[-1].parts]
    assert ours == expected_blocks("nin")
    totals = tables.totals(node)
    assert (totals.params, totals.macs) == (MODELS["nin"]["params"], MODELS["nin"]["macs"]) == (1_992_166, 762_297_352)
    assert totals.depth == 12


def test_d2l_with_three_channels_and_1000_classes():
    totals = tables.totals(NiN(input=(3, 224, 224), classes=1000).node())
    expected = MODELS["nin_3ch_1000"]
    assert (totals.params, totals.macs) == (expected["params"], expected["macs"])


def test_the_authors_network_for_cifar_by_hand():
    """github.com/mavenlin/cuda-convnet, NIN/cifar-10_def: (window, channels in, channels out) of each convolution."""
    convs = [(5, 3, 192), (1, 192, 160), (1, 160, 96), (5, 96, 192), (1, 192, 192), (1, 192, 192)]
    convs += [(3, 192, 192), (1, 192, 192), (1, 192, 10)]
    node = named("nin-cifar", {}).node()
    assert [row.params for row in tables.rows(node) if row.params] == [k * k * c * n + n for k, c, n in convs]
    assert tables.totals(node).params == 966_986
    assert [section.node.out for section in sections(node)] == [(96, 16, 16), (192, 8, 8), (10, 8, 8), (10,)]
    pools = [kind for kind, _, _ in layers(node) if "Pool" in kind or kind == "Dropout"]
    assert pools == ["MaxPool2d", "Dropout", "AvgPool2d", "Dropout", "AdaptiveAvgPool2d"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("classes", [1, 10, 100])
def test_there_is_no_fully_connected_layer(form, classes):
    """Lin et al. 2013, section 3.2: one map for each class, and its mean."""
    node = NiN(form=form, classes=classes).node()
    assert not [at for _, at in leaves(node) if isinstance(at.op, Linear)]
    assert tables.costs(sections(node)[-1].node).params == 0
    assert sections(node)[-1].node.ins[0][0] == classes


def test_the_block():
    """A convolution and two of 1×1, each with a ReLU."""
    block = nin_block(Conv(8, 5, padding=2, bias=True), 6, 4)
    assert [type(op) for op in block] == [Conv, ReLU] * 3
    assert [(op.kernel, op.channels) for op in block if isinstance(op, Conv)] == [(5, 8), (1, 6), (1, 4)]


def test_a_small_image_is_refused_with_its_layer():
    with pytest.raises(SpecError, match=r"block\d\.\d: a window of \d+ does not fit"):
        NiN(input=(1, 28, 28)).node()
