"""The laws of the layout, for every preset and odd networks, at every level, folded and not, wide and tall.

Nothing overlaps, no wire runs through what it does not end at, nothing leaves the picture, text fits, and what is
joined in the term is joined in the picture.
"""

from __future__ import annotations

import json
from collections import Counter
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest
from geometry import Rect, crossings, of_box, of_header, of_sign, of_wire, of_words, overlap, overlaps, pick

from resviz.core.net import Node, leaves
from resviz.core.ops import Aside
from resviz.draw.layout import below, beside
from resviz.draw.scene import FONT, SMALL, Panel, PlacedBox, Scene, Sign, Wire, Words, text_width
from resviz.draw.sketch import LEVELS, input_caption, sketch
from resviz.zoo.families import PRESETS, named

DEJAVU = json.loads((Path(__file__).parent / "dejavu_sans.json").read_text(encoding="utf-8"))
MOST_UNFOLDED = 33
"""Units of the networks that are drawn unfolded here: ResNet-101 is the largest."""

ODD: dict[str, dict[str, str]] = {
    "drop path and SE": {"depth": "18", "drop_path": "0.3", "se": "true"},
    "pre and option C": {"depth": "50", "order": "pre", "shortcut": "C"},
    "seven stages": {"blocks": "1,2,1,3,1,2,1", "width": "8", "input": "3,256,256"},
    "all at once": {
        "layout": "cifar", "depth": "20", "shortcut": "C", "se": "true", "drop_path": "0.5", "order": "pre",
    },
    "groups, deep stem": {
        "depth": "50", "groups": "32", "group_width": "4", "se": "true", "stem": "deep", "avg_down": "true",
    },
    "narrow plain": {"layout": "cifar", "depth": "20", "shortcut": "none", "order": "pre", "width": "2"},
    "odd input": {"layout": "cifar", "depth": "20", "order": "relu-before-add", "input": "3,33,47", "avg_down": "true"},
    "option A with pooling": {
        "depth": "34", "order": "bn-after-add", "shortcut": "A", "avg_down": "true",
    },
    "plain with gates": {"layout": "cifar", "depth": "14", "shortcut": "none", "se": "true"},
    "one huge unit": {"blocks": "1", "width": "1024", "widen": "16", "classes": "100000", "input": "4096,4096,4096"},
}  # fmt: skip
CASES = [*PRESETS.names(), *ODD]


class Drawn(NamedTuple):
    """One network's scene in one manner."""

    manner: str
    node: Node
    scene: Scene


@lru_cache(maxsize=4)
def drawn(case: str) -> list[Drawn]:
    """The case in all its manners."""
    node = (named("resnet", ODD[case]) if case in ODD else named(case, {})).node()
    units = sum(len(at.parts) for _, at in node.parts if at.role == "stage")
    found = []
    for level, folded, arrange in product(LEVELS, (True, False), (beside, below)):
        if folded or units <= MOST_UNFOLDED:
            scene = arrange(sketch(node, level, folded), input_caption(node.ins[0]))
            found.append(Drawn(f"{level}, {folded=}, {arrange.__name__}", node, scene))
    return found


@pytest.fixture(scope="module", params=CASES)
def manners(request: pytest.FixtureRequest) -> list[Drawn]:
    return drawn(request.param)


def solid(scene: Scene) -> list[Rect]:
    return [*map(of_box, pick(scene, PlacedBox)), *map(of_sign, pick(scene, Sign))]


def texts(scene: Scene) -> list[Rect]:
    """What is written outside boxes."""
    return [*map(of_words, pick(scene, Words)), *(rect for panel in pick(scene, Panel) for rect in of_header(panel))]


def wires(scene: Scene) -> list[Rect]:
    return [piece for wire in pick(scene, Wire) for piece in of_wire(wire)]


