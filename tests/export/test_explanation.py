"""`resviz explain`: the page's content for a terminal and as JSON, and `resviz draw --view unit`."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from resviz import cli
from resviz.views import tables
from resviz.zoo.families import FAMILIES, from_json, from_text


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert cli.main(list(arguments)) == 0
    return capsys.readouterr().out


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    text = run(capsys, "explain", "resnet50", "--shortcut", "A")
    assert text.startswith("ResNet-50 (option A)\nnone of the known ones; nearest: ResNet-50, differs in: shortcut A")
    assert r"x_{l+1} = \mathrm{ReLU}(\mathrm{pad}(x_{l}) + \mathcal{F}(x_{l}))" in text
    assert "Shortcut: A (He et al. 2015, option A)" in text
    assert "What to look at: turn the shortcut between A and none" in text
    assert "- He et al. 2016, Table 2, ResNet-110, original: reported error 6.61 % on CIFAR-10" in text


@pytest.mark.parametrize("family", FAMILIES.names())
def test_json_of_every_family(capsys: pytest.CaptureFixture[str], family: str) -> None:
    found = json.loads(run(capsys, "explain", family, "--format", "json"))
    assert from_json(found["spec"]) == from_text(family)
    assert found["badge"]["sentences"]
    assert found["badge"]["nearest"] is None
    assert found["equations"][0]["lines"]
    assert found["lessons"][0]["kind"] == "family"


def test_json_of_an_unknown_network(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(run(capsys, "explain", "resnet110", "--shortcut", "shortcut-gate", "--gate-bias", "-2",
                           "--format", "json"))  # fmt: skip
    nearest = found["badge"]["nearest"]
    ours, theirs = from_json(found["spec"]), from_json(nearest["spec"])
    assert nearest["params"] == tables.costs(ours.node()).params - tables.costs(theirs.node()).params
    assert nearest["differences"] == ["gate bias −2 instead of 0"]
    rows = found["measured"]["shortcut"]
    assert [(row["errors"], row["this_network"]) for row in rows] == [({"top1": 12.86}, False), ({"top1": 6.91}, False)]
    assert found["reported"] == []


def test_a_list_gives_a_list(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    specs = json.dumps([{"family": "resnet"}, {"family": "resnet", "layout": "cifar", "depth": 56}])
    monkeypatch.setattr(sys, "stdin", io.StringIO(specs))
    found = json.loads(run(capsys, "explain", "--spec", "-", "--format", "json"))
    assert [document["title"] for document in found] == ["ResNet-50", "ResNet-56"]
    assert found[1]["reported"][0]["errors"] == {"top1": 6.97}


@pytest.mark.parametrize("ending", ["svg", "pdf", "png"])
def test_the_unit_as_a_file(capsys: pytest.CaptureFixture[str], tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"unit.{ending}"
    run(capsys, "draw", "resnet110", "--shortcut", "exclusive-gate", "--view", "unit", "-o", str(file))
    assert file.stat().st_size > 2000
    assert ("1 − g" in file.read_text(encoding="utf-8")) if ending == "svg" else file.read_bytes()[:4] in (
        b"%PDF", b"\x89PNG",
    )  # fmt: skip


def test_dot_holds_no_unit(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.main(["draw", "resnet110", "--view", "unit", "-o", str(tmp_path / "unit.dot")]) == 2
    assert "not the unit view" in capsys.readouterr().err
