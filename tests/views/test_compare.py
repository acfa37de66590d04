"""Comparisons in numbers: differences, where they lie, and matches."""

from __future__ import annotations

import pytest

from resviz.core.knob import SpecError
from resviz.views import compare, tables
from resviz.zoo.comparisons import COMPARISONS, compared
from resviz.zoo.families import FAMILIES, PRESETS, from_text, named, to_text


def line(name: str, *texts: str) -> compare.Line:
    return next(line for line in compare.totals([from_text(text).node() for text in texts]) if line.name == name)


def test_options_a_b_c_differ_by_their_projections():
    """He et al. 2015, Table 3: A has no parameters in shortcuts, B three projections with BN, C sixteen."""
    texts = COMPARISONS["options"].thing
    parameters, shortcuts = line("parameters", *texts), line("of them in shortcuts", *texts)
    projections = sum(a * b + 2 * b for a, b in ((64, 128), (128, 256), (256, 512)))
    same = 3 * (64 * 64 + 128) + 3 * (128 * 128 + 256) + 5 * (256 * 256 + 512) + 2 * (512 * 512 + 1024)
    assert parameters.differences() == shortcuts.values == (0, projections, projections + same)


def test_figure_5_costs_about_the_same():
    """He et al. 2015, Fig. 5: "similar time complexity"; 3.6 and 3.8 billion multiply-adds in Table 1 (v1 stride)."""
    macs = line("MACs", "resnet34", "resnet50-v1").values
    assert [round(value / 1e9, 2) for value in macs] == [3.66, 3.86]


@pytest.mark.parametrize("entry", COMPARISONS, ids=lambda entry: entry.name)
def test_every_comparison_adds_up(entry):
    nodes = [from_text(text).node() for text in entry.thing]
    sizes = compare.by_size(nodes)
    for i, node in enumerate(nodes):
        totals = tables.totals(node)
        assert sum(sized.params[i] for sized in sizes) == totals.params
        assert sum(sized.macs[i] for sized in sizes) == totals.macs
    areas = [tuple(map(int, sized.size.split("×"))) for sized in sizes]
    assert areas == sorted(areas, reverse=True)
    assert compare.text([from_text(text) for text in entry.thing]).count("\n") > 10


def test_what_was_chosen_differently():
    specs = [from_text(text) for text in ("resnet:depth=34", "plain:depth=34")]
    assert dict(compare.choices(specs))["Shortcut"] == ("B", "none")
    assert "Depth" not in dict(compare.choices(specs))
    lenet = [from_text("resnet:depth=18"), from_text("lenet")]
    assert dict(compare.choices(lenet))["Depth"] == ("18", compare.ABSENT)


@pytest.mark.parametrize("quantity", compare.QUANTITIES)
@pytest.mark.parametrize("by", ["width", "depth"])
@pytest.mark.parametrize(
    "text", ["plain:layout=cifar:depth=20", "resnet:depth=18", "resnet:layout=cifar:depth=26:order=pre"]
)
def test_no_neighbour_matches_better(text, by, quantity):
    spec = from_text(text)
    target = tables.totals(named("resnet34", {}).node())
    found = compare.match(spec, getattr(target, quantity), quantity, by)
    knob = next(k for k in spec.knobs() if k.name == by)
    now = found.spec.values()[by]
    options = sorted(spec.offered(knob)) or list(range(1, 1025))
    at = options.index(now)
    for number in options[max(0, at - 1) : at + 2]:
        other = type(spec).of_text(spec.turned(knob, str(number)).texts)
        off = abs(getattr(tables.totals(other.node()), quantity) - found.target)
        assert off >= abs(found.value - found.target)
    assert getattr(tables.totals(found.spec.node()), quantity) == found.value
    assert f"{found.value:,}" in found.sentence(quantity)


def test_a_network_is_matched_with_itself():
    spec = from_text("resnet:depth=50:width=24")
    params = tables.totals(spec.node()).params
    assert compare.match(from_text("resnet50"), params, "params", "width").spec == spec


def test_a_network_without_such_a_knob_is_refused():
    with pytest.raises(SpecError, match=r"LeNet.* has no depth to match with: match by width or depth"):
        compare.match(named("lenet", {}), 10**6, "params", "depth")


@pytest.mark.parametrize("name", [*PRESETS.names(), *FAMILIES.names()])
def test_text_gives_every_network_back(name):
    spec = named(name, {})
    assert from_text(to_text(spec)) == spec


@pytest.mark.parametrize(
    "text", ["resnet:depth", "resnet:depth=34:depth=50", "resnet:=", "", ":", "resnet50:x=1", "nix"]
)
def test_text_that_names_no_network_is_refused(text):
    with pytest.raises(SpecError):
        from_text(text)


def test_a_comparison_goes_by_its_name():
    assert compared(("figure5",)) == COMPARISONS["figure5"].thing
    assert compared(("figure5", "resnet50")) == ("figure5", "resnet50")
    assert compared(("resnet50",)) == ("resnet50",)
