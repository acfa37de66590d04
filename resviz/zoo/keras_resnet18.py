"""The ResNet-18 of the Keras tutorials: the layers of He et al. 2015 in the defaults of another framework."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from resviz.core.knob import SpecError, knob
from resviz.core.net import Net, Seq, rewrite
from resviz.core.ops import BatchNorm, Conv, MaxPool, SamePad
from resviz.zoo.depths import STEM_AND_CLASSIFIER
from resviz.zoo.families import FAMILIES
from resviz.zoo.image import ImageSpec, image, outputs
from resviz.zoo.known import equals
from resviz.zoo.resnet import ResNet

BLOCKS = (2, 2, 2, 2)
WIDTH = 64
LAYERS = 2
"""Convolutions of a block."""
KERAS_BN = BatchNorm(eps=1e-3, momentum=0.01)
"""Keras' defaults: ε 0.001, and momentum 0.99, which is 0.01 in torch's words."""

NOTE = "ResNet-18 as tutorials build it in Keras, for images of one channel"
FORMULA = r"""\text{out} = \lceil n/s \rceil, \qquad
p = \max\big((\lceil n/s \rceil - 1)\,s + k - n,\ 0\big), \qquad
p_\text{before} = \lfloor p/2 \rfloor, \quad p_\text{behind} = \lceil p/2 \rceil"""
TEXT = """\
This is the ResNet-18 that a Keras tutorial builds for MNIST enlarged to 224×224, after d2l (Zhang et al. 2023, section
8.6): the layers of He et al. 2015, written with the framework's defaults. Nobody decided what differs from the paper;
the defaults did. Whoever compares parameter counts or moves weights from one framework to another meets them.

Every convolution has a bias, which does nothing where BN follows, since BN subtracts the mean. The 1×1 projections
have no BN behind them, where the paper and torchvision have one. BN has ε = 0.001 for PyTorch's 0.00001, and a running
mean that moves by a hundredth at each step instead of a tenth. `model.summary()` counts the running means and
variances as parameters, so its total is 11,186,186 where 11,178,378 are trained; here they are listed as buffers.

What to look at: the padding. With `padding="same"` TensorFlow makes the output ⌈n/s⌉ long and adds the fewest zeros
that do it. For a 3×3 convolution with stride 2 on an even size that is one zero, behind the map and none before;
PyTorch's `padding=1` puts one on each side and ignores the last. The sizes are equal, the windows stand one pixel
apart, and so trained weights do not carry over by themselves. Where the stride is 1, the two agree.

What the literature disagrees about: d2l's PyTorch edition pads symmetrically, as PyTorch does, so the two editions of
one text are two networks. He et al. 2015 do not say which sides they pad; their Caffe models do it on both.
"""


@FAMILIES.register(
    "keras-resnet18",
    title="Keras ResNet-18",
    cite="d2l, section 8.6, in Keras; after He et al. 2015",
    note=NOTE,
    formula=FORMULA,
    text=TEXT,
)
@dataclass(frozen=True)
class KerasResNet18(ImageSpec):
    """A ResNet of basic blocks with Keras' defaults: biases, bare projections, asymmetric padding, its own BN."""

    blocks: tuple[int, ...] = knob(
        BLOCKS, "Units a stage", "such as 2,2,2,2; any number of stages", low=1, high=400, primary=True
    )
    width: int = knob(WIDTH, "Width", "channels of the stem and of stage 1", low=1, high=1024, primary=True)
    input: tuple[int, ...] = image((1, 224, 224))
    classes: int = outputs(10)

    def check(self) -> None:
        super().check()
        if not self.blocks:
            raise SpecError("blocks needs the units of one stage at least, such as 2,2,2,2", blocks=BLOCKS)
        self._resnet()

    def _resnet(self) -> ResNet:
        """The same layers with torch's padding and BN; raises SpecError where there are too many."""
        return ResNet(
            blocks=self.blocks, block="basic", width=self.width, conv_bias=True, shortcut_bn=False, input=self.input,
            classes=self.classes,
        )  # fmt: skip

    def net(self) -> Net:
        return rewrite(self._resnet().net(), _as_keras)

    def title(self) -> str:
        depth = LAYERS * sum(self.blocks) + STEM_AND_CLASSIFIER
        return f"ResNet-{depth} (Keras{f', width {self.width}' if self.width != WIDTH else ''})"


def _as_keras(path: str, part: Net) -> Net:
    if isinstance(part, BatchNorm):
        return KERAS_BN
    if isinstance(part, Seq):
        return Seq(tuple(pair for name, op in part.parts for pair in _padded(name, op)), part.role)
    return part


def _padded(name: str, part: Net) -> Iterator[tuple[str, Net]]:
    """A layer that strides over a padded map gets its zeros beforehand, "same" and not symmetric.

    TensorFlow pools only over what is inside the map. The pooling follows a ReLU, and no zero is above its values.
    """
    if isinstance(part, (Conv, MaxPool)) and part.padding and part.stride > 1:
        yield f"{name}_pad", SamePad(part.kernel, part.stride)
        yield name, replace(part, padding=0)
    else:
        yield name, part


equals("keras-resnet18", "the Keras tutorials' ResNet-18", "parameters, shapes, and with its weights outputs")
