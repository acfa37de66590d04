"""What the commands of the lab share: which networks, the process and its progress, and the results as they are asked.

A network is named by its run, or as everywhere else; then it is one that is not trained.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resviz.cli.command import Command, Texts
from resviz.core.knob import SpecError, knob
from resviz.core.spec import Spec
from resviz.draw import chart
from resviz.draw.theme import THEMES
from resviz.lab import jobs, subject
from resviz.lab.experiments import EXPERIMENTS
from resviz.lab.jobs import Job
from resviz.lab.names import by_name, run_of, untrained
from resviz.lab.subject import Subject
from resviz.runs import store
from resviz.runs.store import Run
from resviz.views.lab import views
from resviz.views.lab.view import Series, View, as_csv, as_text, whole_chart
from resviz.zoo.families import named

DATA = ("data", "data_dir")


@dataclass(frozen=True)
class Outcome:
    """An experiment that has ended: the network's title, its rows, and how it went."""

    series: Series
    run: Run


@dataclass(frozen=True)
class Look(Spec):
    """How the chart looks that is written into a file."""

    theme: str = knob("light", "Theme", "the colours of the chart", choices=tuple(THEMES))
    show: str = knob("", "Shown", "what a chart with several choices shows")

    def title(self) -> str:
        return f"{self.show or 'chart'}, {self.theme}"

    def refuse_unknown(self, view: View) -> None:
        """Raise SpecError where the view's chart does not have the choice."""
        if self.show and self.show not in view.choices:
            possible = f"choose {', '.join(view.choices)}" if view.choices else "this chart has no choices"
            raise SpecError(f"show {self.show} is not possible: {possible}")


def command(name: str, rank: float) -> Command:
    """The command of the experiment of that name."""
    entry = EXPERIMENTS[name]

    def run(options: argparse.Namespace, texts: Texts) -> int:
        own, others = made.own(texts, entry.thing.settings)
        looks, others = made.own(others, Look)
        settings, look = entry.thing.settings.of_text(own), Look.of_text(looks)
        look.refuse_unknown(views()[name])
        if options.output:
            chart.refuse_unknown(Path(options.output))
        found = subjects(options.networks, others, trained=entry.thing.trained)
        titled = zip(found, subject.titles(found))
        return _report(name, [_outcome(Job(name, each, settings), title) for each, title in titled], options, look)

    made = Command(
        name, rank, f"{entry.title[:1].lower()}{entry.title[1:]}: {entry.note}", run, _options,
        knobs=(("the experiment", entry.thing.settings), ("the chart", Look)),
    )  # fmt: skip
    return made


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "networks", nargs="+", metavar="RUN|NETWORK",
        help=f"a run ({store.LAST}: the newest; see resviz runs), or a network such as resnet20, then not trained",
    )  # fmt: skip
    parser.add_argument("--format", choices=("text", "json", "csv"), default="text")
    parser.add_argument("-o", "--output", metavar="FIGURE", help=f"ends in {', '.join(chart.WRITERS)}")


def subjects(names: Sequence[str], texts: Texts, *, trained: bool) -> list[Subject]:
    """What the names stand for; knobs as flags go to a single network. Raises LabError, SpecError or RunError."""
    runs = [run_of(name) for name in names]
    data = {name: texts[name] for name in DATA if name in texts}
    knobs = {name: text for name, text in texts.items() if name not in data}
    if knobs and (len(names) > 1 or runs[0] is not None):
        raise SpecError(f"--{next(iter(knobs)).replace('_', '-')} goes with a single network that is no run")
    if data and any(runs):
        raise SpecError("--data goes with networks that are not trained: a run has its own data")
    if knobs:
        return [untrained(named(names[0], knobs), trained=trained, **data)]
    return [by_name(name, trained=trained, **data) for name in names]


def _outcome(job: Job, title: str) -> Outcome:
    """Do the experiment, or take the answer that is there; Ctrl-C stops it."""
    run = jobs.begin(job)
    try:
        for row in store.follow(run):
            _tell(row, job)
    except KeyboardInterrupt:
        store.stop(run)
        raise
    return Outcome(Series(title, jobs.results(run)), run)


def _tell(row: dict[str, Any], job: Job) -> None:
    """The progress on a terminal; nothing where errors go to a file."""
    if "progress" in row and sys.stderr.isatty():
        end = "\n" if row["progress"] >= 1 and row.get("last") else ""
        print(f"\r{job.subject.spec.title()}: {100 * row['progress']:.0f} %", end=end, file=sys.stderr, flush=True)


def _report(name: str, outcomes: list[Outcome], options: argparse.Namespace, look: Look) -> int:
    series = [outcome.series for outcome in outcomes]
    view = views()[name]
    if options.output:
        chart.save(Path(options.output), whole_chart(view, series, THEMES[look.theme], look.show))
    writers: dict[str, Callable[[], str]] = {
        "text": lambda: as_text(view, series),
        "csv": lambda: as_csv(series),
        "json": lambda: json.dumps([_document(outcome) for outcome in outcomes]) + "\n",
    }
    sys.stdout.write(writers[options.format]())
    failed = [outcome for outcome in outcomes if outcome.run.state() != "finished"]
    for outcome in failed:
        print(f"resviz: {outcome.series.title}: {outcome.run.message() or outcome.run.state()}", file=sys.stderr)
    return 1 if failed else 0


def _document(outcome: Outcome) -> dict[str, object]:
    config = outcome.run.config()
    about = {name: config[name] for name in ("title", "experiment", "settings", "spec", "run", "epoch")}
    return {**about, "folder": str(outcome.run.path), "state": outcome.run.state(), "rows": outcome.series.rows}
