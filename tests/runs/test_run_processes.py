"""Runs with their real processes: they end as they should, and are shown as they ended, whoever was killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from safetensors import safe_open
from safetensors.torch import load_file

from resviz.core.net import infer
from resviz.nn.module import build
from resviz.runs import journal, store
from resviz.runs.journal import Row
from resviz.runs.status import status
from resviz.train.launch import launch
from resviz.train.recipe import Recipe
from resviz.zoo.families import from_json, named, to_json

LONG = Recipe(epochs=1000, device="cpu")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("RESVIZ_RUNS", str(tmp_path))
    yield tmp_path
    for run in store.listed():
        store.delete(run)


def until(run: store.Run, seen: Callable[[list[Row]], bool], seconds: float = 60.0) -> list[Row]:
    """The rows of the run as soon as `seen` holds of them."""
    deadline = time.monotonic() + seconds
    while not seen(store.rows(run)[0]):
        assert time.monotonic() < deadline, f"{run.state()}: {run.message()}"
        time.sleep(0.05)
    return store.rows(run)[0]


def epochs(rows: list[Row]) -> list[object]:
    return [row["epoch"] for row in rows if row["kind"] == "epoch"]


def pid(rows: list[Row]) -> int:
    found = rows[0]["pid"]
    assert isinstance(found, int)
    return found


def test_a_run_finishes_with_its_curve_its_weights_and_its_log() -> None:
    run = launch(named("resnet8", {}), Recipe(epochs=2, device="cpu"))
    assert run.state() in store.ALIVE
    rows = list(store.follow(run))
    assert ([row["kind"] for row in rows[:2]], rows[-1]) == (
        ["begun", "start"],
        {"kind": "end", "state": "finished", "message": ""},
    )
    assert epochs(rows) == [1, 2]
    assert (run.state(), status(run).progress, status(run).epochs) == ("finished", 1.0, 2)
    assert "input 3,32,32 became 1,8,8" in run.log.read_text()
    assert {path.name for path in run.path.iterdir()} == {
        "config.json", "metrics.jsonl", "checkpoint.safetensors", "best.safetensors", "log.txt", "lock",
    }  # fmt: skip
    spec = from_json(run.spec())
    model = build(infer(spec.net(), spec.input_shape()))
    model.load_state_dict(load_file(run.checkpoint))
    with safe_open(run.checkpoint, "pt") as file:
        about = file.metadata()
    assert (json.loads(about["spec"]), about["epoch"]) == (to_json(spec), "2")


def test_a_killed_worker_leaves_an_interrupted_run_with_every_finished_epoch() -> None:
    run = launch(named("resnet8", {}), LONG)
    rows = until(run, lambda rows: len(epochs(rows)) >= 2)
    os.kill(pid(rows), signal.SIGKILL)
    list(store.follow(run))
    kept = epochs(store.rows(run)[0])
    assert run.state() == "interrupted"
    assert kept == list(range(1, len(kept) + 1))
    assert len(kept) >= 2
    assert load_file(run.checkpoint)


@pytest.mark.parametrize("how", ["signal", "file"])
def test_a_stopped_run_ends_cleanly(how: str) -> None:
    run = launch(named("resnet8", {}), LONG)
    rows = until(run, lambda rows: len(rows) > 2)
    assert run.state() == "running"
    if how == "signal":
        os.kill(pid(rows), signal.SIGTERM)
    else:
        store.stop(run)
    assert list(store.follow(run))[-1] == {"kind": "end", "state": "stopped", "message": ""}
    assert run.state() == "stopped"


def test_a_run_outlives_the_server_that_started_it_and_a_new_one_finds_it(folder: Path) -> None:
    server = (
        "import os, signal; from resviz.train.launch import launch; from resviz.train.recipe import Recipe; "
        "from resviz.zoo.families import named; "
        "launch(named('resnet8', {}), Recipe(epochs=1000, device='cpu')); os.kill(os.getpid(), signal.SIGKILL)"
    )
    assert subprocess.run([sys.executable, "-c", server], check=False).returncode == -signal.SIGKILL
    (run,) = store.listed()
    assert run.state() in store.ALIVE
    rows = until(run, lambda rows: len(epochs(rows)) >= 1)
    assert run.state() == "running"
    assert os.getsid(pid(rows)) == pid(rows)
    store.stop(run)
    list(store.follow(run))
    assert run.state() == "stopped"


def test_a_config_that_cannot_be_trained_ends_as_failed_with_its_sentence(folder: Path) -> None:
    recipe = {"data": "mnist", "data_dir": str(folder / "nowhere")}
    run = store.create(to_json(named("resnet8", {})), recipe, "no data")
    store.start(run)
    assert [row["kind"] for row in store.follow(run)] == ["begun", "end"]
    assert run.state() == "failed"
    assert run.message().startswith(f"there is no folder {folder / 'nowhere'}: set data_dir to the folder")
    assert "Traceback" not in run.log.read_text()


def test_a_diverging_run_ends_as_failed_with_its_sentence_and_keeps_its_curve() -> None:
    run = launch(named("resnet8", {}), Recipe(epochs=10_000, lr=1e4, device="cpu"))
    rows = list(store.follow(run))
    assert [row["kind"] for row in rows[:3]] == ["begun", "start", "step"]
    assert rows[-1]["state"] == "failed"
    assert run.state() == "failed"
    assert run.message().startswith("the training diverged")


def test_a_worker_by_hand_takes_the_lock_and_refuses_a_run_that_was_started(folder: Path) -> None:
    run = store.create({"family": "nonesuch"}, {}, "by hand")
    command = [sys.executable, "-m", store.TRAINER, str(run.path)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1
    assert run.message().startswith("there is no family 'nonesuch': there are resnet")
    # what failed may go on; what is finished may not
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1
    assert [row["kind"] for row in store.rows(run)[0]] == ["begun", "end", store.AGAIN, "begun", "end"]
    journal.Journal(run.metrics).write({"kind": "end", "state": "finished", "message": ""})
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 2
    assert "cannot be resumed: it is finished" in again.stderr
    nowhere = subprocess.run([*command[:-1], str(folder / "none")], capture_output=True, text=True, check=False)
    assert nowhere.returncode == 2
    assert "there is no run none" in nowhere.stderr
    assert "Traceback" not in again.stderr + nowhere.stderr
