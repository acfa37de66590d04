"""A network as its feature maps: glyphs as high as a map's resolution and as wide as its channels, in rows.

Heights go with the square root of the resolution and widths with that of the channels, so that 7×7 beside 224×224
can still be seen. A unit is one glyph, the map that it puts out, with its shortcut above it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from resviz.core.net import Node, Op, Par, Section, Shape, join_name, join_path, sections
from resviz.core.ops import dims
from resviz.draw.scene import FONT, LINE, SMALL, PlacedBox, Point, Scene, Sign, Wire, Words, text_width
from resviz.draw.sketch import (
    SIGNS,
    auxiliary,
    gates,
    input_caption,
    layers,
    main_line,
    residual,
    stage_lines,
    weights,
)

LEVELS = ("stage", "block")
TALLEST, LOWEST = 150.0, 10.0
WIDEST, NARROWEST = 64.0, 6.0
APART = 30.0
JOIN = 16.0
RISE = 14.0
DROP = 22.0
"""How far below the line hangs what is left aside."""
MARGIN = 14.0
BETWEEN = 26.0
SHOWN = ("conv", "linear", "pool")


@dataclass(frozen=True, slots=True)
class Join:
    """What makes one map of a unit's branch and its shortcut, which is `dashed` where the size changes."""

    path: str
    sign: str
    dashed: bool


@dataclass(frozen=True, slots=True)
class Glyph:
    """One map with the words below it, and the join behind it that the shortcut of a unit comes to.

    One that is left `aside` hangs below the line: an auxiliary head.
    """

    path: str
    out: Shape
    category: str
    lines: tuple[str, ...]
    times: int = 1
    join: Join | None = None
    aside: bool = False

    def words(self) -> tuple[str, ...]:
        """All lines below it."""
        size = (dims(self.out),) if len(self.out) > 1 else ()
        return (*self.lines, *size, *([f"×{self.times}"] if self.times > 1 else []))


def glyphs(node: Node, level: str, folded: bool) -> list[Glyph]:
    """What is drawn of a network: by "stage" one a stage, by "block" one a unit; stem and head by layer.

    Raises ValueError on another level.
    """
    if level not in LEVELS:
        raise ValueError(f"the style blocks shows a network by {' or '.join(LEVELS)}, not by {level}")
    return [glyph for section in sections(node) for glyph in _of_section(section, level, folded)]


def _of_section(section: Section, level: str, folded: bool) -> Iterator[Glyph]:
    node = section.node
    if node.role == "stage" and level == "stage":
        yield Glyph(section.handle, node.out, "stage", stage_lines(node))
        return
    for _, equal in groupby(node.parts, key=lambda part: (part[1].net, part[1].ins, part[1].role == "unit")):
        run = list(equal)
        if run[0][1].role != "unit":
            yield from (glyph for name, part in run for glyph in _layers(join_path(section.path, name), part))
        elif folded:
            yield _unit(join_path(section.path, run[0][0]), run[0][1], len(run))
        else:
            yield from (_unit(join_path(section.path, name), part, 1) for name, part in run)


def _unit(path: str, unit: Node, times: int) -> Glyph:
    kinds = [at.op.category for _, at in main_line(unit) if at.op.weighted]
    lines = (*weights(unit), *gates(unit))
    return Glyph(path, unit.out, kinds[0] if kinds else "conv", lines, times, _join(path, unit))


def _join(path: str, unit: Node) -> Join | None:
    split = residual(unit, path)
    if split is None:
        return None
    at_path, at = split
    assert isinstance(at.net, Par)
    name = join_name(at.net)
    return Join(join_path(at_path, name), SIGNS[name], unit.ins[0] != unit.out)


def _layers(path: str, part: Node) -> Iterator[Glyph]:
    head = auxiliary(part)
    if head is not None:
        kinds = [at.op.category for _, at in main_line(head) if at.op.weighted]
        yield Glyph(path, head.out, kinds[-1], ("auxiliary head", *layers(head)), aside=True)
        return
    for at_path, at in main_line(part, path):
        if isinstance(at.net, Op) and at.op.category in SHOWN:
            yield Glyph(at_path, at.out, at.op.category, tuple(at.op.label().split(", ", 1)))


def arrange(node: Node, level: str = "block", folded: bool = True, width: float = float("inf")) -> Scene:
    """The scene of a network's glyphs, in rows of at most `width` pixels, or of one glyph where that is wider."""
    return _Rows(glyphs(node, level, folded), node.ins[0]).within(width)


