"""Curves over the epochs of runs as SVG: axes with round numbers, lines told apart by colour and dash, a legend below.

Lines differ in their dash too, so that a print without colour can be read.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from resviz.draw.scene import FONT, SMALL, text_width
from resviz.draw.svg import document, text
from resviz.draw.theme import Theme

WIDTH, HEIGHT = 480.0, 270.0
LEFT, RIGHT, TOP, BOTTOM = 62.0, 14.0, 30.0, 46.0
TICKS = 5
LINE = 20.0
COLOURS = ("conv", "linear", "activation", "shortcut", "pool", "stage", "gate", "norm")
DASHES = ("", "7 3", "2 2", "8 3 2 3")


@dataclass(frozen=True, slots=True)
class Series:
    """A named line through points; what is not finite breaks it."""

    name: str
    points: tuple[tuple[float, float], ...]


def ticks(low: float, high: float, count: int = TICKS) -> list[float]:
    """About so many round numbers from at most `low` to at least `high`: 1, 2 or 5 times a power of ten apart."""
    span = (high - low) or abs(high) or 1.0
    raw = span / count
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(step * power for step in (1, 2, 5, 10) if step * power >= raw * 0.999)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    return [i * step for i in range(first, max(last, first + 1) + 1)]


def curves(series: Sequence[Series], across: str, up: str, theme: Theme, title: str) -> str:
    """The lines in one diagram, `across` and `up` named on its axes; raises ValueError where there is no point."""
    points = [point for line in series for point in line.points if all(map(math.isfinite, point))]
    if not points:
        raise ValueError(f"{title}: there is no point to draw yet")
    xs = ticks(min(x for x, _ in points), max(x for x, _ in points))
    ys = ticks(min(0.0, *(y for _, y in points)), max(y for _, y in points))
    plot = _Plot(xs, ys, theme)
    body = [*plot.axes(across, up), text(LEFT, 18, title, theme.ink, FONT, "start", True)]
    body += [plot.line(i, line) for i, line in enumerate(series)]
    body += [part for i, line in enumerate(series) for part in plot.sample(i, line.name)]
    widest = max(text_width(line.name, SMALL) for line in series) + LEFT + 40
    return document(max(WIDTH, widest), HEIGHT + LINE * len(series), theme, title, body)


class _Plot:
    """The rectangle between the axes, and numbers as places in it."""

    def __init__(self, xs: list[float], ys: list[float], theme: Theme) -> None:
        self._xs, self._ys, self._theme = xs, ys, theme

    def _x(self, number: float) -> float:
        share = (number - self._xs[0]) / (self._xs[-1] - self._xs[0])
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def _y(self, number: float) -> float:
        share = (number - self._ys[0]) / (self._ys[-1] - self._ys[0])
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def axes(self, across: str, up: str) -> list[str]:
        """The ticks with their numbers, faint lines across, and what the axes are."""
        theme, bottom = self._theme, HEIGHT - BOTTOM
        out = []
        for y in self._ys:
            at = self._y(y)
            out.append(f'<path d="M{LEFT:g} {at:.1f}H{WIDTH - RIGHT:g}" stroke="{theme.faint}" stroke-opacity="0.25"/>')
            out.append(text(LEFT - 6, at + 4, f"{y:g}", theme.faint, SMALL, "end"))
        for x in self._xs:
            at = self._x(x)
            out.append(f'<path d="M{at:.1f} {bottom:g}v4" stroke="{theme.wire}"/>')
            out.append(text(at, bottom + 17, f"{x:g}", theme.faint, SMALL))
        out.append(f'<path d="M{LEFT:g} {TOP:g}V{bottom:g}H{WIDTH - RIGHT:g}" fill="none" stroke="{theme.wire}"/>')
        out.append(text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, across, theme.ink, SMALL))
        out.append(text(WIDTH - RIGHT, 18, up, theme.ink, SMALL, "end"))
        return out

    def line(self, number: int, series: Series) -> str:
        """The line, broken where a value is missing."""
        pieces, drawn = [], False
        for x, y in series.points:
            finite = math.isfinite(x) and math.isfinite(y)
            if finite:
                pieces.append(f"{'L' if drawn else 'M'}{self._x(x):.1f} {self._y(y):.1f}")
            drawn = finite
        return f'<path class="curve" d="{"".join(pieces)}" fill="none" {self._look(number)}/>'

    def sample(self, number: int, name: str) -> tuple[str, str]:
        """The line's sample and name in the legend."""
        y = HEIGHT + LINE * number
        mark = f'<path d="M{LEFT:g} {y:g}h26" fill="none" {self._look(number)}/>'
        return mark, text(LEFT + 34, y + 4, name, self._theme.ink, SMALL, "start")

    def _look(self, number: int) -> str:
        colour = self._theme.edge(COLOURS[number % len(COLOURS)])
        dash = DASHES[(number // len(COLOURS) + number) % len(DASHES)]
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        return f'stroke="{colour}" stroke-width="1.8"{dashed}'
