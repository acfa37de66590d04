"""What is kept of a training: whole files or none, the best beside the last, and going on is never having stopped."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from resviz.core.net import infer
from resviz.nn.module import build
from resviz.runs.journal import Row
from resviz.train import checkpoint
from resviz.train.checkpoint import keep_best, progress, save, save_progress
from resviz.train.data import load
from resviz.train.engine import Engine
from resviz.train.loop import Training
from resviz.train.recipe import Recipe, fitted
from resviz.zoo.families import from_text

CLOCK = ("seconds", "images_per_second", "seconds_left")


def training(net: str, recipe: Recipe) -> Training:
    spec = fitted(from_text(net), "digits")
    model = build(infer(spec.net(), spec.input_shape()), recipe.seed)
    return Training(model, load("digits"), recipe, Engine(torch.device("cpu")), lambda: None)


def epochs(job: Training, most: int = 99) -> list[Row]:
    """The epoch rows as the loop gives them, without the clock's; the loop is left after `most`."""
    found = []
    for row in job.rows():
        if row["kind"] == "epoch":
            found.append({name: value for name, value in row.items() if name not in CLOCK})
            if len(found) == most:
                break
    return found


@pytest.mark.parametrize(
    ("net", "knobs"),
    [
        ("resnet:layout=cifar:depth=8:shortcut=dropout:drop_path=0.2", {}),
        ("resnet8", {"optimizer": "adam", "lr": 0.003, "schedule": "cosine", "augment": "crop-mirror"}),
        ("lenet:activation=relu", {"optimizer": "sgd", "precision": "bfloat16"}),
    ],
)
def test_going_on_is_bit_for_bit_never_having_stopped(tmp_path: Path, net: str, knobs: dict[str, object]) -> None:
    recipe = Recipe.of({"epochs": 4, "batch": 128, **knobs})
    whole = training(net, recipe)
    expected = epochs(whole)
    first = training(net, recipe)
    rows = epochs(first, 2)
    save_progress(first, tmp_path / "resume.safetensors", rows[-1], 0.5)
    kept = progress(tmp_path / "resume.safetensors")
    assert kept is not None
    assert (kept.best, kept.row, kept.engine) == (0.5, rows[-1], first.engine)
    second = training(net, recipe)
    torch.manual_seed(99)
    kept.restore(second)
    rows += epochs(second)
    assert rows == expected
    assert all(torch.equal(a, b) for a, b in zip(whole.model.state_dict().values(), second.model.state_dict().values()))


def test_the_clock_goes_on_and_the_time_in_between_does_not_count(tmp_path: Path) -> None:
    first = training("lenet:activation=relu", Recipe(epochs=2))
    row = epochs(first, 1)[-1]
    save_progress(first, tmp_path / "p", row, 0.5)
    before = first.pace.seconds
    second = training("lenet:activation=relu", Recipe(epochs=2))
    kept = progress(tmp_path / "p")
    assert kept is not None
    kept.restore(second)
    assert second.pace.seconds == pytest.approx(before, abs=0.2)
    assert (second.pace.step, second.epochs) == (first.pace.step, 1)


@pytest.mark.parametrize("damage", [lambda whole: whole[: len(whole) // 2], lambda whole: b"", lambda whole: b"x" * 99])
def test_a_file_that_cannot_be_read_is_as_good_as_none(tmp_path: Path, damage: object) -> None:
    job = training("lenet:activation=relu", Recipe(epochs=1))
    path = tmp_path / "resume.safetensors"
    save_progress(job, path, {"epoch": 0}, 1.0)
    assert progress(path) is not None
    path.write_bytes(damage(path.read_bytes()))  # type: ignore[operator]
    assert progress(path) is None
    assert progress(tmp_path / "nothing") is None


def test_the_best_keeps_its_weights_when_the_last_gets_others(tmp_path: Path) -> None:
    model = nn.Linear(2, 2)
    last, best = tmp_path / "last", tmp_path / "best"
    for value in (1.0, 2.0):
        nn.init.constant_(model.weight, value)
        save(model, last, {})
        keep_best(last, best)
    nn.init.constant_(model.weight, 3.0)
    save(model, last, {})
    assert load_file(best)["weight"].unique().tolist() == [2.0]
    assert load_file(last)["weight"].unique().tolist() == [3.0]


def test_what_does_not_fit_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = nn.Linear(2, 2)
    save(model, tmp_path / "last", {})
    old = (tmp_path / "last").read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(checkpoint.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save(model, tmp_path / "last", {})
    assert [path.name for path in tmp_path.iterdir()] == ["last"]
    assert (tmp_path / "last").read_bytes() == old
