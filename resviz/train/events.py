"""A run's curve as TensorBoard event files, for those who have their curves there; needs the extra [tensorboard]."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from resviz.runs.journal import Row
from resviz.train.errors import TrainError

SCALARS = {
    "step": ("loss", "error"),
    "epoch": ("train_loss", "train_error", "test_loss", "test_error", "validation_loss", "validation_error", "lr"),
}
FOLDER = "events"


def mirrored(rows: Iterator[Row], run: Path) -> Iterator[Row]:
    """The rows as they are, their numbers written to RUN/events on the way; raises TrainError without TensorBoard."""
    writer = _writer(run / FOLDER)
    try:
        for row in rows:
            for name in SCALARS.get(str(row["kind"]), ()):
                if name in row:
                    writer.add_scalar(f"{row['kind']}/{name}", row[name], int(str(row["step"])))
            yield row
    finally:
        writer.close()


def _writer(folder: Path) -> Any:
    try:
        tensorboard = importlib.import_module("torch.utils.tensorboard")
    except ImportError:
        raise TrainError(
            'event files need TensorBoard: pip install "resviz[tensorboard]", or leave tensorboard off'
        ) from None
    return tensorboard.SummaryWriter(str(folder))
