"""How the arithmetic is done: device, threads and precision, chosen by timing a few steps where it pays.

Rounding differs between these, so two runs of one seed agree to the last digit only if they are the same. A short
training is therefore never tuned: it takes one thread and float32, always. A long one (its first steps tell) takes
what is clearly faster; to repeat it exactly, name the precision and threads that its log tells. It takes half of the
cores at most: threads that wait for each other beside another busy program are many times slower than one
(ResNet-20, two cores: 32 images a second against 587). Images and weights are channels-last in every case: no
measurement had a clear gain without.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from resviz.train import layout
from resviz.train.errors import DeviceError
from resviz.train.loss import loss_and_logits
from resviz.train.recipe import Recipe

LONG = 60.0
"""Seconds that a training must be going to last before other engines are tried."""

FEW_STEPS = 50
"""Timing takes a few steps of each engine, which in a training of fewer steps than these is not worth it."""

CLEARLY = 1.2
"""How many times as fast another engine has to be to be taken."""

TIMED_STEPS, TIMED_SECONDS = 3, 1.0


@dataclass(frozen=True)
class Engine:
    """A device, its precision (float32 or bfloat16 autocast) and the CPU threads."""

    device: torch.device
    precision: str = "float32"
    threads: int = 1

    def autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.precision == "bfloat16")

    def ready(self, model: nn.Module) -> nn.Module:
        """The model on the device, channels last, and this process set to the threads."""
        torch.set_num_threads(self.threads)
        layout.keep(model)
        return model.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]

    def __str__(self) -> str:
        threads = f", {self.threads} thread{'s' if self.threads > 1 else ''}" if self.device.type == "cpu" else ""
        return f"{self.device.type}, {self.precision}, channels last{threads}"


def device_of(name: str) -> torch.device:
    """The device of that name; auto is a GPU if torch sees one. Raises DeviceError."""
    if name == "cuda" and not torch.cuda.is_available():
        raise DeviceError("device cuda is not possible: torch sees no GPU on this machine; take cpu or auto")
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(name)


def compiled(model: nn.Module, recipe: Recipe) -> nn.Module:
    """The model as the recipe wants it compiled; it has the same weights."""
    if recipe.compile == "none":
        return model
    made: nn.Module = torch.compile(model, mode=recipe.compile)  # type: ignore[assignment]
    return made


def choose(
    model: nn.Module, batch: tuple[Tensor, Tensor], recipe: Recipe, steps: int, watch: Callable[[], None]
) -> Engine:
    """The engine for `steps` steps like the one on `batch`; the model stays as it is. Raises what `watch` raises."""
    first = Engine(
        device_of(recipe.device),
        "float32" if recipe.precision == "auto" else recipe.precision,
        recipe.threads or 1,
    )
    if steps < FEW_STEPS:
        return first
    most = max(1, torch.get_num_threads() // 2)
    seconds = step_seconds(first, model, batch, watch)
    if seconds * steps < LONG:
        return first
    return fastest(first, seconds, recipe, most, lambda engine: step_seconds(engine, model, batch, watch))


def fastest(first: Engine, seconds: float, recipe: Recipe, most: int, measure: Callable[[Engine], float]) -> Engine:
    """From `first`, which takes `seconds` a step, to bfloat16 and to twice the threads, as long as it clearly pays."""
    best = first
    if recipe.precision == "auto":
        tried = replace(best, precision="bfloat16")
        took = measure(tried)
        if took * CLEARLY < seconds:
            best, seconds = tried, took
    while not recipe.threads and best.device.type == "cpu" and best.threads < most:
        tried = replace(best, threads=min(2 * best.threads, most))
        took = measure(tried)
        if took * CLEARLY >= seconds:
            break
        best, seconds = tried, took
    return best


def step_seconds(
    engine: Engine, model: nn.Module, batch: tuple[Tensor, Tensor], watch: Callable[[], None] = lambda: None
) -> float:
    """The time of a step forward and back on a copy of the model: the best of a few, after one that warms up.

    `watch` is called before each step.
    """
    trial = engine.ready(copy.deepcopy(model)).train()
    images, labels = (tensor.to(engine.device) for tensor in batch)
    times: list[float] = []
    begun = time.perf_counter()
    while len(times) < TIMED_STEPS + 1 and (len(times) < 2 or time.perf_counter() - begun < TIMED_SECONDS):
        watch()
        start = time.perf_counter()
        with engine.autocast():
            output = trial(images)
        loss_and_logits(output, labels)[0].backward()  # type: ignore[no-untyped-call]
        if engine.device.type == "cuda":
            torch.cuda.synchronize(engine.device)
        times.append(time.perf_counter() - start)
    return min(times[1:])
