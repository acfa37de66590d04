"""`resviz export`: networks in any format, as a figure, as a table, or as a program for another framework."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from resviz.cli import figures
from resviz.cli.command import Command, Texts
from resviz.core.knob import SpecError
from resviz.export import formats
from resviz.export.export import chosen
from resviz.export.figure import Figure


def options(parser: argparse.ArgumentParser) -> None:
    listed = "; ".join(f"{export.name}: {export.note}" for export in formats.found().values())
    parser.add_argument("--to", required=True, metavar="FORMAT", help=listed)
    parser.add_argument("-o", "--output", metavar="FILE", help="otherwise text is printed")
    parser.add_argument("--weights", metavar="FILE", help="safetensors for a program, in place of fresh weights")
    parser.add_argument("--seed", type=int, help="of fresh weights; 0 if it is not given")
    figures.beside_option(parser)


def run(options: argparse.Namespace, texts: Texts) -> int:
    export = chosen(formats.found(), options.to)
    given = [name for name in ("weights", "seed") if getattr(options, name) is not None]
    figures.refuse_idle(export, texts, given)
    if len(given) > 1:
        raise SpecError("give --weights or --seed, not both")
    work = figures.job(COMMAND, options, texts)
    weights = Path(options.weights) if options.weights else None
    return figures.deliver(export, replace(work, weights=weights, seed=options.seed or 0), options.output)


COMMAND = Command(
    "export", 5.5, "write networks as figures, tables and programs", run, options, takes_network=True,
    knobs=(("the figure", Figure),),
)  # fmt: skip
