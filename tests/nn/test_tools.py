"""The cost ledger against the installed torchinfo, fvcore and FlopCounterMode, on modules that really run.

torchvision's ResNets are in `tests/views/test_conventions.py`; here are other nets, and every family that there is.
"""

from __future__ import annotations

from collections import Counter

import pytest
import torch
import torchinfo
from fvcore.nn import ActivationCountAnalysis, FlopCountAnalysis
from fvcore.nn.jit_analysis import JitModelAnalysis
from torch.utils.flop_counter import FlopCounterMode

from resviz.core.net import Node
from resviz.nn.module import build
from resviz.views import conventions, counting
from resviz.views.conventions import CONVENTIONS
from resviz.zoo.families import FAMILIES, named

SMALL = {"input": "3,65,47", "classes": "5"}
NETS = {
    "CIFAR, option A": ("resnet20", {}),
    "CIFAR, option B": ("resnet20", {"shortcut": "B"}),
    "CIFAR, option C": ("resnet20", {"shortcut": "C"}),
    "pre-activation": ("preact-resnet164", {}),
    "SE": ("seresnet50", SMALL),
    "ResNeXt": ("resnext50_32x4d", SMALL),
    "ResNet-D": ("resnet50-d", SMALL),
    "plain": ("plain34", SMALL),
    "biases": ("resnet", {**SMALL, "conv_bias": "true", "se": "true"}),
    "drop path": ("resnet20", {"drop_path": "0.5"}),
    "exclusive gate": ("resnet20", {"shortcut": "exclusive-gate"}),
    "shortcut-only gate": ("resnet20", {"shortcut": "shortcut-gate"}),
    "constant scaling": ("resnet20", {"shortcut": "scaled", "branch_scale": "0.5"}),
    "dropout on the shortcut": ("resnet20", {"shortcut": "dropout"}),
    "v1": ("resnet50-v1", SMALL),
    "wide": ("wrn-16-8", {}),
    "response norm and groups": ("alexnet-2012", {"classes": "5"}),
    "auxiliary heads": ("googlenet-aux", SMALL),
}
SMALLER = {"alexnet": {"input": "3,67,67"}, "googlenet": {"input": "3,65,65"}, "vgg": {"input": "3,64,64"},
           "resnet": {"input": "3,65,65"}, "plain": {"input": "3,65,65"}}  # fmt: skip
CASES = [*NETS, *(entry.name for entry in FAMILIES)]

ATEN = {
    "aten::max_pool2d": {"MaxPool": 1},
    "aten::avg_pool2d": {"AvgPool": 1},
    "aten::sigmoid": {"Sigmoid": 1},
    "aten::tanh": {"Tanh": 1},
    "aten::rsub": {"OneMinus": 1, "Blend": 1},
    "aten::mul": {"Mul": 1, "Scale": 1, "Blend": 2, "LocalResponseNorm": 2},
    "aten::add": {"Add": 1, "Blend": 1, "LocalResponseNorm": 1},
    "aten::avg_pool3d": {"LocalResponseNorm": 1},
    "aten::pow": {"LocalResponseNorm": 1},
    "aten::div": {"LocalResponseNorm": 1},
}
"""torch's operators that fvcore does not support, and how often an operation calls each."""


def placed(name: str) -> Node:
    network, knobs = NETS.get(name, (name, SMALLER.get(name, {})))
    return named(network, knobs).node()


def numbers(node: Node) -> dict[str, int]:
    return {line.name: line.number for line in conventions.ledger(node)}


def quiet(analysis: JitModelAnalysis) -> JitModelAnalysis:
    return analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False).tracer_warnings("none")


@pytest.mark.parametrize("name", CASES)
def test_torchinfo(name: str) -> None:
    node = placed(name)
    said = torchinfo.summary(build(node), input_size=(1, *node.ins[0]), mode="eval", device="cpu", verbose=0)
    counted = numbers(node)
    assert (counted["torchinfo"], counted["torchinfo-size"]) == (said.total_mult_adds, said.total_output_bytes)


@pytest.mark.parametrize("name", CASES)
def test_fvcore(name: str) -> None:
    """Its total, its activations, and what it reports as unsupported is what the ledger says it does not count."""
    node = placed(name)
    model, image = build(node).eval(), torch.zeros(1, *node.ins[0])
    flops = quiet(FlopCountAnalysis(model, image))
    counted = numbers(node)
    assert counted["fvcore"] == flops.total()
    assert counted["fvcore-activations"] == quiet(ActivationCountAnalysis(model, image)).total()
    traced, rules = counting.operations(node, conventions.AUX), CONVENTIONS["fvcore"].thing.rules
    missing = {kind.__name__: n for kind, n in traced.items() if kind not in rules}
    unsupported = Counter(
        {aten: sum(n * missing.get(kind, 0) for kind, n in calls.items()) for aten, calls in ATEN.items()}
    )
    assert +unsupported == Counter({aten: n for aten, n in flops.unsupported_ops().items() if aten != "aten::pad"})


@pytest.mark.parametrize("name", CASES)
def test_flop_counter_mode_of_a_training_step(name: str) -> None:
    """Forward and backward of two images, the outputs of auxiliary heads among those that are trained."""
    node = placed(name)
    model = build(node).train()
    with FlopCounterMode(display=False) as counter:
        outputs = model(torch.randn(2, *node.ins[0]))
        sum(output.sum() for output in (outputs if isinstance(outputs, tuple) else (outputs,))).backward()
    counted = numbers(node)
    assert 2 * counted["flop-counter-training"] == counter.get_total_flops()
