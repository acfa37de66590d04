"""The process of one training: `python -m resviz.train.worker RUN_FOLDER` trains what its config.json says."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Iterator

from resviz.core.knob import SpecError
from resviz.core.net import ShapeError
from resviz.runs import queue, store
from resviz.runs.journal import Row
from resviz.runs.process import Watch, serve, turn
from resviz.train.errors import TrainError
from resviz.train.recipe import recipe_of


def rows(run: store.Run, watch: Watch, log: logging.Logger) -> Iterator[Row]:
    """Wait for its turn, see no other GPU than its own from then on, train, and give the rows."""
    wanted = queue.places(recipe_of(run.config()["recipe"]).device)
    place = turn(run, wanted, watch, log)
    if wanted.kind == "gpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = place
    # torch takes seconds to import: by now the lock is held, and a signal or a failing import is seen to
    job = importlib.import_module("resviz.train.job")
    yield from job.perform(run, watch, log)


if __name__ == "__main__":
    sys.exit(serve("resviz.train.worker", sys.argv[1:], rows, (SpecError, ShapeError, TrainError)))
