"""`resviz code`: the network as a stand-alone PyTorch file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from resviz.cli import networks
from resviz.cli.command import Command, Texts
from resviz.export.source import source


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", metavar="FILE", help="otherwise it is printed")


def run(options: argparse.Namespace, texts: Texts) -> int:
    text = source(networks.one(options, texts))
    if options.output:
        Path(options.output).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


COMMAND = Command("code", 6, "write the network as a stand-alone PyTorch file", run, options, takes_network=True)
