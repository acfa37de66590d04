"""What came out of an experiment: mean and spread over seeds by epoch, a table, a verdict from the numbers alone."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from resviz.experiments.record import NONE, UNSURE, Experiment
from resviz.runs import store
from resviz.runs.journal import Row
from resviz.runs.status import kept, status
from resviz.runs.store import Run, State
from resviz.train.errors import DivergedError

QUANTITIES = ("train_error", "test_error")

Read = Callable[[Run], Sequence[Row]]
"""Gives the rows of a run; a page has most of them already."""


@dataclass(frozen=True)
class Spread:
    """A quantity over the seeds that have it: mean, sample standard deviation (nan for one seed), lowest, highest."""

    mean: float
    deviation: float
    low: float
    high: float
    seeds: int


@dataclass(frozen=True)
class ArmResult:
    """An arm so far. `curves` has for "train_error" and "test_error" the spread at each epoch, from the first on.

    `guessing` is the error of somebody who guesses; a seed whose training diverged counts with it in `finals`.
    `complete` says that every seed was trained to its end, or to where its loss was no number any more.
    """

    title: str
    states: tuple[State, ...]
    messages: tuple[str, ...]
    epochs: int
    parameters: int
    seconds: float
    guessing: float
    complete: bool
    curves: Mapping[str, tuple[Spread, ...]]
    finals: Mapping[str, tuple[float, ...]]

    @property
    def over(self) -> bool:
        return not any(state in (*store.ALIVE, "queued") for state in self.states)

    def final(self, quantity: str) -> Spread | None:
        """The spread over the seeds' last epochs."""
        return spread(self.finals[quantity])


def results(experiment: Experiment, read: Read = lambda run: store.rows(run)[0]) -> list[ArmResult]:
    """The arms as they stand."""
    return [_arm(arm.title, arm.runs, read) for arm in experiment.arms]


def _arm(title: str, runs: Sequence[Run], read: Read) -> ArmResult:
    there = [run for run in runs if run.path.exists()]
    rows = [kept(read(run)) for run in there]
    now = [status(run, each) for run, each in zip(there, rows)]
    epochs = [[row for row in each if row.get("kind") == "epoch"] for each in rows]
    starts = [row for each in rows for row in each if row.get("kind") == "start"]
    guessing = 1.0 - 1.0 / _classes(starts)
    diverged = [bool(each) and each[-1].get("error") == DivergedError.__name__ for each in rows]
    finals = {
        quantity: tuple(
            guessing if gone_wrong else _value(each[-1], quantity)
            for gone_wrong, each in zip(diverged, epochs)
            if each or gone_wrong
        )
        for quantity in QUANTITIES
    }
    gone: list[State] = ["stopped"] * (len(runs) - len(there))
    return ArmResult(
        title=title,
        states=(*(s.state for s in now), *gone),
        messages=(*(s.message for s in now), *("it was deleted" for _ in gone)),
        epochs=max((len(each) for each in epochs), default=0),
        parameters=int(_value(starts[0], "parameters")) if starts else 0,
        seconds=sum(s.seconds or 0.0 for s in now),
        guessing=guessing,
        complete=not gone and all(s.state == "finished" or wrong for s, wrong in zip(now, diverged)),
        curves={quantity: _curve(epochs, quantity) for quantity in QUANTITIES},
        finals=finals,
    )


def _curve(epochs: Sequence[Sequence[Row]], quantity: str) -> tuple[Spread, ...]:
    longest = max((len(each) for each in epochs), default=0)
    at = ([_value(each[i], quantity) for each in epochs if len(each) > i] for i in range(longest))
    return tuple(found for values in at if (found := spread(values)) is not None)


def _classes(starts: Sequence[Row]) -> int:
    spec = starts[0].get("spec") if starts else None
    classes = spec.get("classes") if isinstance(spec, dict) else None
    return classes if isinstance(classes, int) and classes > 0 else 10


def _value(row: Row, name: str) -> float:
    value = row.get(name)
    return float(value) if isinstance(value, (int, float)) else math.nan


def spread(values: Sequence[float]) -> Spread | None:
    """Mean and spread of the values; None where there are none."""
    if not values:
        return None
    deviation = statistics.stdev(values) if len(values) > 1 else math.nan
    return Spread(statistics.fmean(values), deviation, min(values), max(values), len(values))


@dataclass(frozen=True)
class Verdict:
    """What the numbers say, the arms that answer the question, and whether that was predicted ("" where unasked).

    It is not `settled` where some training did not come to its end.
    """

    sentence: str
    answer: tuple[str, ...]
    prediction: str
    settled: bool = True


