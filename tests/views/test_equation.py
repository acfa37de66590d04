"""The equation of a unit is its term: He et al. 2016, equations 1 to 3, and Table 1's shortcuts, letter by letter."""

from __future__ import annotations

from itertools import product

import pytest

from resviz.views.equation import equations
from resviz.zoo.blocks import BLOCKS
from resviz.zoo.families import PRESETS, from_text
from resviz.zoo.orders import ORDERS
from resviz.zoo.shortcuts import SHORTCUTS

F = r"\mathcal{F}(x) = \mathrm{BN}(W_{2}\,\mathrm{ReLU}(\mathrm{BN}(W_{1}\,x)))"
X, G = "x_{l}", r"\left(1 - g(x_{l})\right)"


def lines(network: str) -> list[str]:
    """Of the unit that keeps the size."""
    return equations(from_text(network).node())[0][1]


@pytest.mark.parametrize(
    ("shortcut", "sum_"),
    [
        ("A", rf"{X} + \mathcal{{F}}({X})"),
        ("B", rf"{X} + \mathcal{{F}}({X})"),
        ("C", rf"\mathrm{{BN}}(W_{{s}}\,{X}) + \mathcal{{F}}({X})"),
        ("scaled", rf"0.5\,{X} + \mathcal{{F}}({X})"),
        ("scaled:branch_scale=0.5", rf"0.5\,{X} + 0.5\,\mathcal{{F}}({X})"),
        ("exclusive-gate", rf"g({X}) \odot \mathcal{{F}}({X}) + {G} \odot {X}"),
        ("shortcut-gate", rf"{G} \odot {X} + \mathcal{{F}}({X})"),
        ("dropout", rf"\mathrm{{dropout}}_{{0.5}}({X}) + \mathcal{{F}}({X})"),
        ("none", rf"\mathcal{{F}}({X})"),
    ],
)
def test_shortcuts(shortcut: str, sum_: str) -> None:
    """He et al. 2016, Table 1 and section 3."""
    found = lines(f"resnet110:shortcut={shortcut}")
    assert found[0] == rf"x_{{l+1}} = \mathrm{{ReLU}}({sum_})"
    assert F in found
    gated = r"g(x) = \sigma(W_{g}\,x + b_{g})" in found
    assert gated == shortcut.endswith("gate")
    assert len(found) == 2 + gated


@pytest.mark.parametrize(
    ("order", "after", "branch"),
    [
        ("post", r"\mathrm{ReLU}(SUM)", r"\mathrm{BN}(W_{2}\,\mathrm{ReLU}(\mathrm{BN}(W_{1}\,x)))"),
        ("bn-after-add", r"\mathrm{ReLU}(\mathrm{BN}(SUM))", r"W_{2}\,\mathrm{ReLU}(\mathrm{BN}(W_{1}\,x))"),
        ("relu-before-add", "SUM", r"\mathrm{ReLU}(\mathrm{BN}(W_{2}\,\mathrm{ReLU}(\mathrm{BN}(W_{1}\,x))))"),
        ("relu-only-pre", "SUM", r"\mathrm{BN}(W_{2}\,\mathrm{ReLU}(\mathrm{BN}(W_{1}\,\mathrm{ReLU}(x))))"),
        ("pre", "SUM", r"W_{2}\,\mathrm{ReLU}(\mathrm{BN}(W_{1}\,\mathrm{ReLU}(\mathrm{BN}(x))))"),
    ],
)
def test_orders(order: str, after: str, branch: str) -> None:
    """He et al. 2016, Fig. 4."""
    first, second = lines(f"resnet110:order={order}")
    assert first == "x_{l+1} = " + after.replace("SUM", r"x_{l} + \mathcal{F}(x_{l})")
    assert second == rf"\mathcal{{F}}(x) = {branch}"


