"""What later papers changed about the residual unit, as lessons: each belongs to a network that has the change."""

from __future__ import annotations

from collections.abc import Callable

from resviz.core.registry import Registry
from resviz.zoo.resnet import WIDTH_OF_GROUPS, ResNet

REFINEMENTS: Registry[Callable[[ResNet], bool]] = Registry("refinement")
"""Whether a residual network has the change, by the name of the change."""

SE_FORMULA = r"""\mathcal{F}_{\mathrm{SE}}(x) = s(u) \odot u, \qquad u = \mathcal{F}(x), \qquad
s(u) = \sigma\big(V_2\,\mathrm{ReLU}(V_1\,\mathrm{avg}(u))\big)"""
SE_TEXT = """\
At the end of the branch each channel is multiplied by a gate between 0 and 1. The gates see the whole map: each
channel's average goes through two fully connected layers, of which the first has a sixteenth of the channels, and a
sigmoid. So what a channel is worth depends on the image. The shortcut is left alone.

It costs parameters and hardly any arithmetic: ResNet-50 gets 2,530,992 parameters more and goes from 4.089 to 4.092 G
multiply-adds.

What to look at: open a unit in the graph. The two layers of the gate have many parameters and act on a single pixel.
"""


@REFINEMENTS.register(
    "se",
    title="Squeeze-and-excitation",
    cite="Hu et al. 2018, arXiv 1709.01507",
    note="a gate for each channel at the end of the branch",
    formula=SE_FORMULA,
    text=SE_TEXT,
)
def squeeze_and_excitation(spec: ResNet) -> bool:
    return spec.se


DEPTH_FORMULA = r"""x_{l+1} = \mathrm{ReLU}\big(x_l + b_l\,\mathcal{F}(x_l)\big), \qquad
P(b_l = 1) = p_l = 1 - \frac{l}{L}\,(1 - p_L)"""
DEPTH_TEXT = """\
In training a unit's branch is dropped with a probability that rises linearly from the first unit to the last, and the
shortcut alone is left; in use all units are there. So one trains short networks and uses a deep one. With p_L = 0.5 an
average of (3L − 1)/4 units is trained, 40.25 of the 54 of ResNet-110.

On CIFAR-10 the error of ResNet-110 goes from 6.41 % to 5.25 %, on CIFAR-100 from 27.76 % to 24.98 % (Huang et al. 2016,
Table 1; the text has 27.22 for 27.76), and that of ResNet-1202 from 6.67 % to 4.91 %. On ImageNet it did not help:
21.98 % against 21.78 %.

Implementations differ. The paper drops for a whole batch and multiplies branches by p_l in use. resviz, like most
libraries now, drops for each image and divides by p_l in training, which has the same mean. The rates here are the
paper's, l/L; timm's begin with 0 at the first unit. The paper's own network pools on its shortcuts where the size
changes: option A with the average-pool shortcut.

What to look at: the path lengths of the unrolled view are those of a coin for each unit; here the coins are not fair.
"""


@REFINEMENTS.register(
    "stochastic-depth",
    title="Stochastic depth",
    cite="Huang et al. 2016, arXiv 1603.09382",
    note="branches are dropped in training, the later ones more often",
    formula=DEPTH_FORMULA,
    text=DEPTH_TEXT,
)
def stochastic_depth(spec: ResNet) -> bool:
    return spec.drop_path > 0


WIDE_TEXT = """\
Instead of more units, wider ones: k times the channels in all stages, but not in the stem. Parameters and multiply-adds
grow with k², which runs better in parallel than depth does. WRN-28-10 has 36.5 M parameters and an error of 4.00 % on
CIFAR-10, ResNet-1001 with full pre-activation 4.92 % (Table 5; He et al. 2016, Table 3).

The paper counts depth in its own way: WRN-28-10 is 6N + 4 with N = 4, which counts the three projections and not the
classifier. Its depth knob here stands at 26.

What to look at: turn the depth and the widening so that the parameters stay about the same.
"""


@REFINEMENTS.register(
    "wide",
    title="Wide ResNet",
    cite="Zagoruyko & Komodakis 2016, arXiv 1605.07146",
    note="more channels in place of more units",
    text=WIDE_TEXT,
)
def wide(spec: ResNet) -> bool:
    return spec.widen > 1 or (spec.groups == 1 and spec.group_width > WIDTH_OF_GROUPS)


GROUPS_FORMULA = r"""x_{l+1} = \mathrm{ReLU}\Big(x_l + \sum_{i=1}^{g} \mathcal{T}_i(x_l)\Big)"""
GROUPS_TEXT = """\
The 3×3 convolution is split into g groups of channels that do not see each other, which is the same as a sum of g small
branches. Their number is a third size beside depth and width, the cardinality. At about the same cost more and narrower
branches are better: from 1×64d to 32×4d the top-1 error of 50 layers goes from 23.9 % to 22.2 %, of 101 layers from
22.0 % to 21.2 % (Xie et al. 2017, Table 3). The shortcut is as necessary as before: without it ResNeXt-50 has 26.1 %.

What to look at: a group's convolution has C_in/g channels coming in; see its formula in the graph.
"""


@REFINEMENTS.register(
    "groups",
    title="ResNeXt",
    cite="Xie et al. 2017, arXiv 1611.05431",
    note="the 3×3 convolution in groups",
    formula=GROUPS_FORMULA,
    text=GROUPS_TEXT,
)
def groups(spec: ResNet) -> bool:
    return spec.groups > 1


ZERO_TEXT = """\
The scale of the last BN of every branch starts at 0. So F is 0 at first, every unit that keeps the size begins as an
identity (behind its ReLU), and the network behaves at the start as if it were shallow. It changes nothing about the
network but where training begins. Goyal et al. 2017 (section 5.1) use it for batches of thousands of images.

What to look at: only γ of the last BN is zero, neither that of projections nor that in front of the classifier.
"""


@REFINEMENTS.register(
    "zero-gamma",
    title="Zero γ",
    cite="Goyal et al. 2017, arXiv 1706.02677",
    note="every branch starts as zero",
    text=ZERO_TEXT,
)
def zero_gamma(spec: ResNet) -> bool:
    return spec.zero_gamma


D_TEXT = """\
A 1×1 convolution with stride 2 skips three quarters of what it gets. ResNet-D lets 2×2 average pooling carry the stride
of the shortcut, so that every pixel counts, and puts three 3×3 convolutions in place of the 7×7 of the stem. He et al.
2019 report about 0.3 and 0.2 percentage points of top-1 accuracy for the two, and 0.5 for the stride on the 3×3.

What to look at: at odd sizes pooling has to round up to meet the branch: 225 pixels become 113, 57, 29, 15, 8.
"""


@REFINEMENTS.register(
    "resnet-d",
    title="ResNet-D",
    cite="He et al. 2019, Bag of tricks, arXiv 1812.01187",
    note="average pooling on the shortcut, three 3×3 in the stem",
    text=D_TEXT,
)
def resnet_d(spec: ResNet) -> bool:
    return spec.avg_down or spec.stem == "deep"
