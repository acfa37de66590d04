"""What a run does, from its two JSON objects to its rows: fit, load, build, choose an engine, train, save, go on."""

from __future__ import annotations

import json
import logging
import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import nn

from resviz.core.net import infer
from resviz.core.spec import NetSpec
from resviz.nn.module import build
from resviz.runs.journal import Row
from resviz.runs.store import Run, rows
from resviz.train import batches
from resviz.train.capacity import batch_size
from resviz.train.checkpoint import Progress, keep_best, progress, save, save_progress
from resviz.train.data import Data, load
from resviz.train.download import fetch
from resviz.train.engine import Engine, choose, device_of
from resviz.train.errors import TrainError
from resviz.train.events import mirrored
from resviz.train.loop import Training
from resviz.train.prepare import prepared
from resviz.train.recipe import Recipe, changes, fitted, recipe_of
from resviz.train.sources import SOURCES
from resviz.train.team import Team, gathered
from resviz.zoo.families import from_json, to_json

KEPT = 4
"""Signals in memory at once in an evaluation: what an operation takes and gives, and what waits for a join."""


@dataclass(frozen=True)
class Job:
    """A training that is ready to begin, with the network as it was chosen and as it fits the data.

    So many images go through `together` in an evaluation.
    """

    chosen: NetSpec
    spec: NetSpec
    recipe: Recipe
    data: Data
    model: nn.Module
    steps_per_epoch: int
    engine: Engine
    together: int

    @property
    def steps(self) -> int:
        return self.recipe.steps_of(self.steps_per_epoch)

    def start_row(self) -> Row:
        return {
            "kind": "start",
            "spec": to_json(self.spec),
            "note": changes(self.chosen, self.spec, self.recipe.data),
            "train_images": len(self.data.train),
            "test_images": len(self.data.test),
            "parameters": sum(p.numel() for p in self.model.parameters()),
            "steps": self.steps,
            "epochs": self.steps / self.steps_per_epoch,
            "device": str(self.engine.device),
            "precision": self.engine.precision,
            "threads": self.engine.threads,
            "pid": os.getpid(),
        }


def perform(run: Run, watch: Callable[[], None], log: logging.Logger) -> Iterator[Row]:
    """Train the `spec` of the run's config by its `recipe`; yield a "start" row and then the loop's.

    Where another process left off, a "resume" row comes before that and names the last epoch that counts. The
    weights are saved before each "epoch" row is yielded, so that an epoch with a row has its weights. Raises
    SpecError, ShapeError, TrainError, and whatever `watch` raises.
    """
    team = gathered()
    try:
        yield from _led(run, team, watch, log)
    finally:
        team.leave()


def _led(run: Run, team: Team, watch: Callable[[], None], log: logging.Logger) -> Iterator[Row]:
    """The training as the team's first member does it."""
    recipe = recipe_of(run.config()["recipe"])
    yield from team.after(_fetched(recipe, watch))
    before = progress(run.progress)
    job = prepare(run, before, watch, team)
    log.info("%s on %s", job.spec.title(), recipe.title())
    start = job.start_row()
    if start["note"]:
        log.info("%s", start["note"])
    log.info("%d training and %d test images; %d steps; %s", len(job.data.train), len(job.data.test), job.steps,
             job.engine)  # fmt: skip
    training = Training(job.model, job.data, recipe, job.engine, watch, team, job.together)
    yield from _resumed(run, training, before, log)
    yield start
    curve = _kept(run, job, training, math.inf if before is None else before.best, log)
    yield from mirrored(curve, run.path) if recipe.tensorboard else curve
    run.progress.unlink(missing_ok=True)


def _fetched(recipe: Recipe, watch: Callable[[], None]) -> Iterator[Row]:
    """The rows of a download, where the data have to be fetched first."""
    watch()
    if not recipe.data_dir:
        yield from fetch(recipe.data, watch)


def take_part(run: Run) -> None:
    """Train along as a member of torchrun's team that is not the first: no rows, no files. Raises as `perform` does."""
    team = gathered()
    try:
        _followed(run, team)
    finally:
        team.leave()


def _followed(run: Run, team: Team) -> None:
    team.wait()
    before = progress(run.progress)
    job = prepare(run, before, _quiet, team)
    training = Training(job.model, job.data, job.recipe, job.engine, _quiet, team, job.together)
    if before is not None:
        before.restore(training)
    for _ in training.rows():
        pass


def _quiet() -> None:
    """The first member watches for all."""


def prepare(run: Run, before: Progress | None, watch: Callable[[], None], team: Team) -> Job:
    """Load the data, build the network and choose an engine, or take the one from `before`."""
    config = run.config()
    recipe, chosen = recipe_of(config["recipe"]), from_json(config["spec"])
    spec = fitted(chosen, recipe.data, recipe.size)
    if recipe.batch < team.fewest:
        raise TrainError(f"batch {recipe.batch} is too small for {team.size} processes: take {team.fewest} at least")
    source = SOURCES[recipe.data].thing
    data = prepared(load(recipe.data, recipe.data_dir), recipe, source.classes).at(spec.input_shape())
    watch()
    model = build(infer(spec.net(), spec.input_shape()), recipe.seed)
    steps_per_epoch = len(batches.cuts(len(data.train), recipe.batch, team.fewest))
    engine = before.engine if before else None
    if engine is not None:
        device_of(engine.device.type)
    if engine is None and team.rank == 0:
        sample = next(batches.training(data, source, recipe.batch, torch.Generator()))
        engine = choose(model, sample, recipe, recipe.steps_of(steps_per_epoch), watch)
    together = batch_size(spec.node(), KEPT)
    return Job(chosen, spec, recipe, data, model, steps_per_epoch, team.from_first(engine), together)


def _resumed(run: Run, training: Training, before: Progress | None, log: logging.Logger) -> Iterator[Row]:
    """The rows that join what comes to what there is; the training is put where the other was."""
    earlier = rows(run)[0]
    if not any(row.get("kind") == "start" for row in earlier):
        return
    if before is None:
        log.info("nothing was kept to go on from: it begins anew")
        yield {"kind": "resume", "epoch": 0}
        return
    before.restore(training)
    log.info("it goes on after epoch %d", training.epochs)
    yield {"kind": "resume", "epoch": training.epochs}
    if not any(row.get("kind") == "epoch" and row.get("epoch") == training.epochs for row in earlier):
        # the process was killed between the saving and the row
        yield before.row


def _kept(run: Run, job: Job, training: Training, best: float, log: logging.Logger) -> Iterator[Row]:
    """The loop's rows, each epoch's weights on disk before its row."""
    for row in training.rows():
        if row["kind"] == "epoch":
            spec, recipe = json.dumps(to_json(job.spec)), json.dumps(job.recipe.json())
            save(job.model, run.checkpoint, {"spec": spec, "recipe": recipe, "epoch": str(row["epoch"])})
            error = float(str(row.get("validation_error", row["test_error"])))
            if error < best:
                best = error
                keep_best(run.checkpoint, run.best)
            save_progress(training, run.progress, row, best)
            log.info("epoch %s: test error %.4f, test loss %.4f", row["epoch"], row["test_error"], row["test_loss"])
        yield row
