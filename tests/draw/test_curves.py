"""Curves: round numbers on the axes, points where they belong, breaks where a value is missing, lines told apart."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET

import pytest

from resviz.draw import curves as drawing
from resviz.draw.curves import Series, curves, ticks
from resviz.draw.theme import LIGHT, PRINT

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 1.0, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (0.0, 0.093, [0, 0.02, 0.04, 0.06, 0.08, 0.1]),
        (1.0, 160.0, [0, 50, 100, 150, 200]),
        (3.0, 3.0, [3, 4]),
        (0.0, 0.0, [0, 0.2]),
    ],
)
def test_ticks_are_round_and_enclose_the_values(low: float, high: float, expected: list[float]) -> None:
    found = ticks(low, high)
    assert found[0] <= low
    assert found[-1] >= high
    if low != high or low == 0:
        assert found == pytest.approx(expected)


def read(*series: Series, theme=LIGHT) -> ET.Element:
    return ET.fromstring(curves(series, "epoch", "error", theme, "ResNet-20"))


def lines(root: ET.Element) -> list[list[list[tuple[float, float]]]]:
    """For each curve its unbroken pieces, each a list of points."""
    found = []
    for path in root.iter(f"{SVG}path"):
        if path.get("class") == "curve":
            pieces = [piece for piece in path.attrib["d"].split("M") if piece]
            found.append([[tuple(map(float, p.split())) for p in piece.split("L")] for piece in pieces])
    return found


def test_points_lie_where_their_numbers_are() -> None:
    ((piece,),) = lines(read(Series("test", ((0.0, 1.0), (5.0, 0.5), (10.0, 0.0)))))
    left, right = drawing.LEFT, drawing.WIDTH - drawing.RIGHT
    top, bottom = drawing.TOP, drawing.HEIGHT - drawing.BOTTOM
    assert piece == [(left, top), ((left + right) / 2, (top + bottom) / 2), (right, bottom)]


def test_what_is_not_a_number_breaks_the_line() -> None:
    (pieces,) = lines(read(Series("a", ((1.0, 0.3), (2.0, math.nan), (3.0, 0.2), (4.0, 0.1), (5.0, math.inf)))))
    assert [len(piece) for piece in pieces] == [1, 2]


def test_lines_are_told_apart_without_colour() -> None:
    root = read(*(Series(f"run {i}", ((1.0, 0.1 * i), (2.0, 0.2))) for i in range(4)), theme=PRINT)
    looks = [(p.get("stroke"), p.get("stroke-dasharray")) for p in root.iter(f"{SVG}path") if p.get("class") == "curve"]
    assert len({dash for _, dash in looks}) == 4


def test_names_are_escaped_and_in_the_legend() -> None:
    root = read(Series("<b>&", ((1.0, 0.1),)))
    assert "<b>&" in [text.text for text in root.iter(f"{SVG}text")]
    assert not re.search("<b>", ET.tostring(root, encoding="unicode"))


def test_nothing_to_draw_is_one_sentence() -> None:
    with pytest.raises(ValueError, match=r"^x: there is no point to draw yet$"):
        curves([Series("a", ())], "epoch", "error", LIGHT, "x")
