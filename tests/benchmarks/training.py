"""Training: images a second and accuracy of ours beside the loop that people write, same net, batch and machine.

`python -m tests.benchmarks.training` trains ResNet-20 on digits enlarged to 32×32 in three colours, which needs no
download; `--data-dir FOLDER` takes CIFAR-10 from there. Each loop is a process, ours with the environment that
`resviz train` gives it; they run in turns, so that what else the machine does hits all. The naive loop does the same
mathematics: it normalises and pads in the same order, decays the same weights, takes the same rates; what differs is
how it is done (an image at a time, float32) and what the seeds draw.

On a GPU (`--device cuda`) it goes on with ResNet-20, 56, 110 and ResNet-18 on CIFAR-10's shape: epochs a second, and
the share of the time in which the device computes.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection

import torch
from scipy.stats import ttest_ind
from torch import Tensor, nn
from torch.nn import functional
from torch.profiler import ProfilerActivity, profile
from torch.utils.data import DataLoader, Dataset

from resviz.core.net import infer
from resviz.nn.module import build
from resviz.runs.store import CALM
from resviz.train import batches
from resviz.train.data import Data, Images, load, moments
from resviz.train.engine import Engine, choose, device_of
from resviz.train.loop import Training
from resviz.train.recipe import Recipe
from resviz.train.sources import SOURCES
from resviz.zoo.families import named

NET = "resnet20"
GPU_NETS = ("resnet20", "resnet56", "resnet110", "resnet18")
SIDE, PADDING = 32, 4
GOAL_CPU, GOAL_GPU = 2.0, 10.0
TURNS, TURN_SECONDS = 8, 4.0
OURS = "ours, by the engine that it chooses"
NAIVE, LOADING = "the naive loop, loading in the same process", "the naive loop, two loading processes"


@dataclass(frozen=True)
class Speed:
    """Images a second of the clock and of this process's CPU time, turn by turn."""

    clock: list[float]
    cpu: list[float]

    def __str__(self) -> str:
        low, high = min(self.clock), max(self.clock)
        return (
            f"{statistics.median(self.clock):>8,.0f} ({low:,.0f} to {high:,.0f})   {statistics.median(self.cpu):>8,.0f}"
        )


class Naive(Dataset[tuple[Tensor, int]]):
    """What people write: an image at a time, to float, normalised, padded, cropped, mirrored."""

    def __init__(self, data: Data) -> None:
        self.images = data.train
        self.mean, self.std = data.mean[:, None, None], data.std[:, None, None]

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, i: int) -> tuple[Tensor, int]:
        x = (self.images.pixels[i].float() - self.mean) / self.std
        x = functional.pad(x, (PADDING,) * 4)
        top, left = (int(torch.randint(0, 2 * PADDING + 1, ())) for _ in range(2))
        x = x[:, top : top + SIDE, left : left + SIDE]
        if torch.rand(()) < 0.5:
            x = x.flip(2)
        return x, int(self.images.labels[i])


