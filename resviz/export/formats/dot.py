"""DOT: the figure's graph for Graphviz, which lays it out anew."""

from __future__ import annotations

from resviz.draw import dot
from resviz.export.export import Export, Job
from resviz.export.graph import LAID_OUT_ANEW, graph


def write(job: Job) -> bytes:
    made = dot.dot(graph(job, "DOT"), job.title(), job.figure.colours())
    made.attr("graph", comment=job.line())
    return str(made.source).encode()


EXPORT = Export(
    "dot", "DOT", "figure", 8, ".dot", "text/vnd.graphviz", "the graph for Graphviz, to be laid out anew", write,
    text=True, lacks=LAID_OUT_ANEW,
)  # fmt: skip
