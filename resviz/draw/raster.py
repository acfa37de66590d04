"""SVG becomes PDF (vectors, fonts embedded) and PNG through vl-convert, with no system package.

vl-convert leaves out text without a word where no family in its list is installed. It carries Liberation Sans,
which answers to sans-serif; so that family is added behind every list. That font has × → · ½ ² but not ⊕ ⊗ ⌊ ⌉.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import vl_convert

MOST_PIXELS = 100_000_000
"""A pixel takes 4 bytes; where memory runs out, vl-convert ends the whole process."""

FAMILIES = re.compile(r'font-family="([^"]*)"')
LENGTH = re.compile(r"([0-9.]+)(px|pt)?")
PIXELS = {"px": 1.0, "pt": 96 / 72}


class RasterError(ValueError):
    """An SVG that cannot be converted; the message is one sentence."""


def pdf(svg: str) -> bytes:
    """The picture as a PDF of one page, one point a pixel of the SVG; raises RasterError."""
    size(svg)
    return bytes(vl_convert.svg_to_pdf(_with_font(svg)))


def png(svg: str, scale: float = 1.0) -> bytes:
    """The picture as a PNG of `scale` pixels a pixel of the SVG; raises RasterError, also where it is too large."""
    width, height = size(svg)
    refuse_too_large(scale * width, scale * height)
    return bytes(vl_convert.svg_to_png(_with_font(svg), scale=scale))


def refuse_too_large(width: float, height: float) -> None:
    """Raise RasterError where a PNG would have too many pixels."""
    if width * height > MOST_PIXELS:
        raise RasterError(
            f"a PNG of {width:,.0f}×{height:,.0f} pixels is too large, {MOST_PIXELS:,} pixels are the most: "
            "take fewer dpi, or SVG or PDF"
        )


def size(svg: str) -> tuple[float, float]:
    """(width, height) of an SVG in pixels of 1/96 inch; raises RasterError where it is none or states no size."""
    try:
        root = ET.fromstring(svg)
    except ET.ParseError as error:
        raise RasterError(f"this is not an SVG: {error}") from None
    found = [LENGTH.fullmatch(root.get(side, "")) for side in ("width", "height")]
    if not all(found):
        raise RasterError("the SVG needs a width and a height in px or pt")
    width, height = (float(side[1]) * PIXELS[side[2] or "px"] for side in found if side)
    return width, height


def _with_font(svg: str) -> str:
    return FAMILIES.sub(r'font-family="\1, sans-serif"', svg)
