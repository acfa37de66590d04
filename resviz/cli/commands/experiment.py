"""`resviz experiment`: several trainings as one, a paper's or one's own, with a table and a verdict at the end."""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace

from resviz.cli import outcome
from resviz.cli.command import Command, Texts
from resviz.core.knob import SpecError
from resviz.core.spec import NetSpec
from resviz.experiments import design, record
from resviz.experiments.cluster import Cluster
from resviz.experiments.design import Design
from resviz.experiments.named import EXPERIMENTS, SHORT
from resviz.experiments.record import Experiment
from resviz.experiments.results import document, results
from resviz.runs import store
from resviz.train.launch import begin
from resviz.train.recipe import Recipe
from resviz.train.recipes import beside
from resviz.train.recipes import named as named_recipe
from resviz.zoo.families import from_text, to_text

POLL_SECONDS = 0.3


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", nargs="*", metavar="EXPERIMENT|NETWORK", help=f"{', '.join(EXPERIMENTS.names())}; or "
                        "networks such as resnet20 plain:layout=cifar:depth=20")  # fmt: skip
    parser.add_argument("--vary", action="append", default=[], metavar="KNOB=A,B", help="once or twice; lists by ;")
    parser.add_argument("--recipe", metavar="NAME", help="resviz recipes lists them; the default is a minute on digits")
    parser.add_argument("--seeds", metavar="0,1,2", help="each network is trained with each")
    parser.add_argument("--runner", choices=("queue", "ray"), default="queue", help="this machine, or a Ray cluster")
    parser.add_argument("--address", default="", help="of the Ray cluster; without one, Ray on this machine")
    parser.add_argument("--json", action="store_true", help="one line of JSON an arm's epoch, and a last one")


def run(options: argparse.Namespace, texts: Texts) -> int:
    own, others = COMMAND.own(texts, Recipe)
    if not options.what:
        raise SpecError(f"name an experiment, {', '.join(EXPERIMENTS.names())}, or networks and what to vary")
    asked, name = _design(options, others)
    if options.seeds is not None:
        asked = replace(asked, seeds=design.seeds(options.seeds))
    start = asked.recipe if options.recipe is None else named_recipe(options.recipe)
    _refuse_idle(asked, own, options)
    wanted = replace(asked, recipe=beside(start, own))
    wanted.arms()
    cluster = Cluster(options.address) if options.runner == "ray" else None
    begun = record.begin_all(wanted, name, start=cluster.start if cluster else begin)
    try:
        return _follow(begun, options.json, cluster)
    except KeyboardInterrupt:
        record.stop(begun)
        raise
    finally:
        if cluster:
            cluster.leave()


def _refuse_idle(asked: Design, own: Texts, options: argparse.Namespace) -> None:
    """Refuse flags that would do nothing; raises SpecError."""
    if design.SEED in own:
        raise SpecError(f"an experiment takes a list of seeds: give --seeds {own[design.SEED]} in place of --seed")
    if varied := next((name for name, _ in asked.vary if name in own), None):
        flag = varied.replace("_", "-")
        raise SpecError(f"{varied} is what the experiment varies: leave --{flag} out, or give --vary {flag}=A,B")
    if options.address and options.runner != "ray":
        raise SpecError("--address is of a Ray cluster: give --runner ray with it")


def _design(options: argparse.Namespace, texts: Texts) -> tuple[Design, str]:
    """A paper's experiment and its name, or one's own; raises SpecError."""
    first = options.what[0]
    if first in EXPERIMENTS:
        if len(options.what) > 1 or options.vary or texts:
            raise SpecError(f"{first} has its networks and knobs: change its recipe or seeds, or name networks instead")
        return EXPERIMENTS[first].thing, first
    networks = [_network(text) for text in options.what]
    if texts:
        networks = [type(spec).of_text({**spec.chosen(), **texts}) for spec in networks]
    vary = tuple(map(design.varied, options.vary))
    title = " × ".join(name for name, _ in vary) or "Networks"
    return Design(title, tuple(map(to_text, networks)), vary, SHORT), ""


def _network(text: str) -> NetSpec:
    try:
        return from_text(text)
    except SpecError as error:
        raise SpecError(f"{error}; the experiments are {', '.join(EXPERIMENTS.names())}") from None


def _follow(begun: Experiment, as_json: bool, cluster: Cluster | None) -> int:
    """Print each arm's epochs as they come, then table and verdict; 0 if everything was trained to its end."""
    told: dict[str, int] = {}
    while _news(begun, told, as_json) or (cluster and cluster.waiting()):
        time.sleep(POLL_SECONDS)
    arms = results(begun)
    print(json.dumps(document(begun, arms)) if as_json else f"\n{outcome.table(begun, arms)}")
    for arm in arms:
        for message in dict.fromkeys(filter(None, arm.messages)):
            print(f"resviz: {arm.title}: {message}", file=sys.stderr)
    return 0 if all(state == "finished" for arm in arms for state in arm.states) else 1


def _news(begun: Experiment, told: dict[str, int], as_json: bool) -> bool:
    """Print the epochs that were not `told` yet; whether more may come."""
    alive = begun.alive()
    for arm in begun.arms:
        for seed, run in zip(begun.design.seeds, arm.runs, strict=True):
            rows, told[run.id] = store.rows(run, told.get(run.id, 0))
            for row in rows:
                if row["kind"] == "epoch":
                    print(_line(arm.title, seed, row, as_json), flush=True)
    return alive


def _line(title: str, seed: int, row: dict[str, object], as_json: bool) -> str:
    if as_json:
        return json.dumps({"arm": title, "seed": seed, **row})
    return (
        f"{title}, seed {seed}: epoch {row['epoch']:>3}  training error {row['train_error']:.4f}  "
        f"test error {row['test_error']:.4f}"
    )


COMMAND = Command(
    "experiment", 8.5, "train several networks as one experiment, a paper's or your own", run, options,
    knobs=(("the training", Recipe),),
)  # fmt: skip
