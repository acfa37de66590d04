"""An experiment on a local Ray; skipped where the extra [ray] is not installed."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from resviz import cli
from resviz.experiments import record
from resviz.runs import store

HAS_RAY = importlib.util.find_spec("ray") is not None


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESVIZ_RUNS", str(tmp_path))
    return tmp_path


@pytest.mark.skipif(not HAS_RAY, reason='needs Ray: pip install "resviz[ray]"')
def test_an_experiment_on_a_local_ray(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["experiment", "lenet:activation=relu", "--vary", "pool=avg,max", "--epochs", "1", "--device", "cpu"]
    assert cli.main([*arguments, "--runner", "ray", "--json"]) == 0
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [arm["states"] for arm in last["arms"]] == [["finished"], ["finished"]]
    (found,) = record.listed()
    assert "place" not in found.runs()[0].log.read_text()


@pytest.mark.skipif(HAS_RAY, reason="Ray is installed")
def test_without_ray_there_is_one_sentence_and_no_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["experiment", "degradation", "--runner", "ray"]) == 2
    assert 'a Ray cluster needs Ray: pip install "resviz[ray]"' in capsys.readouterr().err
    assert store.listed() == []