def test_nothing_overlaps(manners: list[Drawn]) -> None:
    for manner, _, scene in manners:
        assert overlaps(solid(scene) + texts(scene)) == [], manner
        assert overlaps(map(of_box, pick(scene, Panel))) == [], manner


def test_no_wire_runs_through_a_box_or_a_text(manners: list[Drawn]) -> None:
    """A wire may touch the edge where it ends, half its own width deep."""
    for manner, _, scene in manners:
        assert crossings(wires(scene), list(map(of_box, pick(scene, PlacedBox))), near=0.75) == [], manner
        assert crossings(wires(scene), texts(scene), near=0.5) == [], manner


def test_no_wire_runs_through_a_sign_that_it_does_not_end_at(manners: list[Drawn]) -> None:
    for manner, _, scene in manners:
        for wire in pick(scene, Wire):
            ends = [wire.points[0], wire.points[-1]]
            strange = [
                sign
                for sign in pick(scene, Sign)
                if not any(abs(x - sign.x) <= sign.radius + 2 and abs(y - sign.y) <= sign.radius + 2 for x, y in ends)
            ]
            assert crossings(of_wire(wire), list(map(of_sign, strange)), near=0.75) == [], manner


def test_all_is_inside_the_picture(manners: list[Drawn]) -> None:
    for manner, _, scene in manners:
        panels = list(map(of_box, pick(scene, Panel)))
        for rect in (*solid(scene), *texts(scene), *panels, *wires(scene)):
            assert rect.left >= 0, (manner, rect)
            assert rect.top >= 0, (manner, rect)
            assert rect.right <= scene.width, (manner, rect)
            assert rect.bottom <= scene.height, (manner, rect)


def test_every_box_lies_on_one_panel(manners: list[Drawn]) -> None:
    for manner, _, scene in manners:
        panels = list(map(of_box, pick(scene, Panel)))
        for rect in solid(scene):
            around = [
                p for p in panels
                if p.left <= rect.left and rect.right <= p.right and p.top <= rect.top and rect.bottom <= p.bottom
            ]  # fmt: skip
            assert len(around) == 1, (manner, rect)


def test_text_fits_its_box(manners: list[Drawn]) -> None:
    """By the real widths of DejaVu Sans, which are above those of Arial and of Liberation Sans."""
    for manner, _, scene in manners:
        for box in pick(scene, PlacedBox):
            assert max(measured(line, FONT) for line in box.lines) <= box.width - 4, (manner, box)
            assert measured(box.caption, SMALL) <= box.width - 4, (manner, box)
        for panel in pick(scene, Panel):
            assert measured(panel.title, FONT, "bold") <= panel.width - 4, (manner, panel)
            assert measured(panel.caption, SMALL) <= panel.width - 4, (manner, panel)


def test_the_picture_has_the_terms_parts(manners: list[Drawn]) -> None:
    for manner, node, scene in manners:
        if manner != "op, folded=False, beside":
            continue
        joins = [path for path, at in leaves(node) if at.op.category == "join" and not isinstance(at.op, Aside)]
        others = [path for path, at in leaves(node) if at.op.category != "join"]
        assert Counter(sign.path for sign in pick(scene, Sign)) == Counter(joins)
        assert Counter(box.path for box in pick(scene, PlacedBox)) == Counter(others)


def test_folded_runs_are_marked(manners: list[Drawn]) -> None:
    """The ×k and the units that stand alone make up the network's units."""
    for manner, node, scene in manners:
        units = sum(len(at.parts) for _, at in node.parts if at.role == "stage")
        tags = [int(words.text[1:]) for words in pick(scene, Words) if words.text.startswith("×")]
        if "folded=False" in manner or manner.startswith("stage"):
            assert tags == [], manner
        else:
            assert units - sum(tags) == _single(node), manner


