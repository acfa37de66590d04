"""An epoch's batches: an order and an augmentation that the seed draws, made on the training device in batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from resviz.train.data import Data, Images
from resviz.train.sources import Source

Batch = tuple[Tensor, Tensor]
"""Normalised images [B, C, H, W] in float32 and labels [B]."""


FEWEST = 2
"""Batch normalisation cannot train on one image whose map has shrunk to 1×1."""


def cuts(images: int, batch: int, fewest: int = FEWEST) -> list[tuple[int, int]]:
    """Begin and end of each batch; a last one with fewer images than `fewest` joins the one before."""
    begins = list(range(0, images, batch))
    if len(begins) > 1 and images - begins[-1] < fewest:
        begins.pop()
    return list(zip(begins, [*begins[1:], images]))


@dataclass(frozen=True)
class Normalise:
    """(pixel − mean) / standard deviation of the training set, channel by channel; channels last in memory."""

    mean: Tensor
    std: Tensor

    def __call__(self, pixels: Tensor) -> Tensor:
        x = (pixels.float() - self.mean[:, None, None]) / self.std[:, None, None]
        return x.contiguous(memory_format=torch.channels_last)


def training(
    data: Data, source: Source, batch: int, generator: torch.Generator, fewest: int = FEWEST
) -> Iterator[Batch]:
    """Every training image once, in an order that `generator` (on the CPU) draws, augmented as `source` says.

    No batch has fewer images than `fewest`, if there are so many.
    """
    normalise = Normalise(data.mean, data.std)
    device, images = data.train.labels.device, len(data.train)
    order = torch.randperm(images, generator=generator).to(device)
    shifts = torch.randint(0, 2 * source.padding + 1, (2, images), generator=generator).to(device)
    flips = torch.rand(images, generator=generator).to(device) < (0.5 if source.mirror else 0.0)
    for begin, end in cuts(images, batch, fewest):
        chosen = order[begin:end]
        x = normalise(data.train.pixels[chosen])
        if source.padding or source.mirror:
            x = moved(x, source.padding, shifts[:, begin:end], flips[begin:end])
        yield resized(x, data.size), data.train.labels[chosen]


def in_order(images: Images, data: Data, batch: int) -> Iterator[Batch]:
    """Every image once, in order, as it is."""
    normalise = Normalise(data.mean, data.std)
    for begin in range(0, len(images), batch):
        yield resized(normalise(images.pixels[begin : begin + batch]), data.size), images.labels[begin : begin + batch]


def resized(x: Tensor, size: tuple[int, int]) -> Tensor:
    """Images [B, C, H, W] at another height and width, interpolated linearly; those that have it as they are."""
    if x.shape[2:] == size:
        return x
    larger = functional.interpolate(x, size, mode="bilinear", antialias=size[0] < x.shape[2])
    return larger.contiguous(memory_format=torch.channels_last)


def moved(x: Tensor, padding: int, shifts: Tensor, flips: Tensor) -> Tensor:
    """Each image [C, H, W] of `x` padded with zeros, cut out again at its shift, and mirrored where `flips` says.

    `shifts` [2, B] are 0 to 2·padding, down and right (He et al. 2015, section 4.2). One gather does the batch.
    """
    count, _, height, width = x.shape
    padded = functional.pad(x, (padding,) * 4)
    rows = torch.arange(height, device=x.device) + shifts[0, :, None]
    columns = torch.arange(width, device=x.device).expand(count, width)
    columns = torch.where(flips[:, None], width - 1 - columns, columns) + shifts[1, :, None]
    each = torch.arange(count, device=x.device)[:, None, None]
    return padded.permute(0, 2, 3, 1)[each, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)
