"""The picture of a unit: for every block, shortcut and order it shows the unit's operations and joins, each once, from
x_l to x_{l+1}, nothing overlaps, and a gated sum is the paper's Figure 2."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from itertools import product

import pytest
from geometry import Rect, crossings, of_box, of_sign, of_wire, of_words, overlaps, pick

from resviz.core.net import join_path, leaves
from resviz.core.ops import Add, Blend, Mul
from resviz.core.spec import NetSpec
from resviz.draw import figure
from resviz.draw.measure import Measuring, box_width
from resviz.draw.scene import PlacedBox, Scene, Sign, Wire, Words
from resviz.draw.sketch import Box
from resviz.draw.theme import THEMES
from resviz.draw.unit import Example, arrange, examples
from resviz.zoo.blocks import BLOCKS
from resviz.zoo.families import FAMILIES, PRESETS, from_text
from resviz.zoo.orders import ORDERS
from resviz.zoo.shortcuts import SHORTCUTS

SVG = "{http://www.w3.org/2000/svg}"
UNITS = [":".join(choice) for choice in product(BLOCKS.names(), SHORTCUTS.names(), ORDERS.names())]
MORE = (
    "seresnet50", "resnet50-d", "resnext50_32x4d", "preact-resnet110:drop_path=0.5:se=true:shortcut=exclusive-gate",
    "resnet50:order=pre:shortcut=shortcut-gate:avg_down=true", "googlenet", "googlenet-d2l", "highway", "highway19",
    "vgg16", "alexnet", "lenet", "nin", "keras-resnet18", "keras-resnet50v2",
)  # fmt: skip
NARROW = 470.0


def spec_of(case: str) -> NetSpec:
    if case in UNITS:
        block, shortcut, order = case.split(":")
        return from_text(f"resnet:layout=cifar:block={block}:shortcut={shortcut}:order={order}")
    return from_text(case)


def scenes(case: str) -> list[Scene]:
    shown = examples(spec_of(case).node())
    return [arrange(shown), arrange(shown, NARROW)]


def shown_at(scene: Scene, example: Example) -> Counter[str]:
    paths = [mark.path for mark in scene.marks if isinstance(mark, (PlacedBox, Sign))]
    return Counter(path for path in paths if path.startswith(join_path(example.path, "")))


@pytest.mark.parametrize("case", [*UNITS, *MORE])
def test_nothing_overlaps_and_all_is_inside(case: str) -> None:
    for scene in scenes(case):
        boxes = list(map(of_box, pick(scene, PlacedBox)))
        solid = [*boxes, *map(of_sign, pick(scene, Sign)), *map(of_words, pick(scene, Words))]
        wires: list[Rect] = [piece for wire in pick(scene, Wire) for piece in of_wire(wire)]
        assert overlaps(solid) == []
        assert crossings(wires, boxes, near=0.75) == []
        assert crossings(wires, list(map(of_words, pick(scene, Words))), near=0.5) == []
        for rect in (*solid, *wires):
            assert rect.left >= 0
            assert rect.top >= 0
            assert rect.right <= scene.width
            assert rect.bottom <= scene.height


@pytest.mark.parametrize("case", [*UNITS, *MORE])
def test_every_operation_is_drawn_once(case: str) -> None:
    """A gated sum is drawn as its two products, their sum and 1 − g, all parts of the one operation."""
    shown = examples(spec_of(case).node())
    for example in shown:
        scene = arrange([example])
        found = shown_at(scene, example)
        ops = {join_path(example.path, name): at.op for name, at in leaves(example.node)}
        assert found == {path: 4 if isinstance(op, Blend) else 1 for path, op in ops.items()}
        signs = Counter(mark.text for mark in pick(scene, Sign))
        kinds = Counter(type(op) for op in ops.values())
        assert signs["+"] == kinds[Add] + kinds[Blend]
        assert signs["×"] == kinds[Mul] + 2 * kinds[Blend]


@pytest.mark.parametrize("case", UNITS)
def test_a_unit_that_keeps_the_size_stands_beside_one_that_changes_it(case: str) -> None:
    keeps, changes, *first = examples(spec_of(case).node())
    assert (keeps.title, changes.title) == ("keeps the size", "changes the size")
    assert keeps.node.ins[0] == keeps.node.out
    assert changes.node.ins[0] != changes.node.out
    assert keeps.path.split(".")[0] == changes.path.split(".")[0]
    assert [example.title for example in first] in ([], ["the first unit"])


@pytest.mark.parametrize(
    ("network", "shown"),
    [
        ("resnet110", ["layer2.9", "layer2.0"]),
        ("resnet50", ["layer3.2", "layer3.0"]),
        # He et al. 2016, section 4: the first unit is activated before its ways part, and keeps the size
        ("preact-resnet110", ["layer2.9", "layer2.0", "layer1.0"]),
        ("preact-resnet164", ["layer2.9", "layer2.0"]),
        ("resnet:layout=cifar:blocks=1,1", ["layer1.0", "layer2.0"]),
        ("resnet:blocks=1", ["layer1.0"]),
        ("highway", ["stage1.9"]),
        ("googlenet", ["inception3a"]),
    ],
)
def test_which_units_are_shown(network: str, shown: list[str]) -> None:
    assert [example.path for example in examples(from_text(network).node())] == shown


@pytest.mark.parametrize("family", FAMILIES.names())
def test_every_family_has_a_picture(family: str) -> None:
    svg = figure.unit(from_text(family).node(), family)
    assert len(list(ET.fromstring(svg).iter(f"{SVG}rect"))) > 3


@pytest.mark.parametrize("shortcut", ["exclusive-gate", "shortcut-gate"])
def test_gates_are_written_as_in_the_paper(shortcut: str) -> None:
    """He et al. 2016, Fig. 2 b and c: a 1×1 convolution, σ, 1 − g, products and a sum."""
    scene = arrange(examples(from_text(f"resnet110:shortcut={shortcut}").node())[:1])
    lines = [box.lines[0] for box in pick(scene, PlacedBox)]
    assert {"1×1 conv, 32", "σ", "1 − g"} <= set(lines)
    assert not {"sigmoid", "1 − x"} & set(lines)
    signs = Counter(sign.text for sign in pick(scene, Sign))
    assert signs == {"exclusive-gate": {"×": 2, "+": 1}, "shortcut-gate": {"×": 1, "+": 1}}[shortcut]


def test_in_a_gated_sum_g_goes_to_the_branch_and_its_rest_to_the_shortcut() -> None:
    scene = arrange(examples(from_text("resnet110:shortcut=exclusive-gate").node())[:1])
    branch, way = sorted((sign for sign in pick(scene, Sign) if sign.text == "×"), key=lambda sign: sign.x)
    (total,) = (sign for sign in pick(scene, Sign) if sign.text == "+")
    (rest,) = (box for box in pick(scene, PlacedBox) if box.lines == ("1 − g",))
    ends = [wire.points[-1] for wire in pick(scene, Wire)]
    middle = rest.y + rest.height / 2
    assert branch.y == way.y == middle
    assert branch.x == total.x < rest.x < rest.x + rest.width < way.x
    assert (branch.x + branch.radius + 1, branch.y) in ends
    assert (way.x - way.radius - 1, way.y) in ends
    assert (total.x + total.radius + 1, total.y) in ends


def test_a_change_of_size_is_dashed() -> None:
    """He et al. 2015, Fig. 3: the dotted shortcuts increase dimensions."""
    keeps, changes = examples(from_text("resnet110").node())
    for example, dashed in ((keeps, False), (changes, True)):
        ways = [wire for wire in pick(arrange([example]), Wire) if wire.shortcut]
        assert ways
        assert all(wire.dashed is dashed for wire in ways)


def test_from_x_l_to_the_next_with_their_sizes() -> None:
    _, changes = examples(from_text("resnet50").node())
    words = [(mark.text, mark.index) for mark in pick(arrange([changes]), Words)]
    assert [pair for pair in words if pair[1]] == [("x", "l"), ("x", "l+1")]
    assert [text for text, _ in words if "×" in text] == ["512×28×28", "1024×14×14"]


def test_units_stand_beside_each_other_as_far_as_they_fit() -> None:
    shown = examples(from_text("preact-resnet110").node())
    wide, narrow = arrange(shown), arrange(shown, NARROW)
    tops = {
        name: [mark.y for mark in pick(scene, Words) if mark.strong]
        for name, scene in (("wide", wide), ("narrow", narrow))
    }
    assert len(set(tops["wide"])) == 1
    assert len(set(tops["narrow"])) == 2
    assert narrow.width <= NARROW < wide.width


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", [*SHORTCUTS.names(), "googlenet", "highway"])
def test_the_svg_needs_no_rare_letters(theme: str, name: str) -> None:
    """No font has these in every viewer: circled and floor signs, small letters and digits set low."""
    network = f"resnet110:shortcut={name}:order=pre:se=true" if name in SHORTCUTS else name
    svg = figure.unit(from_text(network).node(), network, THEMES[theme])
    root = ET.fromstring(svg)
    written = "".join("".join(text.itertext()) for text in root.iter(f"{SVG}text"))
    assert not re.search(r"[⊕⊗⊙⌊⌋⌈⌉\u2080-\u209c]", written)
    assert THEMES[theme].ground in svg
    assert len([1 for part in root.iter(f"{SVG}g") if part.get("class") == "part"]) > 3


@pytest.mark.parametrize("name", PRESETS.names())
def test_every_preset_has_a_picture(name: str) -> None:
    ET.fromstring(figure.unit(from_text(name).node(), name))


def test_golden(golden) -> None:
    spec = from_text("resnet110:shortcut=exclusive-gate")
    golden("unit-exclusive-gate.svg", figure.unit(spec.node(), spec.title()) + "\n")


def test_what_has_gone_is_not_taken_for_what_comes() -> None:
    """Examples are drawn one after the other with one measure, and their items do not stay."""
    measure = Measuring()
    for words in ("narrow", "a box that is wider"):
        boxes = [Box("x", (words,), "conv") for _ in range(200)]
        assert [measure(box).right for box in boxes] == [box_width(box) / 2 for box in boxes]
        del boxes
