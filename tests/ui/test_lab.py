"""The page Lab by AppTest: every experiment opens, begins and answers; what is not possible has its sentence."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from resviz.lab import jobs, subject
from resviz.lab.experiments import EXPERIMENTS
from resviz.lab.jobs import Job
from resviz.lab.settings import Lesion, Probe
from resviz.runs import store
from resviz.zoo.families import named

APP = str(Path(__file__).parents[2] / "app.py")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("RESVIZ_RUNS", str(tmp_path))
    yield
    for lock in tmp_path.glob("**/lock"):
        run = store.Run(lock.parent)
        store.stop(run)
        list(store.follow(run))


def page(**parameters: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params["view"] = "Lab"
    for name, value in {"layout": "cifar", "depth": "8", **parameters}.items():
        at.query_params[name] = value
    at.run()
    assert not at.exception, [error.value for error in at.exception]
    return at


def said(at: AppTest) -> str:
    return " ".join(error.value.replace("\\", "") for error in at.error)


@pytest.mark.parametrize("name", EXPERIMENTS.names())
def test_every_experiment_opens_with_its_knobs_and_its_lesson(name: str) -> None:
    at = page(lab=name)
    assert at.button(key="lab-begin")
    assert EXPERIMENTS[name].text.strip() in [markdown.value for markdown in at.markdown]
    assert not at.error


def test_from_the_press_to_the_answer() -> None:
    at = page(lab="probe", set="signal=digits")
    at.button(key="lab-begin").click().run()
    job = Job("probe", subject.as_it_is(named("resnet8", {})), Probe(signal="digits"))
    list(store.follow(job.run()))
    at.run()
    assert not at.exception
    assert job.run().state() == "finished"
    assert not [button for button in at.button if button.key == "lab-begin"]
    assert any("the activations’ variance is" in markdown.value for markdown in at.markdown)
    assert len(at.get("vega_lite_chart")) == 3


def test_a_known_answer_is_there_at_once_and_its_numbers_too() -> None:
    job = Job("lesion", subject.fresh(named("resnet8", {})), Lesion(images=20))
    list(store.follow(jobs.begin(job)))
    at = page(set="images=20")
    assert any("test error" in markdown.value for markdown in at.markdown)
    assert not [button for button in at.button if button.key == "lab-begin"]


def test_a_knob_that_is_turned_stands_in_the_link() -> None:
    at = page(lab="gradients")
    at.number_input(key="lab-draws").set_value(3).run()
    assert at.query_params["set"] == "draws=3"
    at.number_input(key="lab-draws").set_value(10).run()
    assert "set" not in at.query_params
    at.number_input(key="lab-draws").set_value(0).run()
    assert "draws 0 is out of range" in said(at)
    assert not [button for button in at.button if button.key == "lab-begin"]


def test_another_experiment_lets_the_settings_of_the_first_go() -> None:
    at = page(lab="gradients", set="draws=3")
    at.selectbox(key="lab-experiment").set_value("surface").run()
    assert not at.exception
    assert "set" not in at.query_params
    assert at.query_params["lab"] == "surface"


@pytest.mark.parametrize(("parameters", "sentence"), [
    ({"on": "20200101-000000-000-x"}, "there is no run"),
    ({"on": "resnet51"}, "the nearest is resnet50"),
    ({"on": "<script>alert(1)</script>"}, "there is no preset or family"),
    ({"set": "colour=red"}, "there is no knob colour"),
    ({"set": "images=-1"}, "images -1 is out of range"),
])  # fmt: skip
def test_a_link_that_names_nothing_has_its_sentence(parameters: dict[str, str], sentence: str) -> None:
    at = page(**parameters)
    assert sentence in said(at)


def test_a_network_without_units_has_its_sentence() -> None:
    at = AppTest.from_file(APP, default_timeout=60)
    at.query_params["view"], at.query_params["family"] = "Lab", "lenet"
    at.run()
    assert not at.exception
    assert not [button for button in at.button if button.key == "lab-begin"]
    assert "has no units, so there is nothing to remove" in said(at)


def test_stop_stops() -> None:
    at = page(lab="surface", set="grid=201")
    at.button(key="lab-begin").click().run()
    job = next(Path(str(store.runs_folder())).glob("fresh/lab/surface-*"))
    run = store.Run(job)
    deadline = time.monotonic() + 60
    while not jobs.results(run):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    at.run()
    at.button(key=f"lab-stop-{job.name}").click().run()
    list(store.follow(run))
    at.run()
    assert run.state() == "stopped"
    assert any("stopped" in warning.value for warning in at.warning)
    assert at.button(key="lab-begin")
