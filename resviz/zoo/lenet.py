"""LeNet-5: two convolutions, each with an activation and pooling, and three fully connected layers."""

from __future__ import annotations

from dataclasses import dataclass

from resviz.core.knob import knob
from resviz.core.net import Net, Seq
from resviz.core.ops import AvgPool, Conv, Flatten, Linear, MaxPool, ReLU, Sigmoid, Tanh
from resviz.zoo.families import FAMILIES, preset
from resviz.zoo.image import ImageSpec, image, outputs

ACTIVATIONS = {"sigmoid": Sigmoid(), "relu": ReLU(), "tanh": Tanh()}
POOLS = {"avg": AvgPool(2, 2), "max": MaxPool(2, 2)}
SIDE = 32
"""LeCun et al. 1998 centre the 28×28 digits in images of 32×32 pixels."""

NOTE = "the first convolutional network in wide use, as it is taught today"
FORMULA = r"h_1 = \mathrm{pool}(\sigma(W_1 * x + b_1)), \qquad h_2 = \mathrm{pool}(\sigma(W_2 * h_1 + b_2))"
TEXT = """\
LeNet-5 (LeCun, Bottou, Bengio & Haffner 1998) read the digits on bank cheques. It has what every later network here
keeps: windows that see a small part of the image, the same weights at every place, and maps that get smaller and more
numerous from layer to layer.

What is taught under this name is simpler than the paper's network. The paper's pooling has a trainable factor and
bias for each map, its third layer joins each map to only some of the maps below (Table I), its activation is a scaled
tanh and its output layer measures distances (radial basis functions); it counts 60,000 trainable parameters. With
plain pooling and every map joined to every other there are slightly more. That is the LeNet of d2l (Zhang et al.
2023, section 7.6), with sigmoids, and of PyTorch's tutorials, with ReLU and max pooling.

What to look at: most parameters lie in the first fully connected layer, most multiply-adds in the two convolutions;
the same split decides the design of every later network. An image smaller than 32×32 is padded to that size, as the
paper's 28×28 digits were.

Activation and pooling change no number in the table, but they change training: a sigmoid's slope is 1/4 at most, so
that the gradient shrinks from layer to layer, and ReLU's is 0 or 1. Train both on the digits: with ReLU the error falls
in the first epochs, with sigmoids the loss stays near ln 10 = 2.3. To start, sigmoids need the initialisation of
Glorot & Bengio 2010 (Xavier), as d2l has it, and more steps.
"""


def _padding(spec: LeNet) -> int:
    return max(0, (SIDE + 1 - min(spec.input[1:], default=SIDE)) // 2)


@FAMILIES.register(
    "lenet",
    title="LeNet-5",
    cite="LeCun et al. 1998; d2l, section 7.6",
    note=NOTE,
    formula=FORMULA,
    text=TEXT,
)
@dataclass(frozen=True)
class LeNet(ImageSpec):
    """LeNet-5 with all maps joined and plain pooling."""

    activation: str = knob(
        "sigmoid", "Activation", "behind every layer but the last", choices=tuple(ACTIVATIONS), primary=True
    )
    pool: str = knob("avg", "Pooling", "the mean or the largest value of 2×2", choices=tuple(POOLS), primary=True)
    input: tuple[int, ...] = image((1, 28, 28))
    padding: int = knob(
        _padding,
        "Padding",
        "zeros around the image; by itself as many as make it 32×32",
        low=0,
        high=SIDE // 2,
        primary=True,
    )
    classes: int = outputs(10)

    def net(self) -> Net:
        first, second = Conv(6, 5, padding=self.padding, bias=True), Conv(16, 5, bias=True)
        return Seq((("", self._stage(1, first)), ("", self._stage(2, second)), ("", self._head())))

    def _stage(self, i: int, conv: Conv) -> Net:
        activation = (f"{self.activation}{i}", ACTIVATIONS[self.activation])
        return Seq(((f"conv{i}", conv), activation, (f"pool{i}", POOLS[self.pool])), "stage")

    def _head(self) -> Net:
        activation = ACTIVATIONS[self.activation]
        hidden = (
            ("fc1", Linear(120)),
            (f"{self.activation}3", activation),
            ("fc2", Linear(84)),
            (f"{self.activation}4", activation),
        )
        return Seq((("flatten", Flatten()), *hidden, ("fc3", Linear(self.classes))), "head")

    def title(self) -> str:
        remarks = [ACTIVATIONS[self.activation].label()] if self.activation != "sigmoid" else []
        remarks += ["max pooling"] if self.pool == "max" else []
        return "LeNet-5" + (f" ({', '.join(remarks)})" if remarks else "")


preset("lenet", "lenet-1998", "LeNet-5 with tanh", "LeCun et al. 1998", activation="tanh", input=(1, 32, 32))
preset(
    "lenet",
    "lenet-cifar",
    "LeNet-5 with ReLU (CIFAR)",
    "PyTorch tutorial, Training a classifier",
    activation="relu",
    pool="max",
    input=(3, 32, 32),
)
