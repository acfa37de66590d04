"""The bottleneck block: 1×1 reduces, 3×3 works, 1×1 restores four times the width."""

from __future__ import annotations

from resviz.core.net import Net
from resviz.zoo.blocks import block
from resviz.zoo.site import Site
from resviz.zoo.unit import Shortcut, residual

FORMULA = r"""\mathcal{F}(x) = W_3\,\mathrm{ReLU}\big(W_2\,\mathrm{ReLU}(W_1\,x)\big), \qquad
\text{parameters} = 4C \cdot C + 3 \cdot 3 \cdot C^2 + C \cdot 4C = 17\,C^2"""
TEXT = """\
A 1×1 convolution reduces the channels to C, a 3×3 works on those, and a 1×1 restores 4C. So a unit has three layers and
four times the width for about the cost of a basic one (He et al. 2015, Fig. 5): 17·64² = 69,632 parameters beside
18·64² = 73,728. Between wide ends the shortcut must be an identity: a projection there would double the cost
(section 4.1).

Two versions go by the same name. In the paper the first 1×1 carries the stride (v1) and so skips three quarters of its
input; in torchvision the 3×3 does (v1.5). The parameters are the same, ResNet-50 has 3.858 G or 4.089 G multiply-adds.

What to look at: turn "Stride on" and watch the MACs, not the parameters. Groups in the 3×3 make it ResNeXt's block.
"""


@block(
    "bottleneck",
    title="Bottleneck",
    cite="He et al. 2015, Fig. 5 right",
    layers=3,
    expansion=4,
    note="1×1, 3×3, 1×1; grouped it is ResNeXt's (Xie et al. 2017)",
    formula=FORMULA,
    text=TEXT,
)
def bottleneck(site: Site, shortcut: Shortcut) -> Net:
    """The stride stands on the 3×3 (torchvision's v1.5) or, with `stride_on` 1x1, on the first 1×1 (the paper's)."""
    on_1x1, on_3x3 = (site.stride, 1) if site.stride_on == "1x1" else (1, site.stride)
    reduce = site.conv1x1(site.inner, on_1x1)
    work = site.conv3x3(site.inner, on_3x3, site.groups)
    return residual(site, shortcut, (reduce, work, site.conv1x1(site.channels)))
