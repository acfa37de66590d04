"""A figure as one PowerPoint slide of native shapes: boxes with text, and connectors glued to them.

A wire with one corner is one elbow connector. A wire with more is a chain of such, each glued to the next at a small
dot: PowerPoint could bend one connector more often, but other programs route it anew when they open the file, and
then it runs through boxes.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

from lxml import etree
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_LINE, MSO_PATTERN
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.opc.package import Part
from pptx.opc.packuri import PackURI
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Slides
from pptx.shapes.autoshape import Shape
from pptx.shapes.connector import Connector
from pptx.slide import Slide
from pptx.util import Pt

from resviz.draw.scene import FONT, SMALL, Mark, Panel, PlacedBox, Point, Sign, Swatch, Words, text_width
from resviz.draw.theme import Theme
from resviz.draw.trace import Edge, Solid, traced
from resviz.export.export import Job
from resviz.export.figure import Drawing

FACE = "Arial"
LEAST = 72.0
"""Points: PowerPoint's slides are an inch long at least."""
DOT = 0.65
"""Pixels: the radius of a dot."""
CORNER, INPUT = "corner", "input"
"""The names of the dots that connectors are chained at, and that those begin at which no box feeds."""
RING = "ring"
"""The name of what is drawn around a box or a sign that is marked."""
RING_AWAY, RING_WIDTH = 3.5, 2.0
PANEL_ROUND, BOX_ROUND, SWATCH_ROUND, RING_ROUND = 8.0, 4.0, 3.0, 7.0
"""Pixels: the radii of corners."""
PATTERNS = {
    "rising": MSO_PATTERN.LIGHT_UPWARD_DIAGONAL, "falling": MSO_PATTERN.LIGHT_DOWNWARD_DIAGONAL,
    "crossed": MSO_PATTERN.DIAGONAL_CROSS, "level": MSO_PATTERN.LIGHT_HORIZONTAL,
    "upright": MSO_PATTERN.LIGHT_VERTICAL, "dotted": MSO_PATTERN.PERCENT_10, "dashed": MSO_PATTERN.DASHED_HORIZONTAL,
}  # fmt: skip
RECTANGLE_SITES = ((0.5, 0.0), (0.0, 0.5), (0.5, 1.0), (1.0, 0.5))
CIRCLE_SITES = (
    (0.5, 0.0), (0.15, 0.15), (0.0, 0.5), (0.15, 0.85), (0.5, 1.0), (0.85, 0.85), (1.0, 0.5), (0.85, 0.15),
)  # fmt: skip
"""The connection sites of PowerPoint's shapes in their order, in parts of width and height."""


def write(job: Job) -> bytes:
    drawn = job.drawing()
    width, height = drawn.placement.width, drawn.placement.height
    slides: Slides = Presentation()
    slides.slide_width, slides.slide_height = Pt(max(LEAST, width)), Pt(max(LEAST, height))
    slide = slides.slides.add_slide(slides.slide_layouts[6])
    _Slide(slide, drawn).draw()
    slides.core_properties.title = drawn.title[:255]
    _carry(slides, job.line())
    out = io.BytesIO()
    slides.save(out)
    return out.getvalue()


def _carry(slides: Slides, line: str) -> None:
    """The spec as a part of its own, which PowerPoint keeps."""
    content = f'<resviz xmlns="urn:resviz">{line}</resviz>'.encode()
    part = Part(PackURI("/customXml/item1.xml"), "application/xml", slides.part.package, content)
    slides.part.relate_to(part, RELATIONSHIP_TYPE.CUSTOM_XML)


@dataclass(frozen=True)
class _Place:
    """Where a rectangle lies on the slide, in points."""

    x: float
    y: float
    width: float
    height: float


