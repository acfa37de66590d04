"""The shortcuts: each takes a unit's branch and gives the unit, the branch joined with a way round it.

Options A, B and C are He et al. 2015, section 3.3 and "Identity vs. projection shortcuts" in section 4.1.
"""

from __future__ import annotations

from resviz.core.net import Net, Op, Par, Seq
from resviz.core.ops import Add, AvgPool, ZeroPad
from resviz.core.registry import Registry
from resviz.zoo.site import Site
from resviz.zoo.unit import Shortcut

SHORTCUTS: Registry[Shortcut] = Registry("shortcut")

IDENTITY = Seq((), "shortcut")


def add(branch: Net, way_round: Net) -> Net:
    """y = F(x) + shortcut(x)."""
    return Par(Add(), (("", branch), ("downsample", way_round)))


@SHORTCUTS.register(
    "A",
    title="A",
    cite="He et al. 2015, option A",
    note="identity; where the size changes, pixels are skipped and channels of zeros added: no parameters",
)
def option_a(site: Site, branch: Net) -> Net:
    if not site.resizes:
        return add(branch, IDENTITY)
    if site.avg_down and site.stride > 1:
        parts: tuple[tuple[str, Op], ...] = (("0", AvgPool(2, site.stride)), ("1", ZeroPad(site.channels)))
    else:
        parts = (("0", ZeroPad(site.channels, site.stride)),)
    return add(branch, Seq(parts, "shortcut"))


@SHORTCUTS.register(
    "B",
    title="B",
    cite="He et al. 2015, option B",
    note="identity, and a 1×1 convolution where the size changes",
)
def option_b(site: Site, branch: Net) -> Net:
    return add(branch, site.projection() if site.resizes else IDENTITY)


@SHORTCUTS.register(
    "C",
    title="C",
    cite="He et al. 2015, option C",
    note="a 1×1 convolution on every shortcut",
)
def option_c(site: Site, branch: Net) -> Net:
    return add(branch, site.projection())


@SHORTCUTS.register(
    "none",
    title="none",
    cite="He et al. 2015, plain network",
    note="no way round the branch: the plain net",
)
def plain(site: Site, branch: Net) -> Net:
    return branch
