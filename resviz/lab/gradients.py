"""The gradient at the input by the length of the paths that it came through (Veit et al. 2016, section 4.4).

For one image, with BN in evaluation, a unit is y = h(x) + F(x), and its vector-Jacobian product is a sum: H⊤g through
the shortcut and J⊤g through all else. So a gradient can be carried back apart for every number k of branches passed:

    g_k  ←  H⊤ g_k + J⊤ g_(k−1)

One sweep gives the exact gradient of all paths of every length together; their sum is the ordinary gradient.
Beside it stands the paper's own estimate: single random paths of each length, and their number. In a gated unit
what flows through the gate is counted with the branch. All is computed in float64: the longest paths carry less than
float32 can hold.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from math import comb

import torch
from torch import Tensor
from torch.nn import functional

from resviz.lab import network
from resviz.lab.chain import Chain, Unit
from resviz.lab.settings import Gradients
from resviz.lab.subject import Subject
from resviz.runs.journal import Row, finite
from resviz.runs.process import Watch
from resviz.train.capacity import batch_size

TOGETHER = 2**24
"""Elements of the gradients that are carried back at once."""
DOUBLE = 2
"""Floats that a number in float64 takes the room of."""

Carry = Callable[[Unit, Tensor, Tensor], Tensor]
"""Takes a unit, its input [B, …] and the gradients [K, B, …] behind it; gives those in front of it."""


def rows(subject: Subject, settings: Gradients, watch: Watch) -> Iterator[Row]:
    """A row for each length k: the number of paths, the exact norm, the norm of sampled paths; last the sum."""
    device = network.settle()
    data = network.data(subject)
    chain = network.chain(subject, device).double()
    chosen = network.first(data.test, settings.images)
    lengths, ways = len(chain.places), ways_round(chain)
    signals = DOUBLE * (lengths + 1 + len(chain.links))
    batches = network.Batches(chosen, data, batch_size(subject.spec.node(), signals, len(chosen)), device)
    sums = Sums(lengths + 1)
    for done, (x, labels) in enumerate(batches, start=1):
        sums.add(by_length(chain, x.double(), labels, watch), whole(chain, x.double(), labels))
        yield {"kind": "progress", "progress": 0.5 * done / len(batches)}
    drawn = random.Random(settings.seed)
    for k in range(lengths + 1):
        counted = count(ways, k)
        found: Row = {"kind": "result", "length": k, "paths": str(counted), **finite({"exact": sums.exact(k)})}
        if counted:
            draws = min(settings.draws, counted)
            norms = _of_all(chain, batches, sampled(ways, k, draws, drawn), watch)
            found |= {**finite({"mean": _mean(norms), "spread": _spread(norms)}), "draws": draws}
        yield {**found, "progress": 0.5 + 0.5 * (k + 1) / (lengths + 1)}
    last = finite({"exact": sums.ordinary, "difference": sums.difference})
    yield {"kind": "result", "length": None, **last, "progress": 1.0}


class Sums:
    """Norms of gradients, summed over the images so far: for each length, of the ordinary one, and of what differs."""

    def __init__(self, lengths: int) -> None:
        self._by_length, self._ordinary, self._difference, self._images = [0.0] * lengths, 0.0, 0.0, 0

    def add(self, exact: Tensor, ordinary: Tensor) -> None:
        """Add a batch: the gradients [K, B, …] of all lengths, and the ordinary ones [B, …]."""
        self._images += len(ordinary)
        self._by_length = [before + _summed(each) for before, each in zip(self._by_length, exact, strict=True)]
        self._ordinary += _summed(ordinary)
        self._difference += _summed(exact.sum(0) - ordinary)

    def exact(self, length: int) -> float:
        """The mean over the images of the norm of what the paths of that length bring."""
        return self._by_length[length] / self._images

    @property
    def ordinary(self) -> float:
        return self._ordinary / self._images

    @property
    def difference(self) -> float:
        """The mean norm of what the lengths together lack of the ordinary gradient."""
        return self._difference / self._images


def _of_all(chain: Chain, batches: network.Batches, choices: Tensor, watch: Watch) -> Tensor:
    """The mean over all images of the norm of the gradient [P] that comes through each path."""
    sums = [norms_of_paths(chain, x.double(), labels, choices, watch) * len(x) for x, labels in batches]
    return torch.stack(sums).sum(0) / len(batches.images)


def ways_round(chain: Chain) -> list[bool]:
    """For each unit whether a shortcut leads round it."""
    return [chain.unit(i).shortcut is not None for i in range(len(chain.places))]


def count(ways: Sequence[bool], length: int) -> int:
    """How many paths pass `length` branches: a unit without a way round is on every path."""
    choices = sum(ways)
    return comb(choices, length - (len(ways) - choices)) if length >= len(ways) - choices else 0


def by_length(chain: Chain, x: Tensor, labels: Tensor, watch: Watch = lambda: None) -> Tensor:
    """The gradients [n + 1, B, …] of each image's loss with respect to `x`, one for each number of branches passed."""
    n = len(chain.places)

    def start(gradient: Tensor) -> Tensor:
        carried = gradient.new_zeros(n + 1, *gradient.shape)
        carried[0] = gradient
        return carried

    def carry(unit: Unit, taken: Tensor, gradients: Tensor) -> Tensor:
        through = through_branch(unit, taken, gradients)
        longer = torch.cat([torch.zeros_like(through[:1]), through[:-1]])
        return longer if unit.shortcut is None else longer + through_shortcut(unit, taken, gradients)

    return _backwards(chain, x, labels, start, lambda number: carry, watch)


