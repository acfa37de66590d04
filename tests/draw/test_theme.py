"""Contrast, by WCAG 2.1's formulas: text at least 4.5 : 1 on everything under it, edges and wires at least 3 : 1."""

from __future__ import annotations

from itertools import combinations

import pytest

from resviz.core import ops
from resviz.core.net import Op
from resviz.draw.theme import CATEGORIES, THEMES, Theme
from resviz.views import charts


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb (WCAG 2.1, "relative luminance")."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture(params=THEMES)
def theme(request: pytest.FixtureRequest) -> Theme:
    return THEMES[request.param]


def test_the_formula() -> None:
    """WCAG's own extremes, and its well-known border case #767676 on white."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


def test_text_can_be_read(theme: Theme) -> None:
    grounds = {"ground": theme.ground, "panel": theme.panel} | {name: theme.fill(name) for name in theme.paints}
    for name, ground in grounds.items():
        assert contrast(theme.ink, ground) >= 4.5, name
        assert contrast(theme.faint, ground) >= 4.5, name


def test_edges_and_wires_can_be_seen(theme: Theme) -> None:
    for name in theme.paints:
        assert contrast(theme.edge(name), theme.ground) >= 3, name
        assert contrast(theme.edge(name), theme.panel) >= 3, name
    for line in (theme.wire, theme.accent):
        assert contrast(line, theme.ground) >= 3
        assert contrast(line, theme.panel) >= 3


def test_the_cross_of_a_removed_unit_can_be_seen(theme: Theme) -> None:
    assert contrast(theme.accent, theme.fill("conv")) >= 3


def test_every_category_has_its_colours_and_its_words(theme: Theme) -> None:
    found = {thing.category for thing in vars(ops).values() if isinstance(thing, type) and issubclass(thing, Op)}
    found -= {Op.category}
    # a stage and a gate are parts of several operations
    assert found | {"stage", "gate"} == CATEGORIES.keys() == theme.paints.keys()
    assert theme.paint("unheard of") == theme.paint("shape")


def test_categories_of_a_cifar_net_differ(theme: Theme) -> None:
    shown = ("conv", "norm", "activation", "pool", "linear", "shortcut", "regulariser")
    for one, other in combinations(shown, 2):
        assert theme.paint(one) != theme.paint(other)
        assert theme.edge(one) != theme.edge(other) or theme.paint(one).hatch != theme.paint(other).hatch


def test_colours_are_complete(theme: Theme) -> None:
    colours = [theme.ground, theme.panel, theme.ink, theme.faint, theme.wire, theme.accent]
    colours += [side for paint in theme.paints.values() for side in (paint.fill, paint.edge)]
    assert all(len(colour) == 7 and int(colour[1:], 16) >= 0 for colour in colours)


def test_charts_can_be_read(theme: Theme) -> None:
    """Bars inside and outside the central 95 % differ in hue, and both stand out from the ground."""
    assert set(charts.FIELDS) == {"parameters", "MACs", "activations"}
    for name in ("conv", "pool", "norm"):
        assert contrast(theme.edge(name), theme.ground) >= 3
