"""How the learning rate goes: its share of the highest rate over the training, from 0 to 1. Needs no torch."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from resviz.core.registry import Registry


@dataclass(frozen=True)
class Schedule:
    """The rate as a share of the highest, over the training after its warm-up and while that lasts.

    `after` and `warming` take the share of their own part that is done, `over` that of the whole training. `warm_up`
    is the share of the training that warms up if nobody chooses another.
    """

    after: Callable[[float, float], float]
    warming: Callable[[float], float]
    warm_up: float = 0.0

    def share(self, progress: float, warm_up: float) -> float:
        """The rate's share when `progress` of the whole training is done."""
        if progress < warm_up:
            return self.warming(progress / warm_up)
        return self.after((progress - warm_up) / (1.0 - warm_up), progress)


def _cosine(own: float, _: float) -> float:
    return 0.5 * (1.0 + math.cos(math.pi * own))


def _steps(_: float, over: float) -> float:
    return 1.0 if over < 0.5 else 0.1 if over < 0.75 else 0.01


def _linear(own: float) -> float:
    return own


SCHEDULES: Registry[Schedule] = Registry("schedule")

SCHEDULES.register(
    "one-cycle", title="one cycle", cite="Smith & Topin 2017, arXiv 1708.07120; Loshchilov & Hutter 2016",
    note="rises for three tenths of the training, then half a cosine",
)(Schedule(_cosine, _linear, warm_up=0.3))  # fmt: skip

SCHEDULES.register(
    "cosine", title="cosine", cite="Loshchilov & Hutter 2016, arXiv 1608.03983", note="half a cosine from the beginning"
)(Schedule(_cosine, _linear))

SCHEDULES.register(
    "steps", title="steps", cite="He et al. 2015, section 4.2",
    note="a tenth after half of the training and a hundredth after three quarters, as at 32k and 48k of 64k steps; a "
    "tenth while it warms up",
)(Schedule(_steps, lambda own: 0.1))  # fmt: skip

SCHEDULES.register("constant", title="constant", cite="LeCun et al. 1998", note="the same rate all along")(
    Schedule(lambda own, over: 1.0, _linear)
)
