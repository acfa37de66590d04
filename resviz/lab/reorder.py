"""Pairs of equally shaped units swapped: the test error against Kendall's τ (Veit et al. 2016, section 4.3)."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from scipy.stats import kendalltau

from resviz.core.net import Shape
from resviz.lab.chain import Chain, Slot
from resviz.lab.errors import LabError
from resviz.lab.settings import Reorder
from resviz.lab.subject import Subject
from resviz.lab.sweep import Variant
from resviz.lab.tested import Bench
from resviz.runs.journal import Row
from resviz.runs.process import Watch


def rows(subject: Subject, settings: Reorder, watch: Watch) -> Iterator[Row]:
    """A row for each draw: the swaps, τ of the order, and the error; no swap is the intact network."""
    bench = Bench(subject, settings.images, watch)
    groups = swappable(bench.chain)
    count = len(bench.chain.places)
    orders = drawn(groups, count, settings.swaps or count, settings.draws, settings.seed)
    about: list[Row] = [{"swaps": swaps, "tau": tau(order), "order": order} for swaps, order in orders]
    yield from bench.rows([in_order(order) for _, order in orders], about)


def swappable(chain: Chain) -> list[list[int]]:
    """The units by shape, as far as several keep one shape; raises LabError where no two do."""
    groups: dict[Shape, list[int]] = {}
    for number, link in enumerate(chain.units):
        if link.node.ins[0] == link.node.out:
            groups.setdefault(link.node.out, []).append(number)
    found = [group for group in groups.values() if len(group) > 1]
    if not found:
        raise LabError("no two units of this network have the same shape, so none can change places: take a deeper one")
    return found


def drawn(groups: Sequence[Sequence[int]], count: int, most: int, draws: int, seed: int) -> list[tuple[int, list[int]]]:
    """(swaps, order): the orders of `count` units after 0 to `most` random swaps inside the groups."""
    random_ = random.Random(seed)
    pairs = [(a, b) for group in groups for a in group for b in group if a < b]
    found = [(0, list(range(count)))]
    for swaps in range(1, most + 1):
        for _ in range(draws):
            order = list(range(count))
            for _ in range(swaps):
                a, b = random_.choice(pairs)
                order[a], order[b] = order[b], order[a]
            found.append((swaps, order))
    return found


def tau(order: Sequence[int]) -> float:
    """Kendall's rank correlation of an order with that of training: 1 for the same, −1 for the reverse."""
    return float(kendalltau(range(len(order)), order).statistic) if len(order) > 1 else 1.0


def in_order(order: Sequence[int]) -> Variant:
    """The network with its units in that order."""
    return tuple(Slot(unit) for unit in order)
