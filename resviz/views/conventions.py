"""The conventions by which one forward pass is counted: what each tool adds to the multiply-adds, layer by layer.

Multiply-adds and parameters are the operations' own (`resviz.core.ops`); here stands only what a tool makes of them.
Every number is for one image, batch normalisation and dropout as in evaluation, auxiliary heads included.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from resviz.core import ops
from resviz.core.net import Node, Op, Role, fold
from resviz.core.registry import Registry
from resviz.views.counting import (
    Rule,
    at_image,
    biased,
    each,
    groups,
    macs,
    neighbours,
    operations,
    padded,
    params,
    plus,
    read,
    times,
    whole_bins,
    written,
)

Rules = Mapping[type[Op], Rule]

MACS, FLOPS, ELEMENTS, BYTES = "MACs", "FLOPs", "elements", "bytes"
"""What a convention counts; only numbers of the first two are differences to the MACs."""

WIDTH = 110
"""Characters of a line in a terminal."""

FREE: frozenset[type[Op]] = frozenset(
    {ops.Flatten, ops.Aside, ops.Concat, ops.Pad, ops.SamePad, ops.ZeroPad, ops.Dropout, ops.DropPath}
)
"""Operations without arithmetic in evaluation: no convention can miss them."""


@dataclass(frozen=True)
class Convention:
    """What is counted, and a rule for each kind of operation that is.

    `at_image` is what an operation counts on top where the image goes into it: a training step needs no gradient there.
    Parts of the roles `unseen` are passed over: a trace does not see what the output does not hang on.
    """

    unit: str
    rules: Rules
    at_image: Rule = lambda at: 0
    unseen: frozenset[Role] = frozenset()


CONVENTIONS: Registry[Convention] = Registry("convention")


@dataclass(frozen=True, slots=True)
class Line:
    """One convention's number. `not_counted` are the kinds of operation with arithmetic that it passes over."""

    name: str
    title: str
    definition: str
    source: str
    unit: str
    number: int
    difference: int | None
    not_counted: tuple[tuple[str, int], ...]

    def missing(self) -> str:
        """What is not counted, in words; empty where nothing is missing."""
        return ", ".join(f"{count} {kind}" for kind, count in self.not_counted)

    def json(self) -> dict[str, object]:
        """The line as the command line prints it."""
        return {name: getattr(self, name) for name in self.__slots__} | {"not_counted": dict(self.not_counted)}


def ledger(node: Node) -> list[Line]:
    """Every convention's number for a placed network, the MACs first."""
    present = operations(node)
    macs = total(CONVENTIONS["macs"].thing, node)
    lines = []
    for entry in CONVENTIONS:
        number = total(entry.thing, node)
        difference = number - macs if entry.thing.unit in (MACS, FLOPS) else None
        seen = operations(node, entry.thing.unseen) if entry.thing.unseen else present
        missing = present - Counter({kind: n for kind, n in seen.items() if kind in entry.thing.rules})
        names = tuple((kind.__name__, n) for kind, n in missing.items() if kind not in FREE)
        lines.append(Line(entry.name, entry.title, entry.note, entry.cite, entry.thing.unit, number, difference, names))
    return lines


def document(node: Node) -> dict[str, object]:
    """The ledger as JSON."""
    return {"conventions": [line.json() for line in ledger(node)]}


def text(title: str, node: Node) -> str:
    """The ledger for a terminal: each number with its definition below it."""
    lines = [f"{title}: one image, as each convention counts it"]
    for line in ledger(node):
        difference = f"{line.difference:+,}" if line.difference else ""
        lines.append(f"{line.title:<40} {line.number:>18,} {line.unit:<8} {difference}".rstrip())
        missing = f" Not counted: {line.missing()}." if line.not_counted else ""
        about = f"{line.definition}{missing} ({line.source})"
        lines += textwrap.wrap(about, WIDTH, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines) + "\n"


def total(convention: Convention, node: Node) -> int:
    """The convention's number for a placed network."""

    def leaf(at: Node) -> int:
        rule = convention.rules.get(type(at.op))
        return rule(at) if rule else 0

    def seq(at: Node, parts: list[int]) -> int:
        return 0 if at.role in convention.unseen else sum(parts)

    everywhere = fold(node, leaf, seq, lambda at, branches, join: sum(branches) + join)
    return everywhere + sum(convention.at_image(at) for at in at_image(node))


