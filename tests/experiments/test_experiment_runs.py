"""An experiment with its real processes: queued in order, trained, judged; stopped; gone on with; deleted."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from resviz.experiments import record
from resviz.experiments.design import Design
from resviz.experiments.results import results, verdict
from resviz.runs import shelf, store
from resviz.runs.journal import Journal

TWO = Design("Pooling", ("lenet:activation=relu",), (("pool", ("avg", "max")),), {"epochs": "1", "device": "cpu"})


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESVIZ_RUNS", str(tmp_path))
    return tmp_path


def ended(experiment: record.Experiment, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while experiment.alive():
        assert time.monotonic() < deadline, [run.state() for run in experiment.runs()]
        time.sleep(0.1)


def test_from_the_design_to_the_verdict_and_away(folder: Path) -> None:
    begun = record.begin_all(TWO, prediction=record.UNSURE)
    assert record.find(begun.id) == begun
    ended(begun)
    arms = results(begun)
    assert [arm.states for arm in arms] == [("finished",), ("finished",)]
    assert all(arm.parameters == 61_706 for arm in arms)
    found = verdict(begun, arms)
    assert found is not None
    assert found.answer[0] in [arm.title for arm in arms]
    record.delete(begun)
    assert record.listed() == []
    assert store.listed() == []
    assert [path.name for path in folder.iterdir()] == [".queue"]


def test_stop_ends_every_run_also_those_that_wait() -> None:
    begun = record.begin_all(Design("Long", ("resnet8",), (("lr", ("0.1", "0.2")),), {"epochs": "1000"}))
    record.stop(begun)
    ended(begun)
    assert {run.state() for run in begun.runs()} == {"stopped"}
    assert record.unfinished(begun) == begun.runs()
    record.go_on(begun)
    assert {run.state() for run in begun.runs()} <= set(store.ALIVE)
    record.stop(begun)
    ended(begun)


def test_what_was_killed_while_it_waited_or_had_no_room_goes_on_and_what_diverged_does_not() -> None:
    begun = record.begin_all(Design("Long", ("resnet8",), (("lr", ("0.1", "0.2", "0.3")),), {"epochs": "1000"}))
    first, *_ = begun.runs()
    while first.state() != "running":
        time.sleep(0.05)
    while "starting" in {run.state() for run in begun.runs()}:
        time.sleep(0.05)
    for pid in subprocess.check_output(["pgrep", "-f", str(store.runs_folder())], text=True).split():
        os.kill(int(pid), signal.SIGKILL)
    ended(begun)
    assert [run.state() for run in begun.runs()] == ["interrupted"] * 3
    assert record.unfinished(begun) == begun.runs()
    for run, error in zip(begun.runs(), ("OSError", "DivergedError", "OutOfMemoryError"), strict=True):
        Journal(run.metrics).write({"kind": "end", "state": "failed", "message": "", "error": error})
    assert record.unfinished(begun) == [begun.runs()[0], begun.runs()[2]]


def test_what_a_dying_server_did_not_start_is_started_later() -> None:
    begun = record.begin_all(TWO, start=lambda run, recipe: None)
    assert {run.state() for run in begun.runs()} == {"queued"}
    record.go_on(begun)
    ended(begun)
    assert {run.state() for run in begun.runs()} == {"finished"}


def test_with_a_pinned_run_nothing_is_deleted_and_nothing_is_stopped() -> None:
    begun = record.begin_all(TWO, start=lambda run, recipe: None)
    _, last = begun.runs()
    shelf.pin(last, pinned=True)
    assert record.pinned(begun) == f"{last.id} of it is pinned: take the pin away first"
    with pytest.raises(store.RunError, match="is pinned: take the pin away first"):
        record.delete(begun)
    assert [run.state() for run in begun.runs()] == ["queued", "queued"]
    shelf.pin(last, pinned=False)
    assert record.pinned(begun) is None


def test_a_run_that_was_deleted_is_passed_over() -> None:
    begun = record.begin_all(TWO, start=lambda run, recipe: None)
    first, last = begun.runs()
    store.delete(first)
    assert (first.state(), first.message()) == ("stopped", "it was deleted")
    record.go_on(begun)
    ended(begun)
    assert last.state() == "finished"
    record.delete(begun)
    assert store.listed() == []
