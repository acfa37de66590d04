"""What goes wrong on real machines: killed processes, a full disk, data that vanish, clocks that jump, two servers.

No finished epoch is lost, and none is shown as running.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from resviz.runs import queue, status, store
from resviz.runs.journal import Row
from resviz.train.launch import go_on, launch, prepare
from resviz.train.pace import Pace
from resviz.train.recipe import Recipe
from resviz.zoo.families import from_text, named

CLOCK = ("seconds", "images_per_second", "seconds_left")
SHORT = Recipe(epochs=6, batch=64, device="cpu", precision="float32", threads=1)
LONG = Recipe(epochs=1000, device="cpu")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("RESVIZ_RUNS", str(tmp_path / "runs"))
    yield tmp_path
    for run in store.listed():
        store.delete(run)


def until(run: store.Run, seen: Callable[[list[Row]], bool], seconds: float = 60.0) -> list[Row]:
    """The rows of the run as soon as `seen` holds of them."""
    deadline = time.monotonic() + seconds
    while not seen(store.rows(run)[0]):
        assert time.monotonic() < deadline, f"{run.state()}: {run.message()}"
        time.sleep(0.02)
    return store.rows(run)[0]


def epochs(rows: list[Row]) -> list[Row]:
    """The epoch rows without what the clock says."""
    timeless = [{name: value for name, value in row.items() if name not in CLOCK} for row in rows]
    return [row for row in timeless if row["kind"] == "epoch"]


def kill(run: store.Run) -> None:
    """Kill the run's process, which a start row names, and wait until it is gone."""
    starts = [row for row in store.rows(run)[0] if row["kind"] == "start"]
    os.kill(int(str(starts[-1]["pid"])), signal.SIGKILL)
    list(store.follow(run))


def test_a_killed_training_goes_on_bit_for_bit() -> None:
    whole, other = launch(named("resnet20", {}), SHORT), launch(named("resnet20", {}), SHORT)
    list(store.follow(whole))
    until(other, lambda rows: len(epochs(rows)) >= 2)
    kill(other)
    done = len(epochs(store.rows(other)[0]))
    assert (other.state(), 2 <= done < 6) == ("interrupted", True)
    assert other.progress.exists()
    go_on(other)
    assert other.state() in store.ALIVE
    rows = list(store.follow(other))
    assert [row["epoch"] for row in rows if row["kind"] == "resume"] == [done]
    assert (other.state(), status.status(other).epochs) == ("finished", 6)
    assert epochs(rows) == epochs(store.rows(whole)[0])
    expected, found = load_file(whole.checkpoint), load_file(other.checkpoint)
    assert all(torch.equal(found[name], tensor) for name, tensor in expected.items())
    assert not other.progress.exists()
    steps = [float(str(row["epoch"])) for row in status.kept(rows) if row["kind"] == "step"]
    assert steps == sorted(steps)
    with pytest.raises(store.RunError, match="cannot be resumed: it is finished"):
        go_on(other)


def test_killed_before_its_first_epoch_it_begins_anew_and_stopped_it_goes_on() -> None:
    run = launch(named("resnet56", {}), LONG)
    until(run, lambda rows: any(row["kind"] == "start" for row in rows))
    kill(run)
    assert run.state() == "interrupted"
    go_on(run)
    until(run, lambda rows: any(row["kind"] == "resume" for row in rows) and rows[-1]["kind"] == "step")
    with pytest.raises(store.RunError, match="cannot be resumed: it is running"):
        go_on(run)
    store.stop(run)
    list(store.follow(run))
    assert run.state() == "stopped"


def test_a_run_that_was_prepared_or_stopped_before_its_start_is_begun_by_resume() -> None:
    run = prepare(named("resnet8", {}), SHORT)
    go_on(run)
    list(store.follow(run))
    assert run.state() == "finished"
    other = prepare(named("resnet8", {}), SHORT)
    store.stop(other)
    assert other.state() == "stopped"
    go_on(other)
    list(store.follow(other))
    assert other.state() == "finished"


def test_resume_waits_for_a_run_that_was_just_asked_to_stop() -> None:
    run = launch(named("resnet20", {}), LONG)
    until(run, lambda rows: rows[-1]["kind"] == "step" if rows else False)
    store.stop(run)
    go_on(run)
    until(run, lambda rows: any(row["kind"] == store.AGAIN for row in rows) and rows[-1]["kind"] == "step")
    store.stop(run)
    list(store.follow(run))
    assert run.state() == "stopped"


