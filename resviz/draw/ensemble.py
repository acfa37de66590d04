"""The unrolled view (Veit et al. 2016, Fig. 1): a residual network as the collection of all its paths.

Expanding y_i = y_{i−1} + f_i(y_{i−1}) by the distributive law gives 2^n paths from input to output. Each of the
2^n rows at the left is one of them; f_i stands once for every way to choose the units behind it, 2^(n−i) times.
A removed unit takes with it every row that leads through one of its copies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

from resviz.draw.scene import FONT, SMALL, Mark, PlacedBox, Scene, Sign, Wire, Words
from resviz.draw.svg import document, marks, part, rectangle, text, wire
from resviz.draw.theme import Theme

MOST_UNROLLED = 6
ROW = 18.0
EDGE = 56.0
CELL = 30.0
PER_ROW = 15
MANY = 120
PER_ROW_OF_MANY = 40
FADED = ' opacity="0.22"'


@dataclass(frozen=True, slots=True)
class Spacing:
    """How far it is from one unit's signals to the next's, and how wide a box is."""

    step: float
    box: float


WIDE = Spacing(112.0, 34.0)
TIGHT = Spacing(68.0, 24.0)
"""Three units fit into a paper's column."""


def unrolled(units: Sequence[str], removed: Set[int], theme: Theme, title: str) -> str:
    """All paths of a network of up to six residual units, those through a removed one faded, as SVG.

    `units` are the units' paths in the term, `removed` the positions of removed ones. Raises ValueError on
    more than six units: the picture would have over 64 rows.
    """
    scene = Scene(*_size(_drawn(len(units))))
    ends = marks(replace(scene, marks=_ends(len(units))), theme)
    groups = []
    for faded, group in _groups(units, removed):
        # a join is no unit that a person could remove
        shown = [replace(mark, path="") if isinstance(mark, Sign) else mark for mark in group]
        groups.append(f"<g{FADED if faded else ''}>{''.join(marks(replace(scene, marks=shown), theme))}</g>")
    return document(scene.width, scene.height, theme, title, [*ends, *groups])


def arrange(units: Sequence[str], spacing: Spacing = WIDE) -> Scene:
    """The scene of all paths of a network of up to six residual units; raises ValueError on more."""
    n = _drawn(len(units))
    width, height = _size(n, spacing)
    copies = [mark for _, group in _groups(units, frozenset(), spacing) for mark in group]
    return Scene(width, height, [*_ends(n, spacing), *copies])


def _drawn(n: int) -> int:
    """The number of units; raises ValueError where they are too many."""
    if n > MOST_UNROLLED:
        raise ValueError(f"{n} units make 2^{n} paths: at most {MOST_UNROLLED} units are drawn unrolled")
    return n


def _size(n: int, spacing: Spacing = WIDE) -> tuple[float, float]:
    return _x(n, spacing) + 62, 24 + ROW * 2**n


def _groups(
    units: Sequence[str], removed: Set[int], spacing: Spacing = WIDE
) -> Iterator[tuple[bool, tuple[Mark, ...]]]:
    """The marks in groups, each with whether it is faded."""
    for i in range(len(units)):
        yield from _level(i, len(units), units[i], removed, spacing)


def _row_height(row: float) -> float:
    return 12 + ROW * (row + 0.5)


def _height_of(copy: int, level: int) -> float:
    """The height of the `copy`-th signal after `level` units: the middle of the rows that it sums."""
    rows = 2**level
    return _row_height(copy * rows + (rows - 1) / 2)


def _alive(row: int, removed: Set[int], first: int = 0) -> bool:
    """Whether a row's path leads through no removed unit; its bits, from `first` on, say which units it takes."""
    return not any(row >> (i - first) & 1 for i in removed if i >= first)


def _x(level: int, spacing: Spacing) -> float:
    """Where the signals after `level` units begin."""
    return EDGE + spacing.step * level


