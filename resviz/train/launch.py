"""Begin a training: what can be refused at once is refused with its sentence, the rest is a run of its own process."""

from __future__ import annotations

from resviz.core.spec import NetSpec
from resviz.runs import store
from resviz.train.recipe import Recipe, fitted
from resviz.train.sources import SOURCES, locate
from resviz.zoo.families import to_json


def launch(spec: NetSpec, recipe: Recipe) -> store.Run:
    """A started run of `spec` by `recipe`; raises SpecError, ShapeError, DataError or RunError."""
    locate(recipe.data, recipe.data_dir)
    fit = fitted(spec, recipe.data, recipe.size)
    run = store.create(to_json(spec), recipe.json(), f"{fit.title()} on {SOURCES[recipe.data].title}")
    store.start(run)
    return run
