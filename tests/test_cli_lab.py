"""The command line's experiments: documents, tables, figures, and one line for what is wrong."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from resviz import cli
from resviz.lab.experiments import EXPERIMENTS
from resviz.runs import store

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module", autouse=True)
def runs(tmp_path_factory: pytest.TempPathFactory):
    """A folder of runs for this file: what one test asks, another finds answered."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RESVIZ_RUNS", str(tmp_path_factory.mktemp("runs")))
        yield


@pytest.fixture
def resviz(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in this process: (exit code, output, errors)."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = cli.main(list(arguments))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


def test_a_lesion_of_a_trained_run_from_training_to_the_figure(resviz: Run, tmp_path: Path) -> None:
    assert resviz("train", "resnet8", "--device", "cpu", "--epochs", "1")[0] == 0
    code, out, err = resviz("lesion", "last", "--format", "json")
    assert (code, err) == (0, "")
    (document,) = json.loads(out)
    assert document["experiment"] == "lesion"
    assert document["state"] == "finished"
    assert document["run"] == store.listed()[0].id
    assert [row["unit"] for row in document["rows"]] == [None, 0, 1, 2]
    assert Path(document["folder"]).is_relative_to(store.listed()[0].path)
    figure = tmp_path / "lesion.pdf"
    code, out, err = resviz("lesion", store.listed()[0].id, "-o", str(figure))
    assert (code, err) == (0, "")
    assert "ResNet-8, epoch 1: test error" in out
    assert "removed unit" in PdfReader(figure).pages[0].extract_text()


def test_several_networks_side_by_side_as_csv(resviz: Run) -> None:
    code, out, err = resviz(
        "probe", "plain20", "resnet20", "resnet20:shortcut=C", "--signal", "digits", "--format", "csv"
    )
    assert (code, err) == (0, "")
    lines = list(csv.DictReader(io.StringIO(out)))
    assert {line["network"] for line in lines} == {
        "Plain-20, not trained", "ResNet-20, not trained", "ResNet-20 (option C), not trained",
    }  # fmt: skip
    assert all(float(line["variance"]) > 0 for line in lines if line["path"])


def test_knobs_as_flags_make_the_network(resviz: Run) -> None:
    code, out, _ = resviz("gradients", "resnet", "--layout", "cifar", "--depth", "14", "--order", "pre", "--draws", "2",
                          "--images", "4", "--format", "json")  # fmt: skip
    assert code == 0
    (document,) = json.loads(out)
    assert document["spec"]["order"] == "pre"
    assert document["settings"] == {"images": 4, "draws": 2, "seed": 0}
    assert document["run"] == ""
    assert [row["length"] for row in document["rows"]] == [*range(7), None]
    last = document["rows"][-1]
    assert last["difference"] < 1e-9 * last["exact"]


def test_the_chart_of_the_probe_has_two_choices(resviz: Run, tmp_path: Path) -> None:
    figure = tmp_path / "probe.png"
    asked = ("probe", "resnet8", "--without-bn", "-o", str(figure), "--theme", "dark", "--show")
    assert resviz(*asked, "layers with weights")[0] == 0
    assert Image.open(figure).size[0] > 1000
    code, _, err = resviz(*asked, "colours")
    assert code == 2
    assert err == "resviz: show colours is not possible: choose units, layers with weights\n"


def test_features_as_files(resviz: Run, tmp_path: Path) -> None:
    code, out, err = resviz("features", "resnet8", "--index", "3", "-o", str(tmp_path / "maps"))
    assert (code, err) == (0, "")
    assert out.startswith("label ")
    assert sorted(file.name for file in (tmp_path / "maps").iterdir()) == [
        "000-stem.png", "001-stage1.png", "002-stage2.png", "003-stage3.png", "picture.png",
    ]  # fmt: skip
    code, out, _ = resviz("features", "resnet8", "--image", str(tmp_path / "maps" / "picture.png"), "--format", "json")
    assert code == 0
    assert json.loads(out)["label"] is None


@pytest.mark.parametrize(("arguments", "sentence"), [
    (("lesion", "resnet51"), "there is no preset or family 'resnet51'; the nearest is resnet50"),
    (("lesion", "20200101-000000-000-x"), "there is no run '20200101-000000-000-x': resviz runs lists them, and last "
     "is the newest"),
    (("lesion", "resnet8", "-o", "x.bmp"), "x.bmp ends in no format of charts: it may end in .svg, .pdf, .png"),
    (("features", "resnet8", "--invert"), "--invert is for a picture of your own: give --image FILE with it"),
    (("lesion", "vgg16"), "VGG-16 has no units, so there is nothing to remove or to go round: take a residual, highway "
     "or plain network, such as resnet20"),
    (("gradients", "resnet8", "--draws", "0"), "draws 0 is out of range: it goes from 1 to 1,000; the nearest is 1"),
    (("lesion", "resnet8", "resnet20", "--depth", "14"), "--depth goes with a single network that is no run"),
    (("lesion", "resnet8", "--data", "mnist", "--data-dir", "/nowhere"), "there is no folder /nowhere: set data_dir to "
     "the folder that holds train-images-idx3-ubyte"),
    (("reorder", "resnet8"), ""),
    (("lesion",), "the following arguments are required: RUN|NETWORK; see resviz lesion --help"),
    (("features", "resnet8", "--index", "360"), "there is no test image 360: they go from 0 to 359"),
    (("features", "resnet8", "--image", "/dev/null"), "this is no picture that can be read: take one of PNG, JPEG, "
     "GIF, BMP, WEBP"),
    (("features", "resnet8", "--image", "/nowhere"), "/nowhere: No such file or directory"),
])  # fmt: skip
def test_bad_input_is_one_sentence(resviz: Run, arguments: tuple[str, ...], sentence: str) -> None:
    code, out, err = resviz(*arguments)
    assert code == (2 if sentence else 1)
    if sentence:
        assert err == f"resviz: {sentence}\n"
        assert out == ""
    else:
        assert "no two units of this network have the same shape" in err
    assert "Traceback" not in err


def test_a_picture_of_a_hundred_megabytes_is_not_read(resviz: Run, tmp_path: Path) -> None:
    file = tmp_path / "large.png"
    with file.open("wb") as handle:
        handle.truncate(100 * 2**20)
    code, _, err = resviz("features", "resnet8", "--image", str(file))
    assert code == 2
    assert err == f"resviz: {file} has 104,857,600 bytes, and 8,388,608 are the most: make it smaller\n"


def test_every_experiment_is_a_command_with_its_settings(resviz: Run, capsys: pytest.CaptureFixture[str]) -> None:
    for entry in EXPERIMENTS:
        with pytest.raises(SystemExit):
            cli.main([entry.name, "--help"])
        text = capsys.readouterr().out
        assert all(k.flag in text for k in entry.thing.settings.knobs())
