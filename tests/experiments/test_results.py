"""Results: mean and spread over seeds, and verdicts that say no more than the numbers do."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from resviz.experiments import record
from resviz.experiments.design import Asks, Design
from resviz.experiments.record import ArmRuns, Experiment
from resviz.experiments.results import document, results, spread, verdict
from resviz.runs import lock, store
from resviz.runs.journal import Journal

Errors = Sequence[tuple[float, float]]
"""Training and test error, epoch by epoch."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESVIZ_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def run_of(errors: Errors, state: str = "finished", error: str = "") -> store.Run:
    """A run that went through these epochs."""
    run = store.create({"family": "resnet"}, {}, "a run")
    os.close(lock.claim(run.lock))
    journal = Journal(run.metrics)
    journal.write({"kind": "start", "spec": {"classes": 10}, "parameters": 42})
    for epoch, (train, test) in enumerate(errors, start=1):
        row = {"kind": "epoch", "epoch": epoch, "train_error": train, "test_error": test, "seconds": 1.5 * epoch}
        journal.write(row)
    if state:
        journal.write({"kind": "end", "state": state, "message": "", **({"error": error} if error else {})})
    return run


def experiment(arms: Mapping[str, Sequence[store.Run]], asks: Asks, prediction: str = "") -> Experiment:
    seeds = tuple(range(len(next(iter(arms.values())))))
    design = Design("Degradation", tuple(arms), seeds=seeds, asks=asks)
    made = tuple(ArmRuns(title, tuple(runs)) for title, runs in arms.items())
    return Experiment(store.new_folder("experiment"), "degradation", design, prediction, made)


def test_mean_and_spread_by_epoch_over_the_seeds_that_have_got_so_far() -> None:
    asked = experiment({"A": [run_of([(0.8, 0.9), (0.2, 0.4)]), run_of([(0.6, 0.7)], "")]}, "best")
    (arm,) = results(asked)
    first, second = arm.curves["train_error"]
    assert (first.mean, first.low, first.high, first.seeds) == (pytest.approx(0.7), 0.6, 0.8, 2)
    assert first.deviation == pytest.approx(0.1 * 2**0.5)
    assert (second.mean, second.seeds) == (0.2, 1)
    assert (arm.parameters, arm.epochs, arm.seconds) == (42, 2, 4.5)
    assert arm.states == ("finished", "interrupted")
    assert spread([]) is None


@pytest.mark.parametrize(
    ("prediction", "said"),
    [
        ("Plain-56", "You predicted it."),
        ("ResNet-56", "You predicted: ResNet-56. It came out otherwise."),
        (record.UNSURE, ""),
    ],
)
def test_who_does_not_learn(prediction: str, said: str) -> None:
    arms = {"Plain-20": [run_of([(0.0, 0.04)])], "Plain-56": [run_of([(0.8, 0.9)])]}
    asked = experiment(arms, "fails", prediction)
    found = verdict(asked, results(asked))
    assert found is not None
    assert found.sentence == (
        "Plain-56 (80.0 %) does not learn the training images. The training error of the other is 0.0 %."
    )
    assert (found.answer, found.prediction) == (("Plain-56",), said)


def test_a_training_whose_loss_was_no_number_has_not_learned() -> None:
    asked = experiment(
        {"A": [run_of([(0.1, 0.1)])], "B": [run_of([], "failed", "DivergedError")]}, "fails", record.NONE
    )
    found = verdict(asked, results(asked))
    assert found is not None
    assert found.answer == ("B",)
    assert found.prediction.endswith("It came out otherwise.")


def test_a_training_that_failed_for_want_of_something_else_says_nothing() -> None:
    asked = experiment({"A": [run_of([(0.1, 0.1)])], "B": [run_of([(0.9, 0.9)], "failed", "OSError")]}, "fails")
    found = verdict(asked, results(asked))
    assert found is not None
    assert found.sentence.startswith("Not everything was trained to its end")


