"""The process that belongs to a run's folder: it holds the lock, heeds Stop, writes the rows and, last, how it went.

Training and the lab's experiments are such processes. SIGTERM, SIGINT or the folder's stop file end one at the next
call of `watch`; what it does is a generator of rows, written to metrics.jsonl as they come.
"""

from __future__ import annotations

import argparse
import errno
import logging
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

from resviz.runs import queue, store
from resviz.runs.journal import Journal, Row
from resviz.runs.queue import Places

NICER = 10
"""Added to the process's niceness, so that the page stays quick beside it."""

LONGEST_MESSAGE = 500
RESERVED = 1 << 16

Watch = Callable[[], None]
"""Raises StoppedError once somebody asked for an end."""

Perform = Callable[[store.Run, Watch, logging.Logger], Iterator[Row]]
"""What a process does for its run."""


class StoppedError(Exception):
    """Somebody asked the run to stop."""


def asked(prog: str) -> argparse.ArgumentParser:
    """What reads a process's command line: the run's folder."""
    parser = argparse.ArgumentParser(prog=prog)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lock", type=int, help="a descriptor that holds the run's lock already")
    return parser


def serve(prog: str, arguments: list[str], perform: Perform, sentences: tuple[type[Exception], ...]) -> int:
    """Do what a run's folder asks for; 0 unless it failed.

    `sentences` are the errors whose message is meant for the user; of any other the log has the details.
    """
    parser = asked(prog)
    chosen = parser.parse_args(arguments)
    run = store.Run(chosen.folder.absolute())
    if chosen.lock is None:
        try:
            store.take(run)
        except store.RunError as error:
            parser.error(str(error))
    os.nice(NICER)
    journal, log = Journal(run.metrics), _log(run)
    reserve = _reserve(run)
    journal.write({"kind": store.BEGUN, "pid": os.getpid()})
    end = _outcome(perform(run, _watch(run), log), journal, log, sentences)
    reserve.unlink(missing_ok=True)
    journal.write({"kind": "end", **end})
    journal.sync()
    return 1 if end["state"] == "failed" else 0


def turn(run: store.Run, wanted: Places, watch: Watch, log: logging.Logger) -> str:
    """Wait for a place in the queue, and give its name."""
    ticket = queue.ticket(run.home, run.id)
    if ticket is None:
        # started by hand; the process keeps the descriptor as long as it lives
        queue.draw(run.home, wanted.kind, run.id)
        ticket = queue.ticket(run.home, run.id)
    assert ticket is not None
    place = queue.enter(ticket, wanted, watch)
    log.info("its turn on the %s, place %s", wanted.kind, place)
    return place


def _outcome(rows: Iterator[Row], journal: Journal, log: logging.Logger, sentences: tuple[type[Exception], ...]) -> Row:
    """Write the rows; how it ended: "state", "message", and where it failed the "error" by its class's name."""
    refusals: tuple[type[Exception], ...] = (*sentences, store.RunError)
    try:
        for row in rows:
            journal.write(row)
            if row["kind"] != "step":
                journal.sync()
    except StoppedError:
        log.info("stopped")
        return {"state": "stopped", "message": ""}
    except refusals as error:
        log.info("failed: %s", error)
        return _failure(error, str(error))
    except Exception as error:
        log.exception("failed")
        return _failure(error, _sentence(error))
    log.info("finished")
    return {"state": "finished", "message": ""}


def _failure(error: Exception, sentence: str) -> Row:
    return {"state": "failed", "message": sentence[:LONGEST_MESSAGE], "error": type(error).__name__}


def _reserve(run: store.Run) -> Path:
    """A file that keeps some room on the disk, so that a run that filled it can still say so at its end."""
    reserve = run.path / ".reserve"
    reserve.write_bytes(b"\0" * RESERVED)
    return reserve


def _sentence(error: Exception) -> str:
    """One line for an error that nobody foresaw."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full: the finished epochs are kept; make room and resume the run"
    if type(error).__name__ == "OutOfMemoryError":
        return "the GPU has not enough memory: take a smaller batch or a smaller network"
    first = (str(error).strip().splitlines() or ["no message"])[0]
    return f"it stopped with {type(error).__name__}: {first} (log.txt has the details)"


def _watch(run: store.Run) -> Watch:
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
