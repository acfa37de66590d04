"""What is shown of results: charts that draw, tables that leave nothing out, and sentences with the right numbers."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from typing import Any

import pytest

from resviz.draw import chart, raster
from resviz.draw.theme import DARK, LIGHT, PRINT
from resviz.lab.experiments import EXPERIMENTS
from resviz.views.lab import gradients, surface, views
from resviz.views.lab.view import Series, as_csv, as_text, single_charts, table, whole_chart

LESION = [{"unit": None, "path": "", "error": 0.02, "loss": 0.1, "images": 100}] + [
    {"unit": unit, "path": f"layer1.{unit}", "resizes": unit == 2, "error": error, "loss": 1.0, "images": 100}
    for unit, error in enumerate((0.3, 0.1, 0.2))
]
LENGTHS = [
    {"length": k, "paths": str(math.comb(4, k)), "exact": exact, "mean": exact / 3, "spread": 0.1, "draws": 2}
    for k, exact in enumerate((0.1, 2.0, 3.0, 1.0, 0.01))
]
ROWS: dict[str, list[dict[str, Any]]] = {
    "lesion": LESION,
    "removal": [{"removed": k, "units": list(range(k)), "error": k / 4, "loss": 1.0} for k in (0, 1, 1, 2, 3)],
    "reorder": [{"swaps": k, "tau": 1 - k / 3, "order": [0, 1, 2], "error": k / 4, "loss": 1.0} for k in (0, 1, 2)],
    "gradients": [*LENGTHS, {"length": None, "exact": 4.0, "difference": 1e-16}],
    "probe": [
        {"path": f"layer1.{i}", "kind_of_layer": kind, "label": "x", "mean": 0.0, "variance": 2.0**i, "norm": 1.0,
         "gradient_variance": 1.0, "gradient_norm": None if i == 3 else 0.5**i, "weight_gradient_norm": 0.1}
        for i in range(4) for kind in ("unit", "conv")
    ] + [{"path": None, "loss": 2.3}],
    "contribution": [
        {"weights": weights, "unit": i, "path": f"u{i}", "input": 2.0, "branch": 1.0, "shortcut": 2.0, "ratio": 0.5,
         "gate": 0.12}
        for weights in ("initial", "trained") for i in range(3)
    ],
    "surface": [
        {"beta": beta, "alphas": [-1.0, 0.0, 1.0], "losses": [5.0, 0.5, None], "errors": [0.9, 0.1, 0.9]}
        for beta in (-1.0, 0.0, 1.0)
    ],
}  # fmt: skip


def test_every_experiment_has_a_view():
    assert set(views()) == set(EXPERIMENTS.names()) == set(ROWS)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("name", ROWS)
def test_its_charts_draw(name, theme):
    view = views()[name]
    series = [Series("A <b>&</b> ‖ B", ROWS[name]), Series("second", ROWS[name])]
    for choice in view.choices or ("",):
        svg = chart.svg(whole_chart(view, series, theme, choice))
        assert theme.ground in svg
        assert "<b>" not in svg
        assert all(chart.svg(panel) for panel in single_charts(view, series, theme, choice))
    assert raster.pdf(svg).startswith(b"%PDF")


@pytest.mark.parametrize("name", ["contribution", "gradients"])
def test_dashes_have_their_sample_in_the_legend(name):
    view = views()[name]
    svg = chart.svg(whole_chart(view, [Series("one", ROWS[name])], PRINT, ""))
    samples = re.findall(r"role-legend-symbol.*?<path( [^>]*)>", svg)
    dashed = [sample for sample in samples if "stroke-dasharray" in sample]
    assert len(dashed) == 2
    assert all(f'stroke="{PRINT.ink}"' in sample for sample in dashed)


@pytest.mark.parametrize("name", ROWS)
def test_a_network_that_has_no_rows_yet_draws_beside_one_that_has(name):
    view = views()[name]
    assert chart.svg(whole_chart(view, [Series("first", ROWS[name]), Series("second", [])], LIGHT, ""))


@pytest.mark.parametrize("name", ROWS)
def test_the_csv_has_every_number_as_it_was_measured(name):
    lines = list(csv.DictReader(io.StringIO(as_csv([Series("one", ROWS[name]), Series("two", ROWS[name])]))))
    assert len(lines) == 2 * len(ROWS[name])
    for line, row in zip(lines, ROWS[name], strict=False):
        assert line["network"] == "one"
        for key, value in row.items():
            expected = "" if value is None else json.dumps(value) if isinstance(value, list) else str(value)
            assert line[key] == expected


@pytest.mark.parametrize("name", ROWS)
def test_the_text_has_a_line_a_row_and_a_sentence(name):
    view = views()[name]
    text = as_text(view, [Series("ResNet-20", ROWS[name])])
    assert len(text.splitlines()) == 1 + len(ROWS[name]) + 1
    assert text.splitlines()[-1] == f"ResNet-20: {view.say(Series('ResNet-20', ROWS[name]))}"
    assert table(view, [Series("a", []), Series("b", [])])[0][0] == "network"


@pytest.mark.parametrize(("name", "sentence"), [
    ("lesion", "test error 2.00 % intact; with one unit less 20.00 % in the median, 30.00 % without layer1.0, the "
     "most"),
    ("removal", "mean test error 0.00 % without 0, 25.00 % without 1 of 3 units"),
    ("reorder", "test error 0.00 % in the order of training, 25.00 % on average after one swap, 50.00 % at τ = 0.33"),
    ("gradients", "95% of the gradient by length comes through 1 to 3 of 4 branches, 87.5 % of all paths; most paths "
     "pass 2; the lengths add up to the ordinary gradient (norm 4) to 1.0e-16"),
    ("probe", "the activations’ variance is 1 at layer1.0 and 8 at layer1.3; the gradient’s norm is 1 at layer1.0 and "
     "beyond all numbers at layer1.3"),
    ("contribution", "before training ‖F(x)‖ is 0.500 of ‖x‖ on average over the units, the mean gate is 0.120; "
     "after training ‖F(x)‖ is 0.500 of ‖x‖ on average over the units, the mean gate is 0.120"),
    ("surface", "loss from 0.5 to 5 over the slice; 50% of it lies below ln 10 = 2.303, what guessing among ten "
     "classes costs"),
])  # fmt: skip
def test_what_is_said(name, sentence):
    assert views()[name].say(Series("x", ROWS[name])) == sentence


@pytest.mark.parametrize(("norms", "share", "expected"), [
    ([0, 0, 1, 0, 0], 0.95, (2, 2)),
    ([1, 1, 1, 1], 1.0, (0, 3)),
    ([1, 8, 1, 0], 0.8, (1, 1)),
    ([5, 0, 0, 0, 95], 0.95, (4, 4)),
    ([1, 2, 3, 2, 1], 0.75, (1, 3)),
])  # fmt: skip
def test_the_effective_range_is_the_shortest_that_holds_the_share(norms, share, expected):
    rows = [{"length": k, "exact": norm} for k, norm in enumerate(norms)]
    assert gradients.effective(rows, share) == expected


def test_contour_lines_go_where_the_loss_is_a_half_power_of_ten():
    """Of a cone around the middle they are circles, in one scale whatever the network."""
    axis = [-1 + i / 10 for i in range(21)]
    rows = [{"beta": y, "alphas": axis, "losses": [10 ** math.hypot(x, y) for x in axis], "errors": [0.0] * 21}
            for y in axis]  # fmt: skip
    points = surface.contours(Series("x", rows))
    assert {point["level"] for point in points} == {0.0, 0.5, 1.0}
    for point in points:
        if point["level"]:
            assert math.hypot(point["x"], point["y"]) == pytest.approx(point["level"], abs=0.02)
    assert surface.contours(Series("x", rows[:1])) == []


def test_there_is_no_effective_range_of_nothing():
    assert gradients.effective([{"length": 0, "exact": 0.0}]) is None
    assert gradients.effective([]) is None


def test_products_of_huge_numbers_and_tiny_ones_are_formed():
    """C(600, 300) is beyond 10^179, and floats of it times 10^−200 still are numbers."""
    paths = math.comb(600, 300)
    row = {"length": 300, "paths": str(paths), "mean": 1e-200}
    expected = 10 ** (math.log10(paths) - 200)
    assert gradients.contribution(row) == pytest.approx(expected, rel=1e-9)
    assert gradients.contribution({"paths": "0", "mean": None}) is None
    assert gradients.contribution({"paths": str(10**400), "mean": 1.0}) is None
