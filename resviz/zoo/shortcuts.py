"""The shortcuts: each takes a unit's branch and gives the unit, the branch joined with a way round it.

Options A, B and C are He et al. 2015, section 3.3 and "Identity vs. projection shortcuts" in section 4.1; what He et
al. 2016 tried in their place is their section 3 and Fig. 2. Where the size changes, those stand on option A.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from resviz.core.net import Net, Op, Par, Seq
from resviz.core.ops import Add, AvgPool, Blend, Conv, Dropout, Mul, OneMinus, Scale, Sigmoid, ZeroPad
from resviz.core.registry import Registry
from resviz.zoo.site import Site
from resviz.zoo.unit import Shortcut


@dataclass(frozen=True)
class Way:
    """How a shortcut makes a unit of a branch, and the family's knobs that it alone heeds."""

    build: Shortcut
    knobs: tuple[str, ...] = ()


SHORTCUTS: Registry[Way] = Registry("shortcut")

IDENTITY = Seq((), "shortcut")


def shortcut(
    name: str,
    *,
    title: str,
    cite: str,
    note: str = "",
    formula: str = "",
    text: str = "",
    knobs: tuple[str, ...] = (),
) -> Callable[[Shortcut], Shortcut]:
    """A decorator that registers a function (site, branch) -> unit as a shortcut."""

    def enter(build: Shortcut) -> Shortcut:
        SHORTCUTS.register(name, title=title, cite=cite, note=note, formula=formula, text=text)(Way(build, knobs))
        return build

    return enter


def add(branch: Net, way_round: Net) -> Net:
    """y = F(x) + shortcut(x)."""
    return Par(Add(), (("", branch), ("downsample", way_round)))


def padded(site: Site) -> tuple[tuple[str, Op], ...]:
    """Option A's way round: nothing, or where the size changes pixels skipped and channels of zeros added."""
    if not site.resizes:
        return ()
    if site.avg_down and site.stride > 1:
        return (("0", AvgPool(2, site.stride, ceil=True)), ("1", ZeroPad(site.channels)))
    return (("0", ZeroPad(site.channels, site.stride)),)


A_FORMULA = r"""h(x_l) = x_l, \qquad h(x_l) = \mathrm{pad}(x_l) \quad\text{where the size changes}"""
A_TEXT = """\
The shortcut is the identity. Where the size changes it takes every second pixel and adds channels of zeros, so that it
never has a parameter. A residual network with option A has exactly the parameters and multiply-adds of its plain
counterpart, which makes the comparison fair; all networks of He et al. 2015 for CIFAR-10 have it.

ResNet-34 with option A errs 25.03 % on ImageNet, with B 24.52 %, with C 24.19 % (Table 3). The authors explain the step
from A to B by the channels of zeros, in which nothing residual is learned, and hold the three for nearly equal:
projections are not what solves the degradation problem.

What to look at: turn the shortcut between A and none; no number of parameters changes. Implementations differ in where
the zeros go: here half of them before and half behind the channels, in fb.resnet.torch all behind.
"""


@shortcut(
    "A",
    title="A",
    cite="He et al. 2015, option A",
    note="identity; where the size changes, pixels are skipped and channels of zeros added: no parameters",
    formula=A_FORMULA,
    text=A_TEXT,
)
def option_a(site: Site, branch: Net) -> Net:
    return add(branch, Seq(padded(site), "shortcut"))


B_FORMULA = r"""h(x_l) = x_l, \qquad h(x_l) = W_s\,x_l \quad\text{where the size changes}"""
B_TEXT = """\
The identity, and a 1×1 convolution where the size changes. This is what torchvision and most others build, and what
He et al. 2015 take for 50 layers and more.

With batch normalisation behind the projection or without: Caffe's models, torchvision and Keras have it, full
pre-activation (He et al. 2016) and Wide ResNet have none.

What to look at: the few projections hold a good part of the parameters; the totals say how many are in shortcuts.
"""


