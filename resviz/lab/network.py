"""The subject in memory: its weights, its chain, and its images as the training saw them."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from resviz.lab.chain import Chain, State
from resviz.lab.errors import LabError
from resviz.lab.subject import Subject
from resviz.nn.module import build
from resviz.runs.queue import MOST_EXPERIMENTS
from resviz.train import batches
from resviz.train.data import Data, Images, load
from resviz.train.engine import device_of
from resviz.train.prepare import prepared
from resviz.train.sources import SOURCES

Batch = tuple[Tensor, Tensor]


def settle() -> torch.device:
    """The device to work on; on a CPU with the threads that let as many experiments as may run at once share it."""
    torch.set_num_threads(max(1, (os.cpu_count() or 1) // MOST_EXPERIMENTS))
    return device_of("auto")


def initial(subject: Subject) -> State:
    """The weights that the training began with, or will: the seed of the recipe gives them."""
    return build(subject.spec.node(), subject.recipe.seed).state_dict()


def weights(subject: Subject) -> State:
    """The run's weights, or the initial ones where there is no run.

    Raises LabError where they do not fit, or are of a later epoch by now.
    """
    if subject.run is None:
        return initial(subject)
    path = subject.run.checkpoint
    try:
        with safe_open(path, "pt") as file:
            epoch = file.metadata()["epoch"]
            state: State = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (OSError, SafetensorError, KeyError, TypeError) as error:
        raise LabError(f"{path} cannot be read: {error}") from None
    subject.refuse_another(epoch)
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


@dataclass(frozen=True)
class Batches:
    """Normalised images [B, C, H, W] and labels [B] on the device, in order, as often as they are asked for."""

    images: Images
    data: Data
    size: int
    device: torch.device

    def __len__(self) -> int:
        return math.ceil(len(self.images) / self.size)

    def __iter__(self) -> Iterator[Batch]:
        return batches.in_order(self.images.to(self.device), self.data.to(self.device), self.size)
