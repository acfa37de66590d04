"""TikZ: the figure as a LaTeX file of its own that needs nothing but the packages pgf and geometry.

Text is set by LaTeX, so it takes the document's fonts once the picture is copied into one. Coordinates are the
scene's, in points from the top left corner.
"""

from __future__ import annotations

from collections.abc import Iterator

from resviz.draw.scene import FONT, LINE, SMALL, Mark, Panel, PlacedBox, Sign, Swatch, Wire
from resviz.draw.svg import ROUND, STROKES, first_baseline
from resviz.draw.theme import Theme
from resviz.export.export import Export, ExportError, Job
from resviz.export.figure import Drawing
from resviz.export.tex import latex_text

SIZE = 10.0
"""The document's own text size in points."""
LARGEST = 16_000.0
"""Points: TeX knows no length above 16,383.99 of its own points, which are a little smaller."""
PATTERNS = {
    "rising": "north east lines", "falling": "north west lines", "crossed": "crosshatch", "level": "horizontal lines",
    "upright": "vertical lines", "dotted": "dots", "dashed": "horizontal lines",
}  # fmt: skip
HEAD = r"""% {title}
% {line}
\documentclass{{article}}
\usepackage[paperwidth={width:.2f}bp,paperheight={height:.2f}bp,margin=0pt]{{geometry}}
\usepackage{{tikz}}
\usetikzlibrary{{arrows.meta,patterns}}
\pagestyle{{empty}}
\setlength{{\parindent}}{{0pt}}
\setlength{{\topskip}}{{0pt}}
{colours}
\begin{{document}}
\sffamily%
\begin{{tikzpicture}}[
  x={scale:.4f}bp, y=-{scale:.4f}bp, line width={stroke:.3f}bp,
  wire/.style={{draw=wire, rounded corners={round:.2f}bp}},
  to/.style={{wire, -{{Latex[length={arrow:.2f}bp]}}}},
  ring/.style={{draw=accent, dash pattern=on 1.5bp off 1.5bp, rounded corners=3bp}},
]
\useasboundingbox ({left:.2f},{top:.2f}) rectangle ({right:.2f},{bottom:.2f});"""


def check(job: Job) -> None:
    """Raise ExportError where the picture would be longer than anything that TeX can set."""
    _settable(job.drawing())


def _settable(drawn: Drawing) -> Drawing:
    longest = max(drawn.placement.width, drawn.placement.height)
    if longest > LARGEST:
        raise ExportError(
            f"the picture would be {longest:,.0f} pt long, and TeX sets none above {LARGEST:,.0f} pt: take a coarser "
            "level or folded repeats"
        )
    return drawn


def write(job: Job) -> bytes:
    drawn = _settable(job.drawing())
    at, theme = drawn.placement, drawn.theme
    left, top, wide, high = at.shown()
    head = HEAD.format(
        title=_comment(drawn.title), line=job.line(), width=at.width, height=at.height + 0.5, scale=at.scale,
        stroke=1.4 * at.scale, round=0.7 * ROUND * at.scale, arrow=7 * at.scale, colours="\n".join(_colours(theme)),
        left=left, top=top, right=left + wide, bottom=top + high,
    )  # fmt: skip
    ground = [] if theme.ground == "none" else [
        rf"\fill[ground] ({left:.2f},{top:.2f}) rectangle ({left + wide:.2f},{top + high:.2f});"
    ]  # fmt: skip
    body = [text for mark in drawn.scene.marks for text in _mark(mark, theme, at.scale)]
    end = [r"\end{tikzpicture}", r"\end{document}", ""]
    return "\n".join([head, *ground, *body, *end]).encode()


def _comment(title: str) -> str:
    return " ".join(title.split())


def _colours(theme: Theme) -> Iterator[str]:
    """The theme's colours under their names."""
    named = {"ground": theme.ground, "panel": theme.panel, "ink": theme.ink, "faint": theme.faint,
             "wire": theme.wire, "accent": theme.accent, "hatching": theme.hatching}  # fmt: skip
    for category, paint in theme.paints.items():
        named |= {f"{category}-fill": paint.fill, f"{category}-edge": paint.edge}
    for name, colour in named.items():
        if colour != "none":
            yield rf"\definecolor{{{name}}}{{HTML}}{{{colour[1:].upper()}}}"


