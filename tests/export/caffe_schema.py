"""The part of Caffe's schema (caffe.proto of BVLC/caffe 1.0 and later) that our prototxt uses, and a reader of nets.

Field names, numbers, types and defaults are those of the schema, so protobuf's own parser refuses a word that Caffe
would refuse. `run` computes a net layer by layer by Caffe's rules of sizes, with torch's functions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import torch
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format
from torch import Tensor
from torch.nn import functional

FIELD = descriptor_pb2.FieldDescriptorProto
TYPES = {"string": FIELD.TYPE_STRING, "uint32": FIELD.TYPE_UINT32, "int32": FIELD.TYPE_INT32, "bool": FIELD.TYPE_BOOL,
         "float": FIELD.TYPE_FLOAT, "int64": FIELD.TYPE_INT64}  # fmt: skip
MESSAGES: Mapping[str, str] = {
    "BlobShape": "repeated int64 dim 1",
    "NetParameter": "string name 1; repeated LayerParameter layer 100",
    "LayerParameter": (
        "string name 1; string type 2; repeated string bottom 3; repeated string top 4; "
        "BatchNormParameter batch_norm_param 139; ConcatParameter concat_param 104; "
        "ConvolutionParameter convolution_param 106; DropoutParameter dropout_param 108; "
        "EltwiseParameter eltwise_param 110; FlattenParameter flatten_param 135; InputParameter input_param 143; "
        "InnerProductParameter inner_product_param 117; LRNParameter lrn_param 118; "
        "PoolingParameter pooling_param 121; "
        "PowerParameter power_param 122; ScaleParameter scale_param 142; SliceParameter slice_param 126"
    ),
    "InputParameter": "repeated BlobShape shape 1",
    "ConvolutionParameter": (
        "uint32 num_output 1; bool bias_term 2 = true; repeated uint32 pad 3; repeated uint32 kernel_size 4; "
        "uint32 group 5 = 1; repeated uint32 stride 6; repeated uint32 dilation 18"
    ),
    "BatchNormParameter": "bool use_global_stats 1; float moving_average_fraction 2 = 0.999; float eps 3 = 1e-5",
    "ScaleParameter": "int32 axis 1 = 1; int32 num_axes 2 = 1; bool bias_term 4 = false",
    "PoolingParameter": (
        "PoolMethod pool 1; uint32 pad 4 = 0; uint32 kernel_size 2; uint32 kernel_h 5; uint32 kernel_w 6; "
        "uint32 stride 3 = 1; uint32 stride_h 7; uint32 stride_w 8; "
        "bool global_pooling 12 = false; RoundMode round_mode 13"
    ),
    "InnerProductParameter": "uint32 num_output 1; bool bias_term 2 = true; int32 axis 5 = 1",
    "EltwiseParameter": "EltwiseOp operation 1 = SUM; repeated float coeff 2",
    "ConcatParameter": "int32 axis 2 = 1; uint32 concat_dim 1 = 1",
    "SliceParameter": "int32 axis 3 = 1; repeated uint32 slice_point 2; uint32 slice_dim 1 = 1",
    "PowerParameter": "float power 1 = 1.0; float scale 2 = 1.0; float shift 3 = 0.0",
    "LRNParameter": "uint32 local_size 1 = 5; float alpha 2 = 1.0; float beta 3 = 0.75; float k 5 = 1.0",
    "DropoutParameter": "float dropout_ratio 1 = 0.5",
    "FlattenParameter": "int32 axis 1 = 1; int32 end_axis 2 = -1",
}
ENUMS = {
    "PoolMethod": ("MAX", "AVE", "STOCHASTIC"),
    "RoundMode": ("CEIL", "FLOOR"),
    "EltwiseOp": ("PROD", "SUM", "MAX"),
}


@lru_cache(maxsize=1)
def _net() -> type:
    """The message class of a net, made from the tables above."""
    file = descriptor_pb2.FileDescriptorProto(name="caffe.proto", package="caffe", syntax="proto2")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field in fields.split("; "):
            _field(message, *field.split(" = "))
    for name, values in ENUMS.items():
        # one scope for each, as the schema has them within messages: both enums of pooling know no equal names
        enum = file.message_type.add(name=f"{name}Scope").enum_type.add(name=name)
        for number, value in enumerate(values):
            enum.value.add(name=value, number=number)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("caffe.NetParameter"))


def _field(message: Any, words: str, default: str | None = None) -> None:
    parts = words.split()
    label = FIELD.LABEL_REPEATED if parts[0] == "repeated" else FIELD.LABEL_OPTIONAL
    kind, name, number = parts[-3:]
    field = message.field.add(name=name, number=int(number), label=label)
    if kind in TYPES:
        field.type = TYPES[kind]
    elif kind in ENUMS:
        field.type, field.type_name = FIELD.TYPE_ENUM, f".caffe.{kind}Scope.{kind}"
    else:
        field.type, field.type_name = FIELD.TYPE_MESSAGE, f".caffe.{kind}"
    if default is not None:
        field.default_value = default


def parsed(text: str) -> Any:
    """The net of a prototxt; raises text_format.ParseError on what the schema does not know."""
    return text_format.Parse(text, _net()())


Blobs = dict[str, Tensor]
Weights = Mapping[str, Mapping[str, Tensor]]
"""By the layer's name: weight and bias; a BatchNorm's mean and variance."""


def run(net: Any, images: Tensor, weights: Weights | None = None) -> Blobs:
    """Every blob of a net; without weights every weight is nothing, for sizes alone."""
    blobs: Blobs = {}
    for layer in net.layer:
        if layer.type == "Input":
            assert tuple(layer.input_param.shape[0].dim)[1:] == tuple(images.shape[1:])
            blobs[layer.top[0]] = images
            continue
        inputs = [blobs[name] for name in layer.bottom]
        own = (weights or {}).get(layer.name, {})
        outputs = LAYERS[layer.type](layer, inputs, own)
        blobs |= dict(zip(layer.top, outputs if isinstance(outputs, (list, tuple)) else [outputs], strict=True))
    return blobs


def _conv(layer: Any, xs: list[Tensor], own: Mapping[str, Tensor]) -> Tensor:
    p = layer.convolution_param
    (kernel,), stride, pad = p.kernel_size, (list(p.stride) or [1])[0], (list(p.pad) or [0])[0]
    shape = (p.num_output, xs[0].shape[1] // p.group, kernel, kernel)
    weight = own.get("weight", torch.empty(shape, device=xs[0].device))
    assert tuple(weight.shape) == shape
    assert ("bias" in own) == p.bias_term or not own
    return functional.conv2d(xs[0], weight, own.get("bias"), stride, pad, 1, p.group)


def _pool(layer: Any, xs: list[Tensor], own: Mapping[str, Tensor]) -> Tensor:
    """Caffe's sizes: rounded up or down, and a window that would start behind the padded map left out."""
    p = layer.pooling_param
    if p.global_pooling:
        return xs[0].mean((2, 3), keepdim=True) if p.pool else xs[0].amax((2, 3), keepdim=True)
    # one size, or one for each side: Caffe refuses both at once
    assert bool(p.kernel_size) != bool(p.kernel_h and p.kernel_w)
    pad = p.pad
    k = (p.kernel_h or p.kernel_size, p.kernel_w or p.kernel_size)
    s = (p.stride_h or p.stride, p.stride_w or p.stride)
    sizes = []
    for n, kernel, stride in zip(xs[0].shape[2:], k, s):
        exact = (n + 2 * pad - kernel) / stride
        out = (math.floor(exact) if p.round_mode else math.ceil(exact)) + 1
        sizes.append(out - 1 if pad and (out - 1) * stride >= n + pad else out)
    if p.pool:
        ceil = not p.round_mode
        found = functional.avg_pool2d(xs[0], k, s, pad, ceil_mode=ceil, count_include_pad=not ceil)
    else:
        found = functional.max_pool2d(xs[0], k, s, pad, ceil_mode=not p.round_mode)
    assert list(found.shape[2:]) == sizes, "Caffe and torch differ in this pooling's size"
    return found


