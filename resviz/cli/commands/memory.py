"""`resviz memory`: what training and inference need in memory, and the largest batch that fits."""

from __future__ import annotations

import argparse

from resviz.cli import networks
from resviz.cli.command import Command, Texts
from resviz.views import memory
from resviz.views.memory import Plan


def run(options: argparse.Namespace, texts: Texts) -> int:
    own, others = COMMAND.own(texts, Plan)
    plan = Plan.of_text(own)
    return networks.print_ledger(
        options,
        others,
        lambda node: memory.document(node, plan),
        lambda title, node: memory.text(title, node, plan),
    )


COMMAND = Command(
    "memory", 3, "print what training and inference need in memory", run, networks.ledger_options,
    takes_network=True, knobs=(("the memory", Plan),),
)  # fmt: skip
