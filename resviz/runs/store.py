"""A run is a folder: what was asked for, the curve, the weights and the log. Nothing else knows anything about it.

`ID/{config.json, metrics.jsonl, checkpoint.safetensors, log.txt}`, beside them `lock`, which the training process
holds while it lives, and `stop`, which asks it to end. Any number of programs may look at the same folder, and none
has to outlive a run. A run is alive if its lock is held; how it ended stands in the last row of the curve, and where
that row is missing the process was killed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from resviz.core.files import write_json
from resviz.core.folders import expanded
from resviz.runs import journal, lock, queue
from resviz.runs.journal import Row

State = Literal["queued", "waiting", "starting", "running", "finished", "stopped", "failed", "interrupted"]
"""A queued run was never started; a waiting one has its process, which waits for its turn."""

ALIVE: tuple[State, ...] = ("waiting", "starting", "running")
ENDED: tuple[State, ...] = ("finished", "stopped", "failed")
RESUMABLE: tuple[State, ...] = ("queued", "interrupted", "stopped", "failed")

LAST = "last"
"""Names the newest run."""
AGAIN = "again"
"""The kind of the row after which a run goes on."""
BEGUN = "begun"
"""The kind of the row that a process writes first, so that one that was killed is told from one that never came up."""

TRAINER = "resviz.train.worker"
LAB, FRESH = "lab", "fresh"
"""The folder in a run's own in which experiments on it have theirs, and that of networks that were not trained."""
CALM = {
    # threads that wait by spinning collapse where they share the cores with anything else
    "OMP_WAIT_POLICY": "passive",
    # glibc gives large blocks back to the system at each step and takes them again, in pages of 4 KiB: 8 % of a
    # training on the CPU
    "GLIBC_TUNABLES": "glibc.malloc.mmap_threshold=4294967296:glibc.malloc.trim_threshold=4294967296:"
    "glibc.malloc.hugetlb=1",
}
ID = re.compile(r"[0-9a-z][0-9a-z-]{0,99}")
POLL_SECONDS = 0.1
PATIENCE_SECONDS = 10.0
"""How long whoever deletes or resumes a run waits for its process to end."""


class RunError(ValueError):
    """Something that cannot be done with a run, in one sentence."""


@dataclass(frozen=True)
class Run:
    """A run's folder, and where everything in it is."""

    path: Path

    @property
    def id(self) -> str:
        return self.path.name

    @property
    def home(self) -> Path:
        """The folder of runs that it belongs to; an experiment of the lab lies within the run that it is about."""
        return self.path.parents[2] if self.path.parent.name == LAB else self.path.parent

    @property
    def metrics(self) -> Path:
        return self.path / "metrics.jsonl"

    @property
    def checkpoint(self) -> Path:
        return self.path / "checkpoint.safetensors"

    @property
    def best(self) -> Path:
        """The weights of the epoch with the lowest error."""
        return self.path / "best.safetensors"

    @property
    def progress(self) -> Path:
        """What is needed to go on after the last finished epoch; gone once the run is finished."""
        return self.path / "resume.safetensors"

    @property
    def log(self) -> Path:
        return self.path / "log.txt"

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    def stop_asked(self) -> bool:
        return (self.path / "stop").exists()

    def config(self) -> dict[str, object]:
        """What was asked for: "title", "created" (ISO 8601, UTC), "spec", "recipe". Raises RunError."""
        try:
            config = json.loads((self.path / "config.json").read_text("utf-8"))
        except FileNotFoundError:
            raise RunError(f"there is no run {self.id}") from None
        except (OSError, ValueError) as error:
            raise RunError(f"{self.path / 'config.json'} cannot be read: {error}") from None
        if not isinstance(config, dict) or not {"title", "created", "spec", "recipe"} <= config.keys():
            raise RunError(
                f"{self.path / 'config.json'} does not describe a run: it lacks title, created, spec or recipe"
            )
        return config

    def state(self) -> State:
        """What the run is doing, or how it ended.

        The lock is looked at before the rows: a process writes its last row before it lets the lock go.
        """
        if not self.path.exists():
            return "stopped"
        alive = lock.held(self.lock)
        row = journal.last(self.metrics)
        if row and row.get("kind") in (AGAIN, BEGUN) and alive:
            row = None
        if row and row.get("kind") == "end":
            return next((state for state in ENDED if state == row.get("state")), "failed")
        if alive:
            return "running" if row else "waiting" if self.ahead() is not None else "starting"
        if not self.lock.exists():
            return "stopped" if self.stop_asked() else "queued"
        return "interrupted" if row else "failed"

    def ahead(self) -> int | None:
        """How many runs compute or wait before this one; None where it does not wait."""
        ticket = queue.ticket(self.home, self.id)
        return queue.before(ticket) if ticket and queue.waits(ticket) else None

    def message(self) -> str:
        """Why the run ended, where that needs a sentence; empty otherwise."""
        if not self.path.exists():
            return "it was deleted"
        state = self.state()
        row = journal.last(self.metrics) or {}
        if state == "interrupted":
            return "its process was killed, or the machine went down; what was finished is kept"
        if state == "failed" and not row:
            return f"its process ended before it began: {self._last_words()}"
        return str(row.get("message", "")) if row.get("kind") == "end" else ""

    def error(self) -> str:
        """The class of the error that ended the run; "" where there was none, or where nothing could say so."""
        return str((journal.last(self.metrics) or {}).get("error", ""))

    def spec(self) -> dict[str, object]:
        """The network that is trained, as JSON: fitted to the data if the run has got so far, else as asked for."""
        first = next((row for row in journal.read(self.metrics)[0] if row.get("kind") == "start"), self.config())
        spec = first["spec"]
        return spec if isinstance(spec, dict) else {}

    def _last_words(self) -> str:
        try:
            lines = self.log.read_text("utf-8", errors="replace").split("\n")
        except FileNotFoundError:
            lines = []
        return next((line.strip() for line in reversed(lines) if line.strip()), "its log is empty")


