"""Random removals and swaps: how many, of which units, reproducible; and Kendall's τ."""

from __future__ import annotations

import itertools

import pytest
from small import chain, placed

from resviz.lab import removal, reorder
from resviz.lab.errors import LabError


def test_every_number_of_removed_units_has_its_draws():
    found = removal.drawn([0, 1, 2, 4], 5, 0)
    assert [len(units) for units in found] == [0, *[1] * 4, *[2] * 5, *[3] * 4, 4]
    assert all(set(units) <= {0, 1, 2, 4} and len(set(units)) == len(units) for units in found)
    assert len({tuple(units) for units in found}) == len(found)
    assert removal.drawn([0, 1, 2], 5, 0) == [[], [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]]
    assert found == removal.drawn([0, 1, 2, 4], 5, 0) != removal.drawn([0, 1, 2, 4], 5, 1)


def test_units_change_places_with_those_of_their_shape_alone():
    groups = reorder.swappable(chain(placed(blocks=(3, 3))))
    assert groups == [[0, 1, 2], [4, 5]]
    orders = reorder.drawn(groups, 6, 4, 10, 0)
    assert [swaps for swaps, _ in orders] == [0, *[1] * 10, *[2] * 10, *[3] * 10, *[4] * 10]
    assert orders[0][1] == list(range(6))
    for swaps, order in orders:
        assert sorted(order) == list(range(6))
        assert order[3] == 3
        assert set(order[:3]) == {0, 1, 2}
        if swaps == 1:
            assert sum(unit != place for place, unit in enumerate(order)) == 2


def test_without_equal_units_there_is_nothing_to_swap():
    with pytest.raises(LabError, match="no two units of this network have the same shape"):
        reorder.swappable(chain(placed(blocks=(1, 1))))


def test_tau_is_one_less_four_times_the_inversions_over_all_pairs():
    for order in itertools.permutations(range(5)):
        inversions = sum(order[i] > order[j] for i in range(5) for j in range(i + 1, 5))
        assert reorder.tau(order) == pytest.approx(1 - 4 * inversions / (5 * 4))
    assert reorder.tau([0]) == 1.0
