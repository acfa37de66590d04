"""draw.io: boxes and connectors that stay connected when a box is moved, for diagrams.net and its desktop program.

A connector keeps the corners of the figure's own wire as waypoints. The spec is a property of the file's root cell.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping

from resviz.draw.scene import FONT, Mark, Panel, PlacedBox, Point, Scene, Sign, Swatch, Wire, Words, text_width
from resviz.draw.theme import Theme
from resviz.draw.trace import Edge, Solid, traced
from resviz.export.export import Export, Job

FILLS = {"rising": "hachure", "falling": "hachure", "crossed": "cross-hatch", "level": "zigzag-line",
         "upright": "zigzag-line", "dotted": "dots", "dashed": "dots"}  # fmt: skip


def write(job: Job) -> bytes:
    drawn = job.drawing()
    file = ET.Element("mxfile", host="resviz")
    diagram = _child(file, "diagram", name=drawn.title, id="resviz")
    size = {"pageWidth": f"{drawn.scene.width:.0f}", "pageHeight": f"{drawn.scene.height:.0f}"}
    model = _child(diagram, "mxGraphModel", grid="0", page="1", background=drawn.theme.ground, **size)
    root = _child(model, "root")
    carrier = _child(root, "object", label="", resviz=job.line(), id="0")
    _child(carrier, "mxCell")
    _child(root, "mxCell", id="1", parent="0")
    _Cells(root, drawn.theme).draw(drawn.scene)
    made: bytes = ET.tostring(file, encoding="utf-8", xml_declaration=True)
    return made


class _Cells:
    """The cells of one diagram."""

    def __init__(self, root: ET.Element, theme: Theme) -> None:
        self._root, self._theme = root, theme
        self._names: dict[int, str] = {}

    def draw(self, scene: Scene) -> None:
        """Grounds and words, then boxes, then what connects them, then lines that connect nothing."""
        for mark in scene.marks:
            for style, box, words in self._vertices(mark):
                self._vertex(mark, style, box, words)
        found = traced(scene)
        for edge in found.edges:
            self._edge(edge)
        for wire in found.loose:
            self._line(wire)
        for mark in scene.marks:
            if isinstance(mark, Panel) and mark.title:
                self._header(mark)

    def _vertices(self, mark: Mark) -> Iterator[tuple[str, tuple[float, float, float, float], str]]:
        """The style, place and text of what a mark is drawn as."""
        theme = self._theme
        if isinstance(mark, Panel):
            place = (mark.x, mark.y, mark.width, mark.height)
            yield f"{_round(8)};fillColor={theme.panel};strokeColor=none;connectable=0", place, ""
        elif isinstance(mark, PlacedBox):
            ring = self._ring() if mark.marked else ""
            style = f"{_round(4)};{self._paint(mark.category)};fontColor={theme.ink};fontSize={FONT:g};{ring}"
            yield style, (mark.x, mark.y, mark.width, mark.height), _words(mark)
        elif isinstance(mark, Sign):
            r = mark.radius
            edge = self._ring() if mark.marked else f"strokeColor={theme.wire}"
            style = f"ellipse;fillColor={theme.ground};fontColor={theme.wire};fontSize=14;{edge}"
            yield style, (mark.x - r, mark.y - r, 2 * r, 2 * r), mark.text
        elif isinstance(mark, Swatch):
            style = self._paint(mark.category) if mark.category else f"fillColor=none;{self._ring()}"
            yield f"{_round(3)};{style};connectable=0", (mark.x, mark.y, mark.width, mark.height), ""
        elif isinstance(mark, Words):
            yield self._text(mark)

    def _ring(self) -> str:
        """The edge of what is marked: it moves with its box, as a ring of its own would not."""
        return f"strokeWidth=3;dashed=1;dashPattern=1 1;strokeColor={self._theme.accent}"

    def _header(self, panel: Panel) -> None:
        """A panel's title and caption on a ground of their own, which interrupts the wire that leads through them."""
        middle = panel.x + panel.width / 2
        title = Words(middle, panel.y + 16, panel.title, "middle", FONT, True, False)
        for words in (title, Words(middle, panel.y + 31, panel.caption)):
            style, (_, y, _, height), text = self._text(words)
            place = (panel.x + 4, y, panel.width - 8, height)
            self._vertex(words, f"{style};fillColor={self._theme.panel}", place, text)

    def _text(self, mark: Words) -> tuple[str, tuple[float, float, float, float], str]:
        width = text_width(mark.text + mark.index, mark.size, mark.strong) + 4
        left = mark.x - {"start": 0.0, "middle": width / 2, "end": width}[mark.anchor]
        align = {"start": "left", "middle": "center", "end": "right"}[mark.anchor]
        colour = self._theme.faint if mark.faint else self._theme.ink
        style = (f"text;html=0;align={align};verticalAlign=middle;spacing=0;fontColor={colour};connectable=0;"
                 f"fontSize={mark.size:g};fontStyle={int(mark.strong)}")  # fmt: skip
        return style, (left, mark.y - mark.size, width, 1.3 * mark.size), mark.text + mark.index

    def _paint(self, category: str) -> str:
        paint = self._theme.paint(category)
        hatch = f";fillStyle={FILLS[paint.hatch]}" if paint.hatch else ""
        fill = self._theme.hatching if paint.hatch else paint.fill
        return f"fillColor={fill};strokeColor={paint.edge}{hatch}"

    def _vertex(self, mark: Mark, style: str, place: tuple[float, float, float, float], words: str) -> None:
        name = f"c{len(self._root)}"
        if isinstance(mark, (PlacedBox, Sign)) and mark.path:
            self._names[id(mark)] = name
        path = getattr(mark, "path", "")
        cell = self._cell(name, words, f"{style};whiteSpace=wrap", path)
        cell.set("vertex", "1")
        x, y, width, height = (f"{n:.1f}" for n in place)
        _child(cell, "mxGeometry", {"x": x, "y": y, "width": width, "height": height, "as": "geometry"})

    def _cell(self, name: str, words: str, style: str, path: str = "") -> ET.Element:
        """A cell; one of a part of the network says which in its properties."""
        if not path:
            return _child(self._root, "mxCell", id=name, value=words, style=style, parent="1")
        carrier = _child(self._root, "object", id=name, label=words, path=path)
        return _child(carrier, "mxCell", style=style, parent="1")

    def _edge(self, edge: Edge) -> None:
        entry = _side("entry", edge.head, edge.points[-1])
        style = f"{self._line_style(edge.dashed)};endArrow=block;endFill=1;endSize=5;{entry}"
        ends = {"target": self._names[id(edge.head)]}
        if edge.tail is not None:
            ends["source"] = self._names[id(edge.tail)]
            style += f";{_side('exit', edge.tail, edge.points[0])}"
        self._connector(style, edge.points, ends)

    def _line(self, wire: Wire) -> None:
        """A line that connects nothing: a rule, a sample in the legend, the way out."""
        end = "endArrow=block;endFill=1;endSize=5" if wire.arrow else "endArrow=none"
        self._connector(f"{self._line_style(wire.dashed)};{end}", wire.points, {})

    def _line_style(self, dashed: bool) -> str:
        dash = ";dashed=1" if dashed else ""
        return f"edgeStyle=orthogonalEdgeStyle;rounded=1;html=0;strokeColor={self._theme.wire}{dash}"

    def _connector(self, style: str, points: tuple[Point, ...], ends: dict[str, str]) -> None:
        cell = _child(self._root, "mxCell", id=f"c{len(self._root)}", style=style, parent="1", edge="1", **ends)
        geometry = _child(cell, "mxGeometry", {"relative": "1", "as": "geometry"})
        for name, point in (("sourcePoint", points[0]), ("targetPoint", points[-1])):
            _child(geometry, "mxPoint", {**_at(point), "as": name})
        if points[1:-1]:
            corners = _child(geometry, "Array", {"as": "points"})
            for point in points[1:-1]:
                _child(corners, "mxPoint", _at(point))


