"""The badge says what a choice is; where nothing is known, it names the network that fewest turns lead to."""

from __future__ import annotations

import pytest

from resviz.core.spec import NetSpec
from resviz.views import tables
from resviz.views.badge import UNKNOWN, Badge, Catalogue
from resviz.zoo.families import PRESETS, from_text
from resviz.zoo.known import by_name, known


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue(known(), by_name())


def params(spec: NetSpec) -> int:
    return tables.totals(spec.node()).params


def badge(catalogue: Catalogue, network: str) -> Badge:
    spec = from_text(network)
    return catalogue.badge(spec, params(spec))


@pytest.mark.parametrize(
    ("network", "sentence"),
    [
        ("resnet50", "equals torchvision resnet50: parameters, shapes, names"),
        ("resnet56", "He et al. 2015, Table 6, ResNet-56: 0.85 M parameters, reported error 6.97 % on CIFAR-10"),
        ("resnet110", "He et al. 2015, Table 6, ResNet-110: 1.7 M parameters, reported error 6.43 % on CIFAR-10 "
                      "(the best of 5 runs; the mean is 6.61 ± 0.16)"),
        ("resnet110", "He et al. 2016, Table 1, ResNet-110, original: reported error 6.61 % on CIFAR-10 "
                      "(median of 5 runs)"),
        ("resnet50-v1", "He et al. 2015, Table 3, ResNet-50: reported top-1 error 22.85 %, top-5 error 6.71 % on "
                        "ImageNet (validation, 10 crops)"),
        ("resnet110:shortcut=exclusive-gate:gate_bias=-3", "He et al. 2016, Table 1, ResNet-110, exclusive gating: "
                                                "fails, with an error over 20 %, on CIFAR-10 (b_g = −3)"),
        ("resnet34:shortcut=none", "He et al. 2015, Table 2, plain-34: reported top-1 error 28.54 % on ImageNet "
                                   "(validation, 10 crops, option A)"),
        ("resnet8", "ResNet-8 (CIFAR) (He et al. 2015)"),
    ],
)  # fmt: skip
def test_a_known_network_says_what_it_is(catalogue: Catalogue, network: str, sentence: str) -> None:
    found = badge(catalogue, network)
    assert sentence in found.sentences
    assert found.nearest is None
    assert sentence in found.text()


@pytest.mark.parametrize("name", PRESETS.names())
def test_every_preset_is_known(catalogue: Catalogue, name: str) -> None:
    assert badge(catalogue, name).sentences


def test_the_issue_s_example(catalogue: Catalogue) -> None:
    """ResNet-50's projections with their BN are 2,776,576 parameters (TRAPS.md: 7,680 of them BN's)."""
    found = badge(catalogue, "resnet50:shortcut=A")
    assert found.text() == (
        f"{UNKNOWN}; nearest: ResNet-50, differs in: shortcut A instead of B (−2,776,576 parameters)"
    )


@pytest.mark.parametrize(
    ("network", "nearest", "differences"),
    [
        ("resnet:layout=cifar:depth=62", "resnet56", ["depth 62 instead of 56"]),
        ("resnet:layout=cifar:depth=1196", "resnet1202", ["depth 1196 instead of 1202"]),
        ("resnet50:classes=10", "resnet50", ["classes 10 instead of 1000"]),
        # the block follows the depth, so it is no difference of its own
        ("resnet34:zero_gamma=true", "resnet34", ["with zero γ"]),
        ("seresnet50:zero_gamma=true", "seresnet50", ["with zero γ"]),
        ("resnet:blocks=3,4,6,4", "resnet50", ["units a stage 3,4,6,4"]),
        ("wrn-28-10:widen=11", "wrn-28-10", ["widen 11 instead of 10"]),
        ("resnet110:order=pre:shortcut=B", "preact-resnet110", ["shortcut B instead of A"]),
        ("resnet110:shortcut=scaled:shortcut_scale=0.3", "resnet110:shortcut=scaled",
         ["shortcut times 0.3 instead of 0.5"]),
        ("resnet110:shortcut=exclusive-gate:gate_bias=-6.6", "resnet110:shortcut=exclusive-gate:gate_bias=-7",
         ["gate bias −6.6 instead of −7"]),
        ("resnet110:shortcut=shortcut-gate:gate_bias=-2", "resnet110:shortcut=shortcut-gate:gate_bias=0",
         ["gate bias −2 instead of 0"]),
        # what the nearest has no use for is not "instead of" anything
        ("resnet44:shortcut=scaled:shortcut_scale=0.7", "resnet44",
         ["shortcut constant scaling instead of A", "shortcut times 0.7"]),
        ("vgg16:dropout=0.1", "vgg16", ["dropout 0.1 instead of 0.5"]),
    ],
)  # fmt: skip
def test_the_nearest_is_the_one_that_fewest_turns_lead_to(
    catalogue: Catalogue, network: str, nearest: str, differences: list[str]
) -> None:
    found = badge(catalogue, network).nearest
    assert found is not None
    assert found.spec == from_text(nearest)
    assert list(found.differences) == differences
    assert found.params == params(from_text(network)) - params(from_text(nearest))


@pytest.mark.parametrize("name", ["resnet18", "resnet110", "preact-resnet164", "wrn-16-8", "plain20", "vgg11"])
@pytest.mark.parametrize("classes", [7, 1001])
def test_one_turn_away_from_a_preset_it_is_found(catalogue: Catalogue, name: str, classes: int) -> None:
    found = badge(catalogue, f"{name}:classes={classes}").nearest
    assert found is not None
    assert len(found.differences) == 1
    assert found.spec.values() | {"classes": classes} == from_text(f"{name}:classes={classes}").values()


def test_the_nearest_is_of_the_same_family(catalogue: Catalogue) -> None:
    for network in ("plain:layout=cifar:depth=38", "resnet:layout=cifar:depth=38:shortcut=none"):
        found = badge(catalogue, network).nearest
        assert found is not None
        assert type(found.spec) is type(from_text(network))


def test_among_equally_near_ones_parameters_decide_and_a_name_before_them() -> None:
    spec = from_text("resnet:layout=cifar:depth=50")
    near, far = from_text("resnet:layout=cifar:depth=56"), from_text("resnet20")
    said = {far: ("far",), near: ("near",)}

    def nearest(catalogue: Catalogue) -> NetSpec:
        found = catalogue.badge(spec, params(spec)).nearest
        assert found is not None
        return found.spec

    assert nearest(Catalogue(said)) == near
    assert nearest(Catalogue(said, {far})) == far


def test_many_differences_are_counted_not_listed(catalogue: Catalogue) -> None:
    found = badge(catalogue, "resnet50:order=pre:width=30:stem=deep:conv_bias=true:classes=7:drop_path=0.2").nearest
    assert found is not None
    assert len(found.differences) == 6
    assert " and 2 more (−" in found.differs()


def test_where_nothing_of_the_family_is_known() -> None:
    spec = from_text("vgg16")
    assert Catalogue({from_text("resnet50"): ("x",)}).badge(spec, 1) == Badge(())
    assert Badge(()).text() == UNKNOWN
