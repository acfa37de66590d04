"""Plain networks: residual networks without their shortcuts, what He et al. 2015 compare them with."""

from __future__ import annotations

from dataclasses import dataclass

from resviz.core.knob import knob
from resviz.zoo.families import FAMILIES
from resviz.zoo.resnet import ResNet

FORMULA = r"""x_{l+1} = f\big(\mathcal{F}(x_l)\big)"""
TEXT = """\
A plain network is the residual network without its shortcuts, and was its starting point: 3×3 convolutions after VGG,
as many filters for maps of the same size, twice as many where the size is halved, global average pooling and one fully
connected layer (He et al. 2015, section 3.3). With 34 layers it costs 3.6 G multiply-adds, 18 % of VGG-19's.

It shows the degradation problem: more layers, a higher error, on the training data as well. On ImageNet that is
28.54 % with 34 layers against 27.94 % with 18 (Table 2); on CIFAR-10 the error with 110 layers is over 60 %
(section 4.2). Xie et al. 2017 (section 5.1) took the shortcuts out of ResNet-50: its error rises from 23.9 to 31.2 %.

What the literature disagrees about: He et al. measured that with batch normalisation neither signals nor gradients
vanish. Yang et al. 2019 (arXiv 1902.08129) prove that BN makes the gradients of wide networks without shortcuts grow
exponentially with depth instead, at the start of training; "Signals at the start" on the page Lab shows it. Balduzzi et
al. 2017 explain the difficulty by gradients that resemble white noise, and in preliminary experiments train very deep
networks without shortcuts from an initial state that "looks linear": shortcuts may be one remedy and not the only one.

What to look at: with option A a residual network has exactly as many parameters as the plain one; compare both. In the
unrolled view a plain network is one path, and nothing passes once a unit is removed.
"""


@FAMILIES.register(
    "plain",
    title="Plain",
    cite="He et al. 2015, section 3.3",
    note="the same layers as a residual network, without any way round them",
    formula=FORMULA,
    text=TEXT,
)
@dataclass(frozen=True)
class Plain(ResNet):
    """The plain network of the same depth; a `resnet` with shortcut none is the same term."""

    shortcut: str = knob("none", "Shortcut", "a plain net has none", choices=("none",))
