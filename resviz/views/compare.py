"""Networks side by side as numbers: what was chosen differently, what it costs, and where; and fair matches.

A match turns one knob of a network until its parameters or MACs are as near as possible to another's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Literal

from resviz.core.knob import Knob, SpecError, Value
from resviz.core.net import Node, Shape, cost, leaves
from resviz.core.ops import dims
from resviz.core.spec import NetSpec
from resviz.views import tables
from resviz.views.numbers import power

Quantity = Literal["params", "macs"]
QUANTITIES: dict[Quantity, str] = {"params": "parameters", "macs": "MACs"}
MATCHING = ("width", "depth")
"""The knobs that a match may turn, the finer one first."""
ABSENT = "–"


@dataclass(frozen=True, slots=True)
class Line:
    """A quantity of each network as whole numbers."""

    name: str
    values: tuple[int, ...]

    def differences(self) -> tuple[int, ...]:
        """What each value is more than the first."""
        return tuple(value - self.values[0] for value in self.values)


def totals(nodes: Sequence[Node]) -> list[Line]:
    """The totals of the networks, a line a quantity; the paths are left out, because they have too many digits."""
    found = [tables.totals(node) for node in nodes]
    words = {
        "depth": "weighted layers",
        "units": "units",
        "params": "parameters",
        "params_shortcut": "of them in shortcuts",
        "buffers": "buffers",
        "macs": "MACs",
        "activations": "activations",
        "receptive_field": "receptive field",
    }
    return [Line(name, tuple(getattr(t, field) for t in found)) for field, name in words.items()]


def path_counts(nodes: Sequence[Node]) -> tuple[str, ...]:
    """The numbers of paths, short."""
    return tuple(power(tables.totals(node).paths) for node in nodes)


@dataclass(frozen=True, slots=True)
class Sized:
    """What of each network lies at one size of feature map: weighted layers, parameters, MACs."""

    size: str
    layers: tuple[int, ...]
    params: tuple[int, ...]
    macs: tuple[int, ...]


def by_size(nodes: Sequence[Node]) -> list[Sized]:
    """The networks' operations summed by the height and width that they put out, the largest first."""
    summed = [_summed(node) for node in nodes]
    sizes = sorted({size for sums in summed for size in sums}, reverse=True)
    found = []
    for size in sizes:
        columns = zip(*(sums.get(size, (0, 0, 0)) for sums in summed))
        found.append(Sized(dims(size), *columns))
    return found


def _summed(node: Node) -> dict[Shape, tuple[int, int, int]]:
    sums: dict[Shape, tuple[int, int, int]] = {}
    for _, at in leaves(node):
        size = at.out[1:] if len(at.out) == 3 else (1, 1)
        here = cost(at.op, at.ins)
        layers, params, macs = sums.get(size, (0, 0, 0))
        sums[size] = (layers + at.op.weighted, params + here.params, macs + here.macs)
    return sums


def choices(specs: Sequence[NetSpec]) -> list[tuple[str, tuple[str, ...]]]:
    """The knobs that are not the same in all specs, by title, with their values as text; "–" where one has none."""
    titles = {k.name: k.title for spec in specs for k in spec.knobs()}
    found = []
    for name, title in titles.items():
        values = tuple(_shown(spec, name) for spec in specs)
        if len(set(values)) > 1:
            found.append((title, values))
    return found


def _shown(spec: NetSpec, name: str) -> str:
    k = _knob(spec, name)
    if k is None or k.needs(spec):
        return ABSENT
    return k.show(spec.values()[name]) or "none"


def _knob(spec: NetSpec, name: str) -> Knob | None:
    return next((k for k in spec.knobs() if k.name == name), None)


@dataclass(frozen=True, slots=True)
class Match:
    """A network made to fit: the spec, the knob that was turned, what it has now, and what was aimed at."""

    spec: NetSpec
    knob: str
    value: int
    target: int

    def sentence(self, quantity: Quantity) -> str:
        """What was turned, and how near it comes."""
        off = 100 * (self.value - self.target) / self.target
        turned = f"{self.knob} {self.spec.values()[self.knob]}"
        return f"{turned} gives {self.value:,} {QUANTITIES[quantity]}, {off:+.2f} % beside {self.target:,}"


