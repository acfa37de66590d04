"""PDF and PNG from SVG: the text is there and can be searched, and the sizes are right."""

from __future__ import annotations

import io

import pypdf
import pytest
from PIL import Image

from resviz.core.net import infer
from resviz.draw import figure, raster
from resviz.zoo.families import named

WORDS = "3×3 conv → ½ · n²"


def picture(family: str = "DejaVu Sans, Arial, sans-serif", size: str = 'width="300" height="100"') -> str:
    text = f'<text x="10" y="40" font-size="14" font-family="{family}">{WORDS}</text>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect width="100%" height="100%" fill="#fff"/>{text}</svg>'


def page(pdf: bytes) -> pypdf.PageObject:
    (only,) = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return only


def embedded(pdf: bytes) -> int:
    """The number of font programs in the file."""
    objects = (reference.get_object() for reference in _references(pypdf.PdfReader(io.BytesIO(pdf))))
    return sum(isinstance(found, dict) and ("/FontFile2" in found or "/FontFile3" in found) for found in objects)


def _references(reader: pypdf.PdfReader) -> list[pypdf.generic.IndirectObject]:
    return [pypdf.generic.IndirectObject(number, 0, reader) for number in reader.xref[0]]


@pytest.mark.parametrize("family", ["DejaVu Sans, Arial, sans-serif", "No Such Font", "monospace"])
def test_pdf_has_its_text_whatever_fonts_there_are(family: str) -> None:
    pdf = raster.pdf(picture(family))
    assert page(pdf).extract_text().strip() == WORDS
    assert embedded(pdf) == 1


def test_pdf_is_as_large_as_the_picture_and_holds_no_image() -> None:
    found = page(raster.pdf(picture()))
    assert (found.mediabox.width, found.mediabox.height) == (300, 100)
    assert not found.images


@pytest.mark.parametrize("scale", [1.0, 2.0, 3.0])
def test_png_has_scale_pixels_a_pixel(scale: float) -> None:
    image = Image.open(io.BytesIO(raster.png(picture(), scale)))
    assert image.size == (300 * scale, 100 * scale)
    shades = image.convert("L").getextrema()
    assert shades == (0, 255)


def test_points_are_four_thirds_of_a_pixel() -> None:
    svg = picture(size='width="30pt" height="15.5pt"')
    assert raster.size(svg) == pytest.approx((40, 15.5 * 4 / 3))
    assert Image.open(io.BytesIO(raster.png(svg))).width == 40


def test_what_cannot_be_converted_is_refused_in_one_sentence() -> None:
    with pytest.raises(raster.RasterError, match=r"a PNG of 40,000×30,000 pixels is too large, 100,000,000 pixels"):
        raster.png(picture(size='width="20000" height="15000"'), scale=2.0)
    with pytest.raises(raster.RasterError, match="this is not an SVG"):
        raster.pdf("<svg")
    with pytest.raises(raster.RasterError, match="needs a width and a height in px or pt"):
        raster.pdf(picture(size='width="100%" height="50%"'))


def test_our_own_figure_becomes_a_pdf_with_its_labels() -> None:
    spec = named("resnet18", {})
    svg = figure.graph(infer(spec.net(), spec.input_shape()), spec.title())
    text = page(raster.pdf(svg)).extract_text()
    assert "stage 4" in text
    assert "3×3, 512" in text