def _single(node: Node) -> int:
    """Units that equal neither neighbour."""
    count = 0
    for _, stage in node.parts:
        units = [(unit.net, unit.ins) for _, unit in stage.parts] if stage.role == "stage" else []
        for i, unit in enumerate(units):
            count += unit not in (units[i - 1] if i else None, units[i + 1] if i + 1 < len(units) else None)
    return count


def test_every_wire_leads_from_something_to_something(manners: list[Drawn]) -> None:
    """An end lies at a box, a sign, a panel's edge or header, or on another wire that goes on from there."""
    for manner, _, scene in manners:
        if not manner.startswith("op, folded=True"):
            continue
        ends = [grown(rect, 2) for rect in solid(scene)]
        edges = [y for p in map(of_box, pick(scene, Panel)) for y in (p.top, p.top + 36, p.bottom - 8, p.bottom)]
        pieces = wires(scene)
        for wire in pick(scene, Wire):
            own = set(of_wire(wire))
            for x, y in (wire.points[0], wire.points[-1]):
                at = Rect(x - 0.1, y - 0.1, x + 0.1, y + 0.1, "end")
                touched = [*ends, *(piece for piece in pieces if piece not in own)]
                on_an_edge = any(abs(y - edge) < 0.1 for edge in edges)
                assert on_an_edge or any(overlap(at, rect) for rect in touched), (manner, wire)


def grown(rect: Rect, by: float) -> Rect:
    return Rect(rect.left - by, rect.top - by, rect.right + by, rect.bottom + by, rect.name)


def measured(text: str, size: float, weight: str = "regular") -> float:
    """The width of a text in DejaVu Sans."""
    return sum(DEJAVU[weight][char] for char in text) * size / 2048


def test_a_text_is_no_wider_than_its_estimate() -> None:
    scenes = [scene for case in ("resnet8", "seresnet50", "resnext50_32x4d", *ODD) for _, _, scene in drawn(case)]
    inside = {line for scene in scenes for box in pick(scene, PlacedBox) for line in (*box.lines, box.caption)}
    strong = {panel.title for scene in scenes for panel in pick(scene, Panel)}
    strong |= {words.text for scene in scenes for words in pick(scene, Words) if words.strong}
    assert all(measured(text, FONT) <= text_width(text) for text in inside)
    assert all(measured(text, FONT, "bold") <= text_width(text, FONT, True) for text in strong)


def test_the_law_sees_what_breaks_it() -> None:
    """The checks themselves: two boxes on each other, and a wire through a box, are found."""
    box = PlacedBox(10, 10, 40, 20, ("a",), "conv", "", "a")
    other = PlacedBox(40, 20, 40, 20, ("b",), "conv", "", "b")
    assert overlaps([of_box(box), of_box(other)]) == [("a", "b")]
    assert crossings(of_wire(Wire(((30, 0), (30, 50)))), [of_box(box)], near=0.75)
    assert not crossings(of_wire(Wire(((30, 0), (30, 10)))), [of_box(box)], near=0.75)


def test_wide_is_side_by_side_and_tall_one_below_the_other() -> None:
    node = named("resnet50", {}).node()
    columns, entry = sketch(node), input_caption(node.ins[0])
    wide, tall = pick(beside(columns, entry), Panel), pick(below(columns, entry), Panel)
    assert len({panel.y for panel in wide}) == 1
    assert len({panel.x for panel in tall}) == 1
    assert [panel.title for panel in wide] == [panel.title for panel in tall]
    assert [panel.x for panel in wide] == sorted(panel.x for panel in wide)
    assert [panel.y for panel in tall] == sorted(panel.y for panel in tall)


def test_resnet50_folded_fits_a_projector() -> None:
    """1280×720 shows controls and the whole graph; a phone 390 pixels wide shows the tall one at ≥ 1 : 1."""
    node = named("resnet50", {}).node()
    columns, entry = sketch(node), input_caption(node.ins[0])
    wide, tall = beside(columns, entry), below(columns, entry)
    assert wide.width / wide.height > 1.5
    assert tall.width <= 390