class _Slide:
    """One slide in the making."""

    def __init__(self, slide: Slide, drawn: Drawing) -> None:
        self._shapes = slide.shapes
        self._drawn = drawn
        self._theme: Theme = drawn.theme
        self._by_mark: dict[int, Shape] = {}
        self._inputs: dict[Point, tuple[Shape, Sign]] = {}
        if self._theme.ground != "none":
            fill = slide.background.fill
            fill.solid()
            fill.fore_color.rgb = _colour(self._theme.ground)

    def draw(self) -> None:
        """Everything, connectors last because they are glued to shapes."""
        scene = self._drawn.scene
        for mark in scene.marks:
            self._mark(mark)
        found = traced(scene)
        for edge in found.edges:
            self._chain(edge)
        for wire in found.loose:
            for piece in _pieces(wire.points):
                self._connector(piece, wire.dashed, wire.arrow and piece[-1] == wire.points[-1])
        for mark in scene.marks:
            if isinstance(mark, Panel) and mark.title:
                self._header(mark)

    def _header(self, panel: Panel) -> None:
        """A panel's title and caption on a ground of their own, which interrupts the wire that leads through them."""
        theme = self._theme
        lines = ((panel.title, FONT, True, theme.ink), (panel.caption, SMALL, False, theme.faint))
        for i, line in enumerate(lines):
            shape = self._box(_Place(panel.x + 4, panel.y + 4 + 15 * i, panel.width - 8, 15.0), MSO_SHAPE.RECTANGLE)
            self._paint(shape, theme.panel, "", "")
            self._text(shape, [line], MSO_ANCHOR.MIDDLE)

    def _chain(self, edge: Edge) -> None:
        """The edge as connectors from its tail over dots at every second corner to its head."""
        start: tuple[Shape, Solid]
        start = self._input(edge.points[0]) if edge.tail is None else (self._by_mark[id(edge.tail)], edge.tail)
        pieces = _pieces(edge.points)
        for i, piece in enumerate(pieces):
            last = i == len(pieces) - 1
            line = self._connector(piece, edge.dashed, arrow=last)
            end = (self._by_mark[id(edge.head)], edge.head) if last else self._dot(piece[-1], CORNER)
            self._glue(line, "stCxn", *start, _towards(piece[0], piece[1]))
            self._glue(line, "endCxn", *end, _towards(piece[-1], piece[-2]))
            start = end

    def _input(self, point: Point) -> tuple[Shape, Sign]:
        """The dot at the network's input, one for all that begins there: what is glued at one end alone is rerouted."""
        if point not in self._inputs:
            self._inputs[point] = self._dot(point, INPUT)
        return self._inputs[point]

    def _dot(self, point: Point, name: str) -> tuple[Shape, Sign]:
        """A dot as wide as the wire, where two connectors meet or one begins."""
        mark = Sign(*point, "", name, DOT)
        shape = self._box(_Place(point[0] - DOT, point[1] - DOT, 2 * DOT, 2 * DOT), MSO_SHAPE.OVAL)
        self._paint(shape, self._theme.wire, "", "")
        shape.name = name
        return shape, mark

    def _mark(self, mark: Mark) -> None:
        theme = self._theme
        if isinstance(mark, Panel):
            shape = self._box(_Place(mark.x, mark.y, mark.width, mark.height), MSO_SHAPE.ROUNDED_RECTANGLE, PANEL_ROUND)
            self._paint(shape, theme.panel, "", "")
        elif isinstance(mark, PlacedBox):
            place = _Place(mark.x, mark.y, mark.width, mark.height)
            if mark.marked:
                self._ring(place, MSO_SHAPE.ROUNDED_RECTANGLE, RING_ROUND)
            shape = self._box(place, MSO_SHAPE.ROUNDED_RECTANGLE, BOX_ROUND)
            paint = theme.paint(mark.category)
            self._paint(shape, paint.fill, paint.edge, paint.hatch)
            lines = [(line, FONT, False, theme.ink) for line in mark.lines]
            lines += [(line, SMALL, False, theme.faint) for line in mark.caption.splitlines()]
            self._text(shape, lines, MSO_ANCHOR.MIDDLE, mark.index)
            self._known(mark, shape)
        elif isinstance(mark, Sign):
            r = mark.radius
            place = _Place(mark.x - r, mark.y - r, 2 * r, 2 * r)
            if mark.marked:
                self._ring(place, MSO_SHAPE.OVAL)
            shape = self._box(place, MSO_SHAPE.OVAL)
            self._paint(shape, theme.ground, theme.wire, "")
            self._text(shape, [(mark.text, FONT, False, theme.wire)], MSO_ANCHOR.MIDDLE)
            self._known(mark, shape)
        elif isinstance(mark, Swatch):
            place = _Place(mark.x, mark.y, mark.width, mark.height)
            if mark.category:
                shape = self._box(place, MSO_SHAPE.ROUNDED_RECTANGLE, SWATCH_ROUND)
                paint = theme.paint(mark.category)
                self._paint(shape, paint.fill, paint.edge, paint.hatch)
            else:
                self._ring(place, MSO_SHAPE.ROUNDED_RECTANGLE, RING_ROUND)
        elif isinstance(mark, Words):
            self._words(mark)

    def _ring(self, place: _Place, kind: MSO_SHAPE, radius: float = 0.0) -> None:
        """A dotted outline around what differs from its neighbour."""
        away = RING_AWAY
        around = _Place(place.x - away, place.y - away, place.width + 2 * away, place.height + 2 * away)
        shape = self._box(around, kind, radius)
        self._paint(shape, "none", self._theme.accent, "")
        shape.line.width = self._length(RING_WIDTH)
        shape.line.dash_style = MSO_LINE.ROUND_DOT
        shape.name = RING

    def _known(self, mark: Solid, shape: Shape) -> None:
        if mark.path:
            shape.name = mark.path
            self._by_mark[id(mark)] = shape

    def _point(self, point: Point) -> tuple[int, int]:
        at = self._drawn.placement
        return Pt(at.x + at.scale * point[0]), Pt(at.y + at.scale * point[1])

    def _length(self, pixels: float) -> int:
        return int(Pt(self._drawn.placement.scale * pixels))

    def _box(self, place: _Place, kind: MSO_SHAPE, radius: float = 0.0) -> Shape:
        """A shape; a rounded rectangle's corners have a radius, which PowerPoint keeps in parts of the shorter side."""
        x, y = self._point((place.x, place.y))
        shape: Shape = self._shapes.add_shape(kind, x, y, self._length(place.width), self._length(place.height))
        if kind == MSO_SHAPE.ROUNDED_RECTANGLE:
            shape.adjustments[0] = min(0.5, radius / min(place.width, place.height))
        _unstyled(shape)
        return shape

    def _paint(self, shape: Shape, fill: str, edge: str, hatch: str) -> None:
        if fill == "none":
            shape.fill.background()
        elif hatch:
            shape.fill.patterned()
            shape.fill.pattern = PATTERNS[hatch]
            shape.fill.fore_color.rgb, shape.fill.back_color.rgb = _colour(self._theme.hatching), _colour(fill)
        else:
            shape.fill.solid()
            shape.fill.fore_color.rgb = _colour(fill)
        if not edge:
            shape.line.fill.background()
            return
        shape.line.color.rgb = _colour(edge)
        shape.line.width = self._length(1.0)

    def _text(
        self, shape: Shape, lines: list[tuple[str, float, bool, str]], anchor: MSO_ANCHOR, index: str = "",
        align: PP_ALIGN = PP_ALIGN.CENTER,
    ) -> None:  # fmt: skip
        frame = shape.text_frame
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        frame.word_wrap = False
        frame.vertical_anchor = anchor
        for i, (words, size, strong, colour) in enumerate(lines):
            paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
            paragraph.alignment = align
            parts = [(words, False), *([(index, True)] if index and i == 0 else [])]
            for text, low in parts:
                run = paragraph.add_run()
                run.text = text
                run.font.size = self._length(size)
                run.font.bold, run.font.name = strong, FACE
                run.font.color.rgb = _colour(colour)
                if low:
                    run._r.get_or_add_rPr().set("baseline", "-25000")

    def _words(self, mark: Words) -> None:
        width = text_width(mark.text + mark.index, mark.size, mark.strong) + 6
        left = mark.x - {"start": 3.0, "middle": width / 2, "end": width - 3}[mark.anchor]
        x, y = self._point((left, mark.y - mark.size))
        box = self._shapes.add_textbox(x, y, self._length(width), self._length(1.35 * mark.size))
        align = {"start": PP_ALIGN.LEFT, "middle": PP_ALIGN.CENTER, "end": PP_ALIGN.RIGHT}[mark.anchor]
        colour = self._theme.faint if mark.faint else self._theme.ink
        self._text(box, [(mark.text, mark.size, mark.strong, colour)], MSO_ANCHOR.MIDDLE, mark.index, align)

    def _glue(self, line: Connector, end: str, shape: Shape, mark: Solid, point: Point) -> None:
        """Fix an end at the connection site of the shape that is nearest to the point."""
        if isinstance(mark, Sign):
            left, top, width, height = mark.x - mark.radius, mark.y - mark.radius, 2 * mark.radius, 2 * mark.radius
        else:
            left, top, width, height = mark.x, mark.y, mark.width, mark.height
        sites = CIRCLE_SITES if isinstance(mark, Sign) else RECTANGLE_SITES
        far = [(left + a * width - point[0]) ** 2 + (top + b * height - point[1]) ** 2 for a, b in sites]
        properties = line._element.nvCxnSpPr.cNvCxnSpPr
        etree.SubElement(properties, qn(f"a:{end}"), id=str(shape.shape_id), idx=str(far.index(min(far))))

    def _connector(self, points: tuple[Point, ...], dashed: bool, arrow: bool) -> Connector:
        """A straight or an elbow connector through the points."""
        corners = [self._point(point) for point in points]
        straight = len(corners) == 2
        kind = MSO_CONNECTOR.STRAIGHT if straight else MSO_CONNECTOR.ELBOW
        line: Connector = self._shapes.add_connector(kind, *corners[0], *corners[-1])
        if not straight:
            _bend(line, corners)
        _unstyled(line)
        line.line.color.rgb = _colour(self._theme.wire)
        line.line.width = self._length(1.3)
        if dashed:
            line.line.dash_style = MSO_LINE.DASH
        if arrow:
            etree.SubElement(line.line._get_or_add_ln(), qn("a:tailEnd"), type="triangle", w="med", len="med")
        return line


