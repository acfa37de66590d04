"""PPTX: the figure as a slide of native shapes, to be changed in PowerPoint, Keynote and LibreOffice."""

from __future__ import annotations

from resviz.export.export import Export, deferred

MIME = "application/vnd.openxmlformats-officedocument.presentationml.presentation"

EXPORT = Export(
    "pptx", "PowerPoint", "figure", 6, ".pptx", MIME, "a slide of native shapes with glued connectors",
    deferred("resviz.export.powerpoint", "python-pptx", "PPTX"),
)  # fmt: skip
