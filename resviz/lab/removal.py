"""k random units removed, for every k: the test error, several draws for each (Veit et al. 2016, section 4.2)."""

from __future__ import annotations

import itertools
import math
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
    """The choices of units: for each number of them `draws` that differ, or all where there are no more."""
    random_ = random.Random(seed)
    found: list[list[int]] = []
    for k in range(len(units) + 1):
        if math.comb(len(units), k) <= draws:
            found += map(list, itertools.combinations(units, k))
        else:
            found += _differing(units, k, draws, random_)
    return found


def _differing(units: list[int], k: int, count: int, random_: random.Random) -> list[list[int]]:
    """So many different choices of k units, in the order in which they were drawn first."""
    seen: dict[tuple[int, ...], None] = {}
    while len(seen) < count:
        seen[tuple(sorted(random_.sample(units, k)))] = None
    return list(map(list, seen))
