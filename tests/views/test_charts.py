"""The charts show the tables' numbers: areas add up in every rectangle, bars are the exact shares, also of 2^600."""

from __future__ import annotations

import json
import math
from collections import defaultdict

import pytest

from resviz.core.net import walk
from resviz.draw.theme import DARK, LIGHT
from resviz.views import charts, tables
from resviz.views.paths import Lengths, binomial_lengths
from resviz.zoo.families import named

NETS = ("resnet8", "resnet50", "plain20", "seresnet50", "resnet50-d", "wrn-16-8", "preact-resnet164")


@pytest.mark.parametrize("name", NETS)
@pytest.mark.parametrize("quantity", charts.FIELDS)
def test_areas_add_up(name: str, quantity: str) -> None:
    """With branchvalues "total" plotly draws nothing at all where the parts exceed the whole."""
    node = named(name, {}).node()
    (trace,) = charts.treemap(node, name, quantity, LIGHT).data
    assert trace.branchvalues == "total"
    whole = getattr(tables.totals(node), charts.FIELDS[quantity])
    values, inside = dict(zip(trace.ids, trace.values)), defaultdict(int)
    assert len(values) == len(trace.ids)
    for parent, value in zip(trace.parents, trace.values):
        inside[parent] += value
    assert inside.pop("") == values["root"] == whole
    assert inside == {path: values[path] for path in inside}


@pytest.mark.parametrize("name", NETS)
def test_rectangles_go_down_to_the_operation(name: str) -> None:
    node = named(name, {}).node()
    (trace,) = charts.treemap(node, name, "parameters", DARK).data
    leaves = set(trace.ids) - set(trace.parents)
    values = sorted(value for path, value in zip(trace.ids, trace.values) if path in leaves)
    assert values == sorted(row.params for row in tables.rows(node) if row.params)
    stages = {path for path, at in walk(node) if at.role == "stage"}
    assert stages | {"stem", "head"} == {path for path, parent in zip(trace.ids, trace.parents) if parent == "root"}


@pytest.mark.parametrize("units", [1, 3, 54, 600])
def test_shares_are_exact(units: int) -> None:
    lengths = Lengths(tuple(binomial_lengths(units)))
    (bar,) = charts.path_lengths(lengths, LIGHT, False).data
    assert list(bar.x) == list(range(units + 1))
    assert sum(bar.y) == pytest.approx(1, abs=1e-12)
    assert bar.y[units // 2] == pytest.approx(math.comb(units, units // 2) / 2**units, rel=1e-12)


@pytest.mark.parametrize("units", [54, 600, 1000])
def test_logarithms_do_not_overflow(units: int) -> None:
    """C(1000, 500) is about 2.7 · 10^299, and 2^1000 paths are near the largest float."""
    lengths = Lengths(tuple(binomial_lengths(units)))
    figure = charts.path_lengths(lengths, DARK, True)
    (bar,) = figure.data
    assert bar.y[0] == 0
    assert bar.y[1] == pytest.approx(math.log10(units))
    middle = math.lgamma(units + 1) - 2 * math.lgamma(units / 2 + 1)
    assert bar.y[units // 2] == pytest.approx(middle / math.log(10), rel=1e-9)
    json.loads(figure.to_json(), parse_constant=pytest.fail)


def test_the_hover_gives_the_number_of_paths() -> None:
    exact = charts.path_lengths(Lengths(tuple(binomial_lengths(54))), LIGHT, True).data[0].customdata
    assert exact[:3] == ("1", "54", "1,431")
    huge = charts.path_lengths(Lengths(tuple(binomial_lengths(600))), LIGHT, True).data[0].customdata
    assert huge[300] == f"≈ 10^{math.log10(math.comb(600, 300)):.2f}"


def test_the_central_95_per_cent_has_its_own_colour() -> None:
    lengths = Lengths(tuple(binomial_lengths(54)))
    (bar,) = charts.path_lengths(lengths, LIGHT, False).data
    inside = [k for k, colour in zip(bar.x, bar.marker.color) if colour == LIGHT.edge("conv")]
    assert inside == list(range(20, 35))


def test_colours_follow_the_length_where_some_lengths_have_no_path() -> None:
    """A unit without a shortcut is on every path: lengths below have none, and no bar."""
    lengths = Lengths(tuple(binomial_lengths(54, 10)))
    low, high = lengths.central()
    (bar,) = charts.path_lengths(lengths, LIGHT, False).data
    assert bar.x[0] == 10
    assert [k for k, colour in zip(bar.x, bar.marker.color) if colour == LIGHT.edge("conv")] == list(
        range(low, high + 1)
    )


def test_what_was_before_stands_behind() -> None:
    now, before = Lengths(tuple(binomial_lengths(53))), Lengths(tuple(binomial_lengths(54)))
    figure = charts.path_lengths(now, LIGHT, False, before)
    behind, front = figure.data
    assert (len(behind.x), len(front.x)) == (55, 54)
    assert figure.layout.barmode == "overlay"
    assert figure.layout.shapes[0].x0 == 26.5
