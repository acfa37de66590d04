"""Which network weights are of, by the names and shapes of their tensors.

A ResNet is read off the names and shapes; of other families the known networks are tried, with the number of classes
that the weights have. Where none fits exactly, the nearest is named with what differs.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from resviz.core.knob import SpecError
from resviz.core.net import Shape
from resviz.core.ops.norm import COUNTED
from resviz.core.spec import NetSpec
from resviz.export.recognise_resnet import resnets
from resviz.views.state import Shapes, shapes
from resviz.zoo.families import FAMILIES, to_json
from resviz.zoo.known import known
from resviz.zoo.resnet import ResNet

WRAPPERS = ("module.", "_orig_mod.", "model.", "net.", "backbone.", "encoder.")
"""What training code puts before every name."""
TIMM_VGG = {"pre_logits.fc1": "classifier.0", "pre_logits.fc2": "classifier.3", "head.fc": "classifier.6"}
LEAST_LIKENESS = 0.3
"""Where a network shares less of its tensors, it is no help to name it as the nearest."""
SOME = 3


@dataclass(frozen=True)
class Recognised:
    """The network, other networks that the same weights fit, and what differs; nothing differs where it fits."""

    spec: NetSpec
    others: tuple[NetSpec, ...]
    differs: tuple[str, ...]


@dataclass(frozen=True)
class _Part:
    """Tensors under the names that a network's would have, and those of the file that stand beside them."""

    tensors: dict[str, Shape]
    rest: dict[str, Shape]


def recognised(tensors: Shapes) -> Recognised:
    """The network of the tensors, or of the largest part of them, or the nearest; raises SpecError where none is like.

    Of two parts that are as like, the whole is taken before the part.
    """
    given = unwrapped(tensors)
    if not given:
        raise SpecError("this file holds no tensors")
    found = [(part, *_nearest(part.tensors)) for part in _parts(given)]
    part, likeness, specs = max(found, key=lambda each: each[1])
    if likeness < LEAST_LIKENESS:
        families = ", ".join(dict.fromkeys(entry.title for entry in FAMILIES))
        raise SpecError(f"these weights are of no network that resviz knows: it knows those of {families}")
    differs = tuple(differences(_shapes(specs[0]), {**part.tensors, **part.rest}))
    return Recognised(specs[0], () if differs else specs[1:], differs)


def _parts(given: dict[str, Shape]) -> Iterator[_Part]:
    """The whole, and the largest group of tensors with one word before their names: a backbone beside its head."""
    yield _Part(given, {})
    ((word, _),) = Counter(name.partition(".")[0] for name in given).most_common(1)
    group = {name: shape for name, shape in given.items() if name.startswith(f"{word}.")}
    inner = {name.removeprefix(f"{word}."): shape for name, shape in group.items()}
    if inner:
        yield _Part(unwrapped(inner), {name: shape for name, shape in given.items() if name not in group})


def _nearest(tensors: dict[str, Shape]) -> tuple[float, tuple[NetSpec, ...]]:
    """How like the tensors the nearest networks are, and these: one, or all that the tensors fit."""
    scored = [(_likeness(_shapes(spec), tensors), spec) for spec in _candidates(tensors)]
    most = max(likeness for likeness, _ in scored)
    nearest: list[NetSpec] = []
    for likeness, spec in scored:
        if likeness == most and not any(_same(spec, other) for other in nearest):
            nearest.append(spec)
    return most, tuple(nearest)


def _same(one: NetSpec, other: NetSpec) -> bool:
    """Whether two choices are one network, by whatever knobs."""
    return one.net() == other.net() and one.input_shape() == other.input_shape()


def unwrapped(tensors: Shapes) -> dict[str, Shape]:
    """The tensors without what BN counts, their names without what stands before all of them, and as torchvision's."""
    given = {name: tuple(shape) for name, shape in tensors.items() if not name.endswith(COUNTED)}
    while given and (wrapper := next((w for w in WRAPPERS if all(name.startswith(w) for name in given)), "")):
        given = {name.removeprefix(wrapper): shape for name, shape in given.items()}
    return dict(_as_torchvision(name, shape) for name, shape in given.items())


def _as_torchvision(name: str, shape: Shape) -> tuple[str, Shape]:
    """A tensor of timm's VGG, whose fully connected layers are convolutions, as torchvision has it; others as are."""
    layer, _, kind = name.rpartition(".")
    if layer not in TIMM_VGG:
        return name, shape
    return f"{TIMM_VGG[layer]}.{kind}", (shape[0], math.prod(shape[1:])) if len(shape) > 1 else shape


def differences(own: Shapes, given: Shapes) -> Iterator[str]:
    """Sentences about what the weights lack, hold more, or have in another shape."""
    missing, more = [n for n in own if n not in given], [n for n in given if n not in own]
    other = [name for name in own if name in given and own[name] != given[name]]
    if missing:
        yield f"the weights lack {_listed(missing)}"
    if more:
        yield f"the weights also hold {_listed(more)}"
    if other:
        words = [f"{name} is {_size(given[name])} for {_size(own[name])}" for name in other]
        yield f"other shapes: {_listed(words)}"


def _listed(words: list[str]) -> str:
    rest = f" and {len(words) - SOME} more" if len(words) > SOME else ""
    return ", ".join(words[:SOME]) + rest


def _size(shape: Shape) -> str:
    return "×".join(map(str, shape)) or "a number"


def _likeness(own: Mapping[str, Shape], given: Mapping[str, Shape]) -> float:
    """The share of tensors that are alike in name and shape, those alike in name alone counted a little."""
    both = own.keys() & given.keys()
    alike = sum(own[name] == given[name] for name in both)
    return (alike + 0.25 * (len(both) - alike)) / len(own.keys() | given.keys())


@lru_cache(maxsize=512)
def _shapes(spec: NetSpec) -> dict[str, Shape]:
    return shapes(spec.node())


def _candidates(given: Shapes) -> Iterator[NetSpec]:
    """ResNets read off the names, and the known networks of other families with the weights' number of classes."""
    yield from resnets(given)
    last = next((shape for shape in reversed(list(given.values())) if len(shape) == 2), ())
    for spec in known():
        if isinstance(spec, ResNet):
            continue
        yield spec
        if last and spec.values().get("classes") != last[0]:
            yield from _possible(spec, {"classes": last[0]})


def _possible(spec: NetSpec, knobs: Mapping[str, object]) -> Iterator[NetSpec]:
    """The spec with knobs turned, where that is possible."""
    values = {name: value for name, value in to_json(spec).items() if name != "family"}
    try:
        yield type(spec).of({**values, **knobs})
    except SpecError:
        return
