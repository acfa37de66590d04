"""Caffe: the network as a deploy prototxt, with the layers and names of He et al.'s published models.

A batch normalisation is a BatchNorm and a Scale, the addition an Eltwise SUM. Pooling rounds down as in PyTorch, for
which the last Caffe has `round_mode`. What Caffe has no layer for is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from resviz.core import ops
from resviz.core.flow import INPUT, Step, flow
from resviz.core.net import Op
from resviz.export.export import Export, ExportError, Job
from resviz.export.layer_names import layer_names


@dataclass(frozen=True, slots=True)
class Bare:
    """A word of the schema that stands without quotes: MAX, SUM, true."""

    text: str


YES, NO = Bare("true"), Bare("false")
Fields = dict[str, Any]
"""A message of the prototxt: numbers, texts, bare words, messages, or lists of these."""


def write(job: Job) -> bytes:
    """The prototxt; raises ExportError where Caffe has no layer for an operation."""
    spec = job.one("Caffe")
    node = spec.node()
    names = layer_names(node)
    data = {"shape": {"dim": [1, *node.ins[0]]}}
    layers: list[Fields] = [{"name": INPUT, "type": "Input", "top": INPUT, "input_param": data}]
    tops = {INPUT: INPUT}
    for step in flow(node).steps:
        bottoms = [tops[source] for source in step.sources]
        if isinstance(step.at.op, ops.DropPath):  # the identity when the network is used
            tops[step.path] = bottoms[0]
            continue
        made = list(_layers(step, names[step.path], bottoms))
        layers += made
        tops[step.path] = made[-1]["top"]
    text = [f"# {job.line()}", f'name: "{_quoted(spec.title())}"']
    text += [line for layer in layers for line in _message("layer", layer, "")]
    return ("\n".join(text) + "\n").encode()


def _quoted(words: str) -> str:
    return "".join(char if char.isascii() and char not in '"\\' else "x" if char == "×" else " " for char in words)


def _message(name: str, fields: Fields, indent: str) -> Iterator[str]:
    yield f"{indent}{name} {{"
    for key, value in fields.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                yield from _message(key, item, indent + "  ")
            else:
                yield f"{indent}  {key}: {_value(item)}"
    yield f"{indent}}}"


def _value(item: object) -> str:
    if isinstance(item, Bare):
        return item.text
    return f'"{item}"' if isinstance(item, str) else f"{item:g}" if isinstance(item, float) else str(item)


def _layers(step: Step, name: str, bottoms: list[str]) -> Iterator[Fields]:
    """The layers of one operation, the last of which puts out its result; raises ExportError."""
    for kind, make in KINDS.items():
        if isinstance(step.at.op, kind):
            yield from make(step, name, bottoms)
            return
    words = step.at.op.label()
    raise ExportError(f"Caffe has no layer for {words!r} ({step.path}): this network cannot be written as prototxt")


def _layer(kind: str, name: str, bottoms: list[str], **fields: Any) -> Fields:
    return {"name": name, "type": kind, "bottom": bottoms, "top": name, **fields}


def _conv(step: Step, name: str, bottoms: list[str]) -> Iterator[Fields]:
    op = step.at.op
    assert isinstance(op, ops.Conv)
    parameters: Fields = {"num_output": op.channels, "kernel_size": op.kernel, "stride": op.stride, "pad": op.padding}
    if op.groups > 1:
        parameters["group"] = op.groups
    parameters["bias_term"] = YES if op.bias else NO
    yield _layer("Convolution", name, bottoms, convolution_param=parameters)


def _norm(step: Step, name: str, bottoms: list[str]) -> Iterator[Fields]:
    op = step.at.op
    assert isinstance(op, ops.BatchNorm)
    scale = f"scale{name.removeprefix('bn')}" if name.startswith("bn") else f"{name}_scale"
    yield _layer("BatchNorm", name, bottoms, batch_norm_param={"use_global_stats": YES, "eps": op.eps})
    yield _layer("Scale", scale, [name], scale_param={"bias_term": YES})


def _plain(kind: str) -> Callable[[Step, str, list[str]], Iterator[Fields]]:
    def make(step: Step, name: str, bottoms: list[str]) -> Iterator[Fields]:
        yield _layer(kind, name, bottoms)

    return make


def _pool(step: Step, name: str, bottoms: list[str]) -> Iterator[Fields]:
    op = step.at.op
    assert isinstance(op, (ops.MaxPool, ops.AvgPool))
    parameters: Fields = {"pool": Bare("MAX" if isinstance(op, ops.MaxPool) else "AVE"), "kernel_size": op.kernel}
    parameters |= {"stride": op.stride, "round_mode": Bare("CEIL" if op.ceil else "FLOOR")}
    if isinstance(op, ops.MaxPool) and op.padding:
        parameters["pad"] = op.padding
    yield _layer("Pooling", name, bottoms, pooling_param=parameters)


def _global_pool(step: Step, name: str, bottoms: list[str]) -> Iterator[Fields]:
    yield _layer("Pooling", name, bottoms, pooling_param={"pool": Bare("AVE"), "global_pooling": YES})


def _bins(step: Step, name: str, bottoms: list[str]) -> Iterator[Fields]:
    op, (_, height, width) = step.at.op, step.at.ins[0]
    assert isinstance(op, ops.AdaptiveAvgPool)
    if height % op.bins or width % op.bins:
        raise ExportError(
            f"Caffe has no pooling of {height}×{width} into {op.bins}×{op.bins} bins ({step.path}): take an input of "
            "which the maps there can be divided evenly"
        )
    rows, columns = height // op.bins, width // op.bins
    if rows == columns:
        window: Fields = {"kernel_size": rows, "stride": rows}
    else:
        window = {"kernel_h": rows, "kernel_w": columns, "stride_h": rows, "stride_w": columns}
    yield _layer("Pooling", name, bottoms, pooling_param={"pool": Bare("AVE"), **window})


def _linear(step: Step, name: str, bottoms: list[str]) -> Iterator[Fields]:
    yield _layer("InnerProduct", name, bottoms, inner_product_param={"num_output": step.at.out[0]})


def _lrn(step: Step, name: str, bottoms: list[str]) -> Iterator[Fields]:
    op = step.at.op
    assert isinstance(op, ops.LocalResponseNorm)
    parameters = {"local_size": op.channels, "alpha": op.alpha, "beta": op.beta, "k": op.k}
    yield _layer("LRN", name, bottoms, lrn_param=parameters)


def _dropout(step: Step, name: str, bottoms: list[str]) -> Iterator[Fields]:
    op = step.at.op
    assert isinstance(op, ops.Dropout)
    yield _layer("Dropout", name, bottoms, dropout_param={"dropout_ratio": op.rate})


def _eltwise(name: str, bottoms: list[str], operation: str) -> Fields:
    return _layer("Eltwise", name, bottoms, eltwise_param={"operation": Bare(operation)})


def _add(step: Step, name: str, bottoms: list[str]) -> Iterator[Fields]:
    yield _eltwise(name, bottoms, "SUM")


def _mul(step: Step, name: str, bottoms: list[str]) -> Iterator[Fields]:
    """A gate of one value an element is a product; one of a value a channel scales along the first two axes."""
    if step.at.ins[0] == step.at.ins[1]:
        yield _eltwise(name, bottoms, "PROD")
        return
    channels = f"{name}_gate"
    yield _layer("Flatten", channels, bottoms[1:])
    yield _layer("Scale", name, [bottoms[0], channels], scale_param={"axis": 0})


def _power(name: str, bottoms: list[str], **numbers: float) -> Fields:
    return _layer("Power", name, bottoms, power_param=numbers)


def _scale(step: Step, name: str, bottoms: list[str]) -> Iterator[Fields]:
    op = step.at.op
    assert isinstance(op, ops.Scale)
    yield _power(name, bottoms, scale=float(op.factor))


def _one_minus(step: Step, name: str, bottoms: list[str]) -> Iterator[Fields]:
    yield _power(name, bottoms, scale=-1.0, shift=1.0)


def _blend(step: Step, name: str, bottoms: list[str]) -> Iterator[Fields]:
    """H·T + x·(1 − T) in single layers."""
    transform, x, gate = bottoms
    yield _power(f"{name}_carry", [gate], scale=-1.0, shift=1.0)
    yield _eltwise(f"{name}_transformed", [transform, gate], "PROD")
    yield _eltwise(f"{name}_carried", [x, f"{name}_carry"], "PROD")
    yield _eltwise(name, [f"{name}_transformed", f"{name}_carried"], "SUM")


def _concat(step: Step, name: str, bottoms: list[str]) -> Iterator[Fields]:
    yield _layer("Concat", name, bottoms, concat_param={"axis": 1})


def _zero_pad(step: Step, name: str, bottoms: list[str]) -> Iterator[Fields]:
    """Every stride-th pixel by a pooling of one pixel, the zero channels as slices of the same map times zero."""
    op, channels = step.at.op, step.at.ins[0][0]
    assert isinstance(op, ops.ZeroPad)
    kept = bottoms[0]
    if op.stride > 1:
        kept = f"{name}_every_{op.stride}"
        one = {"pool": Bare("MAX"), "kernel_size": 1, "stride": op.stride, "round_mode": Bare("FLOOR")}
        yield _layer("Pooling", kept, bottoms, pooling_param=one)
    before = (op.channels - channels) // 2
    sides: list[list[str]] = []
    zeros = f"{name}_zeros"
    if op.channels > channels:
        yield _power(zeros, [kept], scale=0.0)
    for side, missing in (("before", before), ("behind", op.channels - channels - before)):
        whole, rest = divmod(missing, channels)
        parts = [zeros] * whole
        if rest:
            part = f"{name}_{side}"
            cut = {"axis": 1, "slice_point": rest}
            yield {"name": part, "type": "Slice", "bottom": [zeros], "top": [part, f"{part}_rest"], "slice_param": cut}
            yield _layer("Silence", f"{part}_silence", [f"{part}_rest"]) | {"top": []}
            parts.append(part)
        sides.append(parts)
    yield _layer("Concat", name, [*sides[0], kept, *sides[1]], concat_param={"axis": 1})


Make = Callable[[Step, str, list[str]], Iterator[Fields]]

KINDS: dict[type[Op], Make] = {
    ops.Conv: _conv,
    ops.BatchNorm: _norm,
    ops.ReLU: _plain("ReLU"),
    ops.Sigmoid: _plain("Sigmoid"),
    ops.Tanh: _plain("TanH"),
    ops.MaxPool: _pool,
    ops.AvgPool: _pool,
    ops.GlobalAvgPool: _global_pool,
    ops.AdaptiveAvgPool: _bins,
    ops.Linear: _linear,
    ops.LocalResponseNorm: _lrn,
    ops.Dropout: _dropout,
    ops.Flatten: _plain("Flatten"),
    ops.Add: _add,
    ops.Mul: _mul,
    ops.Blend: _blend,
    ops.Concat: _concat,
    ops.Scale: _scale,
    ops.OneMinus: _one_minus,
    ops.ZeroPad: _zero_pad,
}

EXPORT = Export(
    "caffe", "Caffe", "program", 23, ".prototxt", "text/plain", "deploy prototxt with He et al.'s layer names", write,
    text=True,
)  # fmt: skip
