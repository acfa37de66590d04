"""What a run does, from its two JSON objects to its rows: fit, load, build, choose an engine, train, save."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import torch

from resviz.core.net import infer
from resviz.nn.module import build
from resviz.runs.journal import Row
from resviz.train import batches
from resviz.train.checkpoint import save
from resviz.train.data import load
from resviz.train.engine import choose
from resviz.train.loop import Training
from resviz.train.prepare import prepared
from resviz.train.recipe import changes, fitted, recipe_of
from resviz.train.sources import SOURCES
from resviz.zoo.families import from_json, to_json


def perform(
    config: Mapping[str, object], checkpoint: Path, log: logging.Logger, watch: Callable[[], None]
) -> Iterator[Row]:
    """Train the `spec` of `config` by its `recipe`; yield a "start" row and then the loop's.

    The weights are saved before each "epoch" row is yielded, so that an epoch with a row has its weights. Raises
    SpecError, ShapeError, TrainError, and whatever `watch` raises.
    """
    recipe = recipe_of(config["recipe"])
    chosen = from_json(config["spec"])
    spec = fitted(chosen, recipe.data, recipe.size)
    log.info("%s on %s", spec.title(), recipe.title())
    note = changes(chosen, spec, recipe.data)
    if note:
        log.info("%s", note)
    watch()
    source = SOURCES[recipe.data].thing
    data = prepared(load(recipe.data, recipe.data_dir), recipe, source.classes).at(spec.input_shape())
    model = build(infer(spec.net(), spec.input_shape()), recipe.seed)
    by_epoch = len(batches.cuts(len(data.train), recipe.batch))
    steps = recipe.steps or recipe.epochs * by_epoch
    watch()
    sample = next(batches.training(data, source, recipe.batch, torch.Generator()))
    engine = choose(model, sample, recipe, steps)
    log.info("%d training and %d test images; %d steps; %s", len(data.train), len(data.test), steps, engine)
    yield {
        "kind": "start",
        "spec": to_json(spec),
        "note": note,
        "train_images": len(data.train),
        "test_images": len(data.test),
        "parameters": sum(p.numel() for p in model.parameters()),
        "steps": steps,
        "epochs": steps / by_epoch,
        "device": str(engine.device),
        "precision": engine.precision,
        "threads": engine.threads,
        "pid": os.getpid(),
    }
    for row in Training(model, data, recipe, engine, watch).rows():
        if row["kind"] == "epoch":
            about = {"spec": json.dumps(to_json(spec)), "recipe": json.dumps(recipe.json()), "epoch": str(row["epoch"])}
            save(model, checkpoint, about)
            log.info("epoch %s: test error %.4f, test loss %.4f", row["epoch"], row["test_error"], row["test_loss"])
        yield row
