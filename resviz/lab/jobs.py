"""An experiment under way or done: a folder like a run's, kept with the run that it is about.

`RUN/lab/NAME-KEY/{config.json, metrics.jsonl, log.txt}`; of untrained networks in `fresh/lab`. The key is a hash of
the network, its weights' epoch and the settings: the same question finds the same answer again.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from resviz.core.files import write_json
from resviz.core.spec import NetSpec
from resviz.lab.errors import LabError
from resviz.lab.experiments import EXPERIMENTS, Experiment
from resviz.lab.settings import Settings
from resviz.lab.subject import Subject
from resviz.runs import queue, store
from resviz.runs.journal import Row
from resviz.runs.store import ALIVE, LAB, Run
from resviz.train.sources import locate
from resviz.views.paths import units

WORKER = "resviz.lab.worker"


@dataclass(frozen=True)
class Job:
    """One experiment with its settings, on one subject."""

    name: str
    subject: Subject
    settings: Settings

    @property
    def experiment(self) -> Experiment:
        return EXPERIMENTS[self.name].thing

    def config(self) -> dict[str, object]:
        """Everything that the answer depends on."""
        about = {"experiment": self.name, "version": self.experiment.version, "settings": self.settings.json()}
        return {**about, **self.subject.json()}

    def run(self) -> Run:
        """Its folder, whether it is there or not."""
        key = hashlib.sha256(json.dumps(self.config(), sort_keys=True).encode()).hexdigest()[:12]
        home = self.subject.run.path if self.subject.run else store.runs_folder() / store.FRESH
        return Run(home / LAB / f"{self.name}-{key}")

    def check(self) -> None:
        """Raise LabError or DataError where the experiment is not possible with the network or its data."""
        if self.experiment.trained:
            locate(self.subject.recipe.data, self.subject.recipe.data_dir)
        if self.experiment.needs_units:
            refuse_unitless(self.subject.spec)


def has_units(spec: NetSpec) -> bool:
    """Whether the network has units to take apart."""
    return bool(units(spec.node()))


def refuse_unitless(spec: NetSpec) -> None:
    """Raise LabError for a network that has no units to take apart."""
    if not has_units(spec):
        raise LabError(
            f"{spec.title()} has no units, so there is nothing to remove or to go round: "
            "take a residual, highway or plain network, such as resnet20"
        )


def begun(job: Job) -> bool:
    """Whether there is an answer already, or one is being worked out."""
    run = job.run()
    return (run.path / "config.json").is_file() and run.state() in (*ALIVE, "finished")


def begin(job: Job) -> Run:
    """Start the experiment in a process of its own, unless it is under way or done.

    Raises LabError, DataError or RunError.
    """
    job.check()
    run = job.run()
    if begun(job):
        return run
    _clear(run.path)
    run.path.mkdir(parents=True)
    title = f"{EXPERIMENTS[job.name].title} of {job.subject.title()}"
    about = {"title": title, "created": datetime.now(UTC).isoformat(timespec="seconds"), **job.config()}
    write_json(run.path / "config.json", about)
    descriptor = queue.draw(run.home, queue.experiments().kind, run.id)
    try:
        store.start(run, WORKER, (descriptor,))
    finally:
        os.close(descriptor)
    return run


def results(run: Run) -> list[Row]:
    """The rows that are results, so far."""
    return [row for row in store.rows(run)[0] if row.get("kind") == "result"]


def progress(run: Run) -> float:
    """The share that is done, from 0 to 1."""
    shares = [row["progress"] for row in store.rows(run)[0] if isinstance(row.get("progress"), (int, float))]
    return float(str(shares[-1])) if shares else 0.0


def _clear(folder: Path) -> None:
    """Take an unfinished try out of the way; a part of it may be removed by another at the same time."""
    if folder.exists():
        shutil.rmtree(folder, ignore_errors=True)
