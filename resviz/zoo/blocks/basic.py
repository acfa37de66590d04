"""The basic block: two 3×3 convolutions."""

from __future__ import annotations

from resviz.core.net import Net
from resviz.zoo.blocks import block
from resviz.zoo.site import Site
from resviz.zoo.unit import Shortcut, residual

FORMULA = r"""\mathcal{F}(x) = W_2\,\mathrm{ReLU}(W_1\,x), \qquad
\text{parameters} = 2 \cdot 3 \cdot 3 \cdot C^2 = 18\,C^2"""
TEXT = """\
Two 3×3 convolutions, for networks of 18 and 34 layers on ImageNet and of 6n + 2 layers on CIFAR-10. A branch needs at
least two layers: with a single one a unit is nearly a linear layer, in which He et al. 2015 saw no advantage
(section 3.2). With one layer a unit, 110 layers have an error of 9.90 % on CIFAR-10, with two 6.61 % (He et al. 2016,
Table 3).

What to look at: both convolutions work at the full width C of the unit. Compare with a bottleneck, which has four times
the channels outside at about the same cost.
"""


@block(
    "basic",
    title="Basic",
    cite="He et al. 2015, Fig. 5 left",
    layers=2,
    note="two 3×3 convolutions",
    formula=FORMULA,
    text=TEXT,
)
def basic(site: Site, shortcut: Shortcut) -> Net:
    first = site.conv3x3(site.inner, site.stride, site.groups)
    return residual(site, shortcut, (first, site.conv3x3(site.channels, groups=site.groups)))
