"""The shapes of the tensors in a checkpoint of `torch.save`, whatever else training code keeps in it."""

from __future__ import annotations

import pickle
import struct
import warnings
from pathlib import Path

import torch
from torch import Tensor

STATES = ("state_dict", "model", "model_state_dict", "net", "state_dict_ema", "model_ema")
"""Where training code keeps the state in a checkpoint."""
DEEPEST = 5
"""Dicts in dicts that a checkpoint is looked into."""
DAMAGED = (RuntimeError, ValueError, EOFError, LookupError, TypeError, AttributeError, struct.error)
"""What torch raises where it cannot unpack a file, or where a pickle makes no sense."""

Checkpoint = dict[object, object]


def checkpoint_shapes(file: Path) -> dict[str, list[int]]:
    """The shapes of the tensors in a checkpoint of `torch.save`, by their names, without running anything in it.

    Checkpoints that keep the state among other things, under whatever key, are looked into. Raises ValueError with one
    sentence.
    """
    try:
        with warnings.catch_warnings(action="ignore"):  # about TorchScript, which is refused in a sentence
            value = torch.load(file, map_location="meta", weights_only=True)
    except pickle.UnpicklingError:
        raise ValueError(f"{file.name} holds code or objects, not weights alone: save model.state_dict()") from None
    except DAMAGED:
        words = "is damaged, or a program: save model.state_dict() anew"
        raise ValueError(f"{file.name} cannot be read as weights: it {words}") from None
    if not isinstance(value, dict):
        raise ValueError(f"{file.name} holds no state_dict")
    return {str(name): list(tensor.shape) for name, tensor in _tensors(_state(value)).items()}


def _state(checkpoint: Checkpoint) -> Checkpoint:
    """The state in a checkpoint: where training code keeps it, or else the largest dict of tensors."""
    for _ in range(DEEPEST):
        kept = (part for name in STATES if isinstance(part := checkpoint.get(name), dict))
        inner = next((part for part in kept if any(map(_tensors, _dicts(part)))), None)
        if inner is None:
            break
        checkpoint = inner
    return max(_dicts(checkpoint), key=lambda part: len(_tensors(part)))


def _dicts(checkpoint: Checkpoint) -> list[Checkpoint]:
    """The checkpoint and the dicts in it, the outer ones first; each once, though a file may hold itself."""
    level, found = [checkpoint], {id(checkpoint): checkpoint}
    for _ in range(DEEPEST):
        inner = {id(part): part for each in level for part in each.values() if isinstance(part, dict)}
        level = [part for key, part in inner.items() if key not in found]
        found |= inner
    return list(found.values())


def _tensors(part: Checkpoint) -> dict[object, Tensor]:
    return {name: value for name, value in part.items() if isinstance(value, Tensor)}