def paths(chain: Chain, x: Tensor, labels: Tensor, choices: Tensor, watch: Watch = lambda: None) -> Tensor:
    """The gradients [P, B, …] that come through single paths; `choices` [P, n] says where each takes the branch."""

    def start(gradient: Tensor) -> Tensor:
        return gradient.expand(len(choices), *gradient.shape)

    def at(number: int) -> Carry:
        branch = choices[:, number]

        def carry(unit: Unit, taken: Tensor, gradients: Tensor) -> Tensor:
            carried = torch.zeros(len(gradients), *taken.shape, dtype=taken.dtype, device=taken.device)
            if branch.any():
                carried[branch] = through_branch(unit, taken, gradients[branch])
            if not branch.all():
                carried[~branch] = through_shortcut(unit, taken, gradients[~branch])
            return carried

        return carry

    return _backwards(chain, x, labels, start, at, watch)


def whole(chain: Chain, x: Tensor, labels: Tensor) -> Tensor:
    """The ordinary gradient [B, …] of each image's loss, as autograd gives it."""
    x = x.detach().requires_grad_()
    loss = functional.cross_entropy(chain(x), labels, reduction="sum")
    return torch.autograd.grad(loss, x)[0]


def through_branch(unit: Unit, taken: Tensor, gradients: Tensor) -> Tensor:
    """The products of gradients [K, B, …] with the transposed Jacobian of all that is not the unit's shortcut."""
    if unit.shortcut is None:
        leaf = taken.detach().requires_grad_()
        return _pulled(unit(leaf), leaf, gradients)
    leaf, led = _led(unit, taken)
    through = led.detach().requires_grad_()
    return _pulled(led, leaf, _pulled(unit.forked(through, led.detach()), through, gradients))


def through_shortcut(unit: Unit, taken: Tensor, gradients: Tensor) -> Tensor:
    """The products of gradients [K, B, …] with the transposed Jacobian of the unit's shortcut."""
    leaf, led = _led(unit, taken)
    round_it = led.detach().requires_grad_()
    return _pulled(led, leaf, _pulled(unit.forked(led.detach(), round_it), round_it, gradients))


def _led(unit: Unit, taken: Tensor) -> tuple[Tensor, Tensor]:
    """What the unit takes, as a leaf of a graph, and what its ways take behind the lead."""
    leaf = taken.detach().requires_grad_()
    return leaf, unit.lead(leaf)


def _backwards(
    chain: Chain,
    x: Tensor,
    labels: Tensor,
    start: Callable[[Tensor], Tensor],
    at: Callable[[int], Carry],
    watch: Watch,
) -> Tensor:
    """Carry what `start` makes of the gradient at the output back to `x`, units by `at(number)`, the rest as it is."""
    with torch.no_grad():
        *signals, logits = chain.inputs(x)
    gradients = start(_at_output(logits, labels))
    number = len(chain.places)
    for link, taken in zip(reversed(chain.links), reversed(signals)):
        watch()
        if isinstance(link.module, Unit):
            number -= 1
            gradients = at(number)(link.module, taken, gradients)
        else:
            leaf = taken.detach().requires_grad_()
            gradients = _pulled(link.module(leaf), leaf, gradients)
    return gradients


def _at_output(logits: Tensor, labels: Tensor) -> Tensor:
    logits = logits.detach().requires_grad_()
    return torch.autograd.grad(functional.cross_entropy(logits, labels, reduction="sum"), logits)[0]


def _pulled(output: Tensor, leaf: Tensor, gradients: Tensor) -> Tensor:
    """Vector-Jacobian products for gradients [K, …] of the output, as many at once as fit."""
    if output is leaf:
        return gradients
    together = max(1, TOGETHER // max(output.numel(), leaf.numel()))
    parts = [
        torch.autograd.grad(output, leaf, chunk, retain_graph=True, is_grads_batched=True)[0]
        for chunk in torch.split(gradients, together)
    ]
    return torch.cat(parts)


def sampled(ways: Sequence[bool], length: int, draws: int, drawn: random.Random) -> Tensor:
    """`draws` random paths [draws, n] of a length: where they take the branch."""
    optional = [i for i, way in enumerate(ways) if way]
    choices = torch.zeros(draws, len(ways), dtype=torch.bool)
    choices[:, [i for i, way in enumerate(ways) if not way]] = True
    for row in choices:
        row[drawn.sample(optional, length - (len(ways) - len(optional)))] = True
    return choices


def norms_of_paths(chain: Chain, x: Tensor, labels: Tensor, choices: Tensor, watch: Watch) -> Tensor:
    """The mean over the images of the norm of the gradient [P] that comes through each path."""
    norms: Tensor = torch.linalg.vector_norm(paths(chain, x, labels, choices, watch).flatten(2), dim=2)
    return norms.mean(1)


def _summed(gradient: Tensor) -> float:
    """The sum over the images of the norm of a gradient [B, …]."""
    return float(gradient.flatten(1).norm(dim=1).sum())


def _mean(norms: Tensor) -> float:
    return float(norms.mean())


def _spread(norms: Tensor) -> float:
    """The standard deviation between paths; none of a single one."""
    return float(norms.std()) if len(norms) > 1 else 0.0
