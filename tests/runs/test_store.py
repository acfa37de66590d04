"""Runs as folders: made, found, listed, told apart by their states, and deleted."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from resviz.runs import lock, store
from resviz.runs.journal import Journal
from resviz.runs.status import COLUMNS, curve_csv, status


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESVIZ_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def made(title: str = "ResNet-8 on Digits") -> store.Run:
    return store.create({"family": "resnet"}, {"data": "digits"}, title)


def test_an_id_sorts_by_time_and_reads_like_the_title() -> None:
    runs = [made(), made("ResNeXt 32×4d / αβ"), made("…")]
    assert [run.id for run in store.listed()] == sorted((run.id for run in runs), reverse=True)
    assert runs[0].id.endswith("-resnet-8-on-digits")
    assert all(store.ID.fullmatch(run.id) for run in runs)
    assert store.find(runs[0].id) == runs[0]
    assert runs[0].config()["title"] == "ResNet-8 on Digits"


def test_without_a_runs_folder_there_are_no_runs() -> None:
    assert store.listed() == []


@pytest.mark.parametrize(
    "run_id", ["../x", "..", "", "/etc", "a/b", "a\\b", "A", ".hidden", "a\n", "x" * 200, "no-such"]
)
def test_ids_that_are_none_are_refused(folder: Path, run_id: str) -> None:
    made()
    (folder.parent / "x").mkdir()
    (folder.parent / "x" / "config.json").write_text("{}")
    with pytest.raises(store.RunError, match="there is no run"):
        store.find(run_id)


def test_a_damaged_config_is_told_and_does_not_hide_the_others() -> None:
    run, other = made(), made()
    (run.path / "config.json").write_text('{"title": 1')
    assert {found.id for found in store.listed()} == {run.id, other.id}
    with pytest.raises(store.RunError, match=r"config\.json cannot be read"):
        run.config()


def test_states_follow_lock_and_rows() -> None:
    run = made()
    assert run.state() == "queued"
    descriptor = lock.claim(run.lock)
    assert run.state() == "starting"
    journal = Journal(run.metrics)
    journal.write({"kind": "start", "spec": {"family": "resnet", "input": [1, 8, 8]}})
    assert run.state() == "running"
    assert run.spec()["input"] == [1, 8, 8]
    os.close(descriptor)
    assert run.state() == "interrupted"
    assert "killed" in run.message()
    with run.metrics.open("ab") as file:
        file.write(b'{"kind": "end", "state": "fini')
    assert run.state() == "interrupted"
    with run.metrics.open("ab") as file:
        file.write(b'shed", "message": ""}\n')
    assert run.state() == "finished"


def test_a_run_that_is_stopped_before_its_start_is_never_started() -> None:
    run = made()
    store.stop(run)
    assert run.state() == "stopped"
    with pytest.raises(store.RunError, match="stopped before it began"):
        store.start(run)


def test_a_run_is_started_once() -> None:
    run = made()
    os.close(lock.claim(run.lock))
    with pytest.raises(store.RunError, match="started already"):
        store.start(run)


def test_a_broken_interpreter_ends_as_failed_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho starting\necho 'libfoo.so: cannot open shared object file' >&2\nexit 127\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    run = made()
    store.start(run)
    assert list(store.follow(run)) == []
    assert run.state() == "failed"
    assert run.message() == "its process ended before it began: libfoo.so: cannot open shared object file"


def test_an_interpreter_that_is_not_there_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    run = made()
    with pytest.raises(store.RunError, match="cannot be started"):
        store.start(run)
    assert run.state() == "failed"


def test_a_deleted_run_is_gone_and_a_living_one_is_not_deleted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "PATIENCE_SECONDS", 0.0)
    run = made()
    descriptor = lock.claim(run.lock)
    with pytest.raises(store.RunError, match="not stopped yet"):
        store.delete(run)
    os.close(descriptor)
    store.delete(run)
    assert store.listed() == []
    assert list(folder.iterdir()) == []


def test_a_run_whose_process_is_still_ending_goes_on_once_that_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that holds torch takes a second or more to go after its last row, which the page shows at once."""
    run = made()
    descriptor = lock.claim(run.lock)
    Journal(run.metrics).write({"kind": "end", "state": "stopped", "message": ""})
    assert run.state() == "stopped"
    monkeypatch.setattr(store, "PATIENCE_SECONDS", 0.0)
    with pytest.raises(store.RunError, match="has not ended yet: resume it again in a moment"):
        store.take(run)
    monkeypatch.setattr(store, "PATIENCE_SECONDS", 30.0)
    ending = threading.Timer(1.5, os.close, (descriptor,))
    ending.start()
    again = store.take(run)
    ending.join()
    assert run.state() == "starting"
    with pytest.raises(store.RunError, match="cannot be resumed: it is starting"):
        store.take(run)
    os.close(again)


def test_status_and_csv_come_from_the_rows() -> None:
    run = made()
    assert status(run).progress == 0.0
    journal = Journal(run.metrics)
    times = {"seconds": 2.0, "images_per_second": 900.0, "progress": 0.5, "seconds_left": 2.0}
    journal.write({"kind": "start", "spec": {}})
    journal.write({"kind": "step", "step": 5, "epoch": 0.5, "loss": 1.25, "error": 0.5} | times)
    journal.write({"kind": "epoch", "step": 10, "epoch": 1, "train_error": 0.25, "test_error": 0.125} | times)
    now = status(run)
    assert (now.progress, now.epochs, now.seconds_left, now.test_error) == (0.5, 1, 2.0, 0.125)
    header, step, epoch = curve_csv(run).splitlines()
    assert header == ",".join(COLUMNS)
    assert step == "step,5,0.5,2.0,1.25,0.5,,,,,,,,900.0"
    assert epoch == "epoch,10,1,2.0,,,,0.25,,0.125,,,,900.0"


def test_the_page_needs_neither_torch_nor_numpy_to_start_and_read_runs() -> None:
    program = (
        "import sys; from resviz.runs import store, status; import resviz.train.recipe, resviz.train.launch; "
        "print(sorted({'torch', 'numpy', 'sklearn', 'streamlit'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_the_newest_run_is_last_and_a_file_is_no_folder_of_runs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(store.RunError, match="there is no run yet"):
        store.find("last")
    made()
    second = made("the second")
    assert store.find("last") == second == store.newest()
    (folder.parent / "file").touch()
    for path, words in (
        (folder.parent / "file", "is a file: set RESVIZ_RUNS to another path"),
        ("~nobody-at-all", "a user"),
    ):
        monkeypatch.setenv("RESVIZ_RUNS", str(path))
        with pytest.raises(ValueError, match=words):
            store.listed()
