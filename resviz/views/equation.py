r"""The equation of a unit, in LaTeX: one more fold of its term.

An operation is applied to what comes in, a sequence applies one after the other, and a join joins. What papers give a
letter has a line of its own: the branch F, a gate g, and an input that several ways share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from resviz.core.net import Node, Op, Role, with_role
from resviz.core.ops import (
    Add,
    AvgPool,
    BatchNorm,
    Blend,
    Concat,
    Conv,
    Dropout,
    DropPath,
    GlobalAvgPool,
    Linear,
    LocalResponseNorm,
    MaxPool,
    Mul,
    OneMinus,
    Scale,
    Sigmoid,
    ZeroPad,
)
from resviz.draw.unit import Example, examples

WORDS: Mapping[type[Op], str] = {
    AvgPool: "avgpool",
    BatchNorm: "BN",
    GlobalAvgPool: "avg",
    LocalResponseNorm: "LRN",
    MaxPool: "maxpool",
    ZeroPad: "pad",
}
"""Functions that are not called by their class's name."""
BRANCH, GATE = r"\mathcal{F}", "g"


def equations(node: Node) -> list[tuple[str, list[str]]]:
    """Title and lines for each unit that the network's picture shows; what is said of one is not said again."""
    said: set[str] = set()
    found = []
    for example in examples(node):
        lines = [line for line in equation(example) if line not in said]
        said.update(lines)
        if lines:
            found.append((example.title, lines))
    return found


def equation(example: Example) -> list[str]:
    """What comes out as a function of what goes in, then the letters in it, a line each."""
    entry, leaving = (f"{letter}_{{{index}}}" if index else letter for letter, index in example.symbols)
    writer = _Writer(entry, len(with_role(example.node, "branch")) > 1)
    out = writer.write(example.node, entry)
    return [f"{leaving} = {out}", *writer.lines]


@dataclass
class _Writer:
    """Lines in the making. `entry` is what goes into the unit; `several` says that its branches need numbers."""

    entry: str
    several: bool
    lines: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def write(self, at: Node, x: str, inside: Role = "") -> str:
        """The expression for a part that gets `x`; `inside` is the role of the part around it."""
        if at.join is not None:
            return self._join(at, x, inside)
        if isinstance(at.net, Op):
            return self._apply(at.net, x, inside)
        if at.role == "branch":
            return f"{self._letter(at)}({x})"
        if at.role == "gate":
            return self._gate(at, x, inside)
        return self._body([part for _, part in at.parts], x, at.role if at.role == "shortcut" else inside)

    def _body(self, parts: list[Node], x: str, inside: Role) -> str:
        """One part after the other."""
        for part in parts:
            x = self.write(part, x, inside)
        return x

    def _letter(self, branch: Node) -> str:
        """The branch's letter, with its line."""
        letter = f"{BRANCH}_{{{self._count(BRANCH)}}}" if self.several else BRANCH
        at = len(self.lines)
        body = self._body([part for _, part in branch.parts], "x", "branch")
        self.lines.insert(at, f"{letter}(x) = {body}")
        return letter

    def _gate(self, gate: Node, x: str, inside: Role) -> str:
        """g(x) with its line, or 1 − g(x); a gate within the branch is s."""
        parts = [part for _, part in gate.parts]
        rest = isinstance(parts[-1].net, OneMinus)
        letter, own = ("s", "u") if inside == "branch" else (GATE, "x")
        body = self._body(parts[:-1] if rest else parts, own, "aux" if inside == "branch" else "gate")
        self.lines.append(f"{letter}({own}) = {body}")
        return rf"\left(1 - {letter}({x})\right)" if rest else f"{letter}({x})"

    def _join(self, par: Node, x: str, inside: Role) -> str:
        x = self._shared(x, inside)
        if isinstance(par.join and par.join.net, Blend):
            branch, way, gate = (self.write(part, x, inside) for _, part in par.parts)
            return rf"{gate} \odot {branch} + \left(1 - {gate}\right) \odot {way}"
        ways = sorted((part for _, part in par.parts), key=lambda part: part.role != "shortcut")
        written = [self.write(part, x, inside) for part in ways]
        match par.join and par.join.net:
            case Add():
                return " + ".join(written)
            case Mul():
                value, gate = written
                return rf"{gate} \odot {value}"
            case Concat():
                return r"\left[\," + r",\; ".join(written) + r"\,\right]"
        return written[0]

    def _shared(self, x: str, inside: Role) -> str:
        """A letter for what several ways take, where it has none yet."""
        if x in (self.entry, "x", "u"):
            return x
        letter = "u" if inside == "branch" else rf"\hat{{{self.entry[0]}}}{self.entry[1:]}"
        self.lines.append(f"{letter} = {x}")
        return letter

    def _apply(self, op: Op, x: str, inside: Role) -> str:
        match op:
            case Conv() | Linear():
                return self._weights(op, x, inside)
            case Scale():
                return rf"{op.factor:g}\,{_grouped(x)}"
            case OneMinus():
                return rf"\left(1 - {x}\right)"
            case Sigmoid():
                return rf"\sigma({x})"
            case Dropout() | DropPath():
                return rf"\mathrm{{{type(op).__name__.lower()}}}_{{{op.rate:.3g}}}({x})"
        return rf"\mathrm{{{WORDS.get(type(op), type(op).__name__)}}}({x})"

    def _weights(self, op: Conv | Linear, x: str, inside: Role) -> str:
        """A convolution or fully connected layer: its weights have the role's index, or are numbered."""
        letter = "V" if inside == "aux" else "W"
        index = {"shortcut": "s", "gate": "g"}.get(inside) or str(self._count(letter))
        bias = f" + b_{{{index}}}" if isinstance(op, Linear) or op.bias else ""
        return rf"{letter}_{{{index}}}\,{_grouped(x)}{bias}"

    def _count(self, letter: str) -> int:
        self.counts[letter] = self.counts.get(letter, 0) + 1
        return self.counts[letter]


def _grouped(x: str) -> str:
    """A sum in parentheses."""
    depth = 0
    for i, char in enumerate(x):
        depth += (char == "(") - (char == ")")
        if depth == 0 and x[i : i + 3] == " + ":
            return rf"\left({x}\right)"
    return x
