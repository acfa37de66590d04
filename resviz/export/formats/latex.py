"""LaTeX: the stage table of the networks as He et al. 2015, Table 1, with the rules of booktabs."""

from __future__ import annotations

from resviz.export.export import Export, Job
from resviz.export.stages import latex, table_of


def write(job: Job) -> bytes:
    return latex(table_of(job), job.line()).encode()


EXPORT = Export(
    "latex", "LaTeX", "table", 13, ".table.tex", "application/x-tex", "the stage table with booktabs", write, text=True
)
