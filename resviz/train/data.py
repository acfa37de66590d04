"""Images as uint8 tensors, read once from their publishers' formats and refused by name where they are damaged.

CIFAR-10's binary version (cs.toronto.edu/~kriz/cifar.html), MNIST's IDX files (yann.lecun.com/exdb/mnist), and the
digits that scikit-learn carries.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from torch import Tensor

from resviz.core.net import Shape
from resviz.train.errors import DataError
from resviz.train.sources import SOURCES, locate

CIFAR_RECORD = 1 + 3 * 32 * 32
IDX_IMAGES, IDX_LABELS = 2051, 2049
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
            raise DataError(
                f"{SOURCES[data].title} has {len(images)} {what} images in {folder}: {least} are the fewest"
            )
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
    *train, test = [_cifar_file(path) for path in files.values()]
    joined = Images(torch.cat([part.pixels for part in train]), torch.cat([part.labels for part in train]))
    return joined, test


def _cifar_file(path: Path) -> Images:
    """Records of a label and 3,072 pixels: the red plane, the green, the blue."""
    raw = _read(path)
    if not raw or len(raw) % CIFAR_RECORD:
        raise DataError(
            f"{path} is damaged or cut short: it has {len(raw):,} bytes, which is no multiple of {CIFAR_RECORD:,}, "
            "the size of an image with its label"
        )
    records = _tensor(raw).view(-1, CIFAR_RECORD)
    return Images(records[:, 1:].reshape(-1, 3, 32, 32), _labels(records[:, 0], path))


def read_mnist(files: dict[str, Path]) -> tuple[Images, Images]:
    """Two pairs of IDX files, one of images and one of labels."""
    train_images, train_labels, test_images, test_labels = files.values()
    return _idx_pair(train_images, train_labels), _idx_pair(test_images, test_labels)


def _idx_pair(images: Path, labels: Path) -> Images:
    pixels = _idx_file(images, IDX_IMAGES, (28, 28))
    named = _labels(_idx_file(labels, IDX_LABELS, ()), labels)
    if len(pixels) != len(named):
        raise DataError(f"{labels} has {len(named):,} labels, but {images.name} has {len(pixels):,} images")
    return Images(pixels[:, None], named)


def _idx_file(path: Path, magic: int, size: tuple[int, ...]) -> Tensor:
    """The array of an IDX file: a magic number, the count and the item's size as big-endian words, then bytes."""
    words = struct.Struct(f">{2 + len(size)}I")

    raw = _read(path)
    if len(raw) < words.size:
        raise DataError(f"{path} is cut short: it ends within its {words.size} bytes of header")
    kind, count, *found_size = words.unpack_from(raw)
    if kind != magic:
        raise DataError(
            f"{path} is no IDX file of {'images' if size else 'labels'}: it begins with {kind}, not {magic}"
        )
    if tuple(found_size) != size:
        raise DataError(f"{path} has images of {'×'.join(map(str, found_size))} pixels: MNIST's have 28×28")
    expected, found = count * math.prod(size), len(raw) - words.size
    if found != expected:
        raise DataError(f"{path} is damaged or cut short: its header names {expected:,} bytes and {found:,} follow it")
    return _tensor(raw[words.size :]).view(count, *size)


def _read(path: Path) -> bytes:
    """What the file holds, unpacked if it is gzipped; raises DataError naming it."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            return file.read()
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise DataError(f"{path} is damaged or cut short: it does not unpack; fetch it again") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None


def _tensor(raw: bytes) -> Tensor:
    return torch.frombuffer(bytearray(raw), dtype=torch.uint8) if raw else torch.empty(0, dtype=torch.uint8)


def _labels(labels: Tensor, path: Path) -> Tensor:
    """The labels in int64 if all are classes; raises DataError with the first that is not."""
    wrong = (labels > 9).nonzero()
    if len(wrong):
        at = int(wrong[0])
        raise DataError(f"{path} is damaged: image {at:,} has the label {int(labels[at])}, and labels go from 0 to 9")
    return labels.long()


READERS: dict[str, Callable[[dict[str, Path]], tuple[Images, Images]]] = {
    "digits": read_digits,
    "cifar10": read_cifar10,
    "mnist": read_mnist,
}
