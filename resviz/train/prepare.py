"""What a recipe makes of a data set before training: fewer images, some held out, pixels in disorder, labels at random.

After Zhang et al. 2017 (arXiv 1611.03530), who trained networks on shuffled pixels and on random labels.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from resviz.train.batches import FEWEST
from resviz.train.data import Data, Images, moments
from resviz.train.errors import DataError
from resviz.train.recipe import Recipe

DISORDER_SEED = 0
"""One disorder for all seeds of a recipe, so that its networks can be compared."""


def prepared(data: Data, recipe: Recipe, classes: int) -> Data:
    """The data as the recipe wants them, the draws by its seed; raises DataError where too few images are left."""
    generator = torch.Generator().manual_seed(recipe.seed)
    order = torch.randperm(len(data.train), generator=generator)
    _refuse_more("training", recipe.images, len(data.train))
    _refuse_more("test", recipe.test_images, len(data.test))
    if recipe.images:
        order = order[: recipe.images]
    held = round(recipe.validation * len(order))
    _refuse_too_few(len(order), held, recipe.validation)
    validation = _picked(data.train, order[:held]) if held else None
    train = _picked(data.train, order[held:]) if recipe.images or held else data.train
    if recipe.label_noise:
        train = replace(train, labels=noisy(train.labels, recipe.label_noise, classes, generator))
    test = data.test if not recipe.test_images else _picked(data.test, slice(recipe.test_images))
    found = replace(data, train=train, test=test, validation=validation)
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


def _refuse_more(what: str, wanted: int, there: int) -> None:
    """Raise DataError where more images are wanted than there are."""
    if wanted > there:
        raise DataError(f"there are {there:,} {what} images, not {wanted:,}: take fewer, or 0 for all")


def _refuse_too_few(images: int, held: int, share: float) -> None:
    """Raise DataError where too few images are left to train, or none to validate."""
    if share and (images - held < FEWEST or not held):
        raise DataError(
            f"{images} training images with a share of {share:g} held out leave {images - held} to train and {held} to "
            "validate: take more images"
        )
    if images < FEWEST:
        raise DataError(f"{images} training image is too few: take {FEWEST} at least")


def _picked(images: Images, which: Tensor | slice) -> Images:
    return Images(images.pixels[which], images.labels[which])
