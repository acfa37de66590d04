"""What a recipe makes of a data set before training: fewer images, some held out, pixels in disorder, labels at random.

After Zhang et al. 2017 (arXiv 1611.03530), who trained networks on shuffled pixels and on random labels.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from resviz.train.data import Data, Images, moments
from resviz.train.errors import DataError
from resviz.train.recipe import Recipe

DISORDER_SEED = 0
"""One disorder for all seeds of a recipe, so that its networks can be compared."""


def prepared(data: Data, recipe: Recipe, classes: int) -> Data:
    """The data as the recipe wants them, the draws by its seed; raises DataError where too few images are left."""
    generator = torch.Generator().manual_seed(recipe.seed)
    order = torch.randperm(len(data.train), generator=generator)
    if recipe.images > len(order):
        raise DataError(f"there are {len(order):,} training images, not {recipe.images:,}: take fewer, or 0 for all")
    if recipe.images:
        order = order[: recipe.images]
    held = round(recipe.validation * len(order))
    if len(order) - held < 2 or (recipe.validation and not held):
        raise DataError(
            f"{len(order)} training images with a share of {recipe.validation:g} held out leave {len(order) - held} to "
            f"train and {held} to validate: take more images"
        )
    validation = _picked(data.train, order[:held]) if held else None
    train = _picked(data.train, order[held:]) if recipe.images or held else data.train
    if recipe.label_noise:
        train = replace(train, labels=noisy(train.labels, recipe.label_noise, classes, generator))
    found = replace(data, train=train, validation=validation)
    if recipe.shuffle_pixels:
        found = shuffled(found)
    mean, std = moments(found.train.pixels)
    return replace(found, mean=mean, std=std)


def noisy(labels: Tensor, share: float, classes: int, generator: torch.Generator) -> Tensor:
    """The labels, so many of them drawn anew from all classes, which leaves one in `classes` of those right."""
    drawn = torch.randint(0, classes, labels.shape, generator=generator)
    chosen = torch.randperm(len(labels), generator=generator)[: round(share * len(labels))]
    mixed = labels.clone()
    mixed[chosen] = drawn[chosen]
    return mixed


def shuffled(data: Data) -> Data:
    """Every image with its pixels in the same disorder."""

    def of(images: Images) -> Images:
        return replace(images, pixels=disordered(images.pixels))

    validation = None if data.validation is None else of(data.validation)
    return replace(data, train=of(data.train), test=of(data.test), validation=validation)


def disordered(pixels: Tensor) -> Tensor:
    """Images [..., C, H, W] in the one disorder of their size, the channels of a pixel together."""
    height, width = pixels.shape[-2:]
    order = torch.randperm(height * width, generator=torch.Generator().manual_seed(DISORDER_SEED))
    return pixels.flatten(-2)[..., order].reshape(pixels.shape)


def _picked(images: Images, which: Tensor) -> Images:
    return Images(images.pixels[which], images.labels[which])
