"""A scene is a picture with every place decided and no colour chosen: panels, boxes, wires, signs, words.

Units are pixels at the size at which text is 12 high. Exporters turn a scene into SVG, TikZ and so on.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from functools import lru_cache

FONT = 12.0
SMALL = 10.5
LINE = 15.0

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """A box with its corner, size and lines of text, centred; the caption's lines are set smaller, below.

    `marked` sets it off from the others: in a comparison, what differs. An `index` is set low behind the last line.
    """

    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    category: str
    caption: str
    path: str
    marked: bool = False
    index: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """The ground of a column, with its title and caption at the top."""

    x: float
    y: float
    width: float
    height: float
    title: str
    caption: str
    path: str


@dataclass(frozen=True, slots=True)
class Wire:
    """A line through points with rounded corners; it may be dashed, end in an arrow, be a shortcut."""

    points: tuple[Point, ...]
    dashed: bool = False
    arrow: bool = True
    shortcut: bool = False


@dataclass(frozen=True, slots=True)
class Sign:
    """A join: a circle with a plus or a times in it."""

    x: float
    y: float
    text: str
    path: str
    radius: float = 8.0
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """A text whose anchor is "start", "middle" or "end"; `strong` is bold, `index` is set low behind it."""

    x: float
    y: float
    text: str
    anchor: str = "middle"
    size: float = SMALL
    strong: bool = False
    faint: bool = True
    index: str = ""


@dataclass(frozen=True, slots=True)
class Swatch:
    """A sample in the legend: a category's colours, or with the category "" the ring around what is marked."""

    x: float
    y: float
    width: float
    height: float
    category: str


Mark = PlacedBox | Panel | Wire | Sign | Words | Swatch


@dataclass(slots=True)
class Scene:
    """The marks of a picture, from back to front, and its size."""

    width: float
    height: float
    marks: list[Mark] = field(default_factory=list)


def moved(mark: Mark, dx: float, dy: float) -> Mark:
    """The mark, `dx` further to the right and `dy` further down."""
    if isinstance(mark, Wire):
        return replace(mark, points=tuple((x + dx, y + dy) for x, y in mark.points))
    return replace(mark, x=mark.x + dx, y=mark.y + dy)


@lru_cache(maxsize=8192)
def text_width(text: str, size: float = FONT, strong: bool = False) -> float:
    """How wide a text is at most in DejaVu Sans or Arial: measured generously, because fonts differ."""
    return sum(_em(char) for char in text) * size * (1.17 if strong else 1.0)


def _em(char: str) -> float:
    if unicodedata.east_asian_width(char) in "WF":
        return 1.0
    if char in " .,:;|'()[]/ilj":
        return 0.37
    if char in "mwMW×+−→⊕":
        return 0.86
    if char.isupper():
        return 0.75
    return 0.64 if char.isdigit() else 0.6
