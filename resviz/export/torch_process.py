"""The process that holds torch for the formats that need it, one for all; and a file that it wrote, as bytes."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path

from resviz.export.export import Job
from resviz.nn.client import Torch


@lru_cache(maxsize=1)
def torch_process() -> Torch:
    """The process; it is started when first asked, and ends with this one."""
    return Torch()


def written(job: Job, format: str, ending: str) -> bytes:
    """The file of the job's network in a format of `resviz.nn.programs`; raises TorchError, ExportError."""
    spec = job.one(format)
    with tempfile.TemporaryDirectory(prefix="resviz-") as folder:
        file = Path(folder) / f"network{ending}"
        torch_process().write(format, spec, file, job.line(), job.weights, job.seed)
        return file.read_bytes()
