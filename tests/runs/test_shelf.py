"""Names, pins and room: what a person says of a run is kept beside it, and all of them together are bounded."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from resviz.runs import shelf, store
from resviz.runs.shelf import Label
from resviz.train.launch import launch
from resviz.train.recipe import Recipe
from resviz.zoo.families import named


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESVIZ_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def made() -> store.Run:
    return store.create({}, {}, "ResNet-8 on Digits")


def test_a_name_and_a_pin_are_kept_and_can_be_taken_away() -> None:
    run = made()
    assert shelf.label(run) == Label()
    shelf.rename(run, "  my <b>best</b>\n run ")
    shelf.pin(run, True)
    assert shelf.label(run) == Label("my <b>best</b> run", True)
    shelf.rename(run, "")
    assert shelf.label(run) == Label("", True)
    with pytest.raises(store.RunError, match="has 101 characters and 100 are the most"):
        shelf.rename(run, "x" * 101)
    with pytest.raises(store.RunError, match=r"a character that cannot be shown, U\+001B"):
        shelf.rename(run, "red \x1b[31m")


def test_a_pinned_run_is_not_deleted() -> None:
    run = made()
    shelf.pin(run, True)
    with pytest.raises(store.RunError, match="take the pin away first"):
        shelf.delete(run)
    shelf.pin(run, False)
    shelf.delete(run)
    assert store.listed() == []


@pytest.mark.parametrize("text", ["{", "[]", '{"name": "x"}', "null"])
def test_a_damaged_label_says_nothing(text: str) -> None:
    run = made()
    (run.path / shelf.FILE).write_text(text)
    assert shelf.label(run) == Label()


def test_a_file_under_two_names_counts_once() -> None:
    run = made()
    before = shelf.size(run)
    run.checkpoint.write_bytes(b"x" * 1000)
    os.link(run.checkpoint, run.path / "best.safetensors")
    (run.path / "lab").mkdir()
    (run.path / "lab" / "rows").write_bytes(b"x" * 30)
    assert shelf.size(run) == before + 1030
    assert shelf.used() == before + 1030
    assert shelf.gigabytes(1_300_000_000) == "1.3 GB"
    assert shelf.gigabytes(2_500_000) == "2.5 MB"


def test_when_the_room_is_taken_nothing_more_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    made()
    monkeypatch.setenv(shelf.ALLOWED, "0")
    with pytest.raises(store.RunError, match=r"may take 0\.0 MB: delete some, or set RESVIZ_RUNS_GB"):
        launch(named("resnet8", {}), Recipe())
    assert len(store.listed()) == 1
    for wrong in ("much", "-1", "nan", "inf"):
        monkeypatch.setenv(shelf.ALLOWED, wrong)
        with pytest.raises(store.RunError, match="is no number of gigabytes"):
            shelf.allowed()


def test_a_title_that_was_edited_by_hand_is_one_line_and_commands_no_terminal() -> None:
    run = store.create({}, {}, "x\n\x1b[31mred")
    assert shelf.about(run).title == "x  [31mred"


def test_a_run_that_cannot_be_read_is_listed_with_its_sentence() -> None:
    run, odd = made(), made()
    assert shelf.about(run).title == "ResNet-8 on Digits"
    assert shelf.about(run).begun is not None
    (run.path / "config.json").write_text("{")
    (odd.path / "config.json").write_text('{"title": "T", "created": "garbage", "spec": {}, "recipe": {}}')
    assert shelf.about(run).title.startswith(f"{run.path / 'config.json'} cannot be read: ")
    assert (shelf.about(odd).title, shelf.about(odd).begun) == ("T", None)
