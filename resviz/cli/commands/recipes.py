"""`resviz recipes`: the recipes by name, with the knobs in which they differ from the defaults."""

from __future__ import annotations

import argparse
import json

from resviz.cli.command import Command, Texts
from resviz.cli.flags import refuse_knobs
from resviz.cli.networks import ledger_options
from resviz.train.recipe import Recipe
from resviz.train.recipes import RECIPES


def run(options: argparse.Namespace, texts: Texts) -> int:
    refuse_knobs(texts)
    if options.format == "json":
        print(json.dumps([
            {"name": entry.name, "title": entry.title, "cite": entry.cite, "note": entry.note,
             "recipe": Recipe.of_text(entry.thing).json()}
            for entry in RECIPES
        ]))  # fmt: skip
        return 0
    for entry in RECIPES:
        print(f"{entry.name:<22} {entry.note} ({entry.cite})")
        flags = " ".join(f"--{name.replace('_', '-')} {text}" for name, text in entry.thing.items())
        if flags:
            print(f"{'':<22} {flags}")
    return 0


COMMAND = Command("recipes", 10.5, "list the recipes of papers and tutorials", run, ledger_options)
