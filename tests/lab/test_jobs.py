"""Experiments with their real processes on really trained networks: answers, kept answers, Stop, refusals."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

import pytest
from trained import train

from resviz.core.knob import SpecError
from resviz.lab import jobs, names, network, subject
from resviz.lab.errors import LabError
from resviz.lab.jobs import Job
from resviz.lab.settings import Contribution, Gradients, Lesion, Removal, Surface
from resviz.runs import queue, store
from resviz.runs.store import Run, RunError
from resviz.zoo.families import named


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Run]]:
    yield from train(tmp_path_factory.mktemp("runs"))


def answered(job: Job) -> list[dict[str, object]]:
    """The results of an experiment that must finish."""
    run = jobs.begin(job)
    rows = list(store.follow(run))
    assert rows[-1] == {"kind": "end", "state": "finished", "message": ""}
    return jobs.results(run)


def test_a_plain_network_needs_every_unit_and_a_residual_one_does_not(runs, record_property):
    """Veit et al. 2016, section 4.1, on digits: single lesions cost the plain net far more."""
    errors = {}
    for name, run in runs.items():
        rows = answered(Job("lesion", subject.of_run(run), Lesion()))
        assert [row["unit"] for row in rows] == [None, *range(9)]
        assert {row["images"] for row in rows} == {360}
        errors[name] = [float(str(row["error"])) for row in rows]
        record_property(name, errors[name])
        print(name, [f"{100 * error:.2f} %" for error in errors[name]])
    for intact, *_ in errors.values():
        assert intact < 0.06
    assert median(errors["plain20"][1:]) > 0.5
    assert median(errors["resnet20"][1:]) < 0.25
    assert min(errors["plain20"][1:]) > median(errors["resnet20"][1:])


def test_the_intact_network_errs_as_its_training_said(runs):
    for run in runs.values():
        (first, *_) = answered(Job("lesion", subject.of_run(run), Lesion()))
        last = [row for row in store.rows(run)[0] if row["kind"] == "epoch"][-1]
        assert first["error"] == pytest.approx(last["test_error"])
        assert first["loss"] == pytest.approx(last["test_loss"], rel=1e-5)


def test_the_lengths_of_a_trained_network_add_up(runs):
    rows = answered(Job("gradients", subject.of_run(runs["resnet20"]), Gradients(images=16, draws=2)))
    lengths, (last,) = rows[:-1], rows[-1:]
    assert [row["length"] for row in lengths] == list(range(10))
    assert [int(str(row["paths"])) for row in lengths] == [1, 9, 36, 84, 126, 126, 84, 36, 9, 1]
    assert last["difference"] < 1e-9 * last["exact"]
    for row in (lengths[0], lengths[9]):
        assert row["mean"] == pytest.approx(row["exact"], rel=1e-9)
    assert all(row["exact"] <= int(str(row["paths"])) * row["mean"] * 10 for row in lengths)


def test_training_makes_units_add_less_than_they_did(runs):
    rows = answered(Job("contribution", subject.of_run(runs["resnet20"]), Contribution()))
    assert [(row["weights"], row["unit"]) for row in rows] == [
        (weights, unit) for weights in ("initial", "trained") for unit in range(9)
    ]


def test_the_middle_of_the_surface_is_the_trained_network(runs):
    rows = answered(Job("surface", subject.of_run(runs["resnet20"]), Surface(grid=3, images=0, span=0.5)))
    losses = [row["losses"] for row in rows]
    assert min(min(line) for line in losses) == losses[1][1]
    assert losses[1][1] < 0.2


def test_what_was_asked_once_is_answered_from_the_folder(runs):
    job = Job("lesion", subject.of_run(runs["plain20"]), Lesion(images=50))
    first = answered(job)
    stamp = job.run().metrics.stat().st_mtime_ns
    assert answered(job) == first
    assert job.run().metrics.stat().st_mtime_ns == stamp
    assert job.run().path.parent == runs["plain20"].path / "lab"
    other = Job("lesion", subject.of_run(runs["plain20"]), Lesion(images=51))
    assert other.run().path != job.run().path


def test_an_untrained_network_has_its_answers_beside_the_runs(runs):
    job = Job("lesion", subject.fresh(named("resnet8", {})), Lesion(images=30))
    assert len(answered(job)) == 4
    assert job.run().path.parent == store.runs_folder() / "fresh" / "lab"
    assert job.run().id not in [run.id for run in store.listed()]
    assert len(store.listed()) == 2


def test_one_that_is_stopped_says_so_and_can_begin_anew(runs):
    job = Job("surface", subject.of_run(runs["plain20"]), Surface(grid=201))
    run = jobs.begin(job)
    _until(lambda: jobs.results(run))
    store.stop(run)
    rows = list(store.follow(run))
    assert rows[-1]["state"] == "stopped"
    assert run.state() == "stopped"
    assert not jobs.begun(job)
    again = jobs.begin(job)
    assert again.state() in store.ALIVE
    store.stop(again)
    list(store.follow(again))


def test_one_that_is_killed_is_not_shown_as_under_way(runs):
    job = Job("surface", subject.of_run(runs["resnet20"]), Surface(grid=199))
    run = jobs.begin(job)
    _until(lambda: jobs.results(run))
    os.kill(_pid(run), signal.SIGKILL)
    _until(lambda: run.state() == "interrupted")
    assert "killed" in run.message()
    assert not jobs.begun(job)


def test_experiments_wait_for_one_another(runs):
    """As many as there are cores are worked on at once, so that a class cannot bring the server down."""
    wanted = queue.experiments()
    others = [queue.draw(store.runs_folder(), wanted.kind, f"other-{name}") for name in wanted.names]
    for name in wanted.names:
        ticket = queue.ticket(store.runs_folder(), f"other-{name}")
        assert ticket is not None
        queue.enter(ticket, wanted, lambda: None)
    run = jobs.begin(Job("lesion", subject.of_run(runs["resnet20"]), Lesion(images=7)))
    _until(lambda: run.state() == "waiting")
    assert run.ahead() == len(wanted.names)
    time.sleep(1.0)
    assert run.state() == "waiting"
    os.close(others[0])
    assert list(store.follow(run))[-1]["state"] == "finished"
    for descriptor in others[1:]:
        os.close(descriptor)


def _pid(run: Run) -> int:
    """The process that holds the folder's lock."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(run.path) in (process / "cmdline").read_text().split("\0"):
                return int(process.name)
        except OSError:
            continue
    raise AssertionError("no process works on the experiment")


