"""k random units removed, for every k: the test error, several draws for each (Veit et al. 2016, section 4.2)."""

from __future__ import annotations

import random
from collections.abc import Iterator

from resviz.lab.lesion import removable, removed
from resviz.lab.settings import Removal
from resviz.lab.subject import Subject
from resviz.lab.tested import Bench
from resviz.runs.journal import Row
from resviz.runs.process import Watch


def rows(subject: Subject, settings: Removal, watch: Watch) -> Iterator[Row]:
    """A row for each draw: how many units were removed, which, and the error; k = 0 is the intact network."""
    bench = Bench(subject, settings.images, watch)
    choices = drawn(removable(bench.chain), settings.draws, settings.seed)
    variants = [removed(bench.chain, units) for units in choices]
    yield from bench.rows(variants, [{"removed": len(units), "units": units} for units in choices])


def drawn(units: list[int], draws: int, seed: int) -> list[list[int]]:
    """The choices of units, `draws` for each number of them; none and all are a single choice each."""
    random_ = random.Random(seed)
    found: list[list[int]] = [[]]
    for k in range(1, len(units) + 1):
        found += [sorted(random_.sample(units, k)) for _ in range(draws if k < len(units) else 1)]
    return found
