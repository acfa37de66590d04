"""A bench: the chain of a subject and its test images, on which variants of the network are measured."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from resviz.lab import network
from resviz.lab.subject import Subject
from resviz.lab.sweep import Variant, measure
from resviz.runs.journal import Row, finite
from resviz.runs.process import Watch
from resviz.train.capacity import batch_size

ROW_SECONDS = 0.25
"""Between two rows that only tell the progress."""


class Bench:
    """The first `images` test images (0: all) and the network in memory."""

    def __init__(self, subject: Subject, images: int, watch: Watch) -> None:
        self.watch = watch
        device = network.settle()
        data = network.data(subject)
        chosen = network.first(data.test, images)
        self.chain = network.chain(subject, device)
        size = batch_size(subject.spec.node(), len(self.chain.links), len(chosen))
        self.batches = network.Batches(chosen, data, size, device)

    def rows(self, variants: Sequence[Variant], about: Sequence[Row]) -> Iterator[Row]:
        """A "result" row for each variant, what is said `about` it in it, and "progress" rows between."""
        told = time.monotonic()
        for share, number, tally in measure(self.chain, variants, self.batches, self.watch):
            if number is not None:
                yield {"kind": "result", **about[number], **finite(tally.row()), "progress": share}
            elif time.monotonic() - told > ROW_SECONDS:
                told = time.monotonic()
                yield {"kind": "progress", "progress": share}
