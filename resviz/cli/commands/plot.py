"""`resviz plot`: the curves of one or several runs as a figure."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from resviz.cli.command import Command, Texts
from resviz.cli.flags import refuse_knobs
from resviz.core.knob import SpecError
from resviz.draw import raster
from resviz.draw.curves import Series, curves
from resviz.draw.theme import THEMES
from resviz.runs import store

QUANTITIES = {
    "error": (("train_error", "training"), ("test_error", "test")),
    "loss": (("train_loss", "training"), ("test_loss", "test")),
}
FILES: Mapping[str, Callable[[str], bytes]] = {
    ".svg": str.encode,
    ".pdf": raster.pdf,
    ".png": lambda svg: raster.png(svg, 3.0),
}


def options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", nargs="+", metavar="RUN", help="see resviz runs")
    parser.add_argument("-o", "--output", required=True, metavar="FIGURE", help=f"ends in {', '.join(FILES)}")
    parser.add_argument("--of", choices=tuple(QUANTITIES), default="error")
    parser.add_argument("--theme", choices=tuple(THEMES), default="light")


def run(options: argparse.Namespace, texts: Texts) -> int:
    refuse_knobs(texts)
    file = Path(options.output)
    if file.suffix.lower() not in FILES:
        raise SpecError(f"{file.name} ends in no format of plots: it may end in {', '.join(FILES)}")
    found = [store.find(name) for name in options.runs]
    lines = [line for one in found for line in _series(one, options.of)]
    title = found[0].config()["title"] if len(found) == 1 else f"{len(found)} runs"
    svg = curves(lines, "epoch", options.of, THEMES[options.theme], str(title))
    file.write_bytes(FILES[file.suffix.lower()](svg))
    return 0


def _series(run: store.Run, quantity: str) -> list[Series]:
    """The run's curves of a quantity, in training and test, as far as its rows have them."""
    rows = [row for row in store.rows(run)[0] if row.get("kind") == "epoch"]
    found = []
    for name, words in QUANTITIES[quantity]:
        points = [(float(str(row["epoch"])), float(str(row[name]))) for row in rows if row.get(name) is not None]
        if points:
            found.append(Series(f"{run.config()['title']}, {words} ({run.id})", tuple(points)))
    return found


COMMAND = Command("plot", 11.5, "draw the curves of runs into a file", run, options)
