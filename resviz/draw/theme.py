"""The colours: a theme maps an operation's category to a fill and an edge; operations know no colour.

The hues are Okabe & Ito's (2008), which colour-blind readers can tell apart; text on every fill has a contrast
of at least 4.5 : 1 (WCAG AA), edges on the ground of at least 3 : 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

CATEGORIES: Mapping[str, str] = {
    "conv": "convolution",
    "norm": "normalisation",
    "activation": "activation",
    "pool": "pooling",
    "linear": "fully connected",
    "gate": "gate",
    "shortcut": "zero padding",
    "regulariser": "regularisation",
    "shape": "reshaping",
    "join": "join",
    "stage": "stage",
}


SERIES = ("conv", "linear", "activation", "stage", "pool", "shortcut", "gate", "norm")
"""Categories whose edges colour what a chart compares, in order."""


@dataclass(frozen=True)
class Paint:
    """What a category's boxes are filled and edged with; a `hatch` is drawn on the fill, for prints without colour.

    `flat` is the fill for what draws no hatches, where it has to be another one to be told apart.
    """

    fill: str
    edge: str
    hatch: str = ""
    flat: str = ""


HATCHES: Mapping[str, str] = {
    "rising": "M-1 7L7 -1M-1 1L1 -1M5 7L7 5",
    "falling": "M-1 -1L7 7M5 -1L7 1M-1 5L1 7",
    "crossed": "M-1 7L7 -1M-1 -1L7 7",
    "level": "M0 3H6",
    "upright": "M3 0V6",
    "dotted": "M2.4 3H3.6",
    "dashed": "M0 1.5H3M3 4.5H6",
}
"""The strokes of a hatch's tile, 6 by 6 pixels."""


@dataclass(frozen=True)
class Theme:
    """All colours of a picture; `hatching` is that of hatches, `greys` are a chart's where all edges are black."""

    name: str
    ground: str
    panel: str
    ink: str
    faint: str
    wire: str
    accent: str
    paints: Mapping[str, Paint]
    hatching: str = "#c4c4c4"
    greys: tuple[str, ...] = ()

    def paint(self, category: str) -> Paint:
        """The colours of `category`, those of "shape" for one that the theme does not know."""
        return self.paints.get(category, self.paints["shape"])

    def fill(self, category: str) -> str:
        return self.paint(category).fill

    def flat(self, category: str) -> str:
        """The fill where hatches cannot be drawn."""
        paint = self.paint(category)
        return paint.flat or paint.fill

    def edge(self, category: str) -> str:
        return self.paint(category).edge

    def series(self) -> tuple[str, ...]:
        """The colours of what a chart compares, in order."""
        return self.greys or tuple(self.edge(name) for name in SERIES)


LIGHT = Theme(
    name="light",
    ground="#ffffff",
    panel="#f3f5f8",
    ink="#1b1f24",
    faint="#525a64",
    wire="#3d444d",
    accent="#b34700",
    paints={
        "conv": Paint("#d3e6f5", "#0072b2"),
        "norm": Paint("#e5e8ec", "#6b7280"),
        "activation": Paint("#cdeee1", "#007a59"),
        "pool": Paint("#fbe6bd", "#a06a00"),
        "linear": Paint("#fad6c3", "#b34700"),
        "gate": Paint("#e4efc6", "#5b7a00"),
        "shortcut": Paint("#f3d9e8", "#a3477c"),
        "regulariser": Paint("#f8f3b8", "#857b00"),
        "shape": Paint("#eef0f3", "#6b7280"),
        "join": Paint("#ffffff", "#3d444d"),
        "stage": Paint("#e3def6", "#5a4aa8"),
    },
)

DARK = Theme(
    name="dark",
    ground="#0e1117",
    panel="#171c24",
    ink="#eef2f6",
    faint="#a9b4c0",
    wire="#b6c0cb",
    accent="#ffa057",
    paints={
        "conv": Paint("#10344f", "#56b4e9"),
        "norm": Paint("#2a3038", "#8f9aa7"),
        "activation": Paint("#0d3d30", "#2fc296"),
        "pool": Paint("#473508", "#e69f00"),
        "linear": Paint("#4d2511", "#ff8a4c"),
        "gate": Paint("#2f3a0f", "#b5cf4f"),
        "shortcut": Paint("#432239", "#e08fbb"),
        "regulariser": Paint("#3d390a", "#f0e442"),
        "shape": Paint("#232930", "#8f9aa7"),
        "join": Paint("#0e1117", "#b6c0cb"),
        "stage": Paint("#2b2552", "#a99af0"),
    },
)

PRINT = Theme(
    name="print",
    ground="#ffffff",
    panel="#f6f6f6",
    ink="#000000",
    faint="#3c3c3c",
    wire="#1a1a1a",
    accent="#000000",
    paints={
        "conv": Paint("#ffffff", "#000000"),
        "norm": Paint("#e2e2e2", "#4d4d4d", flat="#e6e6e6"),
        "activation": Paint("#ffffff", "#000000", "rising", flat="#cecece"),
        "pool": Paint("#ffffff", "#000000", "level", flat="#b6b6b6"),
        "linear": Paint("#ffffff", "#000000", "crossed", flat="#939393"),
        "gate": Paint("#ffffff", "#000000", "upright", flat="#9e9e9e"),
        "shortcut": Paint("#ffffff", "#000000", "falling", flat="#c2c2c2"),
        "regulariser": Paint("#ffffff", "#000000", "dotted", flat="#aaaaaa"),
        "shape": Paint("#f2f2f2", "#6b6b6b", "dashed"),
        "join": Paint("#ffffff", "#1a1a1a"),
        "stage": Paint("#ededed", "#000000", flat="#dadada"),
    },
    greys=("#000000", "#8f8f8f", "#4d4d4d", "#737373"),
)

SAFE = Theme(
    name="safe",
    ground="#ffffff",
    panel="#f5f5f5",
    ink="#000000",
    faint="#2b2b2b",
    wire="#222222",
    accent="#8a2f00",
    paints={
        "conv": Paint("#8fd0f7", "#0072b2"),
        "norm": Paint("#e6e6e6", "#5f5f5f"),
        "activation": Paint("#4fc3a1", "#00614a"),
        "pool": Paint("#f5b83d", "#7a5200"),
        "linear": Paint("#f08a4b", "#8a3700"),
        "gate": Paint("#cdffc8", "#4f6a00"),
        "shortcut": Paint("#d98fbb", "#86305f"),
        "regulariser": Paint("#fff3a0", "#6b6300"),
        "shape": Paint("#ffffff", "#5f5f5f"),
        "join": Paint("#ffffff", "#222222"),
        "stage": Paint("#b3a6f2", "#43319a"),
    },
)

THEMES: Mapping[str, Theme] = {"light": LIGHT, "dark": DARK, "print": PRINT, "safe": SAFE}


def transparent(theme: Theme) -> Theme:
    """The theme with no ground of its own: what lies behind the picture is seen."""
    return replace(theme, ground="none")
