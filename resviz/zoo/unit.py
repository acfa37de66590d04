"""A residual unit: a block's convolutions, its BN and ReLU in the chosen order, and a way round them.

The names are torchvision's (conv1, bn1 …), and so is the order of the parts.
"""

from __future__ import annotations

from collections.abc import Callable

from resviz.core.net import Net, Par, Seq
from resviz.core.ops import BatchNorm, Conv, DropPath, GlobalAvgPool, Mul, ReLU, Sigmoid
from resviz.zoo.site import Site, activation

Named = tuple[tuple[str, Net], ...]

Shortcut = Callable[[Site, Net], Net]
"""Takes the site and the residual branch, gives branch and way round joined (or the branch alone)."""

SE_REDUCTION = 16


def residual(site: Site, shortcut: Shortcut, convs: tuple[Conv, ...]) -> Net:
    """The unit of `convs` at `site`.

    The activation that leads a pre-activated unit is shared by branch and shortcut where the size changes, where the
    shortcut projects, and in the first unit (He et al. 2016, section 4); every other shortcut goes round it.
    """
    lead: Named = () if site.activated else activation(site.order.lead, "1")
    body = _zero_last_gamma(_body(site, convs)) if site.zero_gamma else _body(site, convs)
    joined = shortcut(site, Seq(body, "branch"))
    parts: Named
    if site.first or site.resizes or not isinstance(joined, Par) or _projects(joined):
        parts = (*lead, ("", joined))
    else:
        parts = (("", shortcut(site, Seq((*lead, *body), "branch"))),)
    return Seq((*parts, *activation(site.order.after, str(len(convs)))), "unit")


def _body(site: Site, convs: tuple[Conv, ...]) -> Named:
    """The convolutions with what stands between and behind them, without the lead."""
    numbered_by_next = "bn" in site.order.lead
    parts: list[tuple[str, Net]] = []
    for i, conv in enumerate(convs, start=1):
        parts.append((f"conv{i}", conv))
        last = i == len(convs)
        kinds = site.order.tail if last else site.order.between
        for kind in kinds:
            leads_next = not last and ((kind == "relu" and site.order.lead) or numbered_by_next)
            parts.extend(activation((kind,), str(i + 1 if leads_next else i)))
    if site.se:
        parts.append(("se", squeeze_excite(site.channels)))
    if site.drop_path:
        parts.append(("drop_path", DropPath(site.drop_path)))
    return tuple(parts)


def squeeze_excite(channels: int) -> Net:
    """Each channel times a gate in (0, 1) that sees the whole map (Hu et al. 2018), reduction 16, biased."""
    inner = max(1, channels // SE_REDUCTION)
    gate = (
        ("avgpool", GlobalAvgPool()),
        ("fc1", Conv(inner, 1, bias=True)),
        ("relu", ReLU()),
        ("fc2", Conv(channels, 1, bias=True)),
        ("sigmoid", Sigmoid()),
    )
    return Par(Mul(), (("", Seq()), ("", Seq(gate, "gate"))))


def _projects(joined: Par) -> bool:
    """Whether the way round the branch is a convolution itself; a gate on it is none."""
    ways = [way for _, way in joined.branches if isinstance(way, Seq) and way.role == "shortcut"]
    return any(isinstance(part, Conv) for way in ways for _, part in way.parts)


def _zero_last_gamma(body: Named) -> Named:
    """The branch starts as zero: the scale of its last BN is 0 (Goyal et al. 2017, section 5.1)."""
    at = max(i for i, (_, part) in enumerate(body) if isinstance(part, BatchNorm))
    return (*body[:at], (body[at][0], BatchNorm(gamma=0.0)), *body[at + 1 :])