def main() -> None:
    """Print the speeds, their ratio, and the accuracies."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.training", description=__doc__)
    parser.add_argument("--data-dir", default="", help="a folder with CIFAR-10 in its binary form")
    parser.add_argument("--images", type=int, default=0, help="so many training images; 0: all")
    parser.add_argument("--precision", default="auto", choices=("auto", "float32", "bfloat16"), help="of ours")
    parser.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"))
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=8, help="of each training for the accuracies")
    parser.add_argument("--seeds", type=int, default=5, help="trainings of each for the accuracies; 0: none")
    chosen, _ = parser.parse_known_args()
    device = device_of(chosen.device)
    data = _data(chosen.data_dir, chosen.images)
    if device.type == "cpu":
        torch.set_num_threads(1)
    print(f"\nTraining: {NET}, {len(data.train):,} images of 3×32×32, batch {chosen.batch}, {_machine(device)}")
    _speeds(chosen)
    if chosen.seeds:
        engine = _engine(data, _recipe(chosen.batch, device, precision=chosen.precision))
        _accuracies(data, _recipe(chosen.batch, device, epochs=chosen.epochs), chosen.seeds, engine)
    if device.type == "cuda":
        _gpu(data, chosen.batch)
    else:
        print("  no GPU here: epochs a second and busy share on a GPU were not measured")


def _machine(device: torch.device) -> str:
    return torch.cuda.get_device_name() if device.type == "cuda" else "one CPU thread"


def _data(folder: str, images: int) -> Data:
    data = load("cifar10", folder) if folder else _large_digits()
    if images:
        data = replace(data, train=Images(data.train.pixels[:images], data.train.labels[:images]))
    return data


def _large_digits() -> Data:
    digits = load("digits")

    def large(images: Images) -> Images:
        pixels = functional.interpolate(images.pixels.float() * 15, (SIDE, SIDE), mode="bilinear")
        return Images(pixels.round().to(torch.uint8).expand(-1, 3, -1, -1).contiguous(), images.labels)

    train = large(digits.train)
    mean, std = moments(train.pixels)
    return Data(train, large(digits.test), mean, std, (SIDE, SIDE))


def _model(net: str, seed: int = 0) -> nn.Module:
    spec = named(net, {"input": "3,32,32", "classes": "10"})
    return build(infer(spec.net(), spec.input_shape()), seed)


def _recipe(batch: int, device: torch.device, **knobs: object) -> Recipe:
    return Recipe.of({"data": "cifar10", "batch": batch, "lr": 0.05, "device": device.type, "epochs": 10_000,
                      "threads": int(device.type == "cpu"), **knobs})  # fmt: skip


def _engine(data: Data, recipe: Recipe) -> Engine:
    """What a long training would choose."""
    sample = next(batches.training(data, SOURCES["cifar10"].thing, recipe.batch, torch.Generator()))
    return choose(_model(NET), sample, recipe, 10**6, lambda: None)


def _speeds(chosen: argparse.Namespace) -> None:
    """Every loop in turns, each in its process."""
    loops = {
        NAIVE: Loop(_naive_steps, chosen, 0),
        LOADING: Loop(_naive_steps, chosen, 2),
        OURS: Loop(_our_steps, chosen, environment=CALM),
    }
    speeds = {title: Speed([], []) for title in loops}
    for _ in range(TURNS):
        for title, loop in loops.items():
            clock, cpu = loop.turn()
            speeds[title].clock.append(clock)
            speeds[title].cpu.append(cpu)
    for loop in loops.values():
        loop.end()
    print(f"  {'images a second':<58} {'of the clock':<24} of CPU time")
    for title, speed in speeds.items():
        print(f"  {title:<58} {speed}{'   (without the loading)' if title == LOADING else ''}")
    _ratios(*speeds.values(), device_of(chosen.device))


class Loop:
    """A loop that trains for ever, in a process of its own that only works when it is its turn."""

    def __init__(
        self, steps: Callable[..., Iterator[int]], chosen: argparse.Namespace, *arguments: object,
        environment: Mapping[str, str] = {},
    ) -> None:  # fmt: skip
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, steps, chosen, *arguments))
        before = dict(os.environ)
        os.environ.update(environment)
        self._process.start()
        os.environ.clear()
        os.environ.update(before)
        self._pipe.recv()

    def turn(self) -> tuple[float, float]:
        """Images a second over TURN_SECONDS, by the clock and by the process's CPU time."""
        self._pipe.send(True)
        clock, cpu = self._pipe.recv()
        return clock, cpu

    def end(self) -> None:
        self._pipe.send(False)
        self._process.join()


def _serve(
    pipe: Connection, steps: Callable[..., Iterator[int]], chosen: argparse.Namespace, *arguments: object
) -> None:
    """The loop's process: it gets ready, and then does a turn whenever it is asked to."""
    if device_of(chosen.device).type == "cpu":
        torch.set_num_threads(1)
    going = steps(chosen, *arguments)
    next(going)
    pipe.send(True)
    while pipe.recv():
        pipe.send(_turn(going))


def _ratios(naive: Speed, loading: Speed, ours: Speed, device: torch.device) -> None:
    """By the clock against the faster of the naive loops; by CPU time, which other programs touch less."""
    clock = statistics.median(o / max(n, two) for o, n, two in zip(ours.clock, naive.clock, loading.clock))
    cpu = statistics.median(ours.cpu) / statistics.median(naive.cpu)
    if device.type == "cuda":
        print(f"  ratio {clock:.2f}   goal ≥ {GOAL_GPU:g}: {_verdict(clock >= GOAL_GPU)}")
    else:
        reached = _verdict(cpu >= GOAL_CPU)
        print(f"  ratio by the clock {clock:.2f}, by CPU time {cpu:.2f}   goal ≥ {GOAL_CPU:g}: {reached}")


def _verdict(reached: bool) -> str:
    return "reached" if reached else "not reached"


def _turn(steps: Iterator[int]) -> tuple[float, float]:
    """Images a second over TURN_SECONDS, by the clock and by this process's CPU time."""
    begun, cpu, images = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - begun < TURN_SECONDS:
        images += next(steps)
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return images / (time.perf_counter() - begun), images / (time.process_time() - cpu)


def _naive_steps(chosen: argparse.Namespace, workers: int) -> Iterator[int]:
    """The images of each step, for ever: the loop that people write, in float32, reading the loss at every step."""
    data, batch, device = _data(chosen.data_dir, chosen.images), chosen.batch, device_of(chosen.device)
    model = _model(NET).to(device).train()
    optimizer = _naive_optimizer(model, _recipe(batch, device, lr=0.01))
    loader = DataLoader(Naive(data), batch, shuffle=True, num_workers=workers, drop_last=True,
                        persistent_workers=workers > 0)  # fmt: skip
    while True:
        for images, labels in loader:
            _naive_step(model, optimizer, images.to(device), labels.to(device))
            yield len(labels)


