"""The process of one training: `python -m resviz.train.worker RUN_FOLDER` trains what its config.json says.

Several processes train one network by `torchrun --nproc-per-node N -m resviz.train.worker RUN_FOLDER`: the first of
them is the run's process, the others take part. Such a team does not wait in the queue. `resviz train --prepare` makes
the folder; a run that was stopped or killed goes on.
"""

from __future__ import annotations

import importlib
import logging
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from resviz.core.knob import SpecError
from resviz.core.net import ShapeError
from resviz.runs import queue, store
from resviz.runs.journal import Row
from resviz.runs.process import StoppedError, Watch, asked, serve, turn
from resviz.train.errors import TrainError
from resviz.train.recipe import recipe_of

PROG = "resviz.train.worker"
SENTENCES = (SpecError, ShapeError, TrainError)


def rows(run: store.Run, watch: Watch, log: logging.Logger) -> Iterator[Row]:
    """Wait for its turn, see no other GPU than its own from then on, train, and give the rows."""
    if not _in_team() and not os.environ.get(queue.GIVEN):
        _take_place(run, watch, log)
    # torch takes seconds to import: by now the lock is held, and a signal or a failing import is seen to
    job = importlib.import_module("resviz.train.job")
    yield from job.perform(run, watch, log)


def _take_place(run: store.Run, watch: Watch, log: logging.Logger) -> None:
    wanted = queue.places(recipe_of(run.config()["recipe"]).device)
    place = turn(run, wanted, watch, log)
    if wanted.kind == "gpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = place


def take_part(folder: Path) -> int:
    """Train along with the team's first process; what goes wrong is that one's to say, and when to stop."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    job = importlib.import_module("resviz.train.job")
    try:
        job.take_part(store.Run(folder.absolute()))
    except (StoppedError, *SENTENCES):
        return 0
    except RuntimeError as error:
        # the first has ended, and its connections with it
        print(f"a member of the team ends: {error}", file=sys.stderr)
    return 0


def _in_team() -> bool:
    return int(os.environ.get("WORLD_SIZE", "1")) > 1


if __name__ == "__main__":
    if int(os.environ.get("RANK", "0")) > 0:
        sys.exit(take_part(asked(PROG).parse_args().folder))
    sys.exit(serve(PROG, sys.argv[1:], rows, SENTENCES))
