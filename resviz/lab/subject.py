"""What an experiment is about: a network, its data, and the weights of a run or those that it is initialised with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from resviz.core.folders import expanded
from resviz.core.spec import NetSpec
from resviz.lab.errors import LabError
from resviz.runs import store
from resviz.runs.header import metadata
from resviz.runs.store import Run
from resviz.train.recipe import Recipe, fitted, recipe_of
from resviz.zoo.families import from_json, to_json


@dataclass(frozen=True)
class Subject:
    """A network that is fitted to its data; `run` has its weights, or is None: then they are the seed's.

    `epoch` is the epoch that the run's weights are of.
    """

    spec: NetSpec
    recipe: Recipe
    run: Run | None = None
    epoch: str = ""

    def title(self) -> str:
        """What people call it, and how far it is trained."""
        return f"{self.spec.title()}, {f'epoch {self.epoch}' if self.run else 'not trained'}"

    def refuse_another(self, epoch: str) -> None:
        """Raise LabError where the run's weights are of another epoch by now."""
        if self.run is not None and epoch != self.epoch:
            raise LabError(
                f"the run {self.run.id} has trained on, from epoch {self.epoch} to {epoch}: begin the experiment anew"
            )

    def json(self) -> dict[str, object]:
        """What says exactly which network with which weights it is."""
        run = self.run.id if self.run else ""
        return {"spec": to_json(self.spec), "recipe": self.recipe.json(), "run": run, "epoch": self.epoch}


def titles(subjects: Sequence[Subject]) -> list[str]:
    """A title for each, with the run or a number where two would be the same."""
    plain = [subject.title() for subject in subjects]
    found: list[str] = []
    for number, (subject, title) in enumerate(zip(subjects, plain), start=1):
        if plain.count(title) == 1:
            found.append(title)
        else:
            found.append(f"{title}, {subject.run.id if subject.run else number}")
    return found


def of_run(run: Run) -> Subject:
    """The network of a run with the weights of its last finished epoch; raises LabError where there are none."""
    if not run.checkpoint.is_file():
        raise LabError(
            f"the run {run.id} has no weights: it has not finished an epoch; wait for one, or choose another run"
        )
    try:
        about = metadata(run.checkpoint)
        spec = from_json(json.loads(about["spec"]))
        return Subject(spec, recipe_of(json.loads(about["recipe"])), run, about["epoch"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise LabError(f"{run.checkpoint} is not a checkpoint of resviz: {error}") from None


def fresh(spec: NetSpec, data: str = "digits", seed: int = 0, data_dir: str = "") -> Subject:
    """The network as it is initialised, fitted to the data; raises SpecError or ShapeError."""
    recipe = Recipe(data=data, seed=seed, data_dir=str(expanded(data_dir)) if data_dir else "")
    return Subject(fitted(spec, data), recipe)


def as_it_is(spec: NetSpec) -> Subject:
    """The network as it is initialised, with the input that was chosen for it."""
    return Subject(spec, Recipe())


def from_json_object(value: dict[str, object]) -> Subject:
    """The subject that `Subject.json` describes; raises LabError, SpecError or RunError."""
    run = str(value["run"])
    if not run:
        return Subject(from_json(value["spec"]), recipe_of(value["recipe"]))
    found = of_run(store.find(run))
    replace(found, epoch=str(value["epoch"])).refuse_another(found.epoch)
    return found
