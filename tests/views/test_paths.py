"""Depth, paths and path lengths: the algebra's laws, the papers' depths, and Veit et al.'s numbers, exactly."""

from __future__ import annotations

import json
import math
import re
from fractions import Fraction
from pathlib import Path

import pytest

from resviz.core.net import Net, Node, Par, infer, rewrite, with_role
from resviz.views import paths
from resviz.views.paths import Lengths
from resviz.zoo.families import PRESETS, named

VEIT = json.loads((Path(__file__).parents[1] / "reference" / "veit2016.json").read_text())["computed"]
NAMES = tuple(entry.name for entry in PRESETS if entry.thing.family in ("resnet", "plain"))


def placed(name: str, **knobs: str) -> Node:
    return named(name, knobs).node()


def without(name: str, removed: str) -> Node:
    """The preset's network with the Par of the unit `removed` replaced by its shortcut (a lesion)."""
    spec = named(name, {})

    def lesion(path: str, part: Net) -> Net:
        return part.branches[1][1] if path == removed and isinstance(part, Par) else part

    return infer(rewrite(spec.net(), lesion), spec.input_shape())


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith("wrn")])
def test_depth_is_what_the_name_says(name: str) -> None:
    """Weighted layers on the longest path (He et al. 2015, Table 1 and section 4.2).

    He et al. 2019 kept the name for ResNet-D, whose stem of three convolutions makes it two layers deeper.
    """
    said = re.search(r"(?:resnet|plain|resnext)(\d+)", name.replace("resnet-", "resnet"))
    assert said is not None
    assert paths.depth(placed(name)) == int(said[1]) + (2 if name.endswith("-d") else 0)


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("wrn")])
def test_wide_nets_count_two_more_than_their_longest_path(name: str) -> None:
    """Zagoruyko & Komodakis 2016 call a net of 3·2N convolutions 6N + 4: the three projections, not the classifier."""
    assert paths.depth(placed(name)) == int(name.split("-")[1]) - 2


@pytest.mark.parametrize("name", NAMES)
def test_n_units_make_two_to_the_n_paths(name: str) -> None:
    """Veit et al. 2016, section 3.1; a plain net is one path, and its units are all on it."""
    node = placed(name)
    n = len(paths.units(node))
    if name.startswith("plain"):
        assert (paths.path_count(node), paths.path_lengths(node)) == (1, [0] * n + [1])
        assert not any(paths.has_shortcut(unit) for _, unit in paths.units(node))
    else:
        assert paths.path_count(node) == 2**n
        assert paths.path_lengths(node) == [math.comb(n, k) for k in range(n + 1)]
        assert all(paths.has_shortcut(unit) for _, unit in paths.units(node))


@pytest.mark.parametrize(("title", "blocks"), VEIT["blocks"].items())
def test_units_of_the_papers_nets(title: str, blocks: int) -> None:
    assert len(paths.units(placed(title.lower().replace("-", "")))) == blocks


def test_the_1202_layer_net_has_two_to_the_600_paths_exactly() -> None:
    node = placed("resnet1202")
    assert paths.path_count(node) == 2**600
    lengths = Lengths(tuple(paths.path_lengths(node)))
    assert lengths.total == 2**600
    assert lengths.mean == 300
    assert lengths.counts[300] == math.comb(600, 300)
    assert lengths.std == pytest.approx(math.sqrt(150))


@pytest.mark.parametrize("shortcut", ["A", "B", "C"])
@pytest.mark.parametrize("order", ["post", "bn-after-add", "relu-before-add", "relu-only-pre", "pre"])
def test_paths_hang_on_no_shortcut_option_and_no_order(shortcut: str, order: str) -> None:
    node = placed("resnet20", shortcut=shortcut, order=order)
    assert (paths.path_count(node), paths.depth(node)) == (2**9, 20)


@pytest.mark.parametrize("name", ["resnet20", "resnet50", "preact-resnet164", "seresnet50", "wrn-16-8"])
def test_removing_one_unit_halves_the_paths(name: str) -> None:
    """y_i = y_(i−1) in place of y_(i−1) + f_i(y_(i−1)) (Veit et al. 2016, section 4.1), whichever unit it is."""
    node = placed(name)
    for path, _ in (paths.units(node)[0], paths.units(node)[1], paths.units(node)[-1]):
        left = without(name, path)
        assert left.out == node.out
        assert paths.path_count(left) * 2 == paths.path_count(node)
        n = len(paths.units(node)) - 1
        assert paths.path_lengths(left) == [math.comb(n, k) for k in range(n + 1)]
        assert paths.depth(left) < paths.depth(node)


@pytest.mark.parametrize("name", ["resnet50", "resnet20", "preact-resnet164"])
def test_gates_open_no_path_and_add_no_depth(name: str) -> None:
    plain, gated = placed(name), placed(name, se="true")
    assert len(with_role(gated, "gate")) == len(paths.units(plain))
    assert paths.path_lengths(gated) == paths.path_lengths(plain)
    assert paths.depth(gated) == paths.depth(plain)


def test_the_ensemble_of_54_units() -> None:
    """A 110-layer net (Veit et al. 2016, section 3 and Fig. 6), against exact binomial arithmetic."""
    lengths = Lengths(tuple(paths.path_lengths(placed("preact-resnet110"))))
    assert list(lengths.counts) == [int(count) for count in VEIT["path_length_counts"]]
    assert lengths.total == int(VEIT["paths"])
    assert lengths.mean == VEIT["mean"] == Fraction(54, 2)
    assert lengths.std == pytest.approx(VEIT["std"], rel=1e-14)
    for low, high in ((19, 35), (20, 34), (5, 17)):
        assert float(lengths.share(low, high)) == pytest.approx(VEIT[f"P_{low}_{high}"], rel=1e-14)
    assert lengths.share(5, 17) * lengths.total == VEIT["paths_5_17"]


def test_23_of_54_units() -> None:
    """The paper trains with 23 units in each batch (section 4.3)."""
    lengths = Lengths(tuple(paths.binomial_lengths(23)))
    assert float(lengths.mean) == VEIT["n23"]["mean"]
    assert lengths.std == pytest.approx(VEIT["n23"]["std"], rel=1e-14)
    assert float(lengths.share(5, 17)) == pytest.approx(VEIT["n23"]["P_5_17"], rel=1e-14)


@pytest.mark.parametrize("n", [1, 3, 9, 16, 54, 600])
def test_the_central_95_per_cent(n: int) -> None:
    """At least the share lies inside, and no more than the half of what is left lies outside on either side."""
    lengths = Lengths(tuple(paths.binomial_lengths(n)))
    low, high = lengths.central()
    assert low + high == n
    assert lengths.share(low, high) >= Fraction(95, 100)
    assert lengths.share(0, low) >= Fraction(25, 1000)
    if low:
        assert lengths.share(0, low - 1) < Fraction(25, 1000)


def test_54_units_are_20_to_34_long_in_the_middle() -> None:
    """P(20..34) = 95.98 %, P(21..33) = 92.4 %: the narrowest symmetric band of at least 95 %."""
    assert Lengths(tuple(paths.binomial_lengths(54))).central() == (20, 34)


@pytest.mark.parametrize(("units", "plain"), [(0, 0), (0, 5), (3, 0), (3, 2), (600, 1)])
def test_binomial_lengths(units: int, plain: int) -> None:
    """(1 + z)^units · z^plain."""
    assert paths.binomial_lengths(units, plain) == [0] * plain + [math.comb(units, k) for k in range(units + 1)]
