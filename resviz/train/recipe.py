"""A recipe is how a network is trained: knobs, and the one-cycle learning rate that they give.

Needs no torch, so that the page can show it, check it and fit a network to its data in milliseconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from resviz.core.knob import SpecError, knob
from resviz.core.net import ShapeError, infer
from resviz.core.ops import dims
from resviz.core.spec import NetSpec, Spec
from resviz.train.sources import SOURCES

SIZES = (28, 32, 64, 96, 128, 224)
"""Heights and widths, in pixels, that images are enlarged to for a network that cannot take them as they are."""
WARM_UP = 0.3
"""The share of the training in which the learning rate rises."""


@dataclass(frozen=True)
class Recipe(Spec):
    """Data, length, batch and learning rate of one training: SGD with Nesterov momentum, one cycle.

    The defaults were measured on digits (see `tests/train/test_learning.py`). Training ends after `epochs`, or
    after `seconds` of training if that comes first.
    """

    data: str = knob(
        "digits", "Data", "digits are built in; the others are read from a folder", choices=SOURCES, primary=True
    )
    data_dir: str = knob("", "Folder", "where the files of CIFAR-10 or MNIST lie")
    size: int = knob(
        0,
        "Image size",
        "images are resized to so many pixels; 0: as they are, or the smallest size that the network can take",
        low=0,
        high=1024,
    )
    epochs: int = knob(4, "Epochs", "times that every training image is seen", low=1, high=10_000, primary=True)
    seconds: float = knob(
        0.0,
        "Seconds",
        "ends the training after so many seconds, if the epochs take longer; 0: no limit",
        low=0.0,
        high=1e7,
    )
    batch: int = knob(32, "Batch", "images a step", low=2, high=65_536, primary=True)
    lr: float = knob(0.05, "Learning rate", "the highest rate of the cycle", low=1e-6, high=1e6, primary=True)
    seed: int = knob(0, "Seed", "of weights, order and augmentation", low=0, high=2**31 - 1, primary=True)
    device: str = knob("auto", "Device", "auto: a GPU if there is one", choices=("auto", "cpu", "cuda"))
    precision: str = knob(
        "auto",
        "Precision",
        "auto: the faster one by timing; name one to have the same numbers at every run",
        choices=("auto", "float32", "bfloat16"),
    )
    threads: int = knob(0, "Threads", "CPU threads; 0: what is faster by timing", low=0, high=1024)

    def title(self) -> str:
        length = f"{self.epochs} epoch{'s' if self.epochs > 1 else ''}"
        if self.seconds:
            length += f" or {self.seconds:g} s"
        return f"{SOURCES[self.data].title}, {length}, batch {self.batch}, lr {self.lr:g}, seed {self.seed}"

    def rate(self, progress: float) -> float:
        """The learning rate when `progress` (0 to 1) of the training is done: a linear rise, then half a cosine.

        One cycle after Smith & Topin 2017 (arXiv 1708.07120), with the cosine of Loshchilov & Hutter 2016.
        """
        if progress < WARM_UP:
            return self.lr * progress / WARM_UP
        return self.lr * 0.5 * (1.0 + math.cos(math.pi * (progress - WARM_UP) / (1.0 - WARM_UP)))


def fitted(spec: NetSpec, data: str, size: int = 0) -> NetSpec:
    """The network with the data's input and classes, and everything else as it was chosen.

    The input is the images' own or, where the network cannot take that, the smallest of `SIZES` that it can; `size`
    names another. Raises SpecError or ShapeError with the sentence of whatever cannot take images of that size.
    """
    entry = SOURCES[data]
    channels, *own = entry.thing.shape
    larger = [(side, side) for side in SIZES if side > max(own)]
    refused: list[ShapeError] = []
    for height, width in [(size, size)] if size else [tuple(own), *larger]:
        wanted: dict[str, object] = {"input": (channels, height, width), "classes": entry.thing.classes}
        fit = type(spec).of({**_following(spec), **wanted})
        try:
            infer(fit.net(), fit.input_shape())
        except ShapeError as error:
            words = f"{channels}×{height}×{width} images of {entry.title}"
            refused.append(ShapeError(f"{fit.title()} cannot take the {words}: {error}"))
        else:
            return fit
    raise refused[0]


def _following(spec: NetSpec) -> dict[str, object]:
    """What was chosen of the network; what follows from other knobs is left to follow the new input."""
    values = spec.values()
    return {name: values[name] for name in spec.chosen()}


def changes(chosen: NetSpec, fit: NetSpec, data: str) -> str:
    """What `fitted` changed, as a sentence without its full stop; empty where nothing was changed."""
    before, after = chosen.values(), fit.values()
    own, now = SOURCES[data].thing.shape[1:], fit.input_shape()[1:]
    resized = f"the images are resized from {dims(own)} to {dims(now)}" if own != now else ""
    changed = [
        f"{k.name} {k.show(before[k.name])} became {k.show(after[k.name])}"
        for k in chosen.knobs()
        if before[k.name] != after[k.name]
    ]
    fitting = f"the network was fitted to the data: {', '.join(changed)}" if changed else ""
    return "; ".join(filter(None, (fitting, resized)))


def recipe_of(values: object) -> Recipe:
    """The recipe of a JSON object of knobs; raises SpecError."""
    if not isinstance(values, dict):
        raise SpecError('a recipe is a JSON object such as {"data": "digits", "epochs": 4}')
    return Recipe.of(values)
