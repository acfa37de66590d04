"""Designs of experiments: every named one is possible, arms are told apart, and what is no experiment is a sentence."""

from __future__ import annotations

import json

import pytest

from resviz.core.knob import SpecError
from resviz.experiments.design import Design, of_json, seeds, varied
from resviz.experiments.named import EXPERIMENTS

NETWORKS = ("resnet:layout=cifar",)


@pytest.mark.parametrize("name", EXPERIMENTS.names())
def test_every_named_experiment_has_arms_that_are_told_apart_and_comes_back_from_its_json(name: str) -> None:
    design = EXPERIMENTS[name].thing
    arms = design.arms()
    assert len({arm.title for arm in arms}) == len(arms) >= 2
    assert len({(arm.spec, arm.recipe) for arm in arms}) == len(arms)
    assert of_json(json.loads(json.dumps(design.json()))) == design


def test_degradation_is_the_four_networks_of_figure_1_and_6() -> None:
    arms = EXPERIMENTS["degradation"].thing.arms()
    assert [arm.title for arm in arms] == ["Plain-20", "Plain-56", "ResNet-20", "ResNet-56"]
    assert len({arm.recipe for arm in arms}) == 1


def test_two_knobs_of_network_and_recipe_make_every_combination() -> None:
    design = Design("own", NETWORKS, (("depth", ("8", "20")), ("lr", ("0.1", "0.2"))), {"epochs": "3"}, (4, 5))
    arms = design.arms()
    assert [arm.title for arm in arms] == [
        "ResNet-8, lr 0.1", "ResNet-8, lr 0.2", "ResNet-20, lr 0.1", "ResNet-20, lr 0.2",
    ]  # fmt: skip
    assert [arm.recipe.lr for arm in arms] == [0.1, 0.2, 0.1, 0.2]
    assert {arm.recipe.epochs for arm in arms} == {3}


def test_arms_of_one_title_are_told_apart_by_what_was_varied() -> None:
    design = Design("gates", ("resnet:layout=cifar:shortcut=exclusive-gate",), (("gate_bias", ("-6", "0")),))
    assert [arm.title for arm in design.arms()] == [
        "ResNet-20 (exclusive gating), gate_bias -6", "ResNet-20 (exclusive gating), gate_bias 0",
    ]  # fmt: skip


def test_a_length_that_is_varied_takes_the_place_of_the_recipe_s() -> None:
    arms = Design("", NETWORKS, (("epochs", ("1", "2")),), {"steps": "5"}).arms()
    assert [arm.recipe.steps_of(10) for arm in arms] == [10, 20]


@pytest.mark.parametrize(
    ("design", "words"),
    [
        (Design("", ()), "needs a network"),
        (Design("", ("nosuch",)), "there is no preset or family 'nosuch'"),
        (Design("", NETWORKS, (("nosuch", ("1",)),)), "has a knob 'nosuch': there are layout, depth, "),
        (Design("", NETWORKS, (("depthh", ("8", "20")),)), "has a knob 'depthh'; the nearest is depth$"),
        (Design("", NETWORKS, (("depth", ("9",)),)), "the nearest is 8"),
        (Design("", NETWORKS, (("seed", ("1", "2")),)), "the seed is no knob to vary"),
        (Design("", NETWORKS, (("lr", ()),)), "lr has no values"),
        (Design("", NETWORKS, (("lr", ("1",)), ("batch", ("2",)), ("epochs", ("2",)))), "varies 2 knobs at the most"),
        (Design("", NETWORKS * 2), "ResNet-20 is there twice"),
        (Design("", NETWORKS, (("lr", ("0.1", "1e-1")),)), "ResNet-20, lr 0.1 is there twice"),
        (Design("", NETWORKS, seeds=()), "seeds are different whole numbers"),
        (Design("", NETWORKS, seeds=(1, 1)), "seeds are different whole numbers"),
        (Design("", NETWORKS, seeds=tuple(range(61))), "60 are the most"),
        (Design("", NETWORKS, recipe={"lr": "inf"}), "lr inf"),
    ],
)
def test_what_is_no_experiment_is_a_sentence(design: Design, words: str) -> None:
    with pytest.raises(SpecError, match=words):
        design.arms()


def test_values_are_read_from_text() -> None:
    assert varied("depth=8, 20,56") == ("depth", ("8", "20", "56"))
    assert varied("weight-decay=0,1e-4") == ("weight_decay", ("0", "1e-4"))
    assert varied("blocks=1,1,1;2,2,2") == ("blocks", ("1,1,1", "2,2,2"))
    assert seeds("0,1, 7") == (0, 1, 7)
    for text in ("depth", "=1,2", "depth="):
        with pytest.raises(SpecError, match="write it as depth=8,20,56"):
            varied(text)
    with pytest.raises(SpecError, match="the nearest is 0"):
        seeds("-1")


@pytest.mark.parametrize("value", [[], {}, {"title": "x"}, {"title": 1, "networks": 3}])
def test_a_file_that_is_no_design_is_a_sentence(value: object) -> None:
    with pytest.raises(SpecError, match="this is no design of an experiment"):
        of_json(value)
