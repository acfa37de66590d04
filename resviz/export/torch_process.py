"""A file that the process with torch wrote, as bytes, for the formats that need it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from resviz.export.export import Job
from resviz.nn.client import shared


def written(job: Job, format: str, ending: str) -> bytes:
    """The file of the job's network in a format of `resviz.nn.programs`; raises TorchError, ExportError."""
    spec = job.one(format)
    with tempfile.TemporaryDirectory(prefix="resviz-") as folder:
        file = Path(folder) / f"network{ending}"
        shared().write(format, spec, file, job.line(), job.weights, job.seed)
        return file.read_bytes()
