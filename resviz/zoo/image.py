"""What every network for images has: an input of channels, height and width, and classes; training fits both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from resviz.core.knob import SpecError, Value, knob
from resviz.core.net import Shape
from resviz.core.spec import NetSpec


def image(default: tuple[int, int, int] | Callable[[Any], Value]) -> Any:
    """The knob `input`."""
    return knob(default, "Input", "channels, height, width", low=1, high=4096)


def outputs(default: int | Callable[[Any], Value]) -> Any:
    """The knob `classes`."""
    return knob(default, "Classes", "outputs of the classifier", low=1, high=100_000)


class ImageSpec(NetSpec):
    """A network for images; a family declares the two knobs, because their defaults are its own."""

    input: tuple[int, ...]
    classes: int

    def check(self) -> None:
        if len(self.input) != 3:
            near = type(self)().input
            raise SpecError(
                f"input needs three numbers, channels, height and width, such as {','.join(map(str, near))}", input=near
            )

    def input_shape(self) -> Shape:
        return self.input
