"""PPTX: the figure as a slide of native shapes, to be changed in PowerPoint, Keynote and LibreOffice."""

from __future__ import annotations

from resviz.export.export import Export, ExportError, Job, deferred, installed

MIME = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

LARGEST = 4032.0
"""Points: PowerPoint's slides go up to 56 inches."""
_write = deferred("resviz.export.powerpoint", "python-pptx", "PPTX")


def check(job: Job) -> None:
    """Raise ExportError where the package is missing or the slide would be too long."""
    installed("pptx", "python-pptx", "PPTX")
    at = job.drawing().placement
    if max(at.width, at.height) > LARGEST:
        raise ExportError(
            f"the slide would be {max(at.width, at.height) / 72:.0f} in long, and PowerPoint's largest are 56 in: take "
            "a page, a coarser level or folded repeats"
        )


def write(job: Job) -> bytes:
    check(job)
    return _write(job)


EXPORT = Export(
    "pptx", "PowerPoint", "figure", 6, ".pptx", MIME, "a slide of native shapes with glued connectors",
    write, check=check,
)  # fmt: skip
