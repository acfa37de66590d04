"""The layout gives every part of a sketch its place: a spine going down, ways round on lanes to the right.

Each item is measured first, as its reach to the left and right of the spine and its height, and then placed from
the top; what a fork's branches need decides how far out the next lane lies, so nothing can overlap.
"""

from __future__ import annotations

from dataclasses import dataclass

from resviz.draw.scene import FONT, LINE, SMALL, Panel, PlacedBox, Point, Scene, Sign, Wire, Words, text_width
from resviz.draw.sketch import Box, Column, Fork, Item, Stack

GAP = 13.0
PAD = 8.0
LANE = 12.0
SIGN = 8.0
HEADER = 38.0
GUTTER = 22.0
MARGIN = 12.0


@dataclass(frozen=True, slots=True)
class Extent:
    """Reach to the left and to the right of the spine, and height."""

    left: float
    right: float
    height: float


class Measuring:
    """The extents of a sketch's items, each measured once; keep it no longer than the sketch."""

    def __init__(self) -> None:
        self._known: dict[int, Extent] = {}

    def __call__(self, item: Item) -> Extent:
        key = id(item)
        if key not in self._known:
            self._known[key] = self._measure(item)
        return self._known[key]

    def _measure(self, item: Item) -> Extent:
        if isinstance(item, Box):
            half = box_width(item) / 2
            return Extent(half, half, box_height(item))
        if isinstance(item, Fork):
            inner = [self(branch) for branch in item.branches]
            right = inner[0].right
            for branch in inner[1:]:
                right += LANE + branch.left + branch.right
            tallest = max(branch.height for branch in inner)
            return Extent(inner[0].left, right + 2, GAP + tallest + GAP + 2 * SIGN)
        inner = [self(part) for part in item.items]
        tag = text_width(times_tag(item), FONT, True) + 6 if item.times > 1 else 0.0
        return Extent(
            max([8.0, *(part.left for part in inner)]),
            max([2.0, *(part.right for part in inner)]) + tag,
            sum(part.height for part in inner) + GAP * max(0, len(inner) - 1),
        )


def box_width(box: Box) -> float:
    """As wide as its longest line."""
    lines = [text_width(line) for line in box.lines]
    return max([*lines, text_width(box.caption, SMALL), 30.0]) + 2 * PAD


def box_height(box: Box) -> float:
    """As high as its lines."""
    return LINE * (len(box.lines) + bool(box.caption)) + PAD


def times_tag(stack: Stack) -> str:
    """The mark of a folded run."""
    return f"×{stack.times}"


def arrange(columns: list[Column], entry: str, tall: bool = False) -> Scene:
    """The scene of a sketch: its columns side by side, or one below the other where `tall`."""
    drawing = _Drawing()
    return drawing.below(columns, entry) if tall else drawing.beside(columns, entry)


