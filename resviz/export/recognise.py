"""Which network weights are of, by the names and shapes of their tensors.

A ResNet is read off the names and shapes; of other families the known networks are tried, and those that the names are
most like, with the knobs that the sizes tell. Where none fits exactly, the nearest is named with what differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from resviz.core.knob import SpecError
from resviz.core.spec import NetSpec
from resviz.export.differences import differences, likeness
from resviz.export.recognise_input import told
from resviz.export.recognise_knobs import read_off
from resviz.export.recognise_resnet import resnets
from resviz.export.tensor_groups import Group, groups
from resviz.export.tensor_names import unwrapped
from resviz.export.turned import tensors
from resviz.views.state import Shapes
from resviz.zoo.families import FAMILIES
from resviz.zoo.known import known
from resviz.zoo.resnet import ResNet

LEAST_LIKENESS = 0.3
"""Where a network shares less of its tensors, it is no help to name it as the nearest."""


@dataclass(frozen=True)
class Recognised:
    """The network, other networks that the same weights fit, and what differs; nothing differs where it fits.

    `renamed` says where the weights' names are not the network's own, `assumed` what the weights do not tell.
    """

    spec: NetSpec
    others: tuple[NetSpec, ...]
    differs: tuple[str, ...]
    renamed: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()


def recognised(given: Shapes) -> Recognised:
    """The network of the tensors, or of the part of them that is most like one; raises SpecError where none is like.

    Of two parts that are as like, the whole is taken before the part, and the larger before the smaller.
    """
    whole = unwrapped(given)
    if not whole:
        raise SpecError("this file holds no tensors")
    alike, group, specs = _most_alike(whole)
    if alike < LEAST_LIKENESS:
        families = ", ".join(dict.fromkeys(entry.title for entry in FAMILIES))
        raise SpecError(f"these weights are of no network that resviz knows: it knows those of {families}")
    differs = tuple(differences(tensors(specs[0]), group.tensors, group.beside))
    return Recognised(specs[0], () if differs else _distinct(specs)[1:], differs, group.said, tuple(_assumed(specs[0])))


def _assumed(spec: NetSpec) -> Iterator[str]:
    """What is taken as it usually is."""
    if not told(spec):
        _, height, width = spec.input_shape()
        yield f"weights do not tell the size of its images: {height}×{width} is the usual one"


def _most_alike(whole: Shapes) -> tuple[float, Group, tuple[NetSpec, ...]]:
    """The group of tensors that is most like a network, how like it is, and the networks; the first that fits is it."""
    found: list[tuple[float, Group, tuple[NetSpec, ...]]] = []
    for group in groups(whole):
        alike, specs = _nearest(group.tensors)
        found.append((alike, group, specs))
        if alike == 1:
            break
    return max(found, key=lambda each: each[0])


def _nearest(given: Shapes) -> tuple[float, tuple[NetSpec, ...]]:
    """How like the tensors the nearest networks are, and these."""
    scored = [(likeness(tensors(spec), given), spec) for spec in _candidates(given)]
    most = max(alike for alike, _ in scored)
    return most, tuple(spec for alike, spec in scored if alike == most)


def _distinct(specs: Sequence[NetSpec]) -> tuple[NetSpec, ...]:
    """The choices that are another network than those before them."""
    distinct: list[NetSpec] = []
    for spec in specs:
        if not any(_same(spec, other) for other in distinct):
            distinct.append(spec)
    return tuple(distinct)


def _same(one: NetSpec, other: NetSpec) -> bool:
    """Whether two choices are one network, by whatever knobs."""
    return one.net() == other.net() and one.input_shape() == other.input_shape()


def _candidates(given: Shapes) -> Iterator[NetSpec]:
    """ResNets read off the names, the known networks of other families, and those whose knobs the tensors tell."""
    yield from resnets(given)
    yield from (spec for spec in known() if not isinstance(spec, ResNet))
    yield from read_off(given)
