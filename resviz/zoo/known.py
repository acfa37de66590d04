"""The networks that people know: presets, what papers report on, what other libraries build; and what is said of each.

`equals` says of a network that a library's model is the same; a test has to prove that: tests/nn/test_torchvision*.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from functools import lru_cache

from resviz.core.spec import NetSpec, same_term
from resviz.zoo.families import FAMILIES, PRESETS, from_text, named
from resviz.zoo.reported import REPORTS, Report

ALL_THREE = "parameters, shapes, names"
EQUALS: list[tuple[str, str]] = []


def equals(network: str, model: str, what: str = ALL_THREE) -> None:
    """Enter that the network, a text as `families.from_text` reads it, is a library's model in what is named."""
    EQUALS.append((network, f"equals {model}: {what}"))


for name in (
    "resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d", "resnext101_32x8d",
    "resnext101_64x4d", "wide_resnet50_2", "wide_resnet101_2", "alexnet", "vgg11", "vgg13", "vgg16", "vgg19",
    "vgg11_bn", "vgg13_bn", "vgg16_bn", "vgg19_bn", "googlenet",
):  # fmt: skip
    equals(name, f"torchvision {name}")
equals("googlenet-aux", "torchvision googlenet with auxiliary heads")


@lru_cache(maxsize=1)
def known() -> Mapping[NetSpec, tuple[str, ...]]:
    """Every known network and what is said of it: what it equals, each paper's first row about it, or its name."""
    said: dict[NetSpec, list[str]] = {}
    for network, sentence in EQUALS:
        said.setdefault(from_text(network), []).append(sentence)
    first: dict[tuple[NetSpec, str], Report] = {}
    for spec, report in _reported():
        first.setdefault((spec, report.paper), report)
    for (spec, _), report in first.items():
        said.setdefault(spec, []).append(report.sentence())
    for entry in PRESETS:
        said.setdefault(named(entry.name, {}), [f"{entry.title} ({entry.cite})"])
    for family in FAMILIES:
        own = family.thing()
        if not any(same_term(own, spec) for spec in said):
            said[own] = [f"{own.title()} ({family.cite})"]
    return {spec: tuple(sentences) for spec, sentences in said.items()}


@lru_cache(maxsize=1)
def by_name() -> Set[NetSpec]:
    """The known networks that go by a name of their own: the presets and the families' own networks."""
    return {named(name, {}) for name in PRESETS.names()} | {family.thing() for family in FAMILIES}


def reports(spec: NetSpec) -> list[Report]:
    """All that papers report of this very network."""
    return [report for other, report in _reported() if same_term(spec, other)]


def compared(spec: NetSpec, knob: str) -> list[tuple[Report, bool]]:
    """The rows of tables that compare choices of `knob`, for this spec's choice; with whether a row is this network.

    So a unit of any network shows what was measured of its shortcut and order in the paper's own networks.
    """
    value = spec.values().get(knob)
    return [
        (report, same_term(spec, other))
        for other, report in _reported()
        if report.varies == knob and other.values().get(knob) == value
    ]


@lru_cache(maxsize=1)
def _reported() -> tuple[tuple[NetSpec, Report], ...]:
    return tuple((from_text(report.network), report) for report in REPORTS)
