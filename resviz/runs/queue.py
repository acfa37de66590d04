"""The queue: each training draws a ticket and goes in while fewer living tickets than places lie before its own.

A ticket is a file that the training's process holds locked while it lives, so that one that was killed stands in
nobody's way. Numbers go up, whatever the clock does, and any number of servers on one folder of runs share the queue.
A GPU is a place; on the CPU every second core is one, because two trainings on one core are slower than one after
the other. A ticket says which place it has once it went in.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from resviz.runs import lock

FOLDER = ".queue"
POLL_SECONDS = 0.1
MOST_EXPERIMENTS = 4
"""They share the cores, each with as many threads as come to it."""
GIVEN = "RESVIZ_PLACE_GIVEN"
"""In the environment of a process that somebody else has found a place for: torchrun's user, or a cluster."""


@dataclass(frozen=True)
class Places:
    """What trainings wait for: the places of one kind ("cpu", "gpu"), each with its name."""

    kind: str
    names: tuple[str, ...]


def places(device: str) -> Places:
    """The places for a training on the device cpu, cuda or auto, which is a GPU where this machine has one."""
    found = gpus()
    if found and device != "cpu":
        return Places("gpu", found)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Places("cpu", tuple(map(str, range(max(1, cores // 2)))))


def experiments() -> Places:
    """The places for experiments of the lab, which are short: a few at once, whatever is being trained."""
    return Places("lab", tuple(map(str, range(min(MOST_EXPERIMENTS, os.cpu_count() or 1)))))


def gpus() -> tuple[str, ...]:
    """The numbers of this machine's GPUs, as CUDA_VISIBLE_DEVICES names them; looked up without torch."""
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    if chosen is not None:
        return tuple(name.strip() for name in chosen.split(",") if name.strip() not in ("", "-1"))
    return tuple(sorted(path.name.removeprefix("nvidia") for path in Path("/dev").glob("nvidia[0-9]*")))


def draw(runs: Path, kind: str, run_id: str) -> int:
    """Draw the next ticket for the run; the descriptor that holds it until its last copy is closed."""
    with _door(runs, kind) as folder:
        tickets = _tickets(folder)
        number = max((_number(path) for path in tickets), default=0) + 1
        for path in tickets:
            if not lock.held(path):
                path.unlink()
        return lock.claim(folder / f"{number:09}-{run_id}")


def ticket(runs: Path, run_id: str) -> Path | None:
    """The run's living ticket, wherever it waits."""
    found = (path for path in (runs / FOLDER).glob(f"*/*-{run_id}") if _run_id(path) == run_id)
    return next((path for path in found if lock.held(path)), None)


def before(path: Path) -> int:
    """How many living tickets lie before this one."""
    return sum(1 for other in _tickets(path.parent) if other.name < path.name and lock.held(other))


def waits(path: Path) -> bool:
    """Whether the ticket's training has not gone in yet."""
    return not _place(path)


def enter(path: Path, wanted: Places, watch: Callable[[], None]) -> str:
    """Wait for the ticket's turn, calling `watch` all the while; the name of the place that it gets then."""
    while True:
        watch()
        if before(path) < len(wanted.names):
            with _door(path.parents[2], wanted.kind) as folder:
                taken = {_place(other) for other in _tickets(folder) if lock.held(other)}
                free = [name for name in wanted.names if name not in taken]
                if free:
                    path.write_text(free[0], "utf-8")
                    return free[0]
        time.sleep(POLL_SECONDS)


@contextmanager
def _door(runs: Path, kind: str) -> Iterator[Path]:
    """The folder of tickets, in which one process at a time draws a ticket or goes in."""
    folder = runs / FOLDER / kind
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / "door", os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(descriptor)


def _tickets(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name[:1].isdigit())


def _number(path: Path) -> int:
    return int(path.name.partition("-")[0])


def _run_id(path: Path) -> str:
    return path.name.partition("-")[2]


def _place(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return ""
