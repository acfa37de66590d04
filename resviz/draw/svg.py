"""SVG from a scene and a theme: self-contained, with its own colours, every text escaped.

Parts that a person can select carry `data-path`, a role and a label, so that the page needs no other map.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

from resviz.draw.legend import with_legend
from resviz.draw.scene import FONT, LINE, SMALL, Panel, PlacedBox, Point, Scene, Sign, Swatch, Wire, Words
from resviz.draw.theme import HATCHES, Theme

FAMILY = "DejaVu Sans, Verdana, Arial, sans-serif"
ROUND = 6.0
PLUS = ((-1.0, 0.0, 1.0, 0.0), (0.0, -1.0, 0.0, 1.0))
TIMES = ((-0.7, -0.7, 0.7, 0.7), (-0.7, 0.7, 0.7, -0.7))
BARS = ((-0.8, -0.9, -0.8, 0.9), (0.0, -0.9, 0.0, 0.9), (0.8, -0.9, 0.8, 0.9))
STROKES = {"+": PLUS, "×": TIMES, "∗": PLUS + TIMES, "‖": BARS}
"""The signs of joins as strokes from (x, y) to (x, y), in parts of the sign's arm."""


@dataclass(frozen=True, slots=True)
class Frame:
    """How a picture lies on its page: its outer sizes with their unit, and the part of the plane that they show."""

    width: str
    height: str
    box: tuple[float, float, float, float]
    metadata: str = ""


def svg(scene: Scene, theme: Theme, title: str) -> str:
    """The picture with its legend as one SVG document, `title` as its accessible name."""
    whole = with_legend(scene)
    return document(whole.width, whole.height, theme, title, marks(whole, theme))


def marks(scene: Scene, theme: Theme) -> list[str]:
    """The marks of a scene, from back to front."""
    return [_mark(mark, theme) for mark in scene.marks]


def document(
    width: float, height: float, theme: Theme, title: str, body: Iterable[str], frame: Frame | None = None
) -> str:
    """The SVG document around marks; sizes in pixels, or as the frame says it; `frame.metadata` is XML."""
    shown = frame or Frame(_n(width), _n(height), (0.0, 0.0, width, height))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{" ".join(map(_n, shown.box))}" width="{shown.width}" '
        f'height="{shown.height}" font-family="{FAMILY}" font-size="{_n(FONT)}" fill="{theme.ink}" role="group">'
    )
    arrow = (
        f'<defs><marker id="arrow-{theme.name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" '
        f'orient="auto"><path d="M0 0.6 8 4 0 7.4z" fill="{theme.wire}"/></marker>{_hatches(theme)}</defs>'
    )
    x, y = (f' {name}="{_n(at)}"' if at else "" for name, at in zip(("x", "y"), shown.box))
    ground = f'<rect{x}{y} width="100%" height="100%" fill="{theme.ground}"/>'
    return f"{head}<title>{escape(title)}</title>{shown.metadata}{arrow}{ground}{''.join(body)}</svg>"


def _hatches(theme: Theme) -> str:
    """A pattern for each category that the theme hatches."""
    out = []
    for category, paint in theme.paints.items():
        if paint.hatch:
            name, strokes = _hatch_name(category, theme), HATCHES[paint.hatch]
            ground = f'<rect width="6" height="6" fill="{paint.fill}"/>'
            lines = f'<path d="{strokes}" fill="none" stroke="{theme.hatching}" stroke-width="0.8"/>'
            out.append(
                f'<pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse">{ground}{lines}</pattern>'
            )
    return "".join(out)


def text(
    x: float, y: float, words: str, fill: str, size: float = FONT, anchor: str = "middle", strong: bool = False
) -> str:
    """One line of text, escaped."""
    weight = ' font-weight="700"' if strong else ""
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" text-anchor="{anchor}" fill="{fill}"{weight}>'
        f"{escape(words)}</text>"
    )


def indexed(x: float, y: float, symbol: str, index: str, fill: str, size: float = FONT, anchor: str = "middle") -> str:
    """A symbol with its index set low; not every font has small letters and digits as characters."""
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" text-anchor="{anchor}" fill="{fill}">'
        f'{escape(symbol)}<tspan dy="3" font-size="{_n(0.75 * size)}">{escape(index)}</tspan></text>'
    )


def part(path: str, label: str, inner: str, selectable: bool = True) -> str:
    """A group that a person can select with pointer or keyboard."""
    handle = f' role="button" tabindex="-1" aria-label="{escape(label)}"' if selectable else ""
    return f'<g class="part" data-path="{escape(path)}"{handle}>{inner}</g>'


def rectangle(x: float, y: float, width: float, height: float, fill: str, edge: str = "none", radius: float = 4) -> str:
    """A rounded rectangle."""
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" rx="{_n(radius)}" '
        f'fill="{fill}" stroke="{edge}"/>'
    )


def _mark(mark: object, theme: Theme) -> str:
    if isinstance(mark, PlacedBox):
        return _box(mark, theme)
    if isinstance(mark, Wire):
        return wire(mark, theme)
    if isinstance(mark, Sign):
        return part(mark.path, f"{mark.path}: join", sign(mark, theme)) if mark.path else sign(mark, theme)
    if isinstance(mark, Swatch):
        return _swatch(mark, theme)
    if isinstance(mark, Panel):
        return _panel(mark, theme)
    if isinstance(mark, Words):
        fill = theme.faint if mark.faint else theme.ink
        if mark.index:
            return indexed(mark.x, mark.y, mark.text, mark.index, fill, mark.size, mark.anchor)
        return text(mark.x, mark.y, mark.text, fill, mark.size, mark.anchor, mark.strong)
    raise TypeError(f"no SVG for {type(mark).__name__}")


