"""Feature maps as glyphs: taller is more resolution, wider is more channels, each word below its own glyph."""

from __future__ import annotations

from itertools import pairwise

import pytest

from resviz.draw import blocks
from resviz.draw.scene import PlacedBox, Sign, Words
from resviz.draw.trace import edges
from resviz.zoo.families import from_text


def boxes(network: str, **options: object) -> list[PlacedBox]:
    scene = blocks.arrange(from_text(network).node(), **options)
    return [mark for mark in scene.marks if isinstance(mark, PlacedBox)]


def test_height_goes_with_resolution_and_width_with_channels() -> None:
    shown = blocks.glyphs(from_text("resnet50").node(), "block", True)
    drawn = boxes("resnet50")
    assert [box.path for box in drawn] == [glyph.path for glyph in shown]
    sides = [max(glyph.out[1:], default=1) for glyph in shown]
    channels = [glyph.out[0] for glyph in shown]
    for (a, b), (s, t) in zip(pairwise(drawn), pairwise(sides)):
        assert (a.height > b.height) == (s > t)
    for (a, b), (c, d) in zip(pairwise(drawn), pairwise(channels)):
        assert (a.width < b.width) == (c < d)
    square_root = [(box.height - blocks.LOWEST) ** 2 / side for box, side in zip(drawn, sides)]
    assert max(square_root) == pytest.approx(min(square_root))


def test_a_stage_is_one_glyph_a_unit_is_one_and_a_run_has_its_number() -> None:
    node = from_text("resnet34").node()
    assert [glyph.path for glyph in blocks.glyphs(node, "stage", True) if glyph.category == "stage"] == [
        "layer1", "layer2", "layer3", "layer4",
    ]  # fmt: skip
    folded, whole = blocks.glyphs(node, "block", True), blocks.glyphs(node, "block", False)
    assert [glyph.times for glyph in folded if glyph.path.startswith("layer")] == [3, 1, 3, 1, 5, 1, 2]
    assert sum(glyph.path.startswith("layer") for glyph in whole) == 16
    with pytest.raises(ValueError, match="the style blocks shows a network by stage or block, not by op"):
        blocks.glyphs(node, "op", True)


def test_a_shortcut_is_dashed_where_the_size_changes_and_plain_nets_have_none() -> None:
    scene = blocks.arrange(from_text("resnet18").node(), "block", False)
    ways = [edge for edge in edges(scene) if edge.shortcut]
    assert [edge.dashed for edge in ways] == [False, False, True, False, True, False, True, False]
    plain = blocks.arrange(from_text("plain:depth=18").node(), "block", False)
    assert not [mark for mark in plain.marks if isinstance(mark, Sign)]


def test_the_sign_is_that_of_the_join_and_a_gate_is_named() -> None:
    """Highway layers and exclusive gates are no sums of two ways (Srivastava et al. 2015; He et al. 2016, Fig. 2b)."""
    for network, sign, line in (
        ("highway19", "∗", "gate 3×3, 32"),
        ("resnet20:shortcut=exclusive-gate", "∗", "gate 1×1, 16"),
        ("resnet20:shortcut=shortcut-gate", "+", "gate 1×1, 16"),
    ):
        scene = blocks.arrange(from_text(network).node())
        assert {mark.text for mark in scene.marks if isinstance(mark, Sign)} == {sign}
        assert line in {mark.text for mark in scene.marks if isinstance(mark, Words)}
    assert all(not line.startswith("gate") for g in blocks.glyphs(from_text("seresnet50").node(), "block", True)
               for line in g.lines)  # fmt: skip


def test_an_auxiliary_head_hangs_below_the_line_behind_its_unit() -> None:
    """Szegedy et al. 2014, section 5: behind 4a and 4d; by stage the heads are counted."""
    node = from_text("googlenet-aux").node()
    shown = blocks.glyphs(node, "block", True)
    heads = [i for i, glyph in enumerate(shown) if glyph.aside]
    assert [(shown[i - 1].path, shown[i].path) for i in heads] == [("inception4a", "aux1"), ("inception4d", "aux2")]
    assert shown[heads[0]].lines == ("auxiliary head", "avg pool to 4×4", "1×1, 128", "fc, 1024", "fc, 1000")
    scene = blocks.arrange(node)
    into = {edge.head.path: edge.tail.path for edge in edges(scene) if edge.tail}
    assert (into["aux1"], into["inception4b"]) == ("inception4a", "inception4a")
    lowest = {box.path: box.y for box in boxes("googlenet-aux")}
    assert lowest["aux1"] > lowest["inception4a"]
    (stage,) = [glyph for glyph in blocks.glyphs(node, "stage", True) if "5 units" in glyph.lines]
    assert stage.lines[-2:] == ("2 auxiliary heads", "2×2 max pool, /2")


def test_rows_are_as_wide_as_they_may_be_and_keep_the_order() -> None:
    node = from_text("vgg16").node()
    for width in (300.0, 700.0, 1500.0):
        scene = blocks.arrange(node, width=width)
        assert scene.width <= width + 30
        placed = [mark for mark in scene.marks if isinstance(mark, PlacedBox)]
        lines = [edge.head.path for edge in edges(scene)]
        assert lines == [box.path for box in placed]
    alone = blocks.arrange(from_text("googlenet-aux").node(), width=100.0)
    assert [mark.path for mark in alone.marks if isinstance(mark, PlacedBox)].count("aux1") == 1
    assert blocks.arrange(node, width=300.0).height > blocks.arrange(node, width=1500.0).height


def test_words_stand_below_their_glyph() -> None:
    scene = blocks.arrange(from_text("resnet18").node())
    placed = [mark for mark in scene.marks if isinstance(mark, PlacedBox)]
    words = [mark for mark in scene.marks if isinstance(mark, Words) and mark.anchor == "middle"]
    for box in placed:
        middle = box.x + box.width / 2
        own = [mark for mark in words if abs(mark.x - middle) < 0.01]
        assert own
        assert all(mark.y > box.y + box.height for mark in own)
