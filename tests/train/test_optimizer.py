"""Optimizers: the recipe's, with weight decay on weights alone; and lengths by steps, validation and smoothing."""

from __future__ import annotations

import pytest
import torch

from resviz.core.net import infer
from resviz.nn.module import build
from resviz.train.data import load
from resviz.train.engine import Engine
from resviz.train.loop import Training
from resviz.train.loss import loss_and_logits
from resviz.train.prepare import prepared
from resviz.train.recipe import Recipe, fitted
from resviz.train.recipes import recipe
from resviz.zoo.families import from_text


def training(by: Recipe, net: str = "resnet8") -> Training:
    spec = fitted(from_text(net), "digits")
    data = prepared(load("digits"), by, 10)
    return Training(
        build(infer(spec.net(), spec.input_shape()), 0), data, by, Engine(torch.device("cpu")), lambda: None
    )


@pytest.mark.parametrize(
    ("knobs", "cls", "options"),
    [
        ({}, torch.optim.SGD, {"nesterov": True, "momentum": 0.9}),
        ({"optimizer": "sgd", "momentum": 0.5}, torch.optim.SGD, {"nesterov": False, "momentum": 0.5}),
        ({"optimizer": "adam", "lr": 0.001}, torch.optim.AdamW, {}),
    ],
)
def test_the_optimizer_is_the_recipe_s(knobs: dict[str, object], cls: type, options: dict[str, object]) -> None:
    job = training(Recipe.of({"weight_decay": 0.25, **knobs}))
    assert type(job.optimizer) is cls
    decayed, kept = job.optimizer.param_groups
    assert (decayed["weight_decay"], kept["weight_decay"]) == (0.25, 0.0)
    assert {name: decayed[name] for name in options} == options


def test_all_decays_where_the_recipe_says_so() -> None:
    job = training(recipe("he2015-cifar", {"data": "digits"}))
    (decayed,) = job.optimizer.param_groups
    assert decayed["weight_decay"] == 1e-4
    assert len(decayed["params"]) == len(list(job.model.parameters()))


@pytest.mark.parametrize("knobs", [{"optimizer": "adam", "lr": 0.01}, {"optimizer": "sgd", "label_smoothing": 0.1}])
def test_each_learns(knobs: dict[str, object]) -> None:
    last = list(training(Recipe.of({"epochs": 3, "batch": 64, **knobs})).rows())[-1]
    assert float(str(last["test_error"])) < 0.15


def test_steps_take_the_place_of_epochs_and_the_last_epoch_may_be_a_part_of_one() -> None:
    rows = [row for row in training(Recipe(steps=30, batch=64)).rows() if row["kind"] == "epoch"]
    assert [(row["epoch"], row["step"], row["progress"]) for row in rows] == [(1, 23, 23 / 30), (2, 30, 1.0)]


def test_what_is_held_out_is_measured_beside_the_test_images() -> None:
    last = list(training(Recipe(epochs=1, validation=0.2), "lenet:activation=relu").rows())[-1]
    assert 0.0 <= float(str(last["validation_error"])) <= 1.0
    assert float(str(last["validation_loss"])) > 0.0


def test_smoothing_gives_every_class_its_share_of_the_target() -> None:
    """Szegedy et al. 2015, section 7: (1 − ε) of the loss of the label, ε of the mean over all classes."""
    logits, labels = torch.tensor([[2.0, 0.0, -1.0]]), torch.tensor([0])
    logs = logits.log_softmax(1)[0]
    found, _ = loss_and_logits(logits, labels, 0.3)
    assert float(found) == pytest.approx(float(-0.7 * logs[0] - 0.3 * logs.mean()))
