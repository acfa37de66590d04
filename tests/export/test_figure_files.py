"""Figures in every format, opened by a reader of the format: sizes, fonts, words, boxes, attached connectors."""

from __future__ import annotations

import io
import json
import re
import struct
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter
from functools import lru_cache
from pathlib import Path

import pygraphviz
import pypdf
import pytest
from lxml import etree
from PIL import Image, ImageChops, ImageDraw, ImageFilter
from pptx import Presentation
from pptx.enum.dml import MSO_LINE
from readers import compiled, connectors, impress, of_drawio, of_picture, of_slide, run_of, solids, typeset

from resviz.draw.scene import Panel, PlacedBox, Scene, Sign, Words, text_width
from resviz.draw.theme import THEMES
from resviz.draw.trace import edges
from resviz.export import formats
from resviz.export.export import Export, ExportError, Job, by_ending, chosen
from resviz.export.figure import Figure
from resviz.zoo.families import from_text

NETWORKS = ("resnet50", "resnet8", "seresnet50", "googlenet-aux", "vgg16", "keras-resnet50v2", "highway")
MARGIN_EMU = 12_700 * 1.01
"""A point: how far a connector of PowerPoint may run beside the wire."""


def job(network: str = "resnet50", *more: str, **knobs: object) -> Job:
    return Job(tuple(map(from_text, (network, *more))), Figure.of(knobs))


@lru_cache(maxsize=64)
def written(format: str, network: str = "resnet50", knobs: str = "{}") -> bytes:
    return formats.found()[format].write(job(network, **json.loads(knobs)))


def words_of(work: Job) -> set[str]:
    """Every line of text of the job's scene."""
    scene = work.drawing().scene
    boxes = {line for mark in scene.marks if isinstance(mark, PlacedBox) for line in mark.lines}
    return boxes | {mark.text for mark in scene.marks if isinstance(mark, Words)} | {
        mark.title for mark in scene.marks if isinstance(mark, Panel) if mark.title
    }  # fmt: skip


def plain(text: str) -> str:
    """Without spaces, which readers of PDF set as they like."""
    return re.sub(r"\s+", "", text)


# ---- PDF, PNG, SVG