def test_when_all_learn_none_is_named() -> None:
    asked = experiment({"A": [run_of([(0.1, 0.1)])], "B": [run_of([(0.2, 0.1)])]}, "fails", record.NONE)
    found = verdict(asked, results(asked))
    assert found is not None
    assert (found.sentence, found.answer) == ("All of them learn: the highest training error is 20.0 %.", ())
    assert found.prediction == "You predicted it."


def test_the_best_is_named_with_how_sure_that_is() -> None:
    one = experiment({"A": [run_of([(0.0, 0.02)])], "B": [run_of([(0.0, 0.03)])]}, "best", "A")
    found = verdict(one, results(one))
    assert found is not None
    assert found.sentence.startswith("A has the lowest test error, 2.0 %; next is B, 3.0 %. With one seed nobody knows")
    near = {"A": [run_of([(0, 0.02)]), run_of([(0, 0.06)])], "B": [run_of([(0, 0.03)]), run_of([(0, 0.07)])]}
    asked = experiment(near, "best", "B")
    found = verdict(asked, results(asked))
    assert found is not None
    assert found.sentence.endswith("next is B, 5.0 %. B is no farther from that than seeds are apart.")
    assert (found.answer, found.prediction) == (("A", "B"), "You predicted: B. This is one of them.")
    same = {"A": [run_of([(0, 0.02)])], "B": [run_of([(0, 0.02)])], "C": [run_of([(0, 0.1)])]}
    asked = experiment(same, "best", "B")
    found = verdict(asked, results(asked))
    assert found is not None
    assert found.sentence.startswith("A and B have the lowest test error, 2.0 %; next is C, 10.0 %.")
    assert found.prediction == "You predicted: B. This is one of them."
    far = {"A": [run_of([(0, 0.02)]), run_of([(0, 0.021)])], "B": [run_of([(0, 0.3)]), run_of([(0, 0.31)])]}
    asked = experiment(far, "best")
    found = verdict(asked, results(asked))
    assert found is not None
    assert found.sentence.endswith("next is B, 30.5 %.")


def test_there_is_no_verdict_before_the_end_and_none_from_half_of_it() -> None:
    waiting = experiment({"A": [store.create({}, {}, "later")]}, "best")
    assert verdict(waiting, results(waiting)) is None
    stopped = experiment({"A": [run_of([(0.1, 0.1)], "stopped")]}, "best")
    found = verdict(stopped, results(stopped))
    assert found is not None
    assert found.sentence == "Not everything was trained to its end, so nothing follows."


def test_the_document_is_json_without_nan_and_a_deleted_run_is_told() -> None:
    run, gone = run_of([(0.1, 0.2)]), run_of([(0.1, 0.2)])
    asked = experiment({"A": [run, gone]}, "best")
    store.delete(gone)
    text = json.dumps(document(asked, results(asked)), allow_nan=False)
    (arm,) = json.loads(text)["arms"]
    assert arm["states"] == ["finished", "stopped"]
    assert arm["messages"][1] == "it was deleted"
    assert arm["test_error"] == {"mean": 0.2, "deviation": None, "low": 0.2, "high": 0.2, "seeds": 1}


def test_an_experiment_is_found_again_and_what_is_none_is_refused() -> None:
    asked = replace(experiment({"A": [run_of([(0.1, 0.2)])]}, "best", "A"), name="depth")
    record._write(asked)
    assert record.find(asked.id) == asked
    assert record.listed() == [asked]
    for name in ("../x", "nothing", ""):
        with pytest.raises(store.RunError, match="there is no experiment"):
            record.find(name)
    (asked.path / record.FILE).write_text('{"arms": [{"title": "A", "runs": ["../../etc"]}]}')
    with pytest.raises(store.RunError, match="cannot be read"):
        record.find(asked.id)
    assert record.listed() == []
