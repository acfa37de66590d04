"""Lesions as algebra: a network without some of its units, and one with its units in another order, as terms.

A removed unit's fork is replaced by its shortcut: y = h(x) + F(x) becomes y = h(x) (Veit et al. 2016, section 4.1). A
unit that has no way round it, in a plain net, is replaced by the identity, which leaves the rest of the network the
shape that it expects; where the unit changes the size, by option A's parameterless stand-in (He et al. 2015).
"""

from __future__ import annotations

from collections.abc import Set

from resviz.core.net import Net, Node, Par, Seq, Shape, ShapeError, rewrite
from resviz.core.ops import ZeroPad, dims
from resviz.views.paths import units


def without(node: Node, removed: Set[str]) -> Net:
    """The term of a placed network without the units at these paths.

    Raises ShapeError where a unit without a shortcut puts out what no parameterless stand-in can.
    """
    placed = dict(units(node))

    def change(path: str, part: Net) -> Net:
        if path in removed and isinstance(part, Seq) and part.role == "unit":
            return unit_removed(placed[path])
        return part

    return rewrite(node.net, change)


def unit_removed(unit: Node) -> Seq:
    """What is left of a placed unit: its shortcut with what all ways share, or the stand-in where it has none."""
    at = fork(unit)
    if at is None:
        return Seq((("stand_in", stand_in(unit.ins[0], unit.out)),), "unit")
    parts = [(name, part.net) for name, part in unit.parts]
    parts[at] = (parts[at][0], _shortcut(parts[at][1]))
    return Seq(tuple(parts), "unit")


def fork(unit: Node) -> int | None:
    """Where among a unit's parts the ways part of which one is a shortcut; None where there is no way round."""
    for i, (_, part) in enumerate(unit.parts):
        if isinstance(part.net, Par) and any(way.role == "shortcut" for _, way in part.parts):
            return i
    return None


def stand_in(taken: Shape, wanted: Shape) -> Net:
    """The identity, or pixels skipped and channels of zeros; raises ShapeError where that does not give the shape."""
    if taken == wanted:
        return Seq()
    refusal = ShapeError(f"no way without parameters leads from {dims(taken)} to {dims(wanted)}")
    if len(taken) != 3 or len(wanted) != 3 or wanted[0] < taken[0]:
        raise refusal
    found = ZeroPad(wanted[0], -(-taken[1] // wanted[1]))
    if found.out(taken) != wanted:
        raise refusal
    return found


def _shortcut(par: Net) -> Net:
    assert isinstance(par, Par)
    way = next((name, way) for name, way in par.branches if isinstance(way, Seq) and way.role == "shortcut")
    return Seq((way,))
