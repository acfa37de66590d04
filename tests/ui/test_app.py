"""The page's logic by Streamlit's AppTest: URL, widgets and pages, without a browser."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from resviz.experiments import record
from resviz.experiments.design import Design
from resviz.experiments.named import EXPERIMENTS
from resviz.runs import shelf, store
from resviz.runs.journal import Journal
from resviz.runs.status import status
from resviz.train.recipe import Recipe
from resviz.ui import run_view

ROOT = Path(__file__).parents[2]
APP = str(ROOT / "app.py")
VIEWS = ("Graph", "Tables", "Unrolled", "Experiments")


def page(**parameters: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60)
    for name, value in parameters.items():
        at.query_params[name] = value
    return at.run()


def url(at: AppTest) -> dict[str, str]:
    last = {name: value[-1] if isinstance(value, list) else value for name, value in at.query_params.items()}
    return {name: value for name, value in last.items() if name not in ("view", "level", "by")}


def heading(at: AppTest) -> str:
    """The network's name in the totals; empty where no network is shown."""
    shown = [html.value for html in at.get("html") if "<h2>" in html.value]
    return shown[0].split("<h2>")[1].split("</h2>")[0] if shown else ""


def well(at: AppTest) -> None:
    assert not at.exception, [e.value for e in at.exception]


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESVIZ_RUNS", str(tmp_path / "runs"))
    return tmp_path / "runs"


def test_opens_on_resnet_50_with_an_empty_url() -> None:
    at = page()
    well(at)
    assert heading(at) == "ResNet-50"
    assert url(at) == {}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("network", [{}, {"layout": "cifar", "depth": "8"}, {"depth": "34", "shortcut": "none"}])
def test_every_page_runs(view: str, network: dict[str, str]) -> None:
    at = page(view=view, **network)
    well(at)
    assert not at.error


def test_the_url_says_only_what_differs_and_gives_the_page_back() -> None:
    at = page()
    at.sidebar.select_slider(key="knob-depth").set_value(101).run()
    well(at)
    assert url(at) == {"depth": "101"}
    assert heading(page(**url(at))) == heading(at) == "ResNet-101"


def test_depth_chooses_its_block_and_a_block_keeps_the_units_a_stage() -> None:
    at = page()
    at.sidebar.select_slider(key="knob-depth").set_value(34).run()
    assert heading(at) == "ResNet-34"
    at.segmented_control(key="knob-block").set_value("bottleneck").run()
    well(at)
    # He et al. 2015, Table 1: 34 and 50 layers have the same 3,4,6,3 units
    assert heading(at) == "ResNet-50"
    assert any("3,4,6,3" in toast.value for toast in at.toast)


def test_another_layout_starts_from_its_own_depth_and_says_so() -> None:
    at = page(depth="152")
    at.segmented_control(key="knob-layout").set_value("cifar").run()
    well(at)
    assert heading(at) == "ResNet-20"
    assert any("depth" in toast.value for toast in at.toast)


def test_a_preset_sets_every_knob() -> None:
    at = page(se="true")
    at.sidebar.selectbox(key="preset").set_value("wrn-28-10").run()
    well(at)
    assert heading(at) == "WRN-28-10"
    assert url(at) == {"layout": "cifar", "depth": "26", "shortcut": "B", "order": "pre", "widen": "10"}


def test_the_other_knobs_are_drawn_when_more_is_open_and_work() -> None:
    at = AppTest.from_file(APP, default_timeout=60)
    at.session_state["more"] = True
    at.run()
    at.sidebar.toggle(key="knob-se").set_value(True).run()
    well(at)
    assert url(at) == {"se": "true"}
    assert heading(at) == "SE-ResNet-50"
    at.sidebar.text_input(key="knob-blocks").set_value("1,1").run()
    well(at)
    assert url(at)["blocks"] == "1,1"


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"layout": "cifar", "depth": "21"}, "nearest is 20"),
        ({"depth": "100000"}, "nearest is 200"),
        ({"depth": "nan"}, "not a whole number"),
        ({"width": "-1"}, "out of range"),
        ({"drop_path": "inf"}, "out of range"),
        ({"block": "basic", "groups": "3"}, "do not divide"),
        ({"family": "lstm"}, "there is no family"),
        ({"color": "red"}, "no knob color"),
        ({"depth": "<script>alert(1)</script>"}, "not a whole number"),
    ],
)
def test_an_impossible_link_says_why_and_keeps_what_it_said(parameters: dict[str, str], words: str) -> None:
    at = page(**parameters)
    well(at)
    assert len(at.error) == 1
    assert words in at.error[0].value.replace("\\", "").replace("There", "there")
    assert heading(at) == ""
    assert {name: url(at)[name] for name in parameters} == parameters


