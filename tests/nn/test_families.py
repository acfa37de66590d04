"""Every family's knobs, one choice at a time on a small net: the term, the module and the exported source agree."""

from __future__ import annotations

import pytest
from proof import prove

from resviz.core.knob import Knob, SpecError
from resviz.zoo.families import FAMILIES, family

SMALL = {
    "plain": {"layout": "cifar", "depth": 8, "width": 4, "input": (3, 15, 10)},
    "lenet": {"input": (2, 30, 28)},
    "alexnet": {"input": (3, 80, 70), "hidden": 12},
    "vgg": {"depth": 11, "width": 4, "hidden": 8, "input": (3, 40, 36)},
    "nin": {"input": (2, 80, 70)},
    "googlenet": {"input": (3, 96, 90)},
    "highway": {"depth": 3, "width": 6, "input": (1, 8, 9)},
    "keras-resnet18": {"blocks": (1, 2), "width": 4, "input": (1, 33, 30)},
    "keras-applications": {"width": 4, "input": (3, 64, 50)},
}
OTHER = {"highway": [{"layout": "conv", "depth": depth, "width": 4} for depth in (10, 19, 32)]}


def possible(name: str, knobs: dict[str, object]) -> bool:
    """Whether the knobs go together; what they are refused for is tested where the family is."""
    known = {k.name for k in family(name).knobs()}
    try:
        family(name).of({knob: value for knob, value in knobs.items() if knob in known}).node()
    except SpecError:
        return False
    return True


def cases() -> list[tuple[str, dict[str, object]]]:
    """Each family's small net, and each choice and toggle turned by itself; `resnet` has a test of its own."""
    found = []
    for name in FAMILIES.names():
        if name == "resnet":
            continue
        own = [SMALL[name], *({**SMALL[name], k.name: value} for k in family(name).knobs() for value in values(k))]
        found += [(name, {"classes": 5, **knobs}) for knobs in (*own, *OTHER.get(name, ()))]
    return [(name, knobs) for name, knobs in found if possible(name, knobs)]


def values(k: Knob) -> tuple[object, ...]:
    if k.kind == "bool":
        return (True, False)
    return () if k.dependent else k.options(None)


@pytest.mark.parametrize(("name", "knobs"), cases(), ids=str)
def test_every_choice(name, knobs, tmp_path):
    known = {k.name for k in family(name).knobs()}
    prove(family(name).of({knob: value for knob, value in knobs.items() if knob in known}), tmp_path)


def test_no_family_is_left_out():
    assert {name for name, _ in cases()} == set(FAMILIES.names()) - {"resnet"}