@shortcut(
    "B",
    title="B",
    cite="He et al. 2015, option B",
    note="identity, and a 1×1 convolution where the size changes",
    knobs=("shortcut_bn",),
    formula=B_FORMULA,
    text=B_TEXT,
)
def option_b(site: Site, branch: Net) -> Net:
    return add(branch, site.projection() if site.resizes else IDENTITY)


C_FORMULA = r"""h(x_l) = W_s\,x_l"""
C_TEXT = """\
A 1×1 convolution on every shortcut, also where the identity would do. For ResNet-34, with its 16 units, He et al. 2015
found it slightly better than B (24.19 % against 24.52 %) and put that down to the parameters of thirteen more
projections.

With many units it is harmful: on ResNet-110, with 54, the error on CIFAR-10 goes from 6.61 % to 12.22 % (He et al.
2016, Table 1). It could represent the identity, so it is not that the network can do less; it is harder to train,
because a signal now has to pass all these projections.

What to look at: the totals' parameters in shortcuts, with B and with C, for basic and for bottleneck blocks.
"""


@shortcut(
    "C",
    title="C",
    cite="He et al. 2015, option C; He et al. 2016, Fig. 2d",
    note="a 1×1 convolution on every shortcut",
    knobs=("shortcut_bn",),
    formula=C_FORMULA,
    text=C_TEXT,
)
def option_c(site: Site, branch: Net) -> Net:
    return add(branch, site.projection())


SCALED_FORMULA = r"""x_{l+1} = \lambda_l\,x_l + \mathcal{F}(x_l), \qquad
x_L = \Big(\prod_{i=l}^{L-1} \lambda_i\Big)\,x_l + \sum_{i=l}^{L-1} \hat{\mathcal{F}}(x_i)"""
SCALED_TEXT = """\
The shortcut is multiplied by a constant λ. From unit l to unit L the signal, and likewise the gradient, is multiplied
by the product of all λ between: with λ = 0.5 and the 54 units of ResNet-110 that is 0.5⁵⁴ = 5.55·10⁻¹⁷. With λ above 1
it grows exponentially. What the shortcut loses has to pass the weight layers.

He et al. 2016 (Table 1, ResNet-110 on CIFAR-10): λ = 0.5 beside an unscaled branch fails (an error over 20 %); with
both times 0.5 the error is 12.35 %, with the identity 6.61 %. λ = 0 is a plain network and fails too.

What to look at: what matters is λ to the power of the number of units, so turn the depth as well as λ.
"""


@shortcut(
    "scaled",
    title="constant scaling",
    cite="He et al. 2016, section 3.1, Fig. 2a",
    note="the shortcut, and perhaps the branch, times a constant",
    knobs=("shortcut_scale", "branch_scale"),
    formula=SCALED_FORMULA,
    text=SCALED_TEXT,
)
def scaled(site: Site, branch: Net) -> Net:
    scale = ("scale", Scale(site.shortcut_scale))
    if site.branch_scale != 1.0:
        branch = Seq((("", branch), ("branch_scale", Scale(site.branch_scale))))
    return add(branch, Seq((*padded(site), scale), "shortcut"))


EXCLUSIVE_FORMULA = r"""x_{l+1} = \big(1 - g(x_l)\big) \odot x_l + g(x_l) \odot \mathcal{F}(x_l), \qquad
g(x) = \sigma(W_g\,x + b_g)"""
EXCLUSIVE_TEXT = """\
The gate of highway networks (Srivastava et al. 2015): what the branch is given, the shortcut loses. A 1×1 convolution
and a sigmoid compute g for every channel and pixel. To start with, b_g decides: the lower it is, the nearer 1 − g is to
1 and the shortcut to the identity, but the less of the branch is let through.

On ResNet-110 (He et al. 2016, Table 1) training fails for b_g from 0 to −5; the best of all tried has b_g = −6 and an
error of 8.70 %, still above the 6.61 % of the identity; b_g = −7 has 9.81 %. So the bias has to be searched for.

What to look at: the gates' parameters, one 1×1 convolution a unit. They make the network larger and not better.
"""


