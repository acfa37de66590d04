"""`resviz experiments`: those that were begun, the newest first; or one shown, stopped, gone on with, deleted."""

from __future__ import annotations

import argparse
import json

from resviz.cli import outcome
from resviz.cli.command import Command, Texts
from resviz.cli.flags import refuse_knobs
from resviz.cli.networks import ledger_options
from resviz.core.knob import SpecError
from resviz.experiments import record
from resviz.experiments.record import Experiment
from resviz.experiments.results import document, results


def options(parser: argparse.ArgumentParser) -> None:
    ledger_options(parser)
    parser.add_argument("experiment_id", nargs="?", metavar="ID", help="its table and verdict, or what is to be done")
    do = parser.add_mutually_exclusive_group()
    do.add_argument("--go-on", action="store_true", help="start what was never started, stopped or killed")
    do.add_argument("--stop", action="store_true", help="ask every run of it to end")
    do.add_argument("--delete", action="store_true", help="remove it and its runs")


def run(options: argparse.Namespace, texts: Texts) -> int:
    refuse_knobs(texts)
    if options.experiment_id is None:
        if options.go_on or options.stop or options.delete:
            raise SpecError("name the experiment that is meant: resviz experiments lists them")
        return _list(options.format == "json")
    chosen = record.find(options.experiment_id)
    if options.go_on:
        record.go_on(chosen)
    if options.stop:
        record.stop(chosen)
    if options.delete:
        record.delete(chosen)
        return 0
    arms = results(chosen)
    print(json.dumps(document(chosen, arms)) if options.format == "json" else outcome.table(chosen, arms))
    return 0


def _list(as_json: bool) -> int:
    found = record.listed()
    if as_json:
        print(json.dumps([{"id": each.id, "state": _state(each), "design": each.design.json()} for each in found]))
        return 0
    for each in found:
        print(f"{each.id}  {_state(each):<12} {each.design.title}")
    return 0


def _state(experiment: Experiment) -> str:
    return "running" if experiment.alive() else "over"


COMMAND = Command("experiments", 8.6, "list the experiments; show, stop, go on with or delete one", run, options)
