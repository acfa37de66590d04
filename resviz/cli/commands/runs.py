"""`resviz runs`: the training runs, the newest first; or one of them named, pinned, stopped or deleted."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict

from resviz.cli.command import Command, Texts
from resviz.cli.flags import refuse_knobs
from resviz.cli.networks import ledger_options
from resviz.core.knob import SpecError
from resviz.runs import shelf, store
from resviz.runs.status import status
from resviz.runs.store import Run


def options(parser: argparse.ArgumentParser) -> None:
    ledger_options(parser)
    parser.add_argument("run_id", nargs="?", metavar="RUN", help="what is to be done is done to this one")
    parser.add_argument("--name", metavar="TEXT", help="give it a name; an empty one takes it away")
    parser.add_argument("--pin", action=argparse.BooleanOptionalAction, help="keep it from being deleted")
    parser.add_argument("--stop", action="store_true", help="ask it to end after the batch at hand")
    parser.add_argument("--delete", action="store_true", help="stop it and remove its folder")


def run(options: argparse.Namespace, texts: Texts) -> int:
    refuse_knobs(texts)
    if options.run_id is not None:
        chosen = store.find(options.run_id)
        _do(chosen, options)
        runs = [] if options.delete else [chosen]
    elif options.name is not None or options.pin is not None or options.stop or options.delete:
        raise SpecError("name the run that is meant: resviz runs lists them")
    else:
        runs = store.listed()
    failed = 0 if all(shelf.about(run).readable for run in runs) else 1
    if options.format == "json":
        print(json.dumps([_document(run) for run in runs]))
        return failed
    for each in runs:
        print(_line(each))
    if options.run_id is None and runs:
        words = "1 run takes" if len(runs) == 1 else f"{len(runs)} runs take"
        print(f"{words} {shelf.gigabytes(shelf.used())} of {shelf.gigabytes(shelf.allowed())}")
    return failed


def _do(run: Run, options: argparse.Namespace) -> None:
    """What the options ask for; raises RunError."""
    if options.name is not None:
        shelf.rename(run, options.name)
    if options.pin is not None:
        shelf.pin(run, options.pin)
    if options.stop:
        store.stop(run)
    if options.delete:
        shelf.delete(run)


def _document(run: Run) -> dict[str, object]:
    about = shelf.about(run)
    config = run.config() if about.readable else {"title": about.title}
    return {"id": run.id, **config, **asdict(status(run)), **asdict(shelf.label(run)), "ahead": run.ahead()}


def _line(run: Run) -> str:
    said, ahead = shelf.label(run), run.ahead()
    state = f"waiting ({ahead})" if ahead else run.state()
    pinned = "  pinned" if said.pinned else ""
    return f"{run.id}  {state:<12} {said.name or shelf.about(run).title}{pinned}"


COMMAND = Command("runs", 11, "list the training runs; name, pin, stop or delete one", run, options)
