"""What each operation is in Keras 3, as statements; what Keras has no layer for is a short function of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from resviz.core import ops
from resviz.core.net import Node, Op
from resviz.export.keras_functions import hole

HELPERS: Mapping[str, str] = {
    "he": '''\
def he() -> keras.initializers.Initializer:
    """He et al. 2015b, fan-out; one for each layer, since an initializer draws the same numbers again."""
    return keras.initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal")''',
    "conv": '''\
def conv(
    x: keras.KerasTensor, filters: int, size: int, strides: int = 1, *, name: str, **options: object
) -> keras.KerasTensor:
    """A convolution of a map with zeros around it: "same" would put them on one side of a map that is strided."""
    padding = "same"
    if strides > 1 and size > 1:
        x, padding = layers.ZeroPadding2D(size // 2, name=f"{name}_pad")(x), "valid"
    convolution = layers.Conv2D(
        filters, size, strides=strides, padding=padding, kernel_initializer=he(), name=name, **options
    )
    return convolution(x)''',
    "max_pool": '''\
def max_pool(
    x: keras.KerasTensor, size: int, strides: int, rows: tuple[int, int], columns: tuple[int, int], name: str
) -> keras.KerasTensor:
    """Max pooling of a padded map; no padding is ever the largest value."""
    padded = ops.pad(x, ((0, 0), rows, columns, (0, 0)), constant_values=float("-inf"))
    return layers.MaxPooling2D(size, strides, name=name)(padded)''',
    "mean_pool": '''\
def mean_pool(
    x: keras.KerasTensor, size: int, strides: int, rows: tuple[int, int], columns: tuple[int, int], name: str
) -> keras.KerasTensor:
    """Mean pooling in which a window over the edge counts as its part inside."""
    pool = layers.AveragePooling2D(size, strides, name=name)
    pads = ((0, 0), rows, columns, (0, 0))
    return pool(ops.pad(x, pads)) / pool(ops.pad(ops.ones_like(x), pads))''',
    "bins": '''\
def bins(x: keras.KerasTensor, rows: list[tuple[int, int]], columns: list[tuple[int, int]]) -> keras.KerasTensor:
    """The means of rectangles of the map."""
    x = ops.concatenate([ops.mean(x[:, a:b], axis=1, keepdims=True) for a, b in rows], axis=1)
    return ops.concatenate([ops.mean(x[:, :, a:b], axis=2, keepdims=True) for a, b in columns], axis=2)''',
    "local_response_norm": '''\
def local_response_norm(
    x: keras.KerasTensor, size: int, alpha: float, beta: float, k: float
) -> keras.KerasTensor:
    """Each value over (k + alpha/size * sum of the squares of `size` neighbouring channels)^beta."""
    channels = x.shape[-1]
    squares = ops.pad(ops.square(x), ((0, 0), (0, 0), (0, 0), (size // 2, (size - 1) // 2)))
    total = sum(squares[..., i : i + channels] for i in range(size))
    return x / ops.power(k + alpha / size * total, beta)''',
    "zero_pad": '''\
def zero_pad(x: keras.KerasTensor, strides: int, before: int, behind: int) -> keras.KerasTensor:
    """Option A: every `strides`-th pixel, and zero channels on both sides."""
    return ops.pad(x[:, ::strides, ::strides], ((0, 0), (0, 0), (0, 0), (before, behind)))''',
}
"""Functions that a file gets where it uses them, by their names."""


def statements(at: Node, name: str, sources: Sequence[str], target: str) -> list[str]:
    """The statements that put the operation's output for `sources` into `target`; `name` is the layer's, as written.

    Numbers in which units may differ are holes (`resviz.export.keras_functions`).
    """
    return KINDS[type(at.op)](at, name, list(sources), target)


def _call(layer: str, name: str, arguments: str = "") -> Callable[[str], str]:
    """A function from an input to a layer's call on it."""
    listed = f"{arguments}, name={name}" if arguments else f"name={name}"
    return lambda source: f"layers.{layer}({listed})({source})"


