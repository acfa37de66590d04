"""Choosing threads and precision: by what is clearly faster, and for short trainings not at all."""

from __future__ import annotations

import pytest
import torch

from resviz.core.net import infer
from resviz.nn.module import build
from resviz.runs.process import StoppedError
from resviz.train.engine import FEW_STEPS, Engine, choose, compiled, device_of, fastest
from resviz.train.errors import DeviceError
from resviz.train.recipe import Recipe
from resviz.zoo.families import named

CPU = torch.device("cpu")
Times = dict[tuple[str, int], float]


@pytest.mark.parametrize(
    ("times", "recipe", "best"),
    [
        ({("bfloat16", 1): 0.5, ("bfloat16", 2): 0.3, ("bfloat16", 4): 0.29}, {}, ("bfloat16", 2)),
        ({("bfloat16", 1): 0.9, ("float32", 2): 3.0}, {}, ("float32", 1)),
        ({("float32", 2): 0.5, ("float32", 4): 0.2}, {"precision": "float32"}, ("float32", 4)),
        ({("bfloat16", 1): 0.5}, {"threads": 1}, ("bfloat16", 1)),
    ],
)
def test_another_engine_is_taken_if_it_is_clearly_faster(
    times: Times, recipe: dict[str, object], best: tuple[str, int]
) -> None:
    first = Engine(CPU, "float32", 1)
    found = fastest(first, 1.0, Recipe.of(recipe), 4, lambda engine: times[engine.precision, engine.threads])
    assert (found.precision, found.threads) == best


def test_a_short_training_takes_the_same_engine_always_and_leaves_the_weights() -> None:
    spec = named("resnet8", {"input": "1,8,8"})
    model = build(infer(spec.net(), spec.input_shape()), 0)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    batch = (torch.zeros(32, 1, 8, 8), torch.zeros(32, dtype=torch.long))
    assert choose(model, batch, Recipe(device="cpu"), 180, quiet) == Engine(CPU, "float32", 1)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_engines_are_not_timed_for_a_few_steps_and_timing_can_be_stopped() -> None:
    """A step of a large network takes seconds, and four of them would be as long as the training."""

    def stop() -> None:
        raise StoppedError

    model, batch = torch.nn.Linear(4, 3), (torch.zeros(2, 4), torch.zeros(2, dtype=torch.long))
    assert choose(model, batch, Recipe(device="cpu"), FEW_STEPS - 1, stop) == Engine(CPU, "float32", 1)
    with pytest.raises(StoppedError):
        choose(model, batch, Recipe(device="cpu"), FEW_STEPS, stop)


def quiet() -> None:
    """Nobody wants to stop."""


def test_what_a_recipe_names_is_taken() -> None:
    spec = named("resnet8", {"input": "1,8,8"})
    model = build(infer(spec.net(), spec.input_shape()), 0)
    batch = (torch.zeros(32, 1, 8, 8), torch.zeros(32, dtype=torch.long))
    recipe = Recipe(device="cpu", precision="bfloat16", threads=1)
    assert choose(model, batch, recipe, 10**9, quiet) == Engine(CPU, "bfloat16", 1)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_a_gpu_that_is_not_there_is_refused() -> None:
    assert device_of("auto") == CPU
    with pytest.raises(DeviceError, match="torch sees no GPU"):
        device_of("cuda")


def test_a_compiled_model_has_the_same_weights_and_is_made_only_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Compiling itself takes most of a minute on a CPU: what is checked here is what torch is asked for."""
    asked: list[str] = []

    def fake(model: torch.nn.Module, mode: str) -> torch.nn.Module:
        asked.append(mode)
        return model

    monkeypatch.setattr(torch, "compile", fake)
    model = torch.nn.Linear(1, 1)
    assert compiled(model, Recipe()) is model
    assert asked == []
    compiled(model, Recipe(compile="reduce-overhead"))
    assert asked == ["reduce-overhead"]
