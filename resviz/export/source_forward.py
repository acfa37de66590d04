"""The body of `forward`: a term read as straight code, one statement for a weighted layer and what follows it."""

from __future__ import annotations

import keyword
from collections.abc import Iterable

from resviz.core.net import Node, Op, Par, Role
from resviz.core.ops import Blend
from resviz.export.source_terms import JOINS, is_aside, literal, steps

DEEPEST_CALL = 4
VARIABLES: dict[Role, str] = {"branch": "out", "shortcut": "shortcut", "gate": "gate"}


def forward(node: Node) -> list[str]:
    """The statements that run `node` on x and return what it puts out, as its module runs it."""
    body = _Body()
    run = steps("", node.parts[-1][1]) if is_aside(node) else steps("", node)
    value = body.chain(run, "x", "x")
    if body.asides:
        value = body.assigned(value, "x")
        value = f"({', '.join([value, *body.asides])}) if self.training else {value}"
    body.lines.append(f"return {value}")
    return body.lines


def attribute(name: str) -> str:
    """The expression for the child module of that name."""
    plain = name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("__")
    return f"self.{name}" if plain else f"getattr(self, {literal(name)})"


class _Body:
    """The statements so far, and the variables that they use."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.variables = {"x"}
        self.asides: list[str] = []

    def chain(self, run: Iterable[tuple[str, Node]], x: str, variable: str) -> str:
        """The expression for what comes out of the steps on `x`; what goes before it is assigned to `variable`."""
        value, calls = x, 0
        for name, part in run:
            if not name:
                value, calls = self.fork(part, self.assigned(value, variable)), 1
                continue
            if is_aside(part):
                value, calls = self.assigned(value, variable), 0
                self.asides.append(self.assigned(f"{attribute(name)}({value})", self.fresh(name)))
                continue
            alone = not isinstance(part.net, Op)
            if calls and (alone or part.op.weighted or calls >= DEEPEST_CALL):
                value, calls = self.assigned(value, variable), 0
            value = f"{attribute(name)}({value})"
            calls = DEEPEST_CALL if alone else calls + 1
        return value

    def assigned(self, value: str, variable: str) -> str:
        """The name of a variable that holds `value`."""
        if value in self.variables:
            return value
        self.lines.append(f"{variable} = {value}")
        self.variables.add(variable)
        return variable

    def fork(self, node: Node, x: str) -> str:
        """The expression for the join of the branches on `x`, which run in their order."""
        assert isinstance(node.net, Par)
        branches = [list(steps(name, part)) for name, part in node.parts]
        values = []
        twice = isinstance(node.net.join, Blend)  # which names its gate twice
        for i, (run, (_, part)) in enumerate(zip(branches, node.parts)):
            # one call may stay inside the join only if no statement comes between
            inline = not twice and all(len(other) <= 1 and all(name for name, _ in other) for other in branches[i:])
            variable = x if inline else self.fresh(VARIABLES.get(part.role, "branch"))
            value = self.chain(run, x, variable)
            values.append(value if inline else self.assigned(value, variable))
        return JOINS[type(node.net.join)](values)

    def fresh(self, word: str) -> str:
        """A variable that nothing uses yet."""
        number, name = 2, word
        while name in self.variables:
            number, name = number + 1, f"{word}{number}"
        return name
