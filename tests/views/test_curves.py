"""Curves of trainings as charts: every point where its number is, training told from test, means with their band."""

from __future__ import annotations

import math
import re

import pytest

from resviz.draw import chart as files
from resviz.draw.theme import DARK, LIGHT, THEMES
from resviz.views import curves
from resviz.views.curves import Curve, Point

ROWS = [
    {"kind": "step", "epoch": 0.5, "loss": 1.0},
    *({"kind": "epoch", "epoch": i, "train_error": 0.5 / i, "test_error": 0.6 / i, "train_loss": 1 / i}
      for i in (1, 2, 3)),
    {"kind": "end", "state": "finished"},
]  # fmt: skip


def test_the_epochs_of_a_run_are_its_points():
    training, test = curves.of_rows("ResNet-20", ROWS, "error")
    assert (training.part, test.part) == ("training", "test")
    assert [(point.epoch, point.value) for point in test.points] == [(1, 0.6), (2, 0.3), (3, 0.6 / 3)]
    (loss,) = curves.of_rows("ResNet-20", ROWS, "loss")
    assert loss.part == "training"


def test_each_quantity_is_a_panel_and_each_point_is_in_it():
    lines = {quantity: curves.of_rows("A <b> & B", ROWS, quantity) for quantity in curves.QUANTITIES}
    document = curves.chart(lines, LIGHT, "two")
    assert [len(panel["data"]["values"]) for panel in document["vconcat"]] == [6, 3]
    assert all(len(panel["layer"]) == 2 for panel in document["vconcat"])
    for theme in (LIGHT, DARK):
        svg = files.svg(curves.chart(lines, theme, "two"))
        assert "A &lt;b> &amp; B" in svg or "A &lt;b&gt; &amp; B" in svg


def test_a_mean_over_seeds_has_a_band():
    mean = Curve("x", "test", (Point(1, 0.5, 0.4, 0.6), Point(2, 0.3, 0.2, 0.4)))
    (panel,) = curves.chart({"error": [mean]}, LIGHT, "x")["vconcat"]
    assert [layer["mark"]["type"] for layer in panel["layer"]] == ["area", "line", "point"]
    assert panel["data"]["values"][1]["high"] == 0.4


@pytest.mark.parametrize("theme", THEMES.values(), ids=lambda theme: theme.name)
def test_networks_are_told_apart_in_every_theme_and_every_entry_of_the_legend_has_its_sample(theme):
    """In print by greys, and in all by the shapes of their points; training is dashed in the legend too."""
    names = [f"net {i}" for i in range(4)]
    lines = [curve for name in names for curve in curves.of_rows(name, ROWS, "error")]
    svg = files.svg(curves.chart({"error": lines}, theme, "four"))
    samples = re.findall(r"role-legend-symbol.*?<path( [^>]*)>", svg)
    assert len(samples) == len(names) + 2
    shapes = {re.search(r' d="([^"]*)"', sample).group(1) for sample in samples[:4]}
    colours = {re.search(r'fill="([^"]*)"', sample).group(1) for sample in samples[:4]}
    assert len(shapes) == len(colours) == 4
    dashes = [re.search(r'stroke-dasharray="([^"]*)"', sample) for sample in samples[4:]]
    assert [dash.group(1) for dash in dashes if dash] == ["4,4", "1,0"]
    assert all(theme.ink in sample for sample in samples[4:])


@pytest.mark.parametrize("points", [(), (Point(1, math.nan, math.nan, math.nan),)])
def test_without_a_point_there_is_nothing_to_draw(points):
    with pytest.raises(ValueError, match="x: there is no point to draw yet"):
        curves.chart({"error": [Curve("x", "test", points)]}, LIGHT, "x")


def test_what_was_held_out_has_a_line_of_its_own_and_stands_in_the_legend_only_then():
    row = {"kind": "epoch", "epoch": 1, "train_error": 0.3, "test_error": 0.2}
    for more, parts in (({}, ["training", "test"]), ({"validation_error": 0.1}, ["training", "test", "validation"])):
        lines = curves.of_rows("A", [{**row, **more}], "error")
        made = curves.chart({"error": lines}, THEMES["light"], "A")
        assert [line.part for line in lines] == parts
        assert made["vconcat"][0]["layer"][0]["encoding"]["strokeDash"]["scale"]["domain"] == parts
