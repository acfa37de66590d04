"""The command line's ledgers: cost, memory and depth, as text and as JSON, for one network and for a list."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable

import pytest

from resviz import cli
from resviz.views.conventions import CONVENTIONS

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def resviz(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process: (exit code, output, errors)."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(list(arguments))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def document(resviz: Run, *arguments: str) -> dict[str, object]:
    code, out, err = resviz(*arguments, "--format", "json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert {"spec", "title"} <= found.keys()
    return found  # type: ignore[no-any-return]


def test_cost_as_json(resviz: Run) -> None:
    lines = document(resviz, "cost", "resnet50")["conventions"]
    assert [line["name"] for line in lines] == list(CONVENTIONS.names())
    by_name = {line["name"]: line for line in lines}
    assert by_name["macs"]["number"] == 4_089_184_256
    assert by_name["fvcore"]["difference"] == 4_111_512_576 - 4_089_184_256
    assert by_name["ptflops"]["not_counted"] == {"Add": 16}
    assert all(line["definition"] and line["source"] and line["unit"] for line in lines)


def test_cost_as_text(resviz: Run) -> None:
    code, out, err = resviz("cost", "resnet50")
    assert (code, err) == (0, "")
    assert "fvcore FlopCountAnalysis" in out
    assert "4,111,512,576" in out
    assert all(len(line) <= 110 for line in out.splitlines())


def test_why(resviz: Run) -> None:
    code, out, err = resviz("cost", "resnet50", "--why", "4.11 G")
    assert (code, err) == (0, "")
    assert out.splitlines()[0] == "ResNet-50, 4.11 G:"
    assert "  4,111,512,576 MACs, rounded: fvcore FlopCountAnalysis, as it is v1.5 (strides on the 3×3)." in out
    why = document(resviz, "cost", "resnet50", "--why", "3.858")["why"]
    assert {"name": "macs", "number": 3_857_973_248, "unit": "MACs", "own": False, "how": "rounded",
            "strides": "v1 (strides on the first 1×1)"} in why["reasons"]  # fmt: skip


@pytest.mark.parametrize("number", ["much", "", "1 2"])
def test_why_needs_a_number(resviz: Run, number: str) -> None:
    code, out, err = resviz("cost", "resnet50", "--why", number)
    assert (code, out) == (2, "")
    assert err.startswith("resviz: ")
    assert err.count("\n") == 1


def test_memory(resviz: Run) -> None:
    found = document(
        resviz, "memory", "resnet50", "--batch", "64", "--optimizer", "adam", "--precision", "mixed", "--fits", "80GB"
    )
    assert found["plan"] == {"batch": 64, "precision": "mixed", "optimizer": "adam", "fits": "80GB"}
    assert found["training"]["optimizer"] == 2 * found["training"]["parameters"] == 2 * 4 * 25_557_032
    assert found["inference"]["total"] < found["training"]["total"] < 80 * 10**9
    code, out, err = resviz("memory", "resnet", "--depth", "18", "--batch=8")
    assert (code, err) == (0, "")
    assert out.startswith("ResNet-18, batch 8, float32, optimizer sgd")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--batch", "0"], "the nearest is 1"),
        (["--precision", "auto"], "choose float32, mixed, bfloat16"),
        (["--optimizer", "lion"], "choose sgd, adam, none"),
        (["--fits", "24"], "write it like 24GiB"),
        (["--lr", "0.1"], "there is no knob lr"),
    ],
)
def test_an_impossible_plan_is_one_sentence(resviz: Run, flags: list[str], words: str) -> None:
    code, out, err = resviz("memory", "resnet50", *flags)
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", ["table", "cost", "depth"])
def test_flags_of_the_plan_mean_nothing_elsewhere(resviz: Run, command: str) -> None:
    code, out, err = resviz(command, "resnet50", "--optimizer", "adam")
    assert (code, out) == (2, "")
    assert "there is no knob optimizer" in err


def test_depth(resviz: Run) -> None:
    code, out, err = resviz("depth", "resnet50")
    assert (code, err) == (0, "")
    assert out.startswith("ResNet-50: 1 + 3·3 + 4·3 + 6·3 + 3·3 + 1 = 50\n")
    assert document(resviz, "depth", "vgg16")["equation"] == "2 + 2 + 3 + 3 + 3 + 3 = 16"


@pytest.mark.parametrize("command", ["cost", "memory", "depth"])
def test_a_list_of_specs_gives_a_list(resviz: Run, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    specs = [{"family": "resnet", "depth": 18}, {"family": "lenet"}]
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(specs)))
    code, out, err = resviz(command, "--spec", "-", "--format", "json")
    assert (code, err) == (0, "")
    assert [found["title"] for found in json.loads(out)] == ["ResNet-18", "LeNet-5"]
