"""Contrast, by WCAG 2.1's formulas: text at least 4.5 : 1 on everything under it, edges and wires at least 3 : 1."""

from __future__ import annotations

from itertools import combinations

import pytest

from resviz.core import ops
from resviz.core.net import Op
from resviz.draw.theme import CATEGORIES, HATCHES, THEMES, Theme
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
    colours += [side for paint in theme.paints.values() for side in (paint.fill, paint.edge, paint.flat or paint.fill)]
    assert all(len(colour) == 7 and int(colour[1:], 16) >= 0 for colour in colours)


def test_charts_can_be_read(theme: Theme) -> None:
    """Bars inside and outside the central 95 % differ in hue, and both stand out from the ground."""
    assert set(charts.FIELDS) == {"parameters", "MACs", "activations"}
    for name in ("conv", "pool", "norm"):
        assert contrast(theme.edge(name), theme.ground) >= 3


DEFICIENCIES = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
    "none": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
}
"""What a person sees of linear red, green and blue (Machado, Oliveira & Fernandes 2009, Table 1, severity 1)."""


def seen(colour: str, eye: str) -> tuple[float, float, float]:
    """CIELAB of a colour as an eye sees it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    r, g, b = (sum(m * c for m, c in zip(row, linear)) for row in DEFICIENCIES[eye])
    whole = (
        (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047,
        0.2126 * r + 0.7152 * g + 0.0722 * b,
        (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883,
    )
    x, y, z = (max(t, 0.0) ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in whole)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def apart(one: str, other: str, eye: str) -> float:
    """The distance of two colours (CIE 1976); 2.3 can just be told."""
    return sum((a - b) ** 2 for a, b in zip(seen(one, eye), seen(other, eye))) ** 0.5


@pytest.mark.parametrize("eye", DEFICIENCIES)
def test_the_safe_theme_can_be_told_apart_by_every_eye(eye: str) -> None:
    safe = THEMES["safe"]
    for one, other in combinations([name for name in CATEGORIES if name not in ("join", "shape")], 2):
        assert apart(safe.fill(one), safe.fill(other), eye) >= 10, (one, other)


def test_the_measure_knows_what_the_light_theme_does_not_give() -> None:
    """Its tints are told apart by their edges and their words; red and green of one lightness are not told at all."""
    assert apart("#ffffff", "#000000", "none") == pytest.approx(100, abs=0.1)
    assert apart(THEMES["light"].fill("conv"), THEMES["light"].fill("stage"), "deuteranopia") < 5


def test_the_print_theme_has_no_colour_and_tells_by_fill_or_hatch() -> None:
    theme = THEMES["print"]
    colours = [theme.ground, theme.panel, theme.ink, theme.faint, theme.wire, theme.accent, theme.hatching]
    colours += [side for paint in theme.paints.values() for side in (paint.fill, paint.edge)]
    assert all(colour[1:3] == colour[3:5] == colour[5:7] for colour in colours)
    looks = [(paint.fill, paint.hatch) for name, paint in theme.paints.items() if name != "join"]
    assert len(set(looks)) == len(looks)
    for paint in theme.paints.values():
        assert not paint.hatch or contrast(theme.ink, theme.hatching) >= 7
        assert not paint.hatch or paint.hatch in HATCHES


def test_the_print_theme_tells_by_greys_where_no_hatch_is_drawn() -> None:
    """Each a good deal more than what can just be told, and text on all of them at AAA's contrast."""
    theme = THEMES["print"]
    for one, other in combinations([name for name in CATEGORIES if name != "join"], 2):
        assert apart(theme.flat(one), theme.flat(other), "none") >= 4, (one, other)
    for name in CATEGORIES:
        assert theme.flat(name)[1:3] == theme.flat(name)[3:5] == theme.flat(name)[5:7]
        assert contrast(theme.ink, theme.flat(name)) >= 6.5, name
