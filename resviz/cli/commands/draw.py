"""`resviz draw`: networks as a figure in a file, in the format of its ending."""

from __future__ import annotations

import argparse
from pathlib import Path

from resviz.cli import figures
from resviz.cli.command import Command, Texts
from resviz.core.knob import SpecError
from resviz.export import formats
from resviz.export.export import by_ending
from resviz.export.figure import Figure

VIEWS = {"graph": "landscape", "unrolled": "unrolled", "unit": "unit"}


def options(parser: argparse.ArgumentParser) -> None:
    endings = ", ".join(export.ending for export in formats.found().values() if export.kind == "figure")
    parser.add_argument("-o", "--output", required=True, metavar="FIGURE", help=f"ends in {endings}")
    parser.add_argument("--view", choices=tuple(VIEWS), help="a shorter way to say the style")
    figures.beside_option(parser)


def run(options: argparse.Namespace, texts: Texts) -> int:
    if options.view and "style" in texts:
        raise SpecError("give --view or --style, not both")
    if options.view:
        texts = {**texts, "style": VIEWS[options.view]}
    export = by_ending(formats.found(), Path(options.output), "figure")
    figures.refuse_idle(export, texts)
    return figures.deliver(export, figures.job(COMMAND, options, texts), options.output)


COMMAND = Command(
    "draw", 5, "draw networks into a file", run, options, takes_network=True, knobs=(("the figure", Figure),)
)
