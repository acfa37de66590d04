"""Keras 3: the network as a file that runs on TensorFlow, JAX and PyTorch, with the published models' layer names."""

from __future__ import annotations

from resviz.export.export import Export, Job
from resviz.export.keras_source import source


def write(job: Job) -> bytes:
    return source(job.one("Keras source")).encode()


EXPORT = Export(
    "keras", "Keras", "program", 22, ".keras.py", "text/x-python", "Keras 3 source, for any of its backends", write,
    text=True,
)  # fmt: skip
