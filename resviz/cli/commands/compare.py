"""`resviz compare`: networks side by side, in numbers or as a figure; and a network made to cost what another does."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from resviz.cli import figures
from resviz.cli.command import Command, Texts
from resviz.cli.flags import refuse_knobs
from resviz.core.spec import NetSpec
from resviz.export import formats
from resviz.export.export import Job, by_ending
from resviz.export.figure import Figure
from resviz.views import compare, tables
from resviz.zoo.comparisons import COMPARISONS, compared
from resviz.zoo.families import from_text


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "networks", nargs="+", metavar="NETWORK|COMPARISON",
        help=f"such as resnet50 or resnet:depth=34:shortcut=A; or one of {', '.join(COMPARISONS.names())}",
    )  # fmt: skip
    endings = ", ".join(export.ending for export in formats.found().values() if export.kind == "figure")
    parser.add_argument("-o", "--output", metavar="FIGURE", help=f"ends in {endings}")
    parser.add_argument("--fold", action="store_true", help="draw runs of equal units once")
    parser.add_argument("--unmarked", action="store_true", help="draw no marks around what differs")
    parser.add_argument("--match", choices=tuple(compare.QUANTITIES), help="make the others cost what the first does")
    parser.add_argument("--by", choices=compare.MATCHING, default="", help="the knob that a match turns")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(options: argparse.Namespace, texts: Texts) -> int:
    own, others = COMMAND.own(texts, Figure)
    refuse_knobs(others)
    specs = [from_text(text) for text in compared(tuple(options.networks))]
    if options.match:
        specs = _matched(specs, options.match, options.by)
    if options.output:
        folded = {} if "folded" in own else {"folded": "true" if options.fold else "false"}
        marked = {"marked": "false"} if options.unmarked else {}
        figure = Figure.of_text({"style": "column", **folded, **marked, **own})
        export = by_ending(formats.found(), Path(options.output), "figure")
        return figures.deliver(export, Job(tuple(specs), figure), options.output)
    if options.format == "json":
        print(json.dumps(compare.document(specs)))
    else:
        sys.stdout.write(compare.text(specs))
    return 0


def _matched(specs: list[NetSpec], quantity: compare.Quantity, by: str) -> list[NetSpec]:
    """The networks, all but the first turned to cost what the first does; how near they come goes to stderr."""
    target = getattr(tables.costs(specs[0].node()), quantity)
    matches = [compare.match(spec, target, quantity, by) for spec in specs[1:]]
    for match in matches:
        print(f"{match.spec.title()}: {match.sentence(quantity)}", file=sys.stderr)
    return [specs[0], *(match.spec for match in matches)]


COMMAND = Command(
    "compare", 8, "put networks side by side: numbers, or a figure with -o", run, options,
    knobs=(("the figure", Figure),),
)  # fmt: skip
