"""A figure as SVG, at the size of its page: what the formats SVG, PDF, PNG and HTML are made from."""

from __future__ import annotations

from resviz.draw.svg import Frame, document, marks
from resviz.export.export import Job
from resviz.export.figure import Drawing


def svg(job: Job, unit: str = "pt") -> str:
    """The figure as an SVG document that carries its spec; its size is in points, written with `unit`."""
    return svg_of(job.drawing(), job.line(), unit)


def svg_of(drawn: Drawing, line: str, unit: str = "pt") -> str:
    """A finished figure as SVG."""
    at = drawn.placement
    metadata = f"<metadata>{line}</metadata>"
    frame = Frame(f"{at.width:.2f}{unit}", f"{at.height:.2f}{unit}", at.shown(), metadata)
    return document(at.width, at.height, drawn.theme, drawn.title, marks(drawn.scene, drawn.theme), frame)
