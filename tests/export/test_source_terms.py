"""Any term goes through, also one that no family of today has: the exported file against the module, bit by bit."""

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from resviz.core.knob import knob
from resviz.core.net import Net, Op, Par, Seq, Shape, infer
from resviz.core.ops import (
    Add,
    AvgPool,
    BatchNorm,
    Conv,
    DropPath,
    Flatten,
    GlobalAvgPool,
    Linear,
    MaxPool,
    Mul,
    ReLU,
    Sigmoid,
    ZeroPad,
)
from resviz.core.spec import NetSpec
from resviz.export.source import source
from resviz.nn.module import build
from resviz.zoo.families import FAMILIES

MAP = (4, 7, 6)


@pytest.fixture(scope="module")
def given_term():
    @FAMILIES.register("given", title="Given", cite="this test")
    @dataclass(frozen=True)
    class Given(NetSpec):
        """A term that a test made up."""

        name: str = knob("given", "Name")

        def net(self) -> Net:
            return TERM["net"]

        def input_shape(self) -> Shape:
            return TERM["shape"]

        def title(self) -> str:
            return "Given term"

    yield Given()
    FAMILIES.remove("given")


TERM: dict[str, Any] = {}


def check(spec: NetSpec, net: Net, shape: Shape = MAP) -> str:
    """Assert that the file is the module: keys, initialisation and outputs."""
    TERM.update(net=net, shape=shape)
    text = source(spec)
    module = ModuleType("exported")
    exec(compile(text, "model.py", "exec"), module.__dict__)
    built = build(infer(net, shape), seed=5)
    torch.manual_seed(5)
    exported = module.model()
    ours, theirs = built.state_dict(), exported.state_dict()
    assert list(ours) == list(theirs)
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)
    x = torch.randn(3, *shape)
    for training in (False, True):
        torch.manual_seed(6)
        a = built.train(training)(x)
        torch.manual_seed(6)
        assert torch.equal(a, exported.train(training)(x))
    return text


def parts(*nets: Net, prefix: str = "p") -> tuple[tuple[str, Net], ...]:
    return tuple((f"{prefix}{i}", net) for i, net in enumerate(nets))


CONV = Conv(4, 3, 1, 1)
IDENTITY = Seq()
DROPPED = Seq(parts(CONV, DropPath(0.5)))
FORK = Par(Add(), (("", Seq((("bn", BatchNorm()),), "branch")), ("", IDENTITY)))
UNIT = Seq((("conv", CONV), ("", FORK)), "unit")
OTHER_UNIT = Seq((("conv", Conv(6, 1)), ("", FORK)), "unit")

