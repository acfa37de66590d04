"""The bottleneck block: 1×1 reduces, 3×3 works, 1×1 restores four times the width."""

from __future__ import annotations

from resviz.core.net import Net
from resviz.zoo.blocks import block
from resviz.zoo.site import Site
from resviz.zoo.unit import Shortcut, residual


@block(
    "bottleneck",
    title="Bottleneck",
    cite="He et al. 2015, Fig. 5 right",
    layers=3,
    expansion=4,
    note="1×1, 3×3, 1×1; grouped it is ResNeXt's (Xie et al. 2017)",
)
def bottleneck(site: Site, shortcut: Shortcut) -> Net:
    """The stride stands on the 3×3 (torchvision's v1.5) or, with `stride_on` 1x1, on the first 1×1 (the paper's)."""
    on_1x1, on_3x3 = (site.stride, 1) if site.stride_on == "1x1" else (1, site.stride)
    reduce = site.conv1x1(site.inner, on_1x1)
    work = site.conv3x3(site.inner, on_3x3, site.groups)
    return residual(site, shortcut, (reduce, work, site.conv1x1(site.channels)))
