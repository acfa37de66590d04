"""torch.export: the network as an archive that needs no Python code of its own."""

from __future__ import annotations

from resviz.export.export import Export, Job
from resviz.export.torch_process import written


def write(job: Job) -> bytes:
    return written(job, "torch", ".pt2")


EXPORT = Export(
    "torch",
    "torch.export",
    "program",
    25,
    ".pt2",
    "application/octet-stream",
    "an archive that loads without Python code",
    write,
    torch=True,
)
