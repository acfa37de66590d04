"""The layout of one network: its columns side by side, in one row or several, or one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise

from resviz.draw.measure import GAP, PAD
from resviz.draw.placing import Placing, opens_with_fork
from resviz.draw.scene import FONT, LINE, SMALL, Panel, Point, Scene, Wire, Words, text_width
from resviz.draw.sketch import Column

HEADER = 38.0
GUTTER = 22.0
MARGIN, EDGE = 12.0, 3.0
"""Around a picture, and beside one in rows: the page that those are made for has margins of its own."""
BETWEEN = 34.0
"""Between two rows; the wire that leads from one to the next runs in it."""


def beside(columns: list[Column], entry: str) -> Scene:
    """The scene of a sketch, its columns side by side."""
    return _Columns().beside(columns, entry)


def below(columns: list[Column], entry: str) -> Scene:
    """The scene of a sketch, its columns one below the other."""
    return _Columns().below(columns, entry)


def wrapped(columns: list[Column], entry: str, rows: int) -> Scene:
    """The scene of a sketch in so many rows, broken where the widest row becomes narrowest."""
    drawing = _Columns()
    widths = [drawing.column_size(column)[1] + GUTTER for column in columns]
    best = min(_breaks(len(columns), rows), key=lambda cuts: max(sum(widths[a:b]) for a, b in pairwise(cuts)))
    return drawing.rows([columns[a:b] for a, b in pairwise(best)], entry)


def _breaks(count: int, rows: int) -> list[tuple[int, ...]]:
    """All ways to cut so many columns into rows."""
    return [(0, *cuts, count) for cuts in combinations(range(1, count), rows - 1)]


class _Columns(Placing):
    """One arrangement of columns in the making."""

    def __init__(self) -> None:
        super().__init__()
        self._lowest = 0.0

    def beside(self, columns: list[Column], entry: str) -> Scene:
        x, lowest = MARGIN, 0.0
        leaving: Point | None = None
        for column in columns:
            left, width = self.column_size(column, entry if leaving is None else "")
            spine = x + left
            top = MARGIN + LINE
            bottom = self._column(column, x, width, spine, top)
            self._lead_in(leaving, spine, top, x, entry)
            leaving = (spine, bottom)
            x, lowest = x + width + GUTTER, max(lowest, bottom)
        self.scene.width = x - GUTTER + MARGIN
        self.scene.height = lowest + 2 * GAP + MARGIN
        return self.scene

    def rows(self, rows: Sequence[list[Column]], entry: str) -> Scene:
        """Rows of columns side by side; from the end of one a wire leads back to the left of the next."""
        top, leaving = MARGIN + LINE, None
        for row in rows:
            x, lowest = EDGE, top
            for column in row:
                left, width = self.column_size(column, entry if leaving is None else "")
                bottom = self._column(column, x, width, x + left, top)
                self._lead_in(leaving, x + left, top, x, entry, wraps=x == EDGE)
                leaving = (x + left, bottom)
                x, lowest = x + width + GUTTER, max(lowest, bottom)
            self.scene.width = max(self.scene.width, x - GUTTER + EDGE)
            self._lowest = lowest + PAD
            top = self._lowest + BETWEEN
        self.scene.height = top - BETWEEN + MARGIN
        return self.scene

    def below(self, columns: list[Column], entry: str) -> Scene:
        sizes = [self.column_size(column, "" if i else entry) for i, column in enumerate(columns)]
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

    def column_size(self, column: Column, above: str = "") -> tuple[float, float]:
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

    def _lead_in(
        self, leaving: Point | None, spine: float, top: float, x: float, entry: str, wraps: bool = False
    ) -> None:
        """The wire from the column before, through the gutter or between two rows, or the words at the entry."""
        if leaving is None:
            self.scene.marks.append(Words(x + 2, top - 5, entry, "start"))
            return
        if leaving[0] == spine:
            self.wire(leaving, (spine, top))
            return
        if wraps:
            between = self._lowest + BETWEEN / 2
            self.scene.marks.append(Wire((leaving, (leaving[0], between), (spine, between), (spine, top))))
            return
        gutter, low, high = x - GUTTER / 2, leaving[1] + PAD + 6, top - 8
        corners = (leaving, (leaving[0], low), (gutter, low), (gutter, high), (spine, high), (spine, top))
        self.scene.marks.append(Wire(corners))
