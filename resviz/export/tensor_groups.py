"""The groups of tensors that weights may be taken apart into: a backbone beside its head, an encoder beside another."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from resviz.core.net import Shape
from resviz.export.tensor_names import as_ours, unwrapped
from resviz.views.state import Shapes

DEEPEST = 4
"""Words before the names of a group."""
MOST = 8
LEAST = 4
"""So many groups, the largest, are looked at, and none of fewer tensors."""


@dataclass(frozen=True)
class Group:
    """Tensors under the names that a network's would have, the names beside them, and what is said of their names."""

    tensors: dict[str, Shape]
    beside: tuple[str, ...]
    said: tuple[str, ...]


def groups(given: Shapes) -> Iterator[Group]:
    """The whole, and then the largest groups with the same words before their names."""
    tensors, said = as_ours(given)
    yield Group(tensors, (), said)
    for prefix in islice(_prefixes(given), MOST):
        yield _group(given, prefix)


def _group(given: Shapes, prefix: str) -> Group:
    inner = {name.removeprefix(prefix): shape for name, shape in given.items() if name.startswith(prefix)}
    beside = tuple(name for name in given if not name.startswith(prefix))
    tensors, said = as_ours(unwrapped(inner))
    where = (f"in the weights the network's names begin with {prefix}",) if beside else ()
    return Group(tensors, beside, (*where, *said))


def _prefixes(given: Shapes) -> Iterator[str]:
    """What stands before the names of several tensors, the most frequent first; of equals the longest."""
    counts: Counter[str] = Counter()
    for name in given:
        words = name.split(".")
        counts.update(".".join(words[:length]) + "." for length in range(1, min(len(words), DEEPEST + 1)))
    longest: dict[int, list[str]] = {}
    for prefix in sorted((p for p in counts if counts[p] >= LEAST), key=lambda p: (-counts[p], -len(p))):
        same = longest.setdefault(counts[prefix], [])
        if not any(other.startswith(prefix) for other in same):
            same.append(prefix)
            yield prefix