def verdict(experiment: Experiment, arms: Sequence[ArmResult]) -> Verdict | None:
    """The verdict once every arm is over; None before, or where nothing was trained to its end."""
    if not all(arm.over for arm in arms):
        return None
    if not all(arm.complete for arm in arms):
        return Verdict("Not everything was trained to its end, so nothing follows.", (), "", settled=False)
    judge = _who_fails if experiment.design.asks == "fails" else _who_is_best
    sentence, answer = judge(arms)
    return Verdict(sentence, answer, _predicted(experiment.prediction, answer))


def _predicted(prediction: str, answer: tuple[str, ...]) -> str:
    if prediction in ("", UNSURE):
        return ""
    right = (prediction == NONE and not answer) or answer == (prediction,)
    if right:
        return "You predicted it."
    partly = "This is one of them" if prediction in answer else "It came out otherwise"
    return f"You predicted: {prediction}. {partly}."


FAILED = 0.5
"""An arm does not learn if its training error stays above so much of what guessing gets."""


def _who_fails(arms: Sequence[ArmResult]) -> tuple[str, tuple[str, ...]]:
    finals = [(arm, s.mean) for arm in arms if (s := arm.final("train_error"))]
    failing = [(arm, mean) for arm, mean in finals if mean > FAILED * arm.guessing]
    learning = sorted(mean for arm, mean in finals if mean <= FAILED * arm.guessing)
    if not failing:
        return f"All of them learn: the highest training error is {_percent(learning[-1])}.", ()
    words = _listed([f"{arm.title} ({_percent(mean)})" for arm, mean in failing])
    sentence = f"{words} {'does' if len(failing) == 1 else 'do'} not learn the training images."
    if learning:
        low, high = _percent(learning[0]), _percent(learning[-1])
        span = low if low == high else f"{low} to {high}"
        sentence += f" The training error of the other{'s' if len(learning) > 1 else ''} is {span}."
    return sentence, tuple(arm.title for arm, _ in failing)


def _who_is_best(arms: Sequence[ArmResult]) -> tuple[str, tuple[str, ...]]:
    """The arms with the lowest mean error, and those that are no farther from it than the seeds from each other."""
    finals = sorted(((arm.title, s) for arm in arms if (s := arm.final("test_error"))), key=lambda pair: pair[1].mean)
    first = finals[0][1]
    best = [title for title, s in finals if s.mean == first.mean]
    others = finals[len(best) :]
    have = "have" if len(best) > 1 else "has"
    sentence = f"{_listed(best)} {have} the lowest test error, {_percent(first.mean)}"
    sentence += f"; next is {others[0][0]}, {_percent(others[0][1].mean)}." if others else "."
    if len(finals) == 1:
        return f"{best[0]}: test error {_percent(first.mean)}.", tuple(best)
    if first.seeds < 2:
        return f"{sentence} With one seed nobody knows how much of that is luck: take three or more.", tuple(best)
    near = [title for title, s in others if s.mean - first.mean < math.hypot(first.deviation, s.deviation)]
    if near:
        sentence += f" {_listed(near)} {'are' if len(near) > 1 else 'is'} no farther from that than seeds are apart."
    return sentence, (*best, *near)


def _listed(titles: Sequence[str]) -> str:
    *most, last = titles
    return f"{', '.join(most)} and {last}" if most else last


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def document(experiment: Experiment, arms: Sequence[ArmResult]) -> dict[str, object]:
    """The experiment and what came out as JSON; nan becomes null."""
    found = verdict(experiment, arms)
    return {
        "experiment": experiment.id,
        "design": experiment.design.json(),
        "prediction": experiment.prediction,
        "arms": [_document(arm) for arm in arms],
        "verdict": None if found is None else asdict(found),
    }


def _document(arm: ArmResult) -> dict[str, object]:
    finals = {quantity: arm.final(quantity) for quantity in QUANTITIES}
    return {
        "title": arm.title,
        "states": list(arm.states),
        "messages": list(arm.messages),
        "epochs": arm.epochs,
        "parameters": arm.parameters,
        "seconds": arm.seconds,
        **{quantity: None if s is None else _spread(s) for quantity, s in finals.items()},
        "curves": {quantity: [_spread(s) for s in curve] for quantity, curve in arm.curves.items()},
    }


def _spread(s: Spread) -> dict[str, float | int | None]:
    return {name: None if isinstance(v, float) and math.isnan(v) else v for name, v in asdict(s).items()}
