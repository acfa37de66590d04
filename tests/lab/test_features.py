"""Feature maps: what is shown of a picture is what the network makes of it."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image

from resviz.core.net import with_role
from resviz.lab import features, network, pictures, subject
from resviz.lab.errors import LabError
from resviz.nn.module import build
from resviz.zoo.families import named


def test_the_maps_are_those_that_hooks_see():
    about = subject.fresh(named("resnet8", {}))
    found = features.features(about, "unit", 5, None)
    model = build(about.spec.node(), 0).eval().to(memory_format=torch.channels_last)
    seen: dict[str, bytes] = {}
    for path, _ in with_role(about.spec.node(), "unit"):

        def see(_module, _inputs, out, path=path):
            seen[path] = pictures.tiles(out[0])

        model.get_submodule(path).register_forward_hook(see)
    data = network.data(about)
    x, labels = list(network.Batches(data.test, data, 1, torch.device("cpu")))[5]
    with torch.no_grad():
        logits = model(x)
    assert {at.path: at.png for at in found.maps} == seen
    assert found.label == int(labels[0])
    assert found.probabilities == pytest.approx(logits[0].softmax(0).tolist(), rel=1e-5)


def test_by_stage_there_is_a_map_of_the_stem_and_of_each_stage():
    found = features.features(subject.fresh(named("resnet20", {})), "stage", 0, None)
    assert [(at.path, at.shape) for at in found.maps] == [
        ("stem", (16, 8, 8)), ("stage1", (16, 8, 8)), ("stage2", (32, 4, 4)), ("stage3", (64, 2, 2)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "by"), [("lenet", "unit"), ("vgg11", "stage"), ("highway10", "unit"), ("nin-cifar", "stage")]
)
def test_every_family_has_maps(name, by):
    assert features.features(subject.fresh(named(name, {})), by, 0, None).maps


def test_a_test_image_uploaded_again_is_answered_alike():
    about = subject.fresh(named("resnet8", {}))
    data = network.data(about)
    pixels = (data.test.pixels[3, 0].double() * (255 / 16)).round().byte().numpy()
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "PNG")
    own, again = features.features(about, "stage", 3, None), features.features(about, "stage", 0, file.getvalue())
    assert again.label is None
    assert again.probabilities == pytest.approx(own.probabilities, abs=0.01)


@pytest.mark.parametrize("index", [-1, 360, 10**9])
def test_an_image_that_there_is_not_gets_its_sentence(index):
    with pytest.raises(LabError, match=f"there is no test image {index}: they go from 0 to 359"):
        features.features(subject.fresh(named("resnet8", {})), "stage", index, None)
