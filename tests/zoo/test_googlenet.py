"""GoogLeNet: Table 1 of the paper line by line, d2l block by block, torchvision's counts."""

import pytest
from d2l import MODELS, expected_blocks

from resviz.core.knob import IdleKnobError
from resviz.core.net import Node, cost, leaves, sections, walk, with_role
from resviz.core.ops import BatchNorm, LocalResponseNorm
from resviz.views import paths, tables
from resviz.zoo.families import named
from resviz.zoo.googlenet import FORMS, GoogLeNet, inception

PAPER = GoogLeNet(form="paper").node()

TABLE_1 = {
    "3a": ((256, 28, 28), 159, 128),
    "3b": ((480, 28, 28), 380, 304),
    "4a": ((512, 14, 14), 364, 73),
    "4b": ((512, 14, 14), 437, 88),
    "4c": ((512, 14, 14), 463, 100),
    "4d": ((528, 14, 14), 580, 119),
    "4e": ((832, 14, 14), 840, 170),
    "5a": ((832, 7, 7), 1072, 54),
    "5b": ((1024, 7, 7), 1388, 71),
}
"""Szegedy et al. 2014, Table 1: output size, params in K and ops in M of each Inception block."""

ODD = {"4c": (463, 498), "5a": (1072, 1018)}
"""Lines whose params do not follow from their widths: as printed, and as they come out (K = 1024)."""


def part(node: Node, path: str) -> Node:
    return next(at for at_path, at in walk(node) if at_path == path)


def weights(node: Node) -> int:
    """Parameters without biases, which the table leaves out."""
    return sum(cost(at.op, at.ins).params - at.out[0] for _, at in leaves(node) if at.op.weighted)


@pytest.mark.parametrize("block", TABLE_1)
def test_table_1_line_by_line(block):
    """Multiply-adds to within one million of the print; parameters in K = 1024 to within 2 % where the lines agree."""
    out, params, ops = TABLE_1[block]
    unit = part(PAPER, f"inception{block}")
    assert unit.out == out
    if block in ODD:
        assert (params, round(weights(unit) / 1024)) == ODD[block]
    else:
        assert weights(unit) / 1024 == pytest.approx(params, rel=0.02)
    if block != "5a":
        assert tables.costs(unit).macs / 1e6 == pytest.approx(ops, abs=1)


def test_table_1_outside_the_blocks():
    """112K and 360M for the second and third convolution, 1000K and 1M for the classifier.

    2.7K and 34M for the first are too few by one factor: 7·7·3·64 weights at 112×112 places make 9.2K and 118M.
    """
    second_and_third = [part(PAPER, name) for name in ("conv2", "conv3")]
    assert sum(map(weights, second_and_third)) == 112 * 1024
    assert sum(tables.costs(at).macs for at in second_and_third) / 1e6 == pytest.approx(360, abs=1)
    assert weights(part(PAPER, "fc")) == 1_024_000
    first = part(PAPER, "conv1")
    assert weights(first) == 7 * 7 * 3 * 64
    assert tables.costs(first).macs == 112 * 112 * weights(first)
    assert (part(PAPER, "maxpool1").out, part(PAPER, "maxpool2").out) == ((64, 56, 56), (192, 28, 28))


def test_about_seven_million_parameters():
    """As the lesson says: Table 1 adds up to 6.8 million (2.7K, 112K, 1000K and the blocks), counting gives 7.0."""
    printed = 2.7 + 112 + 1000 + sum(params for _, params, _ in TABLE_1.values())
    assert round(printed / 1000, 1) == 6.8
    totals = tables.totals(PAPER)
    assert round(totals.params / 1e6, 1) == 7.0
    assert totals.params == MODELS["googlenet_d2l_3ch_1000"]["params"]
    assert totals.macs == MODELS["googlenet_d2l_3ch_1000"]["macs"]
    assert 1.5e9 < totals.macs < 1.6e9  # section 1: "1.5 billion multiply-adds at inference time"
    fully_connected = tables.costs(part(PAPER, "fc")).params
    assert fully_connected / totals.params == pytest.approx(1 / 7, abs=0.01)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("aux", [False, True])
def test_22_layers(form, aux):
    """Szegedy et al. 2014, section 5: "22 layers deep when counting only layers with parameters", nine blocks."""
    node = GoogLeNet(form=form, aux=aux and form != "d2l").node()
    totals = tables.totals(node)
    assert (totals.depth, totals.units, totals.paths) == (22, 9, 4**9)
    assert all(len(with_role(unit, "branch")) == 4 for _, unit in with_role(node, "unit"))
    assert paths.path_lengths(node) == [0] * 9 + [4**9]


