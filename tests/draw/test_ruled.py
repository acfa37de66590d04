"""A table as a picture: every word in its column and row, brackets around what is repeated, rules across."""

from __future__ import annotations

from geometry import of_words, overlaps, pick

from resviz.draw.ruled import Group, Ruled, arrange, word
from resviz.draw.scene import Wire, Words

TABLE = Ruled(
    ("stage", "output", "A"),
    (
        (word("stem"), word("56×56"), (Group(("7×7, 64, /2", "3×3 max pool, /2")),)),
        (word("stage 1"), word("56×56"), (Group(("1×1, 64", "3×3, 64", "1×1, 256"), 3), Group(("3×3, 96",), 12))),
    ),
    ((word("parameters"), word(""), word("25.56 M")),),
)


def test_words_stand_in_their_columns_and_rows() -> None:
    scene = arrange(TABLE)
    words = {mark.text: mark for mark in pick(scene, Words)}
    assert overlaps(map(of_words, pick(scene, Words))) == []
    assert words["stem"].x == words["stage"].x == words["parameters"].x
    assert words["stage"].y < words["stem"].y < words["stage 1"].y < words["parameters"].y
    assert words["1×1, 64"].y < words["3×3, 64"].y < words["1×1, 256"].y
    right = max(of_words(mark).right for mark in pick(scene, Words))
    assert right <= scene.width


def test_brackets_stand_around_their_lines_with_their_number() -> None:
    scene = arrange(TABLE)
    brackets = [wire for wire in pick(scene, Wire) if len(wire.points) == 4]
    assert len(brackets) == 4
    tags = sorted(mark.text for mark in pick(scene, Words) if mark.text.startswith("×"))
    assert tags == ["×12", "×3"]
    left, right = brackets[0], brackets[1]
    inner = next(mark for mark in pick(scene, Words) if mark.text == "1×1, 256")
    rect = of_words(inner)
    assert left.points[1][0] < rect.left
    assert rect.right < right.points[1][0]


def test_rules_run_across() -> None:
    scene = arrange(TABLE)
    rules = [wire for wire in pick(scene, Wire) if len(wire.points) == 2]
    assert len(rules) == 4
    assert len({wire.points for wire in rules}) == 4
    assert {wire.points[0][0] for wire in rules} == {rules[0].points[0][0]}


def test_a_group_as_one_line() -> None:
    assert Group(("a", "b"), 3).text() == "[a, b] ×3"
    assert Group(("a", "b")).text("; ") == "a; b"
