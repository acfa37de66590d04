"""Markdown: the stage table of the networks, for README files and notes."""

from __future__ import annotations

from resviz.export.export import Export, Job
from resviz.export.stages import markdown, table_of


def write(job: Job) -> bytes:
    return markdown(table_of(job), job.line()).encode()


EXPORT = Export(
    "markdown", "Markdown", "table", 12, ".md", "text/markdown", "the stage table for README files", write, text=True
)
