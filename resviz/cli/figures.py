"""What the commands that draw and export have in common: which networks, how they are drawn, and where to."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from resviz.cli import networks
from resviz.cli.command import Command, Texts
from resviz.core import files
from resviz.core.knob import SpecError
from resviz.core.spec import NetSpec
from resviz.export import formats
from resviz.export.export import Export, Job
from resviz.export.figure import Figure
from resviz.zoo.families import from_text

WEIGHTS = (".keras", ".h5", ".caffemodel", ".pt", ".pth", ".ckpt")
"""Endings by which other programs know trained weights in formats that are not written here."""
SEVERAL = "column"
"""The style in which several networks are drawn where none is asked for."""


def beside_option(parser: argparse.ArgumentParser) -> None:
    """Further networks."""
    parser.add_argument(
        "--beside", nargs="+", default=[], metavar="NETWORK", help="further networks, such as resnet:depth=34"
    )


def job(command: Command, options: argparse.Namespace, texts: Texts) -> Job:
    """The networks and the figure that were asked for; raises SpecError."""
    own, others = command.own(texts, Figure)
    specs: list[NetSpec] = [*networks.several(options, others), *map(from_text, options.beside)]
    if not specs:
        raise SpecError("there is no network to write: the list is empty")
    if len(specs) > 1:
        own = {"style": SEVERAL, **own}
    return Job(tuple(specs), Figure.of_text(own))


def refuse_idle(export: Export, texts: Texts, weights: Iterable[str] = ()) -> None:
    """Raise SpecError where a flag is given that the format does not heed; `weights` are those that say its weights."""
    figure = [name for name in texts if name in {k.name for k in Figure.knobs()}]
    lacking = [(name, export.idle(name)) for name in figure if export.idle(name)]
    lacking += [(name, "no weights") for name in weights if not export.torch]
    for name, what in lacking:
        raise SpecError(f"{export.title} has {what}, so --{name} does nothing there: leave it out")


def deliver(export: Export, work: Job, output: str | None) -> int:
    """Write the file; text without a file's name is printed."""
    if output is None and not export.text:
        raise SpecError(f"{export.title} is no text: name a file with -o")
    if output is not None:
        _refuse_ending(export, Path(output))
    made = export.write(work)
    if output is None:
        sys.stdout.write(made.decode("utf-8-sig"))
    else:
        files.write(Path(output), made)
    return 0


def _refuse_ending(export: Export, file: Path) -> None:
    """Raise SpecError where programs would take the file for one of another format."""
    last = file.suffix.lower()
    found = formats.found().values()
    whole = [other.title for other in found if other.ending != last and file.name.lower().endswith(other.ending)]
    others = [other.title for other in found if other.ending.endswith(last)]
    if last in WEIGHTS:
        others = ["a file of weights"]
    if not last or not others or export.title in whole or (export.ending.endswith(last) and not whole):
        return
    raise SpecError(
        f"{file.name} ends as {(whole or others)[0]} does, and {export.title} was asked for: {export.ending} is its "
        "ending"
    )
