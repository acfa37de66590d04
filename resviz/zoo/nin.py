"""Network in Network: two 1×1 convolutions behind each convolution, and no fully connected layer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from resviz.core.knob import knob
from resviz.core.net import Net, Op, Seq
from resviz.core.ops import AvgPool, Conv, Dropout, Flatten, GlobalAvgPool, MaxPool, ReLU
from resviz.zoo.families import FAMILIES, preset
from resviz.zoo.image import ImageSpec, image, outputs
from resviz.zoo.numbered import numbered

NOTE = "1×1 convolutions, and global average pooling in place of fully connected layers"
FORMULA = r"""h_{ij} = \max(0, W_3 \max(0, W_2 \max(0, W_1 x_{ij}))), \qquad
\hat{y}_c = \frac{1}{HW} \sum_{i,j} h_{ijc}"""
TEXT = """\
A convolution is a linear filter and a ReLU. Network in Network (Lin, Chen & Yan 2013) puts a small network in its
place, which slides over the image in the same way; written as layers that is a k×k convolution and two of 1×1. The
last block has one map for each class, and its mean is the class's score, so that there is no fully connected layer,
which in AlexNet held nearly all of the parameters.

Both ideas stayed: 1×1 convolutions reduce the channels in GoogLeNet's Inception blocks and in the bottleneck of ResNet,
and global average pooling stands at the end of both.

What to look at: where AlexNet's and VGG's parameters sit in the head, this head has none. The maps of the last block
can be read as pictures of where each class was seen (section 4.7 of the paper).

What the literature disagrees about: the form `d2l` (Zhang et al. 2023, section 8.3) has AlexNet's windows and gives the
last block as many channels as classes; the authors' own network for ImageNet, which Caffe's model zoo has, puts 1,024
channels before the classes. The form `cifar` is the paper's network for CIFAR-10 with the channels of the authors'
released configuration; the paper does not print them.
"""


Stages = tuple[tuple[Op, ...], ...]


def nin_block(conv: Conv, *mlp: int) -> tuple[Op, ...]:
    """The NiN block: a convolution, and 1×1 convolutions to the channels `mlp`, a ReLU behind each."""
    layers = (conv, *(Conv(channels, 1, bias=True) for channels in mlp))
    return tuple(op for layer in layers for op in (layer, ReLU()))


def _conv(channels: int, kernel: int, stride: int = 1, padding: int = 0) -> Conv:
    return Conv(channels, kernel, stride, padding, bias=True)


def d2l(classes: int, dropout: float) -> Stages:
    """With AlexNet's windows: d2l, section 8.3."""
    pool = MaxPool(3, 2)
    return (
        (*nin_block(_conv(96, 11, 4), 96, 96), pool),
        (*nin_block(_conv(256, 5, padding=2), 256, 256), pool),
        (*nin_block(_conv(384, 3, padding=1), 384, 384), pool, Dropout(dropout)),
        nin_block(_conv(classes, 3, padding=1), classes, classes),
    )


def cifar(classes: int, dropout: float) -> Stages:
    """For 32×32 images: the authors' configuration, github.com/mavenlin/cuda-convnet, NIN/cifar-10_def."""
    return (
        (*nin_block(_conv(192, 5, padding=2), 160, 96), MaxPool(3, 2, ceil=True), Dropout(dropout)),
        (*nin_block(_conv(192, 5, padding=2), 192, 192), AvgPool(3, 2, ceil=True), Dropout(dropout)),
        nin_block(_conv(192, 3, padding=1), 192, classes),
    )


FORMS: dict[str, tuple[Callable[[int, float], Stages], tuple[int, int, int]]] = {
    "d2l": (d2l, (1, 224, 224)),
    "cifar": (cifar, (3, 32, 32)),
}
"""form -> its stages, and the input of its data."""


@FAMILIES.register(
    "nin",
    title="NiN",
    cite="Lin et al. 2013, arXiv 1312.4400",
    note=NOTE,
    formula=FORMULA,
    text=TEXT,
)
@dataclass(frozen=True)
class NiN(ImageSpec):
    """A Network in Network; each of its blocks is a stage."""

    form: str = knob(
        "d2l", "Form", "with AlexNet's windows, or the paper's for CIFAR", choices=tuple(FORMS), primary=True
    )
    dropout: float = knob(0.5, "Dropout", "rate between the blocks", low=0.0, high=0.95, primary=True)
    input: tuple[int, ...] = image(lambda spec: FORMS[spec.form][1])
    classes: int = outputs(10)

    def net(self) -> Net:
        stages = FORMS[self.form][0](self.classes, self.dropout)
        blocks = ((f"block{i}", numbered(ops, "stage")) for i, ops in enumerate(stages, start=1))
        return Seq((*blocks, ("", Seq((("avgpool", GlobalAvgPool()), ("flatten", Flatten())), "head"))))

    def title(self) -> str:
        return "NiN (CIFAR)" if self.form == "cifar" else "NiN"


preset("nin", "nin-cifar", "NiN (CIFAR)", "Lin et al. 2013", form="cifar")
