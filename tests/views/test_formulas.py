"""How numbers come about: every line is an equation that holds, and its result is the table's."""

from __future__ import annotations

import math
import re

import pytest

from resviz.views import tables
from resviz.views.formulas import derivations, text
from resviz.zoo.families import named

NETWORKS = (
    "resnet20",
    "resnet50",
    "resnext50_32x4d",
    "seresnet50",
    "plain20",
    "vgg11_bn",
    "googlenet",
    "lenet",
    "alexnet",
)
SIDE = re.compile(r"[\d,]+(?:·[\d,]+)*(?: \+ [\d,]+(?:·[\d,]+)*)*")


def value(side: str) -> int:
    """A sum of products of whole numbers."""
    return sum(math.prod(int(factor.replace(",", "")) for factor in term.split("·")) for term in side.split(" + "))


def sides(line: str) -> list[int]:
    """The values of an equation's sides that are numbers; each line has one at least."""
    found = [value(side) for side in line.split(" = ") if SIDE.fullmatch(side)]
    assert found
    return found


@pytest.mark.parametrize("by", tables.LEVELS)
@pytest.mark.parametrize("name", NETWORKS)
def test_every_equation_holds_and_ends_in_the_tables_number(name, by):
    node = named(name, {}).node()
    rows = tables.rows(node, by)
    lines = derivations(node, by)
    assert [line.path for line in lines] == [row.path for row in rows]
    for line, row in zip(lines, rows, strict=True):
        for words, number in ((line.params, row.params), (line.macs, row.macs)):
            assert set(sides(words)) == {number}


@pytest.mark.parametrize("name", NETWORKS)
def test_sizes_of_windows_are_the_outputs(name):
    """⌊(n + 2p − k)/s⌋ + 1 (PyTorch's documentation of Conv2d and MaxPool2d), worked out again from the line."""
    node = named(name, {}).node()
    checked = 0
    for line, row in zip(derivations(node), tables.rows(node), strict=True):
        for n, p, k, s, out in re.findall(r"\((\d+) \+ 2·(\d+) − (\d+)\)/(\d+)[⌋⌉] \+ 1 = (\d+)", line.size):
            size = (int(n) + 2 * int(p) - int(k)) / int(s)
            assert (math.ceil(size) if "⌈" in line.size else math.floor(size)) + 1 == int(out)
            assert int(out) in row.out[1:]
            checked += 1
    assert checked > 3


def test_a_stage_says_how_often_equal_units_stand_in_it():
    """He et al. 2015, Table 1: conv2_x of the 50-layer net has three units, the first with a projection."""
    stage = derivations(named("resnet50", {}).node(), "stage")[1]
    assert stage.params == "75,008 + 2·70,400 = 215,808"


def test_the_printed_derivation():
    printed = text("LeNet-5", named("lenet", {}).node(), "op")
    assert "⌊(n + 2p − k)/s⌋ + 1 = ⌊(28 + 2·2 − 5)/1⌋ + 1 = 28" in printed
    assert "k·k·C_in·C_out + C_out = 5·5·1·6 + 6 = 156" in printed
