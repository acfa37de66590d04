"""Batches: all images once, in an order and with crops and flips that the seed decides."""

from __future__ import annotations

import pytest
import torch

from resviz.train.batches import cuts, in_order, moved, training
from resviz.train.data import load
from resviz.train.sources import SOURCES


@pytest.mark.parametrize(("images", "batch"), [(1437, 32), (65, 32), (64, 32), (2, 32), (5, 2), (3, 2)])
def test_cuts_cover_every_image_and_leave_none_alone(images: int, batch: int) -> None:
    parts = cuts(images, batch)
    assert [i for begin, end in parts for i in range(begin, end)] == list(range(images))
    assert all(end - begin >= 2 for begin, end in parts)


def test_an_epoch_has_every_image_once_in_the_order_of_its_seed() -> None:
    data, source = load("digits"), SOURCES["digits"].thing

    def epoch(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
        drawn = list(training(data, source, 64, torch.Generator().manual_seed(seed)))
        return torch.cat([x for x, _ in drawn]), torch.cat([y for _, y in drawn])

    images, labels = epoch(1)
    assert torch.equal(labels.sort().values, data.train.labels.sort().values)
    assert abs(float(images.mean())) < 1e-4
    assert float(images.std()) == pytest.approx(1.0, abs=1e-3)
    assert torch.equal(images, epoch(1)[0])
    assert not torch.equal(labels, epoch(2)[1])


def test_the_test_set_comes_in_its_own_order() -> None:
    data = load("digits")
    labels = torch.cat([labels for _, labels in in_order(data.test, data, 100)])
    assert torch.equal(labels, data.test.labels)


def test_a_crop_is_the_padded_image_seen_through_a_shifted_window() -> None:
    x = torch.arange(2 * 3 * 5 * 6, dtype=torch.float32).reshape(2, 3, 5, 6)
    shifts = torch.tensor([[0, 3], [4, 1]])
    out = moved(x, 2, shifts, torch.tensor([False, True]))
    padded = torch.nn.functional.pad(x, (2, 2, 2, 2))
    assert torch.equal(out[0], padded[0, :, 0:5, 4:10])
    assert torch.equal(out[1], padded[1, :, 3:8, 1:7].flip(2))
