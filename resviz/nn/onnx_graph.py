"""The network as an ONNX graph, written from the term: a node an operation, named by its path, for any batch.

What one operation of ours is in ONNX stands in a function; weights come from the module. Auxiliary heads are further
outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from resviz.core import ops
from resviz.core.flow import INPUT, Step, flow
from resviz.core.net import Node, Op

OPSET = 17
IR = 8
LARGEST = 2**31 - 2**20
"""Bytes: protobuf holds no more in one file."""


@dataclass
class Graph:
    """Nodes and numbers in the making."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    numbers: list[onnx.TensorProto] = field(default_factory=list)

    def node(self, kind: str, inputs: Sequence[str], output: str, **attributes: Any) -> str:
        """Add a node whose name is its output's; gives that."""
        self.nodes.append(helper.make_node(kind, list(inputs), [output], name=output, **attributes))
        return output

    def number(self, name: str, value: np.ndarray[Any, Any]) -> str:
        """Add a constant; gives its name."""
        self.numbers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def floats(self, name: str, *values: float) -> str:
        return self.number(name, np.array(values if len(values) > 1 else values[0], np.float32))

    def whole(self, name: str, values: Sequence[int]) -> str:
        return self.number(name, np.array(values, np.int64))


def write(model: nn.Module, node: Node, file: Path, title: str, line: str) -> None:
    """Write the graph with the module's weights; raises ValueError where it is too large for one file."""
    bytes_needed = sum(tensor.numel() * tensor.element_size() for tensor in model.state_dict().values())
    if bytes_needed > LARGEST:
        raise ValueError(f"{title} has {bytes_needed / 2**30:.1f} GiB of weights, and an ONNX file holds at most 2")
    made = proto(model, node, title, line)
    file.write_bytes(made.SerializeToString())


def proto(model: nn.Module, node: Node, title: str, line: str) -> onnx.ModelProto:
    """The model, checked against ONNX's own rules."""
    graph, threads = Graph(), flow(node)
    weights = {name: tensor.detach().numpy() for name, tensor in model.state_dict().items()}
    for step in threads.steps:
        _step(graph, step, weights)
    places = {step.path: step.at.out for step in threads.steps}
    outputs = [helper.make_tensor_value_info(path, TensorProto.FLOAT, ["N", *places[path]]) for path in threads.outputs]
    images = helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["N", *node.ins[0]])
    whole = helper.make_graph(graph.nodes, "network", [images], outputs, graph.numbers, doc_string=title)
    made = helper.make_model(
        whole, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR, producer_name="resviz", doc_string=title
    )
    helper.set_model_props(made, {"resviz": line})
    onnx.checker.check_model(made)
    return made


Weights = dict[str, np.ndarray[Any, Any]]


def _step(graph: Graph, step: Step, weights: Weights) -> None:
    own = {name.removeprefix(f"{step.path}."): value for name, value in weights.items() if _below(name, step.path)}
    KINDS[type(step.at.op)](graph, step, own)


def _below(name: str, path: str) -> bool:
    return name.rpartition(".")[0] == path


def _plain(kind: str, **attributes: Any) -> Make:
    def make(graph: Graph, step: Step, own: Weights) -> None:
        graph.node(kind, step.sources, step.path, **attributes)

    return make


def _conv(graph: Graph, step: Step, own: Weights) -> None:
    op = step.at.op
    assert isinstance(op, ops.Conv)
    names = [graph.number(f"{step.path}.{name}", own[name]) for name in ("weight", "bias") if name in own]
    graph.node(
        "Conv", [*step.sources, *names], step.path, kernel_shape=[op.kernel] * 2, strides=[op.stride] * 2,
        pads=[op.padding] * 4, group=op.groups,
    )  # fmt: skip


def _norm(graph: Graph, step: Step, own: Weights) -> None:
    op = step.at.op
    assert isinstance(op, ops.BatchNorm)
    parts = ("weight", "bias", "running_mean", "running_var")
    names = [graph.number(f"{step.path}.{name}", own[name]) for name in parts]
    graph.node("BatchNormalization", [*step.sources, *names], step.path, epsilon=op.eps)


def _linear(graph: Graph, step: Step, own: Weights) -> None:
    names = [graph.number(f"{step.path}.{name}", own[name]) for name in ("weight", "bias")]
    graph.node("Gemm", [*step.sources, *names], step.path, transB=1)


def _max_pool(graph: Graph, step: Step, own: Weights) -> None:
    op = step.at.op
    assert isinstance(op, ops.MaxPool)
    pads = _with_ceil(op, step.at, op.padding)
    graph.node("MaxPool", step.sources, step.path, kernel_shape=[op.kernel] * 2, strides=[op.stride] * 2, pads=pads)


def _avg_pool(graph: Graph, step: Step, own: Weights) -> None:
    op = step.at.op
    assert isinstance(op, ops.AvgPool)
    graph.node(
        "AveragePool", step.sources, step.path, kernel_shape=[op.kernel] * 2, strides=[op.stride] * 2,
        pads=_with_ceil(op, step.at, 0), count_include_pad=0,
    )  # fmt: skip


