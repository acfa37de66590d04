"""`resviz code`: the network as a stand-alone PyTorch file."""

from __future__ import annotations

import argparse

from resviz.cli import figures, networks
from resviz.cli.command import Command, Texts
from resviz.export.export import Job
from resviz.export.formats import pytorch


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", metavar="FILE", help="otherwise it is printed")


def run(options: argparse.Namespace, texts: Texts) -> int:
    return figures.deliver(pytorch.EXPORT, Job((networks.one(options, texts),)), options.output)


COMMAND = Command("code", 6, "write the network as a stand-alone PyTorch file", run, options, takes_network=True)
