"""safetensors: the weights alone, under the names that `model.py` and torchvision have."""

from __future__ import annotations

from resviz.export.export import Export, Job
from resviz.export.torch_process import written


def write(job: Job) -> bytes:
    return written(job, "safetensors", ".safetensors")


EXPORT = Export(
    "safetensors",
    "safetensors",
    "program",
    26,
    ".safetensors",
    "application/octet-stream",
    "the weights, with the names of model.py",
    write,
    torch=True,
)