class _Drawing:
    """One arrangement in the making."""

    def __init__(self) -> None:
        self.measure = Measuring()
        self.scene = Scene(0, 0)

    def beside(self, columns: list[Column], entry: str) -> Scene:
        x, lowest = MARGIN, 0.0
        leaving: Point | None = None
        for column in columns:
            left, width = self._column_size(column)
            spine = x + left
            top = MARGIN + LINE
            bottom = self._column(column, x, width, spine, top)
            self._lead_in(leaving, spine, top, x, entry)
            leaving = (spine, bottom)
            x, lowest = x + width + GUTTER, max(lowest, bottom)
        self.scene.width = x - GUTTER + MARGIN
        self.scene.height = lowest + 2 * GAP + MARGIN
        return self.scene

    def below(self, columns: list[Column], entry: str) -> Scene:
        sizes = [self._column_size(column) for column in columns]
        left = max(size[0] for size in sizes)
        right = max(size[1] - size[0] for size in sizes)
        spine, top = MARGIN + left, MARGIN + LINE
        leaving: Point | None = None
        for column in columns:
            bottom = self._column(column, MARGIN, left + right, spine, top)
            self._lead_in(leaving, spine, top, MARGIN, entry)
            leaving, top = (spine, bottom), bottom + 2 * GAP
        self.scene.width = 2 * MARGIN + left + right
        self.scene.height = top
        return self.scene

    def _column_size(self, column: Column) -> tuple[float, float]:
        """The spine's distance from the column's left edge, and the column's width."""
        extent = self.measure(column.stack)
        words = max(text_width(column.title, FONT, True), text_width(column.caption, SMALL)) + 2 * PAD
        left, right = extent.left + PAD, extent.right + PAD
        spare = max(0.0, words - left - right) / 2
        return left + spare, left + right + 2 * spare

    def _column(self, column: Column, x: float, width: float, spine: float, top: float) -> float:
        """Place a column; gives where its spine ends."""
        extent = self.measure(column.stack)
        height = HEADER + GAP + extent.height + PAD
        self.scene.marks.append(Panel(x, top, width, height, column.title, column.caption, column.path))
        start = top + HEADER
        self._wire((spine, start - 2), (spine, start + GAP), arrow=not _opens_with_fork(column.stack))
        self._stack(column.stack, spine, start + GAP)
        return top + height - PAD

    def _lead_in(self, leaving: Point | None, spine: float, top: float, x: float, entry: str) -> None:
        """The wire from the column before, through the gutter, or the words at the entry."""
        if leaving is None:
            self.scene.marks.append(Words(x + 2, top - 5, entry, "start"))
            return
        if leaving[0] == spine:
            self._wire(leaving, (spine, top))
            return
        gutter, low, high = x - GUTTER / 2, leaving[1] + PAD + 6, top - 8
        corners = (leaving, (leaving[0], low), (gutter, low), (gutter, high), (spine, high), (spine, top))
        self.scene.marks.append(Wire(corners))

    def _stack(self, stack: Stack, spine: float, top: float) -> None:
        extent = self.measure(stack)
        if stack.times > 1:
            right = spine + extent.right
            self.scene.marks.append(
                Words(right, top + extent.height / 2 + 4, times_tag(stack), "end", FONT, True, False)
            )
        for i, item in enumerate(stack.items):
            if i:
                self._wire((spine, top), (spine, top + GAP), arrow=not _opens_with_fork(item))
                top += GAP
            self._item(item, spine, top)
            top += self.measure(item).height

    def _item(self, item: Item, spine: float, top: float) -> None:
        if isinstance(item, Box):
            width, height = box_width(item), box_height(item)
            box = PlacedBox(spine - width / 2, top, width, height, item.lines, item.category, item.caption, item.path)
            self.scene.marks.append(box)
        elif isinstance(item, Fork):
            self._fork(item, spine, top)
        else:
            self._stack(item, spine, top)

    def _fork(self, fork: Fork, spine: float, top: float) -> None:
        whole, trunk = self.measure(fork), self.measure(fork.branches[0])
        room = whole.height - 2 * GAP - 2 * SIGN
        join = top + whole.height - SIGN
        self._branch(fork.branches[0], spine, top, top + GAP + room + GAP)
        edge = spine + trunk.right
        for way in fork.branches[1:]:
            extent = self.measure(way)
            lane = edge + LANE + extent.left
            edge = lane + extent.right
            self._way_round(fork, way, (spine, top), lane, room, join)
        self.scene.marks.append(Sign(spine, join, fork.sign, fork.path, SIGN))

    def _branch(self, branch: Stack, spine: float, top: float, bottom: float) -> None:
        """The first branch, on the spine; an empty one is a line."""
        if not branch.items:
            self._wire((spine, top), (spine, bottom))
            return
        height = self.measure(branch).height
        self.scene.marks.append(Wire(((spine, top), (spine, top + GAP))))
        self._stack(branch, spine, top + GAP)
        self._wire((spine, top + GAP + height), (spine, bottom))

    def _way_round(self, fork: Fork, way: Stack, split: Point, lane: float, room: float, join: float) -> None:
        """A branch on a lane: from the split out to the lane, through its boxes, down and back into the join."""
        spine, top = split[0], split[1] + 3
        into = (spine + SIGN + 1, join)
        if not way.items:
            around = ((spine, top), (lane, top), (lane, join), into)
            self.scene.marks.append(Wire(around, fork.dashed, True, fork.shortcut))
            return
        height = self.measure(way).height
        start = split[1] + GAP + (room - height) / 2
        self.scene.marks.append(Wire(((spine, top), (lane, top), (lane, start)), fork.dashed, True, fork.shortcut))
        self._stack(way, lane, start)
        back = ((lane, start + height), (lane, join), into)
        self.scene.marks.append(Wire(back, fork.dashed, True, fork.shortcut))

    def _wire(self, start: Point, end: Point, arrow: bool = True) -> None:
        self.scene.marks.append(Wire((start, end), arrow=arrow))


def _opens_with_fork(item: Item) -> bool:
    """A fork's own first branch brings the arrow, so the wire that leads to the fork has none."""
    if isinstance(item, Stack):
        return bool(item.items) and _opens_with_fork(item.items[0])
    return isinstance(item, Fork)
