"""What can be counted of a placed operation: the rules that conventions are made of, and how rules are put together."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable

from resviz.core.net import Node, Op, Role, cost, fold
from resviz.core.ops import Conv, LocalResponseNorm

Rule = Callable[[Node], int]
"""What is counted for one placed operation."""


def operations(node: Node, unseen: frozenset[Role] = frozenset()) -> Counter[type[Op]]:
    """How many operations of each kind there are outside the roles `unseen`, in order of their first appearance."""

    def together(parts: list[Counter[type[Op]]]) -> Counter[type[Op]]:
        found: Counter[type[Op]] = Counter()
        for part in parts:
            found.update(part)
        return found

    return fold(
        node,
        lambda at: Counter({type(at.op): 1}),
        lambda at, parts: Counter() if at.role in unseen else together(parts),
        lambda at, branches, join: together([*branches, join]),
    )


def at_image(node: Node) -> list[Node]:
    """The layers with weights that take the image itself, or what padding, pooling or flattening made of it."""
    found: list[Node] = []

    def trained(at: Node) -> bool:
        """Whether what this part puts out depends on parameters, the image being its input."""
        if isinstance(at.net, Op):
            if at.op.weighted:
                found.append(at)
            return bool(at.op.params(*at.ins).value)
        if at.join is not None:
            branches = [trained(branch) for _, branch in at.parts]
            return any(branches)
        return any(trained(part) for _, part in at.parts)

    trained(node)
    return found


def macs(at: Node) -> int:
    """The operation's own multiply-adds."""
    return cost(at.op, at.ins).macs


def params(at: Node) -> int:
    """The operation's own trainable parameters."""
    return cost(at.op, at.ins).params


def read(at: Node) -> int:
    """Elements of the first input."""
    return math.prod(at.ins[0])


def written(at: Node) -> int:
    """Elements put out, whether or not they are new in memory."""
    return math.prod(at.out)


def biased(at: Node) -> int:
    """Elements that a bias is added to."""
    return 0 if isinstance(at.op, Conv) and not at.op.bias else written(at)


def times(factor: int, rule: Rule) -> Rule:
    """The rule so many times over."""
    return lambda at: factor * rule(at)


def plus(*rules: Rule) -> Rule:
    """The sum of the rules."""
    return lambda at: sum(rule(at) for rule in rules)


def each(*kinds: type[Op], count: Rule) -> dict[type[Op], Rule]:
    """The same rule for several kinds of operation."""
    return dict.fromkeys(kinds, count)


def neighbours(at: Node) -> int:
    """Channels that local response normalisation sums over."""
    assert isinstance(at.op, LocalResponseNorm)
    return at.op.channels


def padded(at: Node) -> int:
    """Elements that torch's local response normalisation averages over: zeros stand before and behind the channels."""
    c, h, w = at.out
    return (c + neighbours(at) - 1) * h * w


def whole_bins(at: Node) -> int:
    """Elements a bin of adaptive pooling where the bins are taken for equal, rounded down."""
    return math.prod(n // bins for n, bins in zip(at.ins[0][1:], at.out[1:]))


def groups(at: Node) -> int:
    """Groups of a convolution; 1 for anything else."""
    return at.op.groups if isinstance(at.op, Conv) else 1