def test_server_and_worker_killed_together_leave_nothing_that_seems_to_run(folder: Path) -> None:
    server = (
        "import os, signal; from resviz.train.launch import launch; from resviz.train.recipe import Recipe; "
        "from resviz.zoo.families import named; "
        "[launch(named('resnet8', {}), Recipe(epochs=1000, device='cpu')) for _ in range(2)]; "
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", server], check=False).returncode == -signal.SIGKILL
    second, first = store.listed()
    until(first, lambda rows: len(epochs(rows)) >= 1)
    assert second.state() == "waiting"
    for pid in subprocess.check_output(["pgrep", "-f", str(store.runs_folder())], text=True).split():
        os.kill(int(pid), signal.SIGKILL)
    list(store.follow(first))
    list(store.follow(second))
    assert (first.state(), second.state()) == ("interrupted", "interrupted")
    assert second.message().startswith("its process was killed")
    assert load_file(first.checkpoint)
    go_on(second)
    until(second, lambda rows: len(epochs(rows)) >= 1)
    assert second.state() == "running"


@pytest.fixture
def small_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A file system of twelve megabytes for the runs."""
    place = folder / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(place)]
    if os.geteuid() or not shutil.which("mount") or subprocess.run(mount, check=False).returncode:
        pytest.skip("a small file system can be mounted by root alone, where mounting is allowed")
    monkeypatch.setenv("RESVIZ_RUNS", str(place))
    yield place
    for run in store.listed():
        store.delete(run)
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_a_full_disk_ends_the_run_with_its_sentence_and_room_lets_it_go_on(small_disk: Path) -> None:
    run = launch(named("resnet20", {}), SHORT)
    until(run, lambda rows: len(epochs(rows)) >= 1)
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 10, 1):
            try:
                while file.write(b"x" * size):
                    pass
            except OSError:
                continue
    list(store.follow(run))
    assert run.state() == "failed"
    assert run.message().startswith("the disk is full: the finished epochs are kept")
    done = epochs(store.rows(run)[0])
    assert 1 <= len(done) < 6
    assert load_file(run.checkpoint)
    filler.unlink()
    go_on(run)
    assert len(epochs(status.kept(list(store.follow(run))))) == 6
    assert run.state() == "finished"


def idx(folder: Path) -> Path:
    """Sixty images of MNIST's form for training and twenty for testing, at random."""
    folder.mkdir()
    for part, count in (("train", 60), ("t10k", 20)):
        images = struct.pack(">4I", 2051, count, 28, 28) + os.urandom(784 * count)
        (folder / f"{part}-images-idx3-ubyte").write_bytes(images)
        labels = struct.pack(">2I", 2049, count) + bytes(i % 10 for i in range(count))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(labels)
    return folder


def test_data_removed_midway_do_not_matter_and_before_the_turn_are_named(folder: Path) -> None:
    data = idx(folder / "images")
    recipe = Recipe.of({**LONG.json(), "data": "mnist", "data_dir": str(data)})
    first = launch(from_text("lenet:activation=relu"), recipe)
    second = launch(from_text("lenet:activation=relu"), recipe)
    before = until(first, lambda rows: len(epochs(rows)) >= 1)
    shutil.rmtree(data)
    until(first, lambda rows: len(epochs(rows)) > len(epochs(before)))
    store.stop(first)
    list(store.follow(first))
    list(store.follow(second))
    assert (first.state(), second.state()) == ("stopped", "failed")
    assert second.message() == (
        f"there is no folder {data}: set data_dir to the folder that holds train-images-idx3-ubyte"
    )


def test_two_servers_on_one_folder_share_the_queue_and_start_nothing_twice(folder: Path) -> None:
    server = (
        "from resviz.train.launch import launch; from resviz.train.recipe import Recipe; "
        "from resviz.zoo.families import from_text; "
        "[launch(from_text('lenet:activation=relu'), Recipe(epochs=1, device='cpu')) for _ in range(2)]"
    )
    servers = [subprocess.Popen([sys.executable, "-c", server]) for _ in range(2)]
    assert [process.wait() for process in servers] == [0, 0]
    runs, most = store.listed(), len(queue.places("cpu").names)
    assert len(runs) == 4
    deadline = time.monotonic() + 90
    while any(run.state() in store.ALIVE for run in runs):
        assert sum(run.state() in ("starting", "running") for run in runs) <= most
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert {run.state() for run in runs} == {"finished"}
    assert all(sum(row["kind"] == "start" for row in store.rows(run)[0]) == 1 for run in runs)


def test_a_clock_that_jumps_back_costs_no_run_and_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    class Jumping(datetime):
        """A clock that stood at another time at each look."""

        times = iter([2030, 2001, 2001, 2030])

        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return datetime(next(cls.times), 1, 1, tzinfo=UTC)

    with monkeypatch.context() as patched:
        patched.setattr(store, "datetime", Jumping)
        runs = [store.create({}, {}, "a run") for _ in range(2)]
    assert {run.id for run in store.listed()} == {run.id for run in runs}
    with monkeypatch.context() as patched:
        patched.setattr(time, "time", lambda: 0.0)
        pace = Pace(Recipe(seconds=10.0), 45)
        assert 0.0 <= pace.seconds < 5.0
        assert not pace.over
    assert json.loads((runs[0].path / "config.json").read_text())["created"].startswith("2001")
