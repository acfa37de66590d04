"""The colours: a theme maps an operation's category to a fill and an edge; operations know no colour.

The hues are Okabe & Ito's (2008), which colour-blind readers can tell apart; text on every fill has a contrast
of at least 4.5 : 1 (WCAG AA), edges on the ground of at least 3 : 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CATEGORIES: Mapping[str, str] = {
    "conv": "convolution",
    "norm": "batch normalisation",
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


@dataclass(frozen=True)
class Paint:
    """What a category's boxes are filled and edged with."""

    fill: str
    edge: str


@dataclass(frozen=True)
class Theme:
    """All colours of a picture."""

    name: str
    ground: str
    panel: str
    ink: str
    faint: str
    wire: str
    accent: str
    paints: Mapping[str, Paint]

    def paint(self, category: str) -> Paint:
        """The colours of `category`, those of "shape" for one that the theme does not know."""
        return self.paints.get(category, self.paints["shape"])

    def fill(self, category: str) -> str:
        return self.paint(category).fill

    def edge(self, category: str) -> str:
        return self.paint(category).edge


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

THEMES: Mapping[str, Theme] = {"light": LIGHT, "dark": DARK}
