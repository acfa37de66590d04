"""The data flow, tensor by tensor: what torch keeps of it for the backward pass, and the most that lives at once.

A tensor is kept if an operation that reads it keeps its input, or the one that made it keeps its output; each once,
however many keep it. The rules are those of torch 2.13 in eager mode on a CPU; `tests/nn/test_activations.py` proves
them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from resviz.core import ops
from resviz.core.net import Node, Op, cost
from resviz.views.counting import padded

INDEX = 8
"""Bytes of a whole number in torch, such as the place where a maximum stood."""


@dataclass(frozen=True, slots=True)
class Precision:
    """Bytes of a number that is stored (parameters, BN, the image), and of one that convolutions and fc compute in."""

    stored: int
    computed: int


@dataclass(eq=False, slots=True)
class Tensor:
    """Numbers in memory for one image: `width` bytes each. `trained` says that a gradient flows back to it."""

    elements: int
    width: int
    trained: bool

    @property
    def bytes(self) -> int:
        return self.elements * self.width


class Step(NamedTuple):
    """An operation at its place. A `view` writes nothing: it gives the first tensor that it reads."""

    at: Node
    reads: tuple[Tensor, ...]
    writes: Tensor
    view: bool


class Kept(NamedTuple):
    """What an operation keeps: whole tensors, bytes of its own for each image, and bytes whatever the batch."""

    tensors: tuple[Tensor, ...] = ()
    per_image: int = 0
    fixed: int = 0


def kept(node: Node, precision: Precision) -> tuple[int, int]:
    """Bytes kept for the backward pass: for each image, and whatever the batch. Parameters are not among them."""
    tensors: set[Tensor] = set()
    per_image = fixed = 0
    for step in steps(node, precision, training=True):
        if step.writes.trained and not step.view:
            keeps = KEEPS[type(step.at.op)](step, precision)
            tensors.update(keeps.tensors)
            per_image += keeps.per_image
            fixed += keeps.fixed
    return per_image + sum([tensor.bytes for tensor in tensors]), fixed


def peak(node: Node, precision: Precision) -> int:
    """The most bytes for each image that live at once in inference, every operation out of place.

    A tensor lives until its last reader has run; the image stays, because whoever calls the network holds it.
    """
    run = steps(node, precision, training=False)
    readers = Counter(tensor for step in run for tensor in step.reads)
    image = run[0].reads[0]
    readers[image] += 1
    live = most = image.bytes
    for step in run:
        if not step.view:
            live += step.writes.bytes
            most = max(most, live + _passing(step, precision))
        for tensor in step.reads:
            readers[tensor] -= 1
            if not readers[tensor] and tensor is not step.writes:
                live -= tensor.bytes
    return most


def steps(node: Node, precision: Precision, training: bool) -> list[Step]:
    """The operations in order of execution, with the tensors that they read and write."""
    taken: list[Step] = []
    facts: dict[int, _Facts] = {}

    def run(at: Node, x: Tensor) -> Tensor:
        if isinstance(at.net, Op):
            return take(at, (x,))
        if at.join is not None:
            return take(at.join, tuple([run(branch, x) for _, branch in at.parts]))
        for _, part in at.parts:
            x = run(part, x)
        return x

    def take(at: Node, reads: tuple[Tensor, ...]) -> Tensor:
        known = facts.get(id(at))
        if known is None:
            known = facts[id(at)] = _facts(at, precision, training)
        writes = reads[0] if known.view else known.write(reads)
        taken.append(Step(at, reads, writes, known.view))
        return writes

    run(node, Tensor(math.prod(node.ins[0]), precision.stored, trained=False))
    return taken


class _Facts(NamedTuple):
    """What a placed operation puts out, wherever equal units repeat it; `width` 0 is the width that it reads."""

    view: bool
    elements: int
    width: int
    learns: bool

    def write(self, reads: tuple[Tensor, ...]) -> Tensor:
        width, trained = self.width, self.learns
        for tensor in reads:
            trained = trained or tensor.trained
            width = width if self.width else max(width, tensor.width)
        return Tensor(self.elements, width, trained)


def _facts(at: Node, precision: Precision, training: bool) -> _Facts:
    own = cost(at.op, at.ins)
    view = own.activations == 0
    if isinstance(at.op, (ops.Dropout, ops.DropPath)):
        view = not training or at.op.rate == 0.0
    width = 0
    if isinstance(at.op, (ops.Conv, ops.Linear)):
        width = precision.computed
    if isinstance(at.op, ops.LocalResponseNorm):
        width = precision.stored  # autocast takes powers in four bytes
    return _Facts(view, math.prod(at.out), width, own.params > 0)


def _nothing(step: Step, precision: Precision) -> Kept:
    return Kept()


def _input(step: Step, precision: Precision) -> Kept:
    return Kept((step.reads[0],))


def _output(step: Step, precision: Precision) -> Kept:
    return Kept((step.writes,))


def _matrix(step: Step, precision: Precision) -> Kept:
    """The input, or where autocast has to make a narrower copy of it, the copy."""
    copy = _copied(step, precision)
    return Kept(per_image=copy) if copy else _input(step, precision)


def _batch_norm(step: Step, precision: Precision) -> Kept:
    """The input, and the batch's mean and inverse deviation of each channel."""
    return Kept((step.reads[0],), fixed=2 * step.at.out[0] * precision.stored)