@pytest.mark.parametrize(
    ("page", "size"),
    [("column", (252, None)), ("two-columns", (515.5, None)), ("slide", (960, 540)), ("A0", (2384, 3370))],
)
def test_pdf_has_the_pages_size_its_fonts_and_its_words(page: str, size: tuple[float, float | None]) -> None:
    work = job(page=page, level="stage", heading=True)
    reader = pypdf.PdfReader(io.BytesIO(formats.found()["pdf"].write(work)))
    (only,) = reader.pages
    assert float(only.mediabox.width) == pytest.approx(size[0], abs=0.6)
    if size[1]:
        assert float(only.mediabox.height) == pytest.approx(size[1], abs=0.6)
    text = plain(only.extract_text())
    assert all(plain(words) in text for words in words_of(work))
    fonts = [font.get_object() for font in only["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        below = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        assert {"/FontFile2", "/FontFile3"} & set(below["/FontDescriptor"]), "a font is not embedded"
    assert not only.images
    assert reader.metadata.title == "ResNet-50"


@pytest.mark.parametrize("dpi", [72, 300])
def test_png_has_its_dots_an_inch(dpi: int) -> None:
    work = job(page="column", level="stage", dpi=dpi)
    image = Image.open(io.BytesIO(formats.found()["png"].write(work)))
    image.load()
    assert image.size[0] == round(3.5 * dpi)
    assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=0.1)


def test_png_is_transparent_where_it_is_asked_to_be() -> None:
    see_through = Image.open(io.BytesIO(formats.found()["png"].write(job(transparent=True))))
    assert see_through.convert("RGBA").getpixel((1, 1))[3] == 0
    opaque = Image.open(io.BytesIO(formats.found()["png"].write(job())))
    assert opaque.convert("RGBA").getpixel((1, 1)) == (255, 255, 255, 255)


def test_png_of_too_many_pixels_is_refused() -> None:
    with pytest.raises(ValueError, match="is too large, 100,000,000 pixels are the most"):
        formats.found()["png"].write(job(page="A0", dpi=600))


@pytest.mark.parametrize("theme", THEMES)
def test_svg_is_as_wide_as_its_page_and_well_formed(theme: str) -> None:
    work = job(page="two-columns", theme=theme)
    root = ET.fromstring(formats.found()["svg"].write(work))
    assert root.attrib["width"] == "515.50pt"
    texts = {"".join(text.itertext()) for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert words_of(work) <= texts


# ---- TikZ


@pytest.mark.parametrize(
    ("network", "knobs"),
    [
        ("resnet50", {"page": "two-columns", "theme": "print", "heading": True}),
        ("resnet:layout=cifar:depth=20:shortcut=exclusive-gate", {"style": "unit"}),
        ("resnet8", {"style": "unrolled", "theme": "dark"}),
        ("googlenet", {"style": "blocks", "page": "slide", "transparent": True}),
        ("resnet34", {"style": "table", "theme": "safe"}),
    ],
    ids=lambda value: value if isinstance(value, str) else value.get("style", "landscape"),
)
def test_tikz_is_compiled_to_one_page_of_the_pages_size(network: str, knobs: dict[str, object], tmp_path: Path) -> None:
    work = job(network, **knobs)
    pdf = typeset(tmp_path, formats.found()["tikz"].write(work).decode())
    (page,) = pypdf.PdfReader(io.BytesIO(pdf)).pages
    at = work.drawing().placement
    assert float(page.mediabox.width) == pytest.approx(at.width, abs=1)
    assert float(page.mediabox.height) == pytest.approx(at.height, abs=1.5)
    text = re.sub(r"\W", "", page.extract_text())
    missing = [words for words in words_of(work) if re.sub(r"[\Wσλ×]", "", words) not in text]
    assert not missing


def test_what_tex_cannot_set_is_refused_and_the_longest_that_is_written_is_set(tmp_path: Path) -> None:
    tikz = formats.found()["tikz"]
    too_long = job("resnet152", level="op", folded=False)
    with pytest.raises(ExportError, match=r"would be 18,\d+ pt long, and TeX sets none above 16,000 pt: take a"):
        tikz.write(too_long)
    assert "TeX sets none above" in tikz.problem(too_long)
    work = job("resnet:blocks=3,4,31,3:block=bottleneck", level="op", folded=False)
    height = work.drawing().placement.height
    assert 15_500 < height < 16_000
    pdf, _ = compiled(tmp_path, tikz.write(work).decode())
    (page,) = pypdf.PdfReader(io.BytesIO(pdf)).pages
    assert float(page.mediabox.height) == pytest.approx(height, abs=1.5)


# ---- draw.io and PowerPoint


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("level", ["block", "op"])
@pytest.mark.parametrize("format", ["drawio", "pptx"])
def test_every_connector_is_attached_to_what_it_joins(format: str, network: str, level: str) -> None:
    work = job(network, level=level)
    boxes, found = {"drawio": of_drawio, "pptx": of_slide}[format](
        written(format, network, json.dumps({"level": level}))
    )
    assert found == of_picture(work)
    assert set(boxes) == set(solids(work))


@pytest.mark.parametrize("style", ["column", "blocks", "unit", "unrolled"])
@pytest.mark.parametrize("format", ["drawio", "pptx"])
def test_so_they_are_in_every_style(format: str, style: str) -> None:
    work = job("resnet8", style=style)
    data = formats.found()[format].write(work)
    _, found = {"drawio": of_drawio, "pptx": of_slide}[format](data)
    assert found == of_picture(work)


def test_slides_connectors_run_along_the_wires() -> None:
    """Through the very corners of the picture's wires, as the standard's geometry of connectors computes them."""
    work = job("seresnet50", page="A0", level="op")
    (slide,) = Presentation(io.BytesIO(formats.found()["pptx"].write(work))).slides
    drawn = work.drawing()
    at, lines = drawn.placement, iter(connectors(slide))
    for edge in edges(drawn.scene):
        wire = [(12_700 * (at.x + at.scale * x), 12_700 * (at.y + at.scale * y)) for x, y in edge.points]
        run = run_of(next(lines))
        while len(run) < len(wire):
            more = run_of(next(lines))
            assert all(abs(a - b) <= MARGIN_EMU for a, b in zip(run[-1], more[0]))
            run += more[1:]
        assert len(run) == len(wire)
        assert all(abs(a - b) <= MARGIN_EMU for p, q in zip(run, wire) for a, b in zip(p, q))


def test_a_slide_has_the_pages_size_native_text_and_no_picture() -> None:
    work = job(page="slide", theme="print", heading=True)
    slides = Presentation(io.BytesIO(formats.found()["pptx"].write(work)))
    assert (slides.slide_width.inches, slides.slide_height.inches) == pytest.approx((13.333, 7.5), abs=0.01)
    (slide,) = slides.slides
    assert all(shape.shape_type != 13 for shape in slide.shapes)
    texts = {p.text for shape in slide.shapes if shape.has_text_frame for p in shape.text_frame.paragraphs}
    assert words_of(work) <= texts
    sizes = [run.font.size.pt for shape in slide.shapes if shape.has_text_frame
             for p in shape.text_frame.paragraphs for run in p.runs]  # fmt: skip
    assert min(sizes) >= 7


def test_a_slide_larger_than_powerpoints_largest_is_refused() -> None:
    with pytest.raises(ExportError, match=r"the slide would be \d+ in long, and PowerPoint's largest are 56 in"):
        formats.found()["pptx"].write(job("resnet152", style="column", level="op", folded=False))


BESIDE = ("resnet18", "plain18", "googlenet-aux")


@pytest.mark.parametrize("theme", THEMES)
def test_slides_have_a_dotted_ring_around_what_is_marked(theme: str) -> None:
    """In print the accent is black, as every edge is: the colour alone would say nothing."""
    work = job(*BESIDE, style="column", level="block", theme=theme)
    (slide,) = Presentation(io.BytesIO(formats.found()["pptx"].write(work))).slides
    marked = [mark for mark in work.drawing().scene.marks if isinstance(mark, (PlacedBox, Sign)) and mark.marked]
    rings = [shape for shape in slide.shapes if shape.name == "ring"]
    in_legend = 1
    assert len(rings) == len(marked) + in_legend > 50
    assert {ring.line.dash_style for ring in rings} == {MSO_LINE.ROUND_DOT}
    assert {f"#{ring.line.color.rgb}".lower() for ring in rings} == {THEMES[theme].accent}
    middles = {(round(s.left + s.width / 2, -3), round(s.top + s.height / 2, -3)) for s in slide.shapes
               if s.name not in ("ring", "corner", "input")}  # fmt: skip
    around = [(round(s.left + s.width / 2, -3), round(s.top + s.height / 2, -3)) for s in rings]
    assert sum(middle in middles for middle in around) >= len(marked)


@pytest.mark.parametrize("theme", THEMES)
def test_in_draw_io_what_is_marked_has_a_dotted_edge(theme: str) -> None:
    work = job(*BESIDE, style="column", level="block", theme=theme)
    root = ET.fromstring(formats.found()["drawio"].write(work)).find("diagram/mxGraphModel/root")
    dotted = {o.get("path") for o in root.iter("object") if "dashPattern=1 1" in o.find("mxCell").get("style", "")}
    marks = work.drawing().scene.marks
    assert dotted == {mark.path for mark in marks if isinstance(mark, (PlacedBox, Sign)) and mark.marked}
    assert any(isinstance(mark, Sign) and mark.marked for mark in marks)


@pytest.mark.parametrize("network", ["resnet152", "vgg11"])
def test_all_panels_of_a_slide_have_corners_of_one_radius(network: str) -> None:
    """However tall a stage is; PowerPoint keeps the radius in parts of the shorter side."""
    work = job(network, level="op")
    (slide,) = Presentation(io.BytesIO(formats.found()["pptx"].write(work))).slides
    radii: dict[str, set[int]] = {}
    for shape in slide.shapes:
        if 'prst="roundRect"' in etree.tostring(shape._element.spPr).decode():
            radius = round(shape.adjustments[0] * min(shape.width, shape.height) / 12_700)
            radii.setdefault(str(shape.fill.fore_color.rgb), set()).add(radius)
    assert radii.pop(THEMES["light"].panel[1:].upper()) == {8}
    assert set.union(*radii.values()) <= {3, 4}


@pytest.mark.parametrize(
    ("network", "style"), [("resnet50", "unit"), ("resnet8", "unrolled"), ("resnet20:shortcut=exclusive-gate", "unit")]
)
def test_impress_shows_the_slide_as_it_is_drawn(network: str, style: str, tmp_path: Path) -> None:
    """It routes what is glued anew: no wire may run where the picture has none, and none may be missing."""
    work = job(network, style=style, dpi=72, legend=False)
    own = Image.open(io.BytesIO(formats.found()["png"].write(work)))
    theirs = impress(tmp_path, formats.found()["pptx"].write(work)).resize(own.size)
    ours, shown = (lines(picture, work.drawing().scene) for picture in (own, theirs))
    assert ours.histogram()[255] > 500
    assert max(beside(ours, shown), beside(shown, ours)) < STRAY


NEAR = 3
"""Pixels that a line of Impress may lie beside ours."""
STRAY = 20
"""Pixels of arrow heads, which are a little larger there; a wire that is routed anew has above fifty."""


def lines(picture: Image.Image, scene: Scene) -> Image.Image:
    """White where a picture without its words is dark, black elsewhere; its letters are of another face in Impress."""
    dark = picture.convert("L").point(lambda value: 255 if value < 160 else 0)
    paint = ImageDraw.Draw(dark)
    for mark in scene.marks:
        if isinstance(mark, PlacedBox):
            paint.rectangle((mark.x, mark.y, mark.x + mark.width, mark.y + mark.height), fill=0)
        elif isinstance(mark, Words):
            wide = text_width(mark.text + mark.index, mark.size, mark.strong)
            left = mark.x - {"start": 0, "middle": wide / 2, "end": wide}[mark.anchor]
            paint.rectangle((left - 1, mark.y - mark.size, left + wide + 1, mark.y + mark.size / 2), fill=0)
    return dark


def beside(one: Image.Image, other: Image.Image) -> int:
    """How many pixels are dark in the one and not near such of the other."""
    alone = ImageChops.subtract(one, other.filter(ImageFilter.MaxFilter(2 * NEAR + 1)))
    return alone.histogram()[255]


# ---- graphs


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("level", ["stage", "block", "op"])
def test_dot_is_the_graph_and_graphviz_reads_it(network: str, level: str) -> None:
    graph = pygraphviz.AGraph(string=written("dot", network, json.dumps({"level": level})).decode())
    found = Counter((a if a != "input" else None, b) for a, b in graph.edges())
    assert found == of_picture(job(network, level=level))


def test_dot_is_drawn() -> None:
    graph = pygraphviz.AGraph(string=written("dot").decode())
    svg = graph.draw(format="svg", prog="dot").decode()
    assert svg.count('class="node"') == graph.number_of_nodes() > 20
    assert "×5" in svg


@pytest.mark.parametrize("network", NETWORKS)
def test_mermaid_names_every_box_and_edge(network: str) -> None:
    """Read by its grammar's plain lines; the browser tests let Mermaid itself draw it."""
    text = written("mermaid", network, '{"level": "op"}').decode()
    arrows = re.findall(r"^  (n\d+) (-->|==>|-\.->|--o) (n\d+)$", text, re.M)
    nodes = re.findall(r"^ +(n\d+)(?:\[\"|\(\(\")", text, re.M)
    work = job(network, level="op")
    assert len(arrows) == sum(of_picture(work).values())
    assert len(nodes) == len(set(nodes)) == sum(solids(work).values()) + 1
    assert {end for a, _, b in arrows for end in (a, b)} <= set(nodes)
    assert text.count("subgraph") == len(re.findall(r"^ +end$", text, re.M))


@pytest.mark.parametrize(
    ("format", "fills"), [("dot", r'fillcolor="(#\w+)"'), ("mermaid", r"classDef \w+ fill:(#\w+)")]
)
def test_in_print_a_graph_tells_categories_by_greys(format: str, fills: str) -> None:
    """They have no hatches: convolution, normalisation, activation, pooling, fully connected, reshaping, and joins."""
    found = re.findall(fills, written(format, "resnet50", '{"level": "op", "theme": "print"}').decode())
    assert len(set(found)) == 6
    assert all(fill[1:3] == fill[3:5] == fill[5:7] for fill in found)


@pytest.mark.parametrize("format", ["dot", "mermaid"])
def test_what_is_no_graph_is_refused(format: str) -> None:
    with pytest.raises(ExportError, match="holds the graph, not the unit view: take the style landscape or column"):
        formats.found()[format].write(job("resnet8", style="unit"))
    with pytest.raises(ExportError, match="holds one network, and there are 2"):
        formats.found()[format].write(job("resnet8", "resnet18", style="column"))


# ---- HTML


def test_html_stands_alone_and_tells_every_part() -> None:
    text = written("html").decode()
    assert not re.findall(r"(?:src|href)=", text)
    assert [url for url in re.findall(r"https?://[^\"\s<]+", text) if "www.w3.org" not in url] == []
    told = json.loads(re.search(r'id="parts">(.*?)</script>', text, re.S).group(1))
    shown = set(re.findall(r'data-path="([^"]+)"', text))
    assert shown <= set(told) | {"layer1.0.add"} | {path for path in shown if path.endswith(".add")}
    assert told["conv1"] == "conv1 · 64×112×112 · 9.408 k param. · 118.0 M MACs · field 7"


# ---- the set


def test_every_format_has_a_place_and_a_note() -> None:
    found = formats.found()
    assert len({export.rank for export in found.values()}) == len(found)
    assert len({(export.kind, export.ending) for export in found.values()}) == len(found)
    assert {export.kind for export in found.values()} == {"figure", "table", "program"}
    assert all(export.note and export.mime and export.ending.startswith(".") for export in found.values())
    assert list(found)[:3] == ["svg", "pdf", "png"]


TURNED: dict[str, dict[str, object]] = {
    "style": {"style": "column"}, "level": {"level": "op"}, "folded": {"folded": False}, "theme": {"theme": "dark"},
    "page": {"page": "two-columns"}, "shapes": {"shapes": True}, "parameters": {"parameters": True},
    "macs": {"macs": True}, "field": {"field": True}, "legend": {"legend": False}, "heading": {"heading": True},
    "transparent": {"transparent": True}, "dpi": {"dpi": 72},
}  # fmt: skip
FIGURES = [name for name, export in formats.found().items() if export.kind == "figure" and name != "pdf"]
"""PDF is made from the same picture as PNG, and its streams are packed."""


@pytest.mark.parametrize("format", FIGURES)
def test_a_format_heeds_every_knob_that_it_does_not_declare_to_be_idle(format: str) -> None:
    """What the file carries of itself left out, for a knob that does nothing is carried too."""
    export = formats.found()[format]

    def made(**knobs: object) -> bytes:
        return shown(export.write(job("resnet18", **knobs)))

    plain_file = made()
    assert {name for name, knobs in TURNED.items() if made(**knobs) == plain_file} == {
        name for name in TURNED if export.idle(name)
    }


def shown(data: bytes) -> bytes:
    """What a program shows of a file: without comments and metadata, and of a ZIP the slide alone."""
    if data.startswith(b"\x89PNG"):
        image = Image.open(io.BytesIO(data))
        return repr(image.size).encode() + image.tobytes()
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            return parts.read("ppt/slides/slide1.xml") + parts.read("ppt/presentation.xml")
    return re.sub(rb"resviz-spec:.*?dpi\D+\d+", b"", data, flags=re.DOTALL)


def test_every_knob_of_a_figure_is_turned_or_needs_several_networks() -> None:
    assert {k.name for k in Figure.knobs()} == TURNED.keys() | {"marked"}
    assert formats.found()["dot"].idle("marked") == formats.found()["mermaid"].idle("marked") == "one network alone"


def test_a_format_is_chosen_by_name_or_by_ending() -> None:
    found: dict[str, Export] = formats.found()
    assert chosen(found, "tikz").title == "TikZ"
    with pytest.raises(ValueError, match=r"there is no format 'pytroch': there are svg, .*; the nearest is pytorch$"):
        chosen(found, "pytroch")
    with pytest.raises(ValueError, match=r"there is no format 'jpeg': there are svg, .*, json$"):
        chosen(found, "jpeg")
    assert by_ending(found, Path("A.PDF"), "figure").name == "pdf"
    with pytest.raises(ValueError, match=r"^net\.gif ends in no format that resviz draws: it may end in \.svg, \.pdf"):
        by_ending(found, Path("net.gif"), "figure")


def test_a_missing_package_is_one_sentence_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "resviz.export.powerpoint", None)
    monkeypatch.setitem(__import__("sys").modules, "pptx", None)
    monkeypatch.delitem(__import__("sys").modules, "resviz.export.powerpoint")
    with pytest.raises(ExportError, match=r"^PPTX needs the package python-pptx: pip install python-pptx$"):
        formats.found()["pptx"].write(job())


def test_png_chunks_are_whole() -> None:
    data = written("png")
    at, kinds = 8, []
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        kinds.append(kind.decode())
        at += length + 12
    assert kinds[0] == "IHDR"
    assert kinds[-1] == "IEND"
    assert kinds.count("pHYs") == 1
