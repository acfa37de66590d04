"""The closed set of layers: what each puts out, what it costs, and the torch call that makes it.

A cost formula stands beside its operation and nowhere else.
"""

from resviz.core.ops.activation import Activation, ReLU, Sigmoid, Tanh
from resviz.core.ops.gate import OneMinus, Scale
from resviz.core.ops.join import Add, Aside, Blend, Concat, Mul
from resviz.core.ops.norm import BatchNorm, LocalResponseNorm
from resviz.core.ops.pool import AdaptiveAvgPool, AvgPool, GlobalAvgPool, MaxPool
from resviz.core.ops.regularise import Dropout, DropPath
from resviz.core.ops.shape import Flatten, Pad, SamePad, ZeroPad
from resviz.core.ops.shapes import dims
from resviz.core.ops.weighted import Conv, Linear

__all__ = [
    "Activation", "AdaptiveAvgPool", "Add", "Aside", "AvgPool", "BatchNorm", "Blend", "Concat", "Conv", "DropPath",
    "Dropout", "Flatten", "GlobalAvgPool", "Linear", "LocalResponseNorm", "MaxPool", "Mul", "OneMinus", "Pad", "ReLU",
    "SamePad", "Scale", "Sigmoid", "Tanh", "ZeroPad", "dims",
]  # fmt: skip
