"""The process of one experiment: `python -m resviz.lab.worker FOLDER` does what its config.json says."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Iterator
from typing import Any

from resviz.core.knob import SpecError
from resviz.core.net import ShapeError
from resviz.lab import subject
from resviz.lab.errors import LabError
from resviz.lab.experiments import EXPERIMENTS
from resviz.runs import queue, store
from resviz.runs.journal import Row
from resviz.runs.process import Watch, serve, turn
from resviz.train.errors import TrainError


def rows(run: store.Run, watch: Watch, log: logging.Logger) -> Iterator[Row]:
    """Wait for its turn, do the experiment, and give its rows: "start", "progress" and "result"."""
    config: dict[str, Any] = run.config()
    experiment = EXPERIMENTS[config["experiment"]].thing
    settings = experiment.settings.of(config["settings"])
    log.info("%s: %s", config["title"], settings.title())
    watch()
    turn(run, queue.experiments(), watch, log)
    yield {"kind": "start", "spec": config["spec"]}
    # torch takes seconds to import: by now the lock is held, and a signal or a failing import is seen to
    module = importlib.import_module(experiment.module)
    yield from module.rows(subject.from_json_object(config), settings, watch)


if __name__ == "__main__":
    sys.exit(serve("resviz.lab.worker", sys.argv[1:], rows, (SpecError, ShapeError, TrainError, LabError)))
