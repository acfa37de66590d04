"""Numbers as a person writes them: stochastic depth's rates are a ramp over the units, not digits.

Unit k of n drops its branch with probability p·k/n (Huang et al. 2016, section 3, linear decay).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from resviz.core.net import Node, leaves, with_role
from resviz.core.ops import DropPath


@dataclass(frozen=True, slots=True)
class Numbers:
    """Writes numbers; those in `ramp` are `last` · k / `count`, to the last bit."""

    last: float = 0.0
    count: int = 0
    ramp: dict[float, int] = field(default_factory=dict)

    def text(self, value: int | float) -> str:
        """The number as source."""
        if isinstance(value, float) and value in self.ramp:
            return f"{self.last!r} * ({self.ramp[value]} / {self.count})"
        return repr(value)

    def at_step(self, text: str) -> tuple[str, int]:
        """Source with its one step of the ramp written as k, and that step; 0 where there is none."""
        written = rf"\* \((\d+) / {self.count}\)"
        found = re.findall(written, text)
        if len(found) != 1:
            return text, 0
        return re.sub(written, f"* (k / {self.count})", text), int(found[0])


def numbers_of(root: Node) -> Numbers:
    """The writer for a network: it knows a ramp if every unit's drop rate lies on it."""
    units = with_role(root, "unit")
    rates = [tuple(at.op.rate for _, at in leaves(unit) if isinstance(at.op, DropPath)) for _, unit in units]
    if not units or not rates[-1]:
        return Numbers()
    last, count = rates[-1][-1], len(units)
    ramp = {last * (k / count): k for k in range(1, count + 1)}
    on_ramp = all(len(rate) == 1 and ramp.get(rate[0]) == k for k, rate in enumerate(rates, start=1))
    return Numbers(last, count, ramp) if on_ramp else Numbers()
