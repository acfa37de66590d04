"""GoogLeNet: nine Inception blocks, each with four branches of different windows whose channels are concatenated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from resviz.core.knob import knob
from resviz.core.net import Net, Op, Par, Seq
from resviz.core.ops import (
    AdaptiveAvgPool,
    Aside,
    AvgPool,
    BatchNorm,
    Concat,
    Conv,
    Dropout,
    Flatten,
    GlobalAvgPool,
    Linear,
    LocalResponseNorm,
    MaxPool,
    ReLU,
)
from resviz.zoo.families import FAMILIES, preset
from resviz.zoo.image import ImageSpec, image, outputs

Named = tuple[str, Net]

SZEGEDY = "Szegedy et al. 2014"
STEM_WIDTH = 64
STAGES = {
    3: {"a": (64, 96, 128, 16, 32, 32), "b": (128, 128, 192, 32, 96, 64)},
    4: {
        "a": (192, 96, 208, 16, 48, 64),
        "b": (160, 112, 224, 24, 64, 64),
        "c": (128, 128, 256, 24, 64, 64),
        "d": (112, 144, 288, 32, 64, 64),
        "e": (256, 160, 320, 32, 128, 128),
    },
    5: {"a": (256, 160, 320, 32, 128, 128), "b": (384, 192, 384, 48, 128, 128)},
}
"""Table 1: #1×1, #3×3 reduce, #3×3, #5×5 reduce, #5×5, pool proj of each block."""
AUXILIARY = {"4a": "aux1", "4d": "aux2"}
"""Section 5: the heads stand behind these blocks."""
AUXILIARY_DROPOUT = 0.7
CAFFE_LRN = LocalResponseNorm(5, 1e-4, 0.75, 1.0)
"""The paper gives no numbers; these are those of Caffe's GoogLeNet, with α divided by n as torch does it."""
EPS = 1e-3

NOTE = "windows of several sizes side by side, made cheap by 1×1 convolutions"
FORMULA = r"""y = \big[\, W_{1\times1}x \;;\; W_{3\times3}V_3x \;;\; W_{5\times5}V_5x \;;\;
W_{\mathrm{proj}}\,\mathrm{maxpool}(x) \,\big], \qquad
L = L_{\mathrm{main}} + 0.3\,(L_{\mathrm{aux1}} + L_{\mathrm{aux2}})"""
TEXT = """\
GoogLeNet (Szegedy et al. 2014) won ILSVRC-2014 with a top-5 error of 6.67 %. Instead of choosing a window it takes
several: an Inception block has branches of 1×1, 3×3 and 5×5 convolutions and of max pooling, and puts their channels
one behind the other. The 1×1 convolutions in front of the large windows reduce the channels (V in the formula), without
which the concatenation would grow from block to block; this bottleneck, after Network in Network, came back in ResNet.

Two auxiliary heads were put behind blocks 4a and 4d, with a weight of 0.3 in the loss, so that gradients would reach
the lower layers; in use they are left out. Later Szegedy et al. 2015 (arXiv 1512.00567, section 4) found that they do
not help early training and called them regularisers.

What to look at: 22 weighted layers lie on the longest path, but four ways lead through each block, so that the
receptive field holds for the widest way only. About a seventh of the parameters is in the one fully connected layer;
in VGG-16 it is nine tenths in three. A concatenation keeps apart what the branches found, where ResNet's addition mixes
it with what came before.

What the literature disagrees about: the paper says it has 12 times fewer parameters than AlexNet (about 5 million),
while its own Table 1 adds up to 6.8 million and counting gives 7.0 million with biases. The table's 2.7K for the first
convolution cannot be 7·7·3·64 = 9,408, and its lines 4c and 5a do not fit their widths. The form `torchvision`, ported
from TensorFlow, has batch normalisation and, by a mistake that its published weights have made permanent
(pytorch/vision issue 906), 3×3 in place of 5×5. The form `d2l` (Zhang et al. 2023, section 8.4) has neither
normalisation nor dropout nor heads.
"""


@dataclass(frozen=True)
class Form:
    """One of the published versions.

    `pools` stand behind the first convolution, the third, and the last block of stages 3 and 4; `five` is the window
    of the branch that the paper gives 5×5; `auxiliary` is the pooling of the auxiliary heads, where there are such.
    """

    pools: tuple[MaxPool, MaxPool, MaxPool, MaxPool]
    dropout: float
    bn: bool = False
    five: int = 5
    normalised: bool = False
    auxiliary: Op | None = None
    input: tuple[int, int, int] = (3, 224, 224)
    classes: int = 1000


# a last window may end behind the map: for even sizes that is the padding "same" of the paper's Fig. 3
CEIL = MaxPool(3, 2, ceil=True)
PADDED = MaxPool(3, 2, 1)
FORMS = {
    "torchvision": Form(
        (CEIL, CEIL, CEIL, MaxPool(2, 2, ceil=True)), 0.2, bn=True, five=3, auxiliary=AdaptiveAvgPool(4)
    ),
    "paper": Form((CEIL,) * 4, 0.4, normalised=True, auxiliary=AvgPool(5, 3)),
    "d2l": Form((PADDED,) * 4, 0.0, input=(1, 96, 96), classes=10),
}


