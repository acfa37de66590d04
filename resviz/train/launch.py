"""Begin a training: what can be refused at once is refused with its sentence, the rest is a run of its own process.

The ticket for its turn is drawn here and handed to the process, so that trainings go in the order of their launch.
"""

from __future__ import annotations

import os

from resviz.core.spec import NetSpec
from resviz.runs import queue, shelf, store
from resviz.train.recipe import Recipe, fitted
from resviz.train.sources import SOURCES, locate
from resviz.zoo.families import to_json


def launch(spec: NetSpec, recipe: Recipe) -> store.Run:
    """A started run of `spec` by `recipe`; raises SpecError, ShapeError, DataError or RunError."""
    run = prepare(spec, recipe)
    begin(run, recipe)
    return run


def prepare(spec: NetSpec, recipe: Recipe) -> store.Run:
    """A run of `spec` by `recipe` that is not started yet; raises SpecError, ShapeError, DataError or RunError."""
    shelf.refuse_if_full()
    locate(recipe.data, recipe.data_dir)
    fit = fitted(spec, recipe.data, recipe.size)
    return store.create(to_json(spec), recipe.json(), f"{fit.title()} on {SOURCES[recipe.data].title}")


def begin(run: store.Run, recipe: Recipe) -> None:
    """Start a prepared run, at the end of the queue; raises RunError."""
    ticket = queue.draw(run.path.parent, queue.places(recipe.device).kind, run.id)
    try:
        store.start(run, kept=(ticket,))
    finally:
        os.close(ticket)
