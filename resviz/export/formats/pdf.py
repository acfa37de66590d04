"""PDF: one page of vectors with embedded fonts, as large as the chosen page."""

from __future__ import annotations

import io

import pypdf

from resviz.draw import raster
from resviz.export.export import Export, Job
from resviz.export.picture import svg


def write(job: Job) -> bytes:
    # vl-convert takes a pixel for a point
    writer = pypdf.PdfWriter(io.BytesIO(raster.pdf(svg(job, unit=""))))
    writer.add_metadata({"/Title": job.title(), "/Creator": "resviz", "/Subject": job.line()})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


EXPORT = Export("pdf", "PDF", "figure", 2, ".pdf", "application/pdf", "vectors with fonts, for LaTeX and print", write)