AUX: frozenset[Role] = frozenset({"aux"})
POOLS = (ops.MaxPool, ops.AvgPool, ops.AdaptiveAvgPool, ops.GlobalAvgPool)
WEIGHTED = (ops.Conv, ops.Linear)
_MACS = each(*WEIGHTED, count=macs)
_WITH_BIASES = each(*WEIGHTED, count=plus(macs, biased))
_BN = {ops.BatchNorm: times(2, written)}
_EVERYTHING = (
    _WITH_BIASES
    | _BN
    | each(ops.ReLU, ops.Sigmoid, ops.Tanh, ops.OneMinus, ops.Scale, ops.Mul, count=written)
    | each(*POOLS, count=read)
    | {
        ops.Add: lambda at: (len(at.ins) - 1) * written(at),
        ops.Blend: times(4, written),
        ops.LocalResponseNorm: lambda at: (neighbours(at) + 4) * written(at),
    }
)
# torch makes local response normalisation of x·x, a mean over neighbours, ·α, + k, ^−β; the tools see the first four
_RESPONSE = {ops.LocalResponseNorm: plus(times(3, written), padded)}

CONVENTIONS.register(
    "macs",
    title="MACs",
    cite="He et al. 2015, Table 1; torchvision; resviz",
    note="The multiply-adds of convolutions and fully connected layers, a multiplication with its addition counted "
    "once.",
)(Convention(MACS, _MACS))

CONVENTIONS.register(
    "flops",
    title="2 × MACs",
    cite="data sheets of hardware",
    note="The same with multiplication and addition counted apart.",
)(Convention(FLOPS, each(*WEIGHTED, count=times(2, macs))))

CONVENTIONS.register(
    "with-bn",
    title="MACs + BN",
    cite="a common addition",
    note="MACs, and two operations for each element that batch normalisation puts out: in evaluation it is a factor "
    "and an offset.",
)(Convention(MACS, _MACS | _BN))

CONVENTIONS.register(
    "with-everything",
    title="MACs + BN, ReLU, pooling, add …",
    cite="resviz",
    note="MACs, and what every other layer computes: biases 1 an element put out, BN 2, ReLU, sigmoid, tanh, a product "
    "or a constant factor 1, a sum 1 for each further input, a gated sum 4, pooling 1 for each element read, response "
    "normalisation over n channels n + 4.",
)(Convention(MACS, _EVERYTHING))

CONVENTIONS.register(
    "torchinfo",
    title="torchinfo, total mult-adds",
    cite="torchinfo 1.8.0, layer_info.py",
    note="MACs, a bias for each element that it is added to in convolutions, and of BN and fully connected layers each "
    "parameter once, however large the map.",
)(Convention(MACS, _WITH_BIASES | {ops.BatchNorm: params}))

CONVENTIONS.register(
    "fvcore",
    title="fvcore FlopCountAnalysis",
    cite="fvcore 0.1.5, jit_handles.py",
    note="MACs (named FLOPs), BN 2 for each element, and adaptive (global) average pooling 1 for each element that it "
    "reads; other pooling, sums, products and gates are reported as unsupported, ReLU and auxiliary heads are left out "
    "without a word.",
)(Convention(MACS, _MACS | _BN | each(ops.AdaptiveAvgPool, ops.GlobalAvgPool, count=read), unseen=AUX))

CONVENTIONS.register(
    "ptflops",
    title="ptflops, backend pytorch",
    cite="ptflops 0.7.5, pytorch_ops.py",
    note="MACs, biases, BN 2 for each element, and ReLU and pooling 2 for each element that they read: once by the "
    "layer and once more by the function that the layer calls.",
)(
    Convention(
        MACS,
        _WITH_BIASES | _BN | _RESPONSE | {ops.ReLU: times(2, written)} | each(*POOLS, count=times(2, read)),
    )
)

CONVENTIONS.register(
    "ptflops-aten",
    title="ptflops, backend aten",
    cite="ptflops 0.7.5, aten_ops.py",
    note="MACs, and a bias for each element that it is added to.",
)(Convention(MACS, _WITH_BIASES))

