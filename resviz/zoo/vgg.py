"""VGG: stages of 3×3 convolutions that end in 2×2 pooling, so that depth is the only thing that is turned."""

from __future__ import annotations

from dataclasses import dataclass

from resviz.core.knob import knob
from resviz.core.net import Net, Op, Seq
from resviz.core.ops import AdaptiveAvgPool, BatchNorm, Conv, Dropout, Flatten, Linear, MaxPool, ReLU
from resviz.zoo.families import FAMILIES, preset
from resviz.zoo.image import ImageSpec, image, outputs
from resviz.zoo.numbered import numbered, numbered_stages

SIMONYAN = "Simonyan & Zisserman 2014"
CONVOLUTIONS = {11: (1, 1, 2, 2, 2), 13: (2, 2, 2, 2, 2), 16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
"""depth -> convolutions a stage: Simonyan & Zisserman 2014, Table 1, configurations A, B, D and E."""
WIDENING = (1, 2, 4, 8, 8)
"""The stages' channels as multiples of the first one's."""
FORMS = {"imagenet": ((3, 224, 224), 1000), "cifar": ((3, 32, 32), 10)}
"""form -> input and classes of its data."""

NOTE = "nothing but 3×3 convolutions: how far does depth alone carry?"
FORMULA = r"""\underbrace{3\times3,\ 3\times3}_{\text{sees }5\times5}:\ 2\cdot 3^2C^2 = 18\,C^2 < 25\,C^2, \qquad
\underbrace{3\times3,\ 3\times3,\ 3\times3}_{\text{sees }7\times7}:\ 27\,C^2 < 49\,C^2"""
TEXT = """\
VGG (Simonyan & Zisserman 2014) asked what depth alone does. Every convolution is 3×3 with stride 1; a stage is a few of
them and a 2×2 max pooling, and the next stage has twice the channels, up to 512. Two such convolutions see 5×5 pixels
and three see 7×7, with fewer weights than one large window and with more ReLUs (section 2.3). The networks came first
in the localisation task of ILSVRC-2014 and second in classification, behind GoogLeNet.

Deeper was better up to 19 layers, and there it ended (section 4.1). The deep nets were hard to start: the authors first
trained the one of 11 layers and began the others with its layers (section 3.1). Batch normalisation came a year later
(Ioffe & Szegedy 2015) and made that unnecessary; the knob `bn` puts it where torchvision does. That much deeper plain
nets get worse even so is where He et al. 2015 begin: see the families `plain` and `resnet`.

What to look at: one fully connected layer, the first, holds most of the parameters, and the first two stages put out
most of the activations. Beside it a ResNet-34 is deeper and has less than a fifth of the multiply-adds of VGG-19
(He et al. 2015, Fig. 3).

What the literature disagrees about: He et al. 2015 give "15.3/19.6 billion FLOPs" for VGG-16 and VGG-19. Both are
multiply-adds, but the first leaves the fully connected layers out and the second counts them. The form `cifar` is not
in the paper: it is what people train on 32×32 images, the same stages, which leave one pixel, and a single fully
connected layer (compare Liu & Deng 2015; kuangliu/pytorch-cifar).
"""


def vgg_block(convolutions: int, channels: int, bn: bool) -> tuple[Op, ...]:
    """The VGG block: 3×3 convolutions with (BN and) ReLU behind each, then 2×2 max pooling, which halves the map."""
    norm = (BatchNorm(),) if bn else ()
    layer = (Conv(channels, 3, padding=1, bias=True), *norm, ReLU())
    return (*layer * convolutions, MaxPool(2, 2))


def _imagenet(spec: VGG) -> str:
    return "" if spec.form == "imagenet" else "form imagenet, which has hidden fully connected layers"


@FAMILIES.register(
    "vgg",
    title="VGG",
    cite=f"{SIMONYAN}, arXiv 1409.1556",
    note=NOTE,
    formula=FORMULA,
    text=TEXT,
)
@dataclass(frozen=True)
class VGG(ImageSpec):
    """A VGG net; names and order are torchvision's."""

    form: str = knob(
        "imagenet",
        "Form",
        "the paper's three fully connected layers, or one for 32×32 images",
        choices=tuple(FORMS),
        primary=True,
    )
    depth: int = knob(
        16,
        "Depth",
        "weighted layers with three fully connected ones: the paper's nets A, B, D and E",
        choices=tuple(CONVOLUTIONS),
        primary=True,
    )
    bn: bool = knob(False, "Batch normalisation", "behind every convolution (not in the paper)", primary=True)
    width: int = knob(
        64,
        "Width",
        "channels of the first stage; the last has eight times as many",
        low=1,
        high=1024,
        primary=True,
    )
    hidden: int = knob(
        4096, "Hidden", "width of the two hidden fully connected layers", low=1, high=65_536, needs=_imagenet
    )
    dropout: float = knob(
        0.5, "Dropout", "rate behind the hidden fully connected layers", low=0.0, high=0.95, needs=_imagenet
    )
    input: tuple[int, ...] = image(lambda spec: FORMS[spec.form][0])
    classes: int = outputs(lambda spec: FORMS[spec.form][1])

    def net(self) -> Net:
        stages = zip(CONVOLUTIONS[self.depth], WIDENING)
        features = numbered_stages(vgg_block(count, self.width * times, self.bn) for count, times in stages)
        return Seq((("features", features), ("", self._head())))

    def _head(self) -> Net:
        if self.form == "cifar":
            return Seq((("flatten", Flatten()), ("classifier", Linear(self.classes))), "head")
        hidden = (Linear(self.hidden), ReLU(), Dropout(self.dropout))
        classifier = numbered((*hidden, *hidden, Linear(self.classes)))
        return Seq((("avgpool", AdaptiveAvgPool(7)), ("flatten", Flatten()), ("classifier", classifier)), "head")

    def title(self) -> str:
        remarks = ["CIFAR"] if self.form == "cifar" else []
        remarks += [f"width {self.width}"] if self.width != 64 else []
        return f"VGG-{self.depth}{'-BN' if self.bn else ''}" + (f" ({', '.join(remarks)})" if remarks else "")


for depth in CONVOLUTIONS:
    preset("vgg", f"vgg{depth}", f"VGG-{depth}", SIMONYAN, depth=depth)
for depth in CONVOLUTIONS:
    preset("vgg", f"vgg{depth}_bn", f"VGG-{depth}-BN", f"{SIMONYAN}; torchvision", depth=depth, bn=True)
preset("vgg", "vgg16-cifar", "VGG-16 (CIFAR)", "kuangliu/pytorch-cifar", form="cifar")
preset("vgg", "vgg16_bn-cifar", "VGG-16-BN (CIFAR)", "kuangliu/pytorch-cifar", form="cifar", bn=True)
