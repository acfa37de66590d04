"""PyTorch: the network as a stand-alone `model.py`."""

from __future__ import annotations

from resviz.export.export import Export, Job
from resviz.export.source import source


def write(job: Job) -> bytes:
    return source(job.one("PyTorch source")).encode()


EXPORT = Export(
    "pytorch", "PyTorch", "program", 21, ".py", "text/x-python", "model.py, needs only torch", write, text=True
)
