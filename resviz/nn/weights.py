"""The network as a module with weights from a file or fresh ones, and its weights as a safetensors file."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from resviz.core.ops.norm import COUNTED
from resviz.core.spec import NetSpec
from resviz.nn.module import build


def loaded(spec: NetSpec, weights: Path | None, seed: int) -> nn.Module:
    """The network in evaluation, with the weights of a safetensors file, or fresh ones of a seed.

    Raises ValueError with one sentence where the file does not hold this network's weights, and OSError.
    """
    model = build(spec.node(), seed).eval()
    if weights is not None:
        _put(model, read(weights), spec.title(), weights.name)
    return model


def read(file: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file; raises ValueError where it is none, and OSError."""
    if not file.is_file():
        number = errno.EISDIR if file.is_dir() else errno.ENOENT
        raise OSError(number, os.strerror(number), str(file))
    try:
        return dict(load_file(file))
    except SafetensorError as error:
        raise ValueError(f"{file.name} is no safetensors file: {error}") from None


def _put(model: nn.Module, tensors: dict[str, Tensor], title: str, name: str) -> None:
    own = model.state_dict()
    missing = [key for key in own if key not in tensors and not key.endswith(COUNTED)]
    strange = [key for key in tensors if key not in own]
    if missing or strange:
        which = f"it lacks {missing[0]}" if missing else f"it holds {strange[0]} too"
        raise ValueError(f"{name} does not hold the weights of {title}: {which}")
    for key, tensor in tensors.items():
        if tensor.shape != own[key].shape:
            sizes = f"{tuple(tensor.shape)}, and {title}'s is {tuple(own[key].shape)}"
            raise ValueError(f"{name} does not hold the weights of {title}: its {key} is {sizes}")
    model.load_state_dict(tensors, strict=False)


def write(model: nn.Module, file: Path, line: str) -> None:
    """Write the weights as safetensors that carry the line."""
    tensors = {name: tensor.detach().contiguous() for name, tensor in model.state_dict().items()}
    save_file(tensors, file, {"format": "pt", "resviz": line})