def _colour(colour: str) -> RGBColor:
    made: RGBColor = RGBColor.from_string(("#ffffff" if colour == "none" else colour)[1:].upper())
    return made


def _unstyled(shape: Shape | Connector) -> None:
    """Take the presentation's own style, with its shadow, from a shape."""
    style = shape._element.find(qn("p:style"))
    if style is not None:
        shape._element.remove(style)


def _pieces(points: tuple[Point, ...]) -> list[tuple[Point, ...]]:
    """The wire in pieces of one corner, or of none at its end."""
    return [points[i : i + 3] for i in range(0, len(points) - 1, 2)]


def _towards(point: Point, other: Point) -> Point:
    """A point a little further on the way to another: on which side of a shape a wire leaves it."""
    dx, dy = other[0] - point[0], other[1] - point[1]
    return point[0] + max(-1.0, min(1.0, dx)), point[1] + max(-1.0, min(1.0, dy))


def _bend(line: Connector, corners: list[tuple[int, int]]) -> None:
    """Give an elbow connector the frame and the turn with which it runs through its corner."""
    (x, y), (u, v) = corners[0], corners[-1]
    upright = corners[0][0] == corners[1][0]
    along, across = (v - y, u - x) if upright else (u - x, v - y)
    wide, high = abs(along), abs(across)
    transform = line._element.spPr.find(qn("a:xfrm"))
    for name in ("rot", "flipH", "flipV"):
        transform.attrib.pop(name, None)
    if upright:
        transform.set("rot", "5400000")
    if along < 0:
        transform.set("flipH", "1")
    if (across < 0) != upright:
        transform.set("flipV", "1")
    middle_x, middle_y = (x + u) // 2, (y + v) // 2
    for name, pair in (("a:off", ("x", "y")), ("a:ext", ("cx", "cy"))):
        values = (middle_x - wide // 2, middle_y - high // 2) if name == "a:off" else (wide, high)
        for key, value in zip(pair, values):
            transform.find(qn(name)).set(key, str(value))
    line._element.spPr.find(qn("a:prstGeom")).set("prst", "bentConnector2")
