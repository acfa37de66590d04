"""`resviz table`: parameters, MACs, shapes by stage, block or operation, and how each number comes about."""

from __future__ import annotations

import argparse
import sys

from resviz.cli import networks
from resviz.cli.command import Command, Texts
from resviz.core.knob import SpecError
from resviz.export.table import TABLES
from resviz.views import formulas, tables
from resviz.zoo.families import to_json


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=(*TABLES.names(), "json"), default="text")
    parser.add_argument("--by", choices=tables.LEVELS, default="op")
    parser.add_argument("--formulas", action="store_true", help="how each number comes about, in place of the table")


def run(options: argparse.Namespace, texts: Texts) -> int:
    if options.formulas and options.format != "text":
        raise SpecError(f"formulas are text alone: leave out --formulas or --format {options.format}")
    if options.format == "json":
        networks.print_json(options, texts, lambda spec: tables.document(to_json(spec), spec.title(), spec.node()))
        return 0
    for spec in networks.several(options, texts):
        node = spec.node()
        if options.formulas:
            sys.stdout.write(formulas.text(spec.title(), node, options.by))
        else:
            write = TABLES[options.format].thing
            sys.stdout.write(write(spec.title(), tables.rows(node, options.by), tables.totals(node)))
    return 0


COMMAND = Command("table", 1, "print parameters, MACs, shapes …", run, options, takes_network=True)