def _with_ceil(op: ops.MaxPool | ops.AvgPool, at: Node, padding: int) -> list[int]:
    """Pads as ONNX has them, before and behind; a last window over the edge is reached by padding behind."""
    behind = [
        max(padding, (out - 1) * op.stride + op.kernel - n - padding) if op.ceil else padding
        for n, out in zip(at.ins[0][1:], at.out[1:])
    ]
    return [padding, padding, *behind]


def _bins(graph: Graph, step: Step, own: Weights) -> None:
    """The means of bins along one axis, then along the other."""
    op = step.at.op
    assert isinstance(op, ops.AdaptiveAvgPool)
    source = step.sources[0]
    for axis, size in ((2, step.at.ins[0][1]), (3, step.at.ins[0][2])):
        ends = [(i * size // op.bins, -(-(i + 1) * size // op.bins)) for i in range(op.bins)]
        means = []
        for i, (a, b) in enumerate(ends):
            name = f"{step.path}.bin{axis}_{i}"
            edges = [graph.whole(f"{name}.{word}", [n]) for word, n in (("from", a), ("to", b), ("axis", axis))]
            cut = graph.node("Slice", [source, *edges], f"{name}.slice")
            means.append(graph.node("ReduceMean", [cut], name, axes=[axis], keepdims=1))
        source = graph.node("Concat", means, step.path if axis == 3 else f"{step.path}.rows", axis=axis)


def _lrn(graph: Graph, step: Step, own: Weights) -> None:
    op = step.at.op
    assert isinstance(op, ops.LocalResponseNorm)
    graph.node("LRN", step.sources, step.path, size=op.channels, alpha=op.alpha, beta=op.beta, bias=op.k)


def _scale(graph: Graph, step: Step, own: Weights) -> None:
    op = step.at.op
    assert isinstance(op, ops.Scale)
    graph.node("Mul", [*step.sources, graph.floats(f"{step.path}.factor", op.factor)], step.path)


def _one_minus(graph: Graph, step: Step, own: Weights) -> None:
    graph.node("Sub", [graph.floats(f"{step.path}.one", 1.0), *step.sources], step.path)


def _blend(graph: Graph, step: Step, own: Weights) -> None:
    transform, x, gate = step.sources
    carry = graph.node("Sub", [graph.floats(f"{step.path}.one", 1.0), gate], f"{step.path}.carry")
    parts = [
        graph.node("Mul", [transform, gate], f"{step.path}.transformed"),
        graph.node("Mul", [x, carry], f"{step.path}.carried"),
    ]
    graph.node("Add", parts, step.path)


def _zero_pad(graph: Graph, step: Step, own: Weights) -> None:
    """Option A: a slice with the stride as its step, then zeros on both sides of the channels."""
    op, channels = step.at.op, step.at.ins[0][0]
    assert isinstance(op, ops.ZeroPad)
    before = (op.channels - channels) // 2
    texts = (("from", [0, 0]), ("to", list(step.at.ins[0][1:])), ("axes", [2, 3]), ("step", [op.stride] * 2))
    edges = [graph.whole(f"{step.path}.{word}", values) for word, values in texts]
    kept = graph.node("Slice", [*step.sources, *edges], f"{step.path}.slice")
    pads = [0, before, 0, 0, 0, op.channels - channels - before, 0, 0]
    graph.node("Pad", [kept, graph.whole(f"{step.path}.pads", pads)], step.path)


def _pad(graph: Graph, step: Step, own: Weights) -> None:
    _, call = step.at.op.torch(*step.at.ins)
    padding: Any = call["padding"]
    left, right, top, bottom = padding
    pads = graph.whole(f"{step.path}.pads", [0, 0, top, left, 0, 0, bottom, right])
    graph.node("Pad", [*step.sources, pads], step.path)


Make = Callable[[Graph, Step, Weights], None]

KINDS: dict[type[Op], Make] = {
    ops.Conv: _conv,
    ops.BatchNorm: _norm,
    ops.Linear: _linear,
    ops.ReLU: _plain("Relu"),
    ops.Sigmoid: _plain("Sigmoid"),
    ops.Tanh: _plain("Tanh"),
    ops.MaxPool: _max_pool,
    ops.AvgPool: _avg_pool,
    ops.GlobalAvgPool: _plain("GlobalAveragePool"),
    ops.AdaptiveAvgPool: _bins,
    ops.LocalResponseNorm: _lrn,
    ops.Flatten: _plain("Flatten", axis=1),
    ops.Dropout: _plain("Identity"),
    ops.DropPath: _plain("Identity"),
    ops.Add: _plain("Add"),
    ops.Mul: _plain("Mul"),
    ops.Concat: _plain("Concat", axis=1),
    ops.Blend: _blend,
    ops.Scale: _scale,
    ops.OneMinus: _one_minus,
    ops.ZeroPad: _zero_pad,
    ops.Pad: _pad,
    ops.SamePad: _pad,
}