def _until(seen, seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_run_without_weights_has_its_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("RESVIZ_RUNS", str(tmp_path))
    run = store.create({"family": "resnet"}, {}, "nothing yet")
    with pytest.raises(LabError, match="has no weights: it has not finished an epoch"):
        names.by_name(run.id, trained=True)
    run.checkpoint.write_bytes(b"no weights at all")
    with pytest.raises(LabError, match="is not a checkpoint of resviz"):
        names.by_name(run.id, trained=True)


def test_weights_of_another_network_are_refused(runs, tmp_path, monkeypatch):
    monkeypatch.setenv("RESVIZ_RUNS", str(tmp_path))
    run = store.create(runs["plain20"].config()["spec"], {}, "other")
    data = runs["plain20"].checkpoint.read_bytes()
    run.checkpoint.write_bytes(data.replace(b'\\"depth\\": 20', b'\\"depth\\": 32'))
    job = Job("lesion", subject.of_run(run), Lesion())
    rows = list(store.follow(jobs.begin(job)))
    assert rows[-1]["state"] == "failed"
    assert "does not hold the weights of Plain-32" in rows[-1]["message"]


@pytest.mark.parametrize("name", ["vgg11", "lenet", "alexnet", "nin"])
def test_a_network_without_units_has_its_sentence(name, tmp_path, monkeypatch):
    monkeypatch.setenv("RESVIZ_RUNS", str(tmp_path))
    job = Job("removal", subject.fresh(named(name, {})), Removal())
    with pytest.raises(LabError, match="has no units, so there is nothing to remove or to go round"):
        jobs.begin(job)
    assert not (tmp_path / "fresh").exists()


def test_names_are_runs_or_networks(runs):
    run = runs["resnet20"]
    assert names.by_name(run.id, trained=True).run == run
    assert names.by_name("last", trained=True).run is not None
    assert names.by_name("resnet:depth=34:shortcut=A", trained=True).run is None
    assert names.by_name("resnet50", trained=False).spec.input_shape() == (3, 224, 224)
    assert names.by_name("resnet8", trained=True).spec.input_shape() == (1, 8, 8)


@pytest.mark.parametrize(("name", "error", "sentence"), [
    ("20260101-000000-000-nothing", RunError, "there is no run"),
    ("resnet51", SpecError, "the nearest is resnet50"),
    ("../../etc/passwd", SpecError, "there is no preset or family"),
    ("resnet:depth=51", SpecError, "depth 51 is not possible"),
])  # fmt: skip
def test_a_name_of_nothing_has_its_sentence(runs, name, error, sentence):
    with pytest.raises(error, match=sentence):
        names.by_name(name, trained=True)


def test_without_any_run_there_is_no_last_one(tmp_path, monkeypatch):
    monkeypatch.setenv("RESVIZ_RUNS", str(tmp_path))
    with pytest.raises(RunError, match="there is no run yet"):
        names.by_name("last", trained=True)


def test_a_run_that_trained_on_is_another_subject(runs):
    about = subject.of_run(runs["resnet20"]).json()
    with pytest.raises(LabError, match="has trained on, from epoch 1 to 4"):
        subject.from_json_object({**about, "epoch": "1"})


def test_weights_of_a_later_epoch_are_not_taken_for_those_that_were_asked_about(runs):
    """The run may train on between the question and the reading of its file."""
    about = replace(subject.of_run(runs["resnet20"]), epoch="1")
    with pytest.raises(LabError, match="has trained on, from epoch 1 to 4"):
        network.weights(about)


def test_signals_at_the_start_are_not_those_of_a_run(runs):
    with pytest.raises(LabError, match=r"this is about a network as it is initialised, and .* is a run: name the"):
        names.by_name(runs["resnet20"].id, trained=False)


def test_a_run_that_is_deleted_takes_the_lab_s_work_on_it_along(runs, tmp_path, monkeypatch):
    monkeypatch.setenv("RESVIZ_RUNS", str(tmp_path))
    copy = tmp_path / runs["resnet20"].id
    shutil.copytree(runs["resnet20"].path, copy, ignore=shutil.ignore_patterns("lab"))
    job = Job("surface", subject.of_run(Run(copy)), Surface(grid=199))
    work = jobs.begin(job)
    _until(lambda: jobs.results(work))
    pid = _pid(work)
    store.delete(Run(copy))
    assert not copy.exists()
    _until(lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split(")")[1][:3])
