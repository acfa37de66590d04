"""The files that only torch can write, by the name of their format."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from torch import nn

from resviz.core.spec import NetSpec
from resviz.nn import archive, weights

try:
    from resviz.nn import onnx_graph
except ModuleNotFoundError as error:
    if error.name != "onnx":
        raise
    onnx_graph = None  # type: ignore[assignment]

Write = Callable[[nn.Module, NetSpec, Path, str], None]


def _safetensors(model: nn.Module, spec: NetSpec, file: Path, line: str) -> None:
    weights.write(model, file, line)


def _torch(model: nn.Module, spec: NetSpec, file: Path, line: str) -> None:
    archive.write(model, spec.node(), file, line)


def _onnx(model: nn.Module, spec: NetSpec, file: Path, line: str) -> None:
    if onnx_graph is None:
        raise ValueError("ONNX needs the package onnx: pip install onnx")
    onnx_graph.write(model, spec.node(), file, spec.title(), line)


WRITERS: dict[str, Write] = {"safetensors": _safetensors, "torch": _torch, "onnx": _onnx}


def write(format: str, spec: NetSpec, file: Path, line: str, from_file: Path | None, seed: int) -> None:
    """Write the network with the weights of a file, or fresh ones of a seed, and the line that it carries.

    Raises ValueError with one sentence where the format or the weights are not possible, and OSError.
    """
    if format not in WRITERS:
        raise ValueError(f"torch writes no {format!r}: there are {', '.join(WRITERS)}")
    WRITERS[format](weights.loaded(spec, from_file, seed), spec, file, line)
