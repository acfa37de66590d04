"""Items get their places: boxes on a spine going down, ways round them on lanes beside it.

What a fork's branches need decides how far out the next lane lies, so nothing can overlap.
"""

from __future__ import annotations

from resviz.draw.measure import GAP, LANE, SIGN, Measuring, box_height, box_width, times_tag
from resviz.draw.scene import FONT, PlacedBox, Point, Scene, Sign, Wire, Words
from resviz.draw.sketch import Box, Fork, Item, Stack


class Placing:
    """A scene in the making."""

    def __init__(self) -> None:
        self.measure = Measuring()
        self.scene = Scene(0, 0)

    def stack(self, stack: Stack, spine: float, top: float) -> None:
        """Place the items of a stack one under the other on the spine."""
        extent = self.measure(stack)
        if stack.times > 1:
            right = spine + extent.right
            self.scene.marks.append(
                Words(right, top + extent.height / 2 + 4, times_tag(stack), "end", FONT, True, False)
            )
        for i, item in enumerate(stack.items):
            if i:
                self.wire((spine, top), (spine, top + GAP), arrow=not opens_with_fork(item))
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
            self.stack(item, spine, top)

    def _fork(self, fork: Fork, spine: float, top: float) -> None:
        whole, trunk = self.measure(fork), self.measure(fork.branches[0])
        room = whole.height - 2 * GAP - 2 * SIGN
        join = top + whole.height - SIGN
        if fork.sign:
            self._branch(fork.branches[0], spine, top, join - SIGN)
        else:
            self._branch(fork.branches[0], spine, top, join + SIGN, arrow=False)
        edge = spine - trunk.left
        for way in fork.left:
            extent = self.measure(way)
            lane = edge - LANE - extent.right
            edge = lane - extent.left
            self._way_round(fork, way, (spine, top), lane, room, (spine - SIGN - 1, join))
        edge = spine + trunk.right
        for way in fork.right:
            extent = self.measure(way)
            lane = edge + LANE + extent.left
            edge = lane + extent.right
            self._way_round(fork, way, (spine, top), lane, room, (spine + SIGN + 1, join))
        if fork.sign:
            self.scene.marks.append(Sign(spine, join, fork.sign, fork.path, SIGN))

    def _branch(self, branch: Stack, spine: float, top: float, bottom: float, arrow: bool = True) -> None:
        """The first branch, on the spine, to its join or past where another is left aside; an empty one is a line."""
        if not branch.items:
            self.wire((spine, top), (spine, bottom), arrow)
            return
        height = self.measure(branch).height
        self.scene.marks.append(Wire(((spine, top), (spine, top + GAP))))
        self.stack(branch, spine, top + GAP)
        self.wire((spine, top + GAP + height), (spine, bottom), arrow)

    def _way_round(self, fork: Fork, way: Stack, split: Point, lane: float, room: float, into: Point) -> None:
        """A branch on a lane: from the split out to the lane, through its boxes, down and back into the join."""
        (spine, top), (_, join) = (split[0], split[1] + 3), into
        dashed = fork.dashed and way.shortcut
        if not way.items:
            around = ((spine, top), (lane, top), (lane, join), into)
            self.scene.marks.append(Wire(around, dashed, True, way.shortcut))
            return
        height = self.measure(way).height
        start = split[1] + GAP + (room - height) / 2
        self.scene.marks.append(Wire(((spine, top), (lane, top), (lane, start)), dashed, True, way.shortcut))
        self.stack(way, lane, start)
        if not fork.sign:
            return
        back = ((lane, start + height), (lane, join), into)
        self.scene.marks.append(Wire(back, dashed, True, way.shortcut))

    def wire(self, start: Point, end: Point, arrow: bool = True) -> None:
        """A straight line."""
        self.scene.marks.append(Wire((start, end), arrow=arrow))


def opens_with_fork(item: Item) -> bool:
    """A fork's own first branch brings the arrow, so the wire that leads to the fork has none."""
    if isinstance(item, Stack):
        return bool(item.items) and opens_with_fork(item.items[0])
    return isinstance(item, Fork)