CONVENTIONS.register(
    "thop",
    title="thop 0.1",
    cite="thop 0.1.1, vision/basic_hooks.py",
    note="MACs without biases, BN 4 for each element (the factor 2 stands there twice), average pooling 1 for each "
    "element put out, adaptive pooling 1 for each element read and put out.",
)(
    Convention(
        MACS,
        _MACS
        | {ops.BatchNorm: times(4, written), ops.AvgPool: written}
        | each(ops.AdaptiveAvgPool, ops.GlobalAvgPool, count=plus(read, written)),
    )
)

CONVENTIONS.register(
    "thop-2020",
    title="thop until 0.0.31",
    cite="thop 0.0.31 (2020), vision/basic_hooks.py",
    note="MACs, biases of convolutions, BN 2 for each element, average pooling 1 for each element put out, adaptive "
    "pooling 1 for each element put out and for each of its bin.",
)(
    Convention(
        MACS,
        _MACS
        | _BN
        | each(ops.Conv, count=plus(macs, biased))
        | each(ops.AvgPool, count=written)
        | each(ops.AdaptiveAvgPool, ops.GlobalAvgPool, count=lambda at: (whole_bins(at) + 1) * written(at)),
    )
)

CONVENTIONS.register(
    "calflops-macs",
    title="calflops, MACs",
    cite="calflops 0.3.2, pytorch_ops.py",
    note="The multiply-adds of convolutions and fully connected layers.",
)(Convention(MACS, _MACS))

CONVENTIONS.register(
    "calflops",
    title="calflops, FLOPs",
    cite="calflops 0.3.2, pytorch_ops.py",
    note="2 × MACs, biases of convolutions but not of fully connected layers, BN 2 for each element, ReLU and pooling "
    "1 for each element that they read.",
)(
    Convention(
        FLOPS,
        each(ops.Conv, count=plus(times(2, macs), biased))
        | each(ops.Linear, count=times(2, macs))
        | each(ops.ReLU, count=written)
        | _BN
        | _RESPONSE
        | each(*POOLS, count=read),
    )
)

CONVENTIONS.register(
    "flop-counter",
    title="torch FlopCounterMode",
    cite="torch 2.13, utils/flop_counter.py",
    note="2 × MACs; everything but convolutions and matrix products is passed over.",
)(Convention(FLOPS, each(*WEIGHTED, count=times(2, macs))))

CONVENTIONS.register(
    "training",
    title="Training step",
    cite="resviz; FlopCounterMode where no convolution is grouped",
    note="6 × MACs − 2 × the MACs of the layers that take the image: forward, the gradient of the weights and the "
    "gradient of the input each cost 2 × MACs, and the image needs none.",
)(Convention(FLOPS, each(*WEIGHTED, count=times(6, macs)), at_image=times(-2, macs)))

CONVENTIONS.register(
    "flop-counter-training",
    title="torch FlopCounterMode, training step",
    cite="torch 2.13, utils/flop_counter.py",
    note="A training step, but the gradient of a grouped convolution's weights is counted as if it had one group, "
    "which is too much.",
)(
    Convention(
        FLOPS,
        each(*WEIGHTED, count=lambda at: (4 + 2 * groups(at)) * macs(at)),
        at_image=times(-2, macs),
    )
)

CONVENTIONS.register(
    "fvcore-activations",
    title="fvcore ActivationCountAnalysis",
    cite="fvcore 0.1.5, activation_count.py; Radosavovic et al. 2020",
    note="The elements that convolutions and fully connected layers put out, auxiliary heads left out.",
)(Convention(ELEMENTS, each(*WEIGHTED, count=written), unseen=AUX))

CONVENTIONS.register(
    "torchinfo-size",
    title="torchinfo, forward/backward pass size",
    cite="torchinfo 1.8.0, model_statistics.py",
    note="8 bytes (4 for the number, 4 for its gradient) for each element that a layer with parameters puts out; its "
    "MB are 10⁶ bytes. What training keeps is another number, under memory.",
)(Convention(BYTES, each(*WEIGHTED, ops.BatchNorm, count=times(8, written))))