def _single(layer: str, arguments: str = "") -> Make:
    def make(at: Node, name: str, sources: list[str], target: str) -> list[str]:
        return [f"{target} = {_call(layer, name, arguments)(sources[0])}"]

    return make


def _joined(layer: str, arguments: str = "") -> Make:
    def make(at: Node, name: str, sources: list[str], target: str) -> list[str]:
        return [f"{target} = {_call(layer, name, arguments)('[' + ', '.join(sources) + ']')}"]

    return make


def _suffixed(name: str, suffix: str) -> str:
    """A written name with something behind it."""
    return f'{name[:-1]}{suffix}"'


def _conv(at: Node, name: str, sources: list[str], target: str) -> list[str]:
    op, source, lines = at.op, sources[0], []
    assert isinstance(op, ops.Conv)
    options = (f", groups={op.groups}" if op.groups > 1 else "") + _bias(op)
    filters, strides = hole("filters", op.channels), hole("strides", op.stride, ", strides=", "1")
    if op.kernel == 2 * op.padding + 1:
        return [f"{target} = conv({source}, {filters}, {op.kernel}{strides}{options}, name={name})"]
    if op.padding:
        lines.append(f"{target} = {_call('ZeroPadding2D', _suffixed(name, '_pad'), str(op.padding))(source)}")
        source = target
    arguments = f"{filters}, {op.kernel}{strides}{options}, kernel_initializer=he()"
    return [*lines, f"{target} = {_call('Conv2D', name, arguments)(source)}"]


def _bias(op: ops.Conv | ops.Linear) -> str:
    if isinstance(op, ops.Conv) and not op.bias:
        return ", use_bias=False"
    if op.bias_start is None:
        return ""
    return f", bias_initializer=keras.initializers.Constant({op.bias_start:g})"


def _linear(at: Node, name: str, sources: list[str], target: str) -> list[str]:
    op = at.op
    assert isinstance(op, ops.Linear)
    return [f"{target} = {_call('Dense', name, hole('width', op.features) + _bias(op))(sources[0])}"]


def _norm(at: Node, name: str, sources: list[str], target: str) -> list[str]:
    """Keras' momentum is that of the old mean, ours of the new batch."""
    op = at.op
    assert isinstance(op, ops.BatchNorm)
    arguments = f"momentum={1 - op.momentum:g}, epsilon={op.eps:g}"
    if op.gamma != 1.0:
        arguments += f", gamma_initializer=keras.initializers.Constant({op.gamma:g})"
    return [f"{target} = {_call('BatchNormalization', name, arguments)(sources[0])}"]


def _pool(at: Node, name: str, sources: list[str], target: str) -> list[str]:
    """A pooling whose windows stay within the map is Keras' own."""
    op = at.op
    assert isinstance(op, (ops.MaxPool, ops.AvgPool))
    before = op.padding if isinstance(op, ops.MaxPool) else 0
    sides = [
        (before, max(0, (out - 1) * op.stride + op.kernel - n - before)) for n, out in zip(at.ins[0][1:], at.out[1:])
    ]
    largest = isinstance(op, ops.MaxPool)
    if sides == [(0, 0), (0, 0)]:
        layer = "MaxPooling2D" if largest else "AveragePooling2D"
        return [f"{target} = {_call(layer, name, f'{op.kernel}, strides=' + hole('strides', op.stride))(sources[0])}"]
    function = "max_pool" if largest else "mean_pool"
    rows, columns = hole("rows", sides[0]), hole("columns", sides[1])
    strides = hole("strides", op.stride)
    return [f"{target} = {function}({sources[0]}, {op.kernel}, {strides}, {rows}, {columns}, name={name})"]


