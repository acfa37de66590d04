"""`resviz cost`: what each convention and tool counts, and which of them gives a number that somebody read."""

from __future__ import annotations

import argparse

from resviz.cli import networks
from resviz.cli.command import Command, Texts
from resviz.views import conventions, why


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--why", metavar="NUMBER", help='explain a number that a tool or a paper says, such as "4.11 G"'
    )
    networks.ledger_options(parser)


def run(options: argparse.Namespace, texts: Texts) -> int:
    if options.why is None:
        return networks.print_ledger(options, texts, conventions.document, conventions.text)
    return networks.print_ledger(
        options,
        texts,
        lambda node: {**conventions.document(node), "why": why.why(options.why, node).json()},
        lambda title, node: why.text(title, node, options.why),
    )


COMMAND = Command("cost", 2, "print what each convention and tool counts", run, options, takes_network=True)
