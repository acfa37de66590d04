"""The charts show the tables' numbers: areas add up in every rectangle, bars are the exact shares, also of 2^600."""

from __future__ import annotations

import json
import math
from collections import defaultdict

import plotly.graph_objects as go
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


def heights(figure: go.Figure, *names: str) -> dict[int, float]:
    """Length -> height over the bars of those names."""
    return {x: y for bar in figure.data if bar.name in names for x, y in zip(bar.x, bar.y)}


ALL = ("central 95 %", "outside")


@pytest.mark.parametrize("units", [1, 3, 54, 600])
def test_shares_are_exact(units: int) -> None:
    lengths = Lengths(tuple(binomial_lengths(units)))
    shares = heights(charts.path_lengths(lengths, LIGHT, False), *ALL)
    assert sorted(shares) == list(range(units + 1))
    assert sum(shares.values()) == pytest.approx(1, abs=1e-12)
    assert shares[units // 2] == pytest.approx(math.comb(units, units // 2) / 2**units, rel=1e-12)


@pytest.mark.parametrize("units", [54, 600, 1000])
def test_logarithms_do_not_overflow(units: int) -> None:
    """C(1000, 500) is about 2.7 · 10^299, and 2^1000 paths are near the largest float."""
    lengths = Lengths(tuple(binomial_lengths(units)))
    figure = charts.path_lengths(lengths, DARK, True)
    logs = heights(figure, *ALL)
    assert logs[0] == 0
    assert logs[1] == pytest.approx(math.log10(units))
    middle = math.lgamma(units + 1) - 2 * math.lgamma(units / 2 + 1)
    assert logs[units // 2] == pytest.approx(middle / math.log(10), rel=1e-9)
    json.loads(figure.to_json(), parse_constant=pytest.fail)


def test_the_hover_gives_the_number_of_paths() -> None:
    central, outside = charts.path_lengths(Lengths(tuple(binomial_lengths(54))), LIGHT, True).data
    assert outside.customdata[:3] == ("1", "54", "1,431")
    assert central.customdata[0] == f"{math.comb(54, 20):,}"
    huge = charts.path_lengths(Lengths(tuple(binomial_lengths(600))), LIGHT, True).data[0]
    assert huge.customdata[huge.x.index(300)] == f"≈ 10^{math.log10(math.comb(600, 300)):.2f}"


def test_the_central_95_per_cent_is_told_apart() -> None:
    figure = charts.path_lengths(Lengths(tuple(binomial_lengths(54))), LIGHT, False)
    assert sorted(heights(figure, "central 95 %")) == list(range(20, 35))
    central, outside = figure.data
    assert (central.marker.color, outside.marker.color) == (LIGHT.edge("conv"), LIGHT.edge("pool"))


def test_lengths_that_no_path_has_have_no_bar() -> None:
    """A unit without a shortcut is on every path: lengths below have none."""
    lengths = Lengths(tuple(binomial_lengths(54, 10)))
    low, high = lengths.central()
    figure = charts.path_lengths(lengths, LIGHT, False)
    assert min(heights(figure, *ALL)) == 10
    assert sorted(heights(figure, "central 95 %")) == list(range(low, high + 1))


def test_what_was_before_stands_behind() -> None:
    now, before = Lengths(tuple(binomial_lengths(53))), Lengths(tuple(binomial_lengths(54)))
    figure = charts.path_lengths(now, LIGHT, False, before)
    assert figure.data[0].name == "before any unit was removed"
    assert len(figure.data[0].x) == 55
    assert len(heights(figure, *ALL)) == 54
    assert figure.layout.barmode == "overlay"
    assert figure.layout.shapes[0].x0 == 26.5