def conv_relu(channels: int, kernel: int = 1, stride: int = 1, bn: bool = False) -> Seq:
    """A convolution that keeps the size but for its stride, and ReLU; with BN between, or a bias."""
    conv = Conv(channels, kernel, stride, kernel // 2, bias=not bn)
    norm = (("bn", BatchNorm(eps=EPS)),) if bn else ()
    return Seq((("conv", conv), *norm, ("relu", ReLU())))


def inception(widths: tuple[int, ...], five: int = 5, bn: bool = False) -> Net:
    """The Inception block (Szegedy et al. 2014, Fig. 2b) with the widths of a line of Table 1."""
    one, reduce3, conv3, reduce5, conv5, projection = widths
    branches: tuple[Net, ...] = (
        conv_relu(one, bn=bn),
        Seq((("0", conv_relu(reduce3, bn=bn)), ("1", conv_relu(conv3, 3, bn=bn)))),
        Seq((("0", conv_relu(reduce5, bn=bn)), ("1", conv_relu(conv5, five, bn=bn)))),
        Seq((("0", MaxPool(3, 1, 1)), ("1", conv_relu(projection, bn=bn)))),
    )
    named = (("", Seq(((f"branch{i}", branch),), "branch")) for i, branch in enumerate(branches, start=1))
    return Seq((("", Par(Concat(), tuple(named))),), "unit")


def auxiliary_head(pool: Op, classes: int, bn: bool) -> Net:
    """A classifier on the way (section 5); what it puts out leaves the network by itself, and the map goes on."""
    parts: tuple[Named, ...] = (
        ("avgpool", pool),
        ("conv", conv_relu(128, bn=bn)),
        ("flatten", Flatten()),
        ("fc1", Linear(1024)),
        ("relu", ReLU()),
        ("dropout", Dropout(AUXILIARY_DROPOUT)),
        ("fc2", Linear(classes)),
    )
    return Par(Aside(), (("", Seq()), ("", Seq(parts, "aux"))))


def _heads(spec: GoogLeNet) -> str:
    return "" if FORMS[spec.form].auxiliary else "form torchvision or paper"


@FAMILIES.register(
    "googlenet",
    title="GoogLeNet",
    cite=f"{SZEGEDY}, arXiv 1409.4842",
    note=NOTE,
    formula=FORMULA,
    text=TEXT,
)
@dataclass(frozen=True)
class GoogLeNet(ImageSpec):
    """GoogLeNet in one of its published forms; names and order are torchvision's, the blocks' the paper's."""

    form: str = knob(
        "torchvision",
        "Form",
        "torchvision's with BN and 3×3 for 5×5, the paper's with LRN, or d2l's bare one",
        choices=tuple(FORMS),
        primary=True,
    )
    aux: bool = knob(
        False, "Auxiliary heads", "two more classifiers behind 4a and 4d, for training", primary=True, needs=_heads
    )
    width: int = knob(
        STEM_WIDTH, "Width", "channels of the stem; all others in proportion", low=1, high=1024, primary=True
    )
    dropout: float = knob(
        lambda spec: FORMS[spec.form].dropout, "Dropout", "rate before the classifier", low=0.0, high=0.95
    )
    input: tuple[int, ...] = image(lambda spec: FORMS[spec.form].input)
    classes: int = outputs(lambda spec: FORMS[spec.form].classes)

    def net(self) -> Net:
        stages = (("", Seq(tuple(self._stage(number)), "stage")) for number in STAGES)
        return Seq((("", Seq(tuple(self._stem()), "stem")), *stages, ("", self._head())))

    def _stem(self) -> Iterator[Named]:
        form = FORMS[self.form]
        yield "conv1", conv_relu(self.width, 7, 2, form.bn)
        yield "maxpool1", form.pools[0]
        if form.normalised:
            yield "norm1", CAFFE_LRN
        yield "conv2", conv_relu(self.width, bn=form.bn)
        yield "conv3", conv_relu(3 * self.width, 3, bn=form.bn)
        if form.normalised:
            yield "norm2", CAFFE_LRN
        yield "maxpool2", form.pools[1]

    def _stage(self, number: int) -> Iterator[Named]:
        form = FORMS[self.form]
        for letter, widths in STAGES[number].items():
            block = f"{number}{letter}"
            scaled = tuple(max(1, channels * self.width // STEM_WIDTH) for channels in widths)
            yield f"inception{block}", inception(scaled, form.five, form.bn)
            if self.aux and form.auxiliary and block in AUXILIARY:
                yield AUXILIARY[block], auxiliary_head(form.auxiliary, self.classes, form.bn)
        if number <= len(form.pools):
            yield f"maxpool{number}", form.pools[number - 1]

    def _head(self) -> Net:
        drop = (("dropout", Dropout(self.dropout)),) if self.dropout else ()
        return Seq((("avgpool", GlobalAvgPool()), ("flatten", Flatten()), *drop, ("fc", Linear(self.classes))), "head")

    def title(self) -> str:
        remarks = [self.form] if self.form != "torchvision" else []
        remarks += ["auxiliary heads"] if self.aux else []
        remarks += [f"width {self.width}"] if self.width != STEM_WIDTH else []
        return "GoogLeNet" + (f" ({', '.join(remarks)})" if remarks else "")


preset("googlenet", "googlenet-aux", "GoogLeNet (auxiliary heads)", f"{SZEGEDY}; torchvision", aux=True)
preset("googlenet", "googlenet-paper", "GoogLeNet (as in the paper)", SZEGEDY, form="paper")
preset("googlenet", "googlenet-d2l", "GoogLeNet (d2l)", "d2l, section 8.4", form="d2l")
