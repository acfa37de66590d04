"""The command line's contract: every command, its documents and files, exit codes, and one line for what is wrong."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pypdf
import pytest
from PIL import Image

from resviz import cli
from resviz.cli import commands
from resviz.nn.client import Torch
from resviz.zoo.families import FAMILIES, PRESETS, named, to_json
from resviz.zoo.shortcuts import SHORTCUTS

FIELDS = {"spec", "title", "totals", "stages", "rows"}


class Terminal:
    """Runs commands in this process and keeps what they print."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys, self._monkeypatch = capsys, monkeypatch

    def run(self, *arguments: str, stdin: str = "") -> tuple[int, str, str]:
        """(exit code, output, errors)."""
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        code = cli.main(list(arguments))
        found = self._capsys.readouterr()
        return code, found.out, found.err

    def well(self, *arguments: str, stdin: str = "") -> str:
        """The output of a command that must succeed in silence."""
        code, out, err = self.run(*arguments, stdin=stdin)
        assert (code, err) == (0, "")
        return out

    def refused(self, *arguments: str, stdin: str = "") -> str:
        """The sentence of a command that must be refused with nothing printed but one line."""
        code, out, err = self.run(*arguments, stdin=stdin)
        assert (code, out) == (2, "")
        assert err.startswith("resviz: ")
        assert err.endswith("\n")
        assert err.count("\n") == 1
        assert err.rstrip("\n").isprintable()
        assert len(err) < 600
        return err.removeprefix("resviz: ").rstrip("\n")


