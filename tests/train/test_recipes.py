"""Recipes by name say what their papers say, and are known again whatever the machine."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resviz.core.knob import SpecError
from resviz.train.recipe import Recipe
from resviz.train.recipes import RECIPES, name_of, named, recipe


@pytest.mark.parametrize("name", RECIPES.names())
def test_every_recipe_is_possible_and_known_again(name: str) -> None:
    folder = {"data_dir": "/somewhere"} if recipe(name, {}).data != "digits" else {}
    found = recipe(name, {"seed": "7", "device": "cpu", **folder})
    assert name_of(found) == name
    assert name_of(replace(found, batch=found.batch + 1)) == ""


def test_the_paper_s_numbers() -> None:
    """He et al. 2015, section 4.2."""
    found = recipe("he2015-cifar-45k", {})
    assert (found.steps, found.batch, found.lr, found.momentum, found.weight_decay) == (64_000, 128, 0.1, 0.9, 1e-4)
    assert (found.optimizer, found.validation, found.moved()) == ("sgd", 0.1, (4, True))
    assert recipe("he2015-cifar-110", {}).rate(399 / 64_000) == pytest.approx(0.01)


def test_epochs_or_steps_that_are_named_take_the_place_of_the_recipe_s() -> None:
    """Otherwise the paper's 64,000 steps would be trained by whoever asks for one epoch."""
    assert recipe("he2015-cifar", {"epochs": "1"}).steps == 0
    assert recipe("fast-cifar", {"steps": "100"}).steps_of(7) == 100
    assert recipe("he2015-cifar", {"lr": "0.2"}).steps == 64_000
    assert recipe("fast-cifar", {"steps": "0"}).epochs == 24
    with pytest.raises(SpecError, match="epochs 2 needs steps 0, and these are 100; leave it at 4"):
        recipe("digits", {"epochs": "2", "steps": "100"})


def test_digits_are_the_defaults_and_flags_change_them() -> None:
    assert recipe("digits", {}) == Recipe()
    assert recipe("mnist-keras-tutorial", {"epochs": "5"}).epochs == 5
    with pytest.raises(SpecError, match="there is no recipe 'he2015': there are digits, he2015-cifar, "):
        named("he2015")