def _response_norm(step: Step, precision: Precision) -> Kept:
    """The input, its squares between zeros, their weighed sum, and its power."""
    return Kept((step.reads[0],), per_image=(padded(step.at) + 2 * step.writes.elements) * step.writes.width)


def _max_pool(step: Step, precision: Precision) -> Kept:
    """The input, and where each maximum stood."""
    return Kept((step.reads[0],), per_image=step.writes.elements * INDEX)


def _bins(step: Step, precision: Precision) -> Kept:
    """One bin is torch's mean, which keeps nothing; several keep the input."""
    return Kept() if step.at.out[1:] == (1, 1) else _input(step, precision)


def _product(step: Step, precision: Precision) -> Kept:
    """Each factor, for the gradient of the other."""
    x, gate = step.reads
    return Kept(tuple(tensor for tensor, other in ((x, gate), (gate, x)) if other.trained))


def _blend(step: Step, precision: Precision) -> Kept:
    """The factors of H·T and of x·(1 − T), of which 1 − T is new."""
    transform, x, gate = step.reads
    pairs = ((transform, gate), (gate, transform), (x, gate))
    complement = gate.bytes if x.trained else 0
    return Kept(tuple(tensor for tensor, other in pairs if other.trained), per_image=complement)


def _mask(step: Step, precision: Precision) -> Kept:
    """Which elements stay, as factors."""
    return Kept(per_image=step.writes.bytes)


def _coin(step: Step, precision: Precision) -> Kept:
    """Whether the image keeps the branch, as a factor."""
    return Kept(per_image=step.writes.width)


KEEPS: Mapping[type[Op], Callable[[Step, Precision], Kept]] = {
    ops.Conv: _matrix,
    ops.Linear: _matrix,
    ops.BatchNorm: _batch_norm,
    ops.LocalResponseNorm: _response_norm,
    ops.ReLU: _output,
    ops.Sigmoid: _output,
    ops.Tanh: _output,
    ops.MaxPool: _max_pool,
    ops.AvgPool: _input,
    ops.AdaptiveAvgPool: _bins,
    ops.GlobalAvgPool: _bins,
    ops.Mul: _product,
    ops.Blend: _blend,
    ops.Dropout: _mask,
    ops.DropPath: _coin,
    ops.Add: _nothing,
    ops.Concat: _nothing,
    ops.Scale: _nothing,
    ops.OneMinus: _nothing,
    ops.Pad: _nothing,
    ops.SamePad: _nothing,
    ops.ZeroPad: _nothing,
    ops.Flatten: _nothing,
    ops.Aside: _nothing,
}
"""What each kind of operation keeps, where a gradient flows back through it."""


def _copied(step: Step, precision: Precision) -> int:
    """Bytes of the copy that autocast makes of an input that is wider than convolutions and fc compute in."""
    x = step.reads[0]
    matrix = isinstance(step.at.op, (ops.Conv, ops.Linear))
    return x.elements * precision.computed if matrix and x.width > precision.computed else 0


def _passing(step: Step, precision: Precision) -> int:
    """Bytes that an operation needs while it runs, beside what it reads and writes."""
    one = step.writes.bytes
    if isinstance(step.at.op, ops.Add):
        return one if len(step.reads) > 2 else 0
    if isinstance(step.at.op, ops.Blend):
        return 2 * one
    if isinstance(step.at.op, ops.LocalResponseNorm):
        return max(padded(step.at) * step.writes.width, 2 * one)
    return _copied(step, precision)