def _ends(n: int, spacing: Spacing = WIDE) -> list[Mark]:
    """The input, led to every row, and the word at the output."""
    rows, middle = 2**n, _height_of(0, n)
    bus = Wire(((EDGE, _row_height(0)), (EDGE, _row_height(rows - 1))), arrow=False)
    lead = Wire(((EDGE - 8, middle), (EDGE, middle)), arrow=False)
    entry = Words(8, middle + 4, "input", "start", FONT, True, False)
    return [entry, lead, bus, Words(_x(n, spacing) + 6, middle + 4, "output", "start", FONT, True, False)]


def _level(i: int, n: int, path: str, removed: Set[int], spacing: Spacing) -> Iterator[tuple[bool, tuple[Mark, ...]]]:
    """The copies of unit i: pairs of signals of which the second passes f_i, and the sums of the pairs."""
    start, end = _x(i, spacing), _x(i + 1, spacing)
    join = end - 22
    for copy in range(2 ** (n - i - 1)):
        above, below = _height_of(2 * copy, i), _height_of(2 * copy + 1, i)
        middle = _height_of(copy, i + 1)
        # the units behind i that this copy leads through are the bits of `copy`
        dead = not _alive(copy, removed, i + 1)
        straight = Wire(((start, above), (join, above), (join, middle - 8)), arrow=i > 0)
        onward = Wire(((join + 7, middle), (end, middle)), arrow=False)
        left = start + (join - start - spacing.box) / 2
        box = PlacedBox(left, below - 8, spacing.box, 16, ("f",), "conv", "", path, index=str(i + 1))
        into = Wire(((start, below), (left, below)))
        out = Wire(((left + spacing.box, below), (join, below), (join, middle + 8)), arrow=i > 0)
        yield dead, (straight, onward)
        yield dead or i in removed, (into, out, box)
        yield dead, (Sign(join, middle, "+", path, 7.0),)


def cut(units: Sequence[tuple[str, bool]], removed: Set[int]) -> int:
    """The first unit that was removed and has no way round it, or how many units there are: so far one gets."""
    return next((i for i, (_, has_shortcut) in enumerate(units) if i in removed and not has_shortcut), len(units))


def chain(units: Sequence[tuple[str, bool]], removed: Set[int], reached: int, theme: Theme, title: str) -> str:
    """The network as it is usually drawn: its units in a row, a shortcut over each that has one, as SVG.

    `units` are (path, whether a shortcut leads round it); `removed` the positions of removed ones. From the unit
    `reached` on the line is drawn faint: nothing gets so far.
    """
    per_row = PER_ROW if len(units) <= MANY else PER_ROW_OF_MANY
    rows = max(1, -(-len(units) // per_row))
    per_row = -(-len(units) // rows)
    out = []
    for i, (path, has_shortcut) in enumerate(units):
        row, column = divmod(i, per_row)
        x, y = 14 + column * CELL, 34 + row * 52.0
        out.append(_cell(path, i, x, y, i in removed, i >= reached, has_shortcut, theme))
    width = 28 + CELL * min(len(units), per_row)
    return document(width, 20 + rows * 52, theme, title, out)


def _cell(path: str, i: int, x: float, y: float, gone: bool, cut: bool, has_shortcut: bool, theme: Theme) -> str:
    fade = FADED if cut else ""
    line = wire(Wire(((x, y), (x + CELL, y)), arrow=False), theme)
    arc = Wire(((x + 2, y), (x + 2, y - 20), (x + CELL - 3, y - 20), (x + CELL - 3, y)), arrow=False)
    over = wire(arc, theme) if has_shortcut else ""
    box = PlacedBox(x + 5, y - 11, CELL - 11, 22, (str(i + 1),), "conv", "", path)
    paint = rectangle(box.x, box.y, box.width, box.height, theme.fill("conv"), theme.edge("conv"), 3)
    number = text(box.x + box.width / 2, y + 4, str(i + 1), theme.ink, SMALL if i < 99 else 8.5)
    cross = (
        f'<path d="M{box.x} {y - 11}l{box.width} 22m0 -22l-{box.width} 22" stroke="{theme.accent}" stroke-width="2"/>'
    )
    state = "removed" if gone else "in place"
    label = f"unit {i + 1}, {path}, {state}"
    unit = f"<g{FADED if gone else fade}>{paint}{number}</g>{cross if gone else ''}"
    return f"<g{fade}>{line}{over}</g>{part(path, label, unit)}"
