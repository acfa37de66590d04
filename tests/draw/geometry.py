"""Rectangles of a scene's marks, and which of many overlap: what the laws of the layout are stated in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from resviz.draw.scene import FONT, SMALL, Panel, PlacedBox, Scene, Sign, Wire, Words, text_width

NEAR = 0.01
"""Pixels; marks that only touch do not overlap."""


class Rect(NamedTuple):
    """Left, top, right, bottom, and whose it is."""

    left: float
    top: float
    right: float
    bottom: float
    name: str


def of_box(box: PlacedBox | Panel) -> Rect:
    name = box.path if isinstance(box, PlacedBox) else f"panel {box.title}"
    return Rect(box.x, box.y, box.x + box.width, box.y + box.height, name)


def of_sign(sign: Sign) -> Rect:
    r = sign.radius
    return Rect(sign.x - r, sign.y - r, sign.x + r, sign.y + r, f"sign {sign.path}")


def of_words(words: Words) -> Rect:
    """From the ascenders to the descenders."""
    width = text_width(words.text, words.size, words.strong)
    left = words.x - {"start": 0.0, "middle": width / 2, "end": width}[words.anchor]
    return Rect(left, words.y - 0.8 * words.size, left + width, words.y + 0.25 * words.size, words.text)


def of_header(panel: Panel) -> list[Rect]:
    """The title and caption of a panel, as the SVG has them."""
    middle = panel.x + panel.width / 2
    title = Words(middle, panel.y + 16, panel.title, size=FONT, strong=True)
    return [of_words(title), of_words(Words(middle, panel.y + 31, panel.caption, size=SMALL))]


def of_wire(wire: Wire) -> Iterator[Rect]:
    """Its straight pieces, as wide as they are drawn; its corners are rounded to the inside."""
    for (x, y), (u, v) in pairwise(wire.points):
        assert x == u or y == v, "a wire runs along the axes"
        yield Rect(min(x, u) - 0.7, min(y, v) - 0.7, max(x, u) + 0.7, max(y, v) + 0.7, "wire")


def pick(scene: Scene, kind: type) -> list:
    return [mark for mark in scene.marks if isinstance(mark, kind)]


def overlap(a: Rect, b: Rect, near: float = NEAR) -> bool:
    across = a.left < b.right - near and b.left < a.right - near
    return across and a.top < b.bottom - near and b.top < a.bottom - near


def overlaps(rects: Iterable[Rect]) -> list[tuple[str, str]]:
    """The names of all pairs that overlap, found from top to bottom."""
    found, open_ = [], []
    for rect in sorted(rects, key=lambda r: r.top):
        open_ = [other for other in open_ if other.bottom > rect.top]
        found.extend((other.name, rect.name) for other in open_ if overlap(other, rect))
        open_.append(rect)
    return found


def crossings(wires: Iterable[Rect], others: Sequence[Rect], near: float) -> list[tuple[Rect, Rect]]:
    """Every piece of a wire with every rectangle that it enters by more than `near`."""
    by_top = sorted(others, key=lambda r: r.top)
    found = []
    for wire in wires:
        for other in by_top:
            if other.top >= wire.bottom:
                break
            if overlap(wire, other, near):
                found.append((wire, other))
    return found
