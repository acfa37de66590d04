"""`resviz train`: train a network in a process of its own, and follow it epoch by epoch."""

from __future__ import annotations

import argparse

from resviz.cli import networks
from resviz.cli.command import Command, Texts
from resviz.cli.follow import follow
from resviz.train.launch import launch, prepare
from resviz.train.recipe import Recipe
from resviz.train.recipes import RECIPES, recipe


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--recipe", metavar="NAME", default="digits", help=f"a paper's: {', '.join(RECIPES.names())}; "
                        "its knobs can be turned by flags")  # fmt: skip
    parser.add_argument("--prepare", action="store_true", help="only make the run's folder, for torchrun, and print it")
    parser.add_argument("--json", action="store_true", help="one line of JSON an epoch, and a last one")


def run(options: argparse.Namespace, texts: Texts) -> int:
    own, others = COMMAND.own(texts, Recipe)
    asked = recipe(options.recipe, own)
    spec = networks.one(options, others)
    if options.prepare:
        print(prepare(spec, asked).path)
        return 0
    return follow(launch(spec, asked), options.json)


COMMAND = Command(
    "train", 7, "train the network and keep the run", run, options, takes_network=True,
    knobs=(("the training", Recipe),),
)  # fmt: skip
