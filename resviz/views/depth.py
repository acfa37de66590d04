"""The depth ledger: which layers make the 50 of ResNet-50, section by section, and which layers are not counted.

The sum is `paths.depth`, the weighted layers on the longest path: shortcuts, gates and auxiliary heads are not on it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from resviz.core.net import Node, Op, Role, fold, sections
from resviz.views import paths

PLACES: dict[Role, str] = {"shortcut": "on shortcuts", "gate": "in gates", "aux": "in auxiliary heads"}
ASIDE = "on the shorter of parallel branches"
UNWEIGHTED = "without a weight matrix"

Kinds = tuple[tuple[str, int], ...]
"""How many operations of each kind."""

Placed = Counter[tuple[str, str, bool]]
"""How many operations stand in a place ("" is the way from input to output), by kind, with a weight matrix or not."""


@dataclass(frozen=True, slots=True)
class Term:
    """So many units of so many layers each; bare layers are one term of no unit."""

    units: int
    layers: int

    @property
    def depth(self) -> int:
        return max(1, self.units) * self.layers

    def __str__(self) -> str:
        return f"{self.units}·{self.layers}" if self.units else str(self.layers)


@dataclass(frozen=True, slots=True)
class Line:
    """A section and what it adds to the depth."""

    name: str
    terms: tuple[Term, ...]

    @property
    def depth(self) -> int:
        return sum(term.depth for term in self.terms)

    def __str__(self) -> str:
        return " + ".join(map(str, self.terms)) or "0"

    def words(self) -> str:
        """The section for people: "3 units of 3 layers"."""
        return " and ".join(_words(term) for term in self.terms) or "no layer with weights"


@dataclass(frozen=True, slots=True)
class Ledger:
    """The sections, and how many operations of each kind are not counted, by the reason why."""

    lines: tuple[Line, ...]
    not_counted: tuple[tuple[str, Kinds], ...]

    @property
    def depth(self) -> int:
        return sum(line.depth for line in self.lines)

    def equation(self) -> str:
        """Such as "1 + 3·3 + 4·3 + 6·3 + 3·3 + 1 = 50"; sections that add nothing are left out."""
        return f"{' + '.join(str(line) for line in self.lines if line.depth) or '0'} = {self.depth}"

    def json(self) -> dict[str, object]:
        """The ledger as the command line prints it."""
        lines = [{"name": line.name, "terms": str(line), "depth": line.depth} for line in self.lines]
        missed = {place: dict(kinds) for place, kinds in self.not_counted}
        return {"equation": self.equation(), "depth": self.depth, "sections": lines, "not_counted": missed}


def ledger(node: Node) -> Ledger:
    """Where the depth of a placed network comes from."""
    lines = tuple(Line(section.name, _terms(section.node)) for section in sections(node))
    return Ledger(lines, _not_counted(node, sum(line.depth for line in lines)))


def text(title: str, node: Node) -> str:
    """The ledger for a terminal."""
    found = ledger(node)
    lines = [f"{title}: {found.equation()}"]
    lines += [f"  {line.name:<8} {line.depth:>5}  {line.words()}" for line in found.lines]
    for place, kinds in found.not_counted:
        lines.append(f"  not counted, {place}: {', '.join(f'{count} {kind}' for kind, count in kinds)}")
    return "\n".join(lines) + "\n"


def _words(term: Term) -> str:
    layers = f"{term.layers} layer{'s' if term.layers > 1 else ''}"
    return f"{term.units} unit{'s' if term.units > 1 else ''} of {layers}" if term.units else layers


def _terms(section: Node) -> tuple[Term, ...]:
    """The units and bare layers of a section, equal neighbours together."""
    found: list[Term] = []
    depths: dict[int, int] = {}

    def visit(at: Node) -> None:
        if not isinstance(at.net, Op) and at.role != "unit" and at.join is None:
            for _, part in at.parts:
                visit(part)
            return
        if id(at) not in depths:
            depths[id(at)] = paths.depth(at)
        if depths[id(at)]:
            _append(found, Term(0 if isinstance(at.net, Op) else 1, depths[id(at)]))

    visit(section)
    return tuple(found)


def _append(found: list[Term], term: Term) -> None:
    """Add a term, to the one before it where that is of the same sort."""
    before = found[-1] if found else None
    if before and not before.units and not term.units:
        found[-1] = Term(0, before.layers + term.layers)
    elif before and before.units and term.units and before.layers == term.layers:
        found[-1] = Term(before.units + term.units, term.layers)
    else:
        found.append(term)


def _not_counted(node: Node, depth: int) -> tuple[tuple[str, Kinds], ...]:
    """The operations beside the counted ones: those with weights by their place, the others together."""
    found: dict[str, Counter[str]] = {words: Counter() for words in (*PLACES.values(), ASIDE, UNWEIGHTED)}
    for (place, kind, weighted), count in _placed(node).items():
        if not weighted:
            found[UNWEIGHTED][kind] += count
        elif place:
            found[place][kind] += count
        else:
            found[ASIDE]["layers"] += count
    found[ASIDE]["layers"] -= depth
    return tuple((words, tuple(kinds.items())) for words, kinds in found.items() if kinds.total())


def _placed(node: Node) -> Placed:
    """The operations by the innermost shortcut, gate or auxiliary head that they stand in."""

    def seq(at: Node, parts: list[Placed]) -> Placed:
        here, found = PLACES.get(at.role, ""), Placed()
        for (place, kind, weighted), count in _together(parts).items():
            found[place or here, kind, weighted] += count
        return found

    return fold(
        node,
        lambda at: Counter({("", type(at.op).__name__, at.op.weighted): 1}),
        seq,
        lambda at, branches, join: _together([*branches, join]),
    )


def _together(parts: list[Placed]) -> Placed:
    found = Placed()
    for part in parts:
        found.update(part)
    return found
