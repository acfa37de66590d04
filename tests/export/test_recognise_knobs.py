"""Networks of every family are recognised with their knobs turned, as far as the tensors show the knobs."""

from __future__ import annotations

import pytest

from resviz.export.reading import weights
from resviz.export.recognise import recognised
from resviz.export.turned import possible, tensors
from resviz.views.state import shapes
from resviz.zoo.families import PRESETS, from_text, named
from resviz.zoo.resnet import ResNet

READ = (
    "nin:classes=100",
    "nin:form=cifar:classes=3:input=1,32,32",
    "highway:depth=30",
    "highway:depth=2:width=3:classes=5",
    "highway:depth=250:shortcut=identity:width=9",
    "highway:width=3:input=3,64,64",
    "highway:layout=conv:depth=10:width=7:input=3,28,28",
    "highway:layout=conv:depth=32:shortcut=identity:width=5",
    "vgg:bn=true:hidden=512:classes=10",
    "vgg:width=32",
    "vgg:width=4:hidden=64:input=1,224,224:classes=7",
    "vgg:form=cifar:depth=11:bn=true:width=5:input=1,64,64",
    "alexnet:hidden=512",
    "alexnet:groups=2:hidden=7:classes=20",
    "alexnet:form=paper:groups=1:hidden=10",
    "alexnet:form=d2l:input=3,96,96",
    "googlenet:width=4:input=2,224,224:classes=7",
    "googlenet:form=paper:aux=true:width=8:input=1,128,128",
    "googlenet:form=d2l:width=8:classes=3",
    "keras-applications:version=v2:depth=101:width=8:classes=3",
    "lenet:input=1,64,64:classes=4",
    "lenet:padding=0",
)


@pytest.mark.parametrize("text", READ)
def test_knobs_are_read_off_the_tensors(text: str) -> None:
    spec = from_text(text)
    found = recognised(shapes(spec.node()))
    assert found.differs == ()
    assert found.renamed == ()
    assert spec in (found.spec, *found.others)
    assert all(shapes(each.node()) == shapes(spec.node()) for each in (found.spec, *found.others))


@pytest.mark.parametrize("name", [name for name in PRESETS.names() if not isinstance(named(name, {}), ResNet)])
def test_a_preset_with_any_number_turned_is_recognised(name: str) -> None:
    """Each whole number by itself, and the channels of the input."""
    spec = named(name, {})
    channels, *sides = spec.input_shape()
    turned = [{"input": ",".join(map(str, (channels + 1, *sides)))}]
    turned += [{k.name: str(int(getattr(spec, k.name)) + 3)} for k in spec.knobs() if k.kind == "int" and not k.choices]
    for network in filter(None, (possible(spec, texts) for texts in turned)):
        found = recognised(tensors(network))
        assert found.differs == ()
        assert tensors(found.spec) == tensors(network)


def test_an_input_that_leaves_no_trace_is_the_familys_own() -> None:
    """Means over the whole map forget its size; where the size of a layer tells it, it is a square that fits."""
    assert recognised(shapes(from_text("googlenet:input=2,40,31").node())).spec == from_text(
        "googlenet:input=2,224,224"
    )
    assert recognised(shapes(from_text("highway:input=3,8,32").node())).spec == from_text("highway:input=3,16,16")
    assert recognised(shapes(from_text("vgg:form=cifar:input=3,32,64").node())).spec.input_shape() == (3, 32, 64)


def test_what_no_input_gives_is_told() -> None:
    own = shapes(from_text("alexnet:form=d2l:hidden=8").node())
    found = recognised({**own, "classifier.0.weight": (8, 257)})
    assert found.spec == from_text("alexnet:form=d2l:hidden=8")
    assert found.differs == ("other shapes: classifier.0.weight is 8×257 for 8×6400",)


@pytest.mark.parametrize("shape", [(), (64,), (64, 0), (0, 0, 0, 0), (10**9, 10**9), (10**9, 10**9, 7, 7)])
@pytest.mark.parametrize("text", ["vgg:form=cifar:depth=11", "lenet", "highway:depth=10", "alexnet:form=d2l"])
def test_no_shape_is_too_strange(text: str, shape: tuple[int, ...]) -> None:
    own = shapes(from_text(text).node())
    for name in (next(iter(own)), list(own)[-2]):
        found = recognised({**own, name: shape})
        assert any(name in sentence for sentence in found.differs)


def test_what_leaves_no_trace_is_told_as_fitting_too() -> None:
    """A residual layer and a plain one have the same tensors, whatever the activation; few of many are named."""
    opened = weights(shapes(from_text("highway:shortcut=none:width=7").node()))
    sentence, *_ = opened.notes
    assert sentence.startswith("the same weights also fit highway:shortcut=")
    assert sentence.endswith(" and 2 more")


@pytest.mark.parametrize(("text", "tells"), [("resnet18", False), ("vgg16", False), ("lenet", True), ("highway", True)])
def test_a_size_of_images_that_no_tensor_hangs_on_is_said_to_be_assumed(text: str, tells: bool) -> None:
    spec = from_text(text)
    height, width = spec.input_shape()[1:]
    sentence = f"weights do not tell the size of its images: {height}×{width} is the usual one"
    assert (sentence not in weights(shapes(spec.node())).notes) == tells