def _bins(at: Node, name: str, sources: list[str], target: str) -> list[str]:
    op, (_, height, width) = at.op, at.ins[0]
    assert isinstance(op, ops.AdaptiveAvgPool)
    if height == width == op.bins:
        return [f"{target} = {_call('Identity', name)(sources[0])}"]
    rows, columns = ([(i * n // op.bins, -(-(i + 1) * n // op.bins)) for i in range(op.bins)] for n in (height, width))
    return [f"{target} = bins({sources[0]}, {rows}, {columns})"]


def _lrn(at: Node, name: str, sources: list[str], target: str) -> list[str]:
    op = at.op
    assert isinstance(op, ops.LocalResponseNorm)
    numbers = f"{op.channels}, {op.alpha:g}, {op.beta:g}, {op.k:g}"
    return [f"{target} = local_response_norm({sources[0]}, {numbers})"]


def _dropout(at: Node, name: str, sources: list[str], target: str) -> list[str]:
    op = at.op
    assert isinstance(op, (ops.Dropout, ops.DropPath))
    whole = ", noise_shape=(None, 1, 1, 1)" if isinstance(op, ops.DropPath) else ""
    return [f"{target} = {_call('Dropout', name, hole('rate', f'{op.rate:g}') + whole)(sources[0])}"]


def _flatten(at: Node, name: str, sources: list[str], target: str) -> list[str]:
    """The order of PyTorch's flattening, channels first, where a map has more than one pixel."""
    source, lines = sources[0], []
    if at.ins[0][1:] != (1, 1):
        lines.append(f"{target} = {_call('Permute', _suffixed(name, '_order'), '(3, 1, 2)')(source)}")
        source = target
    return [*lines, f"{target} = {_call('Flatten', name)(source)}"]


def _scale(at: Node, name: str, sources: list[str], target: str) -> list[str]:
    op = at.op
    assert isinstance(op, ops.Scale)
    return [f"{target} = {_call('Rescaling', name, hole('factor', f'{op.factor:g}'))(sources[0])}"]


def _blend(at: Node, name: str, sources: list[str], target: str) -> list[str]:
    """H·T + x·(1 − T)."""
    transform, x, gate = sources
    return [f"{target} = {transform} * {gate} + {x} * (1 - {gate})"]


def _padding(at: Node, name: str, sources: list[str], target: str) -> list[str]:
    _, call = at.op.torch(*at.ins)
    sides = call["padding"]
    assert isinstance(sides, tuple)
    left, right, top, bottom = sides
    arguments = f"(({top}, {bottom}), ({left}, {right}))"
    return [f"{target} = {_call('ZeroPadding2D', name, arguments)(sources[0])}"]


def _zero_pad(at: Node, name: str, sources: list[str], target: str) -> list[str]:
    op, channels = at.op, at.ins[0][0]
    assert isinstance(op, ops.ZeroPad)
    before = (op.channels - channels) // 2
    sides = hole("before", before), hole("behind", op.channels - channels - before)
    return [f"{target} = zero_pad({sources[0]}, {hole('strides', op.stride)}, {sides[0]}, {sides[1]})"]


Make = Callable[[Node, str, list[str], str], list[str]]

KINDS: Mapping[type[Op], Make] = {
    ops.Conv: _conv,
    ops.Linear: _linear,
    ops.BatchNorm: _norm,
    ops.ReLU: _single("ReLU"),
    ops.Sigmoid: _single("Activation", '"sigmoid"'),
    ops.Tanh: _single("Activation", '"tanh"'),
    ops.MaxPool: _pool,
    ops.AvgPool: _pool,
    ops.AdaptiveAvgPool: _bins,
    ops.GlobalAvgPool: _single("GlobalAveragePooling2D", "keepdims=True"),
    ops.LocalResponseNorm: _lrn,
    ops.Dropout: _dropout,
    ops.DropPath: _dropout,
    ops.Flatten: _flatten,
    ops.Scale: _scale,
    ops.OneMinus: _single("Rescaling", "-1.0, offset=1.0"),
    ops.Add: _joined("Add"),
    ops.Mul: _joined("Multiply"),
    ops.Concat: _joined("Concatenate"),
    ops.Blend: _blend,
    ops.Pad: _padding,
    ops.SamePad: _padding,
    ops.ZeroPad: _zero_pad,
}
