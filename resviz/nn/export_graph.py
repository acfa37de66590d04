"""The network as a program of torch.export, written from the term: a tensor an operation, named by its path.

It is what `torch.export.export` finds by tracing the module in evaluation, without the time that tracing takes. What
one operation of ours is in ATen stands in a function; weights come from the module. The number of images is free.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from resviz.core import ops
from resviz.core.flow import INPUT, Flow, Step, flow
from resviz.core.net import Node, Op, Shape
from resviz.nn.export_schema import ATEN, SAMPLE, SCHEMA, SYMBOL, Json, Name, call, dense, feature_map, named, weight

IMAGE = Name("x")
END = 2**63 - 1
ARGUMENTS = (
    '[1, {"type": "builtins.tuple", "context": "null", "children_spec": [{"type": "builtins.tuple", "context": "null", '
    '"children_spec": [{"type": null, "context": null, "children_spec": []}]}, {"type": "builtins.dict", "context": '
    '"[]", "children_spec": []}]}]'
)
RESULT = '[1, {"type": null, "context": null, "children_spec": []}]'
"""One tensor in, one out, as torch's pytree tells it."""


@dataclass
class Graph:
    """Calls, and what is known of their tensors, in the making."""

    modules: dict[str, str]
    names: dict[str, Name] = field(default_factory=dict)
    calls: list[Json] = field(default_factory=list)
    tensors: dict[str, Json] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    def name(self, key: str, plain: str, known: Json) -> Name:
        """The tensor of that key by a name that nothing else has, of letters, digits and underscores."""
        plain, extra = re.sub(r"\W", "_", plain), 0
        found = plain
        while found in self._taken:
            extra += 1
            found = f"{plain}_{extra}"
        self._taken.add(found)
        self.tensors[found] = known
        self.names[key] = Name(found)
        return self.names[key]


@dataclass(frozen=True)
class Site:
    """Where an operation is called: its step, and the graph that takes it."""

    graph: Graph
    step: Step

    @property
    def ins(self) -> list[Name]:
        return [self.graph.names[source] for source in self.step.sources]

    @property
    def x(self) -> Name:
        """The first input."""
        return self.ins[0]

    def own(self, name: str) -> Name | None:
        """A parameter or buffer of this layer, where it has it."""
        return self.graph.names.get(f"{self.step.path}.{name}")

    def last(self, target: str, /, **arguments: Any) -> None:
        """Add the call that gives what the operation gives."""
        self._call(target, self.step.path, feature_map(self.step.at.out), arguments)

    def before(self, part: str, target: str, shape: Shape, strides: Shape | None = None, /, **arguments: Any) -> Name:
        """Add a call on the way to it, whose output has `shape` an image."""
        return self._call(target, f"{self.step.path}.{part}", feature_map(shape, strides), arguments)

    def _call(self, target: str, key: str, known: Json, arguments: dict[str, Any]) -> Name:
        name = self.graph.name(key, key, known)
        self.graph.calls.append(call(target, name, arguments, _within(self.graph.modules, self.step.path)))
        return name


def program(model: nn.Module, node: Node) -> Json:
    """The exported program of a module in evaluation and the placed term that it was built from."""
    modules = {path: f"{type(m).__module__}.{type(m).__qualname__}" for path, m in model.named_modules()}
    graph, threads = Graph(modules), flow(node)
    weights = [(named, *each) for named, group in _weights(model) for each in group]
    inputs = [graph.name(path, f"{kind[0]}_{path}", weight(tensor)) for kind, path, tensor in weights]
    inputs.append(graph.name(INPUT, IMAGE, feature_map(node.ins[0])))
    steps = _needed(threads)
    for step in steps:
        KINDS[type(step.at.op)](Site(graph, step))
    result = graph.names[threads.outputs[0]]
    return {
        "graph_module": {
            "graph": _graph(graph, inputs, result),
            "signature": _signature([(kind, path) for kind, path, _ in weights], inputs, result),
            "module_call_graph": _module_calls(modules, steps),
            "metadata": {},
            "treespec_namedtuple_fields": {},
        },
        "opset_version": {"aten": ATEN},
        "range_constraints": {SYMBOL: {"min_val": 1, "max_val": None}},
        "schema_version": {"major": SCHEMA[0], "minor": SCHEMA[1]},
        "verifiers": ["TRAINING"],
        "torch_version": str(torch.__version__),
        "guards_code": [],
    }


def _weights(model: nn.Module) -> Iterator[tuple[str, Iterator[tuple[str, Tensor]]]]:
    yield "parameter", model.named_parameters()
    yield "buffer", model.named_buffers()


