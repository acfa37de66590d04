"""Bars of where a network's parameters and MACs sit: a group of bars for each large part, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from resviz.draw.scene import FONT, SMALL
from resviz.draw.svg import document, rectangle, text
from resviz.draw.theme import Theme

COLOURS = ("linear", "conv", "activation")
BAR = 13.0
NAME = 62.0
LENGTH = 260.0
LABEL = 130.0
TOP = 26.0


@dataclass(frozen=True, slots=True)
class Group:
    """One part's bars: shares of the whole, from 0 to 1, each with the words beside it."""

    name: str
    shares: tuple[float, ...]
    labels: tuple[str, ...]


def bars(groups: Sequence[Group], quantities: Sequence[str], theme: Theme, title: str) -> str:
    """For each group a bar a quantity, at most three, with a key above."""
    step = BAR * len(quantities) + 8
    out = []
    for j, words in enumerate(quantities):
        out.append(rectangle(NAME + 110 * j, 5, 12, 12, theme.edge(COLOURS[j]), radius=2))
        out.append(text(NAME + 110 * j + 17, 15, words, theme.faint, SMALL, "start"))
    for i, group in enumerate(groups):
        top = TOP + step * i
        out.append(text(NAME - 8, top + (step - 8) / 2 + 4, group.name, theme.ink, FONT, "end"))
        for j, (share, label) in enumerate(zip(group.shares, group.labels, strict=True)):
            y = top + BAR * j
            out.append(rectangle(NAME, y, max(LENGTH * share, 1.0), BAR - 1, theme.edge(COLOURS[j]), radius=2))
            out.append(text(NAME + LENGTH + 8, y + 10, label, theme.ink, SMALL, "start"))
    return document(NAME + LENGTH + LABEL, TOP + step * len(groups), theme, title, out)
