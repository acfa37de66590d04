"""The basic block: two 3×3 convolutions."""

from __future__ import annotations

from resviz.core.net import Net
from resviz.zoo.blocks import block
from resviz.zoo.site import Site
from resviz.zoo.unit import Shortcut, residual


@block(
    "basic",
    title="Basic",
    cite="He et al. 2015, Fig. 5 left",
    layers=2,
    note="two 3×3 convolutions",
)
def basic(site: Site, shortcut: Shortcut) -> Net:
    first = site.conv3x3(site.inner, site.stride, site.groups)
    return residual(site, shortcut, (first, site.conv3x3(site.channels, groups=site.groups)))
