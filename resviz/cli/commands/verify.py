"""`resviz verify`: what is counted against what torch builds."""

from __future__ import annotations

import argparse
from contextlib import closing

from resviz.cli import networks
from resviz.cli.command import Command, Texts
from resviz.nn.client import Torch
from resviz.views import checked


def run(options: argparse.Namespace, texts: Texts) -> int:
    agreed = True
    with closing(Torch()) as torch:
        for spec in networks.several(options, texts):
            result = torch.verify(spec)
            agreed = agreed and result["ok"]
            print("\n  ".join([f"{spec.title()}: {checked.line(result)}", *result["mismatches"]]))
    return 0 if agreed else 1


COMMAND = Command(
    "verify", 10, "compare what is counted with what torch builds; exit 1 where they differ", run, takes_network=True
)
