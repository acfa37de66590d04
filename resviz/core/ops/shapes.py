"""Shapes: in words, checked, and how many positions a window has on them.

Sizes follow PyTorch's documentation: ⌊(n + 2p − k)/s⌋ + 1 for convolutions and pooling, with ⌈ ⌉ where `ceil` is set.
"""

from __future__ import annotations

from resviz.core.net import Shape, ShapeError


def dims(x: Shape) -> str:
    """A shape in words: 64×56×56."""
    return "×".join(map(str, x))


def feature_map(x: Shape) -> tuple[int, int, int]:
    """Channels, height and width; raises ShapeError on anything else."""
    if len(x) != 3:
        raise ShapeError(f"needs a feature map of channels × height × width, but gets {dims(x)}")
    return x[0], x[1], x[2]


def slid(n: int, kernel: int, stride: int, padding: int, ceil: bool = False) -> int:
    """Positions of a window of `kernel` along `n` pixels; raises ShapeError where there are none."""
    room = n + 2 * padding - kernel
    out = -(-room // stride) + 1 if ceil else room // stride + 1
    if ceil and (out - 1) * stride >= n + padding:  # torch drops a last window that would start behind the image
        out -= 1
    if out < 1:
        raise ShapeError(f"a window of {kernel} does not fit into {n} pixels with padding {padding}")
    return out


def by_axis(x: Shape, kernel: int, stride: int, padding: int, ceil: bool = False) -> str:
    """How the output size comes about, with its numbers; both axes where they differ."""
    _, h, w = feature_map(x)
    rows = _slid_text(h, kernel, stride, padding, ceil)
    return rows if h == w else f"{rows}; {_slid_text(w, kernel, stride, padding, ceil)}"


def _slid_text(n: int, kernel: int, stride: int, padding: int, ceil: bool) -> str:
    left, right = ("⌈", "⌉") if ceil else ("⌊", "⌋")
    out = slid(n, kernel, stride, padding, ceil)
    return f"{left}(n + 2p − k)/s{right} + 1 = {left}({n} + 2·{padding} − {kernel})/{stride}{right} + 1 = {out}"


def over(stride: int) -> str:
    """The paper's mark of a stride: /2."""
    return f", /{stride}" if stride > 1 else ""
