"""How much room each item of a sketch needs: its reach to both sides of the spine, and its height."""

from __future__ import annotations

from dataclasses import dataclass

from resviz.draw.scene import FONT, LINE, SMALL, text_width
from resviz.draw.sketch import Box, Fork, Item, Stack

GAP = 13.0
PAD = 8.0
LANE = 12.0
SIGN = 8.0


@dataclass(frozen=True, slots=True)
class Extent:
    """Reach to the left and to the right of the spine, and height."""

    left: float
    right: float
    height: float


class Measuring:
    """The extents of a sketch's items, each measured once."""

    def __init__(self) -> None:
        # an item is kept beside its extent: what has gone might leave its id to another
        self._known: dict[int, tuple[Item, Extent]] = {}

    def __call__(self, item: Item) -> Extent:
        key = id(item)
        if key not in self._known:
            self._known[key] = item, self._measure(item)
        return self._known[key][1]

    def _measure(self, item: Item) -> Extent:
        if isinstance(item, Box):
            half = box_width(item) / 2
            return Extent(half, half, box_height(item))
        if isinstance(item, Fork):
            trunk = self(item.branches[0])
            left, right = (sum(map(self._lane, ways)) for ways in (item.left, item.right))
            tallest = max(self(branch).height for branch in item.branches)
            return Extent(trunk.left + left, trunk.right + right + 2, GAP + tallest + GAP + 2 * SIGN)
        inner = [self(part) for part in item.items]
        tag = text_width(times_tag(item), FONT, True) + 6 if item.times > 1 else 0.0
        return Extent(
            max([8.0, *(part.left for part in inner)]),
            max([2.0, *(part.right for part in inner)]) + tag,
            sum(part.height for part in inner) + GAP * max(0, len(inner) - 1),
        )

    def _lane(self, way: Stack) -> float:
        """How wide a branch beside the first is, with the room before it."""
        return LANE + self(way).left + self(way).right


def box_width(box: Box) -> float:
    """As wide as its longest line."""
    lines = [*map(text_width, box.lines), *(text_width(line, SMALL) for line in box.caption.splitlines())]
    return max([*lines, 30.0]) + 2 * PAD


def box_height(box: Box) -> float:
    """As high as its lines."""
    return LINE * (len(box.lines) + len(box.caption.splitlines())) + PAD


def times_tag(stack: Stack) -> str:
    """The mark of a folded run."""
    return f"×{stack.times}"
