"""The legend: what the colours, lines and signs of a picture mean, and its title, as further marks of the scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from resviz.draw.scene import FONT, SMALL, Mark, PlacedBox, Point, Scene, Sign, Swatch, Wire, Words, moved, text_width
from resviz.draw.theme import CATEGORIES

ROW = 24.0
LEFT = 12.0
HEADING = FONT + 4
SIGN_WORDS = {"×": "product with a gate", "∗": "H·T + x·(1 − T)", "‖": "concatenation"}
"""What the legend says of signs; a plus needs no words."""
KINDS: Mapping[str, Mapping[str, str]] = {
    "norm": {"BN": "batch normalisation", "LRN": "local response normalisation"},
}
"""What boxes of a category say that has several kinds, with the words for each."""
SOLID, DASHED, MARKED, TIMES = "solid", "dashed", "marked", "×n"


def with_legend(scene: Scene) -> Scene:
    """The scene with a legend below it, in rows as wide as it is."""
    places = _places(scene)
    rows = max((row for *_, row in places), default=-1) + 1
    added = [
        mark
        for key, words, x, row in places
        for mark in (*_sample(key, x, scene.height + row * ROW),
                     Words(x + 23, scene.height + row * ROW + 10, words, "start"))
    ]  # fmt: skip
    width = max([scene.width, *(x + _need(words) for _, words, x, _ in places)])
    return Scene(width, scene.height + ROW * rows, [*scene.marks, *added])


def with_heading(scene: Scene, title: str) -> Scene:
    """The scene below its title; wider where the title needs it."""
    width = max(scene.width, text_width(title, HEADING, True) + 2 * LEFT)
    down = HEADING + 18
    heading = Words(width / 2, HEADING + 6, title, "middle", HEADING, True, False)
    shifted = [moved(mark, (width - scene.width) / 2, down) for mark in scene.marks]
    return replace(scene, width=width, height=scene.height + down, marks=[heading, *shifted])


def _items(scene: Scene) -> list[tuple[str, str]]:
    """What the picture uses, as (category or kind of line, words)."""
    lines = {mark.dashed for mark in scene.marks if isinstance(mark, Wire) and mark.shortcut}
    boxes = [mark for mark in scene.marks if isinstance(mark, PlacedBox)]
    shown = {box.category for box in boxes}
    items = [(category, _category_words(category, boxes)) for category in CATEGORIES if category in shown]
    if False in lines:
        items.append((SOLID, "same-size shortcut"))
    if True in lines:
        items.append((DASHED, "size-changing shortcut"))
    signs = {mark.text for mark in scene.marks if isinstance(mark, Sign)}
    items += [(mark, words) for mark, words in SIGN_WORDS.items() if mark in signs]
    if any(isinstance(mark, Words) and mark.strong and mark.text.startswith("×") for mark in scene.marks):
        items.append((TIMES, "equal units, weights of their own"))
    marked = any(mark.marked for mark in scene.marks if isinstance(mark, (PlacedBox, Sign)))
    return [*items, (MARKED, "differs from its neighbour")] if marked else items


def _category_words(category: str, boxes: Sequence[PlacedBox]) -> str:
    """The words for a category: its kinds that there are, or what it is called as a whole."""
    said = {line for box in boxes if box.category == category for line in box.lines}
    kinds = [words for line, words in KINDS.get(category, {}).items() if line in said]
    return ", ".join(kinds) or CATEGORIES[category]


def _places(scene: Scene) -> list[tuple[str, str, float, int]]:
    """Each item's kind, words, x and row; rows break at the picture's width."""
    places, x, row = [], LEFT, 0
    for key, words in _items(scene):
        need = _need(words)
        if x + need > scene.width and x > LEFT:
            x, row = LEFT, row + 1
        places.append((key, words, x, row))
        x += need
    return places


def _need(words: str) -> float:
    """How wide an item of the legend is."""
    return 30 + text_width(words, SMALL)


def _sample(key: str, x: float, y: float) -> tuple[Mark, ...]:
    if key in (SOLID, DASHED):
        ends: tuple[Point, ...] = ((x, y + 6), (x + 18, y + 6))
        return (Wire(ends, key == DASHED, False),)
    if key == TIMES:
        return (Words(x, y + 10, key, "start", FONT, True, False),)
    if key == MARKED:
        return (Swatch(x + 3.5, y + 3, 11, 6, ""),)
    if key in SIGN_WORDS:
        return (Sign(x + 9, y + 6, key, "", 7.0),)
    return (Swatch(x, y, 18, 12, key),)
