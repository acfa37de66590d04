"""The picture formats: a file's ending says which; each turns one SVG (or the graph in DOT) into bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from resviz.core.net import Node
from resviz.draw import dot, figure, raster

PRINT_SCALE = 3.0
"""PNG pixels a pixel of the picture: 288 dpi."""

PICTURES: Mapping[str, Callable[[str], bytes]] = {
    ".svg": lambda svg: svg.encode(),
    ".pdf": raster.pdf,
    ".png": lambda svg: raster.png(svg, PRINT_SCALE),
}
ENDINGS = (*PICTURES, ".dot")


class FormatError(ValueError):
    """A file whose ending names no picture format; the message is one sentence."""


def save(file: Path, node: Node, title: str, view: str, level: str, theme: str) -> None:
    """Draw the network into `file`, in the format of its ending; raises FormatError and what drawing raises."""
    ending = file.suffix.lower()
    if ending not in ENDINGS:
        raise FormatError(f"{file.name} ends in no format that resviz draws: it may end in {', '.join(ENDINGS)}")
    if ending == ".dot" and view != "graph":
        raise FormatError(f"DOT holds the graph, not the {view} view: {file.stem} may end in {', '.join(PICTURES)}")
    if ending == ".dot":
        wiring = dot.unfolded(node) if level == "op" else dot.folded(node)
        file.write_text(dot.dot(wiring, title, figure.THEMES[theme]).source, encoding="utf-8")
        return
    save_svg(file, figure.draw(node, title, view, level, figure.THEMES[theme]))


def save_svg(file: Path, svg: str) -> None:
    """Write a finished picture in the format of the file's ending; raises FormatError on another than a picture's."""
    ending = file.suffix.lower()
    if ending not in PICTURES:
        raise FormatError(f"{file.name} ends in no format of pictures: it may end in {', '.join(PICTURES)}")
    file.write_bytes(PICTURES[ending](svg))