def _norm(layer: Any, xs: list[Tensor], own: Mapping[str, Tensor]) -> Tensor:
    assert layer.batch_norm_param.use_global_stats
    if not own:
        return xs[0]
    mean, var = (own[name].reshape(1, -1, 1, 1) for name in ("mean", "variance"))
    return (xs[0] - mean) / torch.sqrt(var + layer.batch_norm_param.eps)


def _scale(layer: Any, xs: list[Tensor], own: Mapping[str, Tensor]) -> Tensor:
    if len(xs) == 2:
        assert layer.scale_param.axis == 0
        return xs[0] * xs[1].reshape(*xs[1].shape, *[1] * (xs[0].dim() - xs[1].dim()))
    assert layer.scale_param.bias_term
    return xs[0] * own["weight"].reshape(1, -1, 1, 1) + own["bias"].reshape(1, -1, 1, 1) if own else xs[0]


def _inner(layer: Any, xs: list[Tensor], own: Mapping[str, Tensor]) -> Tensor:
    flat = xs[0].flatten(1)
    weight = own.get("weight", torch.empty(layer.inner_product_param.num_output, flat.shape[1], device=flat.device))
    return functional.linear(flat, weight, own.get("bias"))


def _eltwise(layer: Any, xs: list[Tensor], own: Mapping[str, Tensor]) -> Tensor:
    assert len({x.shape for x in xs}) == 1, "Eltwise takes blobs of one size"
    total = xs[0]
    for x in xs[1:]:
        total = total + x if layer.eltwise_param.operation == 1 else total * x
    return total


def _power(layer: Any, xs: list[Tensor], own: Mapping[str, Tensor]) -> Tensor:
    p = layer.power_param
    return (p.shift + p.scale * xs[0]) ** p.power


def _slice(layer: Any, xs: list[Tensor], own: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
    return torch.tensor_split(xs[0], list(layer.slice_param.slice_point), layer.slice_param.axis)


def _lrn(layer: Any, xs: list[Tensor], own: Mapping[str, Tensor]) -> Tensor:
    p = layer.lrn_param
    return functional.local_response_norm(xs[0], p.local_size, p.alpha, p.beta, p.k)


LAYERS = {
    "Convolution": _conv, "Pooling": _pool, "BatchNorm": _norm, "Scale": _scale, "InnerProduct": _inner,
    "Eltwise": _eltwise, "Power": _power, "Slice": _slice, "LRN": _lrn,
    "ReLU": lambda layer, xs, own: torch.relu(xs[0]), "Sigmoid": lambda layer, xs, own: torch.sigmoid(xs[0]),
    "TanH": lambda layer, xs, own: torch.tanh(xs[0]), "Dropout": lambda layer, xs, own: xs[0],
    "Flatten": lambda layer, xs, own: xs[0].flatten(1), "Silence": lambda layer, xs, own: [],
    "Concat": lambda layer, xs, own: torch.cat(xs, layer.concat_param.axis),
}  # fmt: skip
