"""What a page shows of a run: how far it is, how fast, how well, and its curve as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from resviz.runs.journal import Row
from resviz.runs.store import Run, State, rows

COLUMNS = (
    "kind", "step", "epoch", "seconds", "loss", "error", "train_loss", "train_error", "test_loss", "test_error",
    "validation_loss", "validation_error", "lr", "images_per_second",
)  # fmt: skip


@dataclass(frozen=True)
class Status:
    """A run at a glance. Numbers that it has not reached yet are None; `progress` goes from 0 to 1.

    `epochs` are the finished ones; the errors are those of the last of them, as shares of the images. `download` says
    what of the data is on its way; "" where nothing is.
    """

    state: State
    message: str
    progress: float
    epochs: int
    seconds: float | None
    seconds_left: float | None
    images_per_second: float | None
    train_error: float | None
    test_error: float | None
    download: str = ""


def kept(rows: Sequence[Row]) -> list[Row]:
    """The rows without those that a resumed run went through a second time."""
    found: list[Row] = []
    for row in rows:
        if row.get("kind") == "resume":
            after = _number(row, "epoch") or 0.0
            found = [old for old in found if (_number(old, "epoch") or 0.0) <= after]
        else:
            found.append(row)
    return found


def status(run: Run, curve: Sequence[Row] | None = None) -> Status:
    """The run's status, from the rows of its `curve` where the caller has read them already."""
    curve = kept(rows(run)[0] if curve is None else curve)
    timed = [row for row in curve if row.get("kind") in ("step", "epoch")]
    epochs = [row for row in curve if row.get("kind") == "epoch"]
    now, epoch = timed[-1] if timed else {}, epochs[-1] if epochs else {}
    return Status(
        state=run.state(),
        message=run.message(),
        progress=_number(now, "progress") or 0.0,
        epochs=len(epochs),
        seconds=_number(now, "seconds"),
        seconds_left=_number(now, "seconds_left"),
        images_per_second=_number(now, "images_per_second"),
        train_error=_number(epoch, "train_error"),
        test_error=_number(epoch, "test_error"),
        download=_download(curve[-1]) if curve else "",
    )


def _download(row: Row) -> str:
    if row.get("kind") != "download":
        return ""
    megabytes = [(_number(row, name) or 0.0) / 1e6 for name in ("bytes", "of")]
    return f"{row.get('file')}: {megabytes[0]:.0f} of {megabytes[1]:.0f} MB"


def _number(row: Row, name: str) -> float | None:
    value = row.get(name)
    return float(value) if isinstance(value, (int, float)) else None


def curve_csv(run: Run) -> str:
    """Step and epoch rows as CSV; a column that a kind of row does not have stays empty."""
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    table.writerows(row for row in kept(rows(run)[0]) if row.get("kind") in ("step", "epoch"))
    return text.getvalue()
