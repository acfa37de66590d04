"""Highway networks: in each layer a gate T decides how much of H(x) goes on, and of the input x goes on the rest.

Srivastava, Greff & Schmidhuber 2015: the workshop paper 1505.00387 and the full one, 1507.06228, whose sections are
meant here. The convolutional nets are those of the authors' released code (github.com/flukeskywalker/highway-networks)
without its dropout.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from resviz.core.knob import Knob, knob, refuse_outside
from resviz.core.net import Net, Op, Par, Seq
from resviz.core.ops import (
    Activation,
    Add,
    Blend,
    Conv,
    Flatten,
    GlobalAvgPool,
    Linear,
    MaxPool,
    ReLU,
    Sigmoid,
    Tanh,
)
from resviz.core.spec import Turned
from resviz.zoo.families import FAMILIES, preset
from resviz.zoo.image import ImageSpec, image, outputs
from resviz.zoo.reported import report

PAPER = "Srivastava et al. 2015"
ACTIVATIONS: dict[str, Activation] = {"relu": ReLU(), "tanh": Tanh(), "sigmoid": Sigmoid()}
DEEPEST = 500
WIDTH = 50
PLAIN_WIDTH = 71
"""Section 3.1: 71 plain units have about the parameters of 50 gated ones, 5,112 and 5,100 a layer."""
MAPS = 100
"""The released nets for CIFAR end in a 1×1 convolution to 100 maps, their means, and a fully connected layer."""

NOTE = "each layer has a gate between what it computes and what it was given; the idea of LSTM, upright"
FORMULA = r"""y = H(x) \cdot T(x) + x \cdot (1 - T(x)), \qquad T(x) = \sigma(W_T x + b_T), \quad b_T < 0"""
TEXT = """\
A layer of a highway network (Srivastava, Greff & Schmidhuber 2015) computes H(x) as any layer does, and beside it a
gate T(x), a number between 0 and 1 for each of its units. T says how much of H(x) goes on; of the input goes on the
rest, 1 − T. With T = 0 the layer is the identity, with T = 1 a plain one. The gates are those of LSTM, in depth
instead of time. Their bias starts negative (−2 is T = 0.12), so that at first the network mostly copies, and gradients
reach every layer.

It came half a year before ResNet and answers the same observation, that more layers make a plain net worse on its own
training data. On MNIST, with about 5,000 parameters a layer, plain nets of 10 and 20 layers reached a loss below 10⁻⁴
and became much worse with 50 and 100; highway nets of 100 layers did about as well as those of 10 (section 3.1).
Normalised initialisation was in use, batch normalisation was not.

What to look at: the gate has as many parameters as the layer that it weighs. It opens no path of its own, so n layers
are 2ⁿ paths, as in a residual net. Turn the shortcut to `identity` for y = H(x) + x and to `none` for plain layers of
the same depth. To remove a unit is what the authors did by closing its gates (section 4.2): of 50 layers on MNIST, 15
to 45 could each go without loss; on CIFAR-100 each of the first 40 was missed. Veit et al. 2016 did it to ResNets.

What the literature disagrees about: whether gates help. He et al. 2015 note that a gated shortcut can close, theirs
never, and that highway nets had shown no gain in accuracy beyond 100 layers; such gates on ResNet-110 made it worse,
8.70 % error instead of 6.61 %, and failed where their bias started from 0 to −5 (He et al. 2016, Table 1). Greff,
Srivastava & Schmidhuber 2017 (1612.07771) derive both from one idea, that each layer refines an estimate. The depth is
counted as in the paper, which leaves the softmax layer out in fully connected nets and counts it in convolutional ones.
Of the net of 32 layers the paper tells only that 3×3 and 1×1 alternate and that there are about 1.25 million
parameters: the widths here match that size and no more.
"""


@dataclass(frozen=True)
class Form:
    """A convolutional net of the paper: its first layer, then layers a stage with their channels as `times` the width.

    From layer to layer the kernels go through `kernels` again and again, the first layer's included. A pool follows
    each stage as far as there are `pools`; the classifier sees the means of `MAPS` maps where `averaged`, otherwise
    every pixel.
    """

    layers: tuple[int, ...]
    times: tuple[float, ...]
    stem: Conv
    pools: tuple[MaxPool, ...]
    kernels: tuple[int, ...] = (3,)
    averaged: bool = True
    input: tuple[int, int, int] = (3, 32, 32)


_FIRST, _HALVING = Conv(32, 3, padding=1, bias=True), MaxPool(2, 2)
_OVERLAPPING = MaxPool(3, 2, ceil=True)
FORMS = {
    10: Form(
        (2, 3, 3), (1, 1, 1), Conv(32, 5, bias=True), (_OVERLAPPING, _OVERLAPPING, _HALVING), averaged=False,
        input=(1, 28, 28),
    ),
    19: Form((4, 6, 6), (1, 2.5, 4), _FIRST, (_HALVING, _HALVING)),
    32: Form((9, 10, 10), (1, 2, 3), _FIRST, (_HALVING, _HALVING), kernels=(3, 1)),
}  # fmt: skip
"""depth -> Table 1's net for MNIST, Table 3's for CIFAR (Highway B of Table 2 in its final form), and Highway C."""


def gated(branch: Net, gate: Net) -> Net:
    """y = H(x)·T(x) + x·(1 − T(x)), the paper's equation 3."""
    return Par(Blend(), (("", branch), ("shortcut", Seq((), "shortcut")), ("gate", gate)))


