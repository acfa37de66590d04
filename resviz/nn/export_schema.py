"""The JSON of torch.export's archives: tensors, arguments and calls as torch's `_export/serde/schema.py` has them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import Any

from torch import Tensor, nn

from resviz.core.net import Shape

Json = dict[str, Any]

SCHEMA = (8, 20)
ATEN = 10
"""The schema that is written here, and ATen's version with it."""
SAMPLE = 2
"""The number of images that stands for any: torch takes one image for a constant."""
SYMBOL = "images"
IMAGES: Json = {"as_expr": {"expr_str": f"Symbol('{SYMBOL}', positive=True, integer=True)", "hint": {"as_int": SAMPLE}}}
FLOAT32, INT64, STRIDED, POSITIONAL = 7, 5, 7, 1
PLAIN: dict[type, str] = {bool: "as_bool", int: "as_int", float: "as_float", str: "as_string"}


class Name(str):
    """The name of a tensor, told from other strings."""


def named(name: str) -> Json:
    return {"as_tensor": {"name": name}}


def call(target: str, name: str, arguments: dict[str, Any], modules: str) -> Json:
    """A call of an operation of ATen; `modules` are those that it stands in, for torch's `unflatten`."""
    inputs = [{"name": key, "arg": _argument(value), "kind": POSITIONAL} for key, value in arguments.items()]
    return {
        "target": f"torch.ops.aten.{target}",
        "inputs": inputs,
        "outputs": [named(name)],
        "metadata": {"nn_module_stack": modules},
        "is_hop_single_tensor_return": None,
        "name": name,
    }


def _argument(value: Any) -> Json:
    if value is None:
        return {"as_none": True}
    if isinstance(value, Name):
        return named(value)
    if isinstance(value, list):
        names = [{"name": each} for each in value if isinstance(each, Name)]
        return {"as_tensors": names} if names else {"as_ints": value}
    return {PLAIN[type(value)]: value}


def feature_map(shape: Shape, strides: Shape | None = None) -> Json:
    """A tensor of any number of images, each of `shape`; without gaps, unless its strides, images' first, are given."""
    return _tensor((IMAGES, *_whole(shape)), strides or dense((SAMPLE, *shape)), FLOAT32, False)


def weight(tensor: Tensor) -> Json:
    """A parameter or a buffer that lies in memory without gaps."""
    shape = tuple(tensor.shape)
    dtype = FLOAT32 if tensor.is_floating_point() else INT64
    return _tensor(_whole(shape), dense(shape), dtype, isinstance(tensor, nn.Parameter))


def _tensor(sizes: Sequence[Json], strides: Sequence[int], dtype: int, learnt: bool) -> Json:
    return {
        "dtype": dtype, "sizes": list(sizes), "requires_grad": learnt, "device": {"type": "cpu", "index": None},
        "strides": list(_whole(strides)), "storage_offset": {"as_int": 0}, "layout": STRIDED,
    }  # fmt: skip


def _whole(values: Iterable[int]) -> tuple[Json, ...]:
    return tuple({"as_int": int(value)} for value in values)


def dense(shape: Shape) -> Shape:
    """The strides of a tensor without gaps."""
    return tuple(prod(shape[i + 1 :]) for i in range(len(shape)))
