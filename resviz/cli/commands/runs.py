"""`resviz runs`: the training runs, the newest first."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from resviz.cli.command import Command, Texts
from resviz.cli.flags import refuse_knobs
from resviz.cli.networks import ledger_options
from resviz.runs import store
from resviz.runs.status import status


def run(options: argparse.Namespace, texts: Texts) -> int:
    refuse_knobs(texts)
    runs = store.listed()
    if options.format == "json":
        print(json.dumps([{"id": run.id, **run.config(), **asdict(status(run))} for run in runs]))
        return 0
    for run in runs:
        print(f"{run.id}  {run.state():<12} {run.config()['title']}")
    return 0


COMMAND = Command("runs", 11, "list the training runs", run, ledger_options)
