"""The unrolled picture is the distributive law: 2^(n−i) copies of f_i, and a removed unit takes its paths with it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from itertools import combinations, pairwise

import pytest

from resviz.draw import ensemble, figure
from resviz.draw.scene import text_width
from resviz.draw.theme import DARK, LIGHT
from resviz.zoo.families import named

SVG = "{http://www.w3.org/2000/svg}"


def units(n: int) -> list[str]:
    return [f"layer1.{i}" for i in range(n)]


def drawn(n: int, removed: frozenset[int] = frozenset()) -> ET.Element:
    return ET.fromstring(ensemble.unrolled(units(n), removed, LIGHT, "x"))


def copies(root: ET.Element) -> list[tuple[ET.Element, ET.Element]]:
    """Each copy of an f with the group around it, which is faded or not."""
    return [(group, part) for group in root.iter(f"{SVG}g") for part in group if part.get("class") == "part"]


def rows(root: ET.Element) -> list[bool]:
    """For every row of the left edge whether it is alive; row r leads through unit i where bit i of r is set."""
    start = f"M{ensemble.EDGE:g} "
    found = []
    for group in root.iter(f"{SVG}g"):
        for path in group.iterfind(f"{SVG}path"):
            if path.get("class") == "wire" and path.attrib["d"].startswith(start):
                height = float(path.attrib["d"].removeprefix(start).split("L")[0])
                found.append((height, group.get("opacity") is None))
    return [alive for _, alive in sorted(found)]


@pytest.mark.parametrize("n", range(1, ensemble.MOST_UNROLLED + 1))
def test_unit_i_stands_once_for_every_choice_behind_it(n: int) -> None:
    """Veit et al. 2016, Fig. 1: of three units f_1 stands four times, f_2 twice, f_3 once."""
    root = drawn(n)
    found = Counter(part.attrib["data-path"] for _, part in copies(root))
    assert found == {f"layer1.{i - 1}": 2 ** (n - i) for i in range(1, n + 1)}
    assert len(list(root.iter(f"{SVG}circle"))) == 2**n - 1
    assert rows(root) == [True] * 2**n
    labels = Counter("".join(part.itertext()) for _, part in copies(root))
    assert labels == {f"f{i}": 2 ** (n - i) for i in range(1, n + 1)}


@pytest.mark.parametrize("n", range(1, 7))
@pytest.mark.parametrize("size", range(4))
def test_removed_units_take_their_paths_with_them(n: int, size: int) -> None:
    """2^(n − k) of 2^n paths are left without k units, and they are those that lead through none of them."""
    for removed in map(frozenset, combinations(range(n), size)):
        alive = rows(drawn(n, removed))
        assert alive == [not any(row >> i & 1 for i in removed) for row in range(2**n)]
        assert sum(alive) == 2 ** (n - size)


def test_a_copy_is_faded_where_no_path_through_it_is_left() -> None:
    """Of three units the second is gone: both its copies fade, and those of the first that only feed them."""
    faded = [part.attrib["data-path"] for group, part in copies(drawn(3, frozenset({1}))) if group.get("opacity")]
    assert Counter(faded) == {"layer1.0": 2, "layer1.1": 2}


def test_nothing_is_faded_without_a_reason() -> None:
    assert not [element for element in drawn(4).iter() if element.get("opacity")]


def test_everything_is_inside_the_picture() -> None:
    for n in range(1, 7):
        root = drawn(n)
        width, height = float(root.attrib["width"]), float(root.attrib["height"])
        for text in root.iter(f"{SVG}text"):
            wide = text_width(text.text or "", float(text.attrib["font-size"]), text.get("font-weight") == "700")
            left = float(text.attrib["x"]) - {"start": 0, "middle": wide / 2}[text.attrib["text-anchor"]]
            assert left >= 0
            assert left + wide <= width
            assert 0 < float(text.attrib["y"]) < height
        for rect in root.iter(f"{SVG}rect"):
            if rect.get("x"):
                assert float(rect.attrib["y"]) + float(rect.attrib["height"]) <= height


def test_boxes_stand_apart() -> None:
    """Copies of one unit below each other, and their rows too, do not touch."""
    places = Counter()
    for rect in drawn(6).iter(f"{SVG}rect"):
        if rect.get("x"):
            places[rect.attrib["x"], rect.attrib["y"]] += 1
    assert set(places.values()) == {1}
    by_column: dict[str, list[float]] = {}
    for x, y in places:
        by_column.setdefault(x, []).append(float(y))
    for column in by_column.values():
        column.sort()
        assert all(below - above >= 16 for above, below in pairwise(column))


def test_more_than_six_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^7 units make 2\^7 paths: at most 6 units are drawn unrolled$"):
        drawn(7)
    with pytest.raises(ValueError, match=r"^16 units make 2\^16 paths"):
        figure.unrolled(named("resnet50", {}).node(), "ResNet-50")


def test_a_plain_net_has_nothing_to_unroll() -> None:
    with pytest.raises(ValueError, match=r"^Plain-20 has no unit with a shortcut: a plain net is one path"):
        figure.unrolled(named("plain20", {}).node(), "Plain-20")


@pytest.mark.parametrize("n", [1, 15, 16, 54, 120, 121, 600])
def test_the_chain_has_every_unit_once_and_inside(n: int) -> None:
    root = ET.fromstring(ensemble.chain([(path, True) for path in units(n)], {0, n - 1}, n, DARK, "x"))
    parts = [group for group in root.iter(f"{SVG}g") if group.get("class") == "part"]
    assert [part.attrib["data-path"] for part in parts] == units(n)
    labels = [part.attrib["aria-label"] for part in parts]
    assert {i for i, label in enumerate(labels) if label.endswith("removed")} == {0, n - 1}
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    boxes = [next(part.iter(f"{SVG}rect")) for part in parts]
    corners = {(float(box.attrib["x"]), float(box.attrib["y"])) for box in boxes}
    assert len(corners) == n
    assert all(0 <= x <= width - float(boxes[0].attrib["width"]) and 0 <= y <= height - 22 for x, y in corners)


def faint_lines(shortcuts: list[bool], removed: set[int]) -> list[bool]:
    """Unit by unit, whether the line is faint."""
    pairs = [(f"layer1.{i}", has) for i, has in enumerate(shortcuts)]
    root = ET.fromstring(ensemble.chain(pairs, removed, ensemble.cut(pairs, removed), LIGHT, "x"))
    lines = [group for group in root.findall(f"{SVG}g") if group.get("class") != "part"]
    return [group.get("opacity") is not None for group in lines]


def test_nothing_gets_through_behind_a_removed_unit_without_a_shortcut() -> None:
    assert faint_lines([True] * 4, {1}) == [False] * 4
    assert faint_lines([False] * 4, {1}) == [False, True, True, True]
    assert faint_lines([True, False, True, False], {0, 3}) == [False, False, False, True]


def test_an_arc_leads_over_each_unit_that_has_a_shortcut() -> None:
    root = ET.fromstring(ensemble.chain([("a", True), ("b", False), ("c", True)], set(), 3, LIGHT, "x"))
    lines = [group for group in root.findall(f"{SVG}g") if group.get("class") != "part"]
    assert [len(group) for group in lines] == [2, 1, 2]


def test_golden(golden) -> None:
    golden(
        "unrolled-3-without-2.svg", ensemble.unrolled(units(3), {1}, LIGHT, "three units, the second removed") + "\n"
    )