def _needed(threads: Flow) -> list[Step]:
    """The steps that the network's own output hangs on: in evaluation, auxiliary heads are left out."""
    wanted, found = {threads.outputs[0]}, []
    for step in reversed(threads.steps):
        if step.path in wanted:
            wanted.update(step.sources)
            found.append(step)
    return found[::-1]


def _graph(graph: Graph, inputs: list[Name], result: Name) -> Json:
    return {
        "inputs": [named(name) for name in inputs],
        "outputs": [named(result)],
        "nodes": graph.calls,
        "tensor_values": graph.tensors,
        "sym_int_values": {},
        "sym_bool_values": {},
        "sym_float_values": {},
        "custom_obj_values": {},
        "is_single_tensor_return": False,
    }


def _signature(weights: list[tuple[str, str]], inputs: list[Name], result: Name) -> Json:
    specs: list[Json] = []
    for (kind, path), name in zip(weights, inputs):
        kept = {"persistent": True} if kind == "buffer" else {}
        specs.append({kind: {"arg": {"name": name}, f"{kind}_name": path, **kept}})
    specs.append({"user_input": {"arg": named(inputs[-1])}})
    return {"input_specs": specs, "output_specs": [{"user_output": {"arg": named(result)}}]}


def _within(modules: dict[str, str], path: str) -> str:
    """The modules around a call, from the network inwards, in the form of torch's metadata."""
    return ";".join(f"L__self__{at},{at},{modules[at]}" for at in _around(path) if at in modules)


def _around(path: str) -> list[str]:
    names = path.split(".")
    return ["", *(".".join(names[: i + 1]) for i in range(len(names)))]


def _module_calls(modules: dict[str, str], steps: list[Step]) -> list[Json]:
    """Every module that is called, in order; the whole network with its arguments and result."""
    called = dict.fromkeys(at for step in steps for at in _around(step.path) if at in modules)
    whole = {"inputs": [], "outputs": [], "in_spec": ARGUMENTS, "out_spec": RESULT, "forward_arg_names": [str(IMAGE)]}
    return [{"fqn": path, "signature": None if path else whole} for path in called]


def _plain(target: str) -> Make:
    def make(site: Site) -> None:
        site.last(target, self=site.x)

    return make


def _passed_on(site: Site) -> None:
    """What does nothing in evaluation and is traced as nothing."""
    site.graph.names[site.step.path] = site.x


def _conv(site: Site) -> None:
    op = site.step.at.op
    assert isinstance(op, ops.Conv)
    site.last(
        "conv2d.default", input=site.x, weight=site.own("weight"), bias=site.own("bias"), stride=[op.stride] * 2,
        padding=[op.padding] * 2, dilation=[1, 1], groups=op.groups,
    )  # fmt: skip


def _norm(site: Site) -> None:
    op = site.step.at.op
    assert isinstance(op, ops.BatchNorm)
    site.last(
        "batch_norm.default", input=site.x, weight=site.own("weight"), bias=site.own("bias"),
        running_mean=site.own("running_mean"), running_var=site.own("running_var"), training=False,
        momentum=op.momentum, eps=op.eps, cudnn_enabled=False,
    )  # fmt: skip


def _linear(site: Site) -> None:
    site.last("linear.default", input=site.x, weight=site.own("weight"), bias=site.own("bias"))


def _max_pool(site: Site) -> None:
    op = site.step.at.op
    assert isinstance(op, ops.MaxPool)
    site.last(
        "max_pool2d.default", self=site.x, kernel_size=[op.kernel] * 2, stride=[op.stride] * 2,
        padding=[op.padding] * 2, dilation=[1, 1], ceil_mode=op.ceil,
    )  # fmt: skip


def _avg_pool(site: Site) -> None:
    op = site.step.at.op
    assert isinstance(op, ops.AvgPool)
    site.last(
        "avg_pool2d.default", self=site.x, kernel_size=[op.kernel] * 2, stride=[op.stride] * 2, padding=[0, 0],
        ceil_mode=op.ceil, count_include_pad=not op.ceil,
    )  # fmt: skip


def _bins(site: Site) -> None:
    op = site.step.at.op
    bins = op.bins if isinstance(op, ops.AdaptiveAvgPool) else 1
    site.last("adaptive_avg_pool2d.default", self=site.x, output_size=[bins] * 2)


