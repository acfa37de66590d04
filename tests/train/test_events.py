"""TensorBoard's event files hold the curve's numbers; without TensorBoard there is one sentence."""

from __future__ import annotations

import importlib
import importlib.util
from pathlib import Path

import pytest

from resviz.runs.journal import Row
from resviz.train import events
from resviz.train.errors import TrainError

ROWS: list[Row] = [
    {"kind": "step", "step": 5, "epoch": 0.5, "loss": 1.5, "error": 0.5},
    {"kind": "epoch", "step": 10, "epoch": 1, "train_loss": 1.0, "test_error": 0.25, "lr": 0.1},
]


@pytest.mark.skipif(importlib.util.find_spec("tensorboard") is None, reason='needs pip install "resviz[tensorboard]"')
def test_the_numbers_are_there_at_their_steps(tmp_path: Path) -> None:
    assert list(events.mirrored(iter(ROWS), tmp_path)) == ROWS
    accumulator = importlib.import_module("tensorboard.backend.event_processing.event_accumulator")
    read = accumulator.EventAccumulator(str(tmp_path / events.FOLDER))
    read.Reload()
    assert [(event.step, event.value) for event in read.Scalars("step/loss")] == [(5, 1.5)]
    assert [(event.step, event.value) for event in read.Scalars("epoch/test_error")] == [(10, 0.25)]
    assert "epoch/validation_error" not in read.Tags()["scalars"]


def test_without_tensorboard_there_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ImportError(name)

    monkeypatch.setattr(events.importlib, "import_module", missing)
    with pytest.raises(TrainError, match=r"event files need TensorBoard: pip install"):
        list(events.mirrored(iter(ROWS), tmp_path))
