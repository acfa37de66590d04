"""PDF: one page of vectors with embedded fonts, as large as the chosen page."""

from __future__ import annotations

from resviz.draw import raster
from resviz.export import pdf_metadata
from resviz.export.export import Export, Job
from resviz.export.picture import svg


def write(job: Job) -> bytes:
    # vl-convert takes a pixel for a point
    return pdf_metadata.described(raster.pdf(svg(job, unit="")), job.title(), job.line())


EXPORT = Export(
    "pdf",
    "PDF",
    "figure",
    2,
    ".pdf",
    "application/pdf",
    "vectors with fonts, for LaTeX and print",
    write,
    check=Job.drawing,
)