def _box(box: PlacedBox, theme: Theme) -> str:
    paint, middle = theme.paint(box.category), box.x + box.width / 2
    lines = [_halo(box.x, box.y, box.width, box.height, theme)] if box.marked else []
    lines.append(rectangle(box.x, box.y, box.width, box.height, _fill(box.category, theme), paint.edge))
    y = first_baseline(box)
    for line in box.lines[:-1] if box.index else box.lines:
        lines.append(text(middle, y, line, theme.ink))
        y += LINE
    if box.index:
        lines.append(indexed(middle, y - 1.5, box.lines[-1], box.index, theme.ink))
    for line in box.caption.splitlines():
        lines.append(text(middle, y - 1, line, theme.faint, SMALL))
        y += LINE
    return part(box.path, f"{box.path}: {' '.join(box.lines)}{box.index}", "".join(lines))


def _swatch(sample: Swatch, theme: Theme) -> str:
    if not sample.category:
        return _halo(sample.x, sample.y, sample.width, sample.height, theme)
    fill, edge = _fill(sample.category, theme), theme.edge(sample.category)
    return rectangle(sample.x, sample.y, sample.width, sample.height, fill, edge, 3)


def _fill(category: str, theme: Theme) -> str:
    """The category's colour, or its hatch where the theme has one."""
    return f"url(#{_hatch_name(category, theme)})" if theme.paint(category).hatch else theme.fill(category)


def _hatch_name(category: str, theme: Theme) -> str:
    return f"hatch-{theme.name}-{category if category in theme.paints else 'shape'}"


def first_baseline(box: PlacedBox) -> float:
    """Where the first of a box's lines stands, so that all of them are in its middle."""
    lines = len(box.lines) + len(box.caption.splitlines())
    return box.y + (box.height - LINE * lines) / 2 + 11.5


def _halo(x: float, y: float, width: float, height: float, theme: Theme) -> str:
    """The mark around what differs."""
    return (
        f'<rect class="marked" x="{_n(x - 3.5)}" y="{_n(y - 3.5)}" width="{_n(width + 7)}" height="{_n(height + 7)}" '
        f'rx="{_n(min(7.0, (height + 7) / 2))}" fill="none" stroke="{theme.accent}" stroke-width="2" '
        f'stroke-dasharray="2 2"/>'
    )


def _panel(panel: Panel, theme: Theme) -> str:
    middle = panel.x + panel.width / 2
    inner = rectangle(panel.x, panel.y, panel.width, panel.height, theme.panel, radius=8)
    inner += text(middle, panel.y + 16, panel.title, theme.ink, FONT, strong=True)
    inner += text(middle, panel.y + 31, panel.caption, theme.faint, SMALL)
    return part(panel.path, f"{panel.title}, puts out {panel.caption}", inner)


def sign(mark: Sign, theme: Theme) -> str:
    """A join's circle with its sign, drawn as lines so that no font is needed."""
    arm = mark.radius * 0.55
    strokes = "".join(
        _stroke(mark.x, mark.y, dx * arm, dy * arm, ex * arm, ey * arm) for dx, dy, ex, ey in STROKES[mark.text]
    )
    r = mark.radius
    halo = _halo(mark.x - r, mark.y - r, 2 * r, 2 * r, theme) if mark.marked else ""
    return (
        f'{halo}<circle cx="{_n(mark.x)}" cy="{_n(mark.y)}" r="{_n(r)}" fill="{theme.ground}" '
        f'stroke="{theme.wire}" stroke-width="1.4"/><path d="{strokes}" stroke="{theme.wire}" stroke-width="1.4"/>'
    )


def _stroke(x: float, y: float, dx: float, dy: float, ex: float, ey: float) -> str:
    return f"M{_n(x + dx)} {_n(y + dy)}L{_n(x + ex)} {_n(y + ey)}"


def wire(mark: Wire, theme: Theme) -> str:
    """A line with rounded corners."""
    dash = ' stroke-dasharray="5 3.5"' if mark.dashed else ""
    arrow = f' marker-end="url(#arrow-{theme.name})"' if mark.arrow else ""
    name = "shortcut" if mark.shortcut else "wire"
    return (
        f'<path class="{name}" d="{_rounded(mark.points)}" fill="none" stroke="{theme.wire}" '
        f'stroke-width="1.4"{dash}{arrow}/>'
    )


def _rounded(points: tuple[Point, ...]) -> str:
    out = [f"M{_n(points[0][0])} {_n(points[0][1])}"]
    for before, at, behind in zip(points, points[1:], points[2:], strict=False):
        a, b = _towards(at, before), _towards(at, behind)
        out.append(f"L{_n(a[0])} {_n(a[1])}Q{_n(at[0])} {_n(at[1])} {_n(b[0])} {_n(b[1])}")
    out.append(f"L{_n(points[-1][0])} {_n(points[-1][1])}")
    return "".join(out)


def _towards(at: Point, other: Point) -> Point:
    dx, dy = other[0] - at[0], other[1] - at[1]
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    reach = min(ROUND, length / 2)
    return at[0] + dx / length * reach, at[1] + dy / length * reach


def _n(number: float) -> str:
    return f"{number:.1f}".rstrip("0").rstrip(".")
