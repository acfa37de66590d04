"""The settings of each experiment: specs like any other, so they are widgets, flags and JSON at once."""

from __future__ import annotations

from dataclasses import dataclass

from resviz.core.knob import knob
from resviz.core.spec import Spec

MOST_DRAWS = 1000


def _images(default: int, help: str) -> int:
    found: int = knob(default, "Images", help, low=0, high=1_000_000)
    return found


def _seed(of: str) -> int:
    found: int = knob(0, "Seed", of, low=0, high=2**31 - 1)
    return found


def _draws(default: int, of: str) -> int:
    found: int = knob(default, "Draws", of, low=1, high=MOST_DRAWS)
    return found


class Settings(Spec):
    """What an experiment may be told."""

    def title(self) -> str:
        return ", ".join(f"{k.title.lower()} {k.show(self.values()[k.name])}" for k in self.knobs())


@dataclass(frozen=True)
class Lesion(Settings):
    """Each unit removed by itself."""

    images: int = _images(0, "test images; 0: all")


@dataclass(frozen=True)
class Removal(Settings):
    """Several units removed at random."""

    images: int = _images(0, "test images; 0: all")
    draws: int = _draws(10, "random choices for each number of removed units")
    seed: int = _seed("of the choices")


@dataclass(frozen=True)
class Reorder(Settings):
    """Pairs of equally shaped units swapped at random."""

    images: int = _images(0, "test images; 0: all")
    draws: int = _draws(10, "random choices for each number of swaps")
    swaps: int = knob(0, "Swaps", "the most pairs that are swapped; 0: as many as there are units", low=0, high=1000)
    seed: int = _seed("of the choices")


@dataclass(frozen=True)
class Gradients(Settings):
    """The gradient by path length, exact and sampled."""

    images: int = _images(32, "test images that the gradients are of; 0: all")
    draws: int = _draws(10, "random paths for each length, for the sampled estimate")
    seed: int = _seed("of the paths")


@dataclass(frozen=True)
class Probe(Settings):
    """Signals and gradients at initialisation."""

    signal: str = knob(
        "noise",
        "Signal",
        "Gaussian noise of the network's own input size, or digits, to whose size the network is then fitted",
        choices=("noise", "digits"),
    )
    batch: int = knob(8, "Batch", "images in the one step that is looked at", low=2, high=4096)
    without_bn: bool = knob(False, "Without BN", "every batch normalisation is taken out of the network")
    seed: int = _seed("of weights and noise")


@dataclass(frozen=True)
class Contribution(Settings):
    """What each unit's branch adds to what passes it."""

    images: int = _images(0, "test images; 0: all")


@dataclass(frozen=True)
class Surface(Settings):
    """The loss around the trained weights."""

    grid: int = knob(15, "Grid", "points along each of the two directions", low=3, high=201)
    span: float = knob(1.0, "Span", "how far to go, in lengths of each filter", low=0.001, high=100.0)
    images: int = _images(512, "training images that the loss is of; 0: all")
    seed: int = _seed("of the directions")
