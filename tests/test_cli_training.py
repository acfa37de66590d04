"""The command line's trainings: experiments, and runs that are named, pinned and deleted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from resviz import cli
from resviz.experiments import record
from resviz.experiments.design import Design
from resviz.runs import store

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def resviz(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs a command in this process: (exit code, output, errors)."""
    monkeypatch.setenv("RESVIZ_RUNS", str(tmp_path / "runs"))

    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(list(arguments))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_an_experiment_of_ones_own_as_json(resviz: Run) -> None:
    code, out, err = resviz(
        "experiment", "lenet:activation=relu", "--vary", "pool=avg,max", "--seeds", "3", "--epochs", "1", "--device",
        "cpu", "--json",
    )  # fmt: skip
    assert (code, err) == (0, "")
    *epochs, last = map(json.loads, out.splitlines())
    assert [(row["arm"], row["seed"], row["epoch"]) for row in epochs] == [
        (arm, 3, 1) for arm in ("LeNet-5 (ReLU)", "LeNet-5 (ReLU, max pooling)")
    ]
    assert [arm["test_error"]["seeds"] for arm in last["arms"]] == [1, 1]
    assert last["verdict"]["answer"][0] in {arm["title"] for arm in last["arms"]}
    assert last["design"]["vary"] == {"pool": ["avg", "max"]}


def test_an_experiment_that_fails_says_why_and_ends_with_1(resviz: Run) -> None:
    code, out, err = resviz("experiment", "resnet8", "--vary", "lr=1e6", "--epochs", "1", "--device", "cpu")
    assert code == 1
    assert "ResNet-8" in out
    assert err.startswith("resviz: ResNet-8 (CIFAR), lr 1e6" if "(CIFAR)" in err else "resviz: ResNet-8, lr 1e6")
    assert "the training diverged" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name an experiment, degradation, shortcuts"),
        (["nosuch"], "there is no preset or family 'nosuch'"),
        (["degradation", "resnet8"], "degradation has its networks and knobs"),
        (["degradation", "--depth", "8"], "degradation has its networks and knobs"),
        (["degradation", "--seeds", "x"], "seed x is not a whole number"),
        (["degradation", "--lr", "inf"], "lr inf is out of range"),
        (["degradation", "--seed", "5"], "give --seeds 5 in place of --seed"),
        (["lenet-pooling", "--lr", "0.5"], "lr is what the experiment varies: leave --lr out"),
        (["resnet8", "--vary", "depth=8", "--vary", "depth=20"], "depth is varied twice"),
        (["resnet8", "--address", "x"], "give --runner ray with it"),
        (
            ["resnet8", "--vary", f"lr={','.join(['0.1'] * 300)}", "--vary", f"batch={','.join(['8'] * 200)}"],
            "60,000 networks with 1 seeds are 60,000 trainings, and 60 are the most",
        ),
        (["resnet8", "--vary", "depth"], "write it as depth=8,20,56"),
        (["resnet8", "--vary", "nosuch=1"], "has a knob 'nosuch'"),
    ],
)
def test_what_is_no_experiment_is_one_line_and_2(resviz: Run, arguments: list[str], said: str) -> None:
    code, out, err = resviz("experiment", *arguments)
    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
    assert store.listed() == []


def test_a_run_is_named_pinned_stopped_and_deleted(resviz: Run) -> None:
    run = store.create({}, {}, "a run")
    code, out, _ = resviz("runs", run.id, "--name", "my best", "--pin")
    assert (code, out) == (0, f"{run.id}  queued       my best  pinned\n")
    (document,) = json.loads(resviz("runs", "--format", "json")[1])
    assert (document["name"], document["pinned"], document["ahead"]) == ("my best", True, None)
    assert "is pinned" in resviz("runs", run.id, "--delete")[2]
    assert resviz("runs", run.id, "--no-pin", "--stop")[1].split()[1] == "stopped"
    assert resviz("runs", run.id, "--delete") == (0, "", "")
    assert resviz("runs") == (0, "", "")
    assert "name the run that is meant" in resviz("runs", "--delete")[2]
    assert "there is no run 'nosuch'" in resviz("runs", "nosuch")[2]


def test_experiments_are_listed_shown_stopped_and_deleted(resviz: Run) -> None:
    begun = record.begin_all(Design("Mine", ("resnet8",), (("lr", ("0.1", "0.2")),)), start=lambda run, recipe: None)
    assert resviz("experiments") == (0, f"{begun.id}  over         Mine\n", "")
    code, out, _ = resviz("experiments", begun.id)
    assert code == 0
    assert "ResNet-8, lr 0.1" in out
    assert out.endswith("It has not come to its end.\n")
    assert resviz("experiments", begun.id, "--stop")[0] == 0
    assert {run.state() for run in begun.runs()} == {"stopped"}
    assert json.loads(resviz("experiments", begun.id, "--format", "json")[1])["experiment"] == begun.id
    assert resviz("experiments", begun.id, "--delete")[0] == 0
    assert store.listed() == []
    code, _, err = resviz("experiments", begun.id)
    assert (code, err) == (2, f"resviz: there is no experiment {begun.id!r}: resviz experiments lists them\n")
    assert "name the experiment that is meant" in resviz("experiments", "--stop")[2]


def test_a_run_for_torchrun_is_only_prepared(resviz: Run) -> None:
    code, out, _ = resviz("train", "resnet8", "--prepare")
    (run,) = store.listed()
    assert (code, out, run.state()) == (0, f"{run.path}\n", "queued")


def test_what_a_training_needs_is_refused_at_once(resviz: Run, tmp_path: Path) -> None:
    for arguments, said in (
        (["--data", "cifar10", "--data-dir", "~nobody-at-all/x"], "begins with a user that this machine does not know"),
        (["--data-dir", str(tmp_path)], "needs data that are read from files, such as cifar10; leave it out"),
    ):
        code, _, err = resviz("train", "resnet8", *arguments)
        assert code == 2
        assert said in err
        assert err.count("\n") == 1
    assert store.listed() == []
    code, _, err = resviz("train", "resnet8", "--images", "100000000")
    assert code == 1
    assert "there are 1,437 training images, not 100,000,000" in err


def test_an_unreadable_run_does_not_hide_the_others(resviz: Run) -> None:
    broken, whole = store.create({}, {}, "broken"), store.create({}, {}, "whole")
    (broken.path / "config.json").write_text("{")
    code, out, _ = resviz("runs")
    assert code == 1
    assert "whole\n" in out
    assert "config.json cannot be read" in out
    code, out, _ = resviz("runs", "--format", "json")
    assert code == 1
    assert [each["id"] for each in json.loads(out)] == [whole.id, broken.id]
