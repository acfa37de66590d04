"""The input that weights are for, where a fully connected layer's size tells it: a square one, where one fits."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import partial

from resviz.core.net import Shape
from resviz.core.spec import NetSpec
from resviz.export.turned import possible, tensors
from resviz.views.state import Shapes

USUAL = (28, 32, 64, 96, 128, 224, 227, 256)
"""Sides of images that people train on; of several that fit the first of these is taken, or else the smallest."""
LARGEST = 4096

Place = tuple[str, int]


def fitted(spec: NetSpec, given: Shapes) -> NetSpec:
    """The spec with an input of the size that a tensor tells, or as it is where none does or its own fits."""
    at = _place(spec, given)
    if at is None or _size(spec, at) == (wanted := given[at[0]][at[1]]):
        return spec
    turned = (_with_input(spec, image) for image in _images(spec, at, wanted))
    return next((each for each in turned if each is not None), spec)


def told(spec: NetSpec) -> bool:
    """Whether the tensors would be others with an input of another size, as convolutions' never are."""
    return _place(spec, tensors(spec)) is not None


def _place(spec: NetSpec, given: Shapes) -> Place | None:
    """A tensor that the weights have too, and its dimension that hangs on the size of the input."""
    channels, height, width = spec.input_shape()
    doubled = _with_input(spec, (channels, 2 * height, 2 * width))
    if doubled is None:
        return None
    for name, shape in tensors(spec).items():
        for axis, (own, other) in enumerate(zip(shape, tensors(doubled)[name])):
            if own != other and len(given.get(name, ())) == len(shape):
                return name, axis
    return None


def _with_input(spec: NetSpec, image: Shape) -> NetSpec | None:
    return possible(spec, {"input": ",".join(map(str, image))})


def _size(spec: NetSpec | None, at: Place) -> int:
    """The size at the place; 0 where no network comes of the input."""
    return tensors(spec)[at[0]][at[1]] if spec else 0


def _images(spec: NetSpec, at: Place, wanted: int) -> Iterator[Shape]:
    """Inputs that may be of the wanted size: squares, or where none is, those as high as the spec's own."""
    channels, height, width = spec.input_shape()
    if _size(spec, at) == channels * height * width:
        yield from _flattened(wanted)
        return
    shaped: tuple[Callable[[int], Shape], ...] = (lambda n: (channels, n, n), lambda n: (channels, height, n))
    for image in shaped:
        sizes = partial(_size_with, spec, at, image)
        least = 1 + bisect_left(range(1, LARGEST + 1), wanted, key=sizes)
        if sizes(least) == wanted:
            yield image(next((side for side in USUAL if sizes(side) == wanted), least))


def _size_with(spec: NetSpec, at: Place, image: Callable[[int], Shape], side: int) -> int:
    return _size(_with_input(spec, image(side)), at)


def _flattened(pixels: int) -> Iterator[Shape]:
    """The square image of so many numbers with the fewest channels."""
    for channels in range(1, min(pixels, LARGEST) + 1):
        side = math.isqrt(pixels // channels)
        if channels * side * side == pixels:
            yield channels, side, side
            return
