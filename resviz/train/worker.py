"""The process of one run: `python -m resviz.train.worker RUN_FOLDER` trains what its config.json says.

It holds the run's lock for as long as it lives, writes the rows to metrics.jsonl as they come and, last of all, an
"end" row that says how it went. SIGTERM, SIGINT or the run's stop file end it after the batch at hand.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from resviz.core.knob import SpecError
from resviz.core.net import ShapeError
from resviz.runs import lock, store
from resviz.runs.journal import Journal, Row
from resviz.train.errors import TrainError

NICER = 10
"""Added to the process's niceness, so that the page stays quick beside it."""

LONGEST_MESSAGE = 500


class StoppedError(Exception):
    """Somebody asked the run to stop."""


def main(arguments: list[str]) -> int:
    """Train the run; 0 unless it failed."""
    parser = argparse.ArgumentParser(prog="resviz.train.worker")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lock", type=int, help="a descriptor that holds the run's lock already")
    chosen = parser.parse_args(arguments)
    run = store.Run(chosen.folder.absolute())
    if chosen.lock is None:
        try:
            lock.claim(run.lock)
        except FileExistsError:
            parser.error(f"the run {run.id} was started already")
    os.nice(NICER)
    journal = Journal(run.metrics)
    state, message = _outcome(_rows(run, _watch(run)), journal, _log(run))
    journal.write({"kind": "end", "state": state, "message": message[:LONGEST_MESSAGE]})
    journal.sync()
    return 1 if state == "failed" else 0


def _rows(run: store.Run, watch: Callable[[], None]) -> Iterator[Row]:
    # torch takes seconds to import: by now the lock is held, and a signal or a failing import is seen to
    job = importlib.import_module("resviz.train.job")
    yield from job.perform(run.config(), run.checkpoint, logging.getLogger("resviz"), watch)


def _outcome(rows: Iterator[Row], journal: Journal, log: logging.Logger) -> tuple[store.State, str]:
    """Write the rows; how it ended, and the sentence for it."""
    try:
        for row in rows:
            journal.write(row)
            if row["kind"] != "step":
                journal.sync()
    except StoppedError:
        log.info("stopped")
        return "stopped", ""
    except (SpecError, ShapeError, TrainError, store.RunError) as error:
        log.info("failed: %s", error)
        return "failed", str(error)
    except Exception as error:
        log.exception("failed")
        return "failed", _sentence(error)
    log.info("finished")
    return "finished", ""


def _sentence(error: Exception) -> str:
    """One line for an error that nobody foresaw."""
    if type(error).__name__ == "OutOfMemoryError":
        return "the GPU has not enough memory: take a smaller batch or a smaller network"
    first = (str(error).strip().splitlines() or ["no message"])[0]
    return f"the training stopped with {type(error).__name__}: {first} (log.txt has the details)"


def _watch(run: store.Run) -> Callable[[], None]:
    """A function that raises StoppedError once a signal came or the stop file is there."""
    signalled: list[int] = []

    def remember(number: int, _: FrameType | None) -> None:
        signalled.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, remember)

    def watch() -> None:
        if signalled or run.stop_asked():
            raise StoppedError

    return watch


def _log(run: store.Run) -> logging.Logger:
    log = logging.getLogger("resviz")
    handler = logging.FileHandler(run.log, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    return log


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
