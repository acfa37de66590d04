"""A run followed on the terminal, epoch by epoch, to its end."""

from __future__ import annotations

import json
import sys

from resviz.runs import store


def follow(run: store.Run, as_json: bool) -> int:
    """Print each epoch and how the run ended; 0 if it was finished or stopped. An interrupt stops the run."""
    try:
        return _follow(run, as_json)
    except KeyboardInterrupt:
        store.stop(run)
        raise


def _follow(run: store.Run, as_json: bool) -> int:
    last: dict[str, object] = {}
    for row in store.follow(run):
        if row["kind"] == "epoch":
            last = row
            print(json.dumps(row) if as_json else _epoch(row), flush=True)
    state = run.state()
    accuracy = 1.0 - float(str(last["test_error"])) if last else None
    if as_json:
        print(json.dumps({"run": run.id, "state": state, "test_accuracy": accuracy, "message": run.message()}))
    else:
        print(f"{run.id}: {state}" + (f", test accuracy {accuracy:.4f}" if accuracy is not None else ""))
    if state in ("finished", "stopped"):
        return 0
    print(f"resviz: {run.message()}", file=sys.stderr)
    return 1


def _epoch(row: dict[str, object]) -> str:
    return (
        f"epoch {row['epoch']:>4}  training loss {row['train_loss']:.4f}  error {row['train_error']:.4f}  "
        f"test error {row['test_error']:.4f}  {row['images_per_second']:,.0f} images/s"
    )