def _round(radius: int) -> str:
    """Corners of a radius in pixels; draw.io counts the arc's diameter."""
    return f"rounded=1;absoluteArcSize=1;arcSize={2 * radius}"


def _child(of: ET.Element, tag: str, attributes: Mapping[str, str] | None = None, /, **more: str) -> ET.Element:
    return ET.SubElement(of, tag, {**(attributes or {}), **more})


def _at(point: Point) -> dict[str, str]:
    return {"x": f"{point[0]:.1f}", "y": f"{point[1]:.1f}"}


def _words(box: PlacedBox) -> str:
    return "\n".join((*box.lines, *box.caption.splitlines())) + box.index


def _side(which: str, solid: Solid, point: Point) -> str:
    """Where on a box's edge a connector is fixed, in parts of its width and height."""
    if isinstance(solid, Sign):
        left, top, width, height = solid.x - solid.radius, solid.y - solid.radius, 2 * solid.radius, 2 * solid.radius
    else:
        left, top, width, height = solid.x, solid.y, solid.width, solid.height
    x, y = min(max((point[0] - left) / width, 0.0), 1.0), min(max((point[1] - top) / height, 0.0), 1.0)
    return f"{which}X={x:.3f};{which}Y={y:.3f};{which}Dx=0;{which}Dy=0"


EXPORT = Export(
    "drawio", "draw.io", "figure", 5, ".drawio", "application/vnd.jgraph.mxfile",
    "boxes and connectors to move, for diagrams.net", write, check=Job.drawing,
)  # fmt: skip
