"""Begin a training: what can be refused at once is refused with its sentence, the rest is a run of its own process.

The ticket for its turn is drawn here and handed to the process, so that trainings go in the order of their launch.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec

from resviz.core.folders import expanded
from resviz.core.knob import SpecError
from resviz.core.spec import NetSpec
from resviz.runs import queue, shelf, store
from resviz.train.recipe import Recipe, fitted, recipe_of
from resviz.train.sources import SOURCES, locate
from resviz.zoo.families import to_json


def launch(spec: NetSpec, recipe: Recipe) -> store.Run:
    """A started run of `spec` by `recipe`; raises SpecError, ShapeError, DataError or RunError."""
    run = prepare(spec, recipe)
    begin(run, recipe)
    return run


def prepare(spec: NetSpec, recipe: Recipe) -> store.Run:
    """A run of `spec` by `recipe` that is not started yet; raises SpecError, ShapeError, DataError or RunError.

    Where no folder is named, the run itself finds the data or fetches them.
    """
    shelf.refuse_if_full()
    if recipe.data_dir:
        # whoever goes on, or looks at the run, may be in another folder
        recipe = replace(recipe, data_dir=str(expanded(recipe.data_dir)))
        locate(recipe.data, recipe.data_dir)
    if recipe.tensorboard and find_spec("tensorboard") is None:
        raise SpecError('tensorboard needs a package: pip install "resviz[tensorboard]", or leave it out')
    fit = fitted(spec, recipe.data, recipe.size)
    return store.create(to_json(spec), recipe.json(), f"{fit.title()} on {SOURCES[recipe.data].title}")


def begin(run: store.Run, recipe: Recipe) -> None:
    """Start a prepared run, at the end of the queue; raises RunError."""
    with _ticket(run, recipe) as ticket:
        store.start(run, kept=(ticket,))


def go_on(run: store.Run) -> None:
    """Resume a run that ended before it was finished, at the end of the queue; raises SpecError or RunError."""
    store.refuse_to_resume(run)
    shelf.refuse_if_full()
    with _ticket(run, recipe_of(run.config()["recipe"])) as ticket:
        store.resume(run, kept=(ticket,))


@contextmanager
def _ticket(run: store.Run, recipe: Recipe) -> Iterator[int]:
    """A ticket at the end of the queue, which is let go here once the run's process has it."""
    descriptor = queue.draw(run.path.parent, queue.places(recipe.device).kind, run.id)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
