"""The page that a picture is made for: how large it becomes there, and whether its text can still be read.

A picture is scaled into the page's width and height. On a sheet it stands in the middle; in a paper's column it takes
no more of the height than it needs. Text smaller than 7 pt is refused, since nobody reads it in print; text is never
made larger than a page of its kind wants it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from resviz.draw.scene import FONT, SMALL, Panel, PlacedBox, Scene, Words

LEAST = 7.0
"""Points: the smallest text."""
INDEX = 0.75
MM = 72 / 25.4


class PaperError(ValueError):
    """A picture that does not fit a page; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A page: width and height in points (0: as the picture is), and how large text of size 12 may become.

    A `sheet` is filled by the one picture; of what is no sheet, a column of text, a picture leaves the rest to others.
    """

    words: str
    width: float
    height: float
    most: float
    sheet: bool = False


TEXT_HEIGHT = 690.0
"""Points: the height of an IEEE page's text."""
PAPERS: Mapping[str, Paper] = {
    "none": Paper("as drawn, text of 12 pt", 0.0, 0.0, FONT),
    "column": Paper("an IEEE column, 88.9 mm by 243 mm", 252.0, TEXT_HEIGHT, 10.0),
    "two-columns": Paper("two IEEE columns, 181.9 mm by 243 mm", 515.5, TEXT_HEIGHT, 10.0),
    "slide": Paper("a 16:9 slide, 13.33 in by 7.5 in", 960.0, 540.0, 24.0, sheet=True),
    "A0": Paper("an A0 poster, 841 mm by 1189 mm", 841 * MM, 1189 * MM, 72.0, sheet=True),
}

NARROW = Paper("a narrow screen, as high as the picture", 252.0, 0.0, 10.0)


@dataclass(frozen=True, slots=True)
class Placement:
    """The page's size in points, points a pixel of the scene, and the corner of the scene on it, in points."""

    width: float
    height: float
    scale: float
    x: float
    y: float

    def shown(self) -> tuple[float, float, float, float]:
        """The part of the scene's plane that the page shows: left, top, width, height."""
        k = self.scale
        return -self.x / k, -self.y / k, self.width / k, self.height / k


def placed(scene: Scene, paper: Paper, instead: str = "a larger page") -> Placement:
    """Where a scene lies on a page; raises PaperError where its smallest text would be below 7 pt.

    `instead` is what the error says to take.
    """
    scale = scale_on(scene, paper)
    least = scale * smallest(scene)
    if not _readable(least):
        raise PaperError(
            f"on {paper.words} the smallest text would be {least:.1f} pt, and {LEAST:g} pt are the least: "
            f"take {instead}"
        )
    width, height = paper.width or scale * scene.width, paper.height if paper.sheet else scale * scene.height
    return Placement(width, height, scale, (width - scale * scene.width) / 2, (height - scale * scene.height) / 2)


def best(scenes: Iterable[Scene], paper: Paper) -> Scene:
    """Of several ways to lay a picture out: on a sheet the one whose text becomes largest, in a column the lowest.

    Where none can be read it is the one whose text becomes largest.
    """

    def rank(scene: Scene) -> tuple[bool, float]:
        scale = scale_on(scene, paper)
        low = paper.height > 0 and not paper.sheet and _readable(scale * smallest(scene))
        # rounded, so that of equals it is the first
        return (False, round(scale * scene.height, 3)) if low else (True, -round(scale, 6))

    return min(scenes, key=rank)


def _readable(points: float) -> bool:
    return points >= LEAST - 1e-9


def scale_on(scene: Scene, paper: Paper) -> float:
    """Points a pixel of the scene on a page."""
    across = [paper.width / scene.width] if paper.width else []
    down = [paper.height / scene.height] if paper.height else []
    return min([paper.most / FONT, *across, *down])


def smallest(scene: Scene) -> float:
    """The size of the scene's smallest text."""
    sizes = [FONT]
    for mark in scene.marks:
        if isinstance(mark, Words):
            sizes.append(mark.size * (INDEX if mark.index else 1.0))
        elif isinstance(mark, PlacedBox):
            sizes += [SMALL] if mark.caption else []
            sizes += [FONT * INDEX] if mark.index else []
        elif isinstance(mark, Panel) and mark.caption:
            sizes.append(SMALL)
    return min(sizes)