def test_the_button_beside_the_sentence_mends_it() -> None:
    at = page(layout="cifar", depth="21")
    fix = next(button for button in at.button if "20" in button.label)
    fix.click().run()
    well(at)
    assert not at.error
    assert heading(at) == "ResNet-20"


def test_an_unknown_parameter_can_be_dropped() -> None:
    at = page(depth="34", color="red")
    next(button for button in at.button if button.label == "Drop it").click().run()
    assert url(at) == {"depth": "34"}
    assert heading(at) == "ResNet-34"


def test_an_opened_part_stands_in_the_url_with_its_formulas() -> None:
    at = page(depth="34", part="layer2.1")
    well(at)
    opened = next(html.value for html in at.get("html") if "inspector" in html.value and "layer2.1" in html.value)
    assert "3·3·128·128 = 147,456" in opened
    assert "⌊(n + 2p − k)/s⌋ + 1 = ⌊(28 + 2·1 − 3)/1⌋ + 1 = 28" in opened
    assert "2 more like it up to layer2.3" in opened


def test_a_part_that_this_network_does_not_have_opens_nothing() -> None:
    at = page(part="<b>layer9</b>")
    well(at)
    assert not any("layer9" in html.value for html in at.get("html"))


def test_the_table_can_be_searched() -> None:
    at = page(view="Tables", by="op", layout="cifar", depth="8")
    at.text_input(key="search").set_value("LAYER3.0.conv").run()
    well(at)
    assert list(at.dataframe[0].value["part"]) == ["layer3.0.conv1", "layer3.0.conv2"]


def test_removing_a_unit_halves_the_paths_and_ends_the_plain_net() -> None:
    at = page(view="Unrolled", layout="cifar", depth="110", removed="3")
    well(at)
    said = [html.value for html in at.get("html")]
    assert any("2^53 of 2^54" in text for text in said)
    assert any("0 of 1" in text and "nothing gets through" in text for text in said)


def test_removed_units_that_there_are_not_are_said() -> None:
    at = page(view="Unrolled", layout="cifar", depth="8", removed="2,99")
    well(at)
    assert any("99" in caption.value and "units 1 to 3" in caption.value for caption in at.caption)


def test_a_plain_net_has_nothing_to_unroll() -> None:
    at = page(view="Unrolled", layout="cifar", shortcut="none")
    well(at)
    assert "cuts every path" in at.info[0].value


def test_pytorch_is_counted_as_it_is_built() -> None:
    at = page(view="PyTorch", layout="cifar", depth="8")
    well(at)
    assert "parameters 75,290 ✓" in at.success[0].value
    assert "def model()" in at.code[0].value


def test_training_from_the_button_to_the_end(runs: Path) -> None:
    at = page(view="Train", layout="cifar", depth="8")
    well(at)
    at.number_input(key="recipe-epochs").set_value(1).run()
    at.button(key="train").click().run()
    well(at)
    run = store.find(url(at)["run"])
    deadline = time.monotonic() + 60
    while run.state() in store.ALIVE and time.monotonic() < deadline:
        time.sleep(0.2)
    assert run.state() == "finished"
    again = page(view="Train", run=run.id)
    well(again)
    assert any("test accuracy" in html.value and "<b>1</b> of 1 epoch" in html.value for html in again.get("html"))
    assert list(runs.iterdir())


@pytest.mark.parametrize("name", ["../../etc", "nothing", "%2e%2e", "a" * 500])
def test_a_run_that_there_is_not_is_a_sentence(name: str) -> None:
    at = page(view="Train", run=name)
    well(at)
    assert "no run" in at.error[0].value


def test_a_training_recipe_that_is_impossible_is_a_sentence() -> None:
    at = page(view="Train", layout="cifar", depth="8", recipe="lr=inf")
    well(at)
    assert any("out of range" in error.value for error in at.error)
    at = page(view="Train", layout="cifar", depth="8", recipe="colour=red")
    well(at)
    assert any("there is no knob colour" in error.value for error in at.error)
    next(button for button in at.button if button.label == "Take the defaults").click().run()
    well(at)
    assert not at.error
    assert "recipe" not in url(at)


