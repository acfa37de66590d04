"""A network without its batch normalisation, as a term: what was normalised is passed on as it is."""

from __future__ import annotations

from resviz.core.net import Net, Par, Seq, rewrite
from resviz.core.ops import BatchNorm


def unnormalised(net: Net) -> Net:
    """The term with every BN taken out; all other parts keep their names."""

    def change(path: str, part: Net) -> Net:
        if isinstance(part, Seq):
            kept = tuple((name, inner) for name, inner in part.parts if not isinstance(inner, BatchNorm))
            return part if len(kept) == len(part.parts) else Seq(kept, part.role)
        if isinstance(part, Par):
            branches = tuple((name, Seq() if isinstance(way, BatchNorm) else way) for name, way in part.branches)
            return part if branches == part.branches else Par(part.join, branches, part.role)
        return part

    return rewrite(net, change)
