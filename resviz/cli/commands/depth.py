"""`resviz depth`: which layers make the depth, and what is not counted."""

from __future__ import annotations

import argparse

from resviz.cli import networks
from resviz.cli.command import Command, Texts
from resviz.views import depth


def run(options: argparse.Namespace, texts: Texts) -> int:
    return networks.print_ledger(options, texts, lambda node: depth.ledger(node).json(), depth.text)


COMMAND = Command("depth", 4, "print which layers make the depth", run, networks.ledger_options, takes_network=True)
