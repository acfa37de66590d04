"""An experiment on disk: a folder beside its runs that says which run is which arm's, and what was predicted.

`ID/experiment.json` holds the design, the prediction, and for each arm its title and its runs' IDs, one a seed. The
runs are runs like any other; what the experiment shows is read from them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from resviz.core.files import write_json
from resviz.core.knob import SpecError
from resviz.experiments.design import Design, of_json
from resviz.runs import shelf, store
from resviz.runs.store import Run, RunError, State
from resviz.train.launch import begin, prepare
from resviz.train.launch import go_on as resume
from resviz.train.recipe import Recipe

FILE = "experiment.json"
UNFINISHED: tuple[State, ...] = ("queued", "stopped", "interrupted")
BY_THE_MACHINE = ("", "OSError", "MemoryError", "OutOfMemoryError")
"""How a run fails that another time may not: its process did not come up, or disk or memory were full."""
NONE = "none of them"
UNSURE = "I do not know"


@dataclass(frozen=True)
class ArmRuns:
    """An arm's title and its runs, one a seed."""

    title: str
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Experiment:
    """An experiment that was begun: `name` is that of a paper's experiment, "" for one's own."""

    path: Path
    name: str
    design: Design
    prediction: str
    arms: tuple[ArmRuns, ...]

    @property
    def id(self) -> str:
        return self.path.name

    def runs(self) -> list[Run]:
        """Every run, in the order in which they were launched."""
        return [run for arm in self.arms for run in arm.runs]

    def alive(self) -> bool:
        return any(run.state() in store.ALIVE for run in self.runs())


Start = Callable[[Run, Recipe], None]
"""Starts a prepared run: puts it into this machine's queue, or gives it to a cluster."""


def begin_all(design: Design, name: str = "", prediction: str = "", start: Start = begin) -> Experiment:
    """Create the experiment and its runs, and start them; raises SpecError, ShapeError, DataError or RunError.

    The networks take turns seed by seed, so that a first picture is there before the last seed has begun.
    """
    arms = design.arms()
    recipes = [[replace(arm.recipe, seed=seed) for seed in design.seeds] for arm in arms]
    runs = [[prepare(arm.spec, recipe) for recipe in each] for arm, each in zip(arms, recipes, strict=True)]
    path = store.new_folder(f"experiment {design.title}")
    made = tuple(ArmRuns(arm.title, tuple(each)) for arm, each in zip(arms, runs, strict=True))
    found = Experiment(path, name, design, prediction, made)
    _write(found)
    for seed in range(len(design.seeds)):
        for each, recipe in zip(runs, recipes, strict=True):
            start(each[seed], recipe[seed])
    return found


def unfinished(experiment: Experiment) -> list[Run]:
    """The runs that may go on: those that never began, were stopped or killed, or had no room.

    What was deleted is gone, and what failed by itself, because it diverged, say, would do so again.
    """
    return [run for run in experiment.runs() if run.path.exists() and _may_go_on(run)]


def _may_go_on(run: Run) -> bool:
    return run.state() in UNFINISHED or (run.state() == "failed" and run.error() in BY_THE_MACHINE)


def go_on(experiment: Experiment) -> None:
    """Start what was never started, and let go on what was stopped or killed; raises SpecError or RunError."""
    for run in unfinished(experiment):
        resume(run)


def stop(experiment: Experiment) -> None:
    """Ask every run that has not ended to end."""
    for run in experiment.runs():
        if run.state() in (*store.ALIVE, "queued"):
            store.stop(run)


def delete(experiment: Experiment) -> None:
    """Remove the experiment and its runs; raises RunError if one is pinned, before any is touched, or does not end."""
    if why := pinned(experiment):
        raise RunError(why)
    stop(experiment)
    for run in experiment.runs():
        if run.path.exists():
            shelf.delete(run)
    shutil.rmtree(experiment.path)


def pinned(experiment: Experiment) -> str | None:
    """Why the experiment cannot be deleted, where one of its runs is pinned."""
    runs = [run.id for run in experiment.runs() if shelf.label(run).pinned]
    return f"{' and '.join(runs)} of it {'are' if runs[1:] else 'is'} pinned: take the pin away first" if runs else None


def find(experiment_id: str) -> Experiment:
    """The experiment of that ID, which may come from a URL; raises RunError."""
    path = store.runs_folder() / experiment_id
    if not store.ID.fullmatch(experiment_id) or not (path / FILE).is_file():
        raise RunError(f"there is no experiment {experiment_id[:100]!r}: resviz experiments lists them")
    try:
        return _read(path)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{path / FILE} cannot be read: {error}") from None


def listed() -> list[Experiment]:
    """Every experiment that can be read, the newest first."""
    found = []
    for file in sorted(store.runs_folder().glob(f"*/{FILE}"), reverse=True):
        try:
            found.append(find(file.parent.name))
        except RunError:
            continue
    return found


def _write(experiment: Experiment) -> None:
    arms = [{"title": arm.title, "runs": [run.id for run in arm.runs]} for arm in experiment.arms]
    value = {
        "name": experiment.name,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "design": experiment.design.json(),
        "prediction": experiment.prediction,
        "arms": arms,
    }
    write_json(experiment.path / FILE, value)


def _read(path: Path) -> Experiment:
    value = json.loads((path / FILE).read_text("utf-8"))
    arms = tuple(ArmRuns(str(arm["title"]), _runs(path.parent, arm["runs"])) for arm in value["arms"])
    return Experiment(path, str(value["name"]), of_json(value["design"]), str(value["prediction"]), arms)


def _runs(folder: Path, ids: Sequence[str]) -> tuple[Run, ...]:
    wrong = next((each for each in ids if not store.ID.fullmatch(each)), None)
    if wrong is not None:
        raise SpecError(f"{wrong!r} is no run")
    return tuple(Run(folder / each) for each in ids)
