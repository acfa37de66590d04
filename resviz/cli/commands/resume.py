"""`resviz resume`: let a run that was killed, stopped or failed go on after its last finished epoch."""

from __future__ import annotations

import argparse

from resviz.cli.command import Command, Texts
from resviz.cli.flags import refuse_knobs
from resviz.cli.follow import follow
from resviz.runs import store
from resviz.train.launch import go_on


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run_id", metavar="RUN", help="resviz runs lists them")
    parser.add_argument("--json", action="store_true", help="one line of JSON an epoch, and a last one")


def run(options: argparse.Namespace, texts: Texts) -> int:
    refuse_knobs(texts)
    chosen = store.find(options.run_id)
    go_on(chosen)
    return follow(chosen, options.json)


COMMAND = Command("resume", 11.5, "let a run go on after its last finished epoch", run, options)