class _Rows:
    """Glyphs on their way into rows."""

    def __init__(self, shown: list[Glyph], entry: Shape) -> None:
        self._shown = shown
        self._entry = input_caption(entry)
        self._most_side = max([max(entry[1:], default=1), *(_side(glyph.out) for glyph in shown)])
        self._most_channels = max(glyph.out[0] for glyph in shown)
        self._scene = Scene(0, 0)

    def within(self, width: float) -> Scene:
        """The scene in rows of at most `width` pixels."""
        start = MARGIN + text_width(self._entry, SMALL) + 4
        top, leaving = MARGIN, (start, 0.0)
        ends: list[float] = []
        for i, row in enumerate(self._broken(width - MARGIN, start)):
            middle = top + RISE + max((self._tall(glyph) for glyph in row if not glyph.aside), default=0.0) / 2
            if i:
                leaving = self._wrap(leaving, ends[-1], top - BETWEEN / 2, middle)
            else:
                leaving = (start, middle)
                self._scene.marks.append(Words(MARGIN, middle + 4, self._entry, "start"))
            x = leaving[0]
            for glyph in row:
                if glyph.aside:
                    self._hanging(glyph, x, middle)
                else:
                    leaving = self._glyph(glyph, x, middle, leaving)
                x += self._room(glyph)
            ends.append(x)
            self._scene.width = max(self._scene.width, x + 10 + MARGIN)
            top = max(middle + self._below(glyph) + LINE * len(glyph.words()) for glyph in row) + 6 + BETWEEN
        self._scene.height = top - BETWEEN + MARGIN
        return self._scene

    def _broken(self, width: float, start: float) -> list[list[Glyph]]:
        """The glyphs in rows; the first begins behind the words at the input."""
        rows: list[list[Glyph]] = [[]]
        x = start
        for glyph in self._shown:
            if rows[-1] and x + self._room(glyph) > width:
                rows.append([])
                x = MARGIN
            rows[-1].append(glyph)
            x += self._room(glyph)
        return rows

    def _room(self, glyph: Glyph) -> float:
        return APART + max(self._wide(glyph), _words_width(glyph)) + (JOIN if glyph.join else 0.0)

    def _wide(self, glyph: Glyph) -> float:
        return NARROWEST + (WIDEST - NARROWEST) * math.sqrt(glyph.out[0] / self._most_channels)

    def _tall(self, glyph: Glyph) -> float:
        return LOWEST + (TALLEST - LOWEST) * math.sqrt(_side(glyph.out) / self._most_side)

    def _glyph(self, glyph: Glyph, x: float, middle: float, leaving: Point) -> Point:
        """Place one; gives where its wire goes on."""
        wide, tall = self._wide(glyph), self._tall(glyph)
        centre = x + APART + max(wide, _words_width(glyph)) / 2
        left, right = centre - wide / 2, centre + wide / 2
        marks = self._scene.marks
        marks.append(Wire((leaving, (left, middle))))
        self._map(glyph, centre, middle - tall / 2)
        if glyph.join is None:
            return right, middle
        join, split, over = right + JOIN, left - JOIN, middle - tall / 2 - RISE
        marks.append(Wire(((right, middle), (join - 7, middle))))
        around = ((split, middle), (split, over), (join, over), (join, middle - 8))
        marks.append(Wire(around, glyph.join.dashed, True, True))
        marks.append(Sign(join, middle, glyph.join.sign, glyph.join.path, 7.0))
        return join + 7, middle

    def _hanging(self, glyph: Glyph, x: float, middle: float) -> None:
        """Place one below the line, which leads on over it."""
        centre = x + APART + max(self._wide(glyph), _words_width(glyph)) / 2
        self._scene.marks.append(Wire(((centre, middle), (centre, middle + DROP))))
        self._map(glyph, centre, middle + DROP)

    def _map(self, glyph: Glyph, centre: float, top: float) -> None:
        """The map itself, and its words below it."""
        wide, tall, marks = self._wide(glyph), self._tall(glyph), self._scene.marks
        marks.append(PlacedBox(centre - wide / 2, top, wide, tall, (), glyph.category, "", glyph.path))
        for i, line in enumerate(glyph.words(), start=1):
            strong = line.startswith("×")
            y = top + tall + LINE * i + 1
            marks.append(Words(centre, y, line, size=FONT if strong else SMALL, strong=strong, faint=False))

    def _below(self, glyph: Glyph) -> float:
        """How far below the line a map ends."""
        return DROP + self._tall(glyph) if glyph.aside else self._tall(glyph) / 2

    def _wrap(self, leaving: Point, end: float, between: float, middle: float) -> Point:
        """The wire from a row, whose words reach to `end`, to the start of the next."""
        out, start = max(leaving[0], end) + 8, MARGIN / 2 + 2
        corners = (leaving, (out, leaving[1]), (out, between), (start, between), (start, middle), (MARGIN, middle))
        self._scene.marks.append(Wire(corners, arrow=False))
        return MARGIN, middle


def _side(shape: Shape) -> int:
    return max(shape[1:], default=1)


def _words_width(glyph: Glyph) -> float:
    return max(
        text_width(line, FONT, True) if line.startswith("×") else text_width(line, SMALL) for line in glyph.words()
    )