def test_the_first_pre_activated_unit_shares_its_activation() -> None:
    """He et al. 2016, section 4: the activation comes before the two ways part; so it does where the size changes."""
    found = dict(equations(from_text("preact-resnet110").node()))
    assert found["changes the size"][:2] == [
        r"x_{l+1} = \mathrm{pad}(\hat{x}_{l}) + \mathcal{F}(\hat{x}_{l})",
        r"\hat{x}_{l} = \mathrm{ReLU}(\mathrm{BN}(x_{l}))",
    ]
    assert found["the first unit"] == [r"x_{l+1} = \hat{x}_{l} + \mathcal{F}(\hat{x}_{l})"]


def test_a_projection_stands_where_the_size_changes() -> None:
    (_, keeps), (title, changes) = equations(from_text("resnet50").node())
    assert keeps[0] == r"x_{l+1} = \mathrm{ReLU}(x_{l} + \mathcal{F}(x_{l}))"
    assert "W_{3}" in keeps[1]
    assert title == "changes the size"
    assert changes == [r"x_{l+1} = \mathrm{ReLU}(\mathrm{BN}(W_{s}\,x_{l}) + \mathcal{F}(x_{l}))"]


def test_a_gate_of_channels_has_a_letter_of_its_own() -> None:
    """Hu et al. 2018: s = σ(W₂ ReLU(W₁ z)) of the channels' averages z; ours has biases."""
    found = lines("seresnet50")
    assert r"\mathcal{F}(x) = s(u) \odot u" in found
    assert r"s(u) = \sigma(V_{2}\,\mathrm{ReLU}(V_{1}\,\mathrm{avg}(u) + b_{1}) + b_{2})" in found


def test_a_highway_layer() -> None:
    """Srivastava et al. 2015, equation 3, with g for T."""
    assert lines("highway") == [
        rf"x_{{l+1}} = g({X}) \odot \mathcal{{F}}({X}) + {G} \odot {X}",
        r"\mathcal{F}(x) = \mathrm{ReLU}(W_{1}\,x + b_{1})",
        r"g(x) = \sigma(W_{g}\,x + b_{g})",
    ]


def test_an_inception_block_concatenates() -> None:
    first, *rest = lines("googlenet-d2l")
    assert (
        first
        == r"y = \left[\,\mathcal{F}_{1}(x),\; \mathcal{F}_{2}(x),\; \mathcal{F}_{3}(x),\; \mathcal{F}_{4}(x)\,\right]"
    )
    assert [line[: line.index("(")] for line in rest] == [rf"\mathcal{{F}}_{{{i}}}" for i in (1, 2, 3, 4)]


def test_a_sum_that_is_multiplied_stands_in_parentheses() -> None:
    (found,) = (line for line in lines("vgg16") if line.startswith("y"))
    assert found == r"y = \mathrm{maxpool}(\mathrm{ReLU}(W_{2}\,\mathrm{ReLU}(W_{1}\,x + b_{1}) + b_{2}))"
    scaled = lines("resnet20:shortcut=scaled:branch_scale=0.5:conv_bias=true:order=pre")
    assert scaled[0] == r"x_{l+1} = 0.5\,x_{l} + 0.5\,\mathcal{F}(x_{l})"


UNITS = [f"resnet:layout=cifar:block={b}:shortcut={s}:order={o}:se=true"
         for b, s, o in product(BLOCKS.names(), SHORTCUTS.names(), ORDERS.names())]  # fmt: skip


@pytest.mark.parametrize("network", [*UNITS, *PRESETS.names()])
def test_every_unit_has_well_formed_lines(network: str) -> None:
    """Brackets close, every letter that is used has its line, and no line is said twice."""
    said: list[str] = []
    for _, found in equations(from_text(network).node()):
        for line in found:
            for opening, closing in ("()", "{}", "[]"):
                assert line.count(opening) == line.count(closing)
        said += found
        letters = " ".join(said)
        for used, defined in (
            (r"\mathcal{F}(", r"\mathcal{F}(x) ="),
            ("g(x_", "g(x) ="),
            (r"\hat{x}", r"\hat{x}_{l} ="),
        ):
            assert used not in letters or defined in letters
    assert len(set(said)) == len(said)
