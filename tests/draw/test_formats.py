"""The picture files are opened by their readers: one page with its text, pixels by the size, a graph in DOT."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pygraphviz
import pypdf
import pytest
from PIL import Image

from resviz.core.net import Node, leaves
from resviz.draw import figure
from resviz.draw.formats import ENDINGS, PRINT_SCALE, FormatError, save
from resviz.draw.theme import DARK, LIGHT
from resviz.zoo.families import named


@pytest.fixture(scope="module")
def node() -> Node:
    return named("resnet8", {}).node()


def drawn(file: Path, node: Node, view: str = "graph", level: str = "block", theme: str = "light") -> Path:
    save(file, node, "ResNet-8", view, level, theme)
    return file


def text_of(file: Path) -> str:
    (page,) = pypdf.PdfReader(file).pages
    return page.extract_text()


@pytest.mark.parametrize(
    ("view", "level", "there", "not_there"),
    [
        ("graph", "stage", "1 unit", "zero pad"),
        ("graph", "block", "3×3, 32, /2", "BN"),
        ("graph", "op", "zero pad, 32, /2", "1 unit"),
        ("unrolled", "block", "output", "stage 1"),
    ],
)
def test_pdf_is_one_page_with_the_views_text(
    node: Node, tmp_path: Path, view: str, level: str, there: str, not_there: str
) -> None:
    text = text_of(drawn(tmp_path / "net.pdf", node, view, level))
    assert there in text
    assert not_there not in text


def test_png_is_three_pixels_a_pixel(node: Node, tmp_path: Path) -> None:
    svg = ET.fromstring(figure.graph(node, "ResNet-8"))
    image = Image.open(drawn(tmp_path / "net.png", node))
    assert image.format == "PNG"
    for pixels, side in zip(image.size, ("width", "height"), strict=True):
        assert pixels == pytest.approx(PRINT_SCALE * float(svg.attrib[side]), abs=1)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_the_theme_is_the_grounds_colour(node: Node, tmp_path: Path, theme) -> None:
    image = Image.open(drawn(tmp_path / "net.png", node, theme=theme.name)).convert("RGB")
    assert "#{:02x}{:02x}{:02x}".format(*image.getpixel((1, 1))) == theme.ground
    assert theme.ground in drawn(tmp_path / "net.svg", node, theme=theme.name).read_text(encoding="utf-8")


def test_svg_is_the_figure_in_utf8(node: Node, tmp_path: Path) -> None:
    for level in figure.LEVELS:
        file = drawn(tmp_path / "net.svg", node, level=level)
        assert file.read_bytes().decode("utf-8") == figure.graph(node, "ResNet-8", level)
    file = drawn(tmp_path / "net.svg", node, view="unrolled")
    assert file.read_text(encoding="utf-8") == figure.unrolled(node, "ResNet-8")


def test_dot_is_a_graph(node: Node, tmp_path: Path) -> None:
    """By operation every one has its node, and one more is the input; by block runs of equal units are folded."""
    by_op = pygraphviz.AGraph(str(drawn(tmp_path / "net.dot", node, level="op")))
    assert by_op.number_of_nodes() == len(list(leaves(node))) + 1
    deep = named("resnet56", {}).node()
    folded = pygraphviz.AGraph(str(drawn(tmp_path / "deep.dot", deep)))
    assert folded.number_of_nodes() < 60 < len(list(leaves(deep)))


def test_an_unknown_ending_is_refused_and_nothing_written(node: Node, tmp_path: Path) -> None:
    for name in ("net.gif", "net", "net.svg.gz"):
        with pytest.raises(FormatError, match=r"ends in no format that resviz draws: it may end in \.svg, \.pdf"):
            drawn(tmp_path / name, node)
    assert list(tmp_path.iterdir()) == []
    assert ENDINGS == (".svg", ".pdf", ".png", ".dot")


def test_an_ending_may_be_in_capitals(node: Node, tmp_path: Path) -> None:
    assert Image.open(drawn(tmp_path / "NET.PNG", node)).format == "PNG"


def test_dot_of_the_unrolled_view_is_refused(node: Node, tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"^DOT holds the graph, not the unrolled view: net may end in \.svg, \.pdf"):
        drawn(tmp_path / "net.dot", node, view="unrolled")


def test_a_picture_that_cannot_be_drawn_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="16 units make"):
        save(tmp_path / "net.svg", named("resnet50", {}).node(), "ResNet-50", "unrolled", "block", "light")
    assert list(tmp_path.iterdir()) == []
