"""Why a tool says a number: the figures that people quote for ResNet-50 are explained, and nonsense is refused."""

from __future__ import annotations

import pytest

from resviz.core.knob import SpecError
from resviz.core.net import Node
from resviz.views import conventions, tables
from resviz.views.why import places, read, why
from resviz.zoo.families import named

V1, V15 = "v1 (strides on the first 1×1)", "v1.5 (strides on the 3×3)"


def placed(name: str, **knobs: str) -> Node:
    return named(name, knobs).node()


@pytest.mark.parametrize(
    ("text", "name", "strides", "own"),
    [
        ("3.858", "macs", V1, False),
        ("3.86 G", "macs", V1, False),
        ("4.089", "macs", V15, True),
        ("4.09 GMACs", "torchinfo", V15, True),
        ("4.11", "fvcore", V15, True),
        ("4.11 G", "thop-2020", V15, True),
        ("4.11 billion", "with-bn", V15, True),
        ("4.13", "ptflops", V15, True),
        ("4.13", "thop", V15, True),
        ("8.2", "flops", V15, True),
        ("8.2 GFLOPs", "calflops", V15, True),
        ("8.2 G", "flop-counter", V15, True),
        ("7.7 BFLOPs", "flops", V1, False),
        ("24.3 GFLOPs", "training", V15, True),
        ("4089.18 M", "macs", V15, True),
        ("4,089,184,256", "macs", V15, True),
        ("4111514624.0", "thop-2020", V15, True),
        ("4.089e9", "macs", V15, True),
        ("4,13 GMac", "ptflops", V15, True),
        ("Total mult-adds (G): 4.09", "torchinfo", V15, True),
        ("177.83 MB", "torchinfo-size", V15, True),
        ("11.11 M", "fvcore-activations", V15, True),
    ],
)
def test_resnet_50(text: str, name: str, strides: str, own: bool) -> None:
    reasons = why(text, placed("resnet50")).reasons
    assert (name, strides, own) in [(reason.line.name, reason.strides, reason.own) for reason in reasons]


def test_nothing_else_is_4_11() -> None:
    reasons = why("4.11 G", placed("resnet50")).reasons
    assert {reason.line.name for reason in reasons} == {"with-bn", "fvcore", "thop-2020"}
    assert all(reason.how == "rounded" for reason in reasons)


def test_the_papers_cut_off() -> None:
    """3.8 · 10⁹ for ResNet-50 and 3.6 · 10⁹ for ResNet-34 (He et al. 2015, Table 1) are 3.858 and 3.664 cut off."""
    for name, text, strides in (("resnet50", "3.8", V1), ("resnet34", "3.6", "")):
        reasons = why(f"{text} GFLOPs", placed(name)).reasons
        assert ("macs", strides, "cut off") in [(reason.line.name, reason.strides, reason.how) for reason in reasons]


def test_exact_numbers_are_said_to_be_exact() -> None:
    (first, second) = why("4089184256", placed("resnet50")).reasons
    assert (first.line.name, second.line.name) == ("macs", "calflops-macs")
    assert first.how == second.how == "exactly"
    assert first.sentence() == "4,089,184,256 MACs: MACs, as it is v1.5 (strides on the 3×3)."


def test_from_the_other_side() -> None:
    """Asked about v1, 4.089 is what it would be with torchvision's strides."""
    reason = why("4.089 G", placed("resnet50-v1")).reasons[0]
    assert (reason.line.name, reason.strides, reason.own) == ("macs", V15, False)
    assert reason.sentence() == "4,089,184,256 MACs, rounded: MACs, if it were v1.5 (strides on the 3×3)."


@pytest.mark.parametrize("name", ["resnet50", "resnet101", "resnext50_32x4d", "seresnet50", "preact-resnet164"])
def test_moved_strides_are_the_network_with_the_other_knob(name: str) -> None:
    chosen = named(name, {})
    other = "3x3" if chosen.values()["stride_on"] == "1x1" else "1x1"
    own, moved = (node for _, node in places(chosen.node()))
    assert moved.net == named(name, {"stride_on": other}).net()
    assert tables.totals(moved).params == tables.totals(own).params
    assert tables.totals(moved).macs != tables.totals(own).macs


@pytest.mark.parametrize("name", ["resnet34", "vgg16", "googlenet", "nin", "resnet20"])
def test_without_bottlenecks_that_stride_there_is_one_place(name: str) -> None:
    assert [words for words, _ in places(placed(name))] == [""]


def test_a_number_that_nothing_gives_names_the_nearest() -> None:
    answer = why("9.9 G", placed("resnet50"))
    assert not answer.reasons
    assert answer.nearest.line.name == "calflops"
    assert answer.off == pytest.approx(1 - 8_211_108_352 / 9.9e9)
    assert "No convention gives this number; the nearest is off by 17.1%." in answer.sentences()[0]


@pytest.mark.parametrize("text", ["", "G", "about four", "4.1 or 4.2", "0", "0.00 G", "9" * 19, "1" * 400])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(SpecError, match=r"such as 4\.11 G"):
        read(text)


@pytest.mark.parametrize("name", ["resnet50", "resnet20", "vgg16"])
def test_every_number_of_the_ledger_is_explained_by_itself(name: str) -> None:
    node = placed(name)
    for line in conventions.ledger(node):
        for text in (f"{line.number}", f"{line.number:,} {line.unit}", f"{line.number / 1e6:.3f} M"):
            assert line.name in [reason.line.name for reason in why(text, node).reasons if reason.own]