@shortcut(
    "exclusive-gate",
    title="exclusive gating",
    cite="He et al. 2016, section 3.2, Fig. 2b",
    note="the branch times a gate g, the shortcut times 1 − g: a highway layer",
    knobs=("gate_bias",),
    formula=EXCLUSIVE_FORMULA,
    text=EXCLUSIVE_TEXT,
)
def exclusive_gate(site: Site, branch: Net) -> Net:
    gate = Seq(_gate(site), "gate")
    return Par(Blend(), (("", branch), ("downsample", Seq(padded(site), "shortcut")), ("gate", gate)))


SHORTCUT_GATE_FORMULA = r"""x_{l+1} = \big(1 - g(x_l)\big) \odot x_l + \mathcal{F}(x_l), \qquad
g(x) = \sigma(W_g\,x + b_g)"""
SHORTCUT_GATE_TEXT = """\
The gate acts on the shortcut alone, the branch is let through as it is. So b_g can make the shortcut as good as an
identity without silencing the branch.

On ResNet-110 (He et al. 2016, Table 1): with b_g = 0 the shortcut starts at about one half, and the error is 12.86 %,
about as bad as constant scaling. With b_g = −6 it starts at 1 − σ(−6) = 0.9975, and the error is 6.91 %, nearly the
6.61 % of the identity. The closer the shortcut is to the identity, the better.

What to look at: exclusive gating beside it. The same gate, the same number of parameters, and one product less.
"""


@shortcut(
    "shortcut-gate",
    title="shortcut-only gating",
    cite="He et al. 2016, section 3.2, Fig. 2c",
    note="the shortcut times 1 − g, the branch as it is",
    knobs=("gate_bias",),
    formula=SHORTCUT_GATE_FORMULA,
    text=SHORTCUT_GATE_TEXT,
)
def shortcut_gate(site: Site, branch: Net) -> Net:
    gate = Seq((*_gate(site), ("rest", OneMinus())), "gate")
    gated = Par(Mul(), (("", Seq(padded(site))), ("gate", gate)))
    return add(branch, Seq((("", gated),), "shortcut"))


def _gate(site: Site) -> tuple[tuple[str, Op], ...]:
    """g(x) = σ(W x + b), a 1×1 convolution with a value for each channel and pixel."""
    weights = Conv(site.channels, 1, site.stride, bias=True, bias_start=site.gate_bias)
    return (("conv", weights), ("sigmoid", Sigmoid()))


DROPOUT_FORMULA = r"""x_{l+1} = \mathrm{dropout}_{p}(x_l) + \mathcal{F}(x_l)"""
DROPOUT_TEXT = """\
Dropout on the shortcut, with a rate of 0.5. On ResNet-110 training fails (He et al. 2016, Table 1). The authors read
dropout as a scaling of the shortcut by 0.5 on average, which hinders the signal as a constant λ = 0.5 does.

Today's libraries, and resviz, divide by 1 − p what they keep, so the mean of the signal stays as it is. What grows is
its spread: each shortcut multiplies the second moment by 1/(1 − p), which is 2 at each unit with p = 0.5.

What to look at: dropout belongs into the branch, if anywhere, or to whole branches: that is stochastic depth.
"""


@shortcut(
    "dropout",
    title="dropout",
    cite="He et al. 2016, section 3.4, Fig. 2f",
    note="dropout on the shortcut",
    knobs=("shortcut_dropout",),
    formula=DROPOUT_FORMULA,
    text=DROPOUT_TEXT,
)
def dropout(site: Site, branch: Net) -> Net:
    return add(branch, Seq((*padded(site), ("dropout", Dropout(site.shortcut_dropout))), "shortcut"))


NONE_FORMULA = r"""x_{l+1} = f\big(\mathcal{F}(x_l)\big)"""
NONE_TEXT = """\
No way round the branch: this is the plain network of the same depth, which has a family of its own.

What to look at: the unrolled view has one path, and nothing passes once a unit is removed. Drop path and zero γ are
refused here, because without a shortcut nothing would be left of the signal.
"""


@shortcut(
    "none",
    title="none",
    cite="He et al. 2015, plain network",
    note="no way round the branch: the plain net",
    formula=NONE_FORMULA,
    text=NONE_TEXT,
)
def plain(site: Site, branch: Net) -> Net:
    return branch