@pytest.fixture
def resviz(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Terminal:
    """A terminal in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RESVIZ_RUNS", str(tmp_path / "runs"))
    return Terminal(capsys, monkeypatch)


def process(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "resviz", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, **options)  # type: ignore[call-overload,no-any-return]


# ---- table


def test_table_as_json_is_the_contracts_document(resviz: Terminal) -> None:
    document = json.loads(resviz.well("table", "resnet50", "--format", "json"))
    assert document.keys() == FIELDS
    assert document["title"] == "ResNet-50"
    assert document["spec"] == {"family": "resnet", **named("resnet50", {}).json()}
    totals = document["totals"]
    assert (totals["params"], totals["macs"], totals["depth"]) == (25_557_032, 4_089_184_256, 50)
    assert (totals["units"], totals["paths"]) == (16, "65536")
    assert [stage["name"] for stage in document["stages"]] == ["stem", "stage1", "stage2", "stage3", "stage4", "head"]
    assert document["rows"][0]["path"] == "conv1"


@pytest.mark.parametrize("by", ["stage", "block", "op"])
@pytest.mark.parametrize("notation", ["text", "csv", "markdown", "latex", "json"])
def test_table_in_every_notation_and_level(resviz: Terminal, notation: str, by: str) -> None:
    out = resviz.well("table", "resnet20", "--format", notation, "--by", by)
    if notation == "csv":
        lines = list(csv.reader(io.StringIO(out, newline="")))
        assert len(lines) == 1 + {"stage": 5, "block": 11, "op": len(lines) - 1}[by]
    elif notation == "json":
        assert json.loads(out).keys() == FIELDS
    else:
        assert "ResNet-20" in out
        assert re.search(r"\b269[,\\]*722\b", out)


def test_the_defaults_are_text_and_op(resviz: Terminal) -> None:
    assert resviz.well("table", "resnet20") == resviz.well("table", "resnet20", "--format", "text", "--by", "op")


def test_every_command_has_a_place_of_its_own_in_the_help() -> None:
    ranks = [command.rank for command in commands.found()]
    assert len(set(ranks)) == len(ranks) > 20


@pytest.mark.parametrize("preset", PRESETS.names())
def test_every_preset_has_a_table(resviz: Terminal, preset: str) -> None:
    document = json.loads(resviz.well("table", preset, "--format", "json"))
    assert document["spec"] == to_json(named(preset, {}))


def test_flags_stand_before_or_behind_the_name(resviz: Terminal) -> None:
    expected = resviz.well("table", "resnet", "--layout", "cifar", "--depth", "56", "--format", "json")
    assert json.loads(expected)["totals"]["depth"] == 56
    for arguments in (
        ("table", "--depth", "56", "--format", "json", "--layout", "cifar", "resnet"),
        ("table", "--depth=56", "resnet", "--format=json", "--layout=cifar"),
        ("--depth", "56", "--layout", "cifar", "table", "--format", "json", "resnet"),
    ):
        assert resviz.well(*arguments) == expected


@pytest.mark.parametrize(
    ("flags", "knob", "value"),
    [
        (["--se"], "se", True), (["--no-se"], "se", False), (["--se=false"], "se", False), (["--se=on"], "se", True),
        (["--no-shortcut-bn"], "shortcut_bn", False), (["--shortcut-bn"], "shortcut_bn", True),
        (["--avg-down"], "avg_down", True), (["--zero-gamma"], "zero_gamma", True),
        (["--conv-bias"], "conv_bias", True), (["--order", "pre"], "order", "pre"),
        (["--stride-on", "1x1"], "stride_on", "1x1"), (["--drop-path", "0.2"], "drop_path", 0.2),
        (["--input", "1,33,65"], "input", [1, 33, 65]), (["--classes", "7"], "classes", 7),
        (["--shortcut", "none"], "shortcut", "none"), (["--width", "32"], "width", 32),
        (["--stem", "deep"], "stem", "deep"), (["--widen", "2"], "widen", 2),
        (["--group-width", "128"], "group_width", 128), (["--groups", "2"], "groups", 2),
    ],
)  # fmt: skip
def test_knobs_are_flags(resviz: Terminal, flags: list[str], knob: str, value: object) -> None:
    spec = json.loads(resviz.well("table", "resnet50", *flags, "--format", "json"))["spec"]
    assert spec[knob] == value
    assert spec["depth"] == 50


def test_blocks_replace_the_depth(resviz: Terminal) -> None:
    document = json.loads(resviz.well("table", "resnet", "--blocks", "1,2,1,1,1", "--format", "json"))
    assert document["totals"]["units"] == 6
    assert document["totals"]["depth"] == document["spec"]["depth"] == 20
    assert len(document["stages"]) == 7


def test_a_toggle_with_a_no_takes_no_value(resviz: Terminal) -> None:
    assert resviz.refused("table", "resnet50", "--no-se=true") == "--no-se takes no value"


# ---- specs from files


def test_one_object_gives_an_object_and_a_list_a_list(resviz: Terminal) -> None:
    one, other = '{"family": "resnet", "depth": 18}', '{"family": "resnet", "layout": "cifar"}'
    arguments = ("table", "--spec", "-", "--format", "json")
    document = json.loads(resviz.well(*arguments, stdin=one))
    assert document["title"] == "ResNet-18"
    assert json.loads(resviz.well(*arguments, stdin=f"[{one}]")) == [document]
    both = json.loads(resviz.well(*arguments, stdin=f"[{one}, {other}]"))
    assert [found["title"] for found in both] == ["ResNet-18", "ResNet-20"]
    assert json.loads(resviz.well(*arguments, stdin="[]")) == []


def test_a_document_gives_its_network_back(resviz: Terminal) -> None:
    document = json.loads(resviz.well("table", "preact-resnet164", "--format", "json"))
    Path("net.json").write_text(json.dumps(document["spec"]))
    assert json.loads(resviz.well("table", "--spec", "net.json", "--format", "json")) == document


def test_flags_change_what_the_file_holds(resviz: Terminal) -> None:
    """What followed from the old depth (its block) follows the new one."""
    arguments = ("table", "--spec", "-", "--format", "json", "--depth", "34", "--se")
    document = json.loads(resviz.well(*arguments, stdin='{"family": "resnet", "depth": 50}'))
    assert (document["title"], document["spec"]["block"]) == ("SE-ResNet-34", "basic")


def test_a_list_prints_one_table_after_the_other(resviz: Terminal) -> None:
    out = resviz.well("table", "--spec", "-", "--by", "stage", stdin='[{"family": "resnet"}, {"family": "resnet"}]')
    assert out.count("ResNet-50: ") == 2


def test_a_byte_order_mark_is_no_matter(resviz: Terminal) -> None:
    Path("net.json").write_text('\ufeff{"family": "resnet"}', encoding="utf-8")
    assert "ResNet-50" in resviz.well("table", "--spec", "net.json", "--by", "stage")


NO_SPEC = {
    "nothing": "",
    "half": "{",
    "words": "resnet50",
    "two": "{} {}",
    "number": "3",
    "text": '"resnet"',
    "null": "null",
    "list of numbers": "[1, 2]",
    "list in a list": '[[{"family": "resnet"}]]',
    "deep": "[" * 100_000,
    "deep and whole": "[" * 100_000 + "]" * 100_000,
    "no family": '{"depth": 50}',
    "unknown family": '{"family": "vggg"}',
    "family of no text": '{"family": 3}',
    "one good one bad": '[{"family": "resnet"}, {"family": "resnet", "depth": 51}]',
}
BAD_KNOBS = (
    '"colour": 1', '"": 1', '"a\\nb": 1', '"depth": NaN', '"drop_path": NaN', '"drop_path": -Infinity',
    '"depth": 1e400', '"depth": "50"', '"depth": 50.0', '"depth": [50]', '"depth": null', '"depth": true',
    '"layout": "cifar", "depth": 21', '"input": {"a": 1}', '"input": [3, 224]', '"input": [3, 0, 5]',
    '"blocks": [[3]]', '"blocks": [3, "x"]', '"blocks": [0]', '"block": 3', '"block": "\\ud800"',
    '"block": "a\\nb"', '"block": "\\u001b[31m"', '"se": 1', '"se": "true"', '"depth": 18, "groups": 3',
)  # fmt: skip
HUGE_KNOBS = {
    "4,000 digits": '"depth": ' + "1" * 4000,
    "9,000 digits": '"depth": ' + "1" * 9000,
    "a rate of 400 digits": '"drop_path": ' + "1" * 400,
    "a deep list": '"input": ' + "[" * 900 + "]" * 900,
}


@pytest.mark.parametrize("text", NO_SPEC.values(), ids=NO_SPEC)
def test_what_is_no_spec_is_refused_in_one_sentence(resviz: Terminal, text: str) -> None:
    assert resviz.refused("table", "--spec", "-", stdin=text)
    Path("net.json").write_text(text)
    assert resviz.refused("table", "--spec", "net.json", "--format", "json")


@pytest.mark.parametrize("knob", [*BAD_KNOBS, *HUGE_KNOBS.values()], ids=[*BAD_KNOBS, *HUGE_KNOBS])
def test_a_bad_knob_is_refused_in_one_sentence(resviz: Terminal, knob: str) -> None:
    Path("net.json").write_text(f'{{"family": "resnet", {knob}}}')
    assert resviz.refused("table", "--spec", "net.json")


def test_what_is_no_text_is_refused(resviz: Terminal) -> None:
    for junk in (b"\xff\xfe\x00\x01", os.urandom(2000) + b"\xff", b"\x89PNG\r\n\x1a\n\x00"):
        Path("net.json").write_bytes(junk)
        assert "net.json is not JSON" in resviz.refused("table", "--spec", "net.json")


def test_what_is_no_file_is_refused(resviz: Terminal, tmp_path: Path) -> None:
    assert resviz.refused("table", "--spec", "none.json") == "none.json: No such file or directory"
    assert resviz.refused("table", "--spec", str(tmp_path)) == f"{tmp_path}: Is a directory"
    assert resviz.refused("table", "--spec", "a\0b")
    assert "not both" in resviz.refused("table", "resnet50", "--spec", "net.json")


# ---- bad flags


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["table", "nosuch"], "there is no preset or family 'nosuch': the families are resnet"),
        (["table", "resnet51"], "the nearest is resnet"),
        (["table", ""], "there is no preset or family ''"),
        (["table", "\n\x1b[2J"], "there is no preset or family"),
        (["table"], "name a preset or a family, such as resnet50"),
        (["table", "resnet50", "resnet18"], "unrecognized arguments: resnet18"),
        (["table", "resnet50", "--knob", "3"], "unrecognized arguments: --knob 3"),
        (["table", "resnet50", "--no\nknob"], "unrecognized arguments"),
        (["table", "resnet50", "--dept", "18"], "unrecognized arguments: --dept 18"),
        (["table", "resnet50", "--depth"], "--depth needs a value"),
        (["table", "resnet50", "--depth", "18", "--depth", "18"], "--depth is given twice"),
        (["table", "resnet50", "--se", "--no-se"], "--no-se is given twice"),
        (["table", "resnet", "--layout", "cifar", "--depth", "21"], "the nearest is 20"),
        (["table", "resnet50", "--depth", "100000"], "the nearest is 200"),
        (["table", "resnet", "--layout", "cifar", "--depth", "100000"], "the nearest is 1202"),
        (["table", "resnet50", "--depth", "nan"], "depth nan is not a whole number"),
        (["table", "resnet50", "--depth", "inf"], "depth inf is not a whole number"),
        (["table", "resnet50", "--depth", "-5"], "the nearest is 10"),
        (["table", "resnet50", "--depth", "1e9"], "depth 1e9 is not a whole number"),
        (["table", "resnet50", "--depth", "1" * 400], "depth 1111"),
        (["table", "resnet50", "--depth", "1" * 9000], "depth 1111"),
        (["table", "resnet50", "--depth", ""], "is not a whole number"),
        (["table", "resnet50", "--depth", "٥٠"], "is not a whole number"),
        (["table", "resnet50", "--depth", "５０"], "is not a whole number"),
        (["table", "resnet50", "--depth", "5_0"], "is not a whole number"),
        (["table", "resnet50", "--depth", "18\n7"], "is not a whole number"),
        (["table", "resnet50", "--depth", "--se"], "depth --se is not a whole number"),
        (["table", "resnet50", "--drop-path", "nan"], "drop_path nan is out of range"),
        (["table", "resnet50", "--drop-path", "inf"], "the nearest is 0.95"),
        (["table", "resnet50", "--drop-path", "-inf"], "the nearest is 0"),
        (["table", "resnet50", "--drop-path", "1e9"], "the nearest is 0.95"),
        (["table", "resnet50", "--drop-path", "½"], "is not a number"),
        (["table", "resnet50", "--input", "3,0,5"], "input 0 is out of range"),
        (["table", "resnet50", "--input", "3,224"], "input needs three numbers"),
        (["table", "resnet50", "--input", "3,224,224,1"], "input needs three numbers"),
        (["table", "resnet50", "--input", ""], "input needs three numbers"),
        (["table", "resnet50", "--input", "3;224;224"], "is not a list of whole numbers"),
        (["table", "resnet", "--blocks", "0"], "blocks 0 is out of range"),
        (["table", "resnet", "--blocks", "3,x"], "is not a list of whole numbers"),
        (["table", "resnet", "--blocks", "3,,4"], "is not a list of whole numbers"),
        (["table", "resnet", "--blocks", "400,400,400"], "1,000 are the most"),
        (["table", "resnet50", "--se=perhaps"], "se perhaps is not true or false"),
        (["table", "resnet50", "--block", "Basic"], "the nearest is basic"),
        (["table", "resnet50", "--shortcut", "D"], "choose A, B, C, scaled, "),
        (["table", "resnet50", "--order", ""], "choose post, bn-after-add"),
        (["table", "resnet50", "--epochs", "3"], "there is no knob epochs"),
        (["table", "resnet50", "--format", "xml"], "invalid choice: 'xml'"),
        (["table", "resnet50", "--by", "layer"], "invalid choice: 'layer'"),
        (["draw", "resnet50"], "-o/--output"),
        (["draw", "resnet50", "-o", "net.gif"], "net.gif ends in no format that resviz draws"),
        (["draw", "resnet50", "-o", "nowhere/net.svg"], "nowhere/net.svg: No such file or directory"),
        (["draw", "resnet50", "-o", "net.svg", "--view", "unrolled"], "16 units make 2^16 paths"),
        (["draw", "plain20", "-o", "net.svg", "--view", "unrolled"], "there is nothing to unroll"),
        (["draw", "resnet8", "-o", "net.dot", "--view", "unrolled"], "DOT holds the graph"),
        (["draw", "resnet8", "-o", "net.svg", "--theme", "blue"], "theme blue is not possible"),
        (["draw", "resnet1202", "-o", "net.dot", "--level", "all"], "level all is not possible"),
        (["code", "resnet50", "-o", "nowhere/model.py"], "nowhere/model.py: No such file or directory"),
        (["train", "resnet8", "--epochs", "0"], "epochs 0 is out of range"),
        (["train", "resnet8", "--data", "nosuch"], "choose digits, mnist, fashion-mnist, cifar10, cifar100"),
        (["train", "resnet8", "--lr", "nan"], "lr nan is out of range"),
        (["train", "resnet8", "--seed", "-1"], "the nearest is 0"),
        (["train"], "name a preset or a family"),
        (["verify", "resnet8", "--depth", "9"], "the nearest is 8"),
        (["presets", "--depth", "18"], "this command has no --depth"),
        (["runs", "--se"], "this command has no --se"),
        (["families", "resnet"], "unrecognized arguments: resnet"),
        (["presets", "--format", "csv"], "invalid choice: 'csv'"),
        (["compare"], "NETWORK|COMPARISON"),
        (["compare", "nosuch"], "there is no preset or family 'nosuch'"),
        (["compare", "resnet50", "resnet:depth"], "write it as resnet50 or as resnet:depth=34"),
        (["compare", "resnet50", "--depth", "18"], "this command has no --depth"),
        (["compare", "resnet50", "lenet", "--match", "params"], "to match with"),
        (["compare", "resnet50", "resnet18", "-o", "x.dot"], "DOT holds one network, and there are 2"),
        (["paint", "resnet50"], "invalid choice: 'paint'"),
        ([], "COMMAND"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_2(resviz: Terminal, arguments: list[str], said: str) -> None:
    assert said in resviz.refused(*arguments)
    assert [file for file in Path().iterdir() if file.name != "runs"] == []


def test_a_list_where_one_network_is_wanted(resviz: Terminal) -> None:
    two = '[{"family": "resnet"}, {"family": "resnet"}]'
    assert "takes one network" in resviz.refused("code", "--spec", "-", stdin=two)
    assert "takes one network" in resviz.refused("code", "--spec", "-", stdin="[]")


# ---- draw and code


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("level", ["stage", "block", "layer", "op"])
def test_draw_writes_a_picture(resviz: Terminal, level: str, theme: str) -> None:
    assert resviz.well("draw", "resnet20", "-o", "net.svg", "--level", level, "--theme", theme) == ""
    svg = Path("net.svg").read_text(encoding="utf-8")
    assert svg.startswith("<svg ")
    assert "<title>ResNet-20</title>" in svg
    assert ("BN" in svg) == (level == "op")
    assert f"arrow-{theme}" in svg


def test_draw_in_every_format(resviz: Terminal) -> None:
    for name in ("net.pdf", "net.png", "net.dot"):
        assert resviz.well("draw", "resnet8", "--output", name) == ""
    (page,) = pypdf.PdfReader("net.pdf").pages
    assert "stage 3" in page.extract_text()
    assert Image.open("net.png").format == "PNG"
    assert Path("net.dot").read_text(encoding="utf-8").startswith("digraph")
    assert resviz.well("draw", "resnet8", "-o", "net.svg", "--view", "unrolled") == ""
    assert "unrolled</title>" in Path("net.svg").read_text(encoding="utf-8")


def test_compare_by_name_and_by_text(resviz: Terminal) -> None:
    assert "ResNet-34 (option C)" in resviz.well("compare", "options")
    document = json.loads(resviz.well("compare", "resnet:depth=34:shortcut=A", "resnet34", "--format", "json"))
    assert document["titles"] == ["ResNet-34 (option A)", "ResNet-34"]
    params = next(line for line in document["totals"] if line["name"] == "parameters")
    assert params == {"name": "parameters", "values": [21_623_848, 21_797_672], "differences": [0, 173_824]}


@pytest.mark.parametrize("ending", [".svg", ".pdf", ".png"])
def test_figure_3_is_one_figure(resviz: Terminal, ending: str, tmp_path: Path) -> None:
    """He et al. 2015, Fig. 3."""
    resviz.well("compare", "figure3", "-o", f"figure3{ending}")
    file = tmp_path / f"figure3{ending}"
    if ending == ".svg":
        assert all(name in file.read_text(encoding="utf-8") for name in ("VGG-19", "Plain-34", "ResNet-34"))
    elif ending == ".pdf":
        text = pypdf.PdfReader(file).pages[0].extract_text()
        assert all(name in text for name in ("VGG-19", "Plain-34", "ResNet-34", "fc, 4096", "224×224"))
    else:
        assert Image.open(file).size[1] > 2000


def test_a_match_is_told_and_compared(resviz: Terminal) -> None:
    code, out, err = resviz.run("compare", "resnet20", "plain20", "--match", "params", "--by", "width")
    assert code == 0
    assert err == "Plain-20: width 16 gives 269,722 parameters, +0.00 % beside 269,722\n"
    assert "269,722" in out


def test_code_is_printed_or_written(resviz: Terminal) -> None:
    printed = resviz.well("code", "resnet18")
    assert resviz.well("code", "resnet18", "-o", "model.py") == ""
    assert Path("model.py").read_text(encoding="utf-8") == printed
    assert "def model()" in printed
    compile(printed, "model.py", "exec")


# ---- lists


def test_presets(resviz: Terminal) -> None:
    found = json.loads(resviz.well("presets", "--format", "json"))
    assert [preset["name"] for preset in found] == list(PRESETS.names())
    assert found[0].keys() == {"name", "title", "cite", "family", "knobs"}
    lines = resviz.well("presets").splitlines()
    assert [line.split()[0] for line in lines] == list(PRESETS.names())
    for name in ("resnet18", "resnet152", "plain34", "resnet1202", "preact-resnet1001", "wrn-28-10", "resnet50-v1",
                 "resnet50-d", "resnext50_32x4d", "wide_resnet101_2"):  # fmt: skip
        assert name in PRESETS.names()


def test_families_name_every_knob_with_its_range(resviz: Terminal) -> None:
    families = json.loads(resviz.well("families", "--format", "json"))
    assert [family["name"] for family in families] == list(FAMILIES.names())
    for family in families:
        for knob in family["knobs"]:
            assert knob["choices"] or knob["kind"] in ("bool", "text") or knob["low"] <= knob["high"]
            assert knob["flag"] == "--" + knob["name"].replace("_", "-")
    assert (families[0]["name"], families[0]["title"]) == ("resnet", "ResNet")
    knobs = {knob["name"]: knob for knob in families[0]["knobs"]}
    assert list(knobs) == [k.name for k in type(named("resnet", {})).knobs()]
    assert knobs["depth"]["choices"] == [10, 14, 18, 26, 34, 50, 101, 152, 200]
    assert (knobs["drop_path"]["low"], knobs["drop_path"]["high"]) == (0.0, 0.95)
    assert knobs["shortcut"]["choices"] == list(SHORTCUTS.names())
    text = resviz.well("families")
    assert all(f"  {knob['flag']}" in text for knob in knobs.values())


def test_no_runs_yet(resviz: Terminal) -> None:
    assert resviz.well("runs") == ""
    assert json.loads(resviz.well("runs", "--format", "json")) == []


def test_help_names_the_knobs(resviz: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--help"], ["table", "--help"], ["train", "-h"]):
        with pytest.raises(SystemExit) as ended:
            cli.main(arguments)
        assert ended.value.code == 0
    out = capsys.readouterr().out
    assert "--shortcut-bn" in out
    assert "--epochs" in out


# ---- torch, in processes of its own


def test_verify(resviz: Terminal) -> None:
    """Parameters by hand: 3×3 convolutions, two numbers a channel of each BN, and 64·10 + 10 of the classifier."""
    out = resviz.well("verify", "resnet8")
    assert out.count("✓") == 4
    params = 9 * (3 * 16 + 2 * 16**2 + 16 * 32 + 32**2 + 32 * 64 + 64**2) + 2 * (3 * 16 + 2 * 32 + 2 * 64) + 650
    assert out.startswith(f"ResNet-8: parameters {params:,} ✓")


def test_verify_says_what_differs_and_ends_with_1(resviz: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = {"counted": 4, "built": 6, "ok": False}
    wrong = {
        "params": pair,
        "buffers": pair,
        "flops": pair,
        "shapes": pair,
        "ok": False,
        "mismatches": ["conv1: 4 and 6"],
    }
    monkeypatch.setattr(Torch, "verify", lambda self, spec: wrong)
    code, out, err = resviz.run("verify", "resnet8")
    assert (code, err) == (1, "")
    assert "parameters counted 4, built 6 ✗, MACs counted 2, built 3 ✗" in out
    assert "conv1: 4 and 6" in out


def test_train_and_its_run(resviz: Terminal) -> None:
    """A small learning rate of accuracy is enough here; tests/train asks for the 97 %."""
    out = resviz.well(
        "train", "resnet8", "--epochs", "1", "--json", "--device", "cpu", "--threads", "1", "--batch", "64"
    )
    epoch, last = map(json.loads, out.splitlines())
    assert epoch["epoch"] == 1
    assert last["state"] == "finished"
    assert 0.2 < last["test_accuracy"] <= 1
    assert last["test_accuracy"] == pytest.approx(1 - epoch["test_error"])
    (run,) = json.loads(resviz.well("runs", "--format", "json"))
    assert (run["id"], run["state"], run["epochs"]) == (last["run"], "finished", 1)
    assert run["recipe"]["batch"] == 64
    line = resviz.well("runs")
    assert line.split()[:2] == [last["run"], "finished"]


def test_training_that_fails_ends_with_1(resviz: Terminal) -> None:
    """At a learning rate of a million the loss is soon no number."""
    code, out, err = resviz.run("train", "resnet8", "--epochs", "1", "--lr", "1e6", "--threads", "1", "--json")
    last = json.loads(out.splitlines()[-1])
    assert (code, last["state"], last["test_accuracy"]) == (1, "failed", None)
    assert err == f"resviz: {last['message']}\n"
    assert "take a smaller learning rate" in err


def test_training_without_its_data_makes_no_run(resviz: Terminal) -> None:
    Path("empty").mkdir()
    said = resviz.refused("train", "resnet8", "--data", "mnist", "--data-dir", "empty")
    assert "train-images-idx3-ubyte is missing" in said
    assert json.loads(resviz.well("runs", "--format", "json")) == []


# ---- the process


def test_the_module_is_the_command() -> None:
    done = process("table", "resnet20", "--by", "stage")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("ResNet-20: 269,722 parameters")
    refused = process("table", "resnet50", "--depth", "21")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("resviz: depth 21 is not possible")
    assert refused.stderr.count("\n") == 1


@pytest.mark.parametrize("arguments", [["presets"], ["table", "resnet1202"], ["table", "resnet50", "--format", "json"]])
def test_a_reader_that_goes_away_is_no_error(arguments: list[str]) -> None:
    """As in `resviz table resnet1202 | head -1`; 141 is what shells report for SIGPIPE."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        command = [sys.executable, "-m", "resviz", *arguments]
        done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


def test_an_output_that_cannot_show_the_table_is_said_in_one_line() -> None:
    done = process("table", "resnet20", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 2
    assert done.stderr == "resviz: the output's encoding ascii lacks '\\u2500': set PYTHONIOENCODING=utf-8\n"


def test_neither_torch_nor_plotly_is_loaded_to_print_a_table() -> None:
    """And nothing of the page: a table is there in a fraction of a second."""
    code = "import sys; from resviz.cli import main; main(['table', 'resnet50', '--by', 'stage']); " \
           "print(sorted({'torch', 'streamlit', 'plotly', 'sklearn', 'pandas'} & set(sys.modules)))"  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout.splitlines()[-1] == "[]"
