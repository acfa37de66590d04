"""`resviz explain`: what the network is, what papers report of it, and the lessons about it."""

from __future__ import annotations

import argparse
import sys

from resviz.cli import networks
from resviz.cli.command import Command, Texts
from resviz.export import explanation


def run(options: argparse.Namespace, texts: Texts) -> int:
    if options.format == "json":
        networks.print_json(options, texts, explanation.document)
    else:
        sys.stdout.write("\n".join(explanation.text(spec) for spec in networks.several(options, texts)))
    return 0


COMMAND = Command(
    "explain", 9, "say what the network is, what papers report of it, and why it is so", run,
    networks.ledger_options, takes_network=True,
)  # fmt: skip
