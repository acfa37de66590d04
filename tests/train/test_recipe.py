"""The recipe: its knobs, its learning rate, and networks fitted to data."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from resviz.core.knob import SpecError, knob
from resviz.core.net import Net, Seq, Shape, ShapeError, infer
from resviz.core.ops import Conv, Flatten, GlobalAvgPool, Linear
from resviz.core.spec import NetSpec
from resviz.train.recipe import Recipe, changes, fitted, recipe_of
from resviz.train.sources import SOURCES
from resviz.zoo.families import named


@dataclass(frozen=True)
class Wide(NetSpec):
    """A network that needs eleven pixels."""

    input: tuple[int, ...] = knob((3, 32, 32), "Input", low=1, high=4096)
    classes: int = knob(10, "Classes", low=1, high=1000)

    def title(self) -> str:
        return "Wide"

    def net(self) -> Net:
        return Seq(
            (("conv", Conv(8, 11)), ("pool", GlobalAvgPool()), ("flat", Flatten()), ("fc", Linear(self.classes)))
        )

    def input_shape(self) -> Shape:
        return self.input


def test_the_defaults_are_digits_and_a_few_epochs() -> None:
    recipe = Recipe()
    assert (recipe.data, recipe.epochs, recipe.seconds, recipe.device) == ("digits", 4, 0.0, "auto")
    assert recipe.title() == "Digits, 4 epochs, batch 32, lr 0.05, seed 0"


def test_a_recipe_comes_back_from_its_json() -> None:
    recipe = Recipe(data="mnist", data_dir="/tmp/x", seconds=1.5, seed=7)
    assert recipe_of(recipe.json()) == recipe
    assert recipe.title() == "MNIST, 4 epochs or 1.5 s, batch 32, lr 0.05, seed 7"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"epochs": 0}, "the nearest is 1"),
        ({"batch": 1}, "the nearest is 2"),
        ({"lr": float("nan")}, "out of range"),
        ({"seconds": -1.0}, "the nearest is 0"),
        ({"data": "imagenet"}, "mnist"),
        ({"momenta": 0.9}, "no knob"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(values: dict[str, object], words: str) -> None:
    with pytest.raises(SpecError, match=words):
        recipe_of(values)


def test_the_rate_rises_to_its_peak_and_falls_to_nothing() -> None:
    recipe = Recipe(lr=0.2)
    rates = [recipe.rate(step / 100) for step in range(101)]
    peak = round(100 * recipe.warm_up)
    assert rates[0] == 0.0
    assert rates[peak] == pytest.approx(0.2)
    assert rates[100] == pytest.approx(0.0)
    assert rates[: peak + 1] == sorted(rates[: peak + 1])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)


def test_steps_are_those_of_the_paper() -> None:
    """He et al. 2015, section 4.2: 0.1, divided by 10 at 32k and 48k of 64k; with 110 layers 0.01 for 400 steps."""
    recipe = Recipe(schedule="steps", lr=0.1, warm_up=400 / 64_000)
    at = {step: recipe.rate(step / 64_000) for step in (0, 399, 400, 31_999, 32_000, 47_999, 48_000, 63_999)}
    assert [round(rate, 9) for rate in at.values()] == [0.01, 0.01, 0.1, 0.1, 0.01, 0.01, 0.001, 0.001]


@pytest.mark.parametrize(("schedule", "shares"), [("cosine", (1.0, 0.5, 0.0)), ("constant", (1.0, 1.0, 1.0))])
def test_other_schedules_begin_at_their_peak_unless_they_warm_up(schedule: str, shares: tuple[float, ...]) -> None:
    recipe = Recipe(schedule=schedule, lr=0.2)
    assert [recipe.rate(p) for p in (0.0, 0.5, 1.0)] == pytest.approx([0.2 * share for share in shares])
    assert Recipe(schedule=schedule, lr=0.2, warm_up=0.5).rate(0.25) == pytest.approx(0.1)


def test_what_moves_training_images() -> None:
    assert Recipe(data="cifar10").moved() == (4, True)
    assert Recipe(data="cifar10", augment="none").moved() == (0, False)
    assert Recipe(data="cifar10", augment="mirror").moved() == (0, True)
    assert Recipe(data="cifar10", shuffle_pixels=True).moved() == (0, False)
    assert Recipe().moved() == (0, False)
    assert Recipe(augment="crop").moved() == (1, False)


def test_knobs_that_do_nothing_beside_the_others_are_refused() -> None:
    with pytest.raises(SpecError, match=r"momentum 0\.5 needs optimizer nesterov or sgd"):
        Recipe(optimizer="adam", momentum=0.5)
    with pytest.raises(SpecError, match="nesterov needs a momentum above 0; the nearest is sgd"):
        Recipe(momentum=0.0)


@pytest.mark.parametrize("data", SOURCES.names())
def test_a_network_for_imagenet_is_fitted_and_keeps_everything_else(data: str) -> None:
    chosen = named("resnet50", {"order": "pre", "se": "true"})
    fit = fitted(chosen, data)
    source = SOURCES[data].thing
    assert fit.input_shape() == source.shape
    assert infer(fit.net(), fit.input_shape()).out == (source.classes,)
    differing = {name for name, value in chosen.values().items() if fit.values()[name] != value}
    assert differing == {"input", "classes"}
    assert fitted(fit, data) == fit


def test_what_was_fitted_is_told() -> None:
    chosen = named("resnet18", {})
    told = changes(chosen, fitted(chosen, "digits"), "digits")
    assert told == "the network was fitted to the data: input 3,224,224 became 1,8,8, classes 1000 became 10"
    assert changes(fitted(chosen, "digits"), fitted(chosen, "digits"), "digits") == ""


def test_a_network_that_images_are_too_small_for_is_refused_by_name() -> None:
    chosen = Wide()
    with pytest.raises(ShapeError, match="Wide cannot take the 1×8×8 images of Digits: conv: "):
        fitted(chosen, "digits", 8)
