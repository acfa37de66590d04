"""Weights on disk: a safetensors file that is there whole or not at all, and that says what it holds."""

from __future__ import annotations

import os
from pathlib import Path

from safetensors.torch import save as serialise
from torch import nn


def save(model: nn.Module, path: Path, about: dict[str, str]) -> None:
    """Write the model's `state_dict` to `path` with `about` as metadata, by writing beside it and renaming."""
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in model.state_dict().items()}
    beside = path.with_name(f".{path.name}.part")
    with beside.open("wb") as file:
        file.write(serialise(tensors, {"format": "pt", **about}))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