def runs_folder() -> Path:
    """Where runs are kept: $RESVIZ_RUNS, or `runs` in the working directory; raises RunError where that is a file."""
    folder = expanded(os.environ.get("RESVIZ_RUNS") or "runs")
    if folder.exists() and not folder.is_dir():
        raise RunError(f"runs are kept in a folder, and {folder} is a file: set RESVIZ_RUNS to another path")
    return folder


def new_folder(title: str) -> Path:
    """An empty folder among the runs; its name sorts by time and reads like the title."""
    folder = runs_folder()
    folder.mkdir(parents=True, exist_ok=True)
    slug = re.sub(r"[^0-9a-z]+", "-", title.lower())[:60].strip("-") or "run"
    while True:
        now = datetime.now(UTC)
        path = folder / f"{now:%Y%m%d-%H%M%S}-{now.microsecond // 1000:03}-{slug}"
        try:
            path.mkdir()
            return path
        except FileExistsError:
            time.sleep(0.001)


def create(spec: Mapping[str, object], recipe: Mapping[str, object], title: str) -> Run:
    """A new run, queued."""
    path = new_folder(title)
    created = datetime.now(UTC).isoformat(timespec="seconds")
    config = {"title": title, "created": created, "spec": dict(spec), "recipe": dict(recipe)}
    write_json(path / "config.json", config)
    return Run(path)


def find(run_id: str) -> Run:
    """The run of that ID, which may come from a URL, or the newest for "last"; raises RunError."""
    if run_id == LAST:
        return newest()
    run = Run(runs_folder() / run_id) if ID.fullmatch(run_id) else None
    if run is None or not (run.path / "config.json").is_file():
        raise RunError(f"there is no run {run_id[:100]!r}: resviz runs lists them, and {LAST} is the newest")
    return run


def newest() -> Run:
    """The run that was begun last; raises RunError where there is none."""
    run = next(iter(listed()), None)
    if run is None:
        raise RunError("there is no run yet: train one, such as with resviz train resnet20")
    return run


def listed() -> list[Run]:
    """Every run, the newest first."""
    paths = runs_folder().glob("*/config.json")
    return [Run(path.parent) for path in sorted(paths, reverse=True) if ID.fullmatch(path.parent.name)]


def start(run: Run, worker: str = TRAINER, kept: tuple[int, ...] = ()) -> None:
    """Run the module `worker` on the run, in a process of its own, which goes on when this one ends; raises RunError.

    The lock is claimed here and handed to the new process, so that the run is alive from now on until that ends. So
    are the descriptors in `kept`, which the process holds open as long as it lives.
    """
    if run.stop_asked():
        raise RunError(f"the run {run.id} was stopped before it began")
    try:
        descriptor = lock.claim(run.lock)
    except FileExistsError:
        raise RunError(f"the run {run.id} was started already") from None
    try:
        _begin(run, worker, descriptor, kept)
    finally:
        os.close(descriptor)