def _mark(mark: Mark, theme: Theme, scale: float) -> Iterator[str]:
    if isinstance(mark, PlacedBox):
        yield from _box(mark, theme, scale)
    elif isinstance(mark, Panel):
        yield rf"\fill[panel, rounded corners={8 * scale:.2f}bp] {_corners(mark)};"
        middle = mark.x + mark.width / 2
        yield from _text(middle, mark.y + 16, mark.title, scale, FONT, strong=True)
        yield from _text(middle, mark.y + 31, mark.caption, scale, SMALL, colour="faint")
    elif isinstance(mark, Wire):
        dashed = ", dash pattern=on 3.5bp off 2.5bp" if mark.dashed else ""
        points = " -- ".join(f"({x:.2f},{y:.2f})" for x, y in mark.points)
        yield rf"\draw[{'to' if mark.arrow else 'wire'}{dashed}] {points};"
    elif isinstance(mark, Sign):
        yield from _sign(mark, theme, scale)
    elif isinstance(mark, Swatch):
        yield (
            rf"\filldraw[{_look(mark.category, theme)}] {_corners(mark)};"
            if mark.category
            else (rf"\draw[ring] {_corners(mark)};")
        )
    else:
        colour = "faint" if mark.faint else "ink"
        index = rf"$_{{\mbox{{\scriptsize {latex_text(mark.index)}}}}}$" if mark.index else ""
        yield from _text(mark.x, mark.y, mark.text, scale, mark.size, mark.anchor, mark.strong, colour, index)


def _box(box: PlacedBox, theme: Theme, scale: float) -> Iterator[str]:
    if box.marked:
        yield rf"\draw[ring] {_corners(Swatch(box.x - 3.5, box.y - 3.5, box.width + 7, box.height + 7, ''))};"
    yield rf"\filldraw[{_look(box.category, theme)}, rounded corners={4 * scale:.2f}bp] {_corners(box)};"
    middle, y = box.x + box.width / 2, first_baseline(box)
    for line in box.lines:
        index = rf"$_{{{latex_text(box.index)}}}$" if box.index and line == box.lines[-1] else ""
        yield from _text(middle, y, line, scale, index=index)
        y += LINE
    for line in box.caption.splitlines():
        yield from _text(middle, y - 1, line, scale, SMALL, colour="faint")
        y += LINE


def _corners(mark: PlacedBox | Panel | Swatch) -> str:
    return f"({mark.x:.2f},{mark.y:.2f}) rectangle ++({mark.width:.2f},{mark.height:.2f})"


def _look(category: str, theme: Theme) -> str:
    """The options that fill and edge a category's boxes."""
    name = category if category in theme.paints else "shape"
    look = f"fill={name}-fill, draw={name}-edge"
    hatch = theme.paints[name].hatch
    return f"{look}, postaction={{pattern={PATTERNS[hatch]}, pattern color=hatching}}" if hatch else look


def _sign(mark: Sign, theme: Theme, scale: float) -> Iterator[str]:
    """The circle, and the sign in strokes as in SVG."""
    if mark.marked:
        yield rf"\draw[ring] ({mark.x:.2f},{mark.y:.2f}) circle[radius={(mark.radius + 3.5) * scale:.2f}bp];"
    fill = "" if theme.ground == "none" else ", fill=ground"
    yield rf"\draw[wire{fill}] ({mark.x:.2f},{mark.y:.2f}) circle[radius={mark.radius * scale:.2f}bp];"
    arm = mark.radius * 0.55
    for dx, dy, ex, ey in STROKES[mark.text]:
        start, end = (mark.x + dx * arm, mark.y + dy * arm), (mark.x + ex * arm, mark.y + ey * arm)
        yield rf"\draw[wire] ({start[0]:.2f},{start[1]:.2f}) -- ({end[0]:.2f},{end[1]:.2f});"


ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}


def _text(
    x: float, y: float, words: str, scale: float, size: float = FONT, anchor: str = "middle", strong: bool = False,
    colour: str = "ink", index: str = "",
) -> Iterator[str]:  # fmt: skip
    if words:
        face = r"\bfseries " if strong else ""
        look = f"anchor={ANCHORS[anchor]}, inner sep=0pt, text={colour}, scale={size * scale / SIZE:.3f}"
        yield rf"\node[{look}] at ({x:.2f},{y:.2f}) {{{face}{latex_text(words)}{index}}};"


EXPORT = Export(
    "tikz", "TikZ", "figure", 4, ".tex", "application/x-tex", "a stand-alone LaTeX file, text in LaTeX's fonts", write,
    text=True, check=check,
)  # fmt: skip
