"""`resviz presets`: the networks that people know by name."""

from __future__ import annotations

import argparse
import json

from resviz.cli.command import Command, Texts
from resviz.cli.flags import refuse_knobs
from resviz.cli.networks import ledger_options
from resviz.zoo.families import PRESETS


def run(options: argparse.Namespace, texts: Texts) -> int:
    refuse_knobs(texts)
    if options.format == "json":
        found = [{"name": e.name, "title": e.title, "cite": e.cite, "family": e.thing.family, "knobs": e.thing.knobs}
                 for e in PRESETS]  # fmt: skip
        print(json.dumps(found))
        return 0
    for entry in PRESETS:
        print(f"{entry.name:<20} {entry.title:<36} {entry.cite}")
    return 0


COMMAND = Command("presets", 12, "list the presets", run, ledger_options)
