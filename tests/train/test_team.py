"""Two processes that train one network, by torchrun and gloo, have the losses of one process with the same batch."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from resviz.runs import store
from resviz.runs.journal import Row
from resviz.train import batches
from resviz.train.launch import prepare
from resviz.train.recipe import Recipe
from resviz.train.team import Team
from resviz.zoo.families import named

RECIPE = Recipe(epochs=2, images=157, batch=64, device="cpu", precision="float32", threads=1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESVIZ_RUNS", str(tmp_path))
    return tmp_path


def torchrun(run: store.Run, members: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(members), "-m"]
    return subprocess.Popen([*command, store.TRAINER, str(run.path)])


def epochs(run: store.Run) -> list[Row]:
    return [row for row in store.rows(run)[0] if row["kind"] == "epoch"]


def test_two_processes_have_the_losses_of_one() -> None:
    """157 images in batches of 64 leave a last one of 29, which two cannot share evenly; the net has BN."""
    losses = {}
    for members in (1, 2):
        run = prepare(named("resnet8", {}), RECIPE)
        assert torchrun(run, members).wait(timeout=120) == 0
        assert run.state() == "finished", run.message()
        assert sum(row["kind"] == "end" for row in store.rows(run)[0]) == 1
        losses[members] = [float(str(row[name])) for row in epochs(run) for name in ("train_loss", "test_loss")]
    assert len(losses[1]) == 4
    assert losses[2] == pytest.approx(losses[1], rel=1e-4)


def test_stop_ends_both() -> None:
    run = prepare(named("resnet8", {}), Recipe(epochs=1000, device="cpu"))
    process = torchrun(run, 2)
    deadline = time.monotonic() + 60
    while not epochs(run):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.05)
    store.stop(run)
    assert process.wait(timeout=60) == 0
    assert run.state() == "stopped"


def test_no_member_is_left_without_an_image_and_what_was_stopped_goes_on() -> None:
    """34 images in batches of 32 would leave two for three members."""
    assert batches.cuts(34, 32, Team(0, 3).fewest) == [(0, 34)]
    run = prepare(named("resnet8", {}), replace(RECIPE, images=34, batch=32, epochs=10_000))
    done = trained_and_stopped(run, 3)
    assert trained_and_stopped(run, 3) > done
    assert [row["epoch"] for row in epochs(run)] == list(range(1, len(epochs(run)) + 1))


def trained_and_stopped(run: store.Run, members: int) -> int:
    """Train for an epoch at least, and stop; the epochs that are done."""
    before, process = len(epochs(run)), torchrun(run, members)
    deadline = time.monotonic() + 60
    while len(epochs(run)) <= before:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    store.stop(run)
    assert process.wait(timeout=60) == 0
    assert run.state() == "stopped"
    return len(epochs(run))


def test_a_batch_that_is_too_small_for_the_team_is_a_sentence() -> None:
    run = prepare(named("resnet8", {}), replace(RECIPE, images=40, batch=2))
    assert torchrun(run, 3).wait(timeout=120) != 0
    assert run.message() == "batch 2 is too small for 3 processes: take 3 at least"
