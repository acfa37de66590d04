"""The page Explained and the badge under the totals, by Streamlit's AppTest."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from resviz.zoo.families import FAMILIES

APP = str(Path(__file__).parents[2] / "app.py")


def page(**parameters: str) -> AppTest:
    at = AppTest.from_file(APP, default_timeout=60)
    for name, value in ({"view": "Explained"} | parameters).items():
        at.query_params[name] = value
    at.run()
    assert not at.exception, [e.value for e in at.exception]
    assert not at.error
    return at


def url(at: AppTest) -> dict[str, str]:
    last = {name: value[-1] if isinstance(value, list) else value for name, value in at.query_params.items()}
    return {name: value for name, value in last.items() if name != "view"}


def said(at: AppTest) -> str:
    """All texts of the page, without Markdown's escapes."""
    texts = [element.value for kind in ("markdown", "caption") for element in at.get(kind)]
    return "\n".join(texts).replace("\\", "")


def headings(at: AppTest) -> list[str]:
    return [m.value.removeprefix("#### ").replace("\\", "") for m in at.markdown if m.value.startswith("#### ")]


CIFAR110 = {"layout": "cifar", "depth": "110"}


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        ({}, ["Family: ResNet", "Block: Bottleneck", "Shortcut: B", "Order: post"]),
        (
            {**CIFAR110, "shortcut": "exclusive-gate", "order": "pre", "se": "true", "drop_path": "0.5"},
            ["Family: ResNet", "Block: Basic", "Shortcut: exclusive gating", "Order: full pre-activation",
             "Refinement: Squeeze-and-excitation", "Refinement: Stochastic depth"],
        ),
        ({"family": "plain"}, ["Family: Plain", "Block: Bottleneck", "Order: post"]),
        ({"family": "vgg"}, ["Family: VGG"]),
    ],
)  # fmt: skip
def test_the_lessons_of_a_choice_stand_there(network: dict[str, str], expected: list[str]) -> None:
    assert headings(page(**network)) == expected


@pytest.mark.parametrize("family", FAMILIES.names())
def test_every_family_is_explained(family: str) -> None:
    at = page(family=family)
    assert headings(at)[0] == f"Family: {FAMILIES[family].title}"
    assert "What to look at" in said(at)
    assert at.latex


def test_the_equation_is_the_choice_s() -> None:
    at = page(**CIFAR110, shortcut="scaled", shortcut_scale="0.25")
    assert r"0.25\,x_{l} + \mathcal{F}(x_{l})" in at.latex[0].value


def test_what_was_measured_is_listed_and_this_network_marked() -> None:
    text = said(page(**CIFAR110, shortcut="shortcut-gate"))
    assert "Measured of this shortcut** in the networks of He et al. 2016, Table 1, CIFAR-10" in text
    assert "ResNet-110, shortcut-only gating: error 12.86 % (b_g = 0, median of 5 runs)\n" in text
    assert "ResNet-110, shortcut-only gating: error 6.91 % (b_g = −6, median of 5 runs): **this network**" in text
    assert "Reported of this network" in text
    elsewhere = said(page(shortcut="shortcut-gate"))
    assert "6.91 %" in elsewhere
    assert "this network" not in elsewhere


def test_the_badge_of_a_known_network() -> None:
    at = page()
    assert "equals torchvision resnet50: parameters, shapes, names" in said(at)
    assert "nearest" not in [button.key for button in at.button]


def test_the_nearest_is_a_button_that_takes_it() -> None:
    at = page(depth="34", shortcut="C", zero_gamma="true")
    assert "none of the known ones; nearest:" in said(at)
    assert "differs in: with zero γ (as many parameters)" in said(at)
    at.button(key="nearest").click().run()
    assert not at.exception
    assert url(at) == {"depth": "34", "shortcut": "C"}
    assert "He et al. 2015, Table 3, ResNet-34 C" in said(at)


def test_the_badge_stands_on_every_page() -> None:
    assert "equals torchvision resnet18" in said(page(view="Tables", depth="18"))
