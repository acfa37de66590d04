"""Images as uint8 tensors, read once: from their publishers' files, and the digits that scikit-learn carries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor

from resviz.core.net import Shape
from resviz.train import formats
from resviz.train.errors import DataError
from resviz.train.sources import SOURCES, locate

CIFAR10_IMAGES, CIFAR100_IMAGES = 10_000, (50_000, 10_000)
"""Images in each file of CIFAR-10, and in CIFAR-100's files for training and for testing (Krizhevsky 2009)."""
LEAST_STD = 1e-3
"""Keeps a channel that is the same everywhere from being divided by zero."""


@dataclass(frozen=True)
class Images:
    """Pixels [N, C, H, W] in uint8 and labels [N] in int64."""

    pixels: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def to(self, device: torch.device) -> Images:
        return Images(self.pixels.to(device), self.labels.to(device))


@dataclass(frozen=True)
class Data:
    """Training and test images, mean and standard deviation [C] of the training pixels, and (height, width) wanted.

    Images of another size are resized batch by batch, because a whole set of large ones would fill the memory.
    `validation` are training images that were held out, where some were.
    """

    train: Images
    test: Images
    mean: Tensor
    std: Tensor
    size: tuple[int, int]
    validation: Images | None = None

    def to(self, device: torch.device) -> Data:
        held_out = None if self.validation is None else self.validation.to(device)
        train, test = self.train.to(device), self.test.to(device)
        return Data(train, test, self.mean.to(device), self.std.to(device), self.size, held_out)

    def at(self, shape: Shape) -> Data:
        """The same images for a network whose input has that shape (channels, height, width)."""
        return replace(self, size=(shape[1], shape[2]))


def load(data: str, folder: str = "") -> Data:
    """The data set of that name; raises DataError naming the file that is missing or damaged."""
    train, test = READERS[data](locate(data, folder))
    for images, what, least in ((train, "training", 2), (test, "test", 1)):
        if len(images) < least:
            where = f" in {folder}" if folder else ""
            raise DataError(f"{SOURCES[data].title} has {len(images)} {what} images{where}: {least} are the fewest")
    height, width = train.pixels.shape[2:]
    return Data(train, test, *moments(train.pixels), (height, width))


def moments(pixels: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation [C] of uint8 pixels [N, C, H, W], exact, from how often each value occurs."""
    values = torch.arange(256, dtype=torch.float64)
    counts = torch.stack([torch.bincount(channel.flatten(), minlength=256) for channel in pixels.unbind(1)]).double()
    share = counts / counts.sum(1, keepdim=True)
    mean = share @ values
    variance = (share * (values - mean[:, None]) ** 2).sum(1)
    return mean.float(), variance.sqrt().clamp_min(LEAST_STD).float()


def read_digits(_: dict[str, Path]) -> tuple[Images, Images]:
    """1,437 training and 360 test images, values 0 to 16.

    The set comes without a split, so it is scikit-learn's own, `train_test_split(test_size=0.2, stratify=target,
    random_state=0)`, the same for every seed of a recipe.
    """
    digits = load_digits()
    pixels = torch.from_numpy(digits.images).to(torch.uint8)[:, None]
    labels = torch.from_numpy(digits.target).long()
    parts = train_test_split(range(len(labels)), test_size=0.2, stratify=digits.target, random_state=0)
    train, test = (Images(pixels[part], labels[part]) for part in parts)
    return train, test


def read_cifar10(files: dict[str, Path]) -> tuple[Images, Images]:
    """The five training files as one, and the test file."""
    *train, test = [Images(*formats.cifar_file(path, CIFAR10_IMAGES, 1, 10)) for path in files.values()]
    joined = Images(torch.cat([part.pixels for part in train]), torch.cat([part.labels for part in train]))
    return joined, test


def read_cifar100(files: dict[str, Path]) -> tuple[Images, Images]:
    """The training and the test file; each record has a coarse label and a fine one, which is taken."""
    parts = zip(files.values(), CIFAR100_IMAGES, strict=True)
    train, test = (Images(*formats.cifar_file(path, images, 2, 100)) for path, images in parts)
    return train, test


def read_mnist(files: dict[str, Path]) -> tuple[Images, Images]:
    """Two pairs of IDX files, one of images and one of labels; Fashion-MNIST has the same."""
    train_images, train_labels, test_images, test_labels = files.values()
    return (
        Images(*formats.idx_pair(train_images, train_labels)),
        Images(*formats.idx_pair(test_images, test_labels)),
    )


READERS: dict[str, Callable[[dict[str, Path]], tuple[Images, Images]]] = {
    "digits": read_digits,
    "mnist": read_mnist,
    "fashion-mnist": read_mnist,
    "cifar10": read_cifar10,
    "cifar100": read_cifar100,
}