def _lrn(site: Site) -> None:
    """Mean squares over neighbouring channels, as `torch.nn.functional.local_response_norm` takes them."""
    op, (c, h, w) = site.step.at.op, site.step.at.out
    assert isinstance(op, ops.LocalResponseNorm)
    before, behind = op.channels // 2, (op.channels - 1) // 2
    squares = site.before("squares", "mul.Tensor", (c, h, w), self=site.x, other=site.x)
    deep = site.before("deep", "unsqueeze.default", (1, c, h, w), self=squares, dim=1)
    pads = [0, 0, 0, 0, before, behind]
    padded = site.before("padded", "pad.default", (1, c + before + behind, h, w), self=deep, pad=pads)
    window = [op.channels, 1, 1]
    means = site.before("means", "avg_pool3d.default", (1, c, h, w), self=padded, kernel_size=window, stride=[1, 1, 1])
    flat = site.before("flat", "squeeze.dim", (c, h, w), self=means, dim=1)
    scaled = site.before("scaled", "mul.Tensor", (c, h, w), self=flat, other=op.alpha)
    raised = site.before("raised", "add.Tensor", (c, h, w), self=scaled, other=op.k)
    divisor = site.before("divisor", "pow.Tensor_Scalar", (c, h, w), self=raised, exponent=op.beta)
    site.last("div.Tensor", self=site.x, other=divisor)


def _dropout(site: Site) -> None:
    op = site.step.at.op
    assert isinstance(op, ops.Dropout)
    site.last("dropout.default", input=site.x, p=op.rate, train=False)


def _flatten(site: Site) -> None:
    site.last("flatten.using_ints", self=site.x, start_dim=1)


def _scale(site: Site) -> None:
    op = site.step.at.op
    assert isinstance(op, ops.Scale)
    site.last("mul.Tensor", self=site.x, other=op.factor)


def _one_minus(site: Site) -> None:
    site.last("rsub.Scalar", self=site.x, other=1)


def _add(site: Site) -> None:
    *first, last = site.ins
    total = first[0]
    for i, x in enumerate(first[1:]):
        total = site.before(f"sum{i}", "add.Tensor", site.step.at.out, self=total, other=x)
    site.last("add.Tensor", self=total, other=last)


def _mul(site: Site) -> None:
    site.last("mul.Tensor", self=site.ins[0], other=site.ins[1])


def _concat(site: Site) -> None:
    site.last("cat.default", tensors=site.ins, dim=1)


def _blend(site: Site) -> None:
    shape, (transform, x, gate) = site.step.at.out, site.ins
    transformed = site.before("transformed", "mul.Tensor", shape, self=transform, other=gate)
    carry = site.before("carry", "rsub.Scalar", shape, self=gate, other=1)
    carried = site.before("carried", "mul.Tensor", shape, self=x, other=carry)
    site.last("add.Tensor", self=transformed, other=carried)


def _zero_pad(site: Site) -> None:
    """Option A: every stride-th row, every stride-th column, then zeros on both sides of the channels."""
    op, (channels, height, width) = site.step.at.op, site.step.at.ins[0]
    assert isinstance(op, ops.ZeroPad)
    x, (_, rows, columns) = site.x, op.out((channels, height, width))
    if op.stride > 1:
        by_image, by_channel, by_row, _ = dense((SAMPLE, channels, height, width))
        every: dict[str, Any] = {"start": 0, "end": END, "step": op.stride}
        strides = (by_image, by_channel, op.stride * by_row, 1)
        x = site.before("rows", "slice.Tensor", (channels, rows, width), strides, self=x, dim=2, **every)
        strides = (by_image, by_channel, op.stride * by_row, op.stride)
        x = site.before("columns", "slice.Tensor", (channels, rows, columns), strides, self=x, dim=3, **every)
    before = (op.channels - channels) // 2
    site.last("pad.default", self=x, pad=[0, 0, 0, 0, before, op.channels - channels - before])


def _pad(site: Site) -> None:
    _, arguments = site.step.at.op.torch(*site.step.at.ins)
    pads: Any = arguments["padding"]
    site.last("pad.default", self=site.x, pad=list(pads), mode="constant", value=0.0)


Make = Callable[[Site], None]

KINDS: dict[type[Op], Make] = {
    ops.Conv: _conv,
    ops.BatchNorm: _norm,
    ops.Linear: _linear,
    ops.ReLU: _plain("relu.default"),
    ops.Sigmoid: _plain("sigmoid.default"),
    ops.Tanh: _plain("tanh.default"),
    ops.MaxPool: _max_pool,
    ops.AvgPool: _avg_pool,
    ops.GlobalAvgPool: _bins,
    ops.AdaptiveAvgPool: _bins,
    ops.LocalResponseNorm: _lrn,
    ops.Flatten: _flatten,
    ops.Dropout: _dropout,
    ops.DropPath: _passed_on,
    ops.Add: _add,
    ops.Mul: _mul,
    ops.Concat: _concat,
    ops.Blend: _blend,
    ops.Scale: _scale,
    ops.OneMinus: _one_minus,
    ops.ZeroPad: _zero_pad,
    ops.Pad: _pad,
    ops.SamePad: _pad,
}
