"""`resviz draw`: the network as a figure in a file."""

from __future__ import annotations

import argparse
from pathlib import Path

from resviz.cli import networks
from resviz.cli.command import Command, Texts
from resviz.draw import figure
from resviz.draw.formats import ENDINGS, save


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", required=True, metavar="FIGURE", help=f"ends in {', '.join(ENDINGS)}")
    parser.add_argument("--view", choices=figure.VIEWS, default="graph")
    parser.add_argument("--level", choices=figure.LEVELS, default="block")
    parser.add_argument("--theme", choices=tuple(figure.THEMES), default="light")


def run(options: argparse.Namespace, texts: Texts) -> int:
    spec = networks.one(options, texts)
    save(Path(options.output), spec.node(), spec.title(), options.view, options.level, options.theme)
    return 0


COMMAND = Command("draw", 5, "draw the network into a file", run, options, takes_network=True)