def _naive_optimizer(model: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """SGD as torch makes it by default; biases and BN do not decay, as in ours."""
    groups = [
        {"params": [p for p in model.parameters() if p.ndim > 1], "weight_decay": recipe.weight_decay},
        {"params": [p for p in model.parameters() if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.SGD(groups, recipe.lr, recipe.momentum, nesterov=True)


def _naive_step(model: nn.Module, optimizer: torch.optim.Optimizer, images: Tensor, labels: Tensor) -> float:
    optimizer.zero_grad()
    loss = functional.cross_entropy(model(images), labels)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    return loss.item()


def _our_steps(chosen: argparse.Namespace) -> Iterator[int]:
    """The images of each step, for ever, in our loop as it is; its rows and evaluations are within the time."""
    data = _data(chosen.data_dir, chosen.images)
    recipe = _recipe(chosen.batch, device_of(chosen.device), precision=chosen.precision)
    engine = _engine(data, recipe)
    data = replace(data, test=Images(data.test.pixels[:2], data.test.labels[:2]))
    job = Training(_model(NET), data, recipe, engine, lambda: None)
    before = 0
    for _ in job.rows():
        yield (job.pace.step - before) * recipe.batch
        before = job.pace.step


def _accuracies(data: Data, recipe: Recipe, seeds: int, engine: Engine) -> None:
    """The same number of epochs of one cycle by both."""
    ours, naive = [], []
    for seed in range(seeds):
        job = Training(_model(NET, seed), data, replace(recipe, seed=seed), engine, lambda: None)
        ours.append(1 - float(str(list(job.rows())[-1]["test_error"])))
        naive.append(_naive_training(data, replace(recipe, seed=seed), engine.device))
    for title, found in ((f"ours: {engine}", ours), ("the naive loop, float32", naive)):
        spread = statistics.stdev(found) if len(found) > 1 else float("nan")
        print(f"  {title:<62} test accuracy {100 * statistics.fmean(found):.2f} ± {100 * spread:.2f} %, {seeds} seeds")
    if seeds > 1:
        _compared(ours, naive)


def _compared(ours: list[float], naive: list[float]) -> None:
    """Whether the means are closer than two trainings are by their seeds; Welch's 95 % interval of the difference."""
    apart = statistics.fmean(ours) - statistics.fmean(naive)
    noise = (statistics.variance(ours) + statistics.variance(naive)) ** 0.5
    interval = ttest_ind(ours, naive, equal_var=False).confidence_interval(0.95)
    print(
        f"  ours − naive {100 * apart:+.2f} % ({100 * interval.low:+.2f} to {100 * interval.high:+.2f} with 95 % "
        f"confidence), seed noise {100 * noise:.2f} %: {'equal' if abs(apart) <= noise else 'NOT equal'}"
    )


def _naive_training(data: Data, recipe: Recipe, device: torch.device) -> float:
    """Test accuracy after the recipe's epochs in the naive loop, with the same rates."""
    torch.manual_seed(recipe.seed)
    model = _model(NET, recipe.seed).to(device)
    optimizer = _naive_optimizer(model, recipe)
    loader = DataLoader(Naive(data), recipe.batch, shuffle=True)
    steps, step = recipe.epochs * len(loader), 0
    for _ in range(recipe.epochs):
        model.train()
        for images, labels in loader:
            for group in optimizer.param_groups:
                group["lr"] = recipe.rate((step + 0.5) / steps)
            _naive_step(model, optimizer, images.to(device), labels.to(device))
            step += 1
    model.eval()
    normalise = batches.Normalise(data.mean, data.std)
    with torch.no_grad():
        right = sum(
            int((model(normalise(pixels).to(device)).argmax(1).cpu() == labels).sum())
            for pixels, labels in zip(data.test.pixels.split(500), data.test.labels.split(500), strict=True)
        )
    return right / len(data.test)


def _gpu(data: Data, batch: int) -> None:
    """Epochs a second, and the share of the time that the device computes."""
    for net in GPU_NETS:
        recipe = _recipe(batch, torch.device("cuda"), epochs=3)
        job = Training(_model(net), data, recipe, _engine(data, recipe), lambda: None)
        rows = [row for row in job.rows() if row["kind"] == "epoch"]
        speed = float(str(rows[-1]["images_per_second"]))
        print(f"  {net:<12} {speed:>9,.0f} images/s  {speed / 50_000:>6.2f} epochs of CIFAR-10 a second  "
              f"device busy {100 * _busy(net, data, batch):.0f} %")  # fmt: skip


def _busy(net: str, data: Data, batch: int) -> float:
    """Kernel time over wall time in the second epoch."""
    recipe = _recipe(batch, torch.device("cuda"), epochs=2)
    rows = Training(_model(net), data, recipe, _engine(data, recipe), lambda: None).rows()
    next(row for row in rows if row["kind"] == "epoch")
    begun = time.perf_counter()
    with profile(activities=[ProfilerActivity.CUDA]) as seen:
        next(row for row in rows if row["kind"] == "epoch")
        torch.cuda.synchronize()
    wall = time.perf_counter() - begun
    return sum(event.self_device_time_total for event in seen.key_averages()) / 1e6 / wall


if __name__ == "__main__":
    main()
