"""What weights lack, hold more, or have in another shape than a network, in sentences; and how like they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from resviz.core.net import Shape
from resviz.views.state import Shapes

SOME = 3


def differences(own: Shapes, given: Shapes, beside: Iterable[str] = ()) -> Iterator[str]:
    """Sentences about what the weights lack, hold more, beside them too, or have in another shape."""
    missing, more = [n for n in own if n not in given], [n for n in given if n not in own] + list(beside)
    other = [name for name in own if name in given and own[name] != given[name]]
    if missing:
        yield f"the weights lack {listed(missing)}"
    if more:
        yield f"the weights also hold {listed(more)}"
    if other:
        words = [f"{name} is {_size(given[name])} for {_size(own[name])}" for name in other]
        yield f"other shapes: {listed(words)}"


def listed(words: Sequence[str]) -> str:
    """The first few of them, and how many more there are."""
    rest = f" and {len(words) - SOME} more" if len(words) > SOME else ""
    return ", ".join(words[:SOME]) + rest


def _size(shape: Shape) -> str:
    return "×".join(map(str, shape)) or "a number"


def likeness(own: Shapes, given: Shapes) -> float:
    """The share of tensors that are alike in name and shape, those alike in name alone counted a little."""
    both = own.keys() & given.keys()
    alike = sum(own[name] == given[name] for name in both)
    return (alike + 0.25 * (len(both) - alike)) / (len(own) + len(given) - len(both))


def likeness_of_names(own: Shapes, given: Shapes) -> float:
    """The share of tensors that are alike in name."""
    both = len(own.keys() & given.keys())
    return both / (len(own) + len(given) - both)
