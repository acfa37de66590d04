"""An export is one file format: what it is for, its ending, and the function that writes networks in it."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from resviz.core.knob import SpecError, hint, quoted
from resviz.core.spec import NetSpec
from resviz.export import carried
from resviz.export.figure import Drawing, Figure, drawing

Kind = Literal["figure", "table", "program"]


SEEDS = (-(2**63), 2**64 - 1)
"""The least and the largest seed that torch takes."""


class ExportError(ValueError):
    """A network that a format cannot hold, or a package that is missing; the message is one sentence."""


@dataclass(frozen=True)
class Job:
    """What is to be exported: networks, how they are drawn, and the weights to put in (none: fresh ones of a seed)."""

    specs: tuple[NetSpec, ...]
    figure: Figure = field(default_factory=Figure)
    weights: Path | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if not SEEDS[0] <= self.seed <= SEEDS[1]:
            low, high = (f"{end:,}" for end in SEEDS)
            raise ExportError(f"seed {quoted(self.seed)} is out of range: it goes from {low} to {high}")

    def title(self) -> str:
        """The networks' names."""
        return " | ".join(spec.title() for spec in self.specs)

    def drawing(self) -> Drawing:
        """The figure; raises SpecError and PaperError."""
        return drawing(self.specs, self.figure)

    def line(self) -> str:
        """What the file carries of itself."""
        return carried.line(self.specs, self.figure)

    def one(self, format: str) -> NetSpec:
        """The network of a format that holds a single one; raises ExportError."""
        if len(self.specs) != 1:
            raise ExportError(f"{format} holds one network, and there are {len(self.specs)}")
        return self.specs[0]


def _no_check(job: Job) -> None:
    """Most formats hold whatever can be drawn."""


@dataclass(frozen=True)
class Export:
    """One format. `rank` is its place in the gallery, `text` says that it can be read as it is.

    `torch` says that it holds weights, and so is made by torch's process, which takes seconds for large networks;
    `pixels` that it is drawn in dots. `lacks` are the figure's knobs that do nothing in it, each with what it has not.
    `check` raises what `write` would, as far as that can be known in no time.
    """

    name: str
    title: str
    kind: Kind
    rank: float
    ending: str
    mime: str
    note: str
    write: Callable[[Job], bytes]
    text: bool = False
    torch: bool = False
    pixels: bool = False
    lacks: Mapping[str, str] = field(default_factory=dict, hash=False)
    check: Callable[[Job], object] = _no_check

    def idle(self, knob: str) -> str:
        """What the format has in place of what a figure's knob turns, such as "no pixels"; "" where it heeds it."""
        if self.kind != "figure":
            return "no figure"
        return "no pixels" if knob == "dpi" and not self.pixels else self.lacks.get(knob, "")

    def problem(self, job: Job) -> str:
        """Why the format cannot hold the job, in one sentence, or ""; a text is simply written."""
        try:
            self.check(job)
            if self.text:
                self.write(job)
        except ValueError as error:
            return str(error)
        return ""


def installed(package: str, name: str, format: str) -> None:
    """Raise ExportError where a package is missing; `name` is what pip calls it."""
    if importlib.util.find_spec(package) is None:
        raise ExportError(f"{format} needs the package {name}: pip install {name}")


def deferred(module: str, package: str, format: str) -> Callable[[Job], bytes]:
    """The function `write` of a module that is imported when first used, because it needs a package of its own.

    Where the package is missing, writing raises ExportError with the command that installs it.
    """

    def write(job: Job) -> bytes:
        try:
            made: bytes = importlib.import_module(module).write(job)
        except ModuleNotFoundError as error:
            if error.name is None or error.name.startswith("resviz"):
                raise
            raise ExportError(f"{format} needs the package {package}: pip install {package}") from None
        return made

    return write


def chosen(exports: dict[str, Export], name: str) -> Export:
    """The export of that name; raises SpecError with the nearest."""
    if name not in exports:
        raise SpecError(
            f"there is no format {quoted(name)!r}: there are {', '.join(exports)}{hint(name, tuple(exports))}"
        )
    return exports[name]


def by_ending(exports: dict[str, Export], file: Path, kind: Kind) -> Export:
    """The export of a kind whose ending the file has; raises SpecError."""
    fitting = {export.ending: export for export in exports.values() if export.kind == kind}
    for ending in sorted(fitting, key=len, reverse=True):
        if file.name.lower().endswith(ending):
            return fitting[ending]
    raise SpecError(f"{file.name} ends in no format that resviz draws: it may end in {', '.join(fitting)}")
