"""Weights of others are recognised under the names that they have, and what is named otherwise is told."""

from __future__ import annotations

import pytest

from resviz.export.reading import weights
from resviz.export.recognise import recognised
from resviz.views.state import Shapes, shapes
from resviz.zoo.families import from_text

SMALL = from_text("resnet:depth=18:width=4:classes=7")
CIFAR = from_text("resnet:layout=cifar:blocks=2,2,2,2:block=basic:width=8:shortcut=B")


def renamed(tensors: Shapes, ours: str, theirs: str) -> dict[str, tuple[int, ...]]:
    return {name.replace(ours, theirs): shape for name, shape in tensors.items()}


@pytest.mark.parametrize("theirs", ["linear", "last_linear", "fc.1"])
def test_the_classifier_may_have_another_name(theirs: str) -> None:
    tensors = renamed(shapes(SMALL.node()), "fc.", f"{theirs}.")
    opened = weights({f"module.{name}": shape for name, shape in tensors.items()})
    assert opened.specs == (SMALL,)
    assert opened.notes[0] == f"in the weights fc is called {theirs}"


def test_projections_may_be_called_shortcut() -> None:
    """As in kuangliu's networks for CIFAR."""
    found = recognised(renamed(renamed(shapes(CIFAR.node()), "fc.", "linear."), "downsample", "shortcut"))
    assert found.spec == CIFAR
    assert found.differs == ()
    (sentence,) = found.renamed
    assert sentence.startswith("in the weights fc is called linear, layer2.0.downsample is called layer2.0.shortcut, ")


def test_a_head_of_several_layers_is_no_classifier() -> None:
    tensors = {name: shape for name, shape in shapes(SMALL.node()).items() if not name.startswith("fc.")}
    found = recognised({**tensors, "fc.0.weight": (9, 32), "fc.2.weight": (7, 9)})
    assert found.renamed == ()
    assert found.differs == (
        "the weights lack fc.weight, fc.bias",
        "the weights also hold fc.0.weight, fc.2.weight",
    )


def backbone(prefix: str) -> dict[str, tuple[int, ...]]:
    tensors = shapes(from_text("resnet:depth=18:width=4").node())
    return {prefix + name: shape for name, shape in tensors.items() if not name.startswith("fc.")}


@pytest.mark.parametrize(
    "beside",
    [
        {
            **{f"backbone.fpn.inner_blocks.{i}.0.weight": (16, 4 * 2**i, 1, 1) for i in range(4)},
            **{f"rpn.head.{i}.weight": (16, 16, 3, 3) for i in range(100)},
            "roi_heads.box_head.fc6.weight": (32, 64),
        },
        {"fc.weight": (1000, 32), "fc.bias": (1000,)},
    ],
)
def test_a_backbone_is_found_below_two_words(beside: dict[str, tuple[int, ...]]) -> None:
    """As torchvision's Faster R-CNN has it; a tensor beside it is not its own, though the name would fit."""
    found = recognised({**backbone("backbone.body."), **beside})
    assert found.spec == from_text("resnet:depth=18:width=4")
    assert found.renamed == ("in the weights the network's names begin with backbone.body.",)
    assert found.differs[0] == "the weights lack fc.weight, fc.bias"
    assert found.differs[1].startswith(f"the weights also hold {next(iter(beside))}, ")
    assert len(found.differs) == 2


def test_whatever_stands_before_every_name_is_seen_through() -> None:
    found = recognised({f"student.trunk.{name}": shape for name, shape in shapes(SMALL.node()).items()})
    assert (found.spec, found.differs, found.renamed) == (SMALL, (), ())
