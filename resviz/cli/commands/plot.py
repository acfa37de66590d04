"""`resviz plot`: the curves of one or several runs as a figure."""

from __future__ import annotations

import argparse
from pathlib import Path

from resviz.cli.command import Command, Texts
from resviz.cli.flags import refuse_knobs
from resviz.draw import chart
from resviz.draw.theme import THEMES
from resviz.runs import shelf, store
from resviz.runs.status import kept
from resviz.views import curves


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", nargs="+", metavar="RUN", help="see resviz runs")
    parser.add_argument("-o", "--output", required=True, metavar="FIGURE", help=f"ends in {', '.join(chart.WRITERS)}")
    parser.add_argument("--of", choices=curves.QUANTITIES, default="error")
    parser.add_argument("--theme", choices=tuple(THEMES), default="light")


def run(options: argparse.Namespace, texts: Texts) -> int:
    refuse_knobs(texts)
    found = [store.find(name) for name in options.runs]
    lines = [curve for each in found for curve in _curves(each, options.of)]
    title = shelf.about(found[0]).title if len(found) == 1 else f"{len(found)} runs"
    chart.save(Path(options.output), curves.chart({options.of: lines}, THEMES[options.theme], title))
    return 0


def _curves(run: store.Run, quantity: str) -> list[curves.Curve]:
    title = shelf.label(run).name or f"{shelf.about(run).title} ({run.id})"
    return curves.of_rows(title, kept(store.rows(run)[0]), quantity)


COMMAND = Command("plot", 11.6, "draw the curves of runs into a file", run, options)