def residual(branch: Net, gate: Net) -> Net:
    """y = H(x) + x: the gate left away."""
    return Par(Add(), (("", branch), ("shortcut", Seq((), "shortcut"))))


def plain(branch: Net, gate: Net) -> Net:
    """y = H(x)."""
    return branch


WAYS = {"gate": (gated, "Highway"), "identity": (residual, "Residual"), "none": (plain, "Plain")}


def _depths(spec: Highway) -> tuple[int, ...]:
    return tuple(range(2, DEEPEST + 1)) if spec.layout == "fc" else tuple(FORMS)


def _width(spec: Highway) -> int:
    return WIDTH if spec.layout == "fc" else 32


def _input(spec: Highway) -> tuple[int, ...]:
    if spec.layout == "fc":
        return (1, 28, 28)
    refuse_outside("depth", spec.depth, tuple(FORMS))
    return FORMS[spec.depth].input


@FAMILIES.register(
    "highway",
    title="Highway",
    cite=f"{PAPER}, arXiv 1505.00387 and 1507.06228",
    note=NOTE,
    formula=FORMULA,
    text=TEXT,
)
@dataclass(frozen=True)
class Highway(ImageSpec):
    """A highway network, or with another `shortcut` the residual or plain one of the same layers."""

    layout: str = knob(
        "fc", "Layout", "fully connected, for MNIST, or convolutional", choices=("fc", "conv"), primary=True
    )
    depth: int = knob(
        lambda spec: 20 if spec.layout == "fc" else 19, "Depth",
        "layers as the paper counts them: the softmax layer counts in the convolutional nets alone", choices=_depths,
        primary=True,
    )  # fmt: skip
    shortcut: str = knob(
        "gate", "Shortcut", "the input beside each layer: gated, as it is (a residual layer), or not there",
        choices=tuple(WAYS), primary=True,
    )  # fmt: skip
    gate_bias: float = knob(
        -2.0, "Gate bias", "b_T, what the gate's bias starts from", low=-20.0, high=20.0, primary=True,
        needs=lambda spec: "" if spec.shortcut == "gate" else "shortcut gate",
    )  # fmt: skip
    width: int = knob(_width, "Width", "units of a layer, or channels of the first stage", low=1, high=1024)
    activation: str = knob("relu", "Activation", "of H", choices=tuple(ACTIVATIONS))
    input: tuple[int, ...] = image(_input)
    classes: int = outputs(10)

    def following(self, k: Knob, text: str) -> Turned:
        """Another layout has depths and widths of its own."""
        turned = super().following(k, text)
        if k.name != "layout":
            return turned
        kept = [name for name in ("depth", "width") if turned.texts.pop(name, "")]
        return Turned(turned.texts, f"The {text} layout starts from its own {' and '.join(kept)}." if kept else "")

    def net(self) -> Net:
        return self._connected() if self.layout == "fc" else self._convolutional(FORMS[self.depth])

    def _connected(self) -> Net:
        """A plain layer from the image to the width, depth − 1 layers of that width, and the classifier."""
        first = Linear(self.width)
        layer = self._layer(first)
        stem = Seq((("flatten", Flatten()), ("fc1", first), self._activation("1")), "stem")
        stage = Seq(tuple((str(i), layer) for i in range(self.depth - 1)), "stage")
        return Seq((("", stem), ("stage1", stage), ("", Seq((self._classifier(),), "head"))))

    def _convolutional(self, form: Form) -> Net:
        stem = Seq((("conv1", replace(form.stem, channels=self.width)), self._activation("1")), "stem")
        stages = (
            (f"stage{i}", Seq(tuple((str(j), layer) for j, layer in enumerate(self._stage(form, i - 1))), "stage"))
            for i in range(1, len(form.layers) + 1)
        )
        averaging = self._averaging() if form.averaged else ()
        head = Seq((*averaging, ("flatten", Flatten()), self._classifier()), "head")
        return Seq((("", stem), *stages, ("", head)))

    def _stage(self, form: Form, stage: int) -> Iterator[Net]:
        """Its layers and its pool; a gate needs equal shapes, so a layer that widens is plain."""
        channels, wide = (int(self.width * form.times[i]) for i in (max(0, stage - 1), stage))
        first = 1 + sum(form.layers[:stage])
        for i in range(first, first + form.layers[stage]):
            kernel = form.kernels[i % len(form.kernels)]
            conv = Conv(wide, kernel, padding=kernel // 2, bias=True)
            yield from (self._layer(conv),) if channels == wide else (conv, ACTIVATIONS[self.activation])
            channels = wide
        yield from form.pools[stage : stage + 1]

    def _layer(self, weights: Conv | Linear) -> Net:
        """H and the way round it; the gate has weights of the same shape as H."""
        name = "conv" if isinstance(weights, Conv) else "fc"
        branch = Seq(((name, weights), self._activation()), "branch")
        gate = Seq(((name, replace(weights, bias_start=self.gate_bias)), ("sigmoid", Sigmoid())), "gate")
        way, _ = WAYS[self.shortcut]
        return Seq((("", way(branch, gate)),), "unit")

    def _averaging(self) -> tuple[tuple[str, Op], ...]:
        """Maps made by a 1×1 convolution, and their means (Lin et al. 2013)."""
        return (("conv2", Conv(MAPS, 1, bias=True)), self._activation("2"), ("avgpool", GlobalAvgPool()))

    def _activation(self, suffix: str = "") -> tuple[str, Op]:
        return self.activation + suffix, ACTIVATIONS[self.activation]

    def _classifier(self) -> tuple[str, Op]:
        return "fc", Linear(self.classes)

    def title(self) -> str:
        _, word = WAYS[self.shortcut]
        remarks = ["fully connected" if self.layout == "fc" else "convolutional"]
        usual = _width(self)
        for turned, words in (
            (self.width != usual, f"width {self.width}"),
            (self.activation != "relu", self.activation),
            (self.gate_bias != -2.0, f"gate bias {self.gate_bias:g}".replace("-", "−")),
        ):
            if turned:
                remarks.append(words)
        return f"{word}-{self.depth} ({', '.join(remarks)})"


for depth in (10, 20, 50, 100):
    preset("highway", f"highway{depth}", f"Highway-{depth} (MNIST)", PAPER, depth=depth)
for depth in (10, 20, 50, 100):
    preset(
        "highway", f"plain{depth}-mnist", f"Plain-{depth} (MNIST, width {PLAIN_WIDTH})", PAPER,
        depth=depth, shortcut="none", width=PLAIN_WIDTH,
    )  # fmt: skip
for width in (16, 32):
    preset(
        "highway", f"highway10-conv{width}", f"Highway-10 (MNIST, convolutional, width {width})", PAPER,
        layout="conv", depth=10, width=width, gate_bias=-1.0,
    )  # fmt: skip
for depth in (19, 32):
    preset("highway", f"highway{depth}", f"Highway-{depth} (CIFAR)", PAPER, layout="conv", depth=depth)


def _report(
    network: str, table: int, called: str, data: str, accuracy: str, params: str = "", remark: str = ""
) -> None:
    """The paper prints accuracies, of the best of five runs wherever there are so many."""
    said = f"printed as {accuracy} % accuracy; trained with dropout{remark and f'; {remark}'}"
    error = f"{100 - float(accuracy):.2f}"
    report(network, f"{PAPER}, Table {table}", called, data, error, params=params, remark=said)


_report("highway10-conv16", 1, "10-layer, width 16", "MNIST", "99.43", "39 K")
_report("highway10-conv32", 1, "10-layer, width 32", "MNIST", "99.55", "151 K")
_report("highway19", 3, "Highway Network", "CIFAR-10", "92.40")
_report("highway19:classes=100", 3, "Highway Network", "CIFAR-100", "67.76")
_report("highway32", 2, "Highway C", "CIFAR-10", "91.20", "1.25 M", "the paper does not tell its widths")
