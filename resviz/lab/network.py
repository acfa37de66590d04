"""The subject in memory: its weights, its chain, and its images as the training saw them."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from resviz.core.net import Node, walk
from resviz.lab.chain import Chain, State
from resviz.lab.errors import LabError
from resviz.lab.subject import Subject
from resviz.nn.module import build
from resviz.train import batches
from resviz.train.data import Data, Images, load
from resviz.train.engine import device_of
from resviz.train.prepare import prepared
from resviz.train.sources import SOURCES

CACHE_BYTES = 256 * 2**20
"""What the signals that are kept for one batch of images may take."""
LARGEST_BATCH = 500
FLOAT = 4

Batch = tuple[Tensor, Tensor]


def settle() -> torch.device:
    """The device to work on; on a CPU half of the cores work, so that a page beside stays quick."""
    torch.set_num_threads(max(1, (os.cpu_count() or 1) // 2))
    return device_of("auto")


def initial(subject: Subject) -> State:
    """The weights that the training began with, or will: the seed of the recipe gives them."""
    return build(subject.spec.node(), subject.recipe.seed).state_dict()


def weights(subject: Subject) -> State:
    """The run's weights, or the initial ones where there is no run; raises LabError where they do not fit."""
    if subject.run is None:
        return initial(subject)
    path = subject.run.checkpoint
    try:
        state: State = load_file(path)
    except (OSError, SafetensorError) as error:
        raise LabError(f"{path} cannot be read: {error}") from None
    expected = {name: tensor.shape for name, tensor in initial(subject).items()}
    if {name: tensor.shape for name, tensor in state.items()} != expected:
        raise LabError(f"{path} does not hold the weights of {subject.spec.title()}")
    return state


def chain(subject: Subject, device: torch.device, state: State | None = None) -> Chain:
    """The subject's chain on the device, with the run's weights or those of `state`."""
    return Chain(subject.spec.node(), weights(subject) if state is None else state, device)


def data(subject: Subject) -> Data:
    """The subject's data as its recipe prepares them, at its input size; raises DataError."""
    recipe = subject.recipe
    found = prepared(load(recipe.data, recipe.data_dir), recipe, SOURCES[recipe.data].thing.classes)
    return found.at(subject.spec.input_shape())


def first(images: Images, count: int) -> Images:
    """The first `count` images, or all for 0."""
    return images if count == 0 else Images(images.pixels[:count], images.labels[:count])


def in_batches(images: Images, data: Data, size: int, device: torch.device) -> Iterator[Batch]:
    """Normalised images [B, C, H, W] and labels [B] on the device, in order."""
    return batches.in_order(images.to(device), data.to(device), size)


def batch_size(node: Node, kept: int, images: int) -> int:
    """How many images go through at once, so that `kept` signals of the largest size fit into CACHE_BYTES."""
    largest = max(math.prod(part.out) for _, part in walk(node))
    return max(1, min(LARGEST_BATCH, images, CACHE_BYTES // (FLOAT * largest * max(1, kept))))
