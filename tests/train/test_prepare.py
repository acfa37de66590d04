"""What a recipe makes of data: a disorder that is the same for all, labels drawn anew, images held out."""

from __future__ import annotations

import pytest
import torch

from resviz.train.data import load, moments
from resviz.train.errors import DataError
from resviz.train.prepare import prepared
from resviz.train.recipe import Recipe


def test_the_defaults_leave_the_data_as_they_are() -> None:
    data = load("digits")
    found = prepared(data, Recipe(), 10)
    assert torch.equal(found.train.pixels, data.train.pixels)
    assert torch.equal(found.train.labels, data.train.labels)
    assert found.validation is None


def test_one_disorder_for_every_image_seed_and_part() -> None:
    data = load("digits")
    first, second = (prepared(data, Recipe(shuffle_pixels=True, seed=seed), 10) for seed in (0, 1))
    assert torch.equal(first.train.pixels, second.train.pixels)
    assert not torch.equal(first.train.pixels, data.train.pixels)
    before, after = (images.flatten(2).sort(2).values for images in (data.test.pixels, first.test.pixels))
    assert torch.equal(before, after)
    order = torch.arange(64, dtype=torch.uint8).view(1, 1, 8, 8)
    marked = prepared(type(data)(data.train, type(data.test)(order, torch.tensor([0])), data.mean, data.std, (8, 8)),
                      Recipe(shuffle_pixels=True), 10).test.pixels.flatten().long()  # fmt: skip
    assert torch.equal(first.test.pixels.flatten(2), data.test.pixels.flatten(2)[:, :, marked])


def test_so_many_labels_are_drawn_anew_in_training_alone() -> None:
    data = load("digits")
    found = prepared(data, Recipe(label_noise=0.5), 10)
    wrong = (found.train.labels != data.train.labels).double().mean()
    assert 0.40 < float(wrong) < 0.50  # a tenth of the half hits its own class
    assert torch.equal(found.test.labels, data.test.labels)
    again = prepared(data, Recipe(label_noise=0.5), 10)
    assert torch.equal(found.train.labels, again.train.labels)


def test_images_are_held_out_and_measured_by_the_rest_s_mean() -> None:
    data = load("digits")
    found = prepared(data, Recipe(images=200, validation=0.1, seed=3), 10)
    assert found.validation is not None
    assert (len(found.train), len(found.validation)) == (180, 20)
    kept = {tuple(image.flatten().tolist()) for image in found.train.pixels}
    assert not kept & {tuple(image.flatten().tolist()) for image in found.validation.pixels}
    assert torch.equal(found.mean, moments(found.train.pixels)[0])


def test_too_few_images_are_a_sentence() -> None:
    with pytest.raises(DataError, match=r"3 training images with a share of 0\.1 held out leave 3 to train and 0"):
        prepared(load("digits"), Recipe(images=3, validation=0.1), 10)
