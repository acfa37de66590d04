"""The helper process with the lab's requests, over its real pipe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from resviz.lab import client, lesion, network, subject
from resviz.lab.settings import Lesion
from resviz.nn.client import Torch, TorchError
from resviz.zoo.families import named


@pytest.fixture(scope="module")
def helper() -> Iterator[Torch]:
    torch = Torch()
    yield torch
    torch.close()


def test_an_accuracy_with_units_removed_is_that_of_the_experiment(helper):
    about = subject.fresh(named("resnet8", {}))
    rows = [row for row in lesion.rows(about, Lesion(images=40), lambda: None) if row["kind"] == "result"]
    for unit, row in zip([[], [0], [1], [2]], rows, strict=True):
        found = client.accuracy(helper, about, unit, 40)
        assert (found.error, found.images) == (row["error"], 40)
    every = client.accuracy(helper, about, [0, 1, 2], 0)
    assert every.images == len(network.data(about).test)


def test_maps_come_as_pictures(helper):
    found = client.features(helper, subject.fresh(named("resnet8", {})), "unit", index=2)
    assert [at.path for at in found.maps] == ["layer1.0", "layer2.0", "layer3.0"]
    assert all(at.png.startswith(b"\x89PNG") for at in (*found.maps,))
    assert sum(found.probabilities) == pytest.approx(1.0)


def test_it_still_does_what_the_page_pytorch_asks(helper):
    assert helper.verify(named("resnet8", {}))["ok"]


def test_what_is_not_possible_has_its_sentence_and_the_next_request_goes_through(helper):
    about = subject.fresh(named("resnet8", {}))
    for image in (b"", b"no picture"):
        with pytest.raises(TorchError, match="this is no picture that can be read"):
            client.features(helper, about, "stage", image=image)
    with pytest.raises(TorchError, match="there is no test image 5000"):
        client.features(helper, about, "stage", index=5000)
    assert client.accuracy(helper, about, [], 5).images == 5
