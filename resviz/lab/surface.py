"""The loss around the trained weights, along two random directions, normalised filter by filter (Li et al. 2018).

Each filter of a direction is scaled to the norm of the network's own filter; biases, BN and whatever else has one
dimension stay as they are (section 4, and the authors' code). The loss is the mean over training images, with BN's
stored statistics.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import torch
from torch import Tensor
from torch.func import functional_call
from torch.nn import functional

from resviz.lab import network
from resviz.lab.network import Batch, Batches
from resviz.lab.settings import Surface
from resviz.lab.subject import Subject
from resviz.nn.module import Network
from resviz.runs.journal import Row
from resviz.runs.process import Watch
from resviz.train.capacity import batch_size

Weights = Mapping[str, Tensor]


def rows(subject: Subject, settings: Surface, watch: Watch) -> Iterator[Row]:
    """A row for each β of the grid: the losses and errors at every α, null where the loss is no finite number."""
    device = network.settle()
    data = network.data(subject)
    chosen = network.first(data.train, settings.images)
    node = subject.spec.node()
    model = Network(node).eval().to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    state = {name: tensor.to(device) for name, tensor in network.weights(subject).items()}
    directions = [direction(state, settings.seed, number) for number in range(2)]
    batches = network.Batches(chosen, data, batch_size(node, 4, len(chosen)), device)
    steps = axis(settings.grid, settings.span)
    for done, beta in enumerate(steps, start=1):
        found = [measured(model, moved(state, directions, (alpha, beta)), batches, watch) for alpha in steps]
        losses = [loss if math.isfinite(loss) else None for loss, _ in found]
        row: Row = {"kind": "result", "beta": beta, "alphas": steps, "losses": losses}
        yield {**row, "errors": [error for _, error in found], "progress": done / len(steps)}


def axis(points: int, span: float) -> list[float]:
    """Points from −span to span, equally far apart; an odd number has 0 among them."""
    return [span * (2 * i - (points - 1)) / (points - 1) for i in range(points)]


def direction(state: Weights, seed: int, number: int) -> dict[str, Tensor]:
    """A random direction for every weight of two dimensions or more, each filter with the norm of the weight's own."""
    generator = torch.Generator().manual_seed(2 * seed + number)
    found = {}
    for name, weight in state.items():
        if weight.ndim < 2 or not weight.is_floating_point():
            continue
        drawn = torch.randn(weight.shape, generator=generator).to(weight.device)
        filters = drawn.flatten(1)
        scale = weight.flatten(1).norm(dim=1, keepdim=True) / filters.norm(dim=1, keepdim=True).clamp_min(1e-12)
        found[name] = (filters * scale).view_as(weight)
    return found


def moved(state: Weights, directions: list[dict[str, Tensor]], by: tuple[float, float]) -> dict[str, Tensor]:
    """The weights θ + α·δ + β·η."""
    found = dict(state)
    for amount, towards in zip(by, directions, strict=True):
        for name, step in towards.items():
            found[name] = found[name] + amount * step
    return found


@torch.inference_mode()
def measured(model: Network, state: Weights, batches: Batches | Sequence[Batch], watch: Watch) -> tuple[float, float]:
    """Mean loss and share of wrong answers of the model with these weights."""
    loss, wrong, images = 0.0, 0, 0
    for x, labels in batches:
        watch()
        logits = functional_call(model, dict(state), (x,))
        loss += float(functional.cross_entropy(logits, labels, reduction="sum"))
        wrong += int((logits.argmax(1) != labels).sum())
        images += len(labels)
    return loss / images, wrong / images