@pytest.mark.parametrize(("aux", "params"), [(False, 6_624_904), (True, 13_004_888)])
def test_torchvisions_parameters(aux, params):
    """torchvision's documentation gives the first as num_params; the second is its model with aux_logits."""
    assert tables.totals(GoogLeNet(aux=aux).node()).params == params


@pytest.mark.parametrize(("form", "channels", "bn"), [("torchvision", (512, 528), 256), ("paper", (512, 528), 128)])
def test_the_auxiliary_heads(form, channels, bn):
    """Szegedy et al. 2014, section 5: 4×4×512 behind 4a and 4×4×528 behind 4d, 128 filters of 1×1, 1024 units."""
    node = GoogLeNet(form=form, aux=True).node()
    names = [path for path, _ in walk(node) if path.startswith(("inception", "aux")) and "." not in path]
    assert [names[names.index(aux) - 1] for aux in ("aux1", "aux2")] == ["inception4a", "inception4d"]
    for aux, c in zip(("aux1", "aux2"), channels):
        assert part(node, f"{aux}.avgpool").out == (c, 4, 4)
        by_hand = c * 128 + bn + (4 * 4 * 128 * 1024 + 1024) + (1024 * 1000 + 1000)
        assert tables.costs(part(node, aux)).params == by_hand
        assert part(node, aux).out == part(node, aux).ins[0]


@pytest.mark.parametrize(("model", "side"), [("googlenet", 96), ("googlenet_224", 224)])
def test_d2l_block_by_block(model, side):
    """d2l, section 8.4: b1 is the first convolution, b2 the next two, b3 to b5 are the stages, each with its pooling.

    In d2l b5 ends with the global pooling, which stands in our head.
    """
    node = GoogLeNet(form="d2l", input=(1, side, side)).node()
    totals = tables.totals(node)
    assert (totals.params, totals.macs) == (MODELS[model]["params"], MODELS[model]["macs"])
    ends = ["maxpool1", "maxpool2", "maxpool3", "maxpool4", "flatten", "fc"]
    assert [part(node, end).out for end in ends] == [tuple(out[1:]) for _, _, out, *_ in MODELS[model]["layer_summary"]]


def test_d2l_parameters_block_by_block():
    node = GoogLeNet(form="d2l").node()
    by_section = [tables.costs(section.node).params for section in sections(node)]
    b1 = tables.costs(part(node, "conv1")).params
    ours = [b1, by_section[0] - b1, *by_section[1:]]
    assert ours == [params for _, params in expected_blocks("googlenet")]


def test_what_the_forms_have():
    """torchvision: BN with ε = 0.001, 3×3 for 5×5, no bias; the paper: LRN, 5×5; d2l: neither BN nor LRN."""
    ops = {form: [at.op for _, at in leaves(GoogLeNet(form=form).node())] for form in FORMS}
    assert {op.eps for op in ops["torchvision"] if isinstance(op, BatchNorm)} == {1e-3}
    assert sum(isinstance(op, LocalResponseNorm) for op in ops["paper"]) == 2
    assert not [op for op in ops["d2l"] if op.category == "norm"]
    for form, five in (("torchvision", 3), ("paper", 5), ("d2l", 5)):
        node = GoogLeNet(form=form).node()
        assert part(node, "inception3a.branch3.1.conv").op.kernel == five
        assert part(node, "inception3a.branch3.1.conv").op.bias == (form != "torchvision")


def test_the_block_by_hand():
    """Table 1, line 3a, on 192×28×28: four branches of 64, 128, 32 and 32 channels side by side."""
    node = part(PAPER, "inception3a")
    assert node.net == inception((64, 96, 128, 16, 32, 32))
    assert [branch.out[0] for _, branch in with_role(node, "branch")] == [64, 128, 32, 32]
    assert node.out == (64 + 128 + 32 + 32, 28, 28)


def test_width_scales_every_convolution():
    half = [at.op.channels for _, at in leaves(GoogLeNet(width=32).node()) if at.op.category == "conv"]
    full = [at.op.channels for _, at in leaves(GoogLeNet().node()) if at.op.category == "conv"]
    assert [2 * channels for channels in half] == full
    assert GoogLeNet(width=1).node().out == (1000,)


def test_d2ls_form_has_no_auxiliary_heads():
    with pytest.raises(IdleKnobError, match="needs form torchvision or paper"):
        GoogLeNet(form="d2l", aux=True)


@pytest.mark.parametrize(
    ("preset", "title"),
    [
        ("googlenet-aux", "GoogLeNet (auxiliary heads)"),
        ("googlenet-paper", "GoogLeNet (paper)"),
        ("googlenet-d2l", "GoogLeNet (d2l)"),
    ],
)
def test_titles(preset, title):
    assert named(preset, {}).title() == title
