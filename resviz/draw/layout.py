"""The layout of one network: its columns side by side, or one below the other."""

from __future__ import annotations

from resviz.draw.measure import GAP, PAD
from resviz.draw.placing import Placing, opens_with_fork
from resviz.draw.scene import FONT, LINE, SMALL, Panel, Point, Scene, Wire, Words, text_width
from resviz.draw.sketch import Column

HEADER = 38.0
GUTTER = 22.0
MARGIN = 12.0


def arrange(columns: list[Column], entry: str, tall: bool = False) -> Scene:
    """The scene of a sketch: its columns side by side, or one below the other where `tall`."""
    drawing = _Columns()
    return drawing.below(columns, entry) if tall else drawing.beside(columns, entry)


class _Columns(Placing):
    """One arrangement of columns in the making."""

    def beside(self, columns: list[Column], entry: str) -> Scene:
        x, lowest = MARGIN, 0.0
        leaving: Point | None = None
        for column in columns:
            left, width = self._column_size(column, entry if leaving is None else "")
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
        sizes = [self._column_size(column, "" if i else entry) for i, column in enumerate(columns)]
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

    def _column_size(self, column: Column, above: str = "") -> tuple[float, float]:
        """The spine's distance from the column's left edge, and the column's width, also that of the words above."""
        extent = self.measure(column.stack)
        widths = (text_width(column.title, FONT, True), text_width(column.caption, SMALL), text_width(above, SMALL))
        words = max(widths) + 2 * PAD
        left, right = extent.left + PAD, extent.right + PAD
        spare = max(0.0, words - left - right) / 2
        return left + spare, left + right + 2 * spare

    def _column(self, column: Column, x: float, width: float, spine: float, top: float) -> float:
        """Place a column; gives where its spine ends."""
        extent = self.measure(column.stack)
        height = HEADER + GAP + extent.height + PAD
        self.scene.marks.append(Panel(x, top, width, height, column.title, column.caption, column.path))
        start = top + HEADER
        self.wire((spine, start - 2), (spine, start + GAP), arrow=not opens_with_fork(column.stack))
        self.stack(column.stack, spine, start + GAP)
        return top + height - PAD

    def _lead_in(self, leaving: Point | None, spine: float, top: float, x: float, entry: str) -> None:
        """The wire from the column before, through the gutter, or the words at the entry."""
        if leaving is None:
            self.scene.marks.append(Words(x + 2, top - 5, entry, "start"))
            return
        if leaving[0] == spine:
            self.wire(leaving, (spine, top))
            return
        gutter, low, high = x - GUTTER / 2, leaving[1] + PAD + 6, top - 8
        corners = (leaving, (leaving[0], low), (gutter, low), (gutter, high), (spine, high), (spine, top))
        self.scene.marks.append(Wire(corners))
