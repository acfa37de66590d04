"""`resviz export`, `draw` and `open`: files and what they carry, side by side, and one line for what is wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest
from PIL import Image

from resviz import cli
from resviz.export import carried, formats
from resviz.export.figure import Figure
from resviz.runs import shelf, store
from resviz.zoo.families import from_json, from_text

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def resviz(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs a command in an empty folder; gives (exit code, output, errors)."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(list(arguments))
        found = capsys.readouterr()
        return code, found.out, found.err

    return run


@pytest.mark.parametrize("format", [name for name, export in formats.found().items() if not export.torch])
def test_every_format_is_exported_and_opened(resviz: Run, format: str, tmp_path: Path) -> None:
    file = f"net{formats.found()[format].ending}"
    assert resviz("export", "resnet", "--layout", "cifar", "--depth", "20", "--to", format, "-o", file) == (0, "", "")
    code, out, err = resviz("open", file)
    if format == "csv":
        assert (code, out) == (2, "")
        assert err == "resviz: net.csv says nothing of a network: resviz opens what it wrote, and weights\n"
        return
    assert (code, err) == (0, "")
    assert out.splitlines()[:2] == ["ResNet-20", "  network resnet:layout=cifar"]


def test_what_is_opened_goes_into_other_commands(resviz: Run) -> None:
    assert resviz("draw", "resnet34", "--shortcut", "A", "-o", "net.pdf")[0] == 0
    code, out, _ = resviz("open", "net.pdf", "--format", "json")
    assert code == 0
    assert from_json(json.loads(out)) == from_text("resnet34:shortcut=A")


def test_the_figures_knobs_are_flags_and_come_back(resviz: Run) -> None:
    flags = ("--style", "blocks", "--theme", "print", "--page", "slide", "--heading", "--no-legend", "--no-folded")
    assert resviz("draw", "resnet18", *flags, "-o", "net.svg") == (0, "", "")
    found = carried.found(Path("net.svg").read_bytes())
    assert found.figure == Figure(
        style="blocks", theme="print", page="slide", heading=True, legend=False, folded=False
    )  # fmt: skip
    line = resviz("open", "net.svg")[1].splitlines()[-1]
    assert line.startswith("drawn with --style blocks --folded false --theme print --page slide")


def test_networks_stand_beside_each_other(resviz: Run) -> None:
    assert resviz("draw", "resnet34", "--beside", "plain34", "vgg:depth=19", "-o", "net.svg") == (0, "", "")
    svg = Path("net.svg").read_text(encoding="utf-8")
    assert all(title in svg for title in ("ResNet-34", "Plain-34", "VGG-19"))
    code, out, _ = resviz("export", "resnet18", "--beside", "resnet34", "resnet50", "--to", "csv")
    assert code == 0
    assert out.splitlines()[0] == "stage,output,ResNet-18,ResNet-34,ResNet-50"
    opened = resviz("open", "net.svg")[1]
    assert [line for line in opened.splitlines() if not line.startswith((" ", "drawn"))] == [
        "ResNet-34", "Plain-34", "VGG-19",
    ]  # fmt: skip


def test_a_pdf_is_drawn_without_a_word(resviz: Run, caplog: pytest.LogCaptureFixture) -> None:
    """What pypdf finds in the file that it is given reaches nobody, neither on stderr nor in a log."""
    assert resviz("export", "resnet50", "--to", "pdf", "--theme", "print", "-o", "net.pdf") == (0, "", "")
    assert not caplog.records


def test_text_is_printed_where_no_file_is_named(resviz: Run) -> None:
    code, out, _ = resviz("export", "resnet20", "--to", "caffe")
    assert code == 0
    assert 'type: "Eltwise"' in out
    code, out, err = resviz("export", "resnet20", "--to", "png")
    assert (code, out, err) == (2, "", "resviz: PNG is no text: name a file with -o\n")


def test_weights_go_through_the_command_line(resviz: Run) -> None:
    assert resviz("export", "resnet8", "--to", "safetensors", "--seed", "3", "-o", "w.safetensors") == (0, "", "")
    made = resviz("export", "resnet8", "--to", "onnx", "--weights", "w.safetensors", "-o", "a.onnx")
    assert made == (0, "", "")
    assert resviz("export", "resnet8", "--to", "onnx", "--seed", "3", "-o", "b.onnx") == (0, "", "")
    assert Path("a.onnx").read_bytes() == Path("b.onnx").read_bytes()
    assert resviz("open", "a.onnx")[1].startswith("ResNet-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["export", "resnet8"], "--to"),
        (["export", "resnet8", "--to", "jpeg", "-o", "x"], "there is no format 'jpeg': there are svg, pdf"),
        (["export", "resnet8", "--to", "svg", "--style", "cloud", "-o", "x"], "style cloud is not possible"),
        (["draw", "resnet8", "--page", "A5", "-o", "x.svg"], "A5 is not possible: choose none, column, two-columns,"),
        (
            ["export", "resnet8", "--to", "onnx", "--seed", "9" * 23, "-o", "x"],
            "seed 99999999999999999999999 is out of",
        ),
        (["export", "resnet8", "--to", "svg", "--style", "blocks", "--level", "op", "-o", "x"], "the nearest is block"),
        (["export", "resnet8", "--to", "svg", "--style", "unit", "--level", "op", "-o", "x"], "level op needs style"),
        (
            ["export", "resnet8", "--to", "svg", "--weights", "no", "-o", "x"],
            "SVG has no weights, so --weights does nothing",
        ),
        (
            ["export", "resnet8", "--to", "pytorch", "--seed", "0"],
            "PyTorch has no weights, so --seed does nothing there",
        ),
        (
            ["export", "resnet8", "--to", "onnx", "--seed", "0", "--weights", "x", "-o", "y"],
            "--weights or --seed, not both",
        ),
        (["export", "resnet8", "--to", "pytorch", "--theme", "dark"], "PyTorch has no figure, so --theme does nothing"),
        (
            ["export", "resnet8", "--to", "csv", "--dpi", "600"],
            "CSV has no figure, so --dpi does nothing there: leave it",
        ),
        (
            ["draw", "resnet8", "--dpi", "600", "-o", "x.svg"],
            "SVG has no pixels, so --dpi does nothing there: leave it",
        ),
        (
            ["export", "resnet8", "--to", "mermaid", "--page", "slide"],
            "Mermaid has no page, so --page does nothing there: leave it out",
        ),
        (
            ["export", "resnet8", "--to", "mermaid", "--transparent"],
            "Mermaid has no ground of its own, so --transparent does nothing there: leave it out",
        ),
        (
            ["draw", "resnet8", "--no-legend", "-o", "x.dot"],
            "DOT has no legend, so --legend does nothing there: leave it out",
        ),
        (
            ["draw", "resnet8", "--heading", "-o", "x.dot"],
            "DOT has its title in any case, so --heading does nothing there: leave it out",
        ),
        (
            ["export", "resnet8", "--to", "png", "-o", "x.pdf"],
            "x.pdf ends as PDF does, and PNG was asked for: .png is its",
        ),
        (["export", "resnet8", "--to", "latex", "-o", "x.MD"], "x.MD ends as Markdown does, and LaTeX was asked for"),
        (["table", "resnet8", "--formulas", "--format", "csv"], "formulas are text alone: leave out --formulas or"),
        (["table", "resnet8", "--formulas", "--format", "json"], "leave out --formulas or --format json"),
        (["export", "resnet8", "--to", "png", "--dpi", "9999", "-o", "x"], "dpi 9999 is out of range"),
        (["export", "resnet8", "--to", "png", "--page", "A0", "--dpi", "2000", "-o", "x"], "is too large"),
        (["export", "keras-resnet18", "--to", "caffe"], "Caffe has no layer for 'same pad'"),
        (["export", "resnet8", "--to", "svg", "--beside", "resnet9", "-o", "x"], "there is no preset or family"),
        (
            ["export", "resnet8", "--to", "svg", "--style", "unit", "--beside", "resnet20", "-o", "x"],
            "shows one network",
        ),
        (["export", "resnet8", "--to", "onnx", "--weights", "no.safetensors", "-o", "x"], "No such file or directory"),
        (["draw", "resnet8", "--view", "unit", "--style", "unit", "-o", "x.svg"], "not both"),
        (["draw", "googlenet", "--level", "op", "--page", "column", "-o", "x.svg"], "7 pt are the least"),
        (["export", "--spec", "empty.json", "--to", "csv"], "there is no network to write: the list is empty"),
        (["code", "resnet8", "-o", "x.svg"], "x.svg ends as SVG does, and PyTorch was asked for: .py is its ending"),
        (["export", "resnet8", "--to", "keras", "-o", "x.keras"], "x.keras ends as a file of weights does"),
        (["export", "resnet8", "--to", "pytorch", "-o", "x.keras.py"], "x.keras.py ends as Keras does"),
        (["open", "nowhere.svg"], "nowhere.svg: No such file or directory"),
        (["open", "."], ".: Is a directory"),
        (["open", "x", "--depth", "50"], "this command has no --depth"),
    ],
)
def test_what_is_wrong_is_one_line_and_2(resviz: Run, arguments: list[str], words: str) -> None:
    Path("empty.json").write_text("[]", encoding="utf-8")
    code, out, err = resviz(*arguments)
    assert (code, out) == (2, "")
    assert words in err
    assert err.startswith("resviz: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(("format", "file"), [("latex", "x.tex"), ("keras", "model.py"), ("svg", "x"), ("dot", "x.gv")])
def test_an_ending_that_several_formats_or_none_have_is_taken(resviz: Run, format: str, file: str) -> None:
    assert resviz("export", "resnet8", "--to", format, "-o", file) == (0, "", "")


def test_an_option_of_another_command_is_no_knob_there(resviz: Run) -> None:
    """`--format`, `--by` … stay the commands' own, whatever figures' knobs are called."""
    code, _, err = resviz("table", "resnet8", "--theme", "print")
    assert code == 2
    assert "there is no knob theme" in err


def test_the_curves_of_runs_are_drawn(resviz: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Every kind of file, opened by its reader; what cannot be drawn is one line."""
    monkeypatch.setenv("RESVIZ_RUNS", str(tmp_path / "runs"))
    run = store.create({"family": "resnet"}, {}, "ResNet-8")
    assert resviz("plot", run.id, "-o", "x.svg")[2].endswith("there is no point to draw yet\n")
    rows = [{"kind": "epoch", "epoch": e, "train_error": 0.5 / e, "test_error": 0.6 / e} for e in (1, 2, 3)]
    run.metrics.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for name in ("x.svg", "x.pdf", "x.png"):
        assert resviz("plot", run.id, "-o", name) == (0, "", "")
    svg = Path("x.svg").read_text(encoding="utf-8")
    assert svg.count('aria-roledescription="line mark"') == 2
    assert f"ResNet-8 ({run.id})" in svg
    assert "training" in pypdf.PdfReader("x.pdf").pages[0].extract_text()
    assert Image.open("x.png").size[0] >= 1440
    assert "there is no point" in resviz("plot", run.id, "-o", "x.svg", "--of", "loss")[2]
    shelf.rename(run, "the first try")
    assert resviz("plot", "last", "-o", "x.svg") == (0, "", "")
    assert "the first try" in Path("x.svg").read_text(encoding="utf-8")
    assert "ends in no format of charts" in resviz("plot", run.id, "-o", "x.gif")[2]
    assert "there is no run" in resviz("plot", "nosuch", "-o", "x.svg")[2]
