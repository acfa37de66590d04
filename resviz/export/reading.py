"""A file is opened as the networks that it is of: what resviz wrote says so itself, weights are recognised.

No pickle is loaded here: safetensors say the shapes of their tensors in their header, and a checkpoint of PyTorch is
read by torch's process with `weights_only`.
"""

from __future__ import annotations

import json
import mmap
from dataclasses import dataclass
from pathlib import Path

from resviz.core.knob import SpecError
from resviz.core.net import Shape
from resviz.core.spec import NetSpec
from resviz.export import carried, zipped
from resviz.export.carried import Carried
from resviz.export.differences import listed
from resviz.export.figure import Figure
from resviz.export.recognise import recognised
from resviz.nn.client import shared
from resviz.zoo.families import to_text

LARGEST = 64 * 1024 * 1024
"""Bytes of a file that is looked through whole; of a larger one, a program with weights, only what carries the spec."""
LEGACY_PICKLE = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
"""What `torch.save` began a file with before PyTorch 1.6, its magic number as a pickle."""
LONGEST_HEADER = 100_000_000
"""Bytes that a safetensors header may have, by its specification."""
DAMAGED_HEADER = "this file begins like safetensors, but its header is damaged"
NOTHING = "{} says nothing of a network: resviz opens what it wrote, and weights"


@dataclass(frozen=True)
class Opened:
    """The networks of a file, how they were drawn where it is a figure, and sentences about what was found."""

    specs: tuple[NetSpec, ...]
    figure: Figure | None = None
    notes: tuple[str, ...] = ()


def opened(file: Path) -> Opened:
    """The networks of a file; raises SpecError where it names none, OSError, and TorchError."""
    header = safetensors_header(file)
    if header is not None:
        return _of_header(header)
    found = carried.found(_looked_through(file))
    if found is not None:
        return Opened(found.specs, found.figure)
    if _begins(file, zipped.BEGINS):
        return _of_zip(file)
    if _begins(file, LEGACY_PICKLE):
        return weights(shared().shapes(file))
    raise SpecError(NOTHING.format(file.name))


def _begins(file: Path, mark: bytes) -> bool:
    with file.open("rb") as opened_file:
        return opened_file.read(len(mark)) == mark


def _of_header(header: bytes) -> Opened:
    """What a safetensors file says of itself, or else the network of its tensors."""
    found = carried.marked(header) or _trained(header)
    return Opened(found.specs, found.figure) if found else weights(_shapes(header))


def _of_zip(file: Path) -> Opened:
    """What a ZIP without a spec holds: the pickle of `torch.save`, which torch's process reads weights-only."""
    parts = tuple(zipped.parts(file, carried.LONGEST))
    if any(part.name.endswith("data.pkl") for part in parts):
        return weights(shared().shapes(file))
    if any(part.content is None for part in parts):
        raise SpecError(f"{file.name} is a ZIP that cannot be read: it is damaged or has a password, so write it anew")
    raise SpecError(NOTHING.format(file.name))


def _looked_through(file: Path) -> bytes:
    """The file, or of a large one what stands at the mark of what files carry, without reading it all."""
    if file.stat().st_size <= LARGEST:
        return file.read_bytes()
    with file.open("rb") as opened_file, mmap.mmap(opened_file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        at = mapped.find(carried.MARK.encode())
        return mapped[at : at + carried.LONGEST] if at >= 0 else b""


def weights(tensors: dict[str, Shape]) -> Opened:
    """The network that tensors of these names and shapes are of, or the nearest with what differs."""
    found = recognised(tensors)
    if found.differs:
        notes = ("the nearest network that there is; of it", *found.differs, *found.renamed, *found.assumed)
        return Opened((found.spec,), None, notes)
    also = (f"the same weights also fit {listed([to_text(spec) for spec in found.others])}",) if found.others else ()
    return Opened((found.spec,), None, (*found.renamed, *also, *found.assumed))


def safetensors_header(file: Path) -> bytes | None:
    """The JSON that a safetensors file begins with, or None where it is none."""
    with file.open("rb") as opened_file:
        length = int.from_bytes(opened_file.read(8), "little")
        if not 2 <= length <= LONGEST_HEADER or opened_file.read(1) != b"{":
            return None
        header = b"{" + opened_file.read(length - 1)
    return header if len(header) == length else None


def _trained(header: bytes) -> Carried | None:
    """The network that the checkpoint of a run names (resviz.train.job); raises SpecError."""
    try:
        said = json.loads(json.loads(header)["__metadata__"]["spec"])
    except (KeyError, TypeError, ValueError, RecursionError):
        return None
    return carried.of_networks([said]) if isinstance(said, dict) and "family" in said else None


def _shapes(header: bytes) -> dict[str, Shape]:
    """The shapes that a safetensors header tells, by the tensors' names; raises SpecError where it is damaged."""
    try:
        value = json.loads(header)
        found = {name: tuple(map(int, of["shape"])) for name, of in value.items() if name != "__metadata__"}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        raise SpecError(DAMAGED_HEADER) from None
    if any(size < 0 for shape in found.values() for size in shape):
        raise SpecError(DAMAGED_HEADER)
    return found
