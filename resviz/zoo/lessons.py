"""The lessons about a network: the texts of its family, of what it takes from registries, and of its refinements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from resviz.core.registry import Entry
from resviz.core.spec import NetSpec
from resviz.zoo.families import FAMILIES, name_of
from resviz.zoo.refinements import REFINEMENTS
from resviz.zoo.resnet import ResNet


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text about one thing that the network has; `kind` is what the thing is, such as "shortcut"."""

    kind: str
    entry: Entry[Any]


def lessons(spec: NetSpec) -> list[Lesson]:
    """The lessons about a network, the family's first."""
    found = [Lesson("family", FAMILIES[name_of(type(spec))])]
    for k in spec.knobs():
        if k.registry is not None:
            found.append(Lesson(k.name, k.registry[str(spec.values()[k.name])]))
    if isinstance(spec, ResNet):
        found += [Lesson("refinement", entry) for entry in REFINEMENTS if entry.thing(spec)]
    return found
