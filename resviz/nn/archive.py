"""The network as an archive of torch.export: a graph that needs no Python code of its own."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn
from torch.export import Dim

from resviz.core.net import Shape


def write(model: nn.Module, shape: Shape, file: Path, line: str) -> None:
    """Export the module for any number of images of `shape`, and save it with the line as an extra file."""
    images = torch.zeros(2, *shape)
    exported = torch.export.export(model, (images,), dynamic_shapes={"x": {0: Dim("images")}})
    torch.export.save(exported, file, extra_files={"resviz.json": line})