def test_a_link_holds_the_recipe_and_its_run_the_one_that_it_was_trained_by() -> None:
    at = page(view="Train", layout="cifar", depth="8")
    assert "recipe" not in url(at)
    at.number_input(key="recipe-epochs").set_value(7).run()
    at.number_input(key="recipe-lr").set_value(0.3).run()
    well(at)
    assert url(at)["recipe"] == "epochs=7|lr=0.3"
    at.number_input(key="recipe-seed").set_value(1).run()
    at.number_input(key="recipe-seed").set_value(0).run()
    assert url(at)["recipe"] == "epochs=7|lr=0.3"
    again = page(view="Train", **url(at))
    assert (again.number_input(key="recipe-epochs").value, again.number_input(key="recipe-lr").value) == (7, 0.3)
    run = store.create({}, Recipe(epochs=5).json(), "a run")
    assert page(view="Train", run=run.id).number_input(key="recipe-epochs").value == 5
    changed = page(view="Train", run=run.id, recipe="epochs=6")
    assert changed.number_input(key="recipe-epochs").value == 6
    changed.number_input(key="recipe-epochs").set_value(4).run()
    assert page(view="Train", **url(changed)).number_input(key="recipe-epochs").value == 4


def test_a_number_outside_the_range_is_said_and_nothing_trains() -> None:
    at = page(view="Train", layout="cifar", depth="8")
    at.number_input(key="recipe-epochs").set_value(99_999).run()
    well(at)
    assert any("99999" in error.value for error in at.error)
    assert at.number_input(key="recipe-epochs").value == 99_999
    assert not [button for button in at.button if button.key == "train"]
    next(button for button in at.button if button.label == "Set epochs to 10000").click().run()
    assert at.number_input(key="recipe-epochs").value == 10_000
    assert [button for button in at.button if button.key == "train"]


def test_a_link_to_a_run_shows_its_recipe() -> None:
    run = store.create({}, Recipe(epochs=7, lr=0.2).json(), "a run")
    at = page(view="Train", layout="cifar", run=run.id)
    well(at)
    assert at.number_input(key="recipe-epochs").value == 7
    assert at.number_input(key="recipe-lr").value == 0.2


def test_the_length_at_hand_is_the_one_that_the_recipe_has() -> None:
    at = page(view="Train", layout="cifar", depth="20")
    at.selectbox(key="recipe-name").select("he2015-cifar").run()
    well(at)
    assert at.number_input(key="recipe-steps").value == 64_000
    assert not [field for field in at.number_input if field.key == "recipe-epochs"]
    at.number_input(key="recipe-steps").set_value(0).run()
    well(at)
    at.number_input(key="recipe-epochs").set_value(3).run()
    well(at)
    assert at.number_input(key="recipe-epochs").value == 3
    assert not at.error


def test_a_folder_with_any_name_is_kept_in_the_link(tmp_path: Path) -> None:
    folder = tmp_path / "100 % | mine=yes"
    folder.mkdir()
    at = page(view="Train", layout="cifar", depth="8")
    at.selectbox(key="recipe-data").select("cifar10").run()
    at.text_input(key="recipe-data_dir").set_value(str(folder)).run()
    well(at)
    again = page(view="Train", **url(at))
    assert again.text_input(key="recipe-data_dir").value == str(folder)


def test_a_long_training_is_looked_at_more_rarely() -> None:
    run = store.create({}, Recipe().json(), "a run")
    for seconds, pace in ((1.0, 1.0), (59.0, 1.0), (60.0, 2.0), (599.0, 2.0), (3600.0, 5.0)):
        Journal(run.metrics).write({"kind": "step", "step": 1, "epoch": 1.0, "seconds": seconds})
        assert run_view.pace(status(run)) == pace


def test_several_runs_are_compared_by_the_link() -> None:
    runs = [store.create({}, Recipe(seed=seed).json(), "ResNet-8 on Digits") for seed in (0, 1)]
    at = page(view="Train", layout="cifar", depth="8", run=",".join(run.id for run in runs))
    well(at)
    (legend,) = [html.value for html in at.get("html") if 'class="curves"' in html.value]
    assert "ResNet-8 on Digits, seed 0" in legend
    assert "ResNet-8 on Digits, seed 1" in legend


