"""Why a tool says a number: the conventions that give it, to the digits that it is written with.

A bottleneck may stride on its first 1×1 convolution (He et al. 2015, "v1") or on its 3×3 (torchvision, "v1.5"): the
parameters are the same, the multiply-adds are not, so both are looked at.
"""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from fractions import Fraction

from resviz.core.knob import SpecError, quoted
from resviz.core.net import Net, Node, Op, Seq, infer, rewrite, walk
from resviz.core.ops import Conv
from resviz.views.conventions import Line, ledger

NUMBER = re.compile(r"(\d+(?:,\d{3})+|\d+)(?:[.,](\d+))?(?:[eE]([+-]?\d{1,2}))?\s*([A-Za-z]*)")
COUNTED = re.compile(r"(flops?|macs?|ops?|mult\w*)$")
POWERS = {
    "k": 3, "kb": 3, "m": 6, "mb": 6, "million": 6, "g": 9, "gb": 9, "b": 9, "bn": 9, "billion": 9, "t": 12,
    "trillion": 12,
}  # fmt: skip
MOST_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it is written: so many units of its last digit; without a prefix the unit may be one of several."""

    digits: int
    units: tuple[Fraction, ...]

    def values(self) -> tuple[Fraction, ...]:
        return tuple(self.digits * unit for unit in self.units)

    def how(self, number: int) -> str:
        """How `number` is written so: "exactly", "rounded" or "cut off"; empty where it is not."""
        if number in self.values():
            return "exactly"
        if any((number / unit + Fraction(1, 2)) // 1 == self.digits for unit in self.units):
            return "rounded"
        return "cut off" if any(number // unit == self.digits for unit in self.units) else ""


@dataclass(frozen=True, slots=True)
class Reason:
    """A convention that gives the number, for the network as it is (`own`) or with its strides elsewhere.

    `strides` says in words where they stand; empty where the network has no bottleneck that strides.
    """

    line: Line
    strides: str
    own: bool
    how: str

    def sentence(self) -> str:
        """The reason for people."""
        written = f", {self.how}" if self.how in ("rounded", "cut off") else ""
        place = f", {'as it is' if self.own else 'if it were'} {self.strides}" if self.strides else ""
        return f"{self.line.number:,} {self.line.unit}{written}: {self.line.title}{place}."

    def json(self) -> dict[str, object]:
        """The reason as the command line prints it."""
        return {"name": self.line.name, "number": self.line.number, "unit": self.line.unit, "strides": self.strides,
                "own": self.own, "how": self.how}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """Every reason for the number; where there is none, the nearest convention and by how much it is off."""

    reasons: tuple[Reason, ...]
    nearest: Reason
    off: float

    def sentences(self) -> list[str]:
        """The answer for people."""
        if self.reasons:
            return [reason.sentence() for reason in self.reasons]
        return [f"No convention gives this number; the nearest is off by {self.off:.1%}. {self.nearest.sentence()}"]

    def json(self) -> dict[str, object]:
        """The answer as the command line prints it."""
        return {"reasons": [reason.json() for reason in self.reasons], "nearest": self.nearest.json(), "off": self.off}


def why(text: str, node: Node) -> Answer:
    """The conventions that give the number in `text`, such as "4.11 G"; raises SpecError where there is none to read.

    Numbers that would have to be cut off are reasons only where nothing rounds to it: papers cut, tools round.
    """
    figure = read(text)
    found = [
        Reason(line, strides, at is node, figure.how(line.number))
        for strides, at in places(node)
        for line in ledger(at)
    ]
    reasons = [reason for reason in found if reason.how in ("exactly", "rounded")] or [r for r in found if r.how]

    def off(reason: Reason) -> float:
        return min(abs(float(reason.line.number / value) - 1) for value in figure.values())

    nearest = min((reason for reason in found if reason.line.difference is not None), key=off)
    return Answer(tuple(reasons), nearest, off(nearest))


def text(title: str, node: Node, figure: str) -> str:
    """The answer for a terminal; raises SpecError."""
    return "\n  ".join([f"{title}, {figure}:", *why(figure, node).sentences()]) + "\n"


def read(text: str) -> Figure:
    """The number in a text such as "8.2 GFLOPs", "4,089,184,256" or "3.858"; raises SpecError."""
    found = NUMBER.findall(text)
    if len(found) != 1:
        raise SpecError(f"{quoted(text)!r} does not hold one number: write one, such as 4.11 G")
    whole, decimals, exponent, word = found[0]
    digits = whole.replace(",", "") + decimals
    if len(digits) > MOST_DIGITS or not int(digits):
        raise SpecError(f"the number must have 1 to {MOST_DIGITS} digits and not be 0, such as 4.11 G")
    power = POWERS.get(COUNTED.sub("", word.lower()))
    if power is None and (exponent or len(digits.lstrip("0")) > 6):
        power = 0
    powers = (0, 3, 6, 9, 12) if power is None else (power,)
    shift = int(exponent or 0) - len(decimals)
    return Figure(int(digits), tuple(Fraction(10) ** (p + shift) for p in powers))


def places(node: Node) -> list[tuple[str, Node]]:
    """The network as it is and, where bottlenecks stride, with their strides on the other convolution, in words."""
    at_1x1 = next((convs[0].stride > 1 for _, at in walk(node) if (convs := _striding(at.net))), None)
    if at_1x1 is None:
        return [("", node)]
    v1, v15 = "v1 (strides on the first 1×1)", "v1.5 (strides on the 3×3)"
    other = infer(rewrite(node.net, _strides_swapped), node.ins[0])
    return [(v1, node), (v15, other)] if at_1x1 else [(v15, node), (v1, other)]


def _striding(net: Net) -> tuple[Conv, Conv] | None:
    """The first 1×1 and the 3×3 convolution of a bottleneck of which one strides."""
    convs = [part for _, part in net.parts if isinstance(part, Conv)] if isinstance(net, Seq) else []
    if [conv.kernel for conv in convs[:2]] != [1, 3] or convs[0].stride == convs[1].stride:
        return None
    return convs[0], convs[1]


def _strides_swapped(path: str, net: Net) -> Net:
    striding = _striding(net)
    if striding is None or not isinstance(net, Seq):
        return net
    first, second = striding
    new: dict[int, Op] = {
        id(first): dataclasses.replace(first, stride=second.stride),
        id(second): dataclasses.replace(second, stride=first.stride),
    }
    return Seq(tuple((name, new.get(id(part), part)) for name, part in net.parts), net.role)