def resume(run: Run, worker: str = TRAINER, kept: tuple[int, ...] = ()) -> None:
    """Let a run that ended before it was finished go on, in a process of its own; raises RunError.

    As with `start`, the process is handed the lock, so that of two who resume at once one is refused.
    """
    try:
        descriptor = _reclaimed(run)
    except FileNotFoundError:
        (run.path / "stop").unlink(missing_ok=True)
        start(run, worker, kept)
        return
    try:
        _begin(run, worker, descriptor, kept)
    finally:
        os.close(descriptor)


def take(run: Run) -> int:
    """The lock of a run that was never started, or that may go on, for this process; raises RunError."""
    run.config()
    try:
        descriptor = lock.claim(run.lock)
    except FileExistsError:
        return _reclaimed(run)
    (run.path / "stop").unlink(missing_ok=True)
    return descriptor


def _reclaimed(run: Run) -> int:
    """The lock of a run that may go on, which from now on does; raises RunError, or FileNotFoundError without one."""
    descriptor = _let_go(run)
    (run.path / "stop").unlink(missing_ok=True)
    journal.Journal(run.metrics).write({"kind": AGAIN})
    return descriptor


def _let_go(run: Run) -> int:
    """The lock of a run that may go on, once the process that wrote its last row has ended; raises as `_reclaimed`."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            # looked at each time: somebody else may have resumed it
            refuse_to_resume(run)
            return lock.reclaim(run.lock)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise RunError(f"the run {run.id} has not ended yet: resume it again in a moment") from None


def refuse_to_resume(run: Run) -> None:
    """Raise RunError where the run goes on, or is finished; one that was asked to stop is waited for."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while run.stop_asked() and run.state() in ALIVE and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    state = run.state()
    if state not in RESUMABLE:
        raise RunError(f"the run {run.id} cannot be resumed: it is {state}")


def _begin(run: Run, worker: str, descriptor: int, kept: tuple[int, ...]) -> None:
    """Spawn the process and see to it that it is reaped; raises RunError."""
    try:
        process = _spawn(run, worker, descriptor, kept)
    except OSError as error:
        raise RunError(f"its process cannot be started: {error}") from None
    threading.Thread(target=process.wait, name=f"reaper of {run.id}", daemon=True).start()


def _spawn(run: Run, worker: str, descriptor: int, kept: tuple[int, ...]) -> subprocess.Popen[bytes]:
    package_root = str(Path(__file__).resolve().parents[2])
    search = os.pathsep.join(filter(None, (package_root, os.environ.get("PYTHONPATH"))))
    with run.log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", worker, str(run.path), "--lock", str(descriptor)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=(descriptor, *kept),
            env={**CALM, **os.environ, "PYTHONPATH": search},
        )


def stop(run: Run) -> None:
    """Ask the run to end after the batch at hand; one that was not started will not be."""
    (run.path / "stop").touch()


def delete(run: Run) -> None:
    """Remove the run's folder; what runs there, experiments on it too, is stopped first.

    Raises RunError if it does not end in time.
    """
    working = [run, *(Run(folder) for folder in (run.path / LAB).glob("*"))]
    for each in working:
        stop(each)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(lock.held(each.lock) for each in working):
        if time.monotonic() > deadline:
            raise RunError(f"the run {run.id} has not stopped yet: delete it again in a moment")
        time.sleep(POLL_SECONDS)
    hidden = run.path.with_name(f".deleted-{run.id}")
    run.path.rename(hidden)
    shutil.rmtree(hidden)


def rows(run: Run, since: int = 0) -> tuple[list[Row], int]:
    """The rows of the curve from byte `since` on, and the byte to go on from."""
    return journal.read(run.metrics, since)


def follow(run: Run) -> Iterator[Row]:
    """The rows as they appear, from the first to the run's end."""
    at = 0
    while True:
        alive = lock.held(run.lock)
        new, at = rows(run, at)
        yield from new
        if not alive:
            return
        time.sleep(POLL_SECONDS)
