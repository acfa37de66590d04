"""The knobs of any family as the names and shapes of tensors tell them, each found by turning it.

A knob is read where a size follows it: a size that is the knob's own value, however it is turned, tells it. What gives
and takes names is tried each way, or counted; nothing here knows a family. ResNets are read off by their names instead
(`recognise_resnet`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from resviz.core.knob import Knob
from resviz.core.spec import NetSpec
from resviz.export.differences import likeness_of_names
from resviz.export.recognise_input import fitted
from resviz.export.turned import possible, tensors
from resviz.views.state import Shapes
from resviz.zoo.families import FAMILIES
from resviz.zoo.resnet import ResNet

FEW = 16
"""Of a knob with so many choices each is tried; one with more is counted off."""
SHORT = 32
"""A range of so many steps is tried through where no size is the knob's own value."""


def read_off(given: Shapes) -> Iterator[NetSpec]:
    """The networks whose names are the most like the tensors', with the knobs that the sizes tell."""
    named = [_counted(spec, given) for spec in _structures()]
    alike = [likeness_of_names(tensors(spec), given) for spec in named]
    most = max(alike)
    for spec, each in zip(named, alike):
        if each == most > 0:
            yield _fits(_sized(spec, given), given)


@lru_cache(maxsize=1)
def _structures() -> tuple[NetSpec, ...]:
    """Each family in every choice of the knobs that have few."""
    return tuple(spec for entry in FAMILIES if not issubclass(entry.thing, ResNet) for spec in _choices(entry.thing()))


def _choices(own: NetSpec) -> list[NetSpec]:
    specs = [own]
    for k in own.knobs():
        specs = [turned for spec in specs for turned in _each_way(k, spec)]
    return list(dict.fromkeys(specs))


def _each_way(k: Knob, spec: NetSpec) -> Iterator[NetSpec]:
    """The spec with the knob turned each way that is possible, or as it is where the knob has no or many choices."""
    values = (False, True) if k.kind == "bool" else k.options(spec)
    if not 1 < len(values) <= FEW:
        yield spec
        return
    for value in values:
        turned = possible(spec, {k.name: k.show(value)})
        if turned is not None:
            yield turned


def _counted(spec: NetSpec, given: Shapes) -> NetSpec:
    """The spec with a knob of many choices, a depth, turned to as many layers as there are."""
    for k in spec.knobs():
        least, *more = k.options(spec) or (0,)
        if len(more) >= FEW and isinstance(least, int):
            layers = _layers(spec, k, least, given)
            spec = possible(spec, {k.name: str(min(least + layers, least + len(more)))}) or spec
    return spec


def _layers(spec: NetSpec, k: Knob, least: int, given: Shapes) -> int:
    """How many layers like the one that the knob's second choice adds to its least the tensors have more than this."""
    shallow, deeper = (possible(spec, {k.name: str(depth)}) for depth in (least, least + 1))
    if shallow is None or deeper is None:
        return 0
    added = next(name for name in tensors(deeper) if name not in tensors(shallow))
    like = re.compile(r"\d{1,4}".join(map(re.escape, re.split(r"\d+", added))), re.ASCII)
    there, least_there = (
        sum(like.fullmatch(name) is not None for name in names) for names in (given, tensors(shallow))
    )
    return max(0, there - least_there)


def _sized(spec: NetSpec, given: Shapes) -> NetSpec:
    """The spec with the knobs that a size is the value of, and the channels of its input."""
    for k in spec.knobs():
        if k.name == "input":
            channels, *sides = spec.input_shape()
            spec = _told(spec, k.name, channels, tuple(sides), given)
        elif _ranged(k):
            spec = _told(spec, k.name, getattr(spec, k.name), (), given)
    return spec


def _ranged(k: Knob) -> bool:
    return k.kind == "int" and k.choices is None and k.low is not None


def _told(spec: NetSpec, knob: str, own: int, rest: tuple[int, ...], given: Shapes) -> NetSpec:
    """The spec turned to what most of the sizes are that follow the knob's (first) number; as it is where none does."""
    turned = _with(spec, knob, own + 1, rest)
    sizes = Counter(_following(tensors(spec), tensors(turned), own, given)) if turned else Counter[int]()
    return next((each for size, _ in sizes.most_common(1) if (each := _with(spec, knob, size, rest))), spec)


def _with(spec: NetSpec, knob: str, first: int, rest: tuple[int, ...]) -> NetSpec | None:
    return possible(spec, {knob: ",".join(map(str, (first, *rest)))})


def _following(before: Shapes, after: Shapes, own: int, given: Shapes) -> Iterator[int]:
    """The given sizes where `before` has the knob's own value and `after` has one more."""
    for name, shape in before.items():
        turned, there = after.get(name, ()), given.get(name, ())
        if len(shape) == len(turned) == len(there):
            yield from (size for one, two, size in zip(shape, turned, there) if (one, two) == (own, own + 1))


def _fits(spec: NetSpec, given: Shapes) -> NetSpec:
    """The spec with its input fitted; where other sizes are left, with what is hidden in them tried through."""
    own = fitted(spec, given)
    tried = (fitted(turned, given) for k in spec.knobs() if _short(k) for turned in _tried(spec, k))
    return own if _agrees(own, given) else next((each for each in tried if _agrees(each, given)), own)


def _agrees(spec: NetSpec, given: Shapes) -> bool:
    """Whether all the network's tensors are there, in its shapes."""
    return tensors(spec).items() <= given.items()


def _short(k: Knob) -> bool:
    return _ranged(k) and k.low is not None and k.high is not None and k.high - k.low <= SHORT


def _tried(spec: NetSpec, k: Knob) -> Iterator[NetSpec]:
    for value in range(int(k.low or 0), int(k.high or 0) + 1):
        turned = possible(spec, {k.name: str(value)})
        if turned is not None:
            yield turned
