"""Networks side by side: rows of one map size, nothing over anything else, and what differs marked."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from resviz.core.net import Node, sections, walk
from resviz.draw import figure
from resviz.draw.aligned import aligned
from resviz.draw.scene import Panel, PlacedBox, Scene, Sign, Words
from resviz.draw.sketch import LEVELS
from resviz.zoo.comparisons import COMPARISONS
from resviz.zoo.families import from_text


def networks(*texts: str) -> list[tuple[str, Node]]:
    return [(from_text(text).title(), from_text(text).node()) for text in texts]


def boxes(scene: Scene) -> list[PlacedBox]:
    return [mark for mark in scene.marks if isinstance(mark, PlacedBox)]


def marked(scene: Scene, number: int) -> list[str]:
    found = [mark.path for mark in scene.marks if isinstance(mark, (PlacedBox, Sign)) and mark.marked]
    return [path.removeprefix(f"{number}/") for path in found if path.startswith(f"{number}/")]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("folded", [False, True], ids=["out", "folded"])
@pytest.mark.parametrize("entry", COMPARISONS, ids=lambda entry: entry.name)
def test_no_boxes_overlap_and_each_lies_in_the_row_of_its_size(entry, folded, level):
    shown = networks(*entry.thing)
    scene = aligned(shown, level, folded)
    placed = sorted(boxes(scene), key=lambda box: box.y)
    for i, a in enumerate(placed):
        for b in placed[i + 1 :]:
            if b.y >= a.y + a.height:
                break
            assert a.x + a.width <= b.x or b.x + b.width <= a.x, (a, b)
    rows = [mark for mark in scene.marks if isinstance(mark, Panel)]
    names = [mark.text for mark in scene.marks if isinstance(mark, Words) and mark.anchor == "start"][: len(rows)]
    for upper, lower in pairwise(rows):
        assert upper.y + upper.height < lower.y
    for box in placed:
        inside = [name for row, name in zip(rows, names) if row.y <= box.y and box.y + box.height <= row.y + row.height]
        assert len(inside) == 1
        assert 0 <= box.x < box.x + box.width <= scene.width
        number, _, path = box.path.partition("/")
        assert inside == [row_of(shown[int(number)][1], path)]


def row_of(node: Node, path: str) -> str:
    """The size that the unit (or what else is drawn as one) around a path puts out, as a row is called."""
    handles = {section.handle: section.node for section in sections(node)}
    holding = [at for at_path, at in walk(node) if at.role == "unit" and f"{path}.".startswith(f"{at_path}.")]
    at = holding[0] if holding else handles.get(path) or dict(walk(node))[path]
    return "×".join(map(str, at.out[1:] if len(at.out) == 3 else (1, 1)))


def test_figure_3_has_every_weighted_layer_of_the_three():
    """He et al. 2015, Fig. 3: VGG-19, plain-34 and ResNet-34, a box a layer."""
    scene = aligned(networks(*COMPARISONS["figure3"].thing))
    convolutions = [box.path[0] for box in boxes(scene) if box.category == "conv"]
    connected = [box.path[0] for box in boxes(scene) if box.category == "linear"]
    assert [convolutions.count(number) for number in "012"] == [16, 33, 33]
    assert [connected.count(number) for number in "012"] == [3, 1, 1]
    assert sum(isinstance(mark, Sign) for mark in scene.marks) == 16


def test_of_plain_and_residual_only_the_shortcuts_differ():
    scene = aligned(networks("plain:depth=34", "resnet:depth=34:shortcut=A"))
    assert marked(scene, 0) == []
    assert set(marked(scene, 1)) == {mark.path[2:] for mark in scene.marks if isinstance(mark, Sign)} | {
        f"layer{i}.0.downsample.0" for i in (2, 3, 4)
    }


def test_each_is_held_against_its_neighbour():
    """B differs from A in what stands on three shortcuts, C from B in the thirteen others (He et al. 2015, Table 3)."""
    scene = aligned(networks(*COMPARISONS["options"].thing))
    assert [len(marked(scene, number)) for number in (0, 1, 2)] == [3, 3, 13]


def test_equal_networks_are_not_marked_and_the_legend_does_not_speak_of_it():
    shown = networks("resnet50", "resnet50")
    scene = aligned(shown, "op")
    assert [marked(scene, number) for number in (0, 1)] == [[], []]
    assert "differs from its" not in figure.compared(shown)
    assert "differs from its" in figure.compared(networks("resnet50", "resnet101"))
    assert "marked" not in figure.compared(networks("resnet50", "resnet101"), marking=False)


def test_another_width_marks_every_box_that_it_changes():
    scene = aligned(networks("resnet:depth=18", "resnet:depth=18:width=32"), "layer")
    same = [box for box in boxes(scene) if not box.marked]
    assert {box.category for box in same} == {"pool", "linear"}


def test_networks_stand_beside_each_other():
    scene = aligned(networks("resnet18", "resnet34", "resnet50"), "layer")
    spans = []
    for number in "012":
        own = [box for box in boxes(scene) if box.path.startswith(number)]
        spans.append((min(box.x for box in own), max(box.x + box.width for box in own)))
    assert all(a[1] < b[0] for a, b in combinations(spans, 2))
