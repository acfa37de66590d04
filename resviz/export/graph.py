"""The graph of a figure without its layout, for the formats whose readers lay it out themselves."""

from __future__ import annotations

from collections.abc import Mapping

from resviz.draw.sketch import input_caption, noted, sketch
from resviz.draw.wiring import Wiring, wired
from resviz.export.export import ExportError, Job
from resviz.views.notes import notes

LAID_OUT_ANEW: Mapping[str, str] = {
    "page": "no page",
    "legend": "no legend",
    "heading": "its title in any case",
    "marked": "one network alone",
}
"""The figure's knobs that do nothing in a graph without its layout, with what it has instead."""


def graph(job: Job, format: str) -> Wiring:
    """The boxes and edges of the job's network; raises ExportError where its style is no graph."""
    spec, figure = job.one(format), job.figure
    if figure.style not in ("landscape", "column"):
        raise ExportError(f"{format} holds the graph, not the {figure.style} view: take the style landscape or column")
    node = spec.node()
    columns = noted(sketch(node, figure.level, figure.folded), notes(node, figure.shown()))
    return wired(columns, input_caption(node.ins[0]))
