"""Weights on disk: safetensors files that are there whole or not at all, and that say what they hold.

The last epoch's weights, the best epoch's, and, while a run is not finished, all that the next epoch depends on:
weights, optimizer, random generators and clock. On the CPU a run that goes on from there is bit for bit the run that
was never interrupted.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as serialise
from torch import Tensor, nn

from resviz.core import files
from resviz.runs.journal import Row
from resviz.train.engine import Engine
from resviz.train.loop import Training

MODEL, OPTIMIZER, RANDOM = "model.", "optimizer.", "random."


def save(model: nn.Module, path: Path, about: dict[str, str]) -> None:
    """Write the model's `state_dict` to `path` with `about` as metadata, by writing beside it and renaming."""
    _write(model.state_dict(), path, about)


def keep_best(checkpoint: Path, best: Path) -> None:
    """Let the checkpoint at hand be the best: a second name for its file, which costs no room until the next."""
    beside = best.with_name(f".{best.name}.part")
    beside.unlink(missing_ok=True)
    os.link(checkpoint, beside)
    beside.replace(best)


def save_progress(training: Training, path: Path, row: Row, best: float) -> None:
    """Write what the epoch after `row` depends on, and the lowest error so far."""
    tensors = {MODEL + name: tensor for name, tensor in training.model.state_dict().items()}
    for i, values in training.optimizer.state_dict()["state"].items():
        tensors |= {f"{OPTIMIZER}{i}.{name}": value for name, value in values.items() if value is not None}
    tensors |= {RANDOM + "batches": training.generator.get_state(), RANDOM + "cpu": torch.get_rng_state()}
    if training.engine.device.type == "cuda":
        tensors[RANDOM + "cuda"] = torch.cuda.get_rng_state(training.engine.device)
    engine = {"device": str(training.engine.device), "precision": training.engine.precision,
              "threads": training.engine.threads}  # fmt: skip
    about = {"row": row, "best": best, "pace": training.pace.json(), "engine": engine}
    _write(tensors, path, {"progress": json.dumps(about)})


class Progress:
    """What `save_progress` wrote: `row` is that of the last finished epoch."""

    def __init__(self, path: Path) -> None:
        with safe_open(path, "pt") as file:
            about = json.loads(file.metadata()["progress"])
            self._tensors: dict[str, Tensor] = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        self.row: Row = about["row"]
        self.best = float(about["best"])
        self._pace: Mapping[str, float] = about["pace"]
        engine = about["engine"]
        self.engine = Engine(torch.device(engine["device"]), str(engine["precision"]), int(engine["threads"]))

    def restore(self, training: Training) -> None:
        """Put the training where the other was."""
        training.model.load_state_dict(self._part(MODEL))
        training.optimizer.load_state_dict(self._optimizer(training.optimizer))
        random = self._part(RANDOM)
        training.generator.set_state(random["batches"])
        torch.set_rng_state(random["cpu"])
        if "cuda" in random:
            torch.cuda.set_rng_state(random["cuda"], training.engine.device)
        training.pace.go_on(self._pace)
        training.epochs = int(str(self.row["epoch"]))

    def _optimizer(self, optimizer: torch.optim.Optimizer) -> dict[str, object]:
        """The optimizer's state; what belongs to a weight gets its layout in memory, which fused kernels rely on."""
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        state: dict[int, dict[str, Tensor]] = {}
        for name, tensor in self._part(OPTIMIZER).items():
            at, _, of = name.partition(".")
            like = parameters[int(at)]
            laid_out = torch.empty_like(like).copy_(tensor) if tensor.shape == like.shape else tensor
            state.setdefault(int(at), {})[of] = laid_out.detach()
        return {**optimizer.state_dict(), "state": state}

    def _part(self, prefix: str) -> dict[str, Tensor]:
        return {name.removeprefix(prefix): t for name, t in self._tensors.items() if name.startswith(prefix)}


def progress(path: Path) -> Progress | None:
    """What was kept of an unfinished training; None where there is nothing that can be read."""
    try:
        return Progress(path)
    except (OSError, SafetensorError, KeyError, ValueError, TypeError):
        return None


def _write(tensors: Mapping[str, Tensor], path: Path, about: dict[str, str]) -> None:
    """All tensors, or none: a file that could not be written whole leaves nothing behind. Raises OSError."""
    whole = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    files.write(path, serialise(whole, {"format": "pt", **about}))
