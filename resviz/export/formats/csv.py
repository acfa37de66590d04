"""CSV: the stage table of the networks, for any program."""

from __future__ import annotations

from resviz.export.export import Export, Job
from resviz.export.stages import comma_separated


def write(job: Job) -> bytes:
    # a byte-order mark, without which spreadsheets take × for two letters
    return comma_separated(job).encode("utf-8-sig")


EXPORT = Export("csv", "CSV", "table", 11, ".csv", "text/csv", "the stage table, plain", write, text=True)
