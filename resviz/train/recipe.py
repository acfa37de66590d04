"""A recipe is how a network is trained: knobs, and the learning rate that they give.

Needs no torch, so that the page can show it, check it and fit a network to its data in milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from resviz.core.knob import SpecError, knob
from resviz.core.net import ShapeError, infer
from resviz.core.ops import dims
from resviz.core.spec import NetSpec, Spec
from resviz.train.schedule import SCHEDULES
from resviz.train.sources import SOURCES

SIZES = (28, 32, 64, 96, 128, 224)
"""Heights and widths, in pixels, that images are enlarged to for a network that cannot take them as they are."""
OPTIMIZERS = ("nesterov", "sgd", "adam")
AUGMENTATIONS = ("auto", "none", "crop", "mirror", "crop-mirror")


def _warm_up(recipe: Recipe) -> float:
    return SCHEDULES[recipe.schedule].thing.warm_up


def _momentum(recipe: Recipe) -> str:
    return "optimizer nesterov or sgd" if recipe.optimizer == "adam" else ""


def _by_epochs(recipe: Recipe) -> str:
    return f"steps 0, and these are {recipe.steps:,}" if recipe.steps else ""


def _folder(recipe: Recipe) -> str:
    return "" if SOURCES[recipe.data].thing.files else "data that are read from files, such as cifar10"


@dataclass(frozen=True)
class Recipe(Spec):
    """Data, length, optimizer and learning rate of one training.

    The defaults were measured on digits (see `tests/train/test_learning.py`). Training ends after `epochs`, or after
    `steps` where those are named in their place, or after `seconds` of training if that comes first.
    """

    data: str = knob("digits", "Data", "digits are built in; the others are read from a folder or downloaded",
                     choices=SOURCES, primary=True)  # fmt: skip
    data_dir: str = knob(
        "", "Folder", "where the files of the data lie; without one they are downloaded", needs=_folder
    )
    size: int = knob(
        0, "Image size", "images are resized to so many pixels; 0: as they are, or the smallest size that the network "
        "can take", low=0, high=1024,
    )  # fmt: skip
    images: int = knob(0, "Images", "so many training images, drawn by the seed; 0: all", low=0, high=10**9)
    test_images: int = knob(0, "Test images", "so many test images, the first ones; 0: all", low=0, high=10**9)
    validation: float = knob(
        0.0, "Validation", "the share of the training images that is held out and measured beside the test images",
        low=0.0, high=0.9,
    )  # fmt: skip
    shuffle_pixels: bool = knob(False, "Shuffle pixels", "one fixed disorder of the pixels, the same for every image")
    label_noise: float = knob(
        0.0, "Label noise", "the share of the training labels that is drawn anew, at random", low=0.0, high=1.0
    )
    augment: str = knob(
        "auto", "Augmentation", "of training images; auto: crop and mirror photographs, nothing else",
        choices=AUGMENTATIONS,
    )  # fmt: skip
    epochs: int = knob(4, "Epochs", "times that every training image is seen", low=1, high=10_000, primary=True,
                       needs=_by_epochs)  # fmt: skip
    steps: int = knob(0, "Steps", "ends the training after so many steps, in place of the epochs; 0: by epochs",
                      low=0, high=10**8)  # fmt: skip
    seconds: float = knob(
        0.0, "Seconds", "ends the training after so many seconds, if the epochs take longer; 0: no limit", low=0.0,
        high=1e7,
    )  # fmt: skip
    batch: int = knob(32, "Batch", "images a step", low=2, high=65_536, primary=True)
    optimizer: str = knob(
        "nesterov", "Optimizer", "SGD with Nesterov's momentum, with the usual one, or Adam", choices=OPTIMIZERS
    )
    lr: float = knob(0.05, "Learning rate", "the highest rate", low=1e-6, high=1e6, primary=True)
    schedule: str = knob("one-cycle", "Schedule", "how the rate goes over the training", choices=SCHEDULES)
    warm_up: float = knob(_warm_up, "Warm-up", "the share of the training before the highest rate", low=0.0, high=0.9)
    momentum: float = knob(0.9, "Momentum", "of SGD", low=0.0, high=0.999, needs=_momentum)
    weight_decay: float = knob(5e-4, "Weight decay", "how fast what decays is drawn towards zero", low=0.0, high=1.0)
    decays: str = knob(
        "weights", "Decays", "weights alone, or all: biases and the scales and shifts of BN, too, as in He et al.'s "
        "papers", choices=("weights", "all"),
    )  # fmt: skip
    label_smoothing: float = knob(
        0.0, "Label smoothing", "the share of the target that goes to all classes alike", low=0.0, high=0.9
    )
    seed: int = knob(0, "Seed", "of weights, order and augmentation", low=0, high=2**31 - 1, primary=True)
    device: str = knob("auto", "Device", "auto: a GPU if there is one", choices=("auto", "cpu", "cuda"))
    precision: str = knob(
        "auto", "Precision", "auto: the faster one by timing; name one to have the same numbers at every run",
        choices=("auto", "float32", "bfloat16"),
    )  # fmt: skip
    threads: int = knob(0, "Threads", "CPU threads; 0: what is faster by timing", low=0, high=1024)

    compile: str = knob(
        "none", "Compile", "by torch.compile, which takes up to minutes to begin; reduce-overhead: with CUDA graphs on "
        "a GPU", choices=("none", "default", "reduce-overhead"),
    )  # fmt: skip
    tensorboard: bool = knob(False, "TensorBoard", "event files beside the curve; needs the extra [tensorboard]")

    def check(self) -> None:
        if self.optimizer == "nesterov" and not self.momentum:
            raise SpecError("optimizer nesterov needs a momentum above 0; the nearest is sgd", optimizer="sgd")

    def title(self) -> str:
        length = f"{self.steps:,} steps" if self.steps else f"{self.epochs} epoch{'s' if self.epochs > 1 else ''}"
        if self.seconds:
            length += f" or {self.seconds:g} s"
        return f"{SOURCES[self.data].title}, {length}, batch {self.batch}, lr {self.lr:g}, seed {self.seed}"

    def rate(self, progress: float) -> float:
        """The learning rate when `progress` (0 to 1) of the training is done."""
        return self.lr * SCHEDULES[self.schedule].thing.share(progress, self.warm_up)

    def steps_of(self, steps_per_epoch: int) -> int:
        """The steps that are asked for, or that the epochs come to."""
        return self.steps or self.epochs * steps_per_epoch

    def moved(self) -> tuple[int, bool]:
        """By how many pixels training images are moved about at the most, and whether they are mirrored."""
        source = SOURCES[self.data].thing
        if self.augment == "auto":
            return (0, False) if self.shuffle_pixels else (source.padding, source.mirror)
        padding = source.padding or max(1, source.shape[1] // 8)
        return (padding if "crop" in self.augment else 0), "mirror" in self.augment


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
