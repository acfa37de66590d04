"""ONNX: the network as a graph with weights, its nodes named as its blocks are."""

from __future__ import annotations

from resviz.export.export import Export, Job, installed
from resviz.export.torch_process import written


def write(job: Job) -> bytes:
    return written(job, "onnx", ".onnx")


EXPORT = Export(
    "onnx",
    "ONNX",
    "program",
    24,
    ".onnx",
    "application/octet-stream",
    "a graph with weights, for Netron and any runtime",
    write,
    torch=True,
    check=lambda job: installed("onnx", "onnx", "ONNX"),
)