CASES: dict[str, Net] = {
    "a plain chain": Seq(parts(CONV, BatchNorm(), ReLU())),
    "numbered parts": Seq((("features", Seq(parts(CONV, ReLU(), CONV, ReLU(), MaxPool(2, 2), prefix=""))),)),
    "named parts in a sequence": Seq((("features", Seq((("conv", CONV), ("relu", ReLU())))), ("conv", CONV))),
    "numbers with gaps": Seq((("layer", Seq((("1", CONV), ("3", ReLU()), ("4", CONV)))),)),
    "numbers far apart": Seq((("layer", Seq((("1", CONV), ("70", ReLU())))),)),
    "numbers the wrong way round": Seq((("layer", Seq((("1", CONV), ("0", ReLU())))),)),
    "names that Python has not": Seq((("1x1", CONV), ("class", ReLU()), ("a-b", Seq((("3x3", CONV),))), ("__c", CONV))),
    "a fork at the root": Par(Add(), (("a", CONV), ("b", Seq(parts(CONV, ReLU()))))),
    "a fork of three": Seq((("u", Par(Add(), (("a", CONV), ("b", ReLU()), ("", IDENTITY)))), ("c", CONV))),
    "a branch that is a fork": Par(Add(), (("", Par(Add(), (("a", CONV), ("", IDENTITY)))), ("b", CONV))),
    "forks in all branches": Par(
        Mul(),
        (
            ("", Par(Add(), (("a", CONV), ("b", CONV)))),
            ("", Seq((("c", CONV), ("", Par(Add(), (("d", CONV), ("", IDENTITY)))), ("e", Sigmoid())))),
        ),
    ),
    "forks one after the other": Seq(
        (
            ("", Par(Add(), (("a", CONV), ("", IDENTITY)))),
            ("relu", ReLU()),
            ("", Par(Add(), (("b", CONV), ("", IDENTITY)))),
            ("", Par(Mul(), (("", IDENTITY), ("", Seq((("c", CONV), ("d", Sigmoid())), "gate"))))),
        )
    ),
    "identity on both sides": Seq((("conv", CONV), ("", Par(Add(), (("", IDENTITY), ("", IDENTITY)))))),
    "drop path in two branches": Par(
        Add(), (("a", DROPPED), ("", Seq((("c", CONV), ("d", DropPath(0.4)), ("f", CONV)))), ("e", DropPath(0.3)))
    ),
    "units of one skeleton with other numbers": Seq(
        (
            ("a", Seq(parts(UNIT, UNIT, UNIT, prefix=""))),
            ("b", OTHER_UNIT),
        )
    ),
    "units that differ in their padding": Seq(
        parts(*(Seq((("conv", Conv(5, 3, 1, padding)), ("relu", ReLU())), "unit") for padding in (0, 1, 2)))
    ),
    "equal sequences in a row": Seq((("a", Seq(parts(*[Seq(parts(CONV, ReLU(), prefix=""))] * 4, prefix=""))),)),
    "scaled norms": Seq((("a", Seq(parts(BatchNorm(0.0), CONV, BatchNorm(0.5), prefix=""))), ("b", BatchNorm(0.25)))),
    "drop rates that are no ramp": Seq(
        parts(*(Seq((("conv", CONV), ("drop", DropPath(rate))), "unit") for rate in (0.1, 0.15, 0.2)), prefix="")
    ),
    "average pooling and padding": Seq(parts(AvgPool(2, 2), ZeroPad(7, 2), CONV)),
    "a classifier": Seq(parts(GlobalAvgPool(), Flatten(), Linear(7), ReLU(), Linear(3))),
    "nothing but the identity inside": Seq((("conv", CONV), ("a", Seq((("b", Seq()),))), ("", Seq()))),
    "a unit named as a layer": Seq((("ReLU", UNIT), ("model", FORK), ("nn", FORK), ("scaled", BatchNorm(0.5)))),
    "a long chain": Seq(parts(*[Sigmoid()] * 11)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_terms(case, given_term):
    text = check(given_term, CASES[case])
    assert max(map(len, text.splitlines())) <= 120


def test_equal_parts_are_written_once(given_term):
    text = check(given_term, CASES["units of one skeleton with other numbers"])
    assert text.count("super().__init__()") == 2
    assert "for _ in range(3)" in text


def test_numbers_that_differ_are_arguments_and_the_others_are_not(given_term):
    text = check(given_term, CASES["units that differ in their padding"])
    assert "padding=padding" in text
    assert "nn.Conv2d(in_channels, 5, 3, padding=padding, bias=False)" in text


def test_rates_without_a_rule_stay_numbers(given_term):
    text = check(given_term, CASES["drop rates that are no ramp"])
    for rate in ("0.1", "0.15", "0.2"):
        assert f"drop_rate={rate}" in text


LAYERS: st.SearchStrategy[Op] = st.one_of(
    st.builds(
        Conv, st.just(4), st.sampled_from([1, 3]), st.just(1), st.just(0), st.sampled_from([1, 2]), st.booleans()
    ).map(lambda conv: Conv(4, conv.kernel, 1, conv.kernel // 2, conv.groups, conv.bias)),
    st.builds(BatchNorm, st.sampled_from([1.0, 0.5])),
    st.builds(ReLU),
    st.builds(DropPath, st.sampled_from([0.25, 0.5])),
)
ROLES = st.sampled_from(["", "", "unit", "stage", "gate"])


@st.composite
def collections(draw, inner):
    nets = draw(st.lists(st.one_of(inner, st.just(IDENTITY)), min_size=2, max_size=4))
    nets += draw(st.sampled_from([[], [nets[0]] * 3]))
    numbered = draw(st.booleans())
    # a part may lend its names to the one around it only if they stay apart, and a layer needs a name
    named = [(f"{i}" if numbered else f"p{i}", net) for i, net in enumerate(nets)]
    if draw(st.booleans()):
        return Seq(tuple(named), draw(ROLES))
    return Par(draw(st.sampled_from([Add()])), tuple(named), draw(st.sampled_from(["", "unit"])))


TERMS = st.recursive(LAYERS, collections, max_leaves=14).map(lambda net: Seq((("conv", CONV), ("net", net))))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(net=TERMS)
def test_random_terms(net, given_term):
    check(given_term, net)
