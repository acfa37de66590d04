"""AlexNet: five convolutions, the first ones large and strided, and three fully connected layers with dropout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from resviz.core.knob import knob
from resviz.core.net import Net, Op, Seq
from resviz.core.ops import AdaptiveAvgPool, Conv, Dropout, Flatten, Linear, LocalResponseNorm, MaxPool, ReLU
from resviz.zoo.families import FAMILIES, preset
from resviz.zoo.image import ImageSpec, image, outputs
from resviz.zoo.numbered import numbered, numbered_stages

KRIZHEVSKY = "Krizhevsky et al. 2012"
D2L = "d2l, section 8.1"
NOTE = "the network that won ILSVRC-2012, as published, as torchvision and as d2l have it"
FORMULA = r"""\mathrm{ReLU}(a) = \max(0, a), \qquad
b^i = a^i \Big/ \Big(k + \alpha \sum_{j=i-n/2}^{i+n/2} (a^j)^2\Big)^{\beta}"""
TEXT = """\
AlexNet (Krizhevsky, Sutskever & Hinton 2012) won ILSVRC-2012 with a top-5 error of 15.3 %, where the next best had
26.2 %, and made deep convolutional networks the method of the field. It is a large LeNet; what was new is what made it
trainable: ReLU, dropout in the fully connected layers, augmented images, and two GPUs.

The form `paper` is the network as published. Convolutions 2, 4 and 5 are in two groups because each half of the
channels was on a GPU of its own; local response normalisation follows the first two, and the pooling windows overlap
(3×3 with stride 2). The form `torchvision` is the single tower of Krizhevsky 2014 (arXiv 1404.5997), with fewer
channels and no normalisation. The form `d2l` has the channels of 2012 in one group, for grey images and 10 classes.

What to look at: the fully connected layers hold nearly all parameters, the convolutions most multiply-adds.
Set the groups of the form `paper` to 1 to see what they save.

What the literature disagrees about: the paper's 224×224 input does not give its 55×55 maps without padding. A padding
of 2, taken here, does, and so does an input of 227×227. The paper multiplies the sum of squares by α = 10⁻⁴; Caffe and
PyTorch divide α by n = 5, so that the paper's network needs 5·10⁻⁴ there, and Caffe's AlexNet with 10⁻⁴ normalises
less. For the single tower the note of 2014 names 384 channels in the fourth convolution; its author's code, and with
it torchvision, has 256.
"""


@dataclass(frozen=True)
class Form:
    """One of the published versions: the five convolutions, what stands around them, and the data it is for.

    `normalised`: local response normalisation follows the first two convolutions. `resampled`: the classifier gets
    6×6 maps whatever the input, by adaptive pooling, and its dropout stands before its layers.
    """

    convs: tuple[Conv, ...]
    groups: int = 1
    normalised: bool = False
    resampled: bool = False
    input: tuple[int, int, int] = (3, 224, 224)
    classes: int = 1000


def _convs(padding: int, *channels: int) -> tuple[Conv, ...]:
    a, b, c, d, e = channels
    first, second = Conv(a, 11, 4, padding, bias=True), Conv(b, 5, padding=2, bias=True)
    return (first, second, *(Conv(n, 3, padding=1, bias=True) for n in (c, d, e)))


FORMS = {
    "torchvision": Form(_convs(2, 64, 192, 384, 256, 256), resampled=True),
    "paper": Form(_convs(2, 96, 256, 384, 384, 256), groups=2, normalised=True),
    "d2l": Form(_convs(1, 96, 256, 384, 384, 256), input=(1, 224, 224), classes=10),
}
NORMALISED = (0, 1)
GROUPED = (1, 3, 4)
"""The convolutions, counted from 0, that in 2012 saw only the half of the channels that was on their own GPU."""
STAGES = ((0,), (1,), (2, 3, 4))
"""A pooling layer follows the first, the second and the fifth convolution."""
LRN = LocalResponseNorm(5, 5e-4, 0.75, 2.0)
"""Section 3.3: n = 5, α = 1e-4, β = 0.75, k = 2; torch divides α by n, hence 5e-4."""


@FAMILIES.register(
    "alexnet",
    title="AlexNet",
    cite=KRIZHEVSKY,
    note=NOTE,
    formula=FORMULA,
    text=TEXT,
)
@dataclass(frozen=True)
class AlexNet(ImageSpec):
    """AlexNet in one of its published forms; names and order are torchvision's.

    The paper's form pads its first convolution by 2: so the 224×224 input that the paper names gives the 55×55 maps
    that it draws. Its LRN has α = 5e-4, because torch divides α by n = 5 and the paper does not.
    """

    form: str = knob(
        "torchvision",
        "Form",
        "torchvision's single tower, the paper's two groups with LRN, or d2l's",
        choices=tuple(FORMS),
        primary=True,
    )
    groups: int = knob(
        lambda spec: FORMS[spec.form].groups,
        "Groups",
        "of convolutions 2, 4 and 5: the paper's two GPUs",
        choices=(1, 2),
        primary=True,
    )
    hidden: int = knob(4096, "Hidden", "width of the two hidden fully connected layers", low=1, high=65_536)
    dropout: float = knob(0.5, "Dropout", "rate in the fully connected layers", low=0.0, high=0.95, primary=True)
    input: tuple[int, ...] = image(lambda spec: FORMS[spec.form].input)
    classes: int = outputs(lambda spec: FORMS[spec.form].classes)

    def net(self) -> Net:
        features = numbered_stages(list(self._stage(convs)) for convs in STAGES)
        return Seq((("features", features), ("", self._head())))

    def _stage(self, convs: tuple[int, ...]) -> Iterator[Op]:
        form = FORMS[self.form]
        for i in convs:
            yield replace(form.convs[i], groups=self.groups) if i in GROUPED else form.convs[i]
            yield ReLU()
            if form.normalised and i in NORMALISED:
                yield LRN
        yield MaxPool(3, 2)

    def _head(self) -> Net:
        before = FORMS[self.form].resampled
        drop, layer = Dropout(self.dropout), (Linear(self.hidden), ReLU())
        hidden = (drop, *layer) if before else (*layer, drop)
        classifier = numbered((*hidden, *hidden, Linear(self.classes)))
        pool = (("avgpool", AdaptiveAvgPool(6)),) if before else ()
        return Seq((*pool, ("flatten", Flatten()), ("classifier", classifier)), "head")

    def title(self) -> str:
        remarks = [] if self.form == "torchvision" else ["2012" if self.form == "paper" else self.form]
        if self.groups != FORMS[self.form].groups:
            remarks.append(f"{self.groups} groups" if self.groups > 1 else "ungrouped")
        return "AlexNet" + (f" ({', '.join(remarks)})" if remarks else "")


preset("alexnet", "alexnet-2012", "AlexNet (2012, two groups)", KRIZHEVSKY, form="paper")
preset("alexnet", "alexnet-d2l", "AlexNet (d2l)", D2L, form="d2l")
