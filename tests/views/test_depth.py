"""The depth ledger: its sum is the depth of every network that there is, and nothing with weights is lost."""

from __future__ import annotations

import json

import pytest

from resviz.core.net import Node, Par, Seq, infer, leaves, sections, with_role
from resviz.core.ops import Add, Conv, ReLU
from resviz.views import depth, paths
from resviz.zoo.families import FAMILIES, PRESETS, named

ALL = [*FAMILIES.names(), *PRESETS.names()]


def placed(name: str, **knobs: str) -> Node:
    return named(name, knobs).node()


@pytest.mark.parametrize(
    ("name", "equation"),
    [
        ("resnet18", "1 + 2·2 + 2·2 + 2·2 + 2·2 + 1 = 18"),
        ("resnet50", "1 + 3·3 + 4·3 + 6·3 + 3·3 + 1 = 50"),  # He et al. 2015, Table 1
        ("resnet152", "1 + 3·3 + 8·3 + 36·3 + 3·3 + 1 = 152"),
        ("plain34", "1 + 3·2 + 4·2 + 6·2 + 3·2 + 1 = 34"),
        ("resnet110", "1 + 18·2 + 18·2 + 18·2 + 1 = 110"),  # section 4.2: 6n + 2
        ("preact-resnet1001", "1 + 111·3 + 111·3 + 111·3 + 1 = 1001"),
        ("resnet50-d", "3 + 3·3 + 4·3 + 6·3 + 3·3 + 1 = 52"),  # its stem has three convolutions
        ("vgg16", "2 + 2 + 3 + 3 + 3 + 3 = 16"),  # Simonyan & Zisserman 2014, Table 1, column D
        ("vgg19", "2 + 2 + 4 + 4 + 4 + 3 = 19"),
        ("alexnet", "1 + 1 + 3 + 3 = 8"),
        ("googlenet", "3 + 2·2 + 5·2 + 2·2 + 1 = 22"),  # Szegedy et al. 2014: 22 layers with parameters
        ("lenet", "1 + 1 + 3 = 5"),
    ],
)
def test_the_papers_depths(name: str, equation: str) -> None:
    assert depth.ledger(placed(name)).equation() == equation


@pytest.mark.parametrize("name", ALL)
def test_the_sum_is_the_depth(name: str) -> None:
    node = placed(name)
    found = depth.ledger(node)
    assert found.depth == paths.depth(node)
    assert [line.name for line in found.lines] == [section.name for section in sections(node)]
    assert [line.depth for line in found.lines] == [paths.depth(section.node) for section in sections(node)]


@pytest.mark.parametrize("name", ALL)
def test_no_operation_is_lost(name: str) -> None:
    """Counted and not counted together are all operations, with and without weights."""
    node = placed(name)
    found = depth.ledger(node)
    missed = {place: sum(count for _, count in kinds) for place, kinds in found.not_counted}
    assert all(count > 0 for count in missed.values())
    unweighted = missed.pop(depth.UNWEIGHTED)
    assert found.depth + sum(missed.values()) == sum(at.op.weighted for _, at in leaves(node))
    assert unweighted == sum(not at.op.weighted for _, at in leaves(node))


def test_resnet_50s_projections_are_not_counted() -> None:
    """One where each of the four stages changes the channels."""
    missed = dict(depth.ledger(placed("resnet50")).not_counted)
    assert missed["on shortcuts"] == (("Conv", 4),)
    assert dict(missed[depth.UNWEIGHTED])["BatchNorm"] == 53
    assert dict(depth.ledger(placed("resnet50", shortcut="C")).not_counted)["on shortcuts"] == (("Conv", 16),)


def test_gates_and_heads_are_not_counted() -> None:
    assert dict(depth.ledger(placed("seresnet50")).not_counted)["in gates"] == (("Conv", 32),)
    gated = placed("resnet20", shortcut="shortcut-gate")
    assert len(with_role(gated, "gate")) == 9
    assert dict(depth.ledger(gated).not_counted)["in gates"] == (("Conv", 9),)
    heads = dict(depth.ledger(placed("googlenet-aux")).not_counted)
    assert sum(count for _, count in heads["in auxiliary heads"]) == 2 * 3


def test_googlenets_other_branches() -> None:
    """An Inception block has six convolutions, two on its longest branch (Szegedy et al. 2014, Fig. 2b)."""
    missed = dict(depth.ledger(placed("googlenet")).not_counted)
    assert missed[depth.ASIDE] == (("layers", 9 * (6 - 2)),)


def test_a_stage_of_all_sorts() -> None:
    """Bare layers, units of different depth and parallel branches stand in one section, each for itself."""
    unit = Seq((("c", Conv(3, 1)), ("d", Conv(3, 1))), "unit")
    short = Seq((("c", Conv(3, 1)),), "unit")
    fork = Par(Add(), (("a", Conv(3, 1)), ("b", Seq((("c", Conv(3, 1)), ("d", Conv(3, 1)))))))
    parts = (Conv(3, 1), ReLU(), Conv(3, 1), unit, unit, short, ReLU(), Conv(3, 1), fork)
    stage = Seq(tuple((str(i), part) for i, part in enumerate(parts)), "stage")
    found = depth.ledger(infer(Seq((("stage", stage), ("head", Seq((), "head")))), (3, 4, 4)))
    assert found.equation() == "2 + 2·2 + 1·1 + 1 + 1·2 = 10"
    assert (
        found.lines[0].words()
        == "2 layers and 2 units of 2 layers and 1 unit of 1 layer and 1 layer and 1 unit of 2 layers"
    )
    assert found.lines[1].words() == "no layer with weights"
    assert dict(found.not_counted)[depth.ASIDE] == (("layers", 1),)


def test_json_and_text() -> None:
    node = placed("resnet50")
    document = json.loads(json.dumps(depth.ledger(node).json()))
    assert document["depth"] == 50
    assert document["sections"][1] == {"name": "stage1", "terms": "3·3", "depth": 9}
    assert document["not_counted"]["on shortcuts"] == {"Conv": 4}
    text = depth.text("ResNet-50", node)
    assert text.startswith("ResNet-50: 1 + 3·3 + 4·3 + 6·3 + 3·3 + 1 = 50\n")
    assert "3 units of 3 layers" in text
    assert "not counted, on shortcuts: 4 Conv" in text
