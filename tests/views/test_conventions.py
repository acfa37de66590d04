"""The cost ledger: every figure that was measured with the tools comes out by counting, to the last digit."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from resviz.core.net import Node, Op, Par, Seq, infer
from resviz.core.ops import AdaptiveAvgPool, Add, Blend, Concat, Conv, Flatten, Linear, LocalResponseNorm, Pad, ReLU
from resviz.views import conventions, counting, tables
from resviz.views.activations import KEEPS
from resviz.views.conventions import BYTES, CONVENTIONS, ELEMENTS, FREE, Line
from resviz.zoo.families import FAMILIES, PRESETS, named

REFERENCE = Path(__file__).parents[1] / "reference"
MEASURED = json.loads((REFERENCE / "tool_conventions.json").read_text())
OTHERS = json.loads((REFERENCE / "other_tools.json").read_text())["nets"]
RESNETS = list(MEASURED["results"])
TRAINED = {
    "imagenet_resnet18_B": "resnet18",
    "imagenet_resnet34_B": "resnet34",
    "imagenet_resnet50_B": "resnet50",
    "imagenet_resnet101_B": "resnet101",
    "imagenet_resnet152_B": "resnet152",
    "cifar_resnet20_A": "resnet20",
    "cifar_resnet56_A": "resnet56",
    "cifar_resnet110_A": "resnet110",
}
ATEN = {"aten::max_pool2d": "MaxPool", "aten::add_": "Add"}


def placed(name: str, **knobs: str) -> Node:
    return named(name, knobs).node()


def numbers(node: Node) -> dict[str, int]:
    return {line.name: line.number for line in conventions.ledger(node)}


def line(node: Node, name: str) -> Line:
    return next(line for line in conventions.ledger(node) if line.name == name)


def kinds(of: type[Op] = Op) -> Iterator[type[Op]]:
    """Every kind of operation that the package has; tests may define others."""
    for kind in of.__subclasses__():
        if getattr(kind, "__final__", False) and kind.__module__.startswith("resviz."):
            yield kind
        yield from kinds(kind)


@pytest.mark.parametrize("name", RESNETS)
def test_what_each_tool_counts(name: str) -> None:
    """Measured on torchvision's modules: torchinfo 1.8.0, fvcore 0.1.5, ptflops 0.7.5, calflops 0.3.2, torch 2.13."""
    measured, node = MEASURED["results"][name], placed(name)
    counted = numbers(node)
    assert counted["flop-counter"] == measured["torch_FlopCounterMode_total"]
    assert counted["torchinfo"] == measured["torchinfo"]["total_mult_adds"]
    assert counted["torchinfo-size"] == measured["torchinfo"]["total_output_bytes"]
    for batch_of_two, one in (("total_mult_adds", "torchinfo"), ("total_output_bytes", "torchinfo-size")):
        assert 2 * counted[one] == measured["torchinfo_batch2"][batch_of_two]
    assert counted["fvcore"] == measured["fvcore_total"]
    assert counted["fvcore-activations"] == measured["fvcore_activations_total"]
    assert counted["ptflops"] == measured["ptflops_pytorch_macs"]
    assert counted["ptflops-aten"] == measured["ptflops_aten_macs"]
    assert counted["calflops"] == measured["calflops"]["flops"]
    assert counted["calflops-macs"] == measured["calflops"]["macs"]


@pytest.mark.parametrize("name", RESNETS)
def test_parameters_and_bytes_as_the_tools_say_them(name: str) -> None:
    measured, node = MEASURED["results"][name], placed(name)
    params = tables.totals(node).params
    told = measured["torchinfo"]
    assert {told["total_params"], told["trainable"], measured["calflops"]["params"]} == {params}
    assert {measured["ptflops_pytorch_params"], measured["ptflops_aten_params"]} == {params}
    assert told["total_param_bytes"] == 4 * params
    # torchinfo asks sys.getsizeof for the image: 64 bytes of it are Python's own
    assert told["total_input"] == 4 * math.prod(node.ins[0]) + 64


@pytest.mark.parametrize("name", RESNETS)
def test_fvcore_by_operator(name: str) -> None:
    """What it adds up, and what it reports as unsupported; ReLU it leaves out without a word."""
    measured, node = MEASURED["results"][name], placed(name)
    counted, by_operator = numbers(node), measured["fvcore_by_operator"]
    assert by_operator["conv"] + by_operator["linear"] == counted["macs"]
    assert by_operator["batch_norm"] == counted["with-bn"] - counted["macs"]
    assert by_operator["adaptive_avg_pool2d"] == counted["fvcore"] - counted["with-bn"]
    missing = dict(line(node, "fvcore").not_counted)
    assert missing.pop("ReLU") == counting.operations(node)[ReLU]
    assert missing == {ATEN[name]: count for name, count in measured["fvcore_unsupported"].items()}


@pytest.mark.parametrize("name", TRAINED)
def test_a_training_step(name: str) -> None:
    """6 × MACs − 2 × the first convolution's: what FlopCounterMode counts for forward and backward."""
    measured, counted = MEASURED["training_flops"][name], numbers(placed(TRAINED[name]))
    assert counted["flops"] == measured["fwd_flops"]
    assert counted["training"] == measured["formula_value"] == measured["fwd_bwd_flops_per_image"]
    assert counted["flop-counter-training"] == counted["training"]


