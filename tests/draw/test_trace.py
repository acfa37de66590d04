"""Wires read back as edges: branches, headers, rows; for every preset, drawn in every way, they are the term's own."""

from __future__ import annotations

from collections import Counter

import pytest

from resviz.core.flow import INPUT, flow
from resviz.draw import ensemble
from resviz.draw.layout import below, beside, wrapped
from resviz.draw.scene import Panel, PlacedBox, Scene, Sign, Wire
from resviz.draw.sketch import input_caption, sketch
from resviz.draw.trace import Edge, edges, traced
from resviz.zoo.families import PRESETS, named


def box(name: str, x: float, y: float) -> PlacedBox:
    return PlacedBox(x, y, 40, 20, (name,), "conv", "", name)


def pairs(scene: Scene) -> Counter:
    return Counter((edge.tail.path if edge.tail else None, edge.head.path) for edge in edges(scene))


@pytest.mark.parametrize("name", PRESETS.names())
def test_by_operation_the_wires_are_the_terms_edges(name: str) -> None:
    node = named(name, {}).node()
    columns, entry = sketch(node, "op", folded=False), input_caption(node.ins[0])
    term = Counter((a if a != INPUT else None, step.path) for step in flow(node).steps for a in step.sources)
    for scene in (beside(columns, entry), below(columns, entry), wrapped(columns, entry, 2)):
        assert pairs(scene) == term


def test_a_wire_that_branches_off_has_the_source_of_its_stem_and_all_its_corners() -> None:
    first, second, total = box("a", 0, 0), box("b", 0, 60), Sign(20, 110, "+", "sum")
    stem, rest = Wire(((20, 20), (20, 60))), Wire(((20, 80), (20, 102)))
    branch = Wire(((20, 30), (90, 30), (90, 110), (29, 110)), dashed=True, shortcut=True)
    found = edges(Scene(100, 130, [first, second, total, stem, rest, branch]))
    assert [(edge.tail, edge.head) for edge in found] == [(first, second), (second, total), (first, total)]
    assert found[2].points == ((20, 20), (20, 30), (90, 30), (90, 110), (29, 110))
    assert (found[2].dashed, found[2].shortcut) == (True, True)
    assert (found[0].dashed, found[0].shortcut) == (False, False)


def test_a_wire_into_a_column_goes_on_below_its_header() -> None:
    first, second = box("a", 10, 60), box("b", 110, 60)
    marks = [
        Panel(0, 10, 60, 100, "one", "", "one"), Panel(100, 10, 60, 100, "two", "", "two"), first, second,
        Wire(((30, 80), (30, 120), (80, 120), (80, 4), (130, 4), (130, 10))), Wire(((130, 46), (130, 60))),
    ]  # fmt: skip
    (edge,) = edges(Scene(200, 200, marks))
    assert (edge.tail, edge.head) == (first, second)
    assert edge.points == ((30, 80), (30, 120), (80, 120), (80, 4), (130, 4), (130, 60))


def test_what_leads_nowhere_is_loose() -> None:
    out, rule = Wire(((30, 20), (30, 50))), Wire(((0, 90), (99, 90)), arrow=False)
    found = traced(Scene(100, 100, [box("a", 10, 0), out, rule]))
    assert found.edges == ()
    assert found.loose == (out, rule)


@pytest.mark.parametrize("n", range(1, 6))
def test_the_unrolled_ensemble_has_its_two_to_the_n_paths(n: int) -> None:
    found = edges(ensemble.arrange([f"u{i}" for i in range(n)]))
    into: dict[int, list[Edge]] = {}
    for edge in found:
        into.setdefault(id(edge.head), []).append(edge)
    tails = {id(edge.tail) for edge in found}
    (last,) = [key for key in into if key not in tails]

    def paths(key: int) -> int:
        return sum(1 if edge.tail is None else paths(id(edge.tail)) for edge in into[key])

    assert paths(last) == 2**n
