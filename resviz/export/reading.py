"""A file is opened as the networks that it is of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from resviz.core.knob import SpecError
from resviz.core.spec import NetSpec
from resviz.export import carried
from resviz.export.figure import Figure

LARGEST = 512 * 1024 * 1024
"""Bytes of a file that is looked through for what it carries."""


@dataclass(frozen=True)
class Opened:
    """The networks of a file, how they were drawn where it is a figure, and sentences about what was found."""

    specs: tuple[NetSpec, ...]
    figure: Figure | None = None
    notes: tuple[str, ...] = ()


def opened(file: Path) -> Opened:
    """The networks of a file; raises SpecError where it names none, and OSError."""
    size = file.stat().st_size
    if size > LARGEST:
        raise SpecError(f"{file.name} has {size:,} bytes, and {LARGEST:,} are the most that is looked through")
    found = carried.found(file.read_bytes())
    if found is None:
        raise SpecError(f"{file.name} says nothing of a network: resviz opens what it wrote")
    return Opened(found.specs, found.figure)
