"""The publishers' file formats: CIFAR's binary records and MNIST's IDX arrays, refused by name where damaged.

CIFAR's binary version (cs.toronto.edu/~kriz/cifar.html), MNIST's IDX files (yann.lecun.com/exdb/mnist).
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path

import torch
from torch import Tensor

from resviz.train.errors import DataError

CIFAR_PIXELS = 3 * 32 * 32
IDX_IMAGES, IDX_LABELS = 2051, 2049


def cifar_file(path: Path, images: int, labels: int, classes: int) -> tuple[Tensor, Tensor]:
    """Pixels [N, 3, 32, 32] and labels [N] of records of `labels` label bytes, the last of which counts, and 3,072
    pixels: the red plane, the green, the blue. The file does not say how many `images` it has, so that is told.
    """
    raw, size = read(path), labels + CIFAR_PIXELS
    if len(raw) != images * size:
        raise DataError(
            f"{path} is damaged or cut short: it has {len(raw):,} bytes, and its {images:,} images with their labels "
            f"are {images * size:,}"
        )
    records = _tensor(raw).view(-1, size)
    return records[:, labels:].reshape(-1, 3, 32, 32), checked(records[:, labels - 1], path, classes)


def idx_pair(images: Path, labels: Path) -> tuple[Tensor, Tensor]:
    """Pixels [N, 1, 28, 28] and labels [N] of an IDX file of images and one of labels."""
    pixels = idx_file(images, IDX_IMAGES, (28, 28))
    named = checked(idx_file(labels, IDX_LABELS, ()), labels, 10)
    if len(pixels) != len(named):
        raise DataError(f"{labels} has {len(named):,} labels, but {images.name} has {len(pixels):,} images")
    return pixels[:, None], named


def idx_file(path: Path, magic: int, size: tuple[int, ...]) -> Tensor:
    """The array of an IDX file: a magic number, the count and the item's size as big-endian words, then bytes."""
    words = struct.Struct(f">{2 + len(size)}I")
    raw = read(path)
    if len(raw) < words.size:
        raise DataError(f"{path} is cut short: it ends within its {words.size} bytes of header")
    kind, count, *found_size = words.unpack_from(raw)
    if kind != magic:
        raise DataError(
            f"{path} is no IDX file of {'images' if size else 'labels'}: it begins with {kind}, not {magic}"
        )
    if tuple(found_size) != size:
        raise DataError(f"{path} has images of {'×'.join(map(str, found_size))} pixels: these have 28×28")
    expected, found = count * math.prod(size), len(raw) - words.size
    if found != expected:
        raise DataError(f"{path} is damaged or cut short: its header names {expected:,} bytes and {found:,} follow it")
    return _tensor(raw[words.size :]).view(count, *size)


def read(path: Path) -> bytes:
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


def checked(labels: Tensor, path: Path, classes: int) -> Tensor:
    """The labels in int64 if all are classes; raises DataError with the first that is not."""
    wrong = (labels >= classes).nonzero()
    if len(wrong):
        at = int(wrong[0])
        raise DataError(
            f"{path} is damaged: image {at:,} has the label {int(labels[at])}, and labels go from 0 to {classes - 1}"
        )
    return labels.long()