def match(spec: NetSpec, target: int, quantity: Quantity, by: str = "") -> Match:
    """`spec` with the knob `by` (width if it has one, else depth) turned to come nearest to `target`.

    Raises SpecError where the network has no such knob.
    """
    name = by or next((name for name in MATCHING if _knob(spec, name)), "")
    k = _knob(spec, name)
    if k is None or k.kind != "int" or name not in MATCHING:
        lacking = by or "width or depth"
        raise SpecError(f"{spec.title()} has no {lacking} to match with: match by {' or '.join(MATCHING)}")
    return _nearest(spec, k, target, _counting(spec, k, quantity))


def _counting(spec: NetSpec, k: Knob, quantity: Quantity) -> Callable[[int], tuple[NetSpec, int] | None]:
    """The network with the knob at a number, and what it has then; None where that is not possible."""

    @cache
    def at(number: int) -> tuple[NetSpec, int] | None:
        try:
            turned = type(spec).of_text(spec.turned(k, k.show(number)).texts)
            return turned, getattr(tables.costs(turned.node()), quantity)
        except SpecError:
            return None

    return at


def _nearest(spec: NetSpec, k: Knob, target: int, at: Callable[[int], tuple[NetSpec, int] | None]) -> Match:
    """The number that comes nearest, by halving: cost grows with width and with depth."""
    numbers = _numbers(spec, k)
    low, high = 0, len(numbers) - 1
    while low < high:
        middle = (low + high) // 2
        found = at(numbers[middle])
        if found is None or found[1] < target:
            low = middle + 1
        else:
            high = middle
    near = [at(numbers[i]) for i in range(max(0, low - 2), min(len(numbers), low + 2))]
    possible = [found for found in near if found is not None]
    if not possible:
        raise SpecError(f"no {k.name} of {spec.title()} comes near {target:,}")
    turned, value = min(possible, key=lambda found: abs(found[1] - target))
    return Match(turned, k.name, value, target)


def _numbers(spec: NetSpec, k: Knob) -> Sequence[int]:
    options: tuple[Value, ...] = spec.offered(k)
    if options:
        return sorted(int(option) for option in options if isinstance(option, int))
    return range(int(k.low or 1), int(k.high or 1) + 1)


def document(specs: Sequence[NetSpec]) -> dict[str, object]:
    """Everything about the comparison as JSON."""
    nodes = [spec.node() for spec in specs]
    lines = [{"name": line.name, "values": line.values, "differences": line.differences()} for line in totals(nodes)]
    return {
        "titles": [spec.title() for spec in specs],
        "choices": [{"knob": title, "values": values} for title, values in choices(specs)],
        "totals": lines,
        "by_size": [asdict(sized) for sized in by_size(nodes)],
    }


def text(specs: Sequence[NetSpec]) -> str:
    """The comparison in aligned columns for a terminal."""
    nodes = [spec.node() for spec in specs]
    lines = [("", *(spec.title() for spec in specs))]
    lines += [(title, *values) for title, values in choices(specs)]
    lines += [(line.name, *with_differences(line)) for line in totals(nodes)]
    lines += [(f"MACs at {sized.size}", *(f"{macs:,}" for macs in sized.macs)) for sized in by_size(nodes)]
    widths = [max(map(len, column)) for column in zip(*lines)]
    rows = ("  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]).rstrip() for line in lines)
    return "\n".join(rows) + "\n"


def with_differences(line: Line) -> tuple[str, ...]:
    """The values, behind each but the first what it is more or less."""
    pairs = zip(line.values[1:], line.differences()[1:])
    return (f"{line.values[0]:,}", *(f"{value:,} ({more:+,})" if more else f"{value:,}" for value, more in pairs))
