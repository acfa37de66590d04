"""`resviz train`: train a network in a process of its own, and follow it epoch by epoch."""

from __future__ import annotations

import argparse
import json
import sys

from resviz.cli import networks
from resviz.cli.command import Command, Texts
from resviz.runs import store
from resviz.train.launch import launch
from resviz.train.recipe import Recipe


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one line of JSON an epoch, and a last one")


def run(options: argparse.Namespace, texts: Texts) -> int:
    own, others = COMMAND.own(texts, Recipe)
    recipe = Recipe.of_text(own)
    begun = launch(networks.one(options, others), recipe)
    try:
        return _follow(begun, options.json)
    except KeyboardInterrupt:
        store.stop(begun)
        raise


def _follow(run: store.Run, as_json: bool) -> int:
    last: dict[str, object] = {}
    for row in store.follow(run):
        if row["kind"] == "epoch":
            last = row
            print(json.dumps(row) if as_json else _epoch(row), flush=True)
    state = run.state()
    accuracy = 1.0 - float(str(last["test_error"])) if last else None
    if as_json:
        print(json.dumps({"run": run.id, "state": state, "test_accuracy": accuracy, "message": run.message()}))
    else:
        print(f"{run.id}: {state}" + (f", test accuracy {accuracy:.4f}" if accuracy is not None else ""))
    if state in ("finished", "stopped"):
        return 0
    print(f"resviz: {run.message()}", file=sys.stderr)
    return 1


def _epoch(row: dict[str, object]) -> str:
    return (
        f"epoch {row['epoch']:>4}  training loss {row['train_loss']:.4f}  error {row['train_error']:.4f}  "
        f"test error {row['test_error']:.4f}  {row['images_per_second']:,.0f} images/s"
    )


COMMAND = Command(
    "train", 7, "train the network and keep the run", run, options, takes_network=True,
    knobs=(("the training", Recipe),),
)  # fmt: skip
