"""How many images go through a network at once, so that its signals fit into memory."""

from __future__ import annotations

import math

from resviz.core.net import Node, walk

ROOM = 256 * 2**20
"""Bytes that the signals of one batch of images may take."""
LARGEST_BATCH = 500
FLOAT = 4


def batch_size(node: Node, kept: int, images: int = LARGEST_BATCH) -> int:
    """As many of the images as let `kept` signals of the largest size, in float32, fit into ROOM; one at least."""
    largest = max(math.prod(part.out) for _, part in walk(node))
    return max(1, min(LARGEST_BATCH, images, ROOM // (FLOAT * largest * max(1, kept))))
