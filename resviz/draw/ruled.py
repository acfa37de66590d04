"""A table as a picture, ruled as booktabs rules: cells of lines, and of lines in brackets with how often they stand."""

from __future__ import annotations

from dataclasses import dataclass

from resviz.draw.scene import FONT, LINE, Point, Scene, Wire, Words, text_width

MARGIN = 12.0
PAD = 7.0
BETWEEN = 26.0
BRACKET = 5.0
HOOK = 4.0


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that stand `times` times one after the other; 0 times are lines without brackets."""

    lines: tuple[str, ...]
    times: int = 0

    def tag(self) -> str:
        return f"×{self.times}" if self.times else ""

    def text(self, line: str = ", ", brackets: tuple[str, str] = ("[", "]")) -> str:
        """In one line of text."""
        inner = line.join(self.lines)
        return f"{brackets[0]}{inner}{brackets[1]} {self.tag()}" if self.times else inner


Cell = tuple[Group, ...]


def word(text: str) -> Cell:
    """A cell of one line."""
    return (Group((text,)),)


@dataclass(frozen=True, slots=True)
class Ruled:
    """A header, the rows below it, and the rows below the second rule."""

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    foot: tuple[tuple[Cell, ...], ...]


def arrange(table: Ruled) -> Scene:
    """The scene of a table: columns as wide and rows as high as their cells."""
    every = [*table.rows, *table.foot]
    widths = [
        max(text_width(name, FONT, True), *(_width(row[i]) for row in every)) for i, name in enumerate(table.header)
    ]
    lefts = [MARGIN + sum(widths[:i]) + BETWEEN * i for i in range(len(widths))]
    right = lefts[-1] + widths[-1]
    scene = Scene(right + MARGIN, 0.0)
    y = _rule(scene, MARGIN, right)
    for name, left, width in zip(table.header, lefts, widths):
        scene.marks.append(Words(left + width / 2, y + LINE - 4, name, "middle", FONT, True, False))
    y = _rule(scene, y + LINE + PAD, right)
    for rows in (table.rows, table.foot):
        for row in rows:
            height = max(map(_height, row))
            for cell, left, width in zip(row, lefts, widths):
                _cell(scene, cell, left, width, y + (height - _height(cell)) / 2)
            y += height + PAD
        y = _rule(scene, y, right) if rows else y
    scene.height = y - PAD + MARGIN
    return scene


def _rule(scene: Scene, y: float, right: float) -> float:
    """A line across; gives where what is below it begins."""
    scene.marks.append(Wire(((MARGIN - 4, y), (right + 4, y)), arrow=False))
    return y + PAD


def _width(cell: Cell) -> float:
    return max((_lines_width(group) + _around(group) + _tag_width(group) for group in cell), default=0.0)


def _lines_width(group: Group) -> float:
    return max(map(text_width, group.lines), default=0.0)


def _around(group: Group) -> float:
    return 2 * (BRACKET + HOOK) if group.times else 0.0


def _tag_width(group: Group) -> float:
    return text_width(group.tag(), FONT, True) + 4 if group.times else 0.0


def _height(cell: Cell) -> float:
    return sum(LINE * len(group.lines) for group in cell) + 6.0 * max(0, len(cell) - 1)


def _cell(scene: Scene, cell: Cell, left: float, width: float, top: float) -> None:
    """Every group in the middle of the cell's width."""
    for group in cell:
        inner = _lines_width(group)
        middle = left + (width - _tag_width(group)) / 2
        for i, line in enumerate(group.lines):
            scene.marks.append(Words(middle, top + LINE * i + 11.5, line, "middle", FONT, False, False))
        bottom = top + LINE * len(group.lines)
        if group.times:
            for side in (-1, 1):
                scene.marks.append(Wire(_bracket(middle, side, inner / 2 + HOOK, top + 1, bottom - 1), arrow=False))
            at = middle + inner / 2 + BRACKET + HOOK + 4
            scene.marks.append(Words(at, (top + bottom) / 2 + 4, group.tag(), "start", FONT, True, False))
        top = bottom + 6.0


def _bracket(middle: float, side: int, inner: float, top: float, bottom: float) -> tuple[Point, ...]:
    near, far = middle + side * inner, middle + side * (inner + BRACKET)
    return (near, top), (far, top), (far, bottom), (near, bottom)
