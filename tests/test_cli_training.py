"""The command line's trainings: experiments, and runs that are named, pinned and deleted."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from resviz import cli
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
