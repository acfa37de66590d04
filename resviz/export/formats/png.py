"""PNG: the figure as pixels, at any number of dots an inch."""

from __future__ import annotations

import struct
import zlib

from resviz.draw import raster
from resviz.export.export import Export, Job
from resviz.export.picture import svg

POINTS_AN_INCH = 72
INCHES_A_METRE = 1 / 0.0254
HEADER = 8 + 4 + 4 + 13 + 4
"""Bytes of the signature and of the first chunk, IHDR, behind which others may stand."""


def write(job: Job) -> bytes:
    """The pixels as vl-convert packs them, with two chunks more: the size of a pixel, and the spec."""
    made = raster.png(svg(job, unit=""), _scale(job))
    per_metre = round(job.figure.dpi * INCHES_A_METRE)
    size = _chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1))
    rest = made[HEADER:]
    if rest[4:8] == b"pHYs":
        rest = rest[12 + int.from_bytes(rest[:4], "big") :]
    return made[:HEADER] + size + _chunk(b"tEXt", b"resviz\0" + job.line().encode("latin-1")) + rest


def check(job: Job) -> None:
    """Raise RasterError where there would be too many pixels."""
    at = job.drawing().placement
    raster.refuse_too_large(_scale(job) * at.width, _scale(job) * at.height)


def _scale(job: Job) -> float:
    """Pixels a point."""
    return job.figure.dpi / POINTS_AN_INCH


def _chunk(kind: bytes, content: bytes) -> bytes:
    """A chunk of PNG: length, kind, content, checksum (RFC 2083, section 3.2)."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


EXPORT = Export("png", "PNG", "figure", 3, ".png", "image/png", "pixels at any dpi", write, check=check, pixels=True)
