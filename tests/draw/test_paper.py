"""Pages: a picture is scaled into its page, never to text above what the page wants, never below 7 pt."""

from __future__ import annotations

import pytest

from resviz.draw.paper import PAPERS, PaperError, best, placed, smallest
from resviz.draw.scene import FONT, SMALL, PlacedBox, Scene, Words

MM = 72 / 25.4


def scene(width: float, height: float = 100.0, size: float = FONT) -> Scene:
    return Scene(width, height, [Words(0, 0, "a", size=size)])


def test_the_pages_are_those_of_the_names() -> None:
    """IEEE: columns of 3.5 in, text width of 7.16 in; a slide of 13.33 in by 7.5 in; ISO 216."""
    assert PAPERS["column"].width == pytest.approx(3.5 * 72)
    assert PAPERS["two-columns"].width == pytest.approx(7.16 * 72, abs=0.1)
    assert (PAPERS["slide"].width / 72, PAPERS["slide"].height / 72) == pytest.approx((13.333, 7.5), abs=0.001)
    assert (PAPERS["A0"].width, PAPERS["A0"].height) == pytest.approx((841 * MM, 1189 * MM))


def test_a_wide_picture_fills_the_width_and_a_small_one_stands_in_the_middle() -> None:
    wide = placed(scene(400), PAPERS["column"])
    assert (wide.width, wide.scale * 400, wide.x) == pytest.approx((252, 252, 0))
    small = placed(scene(100), PAPERS["column"])
    assert small.scale * FONT == pytest.approx(10)
    assert small.x == pytest.approx((252 - small.scale * 100) / 2)


def test_a_slide_holds_it_whole() -> None:
    tall = placed(scene(300, 900), PAPERS["slide"])
    assert tall.scale * 900 == pytest.approx(540)
    assert tall.y == pytest.approx(0)
    left, top, width, height = tall.shown()
    assert left < 0
    assert (top, width / height) == pytest.approx((0, 960 / 540))


def test_a_column_is_as_high_as_the_picture_and_no_higher_than_a_page_of_text() -> None:
    """IEEE: 58 lines of 12 pt."""
    assert placed(scene(252, 400), PAPERS["column"]).height == pytest.approx(400 * 10 / 12)
    assert PAPERS["two-columns"].height == pytest.approx(58 * 12, abs=8)
    assert placed(scene(252, 900), PAPERS["column"]).height == pytest.approx(690)
    with pytest.raises(PaperError, match=r"would be 6\.9 pt"):
        placed(scene(252, 1200), PAPERS["column"])


def test_of_several_a_column_takes_the_lowest_that_can_be_read_and_a_sheet_the_largest_text() -> None:
    small, low, high = scene(450, 100), scene(400, 200), scene(250, 700)
    assert best([small, low, high], PAPERS["column"]) is low
    assert best([small, low, high], PAPERS["slide"]) is small
    assert best([low, high], PAPERS["none"]) is low
    assert best([scene(900, 100), small], PAPERS["column"]) is small


def test_seven_points_are_the_least() -> None:
    just = 252 * FONT / 7
    assert placed(scene(just), PAPERS["column"]).scale * FONT == pytest.approx(7)
    with pytest.raises(PaperError, match=r"would be 6\.9 pt, and 7 pt are the least"):
        placed(scene(just * 1.015), PAPERS["column"])
    with pytest.raises(PaperError):
        placed(scene(just, size=SMALL), PAPERS["column"])


def test_the_smallest_text_counts_captions_and_indices() -> None:
    assert smallest(Scene(9, 9, [PlacedBox(0, 0, 1, 1, ("a",), "conv", "", "p")])) == FONT
    assert smallest(Scene(9, 9, [PlacedBox(0, 0, 1, 1, ("a",), "conv", "b", "p")])) == SMALL
    assert smallest(Scene(9, 9, [Words(0, 0, "x", index="l")])) == SMALL * 0.75