@pytest.mark.parametrize("name", OTHERS)
def test_what_other_tools_count(name: str) -> None:
    """ptflops, calflops and two versions of thop on the modules that resviz builds."""
    measured = dict(OTHERS[name])
    counted = numbers(placed(measured.pop("preset"), **measured.pop("knobs")))
    assert {tool: counted[tool] for tool in measured} == measured


def test_thop_says_what_everybody_quotes() -> None:
    """The two totals that are quoted for torchvision's resnet50, 4.11 G and 4.13 G, to the digit."""
    counted = numbers(placed("resnet50"))
    assert (counted["thop-2020"], counted["thop"]) == (4_111_514_624, 4_133_742_592)


def test_v1_and_v15() -> None:
    """He et al. 2015 stride on the first 1×1, 3.858 G; torchvision on the 3×3, 4.089 G."""
    assert numbers(placed("resnet50"))["macs"] == 4_089_184_256
    assert numbers(placed("resnet50-v1"))["macs"] == 3_857_973_248


def test_every_kind_of_operation_has_its_place() -> None:
    """In the count of everything, or among those without arithmetic; and a rule for what autograd keeps of it."""
    everything = CONVENTIONS["with-everything"].thing.rules.keys()
    assert not everything & FREE
    assert everything | FREE == set(kinds()) == KEEPS.keys()
    assert all(entry.thing.rules.keys() <= everything for entry in CONVENTIONS)


@pytest.mark.parametrize("name", [*FAMILIES.names(), *PRESETS.names()])
def test_the_ledger_holds_together(name: str) -> None:
    node = placed(name)
    counted = {line.name: line for line in conventions.ledger(node)}
    totals = tables.totals(node)
    assert counted["macs"].number == counted["calflops-macs"].number == totals.macs
    assert counted["flops"].number == counted["flop-counter"].number == 2 * totals.macs
    assert totals.macs <= counted["with-bn"].number <= counted["with-everything"].number
    assert counted["training"].number <= counted["flop-counter-training"].number
    assert 4 * totals.macs < counted["training"].number < 6 * totals.macs
    assert not counted["with-everything"].not_counted
    for line in counted.values():
        assert (line.difference is None) == (line.unit in (ELEMENTS, BYTES))
        assert line.difference in (None, line.number - totals.macs)


def test_every_layer_by_hand() -> None:
    """A net that is small enough to count on paper, for the conventions that no installed tool states."""
    gate = Seq((("c", Conv(2, 1)),))
    join = Par(Add(), (("a", Conv(2, 1, bias=True)), ("b", Seq(())), ("c", ReLU())))
    blend = Par(Blend(), (("h", Seq(())), ("x", Seq(())), ("t", gate)))
    whole = Seq((("j", join), ("b", blend), ("n", LocalResponseNorm(3, 1.0, 0.5, 1.0)), ("p", AdaptiveAvgPool(2))))
    node = infer(whole, (2, 4, 4))
    macs = 2 * (2 * 2 * 16)
    biases, relu, additions, blending, norm, pool = 32, 32, 2 * 32, 4 * 32, (3 + 4) * 32, 32
    assert numbers(node)["macs"] == macs
    assert numbers(node)["with-everything"] == macs + biases + relu + additions + blending + norm + pool


def test_layers_that_take_the_image_need_no_gradient_for_it() -> None:
    """Through padding and pooling too, and in every branch; behind a layer that learns, none."""
    stem = Par(Concat(), (("a", Conv(4, 1)), ("b", Seq((("pad", Pad(1)), ("conv", Conv(4, 3)))))))
    node = infer(Seq((("stem", stem), ("conv", Conv(2, 1)), ("flat", Flatten()), ("fc", Linear(3)))), (3, 5, 5))
    macs = {"a": 3 * 4 * 25, "b": 9 * 3 * 4 * 25, "conv": 8 * 2 * 25, "fc": 2 * 25 * 3}
    assert [counting.macs(at) for at in counting.at_image(node)] == [macs["a"], macs["b"]]
    assert numbers(node)["training"] == 6 * sum(macs.values()) - 2 * (macs["a"] + macs["b"])


def test_grouped_convolutions_are_counted_too_high_in_training() -> None:
    """FlopCounterMode takes the gradient of a grouped convolution's weights for an ungrouped one's."""
    node = placed("resnext50_32x4d")
    counted = numbers(node)
    grouped = sum(row.macs for row in tables.rows(node) if row.path.endswith("conv2"))
    assert counted["flop-counter-training"] - counted["training"] == 2 * (32 - 1) * grouped


def test_json_and_text_say_every_line() -> None:
    node = placed("resnet20")
    document = json.loads(json.dumps(conventions.document(node)))
    assert [entry["name"] for entry in document["conventions"]] == list(CONVENTIONS.names())
    assert document["conventions"][0]["not_counted"] == {"BatchNorm": 19, "ReLU": 19, "Add": 9, "GlobalAvgPool": 1}
    text = conventions.text("ResNet-20", node)
    assert all(f"{line.title} " in text and f"{line.number:,} {line.unit}" in text for line in conventions.ledger(node))
