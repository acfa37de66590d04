"""The experiments of the lab: what each is called, where it comes from, its settings, and the module that does it.

Nothing here needs torch: a module is imported by the process that does the experiment.
"""

from __future__ import annotations

from dataclasses import dataclass

from resviz.core.registry import Registry
from resviz.lab import settings
from resviz.lab.settings import Settings

VEIT = "Veit, Wilber & Belongie 2016"


@dataclass(frozen=True)
class Experiment:
    """`module` has a function `rows(subject, settings, watch)`.

    `trained` says that the experiment is about a network with data; without, it is about any network as it is
    initialised. `needs_units` says that it takes units apart. `version` is raised when its numbers become others, so
    that old answers are not taken for new ones.
    """

    settings: type[Settings]
    module: str
    trained: bool = True
    needs_units: bool = True
    version: int = 1


EXPERIMENTS: Registry[Experiment] = Registry("experiment")

EXPERIMENTS.register(
    "lesion",
    title="Remove a unit",
    cite=f"{VEIT}, section 4.1",
    note="the test error with each unit removed by itself",
    formula=r"x_{l+1} = h(x_l) + \mathcal{F}(x_l) \quad\longrightarrow\quad x_{l+1} = h(x_l)",
    text="""\
A unit's branch is taken out of the trained network and nothing is trained again; what is left is the unit's shortcut.
One unit less leaves half of the 2ⁿ paths. In a plain network nothing leads round a unit, so the identity takes its
place, and option A's zeros where the size changes.

Veit et al. found that on CIFAR-10 no single unit of a ResNet-110 is needed, but for those that change the size, while
a VGG network falls to chance whichever layer is taken from it. What to look at: which units stand out here, and the
plain network beside it.
""",
)(Experiment(settings.Lesion, "resviz.lab.lesion"))

EXPERIMENTS.register(
    "removal",
    title="Remove many",
    cite=f"{VEIT}, section 4.2",
    note="the test error with k random units removed",
    text="""\
From 1 to all n units are removed, several random choices for each number. Each takes away paths: k units less leave
2ⁿ⁻ᵏ. Veit et al. found the error of ResNet-110 to rise smoothly, as it does when members leave an ensemble: without
10 of its 54 units it is about 0.2. Only with 20 gone, and 2³⁴ paths left, does it fall apart.
""",
)(Experiment(settings.Removal, "resviz.lab.removal", version=2))

EXPERIMENTS.register(
    "reorder",
    title="Change the order",
    cite=f"{VEIT}, section 4.3",
    note="the test error with pairs of units swapped",
    formula=r"\tau = 1 - \frac{4 \cdot \text{inversions}}{n\,(n-1)}",
    text="""\
Pairs of units of equal shape change places. How far the new order is from the old one is measured by Kendall's rank
correlation τ: 1 is the order of training, 0 no relation. Layers that each built on the one before would not survive
it; Veit et al. found the error to rise smoothly as τ falls.
""",
)(Experiment(settings.Reorder, "resviz.lab.reorder"))

EXPERIMENTS.register(
    "gradients",
    title="Gradient by path length",
    cite=f"{VEIT}, section 4.4 and Fig. 6",
    note="how much of the gradient at the input came through k branches, for every k",
    formula=r"g_k \leftarrow H^\top g_k + J^\top g_{k-1}, \qquad \sum_k g_k = \frac{\partial L}{\partial x}",
    text="""\
By the chain rule the gradient at the input is a sum over all paths. Veit et al. sampled it: they drew k units that
carry the gradient through their branch, all others through the shortcut only, and multiplied the mean norm at the input
by the number C(n, k) of such paths. That product would be the contribution of the length k if all its paths pointed the
same way.

Here the paths of a length are also added up exactly: going backwards once, each unit hands on one gradient for every
length, H being its shortcut's Jacobian and J all else. The g_k add up to the ordinary gradient, and the last line says
how well. Where the exact norm lies below the product, paths of one length cancel each other.

What to look at: the paths that are most in number are not those that carry the gradient. With 54 units and a trained
network Veit et al. found 5 to 17 of them. BN is in evaluation, so that images do not mix.
""",
)(Experiment(settings.Gradients, "resviz.lab.gradients"))

EXPERIMENTS.register(
    "probe",
    title="Signals at the start",
    cite="He et al. 2015, section 4.1; Glorot & Bengio 2010; Yang et al. 2019",
    note="norm and variance of activations and gradients, layer by layer, before any training",
    text="""\
One step of training forward and back, on a network as it is initialised: what comes out of each layer, and what
gradient reaches it. Nothing is trained.

It lets a class test the sentence "ResNet solves vanishing gradients". He et al. 2015 say that their plain networks do
not suffer from them, because they have BN, and here they do not: the gradient of a plain network with BN grows on its
way back. Yang et al. 2019 (arXiv 1902.08129) prove that of wide networks: BN itself makes gradients grow exponentially
with depth, unless shortcuts lead round it, so deep plain networks are hard to train for the opposite reason. They also
find that a single step of training tames it.

What to look at: plain-56 and ResNet-56 side by side, with BN and without; then both deeper. Without BN the signal of
the plain network fades, and that of the residual one nearly doubles at every unit. For highway networks turn the gate's
bias.
""",
)(Experiment(settings.Probe, "resviz.lab.probe", trained=False, needs_units=False))

EXPERIMENTS.register(
    "contribution",
    title="What a unit adds",
    cite="He et al. 2015, Fig. 7; Srivastava et al. 2015, Fig. 2; Greff et al. 2017",
    note="‖F(x)‖ / ‖x‖ for each unit, and the mean gate, before and after training",
    formula=r"\frac{\lVert \mathcal{F}(x_l) \rVert}{\lVert x_l \rVert}, \qquad \overline{T(x_l)}",
    text="""\
How large what the branch adds is beside what the unit takes, on average over the test images; where a gate decides,
its mean over images, channels and pixels. He et al. 2015 found that deeper residual networks have smaller responses:
each unit changes the signal less. A unit that adds little is one that can be removed.
""",
)(Experiment(settings.Contribution, "resviz.lab.contribution"))

EXPERIMENTS.register(
    "surface",
    title="Loss surface",
    cite="Li et al. 2018, arXiv 1712.09913",
    note="the loss along two random directions through the weights, scaled filter by filter",
    formula=r"L(\theta + \alpha\,\delta + \beta\,\eta), \qquad "
    r"\delta_{i,j} \leftarrow \frac{\delta_{i,j}}{\lVert \delta_{i,j} \rVert}\,\lVert \theta_{i,j} \rVert",
    text="""\
Two random directions, each filter of them scaled to the norm of the network's own filter, because otherwise the scale
of the weights, which BN makes meaningless, would decide how sharp a minimum looks. Biases and BN stay as they are. The
loss is that of training images, with BN's stored statistics.

Li et al. found that the surface of a plain network of 56 layers is rugged, and that shortcuts make it smooth. Two
directions of hundreds of thousands are a thin slice: what it shows depends on the seed, so draw several.
""",
)(Experiment(settings.Surface, "resviz.lab.surface", needs_units=False))