def test_a_run_is_named_and_pinned_and_its_name_is_no_markup() -> None:
    run = store.create({}, Recipe().json(), "a run")
    at = page(view="Train", layout="cifar", depth="8", run=run.id)
    assert not at.button(key="run-delete").disabled
    at.text_input(key="run-name").set_value("**my** <b>run</b>").run()
    at.text_input(key="run-name").set_value("x" * 101).run()
    well(at)
    assert at.text_input(key="run-name").value == "x" * 101
    assert any("101 characters and 100 are the most" in error.value for error in at.error)
    at.toggle(key="run-pin").set_value(True).run()
    well(at)
    assert not at.error
    assert shelf.label(run) == shelf.Label("**my** <b>run</b>", True)
    assert at.button(key="run-delete").disabled
    assert any(r"\*\*my\*\* \<b\>run\</b\>" in text.value for text in at.markdown)
    assert any("1 run; " in text.value.replace("\\", "") for text in at.caption)
    at.toggle(key="run-pin").set_value(False).run()
    other = page(view="Train", run=run.id)
    at.button(key="run-delete").click().run()
    well(at)
    assert store.listed() == []
    next(button for button in other.button if button.label == "Show this network").click().run()
    well(other)


@pytest.mark.parametrize("name", EXPERIMENTS.names())
def test_every_experiment_asks_before_it_trains(name: str) -> None:
    at = page(view="Experiments", **{"try": name})
    well(at)
    assert at.selectbox(key="experiment-menu").value == name
    assert at.button(key="begin").disabled
    assert not at.error


def test_a_link_holds_an_experiment_of_ones_own() -> None:
    at = page(view="Experiments", **{"try": "own"})
    at.text_area(key="plan-networks").set_value("resnet8\nplain:layout=cifar:depth=8\n").run()
    at.text_input(key="plan-vary").set_value("lr=0.05,0.1").run()
    at.text_input(key="plan-seeds").set_value("0,1").run()
    at.number_input(key="experiment-own-epochs").set_value(3).run()
    well(at)
    again = page(view="Experiments", **url(at))
    well(again)
    assert again.text_area(key="plan-networks").value == "resnet8\nplain:layout=cifar:depth=8"
    assert again.text_input(key="plan-vary").value == "lr=0.05,0.1"
    assert again.number_input(key="experiment-own-epochs").value == 3
    assert again.button(key="begin").label == "Train the eight"
    again.selectbox(key="experiment-menu").select("degradation").run()
    assert url(again) == {"try": "degradation"}


def test_the_form_beside_an_experiment_of_ones_own_is_that_one_s() -> None:
    own = Design("lr", ("resnet8",), (("lr", ("0.1", "0.2")),), {"epochs": "1"}, seeds=(3, 4))
    begun = record.begin_all(own, start=lambda run, recipe: None)
    at = page(view="Experiments", experiment=begun.id)
    well(at)
    assert at.text_area(key="plan-networks").value == "resnet8"
    assert at.text_input(key="plan-vary").value == "lr=0.1,0.2"
    assert at.text_input(key="plan-seeds").value == "3,4"
    assert at.number_input(key="experiment-own-epochs").value == 1


def test_one_network_has_nothing_to_be_predicted() -> None:
    at = page(view="Experiments", **{"try": "own", "plan": "networks=resnet8|vary=|and=|seeds=0"})
    well(at)
    assert at.button(key="begin").label == "Train it"
    assert not at.button(key="begin").disabled


def test_an_experiment_that_there_is_not_is_a_sentence() -> None:
    at = page(view="Experiments", **{"try": "nosuch"})
    well(at)
    assert "there is no experiment 'nosuch'" in at.error[0].value.replace("\\", "")
    at.selectbox(key="experiment-menu").select("depth").run()
    well(at)
    assert not at.error
    assert url(at)["try"] == "depth"


def test_an_experiment_of_ones_own_that_is_impossible_is_a_sentence() -> None:
    at = page(view="Experiments", layout="cifar", depth="8", **{"try": "own"})
    well(at)
    assert at.button(key="begin").disabled
    at.text_input(key="plan-vary").set_value("depth=9").run()
    well(at)
    assert any("the nearest is 8" in error.value for error in at.error)
    at.text_input(key="plan-seeds").set_value("0,1,2").run()
    at.text_input(key="plan-vary").set_value("depth").run()
    assert any("write it as depth" in error.value for error in at.error)
    at.text_input(key="plan-vary").set_value("lr=0.1,0.2").run()
    well(at)
    assert at.button(key="begin").label == "Train the six"
    assert page(view="Experiments", experiment="../etc").error[0].value.startswith("there is no experiment")


def test_the_explorer_opens_without_torch() -> None:
    code = (
        "import sys\n"
        "from streamlit.testing.v1 import AppTest\n"
        f"for view in {VIEWS!r}:\n"
        f"    at = AppTest.from_file({APP!r}, default_timeout=60)\n"
        "    at.query_params['view'] = view\n"
        "    assert not at.run().exception\n"
        "assert 'torch' not in sys.modules\n"
        "print('no torch')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "no torch", done.stderr
