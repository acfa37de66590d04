"""The process of one training: `python -m resviz.train.worker RUN_FOLDER` trains what its config.json says."""

from __future__ import annotations

import importlib
import logging
import sys
from collections.abc import Iterator

from resviz.core.knob import SpecError
from resviz.core.net import ShapeError
from resviz.runs import store
from resviz.runs.journal import Row
from resviz.runs.process import Watch, serve
from resviz.train.errors import TrainError


def rows(run: store.Run, watch: Watch, log: logging.Logger) -> Iterator[Row]:
    """Train, and give the rows."""
    # torch takes seconds to import: by now the lock is held, and a signal or a failing import is seen to
    job = importlib.import_module("resviz.train.job")
    yield from job.perform(run.config(), run.checkpoint, log, watch)


if __name__ == "__main__":
    sys.exit(serve("resviz.train.worker", sys.argv[1:], rows, (SpecError, ShapeError, TrainError)))
