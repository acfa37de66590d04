"""SVG: the figure as vectors for browsers, Inkscape and Illustrator."""

from __future__ import annotations

from resviz.export.export import Export, Job
from resviz.export.picture import svg


def write(job: Job) -> bytes:
    # without a page a pixel is a pixel of the screen, as in the page's own pictures
    return svg(job, "" if job.figure.page == "none" else "pt").encode()


EXPORT = Export(
    "svg",
    "SVG",
    "figure",
    1,
    ".svg",
    "image/svg+xml",
    "vectors, for the web and for Inkscape",
    write,
    check=Job.drawing,
)
